/* The metrics of `vfjournal check`, in Prometheus' text format. */
#include <stdlib.h>
#include <string.h>

#include "tools/check/check.h"

/* The numbers of one slot in the whole journal. As Prometheus metrics they are gauges and not
 * counters, because pruning the journal makes them smaller. */
struct totals {
    struct vfj_name slot;
    unsigned episodes[VFJ_EPISODE_KIND_COUNT];
    int64_t slow_us, longest_us, outage_us;
    unsigned leaves, findings, announced, unannounced;
    bool is_without;
};

struct metrics {
    struct totals *slots;
    size_t count;
};

/* Returns the totals of a slot, and adds the slot if it is new. Returns NULL when all places are in
 * use. */
static struct totals *find(struct metrics *metrics, struct vfj_name slot)
{
    for (size_t i = 0; i < metrics->count; i++) {
        if (vfj_name_equal(metrics->slots[i].slot, slot))
            return &metrics->slots[i];
    }
    if (metrics->count == VFJ_SLOTS_MAX)
        return NULL; /* no machine has this many slots */
    struct totals *totals = &metrics->slots[metrics->count++];
    *totals = (struct totals){.slot = slot};
    return totals;
}

static void add_episode(struct totals *totals, const struct vfj_episode *episode)
{
    int64_t us = vfj_episode_us(episode);
    if (totals == NULL)
        return;
    totals->episodes[episode->kind]++;
    if (__builtin_add_overflow(totals->slow_us, us, &totals->slow_us))
        totals->slow_us = INT64_MAX;
    if (us > totals->longest_us)
        totals->longest_us = us;
    totals->leaves += episode->leaves;
    totals->findings += episode->finding_count;
    totals->announced += episode->announcement != NULL;
    totals->unannounced += vfj_episode_is_unannounced(episode);
    if (episode->end.seq == 0) {
        totals->is_without = true;
        totals->outage_us = us;
    }
}

static void begin(FILE *out, const char *name, const char *text)
{
    (void)fprintf(out, "# HELP vfjournal_%s %s\n# TYPE vfjournal_%s gauge\n", name, text, name);
}

static void print_seconds(FILE *out, const char *name, const char *slot, int64_t us)
{
    (void)fprintf(out, "vfjournal_%s{slot=\"%s\"} %lld.%06lld\n", name, slot,
                  (long long)(us / 1000000), (long long)(us % 1000000));
}

static void print_number(FILE *out, const char *name, const char *slot, unsigned number)
{
    (void)fprintf(out, "vfjournal_%s{slot=\"%s\"} %u\n", name, slot, number);
}

static void print_slots(FILE *out, const struct metrics *metrics)
{
    begin(out, "episodes", "Times without the fast path that the journal holds.");
    for (size_t i = 0; i < metrics->count; i++) {
        for (unsigned kind = 0; kind < VFJ_EPISODE_KIND_COUNT; kind++)
            (void)fprintf(out, "vfjournal_episodes{slot=\"%s\",kind=\"%s\"} %u\n",
                          metrics->slots[i].slot.text,
                          vfj_episode_kind_name((enum vfj_episode_kind)kind),
                          metrics->slots[i].episodes[kind]);
    }
    begin(out, "slow_path_seconds", "Time without the fast path that the journal holds.");
    for (size_t i = 0; i < metrics->count; i++)
        print_seconds(out, "slow_path_seconds", metrics->slots[i].slot.text,
                      metrics->slots[i].slow_us);
    begin(out, "slow_path_longest_seconds", "The longest time without the fast path.");
    for (size_t i = 0; i < metrics->count; i++)
        print_seconds(out, "slow_path_longest_seconds", metrics->slots[i].slot.text,
                      metrics->slots[i].longest_us);
    begin(out, "without_fast_path", "1 while the slot is without the fast path.");
    for (size_t i = 0; i < metrics->count; i++)
        print_number(out, "without_fast_path", metrics->slots[i].slot.text,
                     metrics->slots[i].is_without);
    begin(out, "outage_seconds", "For how long the slot has been without the fast path.");
    for (size_t i = 0; i < metrics->count; i++)
        print_seconds(out, "outage_seconds", metrics->slots[i].slot.text,
                      metrics->slots[i].outage_us);
    begin(out, "vf_leaves", "How often the VF left.");
    for (size_t i = 0; i < metrics->count; i++)
        print_number(out, "vf_leaves", metrics->slots[i].slot.text, metrics->slots[i].leaves);
    begin(out, "findings", "Faults and other findings about the slot.");
    for (size_t i = 0; i < metrics->count; i++)
        print_number(out, "findings", metrics->slots[i].slot.text, metrics->slots[i].findings);
    begin(out, "announced", "Times without the fast path that belong to an event of Azure.");
    for (size_t i = 0; i < metrics->count; i++)
        print_number(out, "announced", metrics->slots[i].slot.text, metrics->slots[i].announced);
    begin(out, "unannounced", "Migrations of no such event, though it was watched for.");
    for (size_t i = 0; i < metrics->count; i++)
        print_number(out, "unannounced", metrics->slots[i].slot.text,
                     metrics->slots[i].unannounced);
}

static void print_journal(FILE *out, const struct vfj_audit_source *source)
{
    begin(out, "gaps", "Places of the journal where events may be missing.");
    (void)fprintf(out, "vfjournal_gaps %zu\n", source->audit.gaps.count);
    begin(out, "waiting_events", "Events in the daemon's memory that no record has yet.");
    (void)fprintf(out, "vfjournal_waiting_events %llu\n", (unsigned long long)source->waiting);
    begin(out, "daemon_running", "1 while a daemon writes the journal.");
    (void)fprintf(out, "vfjournal_daemon_running %d\n", source->daemon > 0);
    begin(out, "newest_record_timestamp_seconds", "Unix time of the newest record.");
    (void)fprintf(out, "vfjournal_newest_record_timestamp_seconds %lld\n",
                  (long long)(source->audit.newest.wall_us / 1000000));
    begin(out, "newest_record", "Number of the newest record.");
    (void)fprintf(out, "vfjournal_newest_record %llu\n",
                  (unsigned long long)source->audit.newest.seq);
}

bool vfj_check_print_metrics(FILE *out, const struct vfj_audit_source *source)
{
    const struct vfj_audit *audit = &source->audit;
    struct metrics metrics = {.slots = calloc(VFJ_SLOTS_MAX, sizeof *metrics.slots)};
    if (metrics.slots == NULL)
        return false;
    for (size_t i = 0; i < audit->count; i++)
        add_episode(find(&metrics, audit->episodes[i].slot), &audit->episodes[i]);
    print_slots(out, &metrics);
    print_journal(out, source);
    free(metrics.slots);
    return true;
}
