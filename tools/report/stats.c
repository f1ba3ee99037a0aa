/* Computes the numbers in the output of `vfjournal report`. */
#include "tools/report/stats.h"

#include <stdlib.h>
#include <string.h>

struct vfj_report_slot *vfj_report_slot(struct vfj_report *report, struct vfj_name name)
{
    for (unsigned i = 0; i < report->slot_count; i++) {
        if (vfj_name_equal(report->slots[i].slot, name))
            return &report->slots[i];
    }
    if (report->slot_count == VFJ_REPORT_SLOTS_MAX)
        return NULL;
    struct vfj_report_slot *slot = &report->slots[report->slot_count++];
    slot->slot = name;
    return slot;
}

/* Adds a time to the sum. The sum stays at the limit of its type on overflow, because a hostile
 * journal may contain any times. */
static void add_us(int64_t *sum, int64_t us)
{
    if (__builtin_add_overflow(*sum, us, sum))
        *sum = INT64_MAX;
}

static bool is_in(const struct vfj_period *period, int64_t us)
{
    return us >= period->begin_us && us < period->end_us;
}

static struct vfj_period day_of(const struct vfj_report *report, unsigned day)
{
    return (struct vfj_period){report->days_us[day], report->days_us[day + 1]};
}

/* Returns how much of the time of `span`, by the wall clock, is within the period. */
static int64_t part_in(const struct vfj_period *period, const struct vfj_state_span *span)
{
    int64_t from = span->from.wall_us, to = span->to.wall_us;
    from = from > period->begin_us ? from : period->begin_us;
    to = to < period->end_us ? to : period->end_us;
    return to > from ? to - from : 0;
}

void vfj_report_add_span(struct vfj_report *report, const struct vfj_state_span *span)
{
    struct vfj_report_slot *slot = vfj_report_slot(report, span->slot);
    if (slot == NULL)
        return;
    add_us(&slot->now.state_us[span->state], part_in(&report->period, span));
    add_us(&slot->before.state_us[span->state], part_in(&report->before, span));
    if (span->to.wall_us <= report->period.begin_us)
        return;
    for (unsigned i = 0; i < report->day_count; i++) {
        struct vfj_period day = day_of(report, i);
        add_us(&slot->days[i].state_us[span->state], part_in(&day, span));
    }
}

bool vfj_report_counts(const struct vfj_report *report, const struct vfj_episode *episode)
{
    return (episode->kind == VFJ_EPISODE_MIGRATION || episode->kind == VFJ_EPISODE_FALLBACK)
        && (is_in(&report->period, episode->begin.wall_us)
            || is_in(&report->before, episode->begin.wall_us));
}

int64_t vfj_quantile(const int64_t *sorted, size_t count, unsigned percent)
{
    size_t rank = (count * percent + 99) / 100;
    return count == 0 ? 0 : sorted[rank > 0 ? rank - 1 : 0];
}

static int by_size(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* The episodes and departures of the VF of one slot in one period, and space to sort their
 * durations. */
struct chosen {
    const struct vfj_episode **episodes;
    size_t episode_count;
    const struct vfj_mark **leaves;
    size_t leave_count;
    int64_t *times;
};

/* Adds the numbers of one slot in the period. */
static void add_chosen(const struct vfj_report *report, const struct chosen *chosen,
                       struct vfj_name slot, const struct vfj_period *period,
                       struct vfj_stats *stats)
{
    size_t count = 0;
    for (size_t i = 0; i < chosen->episode_count; i++) {
        const struct vfj_episode *episode = chosen->episodes[i];
        if (!vfj_name_equal(episode->slot, slot) || !is_in(period, episode->begin.wall_us))
            continue;
        enum vfj_episode_verdict verdict = vfj_episode_verdict(episode, report->slow_limit_us);
        chosen->times[count] = vfj_episode_us(episode);
        add_us(&stats->slow_us, chosen->times[count++]);
        stats->unfinished += verdict == VFJ_EPISODE_UNFINISHED;
        stats->failed += verdict == VFJ_EPISODE_FAILED;
        stats->slow += verdict == VFJ_EPISODE_SLOW;
        stats->failed_commands += episode->commands.failed;
        stats->announced += episode->announcement != NULL;
        stats->unannounced += vfj_episode_is_unannounced(episode);
    }
    stats->episodes = (unsigned)count;
    if (count > 0)
        qsort(chosen->times, count, sizeof chosen->times[0], by_size);
    stats->p50_us = vfj_quantile(chosen->times, count, 50);
    stats->p95_us = vfj_quantile(chosen->times, count, 95);
    stats->max_us = vfj_quantile(chosen->times, count, 100);
    for (size_t i = 0; i < chosen->leave_count; i++)
        stats->flaps += vfj_name_equal(chosen->leaves[i]->slot, slot)
            && is_in(period, chosen->leaves[i]->at.wall_us);
}

static void add_slot(const struct vfj_report *report, const struct chosen *chosen,
                     struct vfj_report_slot *slot)
{
    add_chosen(report, chosen, slot->slot, &report->period, &slot->now);
    add_chosen(report, chosen, slot->slot, &report->before, &slot->before);
    for (unsigned day = 0; day < report->day_count; day++) {
        struct vfj_period period = day_of(report, day);
        add_chosen(report, chosen, slot->slot, &period, &slot->days[day]);
    }
}

static void add_gaps(struct vfj_report *report, const struct vfj_audit *audit)
{
    for (size_t i = 0; i < audit->gaps.count; i++) {
        int64_t at_us = audit->gaps.list[i].at.wall_us;
        report->gaps += is_in(&report->period, at_us);
        report->gaps_before += is_in(&report->before, at_us);
        for (unsigned day = 0; day < report->day_count; day++) {
            struct vfj_period period = day_of(report, day);
            report->day_gaps[day] += is_in(&period, at_us);
        }
    }
}

static void choose(const struct vfj_report *report, const struct vfj_audit *audit,
                   struct chosen *chosen)
{
    for (size_t i = 0; i < audit->count; i++) {
        if (vfj_report_counts(report, &audit->episodes[i]))
            chosen->episodes[chosen->episode_count++] = &audit->episodes[i];
    }
    for (size_t i = 0; i < audit->leaves.count; i++) {
        const struct vfj_mark *leave = &audit->leaves.list[i];
        if (is_in(&report->period, leave->at.wall_us) || is_in(&report->before, leave->at.wall_us))
            chosen->leaves[chosen->leave_count++] = leave;
    }
}

bool vfj_report_add(struct vfj_report *report, const struct vfj_audit *audit)
{
    struct chosen chosen = {
        .episodes = malloc((audit->count + 1) * sizeof(struct vfj_episode *)),
        .leaves = malloc((audit->leaves.count + 1) * sizeof(struct vfj_mark *)),
        .times = malloc((audit->count + 1) * sizeof(int64_t)),
    };
    bool right = chosen.episodes != NULL && chosen.leaves != NULL && chosen.times != NULL;
    if (right) {
        choose(report, audit, &chosen);
        for (unsigned i = 0; i < report->slot_count; i++)
            add_slot(report, &chosen, &report->slots[i]);
        add_gaps(report, audit);
    }
    free(chosen.episodes);
    free(chosen.leaves);
    free(chosen.times);
    return right;
}
