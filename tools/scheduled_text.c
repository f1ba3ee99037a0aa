/* Describes rows about Azure Scheduled Events for people. */
#include "tools/scheduled_text.h"

#include <string.h>

#include "tools/time_format.h"

static bool has_nocase(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (; strlen(text) >= length; text++) {
        if (vfj_bytes_equal_nocase(text, part, length))
            return true;
    }
    return false;
}

void vfj_scheduled_add_nature(struct vfj_text *text, const char *type, const char *description)
{
    if (strcmp(type, "Freeze") == 0 && has_nocase(description, "live migration")) {
        vfj_text_add(text, "live migration");
        return;
    }
    for (const char *at = type; *at != '\0'; at++)
        vfj_text_add_char(text, *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at);
}

static void add_service(struct vfj_text *text, const struct vfj_scheduled *row)
{
    bool is_watching = row->phase == VFJ_SCHEDULED_WATCHING;
    vfj_text_add(text, is_watching ? "Azure Scheduled Events answer" : "no Scheduled Events");
    if (row->resources[0] != '\0')
        vfj_text_format(text, "; this VM is %s", row->resources);
    if (row->text[0] != '\0')
        vfj_text_format(text, ": %s", row->text);
}

void vfj_scheduled_describe(struct vfj_text *text, const struct vfj_scheduled *row)
{
    if (!vfj_scheduled_is_event(row)) {
        add_service(text, row);
        return;
    }
    vfj_scheduled_add_nature(text, row->type, row->text);
    vfj_text_format(text, " %s", vfj_scheduled_phase_name((enum vfj_scheduled_phase)row->phase));
    if (row->here == VFJ_SCHEDULED_HERE_NO)
        vfj_text_format(text, " for %s, not this VM",
                        row->resources[0] != '\0' ? row->resources : "others");
    else if (row->here == VFJ_SCHEDULED_HERE_UNKNOWN)
        vfj_text_format(text, " for %s", row->resources[0] != '\0' ? row->resources : "?");
    if (row->phase == VFJ_SCHEDULED_ANNOUNCED && row->not_before_s > 0) {
        vfj_text_add(text, ", not before ");
        vfj_time_add_rfc3339(text, row->not_before_s * INT64_C(1000000));
    }
    if (row->duration_s >= 0 && row->phase != VFJ_SCHEDULED_OVER)
        vfj_text_format(text, ", for %d s", (int)row->duration_s);
    if (row->text[0] != '\0' && row->phase != VFJ_SCHEDULED_OVER)
        vfj_text_format(text, ": %s", row->text);
    vfj_text_format(text, " [%s]", row->id);
}
