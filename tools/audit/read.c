/* Reads the episodes of a journal. */
#include "tools/audit/read.h"

#include <stdlib.h>
#include <string.h>

#include "store/progress.h"

/* The largest number of sequence numbers that are skipped at once when part of the journal is
 * damaged. */
enum { STEP_MAX = 64 };

struct reading {
    struct vfj_audit *audit;
    struct vfj_journal *journal;
    vfj_state_span_put *put_span;
    void *arg;
    struct vfj_episodes episodes;
};

static void put_episode(void *arg, const struct vfj_episode *episode)
{
    struct vfj_audit *audit = ((struct reading *)arg)->audit;
    if (audit->count == audit->room) {
        size_t room = audit->room > 0 ? 2 * audit->room : 64;
        struct vfj_episode *list = realloc(audit->episodes, room * sizeof *list);
        if (list == NULL) {
            audit->no_memory = true;
            return;
        }
        audit->episodes = list;
        audit->room = room;
    }
    audit->episodes[audit->count++] = *episode;
}

static void add_mark(struct vfj_audit *audit, struct vfj_marks *marks, struct vfj_name slot,
                     const struct vfj_point *at)
{
    if (marks->count == marks->room) {
        size_t room = marks->room > 0 ? 2 * marks->room : 64;
        struct vfj_mark *list = realloc(marks->list, room * sizeof *list);
        if (list == NULL) {
            audit->no_memory = true;
            return;
        }
        marks->list = list;
        marks->room = room;
    }
    marks->list[marks->count++] = (struct vfj_mark){.slot = slot, .at = *at};
}

static void put_leave(void *arg, struct vfj_name slot, const struct vfj_point *at)
{
    struct vfj_audit *audit = ((struct reading *)arg)->audit;
    add_mark(audit, &audit->leaves, slot, at);
}

static void put_span(void *arg, const struct vfj_state_span *span)
{
    const struct reading *reading = arg;
    reading->put_span(reading->arg, span);
}

static void set_point(struct vfj_point *point, const struct vfj_record *record)
{
    *point = (struct vfj_point){.seq = record->seq,
                                .boot = record->boot,
                                .wall_us = record->wall_us,
                                .mono_us = record->mono_us};
}

/* Reads the journal's first record (VFJ_FORWARD) or its last one (VFJ_BACKWARD). When this record
 * is damaged, `point` remains empty. */
