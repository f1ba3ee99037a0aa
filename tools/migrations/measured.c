/* Measures what devd's lines and the daemon's snapshots show about an hn during an episode, a time
 * in which its traffic does not go through the VF. */
#include "tools/migrations/measured.h"

#include "core/data/hn_snapshot.h"
#include "tools/audit/describe.h"
#include "tools/scheduled_text.h"

struct vfj_measured vfj_measured_begin(struct vfj_name hn)
{
    return (struct vfj_measured){.hn = hn, .first = VFJ_COUNT_UNKNOWN, .last = VFJ_COUNT_UNKNOWN};
}

static void take_line(struct vfj_measured *measured, const struct vfj_record *record)
{
    struct vfj_devd devd;
    vfj_devd_parse(record->body, &devd);
    if (!vfj_name_equal(devd.name, measured->hn))
        return;
    if (devd.kind == VFJ_DEVD_VF_UP || devd.kind == VFJ_DEVD_VF_DOWN)
        measured->is_on_vf = devd.kind == VFJ_DEVD_VF_UP;
    if (devd.kind == VFJ_DEVD_LINK && !devd.link_up && !measured->is_on_vf)
        measured->link_drops++;
}

static void take_snapshot(struct vfj_measured *measured, const struct vfj_record *record)
{
    static struct vfj_event event; /* too large for a small stack */
    const struct vfj_observation *observed = &event.as.observed;
    if (vfj_event_decode(VFJ_EVENT_OBSERVED, record->body, &event) != VFJ_OK || !observed->ok
        || observed->probe != VFJ_PROBE_SNAPSHOT
        || !vfj_name_equal(observed->as.snapshot.hn.interface.name, measured->hn)
        || observed->as.snapshot.synthetic_out == VFJ_COUNT_UNKNOWN)
        return;
    if (measured->first == VFJ_COUNT_UNKNOWN)
        measured->first = observed->as.snapshot.synthetic_out;
    measured->last = observed->as.snapshot.synthetic_out;
}

void vfj_measured_take(struct vfj_measured *measured, const struct vfj_record *record)
{
    if (record->kind == VFJ_EVENT_DEVD)
        take_line(measured, record);
    else if (record->kind == VFJ_EVENT_OBSERVED)
        take_snapshot(measured, record);
}

void vfj_measured_add(struct vfj_text *text, const struct vfj_measured *measured,
                      const struct vfj_episode *episode)
{
    int64_t packets = vfj_count_since(measured->first, measured->last);
    if (episode->leaves > 0) {
        vfj_text_add(text, "VF gone ");
        vfj_time_add_duration(text, episode->state_us[VFJ_SLOT_DETACHED]);
        vfj_text_add(text, ", ");
    }
    if (packets > 0)
        vfj_text_format(text, "hn carried the traffic: %lld packets sent, ", (long long)packets);
    else if (packets == 0)
        vfj_text_add(text, "hn sent no packet, ");
    vfj_text_format(text, "%u link drop%s on hn", measured->link_drops,
                    measured->link_drops == 1 ? "" : "s");
}

void vfj_measured_add_json(struct vfj_json *json, const struct vfj_measured *measured)
{
    int64_t packets = vfj_count_since(measured->first, measured->last);
    vfj_json_add_integer(json, "link_drops", measured->link_drops);
    if (packets != VFJ_COUNT_UNKNOWN)
        vfj_json_add_integer(json, "packets_of_hn", packets);
}

void vfj_announced_add(struct vfj_text *text, const struct vfj_episode *episode, enum vfj_zone zone)
{
    const struct vfj_announcement *announcement = episode->announcement;
    int64_t notice_us = vfj_announcement_notice_us(announcement, episode);
    int64_t begin_us = announcement->not_before_s * INT64_C(1000000);
    vfj_time_add(text, begin_us > 0 ? begin_us : vfj_announcement_begin_us(announcement), zone);
    if (announcement->event.duration_s >= 0)
        vfj_text_format(text, " for %d s", (int)announcement->event.duration_s);
    vfj_text_add(text, " as ");
    vfj_scheduled_add_nature(text, announcement->event.type, announcement->event.text);
    vfj_text_add(text, notice_us > 0 ? ", told " : ", told after it had begun");
    if (notice_us > 0) {
        vfj_time_add_duration(text, notice_us);
        vfj_text_add(text, " before");
    }
    vfj_text_format(text, " [%s]", announcement->event.id);
}
