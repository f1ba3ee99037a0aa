/* The paragraph of `vfjournal explain` about announcements of Azure Scheduled Events. */
#include <string.h>

#include "tools/audit/describe.h"
#include "tools/audit/read.h"
#include "tools/explain/explain.h"
#include "tools/terminal.h"

static void add_announcement(struct vfj_text *text, const struct vfj_episode *episode)
{
    const struct vfj_announcement *announcement = episode->announcement;
    if (announcement == NULL) {
        if (vfj_episode_is_unannounced(episode))
            vfj_text_add(text, "Azure Scheduled Events were watched, and did not announce it.");
        return;
    }
    int64_t notice_us = vfj_announcement_notice_us(announcement, episode);
    const struct vfj_point *first
        = announcement->announced.seq != 0 ? &announcement->announced : &announcement->started;
    vfj_text_add(text,
                 notice_us > 0 ? "Azure Scheduled Events announced it "
                               : "Azure Scheduled Events told of it after it had begun");
    if (notice_us > 0) {
        vfj_time_add_duration(text, notice_us);
        vfj_text_add(text, " before");
    }
    vfj_text_add(text, ", as ");
    vfj_announcement_add(text, announcement);
    vfj_text_format(text, " (record %llu)", (unsigned long long)first->seq);
    if (announcement->event.text[0] != '\0')
        vfj_text_format(text, ": %s", announcement->event.text);
    vfj_text_add(text, ".");
}

static void add_episodes(struct vfj_text *text, const struct vfj_audit *audit, const char *id)
{
    for (size_t i = 0; i < audit->count; i++) {
        const struct vfj_episode *episode = &audit->episodes[i];
        if (episode->announcement == NULL || strcmp(episode->announcement->event.id, id) != 0)
            continue;
        vfj_text_format(text, "%s %llu of %s belongs to it: ",
                        vfj_episode_kind_name((enum vfj_episode_kind)episode->kind),
                        (unsigned long long)episode->id, episode->slot.text);
        vfj_time_add_duration(text, vfj_episode_us(episode));
        vfj_text_add(text, " without the fast path. ");
    }
    if (text->length == 0)
        vfj_text_add(text, "No time without the fast path belongs to it.");
}

/* Returns true when the record is an announcement, or changes a slot's state. Only such a record
 * can be related to an announcement. */
static bool is_joined(const struct vfj_kept *subject)
{
    if (subject->record.kind == VFJ_EVENT_SCHEDULED)
        return subject->is_read && vfj_scheduled_is_event(&subject->event.as.scheduled);
    return subject->record.kind == VFJ_RECORD_TRANSITION && vfj_record_moves(&subject->record);
}

enum vfj_status vfj_explain_print_host(struct vfj_explain *explain)
{
    const struct vfj_kept *subject = &explain->subject;
    struct vfj_text text = vfj_explain_begin(explain);
    struct vfj_audit audit;
    if (!is_joined(subject))
        return VFJ_OK;
    enum vfj_status status = vfj_audit_read(explain->journal, 0, NULL, NULL, &audit);
    if (status == VFJ_OK && subject->record.kind == VFJ_EVENT_SCHEDULED) {
        add_episodes(&text, &audit, subject->event.as.scheduled.id);
    } else if (status == VFJ_OK) {
        for (size_t i = 0; i < audit.count; i++) {
            if (audit.episodes[i].id == subject->record.seq
                || audit.episodes[i].end.seq == subject->record.seq)
                add_announcement(&text, &audit.episodes[i]);
        }
    }
    vfj_explain_print_paragraph("THE HOST", &text);
    vfj_audit_free(&audit);
    return status;
}
