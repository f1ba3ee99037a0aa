/* Replies to requests. */
#include "adapters/freebsd/guest/reply.h"

#include <string.h>

static bool ends(const char *text, size_t size)
{
    return memchr(text, '\0', size) != NULL;
}

/* Returns true when a bool is 0 or 1. In a message from another process it may be any byte. */
static bool is_bool(const bool *value)
{
    unsigned char byte;
    memcpy(&byte, value, sizeof byte);
    return byte <= 1;
}

static bool check_end(const struct vfj_reply_end *ended)
{
    uint32_t kind;
    memcpy(&kind, &ended->end.kind, sizeof kind);
    return (kind == VFJ_OUTCOME_EXITED || kind == VFJ_OUTCOME_SIGNALED
            || kind == VFJ_OUTCOME_TIMEOUT || kind == VFJ_OUTCOME_ABSENT)
        && ends(ended->complaint, sizeof ended->complaint);
}

static bool check_files(const struct vfj_files *files, const struct vfj_command *command)
{
    const struct vfj_slot_files *slot = &files->as.slot;
    const struct vfj_file *file = &files->as.file;
    if (!is_bool(&files->ok))
        return false;
    if (command->kind == VFJ_COMMAND_PROBE_FILE)
        return is_bool(&file->exists) && ends(file->text, sizeof file->text);
    return is_bool(&slot->lease) && slot->script < VFJ_OWN_SCRIPT_COUNT
        && ends(slot->script_refused, sizeof slot->script_refused);
}

bool vfj_reply_check(const struct vfj_reply *reply, const struct vfj_request *request,
                     bool has_descriptor)
{
    switch ((enum vfj_request_kind)request->kind) {
    case VFJ_REQUEST_COMMAND:
    case VFJ_REQUEST_RC:
    case VFJ_REQUEST_RC_ORIGIN:
    case VFJ_REQUEST_BOOT_ID:
    case VFJ_REQUEST_BOOT_TIME:
        if (reply->kind == VFJ_REPLY_STARTED)
            return has_descriptor;
        return reply->kind == VFJ_REPLY_ENDED && !has_descriptor && check_end(&reply->as.ended);
    case VFJ_REQUEST_READ:
        return reply->kind == VFJ_REPLY_READ && !has_descriptor
            && reply->as.part.length <= VFJ_REPLY_PART_SIZE;
    case VFJ_REQUEST_FILES:
        return reply->kind == VFJ_REPLY_FILES && !has_descriptor
            && check_files(&reply->as.files, &request->command);
    case VFJ_REQUEST_DEVD:
        return reply->kind == VFJ_REPLY_DEVD && has_descriptor == (reply->status == 0);
    case VFJ_REQUEST_ACT_LOCK:
        return reply->kind == VFJ_REPLY_LOCK && !has_descriptor;
    case VFJ_REQUEST_RC_STAMP:
        return reply->kind == VFJ_REPLY_STAMP && !has_descriptor;
    case VFJ_REQUEST_END:
    case VFJ_REQUEST_COUNT:
        break;
    }
    return false;
}
