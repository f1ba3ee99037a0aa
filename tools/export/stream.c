/* Passes on the rows of a journal in their order, and adds to each row facts that come from other
 * rows.
 *
 * An event gets the slot of its decisions, and the migration that its decisions begin. The rows of
 * an event and of its decisions therefore form a group, which is passed on when its last row has
 * been read. */
#include "tools/export/stream.h"

#include <stdlib.h>
#include <string.h>

#include "core/text/kv.h"

enum {
    GROUP_ROWS = 1024,
    GROUP_BYTES = 64 * VFJ_BODY_MAX,
    /* the newest COMMANDS commands are stored; the index of a command is its seq % COMMANDS */
    COMMANDS = 512,
};

struct waiting {
    struct vfj_stream_row row;
    size_t body, note; /* positions of the body and of the note in the group's bytes */
};

struct command {
    uint64_t seq;
    struct vfj_name slot;
    bool reads;
};

struct vfj_stream {
    vfj_stream_put *put;
    void *arg;
    struct vfj_journal *journal;
    struct vfj_episodes episodes;
    char boot_id[64];
    struct command commands[COMMANDS];
    size_t count, used;
    struct waiting group[GROUP_ROWS];
    char bytes[GROUP_BYTES + VFJ_BODY_MAX + VFJ_RECORD_NAME];
};

static void ignore_episode(void *arg, const struct vfj_episode *episode)
{
    (void)arg;
    (void)episode;
}

struct vfj_stream *vfj_stream_open(vfj_stream_put *put, void *arg)
{
    struct vfj_stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return NULL;
    stream->put = put;
    stream->arg = arg;
    vfj_episodes_begin(&stream->episodes, 1, ignore_episode, NULL);
    return stream;
}

void vfj_stream_close(struct vfj_stream *stream)
{
    free(stream);
}

void vfj_stream_set_journal(struct vfj_stream *stream, struct vfj_journal *journal, uint64_t first)
{
    stream->journal = journal;
    stream->episodes.first = first;
}

static bool name_of(struct vfj_span body, const char *key, struct vfj_name *name)
{
    struct vfj_kv pair;
    memset(name, 0, sizeof *name);
    return vfj_kv_find(body, key, &pair) && vfj_name_parse(pair.value, name);
}

/* Updates the episodes with a row. Also reads the boot id in the row of each daemon's start. */
static void follow(struct vfj_stream *stream, const struct vfj_record *record)
{
    struct vfj_kv pair;
    vfj_episodes_take(&stream->episodes, record);
    if (record->kind == VFJ_EVENT_STARTED
        && (!vfj_kv_find(record->body, "boot", &pair)
            || !vfj_kv_value(&pair, stream->boot_id, sizeof stream->boot_id)))
        stream->boot_id[0] = '\0';
}

void vfj_stream_skip(struct vfj_stream *stream, const struct vfj_record *record)
{
    follow(stream, record);
}

static const struct vfj_episode_slot *find_slot(const struct vfj_stream *stream,
                                                struct vfj_name name)
{
    for (unsigned i = 0; i < stream->episodes.slot_count; i++) {
        const struct vfj_episode_slot *slot = &stream->episodes.slots[i];
        if (vfj_name_equal(slot->name, name))
            return slot;
    }
    return NULL;
}

static const struct vfj_episode_slot *find_slot_of_vf(const struct vfj_stream *stream,
                                                      struct vfj_name name)
{
    for (unsigned i = 0; i < stream->episodes.slot_count; i++) {
        const struct vfj_episode_slot *slot = &stream->episodes.slots[i];
        if (vfj_name_equal(slot->vf, name))
            return slot;
    }
    return NULL;
}

/* Returns the id of the slot's episode that has not ended, or 0. */
static uint64_t open_episode(const struct vfj_stream *stream, struct vfj_name name)
{
    const struct vfj_episode_slot *slot = find_slot(stream, name);
    return slot != NULL && slot->has_episode && !slot->episode.ended ? slot->episode.id : 0;
}

static struct command command_of(const struct vfj_record *record)
{
    struct vfj_kv pair;
    struct command command = {.seq = record->seq};
    (void)name_of(record->body, "slot", &command.slot);
    command.reads = !vfj_kv_find(record->body, "argv", &pair);
    return command;
}

/* Returns the command with this seq. When there is none, returns a command with the seq 0. */
static struct command find_command(struct vfj_stream *stream, uint64_t seq)
{
    struct vfj_record record;
    const struct command *kept = &stream->commands[seq % COMMANDS];
    if (seq != 0 && kept->seq == seq)
        return *kept;
    if (seq == 0 || vfj_journal_get(stream->journal, seq, &record) != VFJ_OK
        || record.kind != VFJ_RECORD_COMMAND)
        return (struct command){.seq = 0};
    return command_of(&record);
}

