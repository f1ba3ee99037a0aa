/* Sorts a fleet and computes its totals. */
#include <stdlib.h>
#include <string.h>

#include "tools/audit/episode.h"
#include "tools/fleet/fleet.h"
#include "tools/report/stats.h"

static int by_migrations(const void *a, const void *b)
{
    const struct vfj_fleet_guest *one = a, *other = b;
    if (one->migrations != other->migrations)
        return one->migrations > other->migrations ? -1 : 1;
    return strcmp(one->name, other->name);
}

static int by_time(const void *a, const void *b)
{
    const struct vfj_fleet_migration *one = a, *other = b;
    if (one->began_us != other->began_us)
        return one->began_us < other->began_us ? -1 : 1;
    return one->guest != other->guest ? (one->guest < other->guest ? -1 : 1) : 0;
}

static void count(struct vfj_fleet_guest *guest, const struct vfj_fleet_migration *migration)
{
    guest->migrations++;
    guest->failed += migration->failed;
    guest->unfinished += migration->us < 0;
    if (migration->us >= 0)
        guest->sum_us += migration->us;
    if (migration->us > guest->longest_us)
        guest->longest_us = migration->us;
}

void vfj_fleet_sort(struct vfj_fleet *fleet)
{
    size_t *places = calloc(fleet->guest_count + 1, sizeof *places);
    if (places == NULL) {
        fleet->no_memory = true;
        return;
    }
    for (size_t i = 0; i < fleet->guest_count; i++)
        fleet->guests[i].place = i;
    for (size_t i = 0; i < fleet->migration_count; i++)
        count(&fleet->guests[fleet->migrations[i].guest], &fleet->migrations[i]);
    if (fleet->guest_count > 0)
        qsort(fleet->guests, fleet->guest_count, sizeof *fleet->guests, by_migrations);
    for (size_t i = 0; i < fleet->guest_count; i++)
        places[fleet->guests[i].place] = i;
    for (size_t i = 0; i < fleet->migration_count; i++)
        fleet->migrations[i].guest = places[fleet->migrations[i].guest];
    if (fleet->migration_count > 0)
        qsort(fleet->migrations, fleet->migration_count, sizeof *fleet->migrations, by_time);
    free(places);
}

static int by_length(const void *a, const void *b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;
    return one < other ? -1 : one > other;
}

void vfj_fleet_sum(struct vfj_fleet *fleet, struct vfj_fleet_totals *totals)
{
    int64_t *lengths = malloc((fleet->migration_count + 1) * sizeof *lengths);
    struct vfj_fleet_event event;
    *totals = (struct vfj_fleet_totals){0};
    fleet->no_memory |= lengths == NULL;
    for (size_t i = 0; i < fleet->migration_count; i++) {
        const struct vfj_fleet_migration *migration = &fleet->migrations[i];
        totals->failed += migration->failed;
        totals->unfinished += migration->us < 0;
        if (migration->us >= 0 && lengths != NULL)
            lengths[totals->over++] = migration->us;
    }
    for (size_t at = 0; vfj_fleet_next_event(fleet, &at, &event);)
        totals->host_events++;
    if (lengths != NULL && totals->over > 0) {
        qsort(lengths, totals->over, sizeof *lengths, by_length);
        totals->p50_us = vfj_quantile(lengths, totals->over, 50);
        totals->p95_us = vfj_quantile(lengths, totals->over, 95);
        totals->longest_us = lengths[totals->over - 1];
    }
    free(lengths);
}

/* Returns the index after the last migration of the group that begins at `first`. In a group, each
 * migration begins at most VFJ_TOGETHER_US after the one before it. */
static size_t end_of_group(const struct vfj_fleet *fleet, size_t first)
{
    size_t end = first + 1;
    while (end < fleet->migration_count
           && fleet->migrations[end].began_us - fleet->migrations[end - 1].began_us
               <= VFJ_TOGETHER_US)
        end++;
    return end;
}

static bool is_first_of_guest(const struct vfj_fleet *fleet, size_t first, size_t index)
{
    for (size_t i = first; i < index; i++) {
        if (fleet->migrations[i].guest == fleet->migrations[index].guest)
            return false;
    }
    return true;
}

bool vfj_fleet_next_event(const struct vfj_fleet *fleet, size_t *at, struct vfj_fleet_event *event)
{
    while (*at < fleet->migration_count) {
        *event = (struct vfj_fleet_event){
            .first = *at, .end = end_of_group(fleet, *at), .longest_us = -1};
        *at = event->end;
        for (size_t i = event->first; i < event->end; i++) {
            event->guests += is_first_of_guest(fleet, event->first, i);
            if (fleet->migrations[i].us > event->longest_us)
                event->longest_us = fleet->migrations[i].us;
        }
        if (event->guests > 1)
            return true;
    }
    return false;
}
