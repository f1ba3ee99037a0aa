/* Policy vfjournal: a command of a slot's plan. */
#include "core/policy/issue.h"

/* Whether the kernel drops or lacks routes once that command has run. */
static bool moves_configuration(enum vfj_command_kind kind)
{
    return kind == VFJ_COMMAND_ADDRESS_DELETE || kind == VFJ_COMMAND_ADDRESS_ADD || kind == VFJ_COMMAND_CONFIGURE;
}

struct vfj_command *vfj_issue(struct vfj_work *work, struct vfj_slot *slot, enum vfj_command_kind kind)
{
    struct vfj_command *command = vfj_work_command(work, kind);
    command->hn = slot->hn;
    command->a = vfj_name_lagg(slot->unit);
    slot->pending = command->id;
    slot->pending_kind = (uint8_t)kind;
    slot->pending_index = 0;
    slot->steps++;
    slot->belief.moved |= moves_configuration(kind);
    if (slot->belief.solicit == 0 && (kind == VFJ_COMMAND_JOIN_FIRST || kind == VFJ_COMMAND_RTADV))
        slot->belief.solicit = 1;
    return command;
}