static void find_devd_slot(const struct vfj_stream *stream, struct vfj_stream_row *row)
{
    struct vfj_devd devd;
    vfj_devd_parse(row->record.body, &devd);
    if (vfj_name_is_empty(devd.name))
        return;
    const struct vfj_episode_slot *slot = find_slot(stream, devd.name);
    if (slot == NULL)
        slot = find_slot_of_vf(stream, devd.name);
    if (slot != NULL)
        row->slot = slot->name;
    else
        row->other = devd.name;
}

/* Sets the slot of a row. The row itself names the slot, or the command whose result the row is. */
static void set_slot(struct vfj_stream *stream, struct vfj_stream_row *row)
{
    const struct vfj_record *record = &row->record;
    if (record->kind == VFJ_RECORD_COMMAND) {
        struct command command = command_of(record);
        stream->commands[record->seq % COMMANDS] = command;
        row->slot = command.slot;
    } else if (record->kind == VFJ_RECORD_TRANSITION) {
        (void)name_of(record->body, "slot", &row->slot);
        (void)name_of(record->body, "vf", &row->vf);
    } else if (record->kind == VFJ_EVENT_FINISHED || record->kind == VFJ_EVENT_OBSERVED) {
        row->slot = find_command(stream, record->cause).slot;
    } else if (record->kind == VFJ_EVENT_DEVD) {
        find_devd_slot(stream, row);
    }
}

/* Gives an event without a slot the slot of its first decision. An example of such an event is a
 * line about an interface that becomes a VF. */
static void set_event_slot(struct vfj_stream *stream)
{
    struct vfj_stream_row *event = &stream->group[0].row;
    if (!vfj_record_is_event(&event->record))
        return;
    for (size_t i = 1; i < stream->count && vfj_name_is_empty(event->slot); i++) {
        event->slot = stream->group[i].row.slot;
        if (!vfj_name_is_empty(event->slot))
            event->other = (struct vfj_name){{0}};
    }
}

static bool has_failed(struct vfj_stream *stream, const struct vfj_record *record)
{
    static struct vfj_event event; /* too large for a small stack */
    static struct vfj_command command;
    struct vfj_record decided;
    if (vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &event) != VFJ_OK)
        return false;
    const struct vfj_outcome *outcome = &event.as.finished;
    if (vfj_outcome_ok(outcome) || !vfj_outcome_ran(outcome))
        return false;
    bool has_command = record->cause != 0
        && vfj_journal_get(stream->journal, record->cause, &decided) == VFJ_OK
        && decided.kind == VFJ_RECORD_COMMAND
        && vfj_command_decode(decided.body, &command) == VFJ_OK;
    return !has_command || !vfj_command_succeeded(&command, outcome);
}

static enum vfj_severity severity_of_transition(const struct vfj_record *record)
{
    struct vfj_transition_row row;
    if (!vfj_transition_row_read(record->body, &row))
        return VFJ_SEVERITY_INFO;
    if (row.from == row.to)
        return vfj_reason_is_fault((enum vfj_reason)row.reason) ? VFJ_SEVERITY_ERROR
                                                                : VFJ_SEVERITY_WARN;
    bool leaves = vfj_state_is_fast((enum vfj_slot_state)row.from)
        && !vfj_state_is_fast((enum vfj_slot_state)row.to);
    return leaves ? VFJ_SEVERITY_WARN : VFJ_SEVERITY_INFO;
}

static enum vfj_severity severity_of_devd(const struct vfj_record *record)
{
    struct vfj_devd devd;
    vfj_devd_parse(record->body, &devd);
    bool is_noise = devd.kind == VFJ_DEVD_OTHER || devd.kind == VFJ_DEVD_LINK
        || devd.kind == VFJ_DEVD_ADDRESS;
    return is_noise ? VFJ_SEVERITY_DEBUG : VFJ_SEVERITY_INFO;
}

static enum vfj_severity severity_of_command(const struct vfj_record *record)
{
    struct vfj_kv pair;
    return vfj_kv_find(record->body, "argv", &pair) ? VFJ_SEVERITY_INFO : VFJ_SEVERITY_DEBUG;
}

static enum vfj_severity severity_of_report(const struct vfj_record *record)
{
    struct vfj_kv pair;
    bool is_usual = vfj_kv_find(record->body, "about", &pair)
        && (vfj_span_is(pair.value, "pruned") || vfj_span_is(pair.value, "identity"));
    return is_usual ? VFJ_SEVERITY_INFO : VFJ_SEVERITY_WARN;
}