static enum vfj_status read_end(struct vfj_journal *journal, enum vfj_direction direction,
                                struct vfj_point *point)
{
    struct vfj_record record;
    vfj_journal_walk(journal, direction == VFJ_FORWARD ? 1 : UINT64_MAX, direction);
    enum vfj_status status = vfj_journal_next(journal, &record);
    vfj_journal_walk_end(journal);
    if (status == VFJ_OK)
        set_point(point, &record);
    return status == VFJ_END || status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

/* Records that none of the rows from `first` to `last` can be read. */
static void note_damage(struct reading *reading, uint64_t first, uint64_t last)
{
    struct vfj_audit *audit = reading->audit;
    if (audit->damage[0] == '\0')
        (void)vfj_span_copy(audit->damage, sizeof audit->damage,
                            vfj_span_of(vfj_journal_detail(reading->journal)));
    if (last < first)
        return;
    if (audit->unreadable == 0)
        audit->unreadable_first = first;
    audit->unreadable += last - first + 1;
    audit->unreadable_last = last;
}

/* Finds the next readable record after a damaged part. Looks for it by its seq, because the index
 * may be damaged too. `after` is the seq of the last record that was read. Returns VFJ_OK when
 * there is one. */
static enum vfj_status read_behind(struct reading *reading, uint64_t after,
                                   struct vfj_record *record)
{
    uint64_t last = 0, step = 1, seq = after + 1;
    enum vfj_status status = vfj_journal_last(reading->journal, &last);
    if (status != VFJ_OK)
        last = reading->audit->newest.seq;
    status = VFJ_JOURNAL_DAMAGED;
    while (status == VFJ_JOURNAL_DAMAGED && seq <= last) {
        vfj_journal_walk(reading->journal, seq, VFJ_FORWARD);
        status = vfj_journal_next(reading->journal, record);
        if (status == VFJ_JOURNAL_DAMAGED) {
            seq += step;
            step = step < STEP_MAX ? 2 * step : step;
        }
    }
    if (status == VFJ_OK)
        note_damage(reading, after + 1, record->seq - 1);
    else
        note_damage(reading, after + 1, last);
    return status == VFJ_JOURNAL_DAMAGED ? VFJ_END : status;
}

static void take_mark(struct reading *reading, const struct vfj_record *record)
{
    struct vfj_audit *audit = reading->audit;
    struct vfj_point at;
    set_point(&at, record);
    if (vfj_record_is_loss(record))
        add_mark(audit, &audit->gaps, (struct vfj_name){{0}}, &at);
    else if (record->kind == VFJ_EVENT_STARTED || record->kind == VFJ_EVENT_STOPPED)
        add_mark(audit, &audit->daemons, (struct vfj_name){{0}}, &at);
}

static enum vfj_status read_all(struct reading *reading)
{
    struct vfj_record record;
    uint64_t last = 0;
    enum vfj_status status;
    vfj_progress_begin("reading records", "records", reading->audit->newest.seq);
    vfj_journal_walk_milestones(reading->journal, 1, false);
    do {
        /* Only names, states and reasons are taken from these rows, and no password. */
        status = vfj_journal_next_raw(reading->journal, &record);
        if (status == VFJ_JOURNAL_DAMAGED)
            status = read_behind(reading, last, &record);
        if (status == VFJ_OK) {
            vfj_episodes_take(&reading->episodes, &record);
            take_mark(reading, &record);
            last = record.seq;
            vfj_progress_set(last);
        }
    } while (status == VFJ_OK && !reading->audit->no_memory);
    vfj_journal_walk_end(reading->journal);
    return status == VFJ_END ? VFJ_OK : status;
}

/* Reads the rows about Azure Scheduled Events. A separate pass over the journal is fast enough,
 * because these rows are few. */
static enum vfj_status read_announcements(struct reading *reading)
{
    struct vfj_announcements *announcements = &reading->audit->announcements;
    struct vfj_record record;
    enum vfj_status status;
    vfj_journal_walk_scheduled(reading->journal, 1);
    while ((status = vfj_journal_next(reading->journal, &record)) == VFJ_OK
           && !announcements->no_memory)
        vfj_announcements_take(announcements, &record);
    vfj_journal_walk_end(reading->journal);
    for (size_t i = 0; i < reading->audit->daemons.count; i++)
        vfj_announcements_interrupt(announcements, &reading->audit->daemons.list[i].at);
    if (status == VFJ_JOURNAL_DAMAGED)
        note_damage(reading, 1, 0);
    if (announcements->no_memory)
        return VFJ_SYSTEM;
    return status == VFJ_END || status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

/* Sets audit->now, the time up to which episodes last, to the present time, if this is later than
 * the time of the newest record. */
static void set_now(struct vfj_audit *audit, int64_t now_us)
{
    int64_t later = 0;
    audit->now = audit->newest;
    if (now_us <= audit->newest.wall_us
        || __builtin_sub_overflow(now_us, audit->newest.wall_us, &later)
        || __builtin_add_overflow(audit->newest.mono_us, later, &audit->now.mono_us))
        return;
    audit->now.wall_us = now_us;
}

static int by_id(const void *a, const void *b)
{
    const struct vfj_episode *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

static enum vfj_status run(struct reading *reading, int64_t now_us)
{
    struct vfj_audit *audit = reading->audit;
    enum vfj_status status = read_end(reading->journal, VFJ_FORWARD, &audit->oldest);
    if (status == VFJ_OK)
        status = read_end(reading->journal, VFJ_BACKWARD, &audit->newest);
    if (status != VFJ_OK)
        return status;
    set_now(audit, now_us);
    /* When the first record is damaged, the beginning of each slot is unknown, as in a pruned
     * journal. */
    vfj_episodes_begin(&reading->episodes, audit->oldest.seq != 0 ? audit->oldest.seq : 2,
                       put_episode, reading);
    reading->episodes.put_leave = put_leave;
    if (reading->put_span != NULL)
        reading->episodes.put_span = put_span;
    status = read_all(reading);
    if (status == VFJ_OK)
        status = read_announcements(reading);
    vfj_episodes_end(&reading->episodes, &audit->now);
    return status == VFJ_OK && audit->no_memory ? VFJ_SYSTEM : status;
}

enum vfj_status vfj_audit_read(struct vfj_journal *journal, int64_t now_us,
                               vfj_state_span_put *span_put, void *arg, struct vfj_audit *audit)
{
    struct reading *reading = calloc(1, sizeof *reading);
    memset(audit, 0, sizeof *audit);
    if (reading == NULL)
        return VFJ_SYSTEM;
    reading->audit = audit;
    reading->journal = journal;
    reading->put_span = span_put;
    reading->arg = arg;
    enum vfj_status status = run(reading, now_us);
    free(reading);
    if (audit->count > 0)
        qsort(audit->episodes, audit->count, sizeof audit->episodes[0], by_id);
    vfj_episodes_join_events(audit->episodes, audit->count);
    vfj_announcements_join(&audit->announcements, audit->episodes, audit->count);
    return status;
}

/* Counts the outcome of a command as part of the episode, if the command is one of its slot and
 * changes the guest. */
static enum vfj_status count_outcome(struct vfj_journal *journal, const struct vfj_record *record,
                                     struct vfj_episode *episode)
{
    static struct vfj_event event; /* too large for a small stack */
    static struct vfj_command command;
    struct vfj_record decided;
    if (record->kind != VFJ_EVENT_FINISHED || record->cause < episode->id)
        return VFJ_OK;
    enum vfj_status status = vfj_journal_get(journal, record->cause, &decided);
    if (status != VFJ_OK)
        return status == VFJ_END ? VFJ_OK : status;
    if (decided.kind == VFJ_RECORD_COMMAND && vfj_command_decode(decided.body, &command) == VFJ_OK
        && !vfj_command_reads(&command) && vfj_name_equal(command.hn, episode->slot)
        && vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &event) == VFJ_OK)
        vfj_episode_count_command(episode, &command, &event.as.finished);
    return VFJ_OK;
}

enum vfj_status vfj_audit_count_commands(struct vfj_journal *journal, struct vfj_episode *episode)
{
    struct vfj_record record;
    bool is_open = episode->end.seq == 0;
    enum vfj_status status;
    memset(&episode->commands, 0, sizeof episode->commands);
    vfj_journal_walk_milestones(journal, episode->id, true);
    while ((status = vfj_journal_next(journal, &record)) == VFJ_OK
           && (is_open || record.seq <= episode->end.seq)) {
        enum vfj_status counted = count_outcome(journal, &record, episode);
        if (counted != VFJ_OK) {
            status = counted;
            break;
        }
    }
    vfj_journal_walk_end(journal);
    return status == VFJ_END ? VFJ_OK : status;
}

struct vfj_episode *vfj_audit_find(const struct vfj_audit *audit, uint64_t id)
{
    struct vfj_episode key = {.id = id};
    return audit->count == 0 ? NULL
                             : bsearch(&key, audit->episodes, audit->count, sizeof key, by_id);
}

uint64_t vfj_audit_last_of(const struct vfj_audit *audit, const struct vfj_episode *episode)
{
    return episode->end.seq == 0 ? audit->newest.seq : episode->last;
}

void vfj_audit_free(struct vfj_audit *audit)
{
    free(audit->episodes);
    free(audit->leaves.list);
    free(audit->gaps.list);
    free(audit->daemons.list);
    vfj_announcements_free(&audit->announcements);
    memset(audit, 0, sizeof *audit);
}
