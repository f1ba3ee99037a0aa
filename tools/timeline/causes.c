/* Finds the causes of the elements in a timeline. */
#include "core/text/kv.h"
#include "tools/timeline/fill.h"

/* Returns the seq of the transition that began the delay which ended with this timer, or 0 when no
 * delay ended. */
static uint64_t take_delay(struct vfj_fill *fill, const struct vfj_record *timer)
{
    for (unsigned i = 0; i < fill->track_count; i++) {
        struct vfj_fill_slot *track = &fill->tracks[i];
        uint64_t seq = track->delay;
        if (seq == 0 || track->delay_boot != timer->boot || track->delay_due_us > timer->mono_us)
            continue;
        track->delay = 0;
        return seq;
    }
    return 0;
}

/* Returns the seq of the element that stands for a command: the command itself or, if the command
 * is not drawn, its cause. */
static uint64_t element_of(const struct vfj_fill *fill, uint64_t command)
{
    for (unsigned i = 0; i < fill->open_count; i++) {
        if (fill->open[i].seq == command)
            return fill->open[i].element;
    }
    return 0;
}

void vfj_fill_note_event(struct vfj_fill *fill, const struct vfj_record *record)
{
    bool answers = record->kind == VFJ_EVENT_OBSERVED || record->kind == VFJ_EVENT_FINISHED;
    if (!vfj_record_is_event(record))
        return;
    fill->event_seq = record->seq;
    fill->event_element = answers         ? element_of(fill, record->cause)
        : record->kind == VFJ_EVENT_TIMER ? take_delay(fill, record)
                                          : record->seq;
}

uint64_t vfj_fill_cause_of(const struct vfj_fill *fill, const struct vfj_record *record)
{
    return record->cause == fill->event_seq ? fill->event_element : 0;
}

void vfj_fill_note_delay(struct vfj_fill_slot *track, const struct vfj_record *record)
{
    char value[32];
    struct vfj_kv pair;
    int64_t us = 0;
    track->delay = 0;
    if (!vfj_kv_find(record->body, "delay_us", &pair) || !vfj_kv_value(&pair, value, sizeof value)
        || !vfj_span_to_i64(vfj_span_of(value), &us) || us <= 0 || record->mono_us < 0
        || record->mono_us > INT64_MAX - us)
        return;
    track->delay = record->seq;
    track->delay_boot = record->boot;
    track->delay_due_us = record->mono_us + us;
}