static enum vfj_severity severity_of(struct vfj_stream *stream, const struct vfj_record *record)
{
    if (record->kind == VFJ_EVENT_FINISHED)
        return has_failed(stream, record) ? VFJ_SEVERITY_ERROR : VFJ_SEVERITY_INFO;
    if (record->kind == VFJ_RECORD_TRANSITION)
        return severity_of_transition(record);
    if (record->kind == VFJ_RECORD_COMMAND)
        return severity_of_command(record);
    if (record->kind == VFJ_EVENT_DEVD)
        return severity_of_devd(record);
    if (record->kind == VFJ_RECORD_JOURNAL)
        return severity_of_report(record);
    if (record->kind == VFJ_EVENT_OBSERVED || record->kind == VFJ_EVENT_TIMER
        || record->kind == VFJ_RECORD_CHECKPOINT)
        return VFJ_SEVERITY_DEBUG;
    bool is_end = record->kind == VFJ_EVENT_GAP || record->kind == VFJ_EVENT_STOPPED;
    return is_end ? VFJ_SEVERITY_WARN : VFJ_SEVERITY_INFO;
}

/* Returns the kind of the row that caused this row. The cause is in the same group, or is a
 * command. */
static uint8_t cause_kind_of(struct vfj_stream *stream, const struct vfj_record *record)
{
    struct vfj_record cause;
    const struct vfj_record *event = &stream->group[0].row.record;
    if (record->cause == event->seq)
        return event->kind;
    if (stream->commands[record->cause % COMMANDS].seq == record->cause)
        return VFJ_RECORD_COMMAND;
    if (vfj_journal_get(stream->journal, record->cause, &cause) == VFJ_OK)
        return cause.kind;
    /* The cause was pruned. The cause of an outcome or an observation is always a command. The
     * cause of a part of a checkpoint is always another part of it. */
    if (record->kind == VFJ_EVENT_FINISHED || record->kind == VFJ_EVENT_OBSERVED)
        return VFJ_RECORD_COMMAND;
    return record->kind == VFJ_RECORD_CHECKPOINT ? record->kind : (uint8_t)VFJ_EVENT_DEVD;
}

/* Sets the episode to which each row of the group belongs: one that began before the group and has
 * not ended, or one that the group begins. A transition that ends an episode belongs to this
 * episode. */
static void set_migrations(struct vfj_stream *stream)
{
    for (size_t i = 0; i < stream->count; i++)
        stream->group[i].row.migration = open_episode(stream, stream->group[i].row.slot);
    for (size_t i = 0; i < stream->count; i++) {
        struct vfj_stream_row *row = &stream->group[i].row;
        follow(stream, &row->record);
        const struct vfj_episode_slot *slot = find_slot(stream, row->slot);
        bool is_in = row->record.kind == VFJ_RECORD_TRANSITION && slot != NULL && slot->has_episode
            && slot->episode.last == row->record.seq;
        if (is_in)
            row->migration = slot->episode.id;
        (void)vfj_span_copy(row->boot_id, sizeof row->boot_id, vfj_span_of(stream->boot_id));
        if (slot != NULL && vfj_name_is_empty(row->vf))
            row->vf = slot->vf;
    }
}

static void set_begun_migrations(struct vfj_stream *stream)
{
    for (size_t i = 0; i < stream->count; i++) {
        struct vfj_stream_row *row = &stream->group[i].row;
        bool is_named = !vfj_name_is_empty(row->slot);
        for (size_t k = 0; k < stream->count && is_named && row->migration == 0; k++) {
            const struct vfj_stream_row *other = &stream->group[k].row;
            if (other->record.kind == VFJ_RECORD_TRANSITION && other->migration == other->record.seq
                && vfj_name_equal(other->slot, row->slot))
                row->migration = other->migration;
        }
    }
}

void vfj_stream_flush(struct vfj_stream *stream)
{
    if (stream->count == 0)
        return;
    for (size_t i = 0; i < stream->count; i++) {
        struct waiting *waiting = &stream->group[i];
        waiting->row.record.body.text = stream->bytes + waiting->body;
        waiting->row.record.note.text = stream->bytes + waiting->note;
        set_slot(stream, &waiting->row);
    }
    set_event_slot(stream);
    set_migrations(stream);
    set_begun_migrations(stream);
    for (size_t i = 0; i < stream->count; i++) {
        struct vfj_stream_row *row = &stream->group[i].row;
        if (row->record.cause != 0)
            row->cause_kind = cause_kind_of(stream, &row->record);
        row->severity = (uint8_t)severity_of(stream, &row->record);
        stream->put(stream->arg, row);
    }
    stream->count = 0;
    stream->used = 0;
}

static size_t keep(struct vfj_stream *stream, struct vfj_span span)
{
    size_t at = stream->used;
    if (span.length > 0)
        memcpy(stream->bytes + at, span.text, span.length);
    stream->used += span.length;
    return at;
}

void vfj_stream_take(struct vfj_stream *stream, const struct vfj_record *record)
{
    bool is_next = stream->count > 0 && stream->count < GROUP_ROWS && stream->used < GROUP_BYTES
        && vfj_record_is_decided(record) && record->cause == stream->group[0].row.record.seq;
    if (!is_next)
        vfj_stream_flush(stream);
    struct waiting *waiting = &stream->group[stream->count++];
    waiting->row = (struct vfj_stream_row){.record = *record};
    waiting->body = keep(stream, record->body);
    waiting->note = keep(stream, record->note);
}
