/* Replay: steps the machine by every event of a journal, and compares its decisions with the
 * records. */
#include "store/replay.h"

#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/journal_impl.h"
#include "store/progress.h"
#include "store/state_checkpoint.h"

/* The highest seq that a journal may begin with. No journal can use up the seqs above it. */
static const uint64_t seq_max = UINT64_C(1) << 62;

/* A replay in progress. */
struct replay {
    struct vfj_journal *journal;
    struct vfj_machine *machine;
    const struct vfj_replay_checks *checks;
    struct vfj_replay_result *result;
    struct vfj_chain *chain; /* NULL: the chain is not checked */
    struct vfj_record event; /* the row of the newest event, without its spans */
    /* rows: how many rows must follow the event's row; row: how many of these were read */
    unsigned rows, row;
    bool other_rules; /* the newest started event was written under other rules */
    /* other rules decided otherwise, so nothing is compared until the next start */
    bool uncompared;
    bool ended;
    struct vfj_head_hash before; /* the chain's head before the current record */
    /* the replay is reading the state checkpoint with which the journal begins */
    bool reads_first;
    bool in_checkpoint;      /* another row of a state checkpoint must come next */
    uint64_t checkpoint_seq; /* seq of the first part */
    uint32_t rules; /* version of the rules in the newest started event or state checkpoint */
    struct vfj_state_checkpoint checkpoint;
    struct vfj_state_checkpoint_reader reader;
    char body[VFJ_BODY_MAX + 1];
};

const char *vfj_verdict_name(enum vfj_verdict verdict)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_VERDICT_##symbol] = (name),
        VFJ_VERDICTS(X)
#undef X
    };
    VFJ_CHECK(verdict < VFJ_VERDICT_COUNT);
    return names[verdict];
}

const char *vfj_verdict_text(enum vfj_verdict verdict)
{
    static const char *const texts[] = {
#define X(symbol, name, text) [VFJ_VERDICT_##symbol] = (text),
        VFJ_VERDICTS(X)
#undef X
    };
    VFJ_CHECK(verdict < VFJ_VERDICT_COUNT);
    return texts[verdict];
}

static void copy_difference(char to[VFJ_DIFFERENCE_SIZE], struct vfj_span text)
{
    char bytes[VFJ_BODY_MAX + 1];
    struct vfj_record shown = {.body = text};
    vfj_record_mask(bytes, &shown);
    text = shown.body;
    struct vfj_text kept = vfj_text_begin(to, VFJ_DIFFERENCE_SIZE);
    for (size_t i = 0; i < text.length && !kept.overflow; i++)
        vfj_text_add_char(&kept, text.text[i] != '\0' ? text.text[i] : ' ');
}

static void set_verdict(struct replay *replay, enum vfj_verdict verdict, uint64_t seq,
                        const char *what)
{
    replay->result->verdict = (uint8_t)verdict;
    replay->result->seq = seq;
    replay->result->what = what;
}

static void finish(struct replay *replay, enum vfj_verdict verdict, uint64_t seq, const char *what)
{
    set_verdict(replay, verdict, seq, what);
    replay->ended = true;
}

/* Records that the machine does not decide as the record says. Ends the replay, unless other
 * rules were in force when the record was written. */
static void differ(struct replay *replay, uint64_t seq, const char *what, struct vfj_span expected,
                   struct vfj_span found)
{
    bool first = replay->result->what == NULL;
    if (replay->uncompared || (replay->other_rules && !first))
        return;
    copy_difference(replay->result->expected, expected);
    copy_difference(replay->result->found, found);
    set_verdict(replay, replay->other_rules ? VFJ_VERDICT_RULES_CHANGED : VFJ_VERDICT_DIVERGED, seq,
                what);
    replay->uncompared = replay->other_rules;
    replay->ended = !replay->other_rules;
}

static void differ_number(struct replay *replay, uint64_t seq, const char *what, uint64_t expected,
                          uint64_t found, bool hex)
{
    char bytes[2][24];
    struct vfj_text texts[2];
    const uint64_t numbers[2] = {expected, found};
    for (int i = 0; i < 2; i++) {
        texts[i] = vfj_text_begin(bytes[i], sizeof bytes[i]);
        if (hex)
            vfj_text_add_hex(&texts[i], numbers[i], 16);
        else
            vfj_text_add_u64(&texts[i], numbers[i]);
    }
    differ(replay, seq, what, (struct vfj_span){texts[0].bytes, texts[0].length},
           (struct vfj_span){texts[1].bytes, texts[1].length});
}

static bool same_bytes(struct vfj_span a, struct vfj_span b)
{
    return a.length == b.length && (a.length == 0 || memcmp(a.text, b.text, a.length) == 0);
}

static void compare_number(struct replay *replay, uint64_t seq, const char *what, uint64_t expected,
                           uint64_t found)
{
    if (!replay->ended && expected != found)
        differ_number(replay, seq, what, expected, found, false);
}

static void compare_bytes(struct replay *replay, uint64_t seq, const char *what,
                          struct vfj_span expected, struct vfj_span found)
{
    if (!replay->ended && !same_bytes(expected, found))
        differ(replay, seq, what, expected, found);
}

/* Checks that no seq is missing and that the chain holds. Returns false, and ends the replay,
 * when a record was edited or is missing. */
static bool check_chain(struct replay *replay, const struct vfj_record *record)
{
    struct vfj_replay_result *result = replay->result;
    replay->before = result->head;
    if (record->seq != result->records + 1) {
        finish(replay, VFJ_VERDICT_EDITED, result->records + 1, "record missing");
        return false;
    }
    if (replay->chain == NULL)
        return true;
    struct vfj_head_hash head = result->head;
    vfj_chain_add(replay->chain, record, &head);
    if (memcmp(head.bytes, record->chain, sizeof record->chain) != 0) {
        finish(replay, VFJ_VERDICT_EDITED, record->seq, "chain");
        return false;
    }
    result->head = head;
    return true;
}

/* Records the version of the rules that a started event names. When it is the present version,
 * the replay compares decisions with the records again, from this event on: the daemon that
 * started then had restored its state by the same rules as this replay. */
static void note_rules(struct replay *replay, const struct vfj_event *event)
{
    if (event->kind != VFJ_EVENT_STARTED)
        return;
    replay->rules = event->as.started.rules;
    replay->other_rules = replay->rules != VFJ_RULES;
    replay->uncompared = replay->other_rules && replay->result->what != NULL;
}

/* Records that the row at `seq` is not the next transition or command that the event must have. */
static void differ_missing(struct replay *replay, uint64_t seq)
{
    struct vfj_text text = vfj_text_begin(replay->body, sizeof replay->body);
    struct vfj_record missing;
    vfj_machine_row(replay->machine, &replay->event, replay->row, &missing, &text);
    differ(replay, seq, vfj_record_kind_name(missing.kind), missing.body, vfj_span_of("(none)"));
}

static void check_event(struct replay *replay, const struct vfj_record *record)
{
    struct vfj_event event;
    struct vfj_record *expected = &replay->event;
    if (replay->row < replay->rows) {
        differ_missing(replay, record->seq);
        if (replay->ended)
            return;
    }
    if (vfj_event_decode((enum vfj_event_kind)record->kind, record->body, &event) != VFJ_OK) {
        finish(replay, VFJ_VERDICT_DIVERGED, record->seq, "body");
        copy_difference(replay->result->expected, vfj_span_of("a body that decodes"));
        copy_difference(replay->result->found, record->body);
        return;
    }
    event.kind = record->kind;
    event.wall_us = record->wall_us;
    event.mono_us = record->mono_us;
    note_rules(replay, &event);
    vfj_machine_step(replay->machine, &event, record->seq, expected);
    replay->rows = vfj_machine_rows(replay->machine);
    replay->row = 0;
    compare_number(replay, record->seq, "cause", expected->cause, record->cause);
    compare_number(replay, record->seq, "boot", expected->boot, record->boot);
    compare_bytes(replay, record->seq, "note", expected->note, record->note);
    if (!replay->ended && expected->digest != record->digest)
        differ_number(replay, record->seq, "digest", expected->digest, record->digest, true);
    replay->result->events++;
}

/* Compares a transition or a command of the journal with the machine's next one. */
static void check_decided(struct replay *replay, const struct vfj_record *record)
{
    struct vfj_text text = vfj_text_begin(replay->body, sizeof replay->body);
    struct vfj_record expected;
    const char *what = vfj_record_kind_name(record->kind);
    if (replay->uncompared)
        return;
    if (replay->row == replay->rows) {
        differ(replay, record->seq, what, vfj_span_of("(none)"), record->body);
        return;
    }
    vfj_machine_row(replay->machine, &replay->event, replay->row, &expected, &text);
    replay->row++;
    compare_bytes(replay, record->seq, "kind", vfj_span_of(vfj_record_kind_name(expected.kind)),
                  vfj_span_of(what));
    compare_bytes(replay, record->seq, what, expected.body, record->body);
    compare_bytes(replay, record->seq, "note", expected.note, record->note);
    compare_number(replay, record->seq, "cause", expected.cause, record->cause);
    compare_number(replay, record->seq, "boot", expected.boot, record->boot);
    compare_number(replay, record->seq, "wall_us", (uint64_t)expected.wall_us,
                   (uint64_t)record->wall_us);
    compare_number(replay, record->seq, "mono_us", (uint64_t)expected.mono_us,
                   (uint64_t)record->mono_us);
}

/* When the journal begins with a state checkpoint, begins the replay there. The state and the
 * chain are checked like those of any other journal. */
static void begin_pruned(struct replay *replay, const struct vfj_record *record)
{
    uint32_t rules = 0;
    struct vfj_replay_result *result = replay->result;
    if (record->kind != VFJ_RECORD_CHECKPOINT || record->seq > seq_max
        || !vfj_state_checkpoint_first(record->body, &result->head, &rules))
        return;
    result->first = record->seq;
    result->first_head = result->head;
    result->records = record->seq - 1;
    replay->rules = rules;
    replay->other_rules = rules != VFJ_RULES;
    replay->reads_first = true;
    vfj_state_checkpoint_read_begin(&replay->reader, replay->machine);
}

static void read_checkpoint(struct replay *replay, const struct vfj_record *record)
{
    switch (vfj_state_checkpoint_read(&replay->reader, record->body)) {
    case VFJ_STATE_CHECKPOINT_MORE:
        replay->in_checkpoint = true;
        break;
    case VFJ_STATE_CHECKPOINT_READ:
        replay->reads_first = replay->in_checkpoint = false;
        break;
    case VFJ_STATE_CHECKPOINT_WRONG:
        finish(replay, VFJ_VERDICT_DIVERGED, record->seq, "checkpoint");
        copy_difference(replay->result->expected,
                        vfj_span_of("a state that the machine can continue from"));
        copy_difference(replay->result->found, record->body);
        break;
    }
}

/* Compares a state checkpoint inside the journal with the one that the machine would write at
 * that place. */
static void compare_checkpoint(struct replay *replay, const struct vfj_record *record)
{
    uint32_t rules = 0;
    struct vfj_head_hash head = replay->before;
    struct vfj_text text = vfj_text_begin(replay->body, sizeof replay->body);
    if (!replay->in_checkpoint) {
        /* A replay that does not check the chain has no head of its own, and uses the head in
         * the record. */
        if (replay->chain == NULL)
            (void)vfj_state_checkpoint_first(record->body, &head, &rules);
        vfj_state_checkpoint_begin(&replay->checkpoint, replay->machine, &head, replay->rules);
        replay->checkpoint_seq = record->seq;
    }
    (void)vfj_state_checkpoint_write(&replay->checkpoint, &text);
    replay->in_checkpoint = replay->checkpoint.part < replay->checkpoint.parts;
    compare_bytes(replay, record->seq, "checkpoint", (struct vfj_span){text.bytes, text.length},
                  record->body);
    compare_number(replay, record->seq, "cause",
                   record->seq > replay->checkpoint_seq ? replay->checkpoint_seq : 0,
                   record->cause);
}

/* Checks a row that is neither an event nor a decision. Such a row must follow an event with all
 * its decisions. */
static void check_unseen(struct replay *replay, const struct vfj_record *record)
{
    if (replay->row < replay->rows)
        differ_missing(replay, record->seq);
    if (replay->reads_first)
        read_checkpoint(replay, record);
    else if (!replay->ended && !replay->uncompared && record->kind == VFJ_RECORD_CHECKPOINT)
        compare_checkpoint(replay, record);
}

static void check_record(struct replay *replay, const struct vfj_record *record)
{
    if (replay->result->records == 0 && record->seq > 1)
        begin_pruned(replay, record);
    if (!check_chain(replay, record))
        return;
    if (replay->in_checkpoint && !replay->uncompared && record->kind != VFJ_RECORD_CHECKPOINT)
        differ(replay, record->seq, "checkpoint", vfj_span_of("its next part"), record->body);
    else if (vfj_record_is_event(record))
        check_event(replay, record);
    else if (vfj_record_is_decided(record))
        check_decided(replay, record);
    else
        check_unseen(replay, record);
    if (replay->ended)
        return;
    replay->result->records++;
    if (replay->checks->watch != NULL)
        replay->checks->watch(replay->checks->arg, record, replay->machine);
}

/* Checks the end of the journal: all decisions of the last event must have been read. */
static void check_end(struct replay *replay, enum vfj_status status)
{
    if (status != VFJ_END) {
        finish(replay, VFJ_VERDICT_UNUSABLE, replay->result->records + 1, "journal");
        replay->result->status = (uint8_t)status;
    } else if (replay->in_checkpoint && !replay->uncompared) {
        finish(replay, VFJ_VERDICT_INCOMPLETE, replay->result->records + 1, "checkpoint");
    } else if (replay->row < replay->rows && !replay->uncompared) {
        struct vfj_text text = vfj_text_begin(replay->body, sizeof replay->body);
        struct vfj_record missing;
        vfj_machine_row(replay->machine, &replay->event, replay->row, &missing, &text);
        copy_difference(replay->result->expected, missing.body);
        copy_difference(replay->result->found, vfj_span_of("(the end)"));
        finish(replay, VFJ_VERDICT_INCOMPLETE, missing.seq, vfj_record_kind_name(missing.kind));
    }
}

/* Returns true when the last record that the caller wants has been checked. */
static bool is_over(const struct replay *replay)
{
    return replay->checks->last != 0 && replay->result->records >= replay->checks->last;
}

static void run(struct replay *replay)
{
    struct vfj_record record;
    uint64_t last = 0;
    uint64_t first = replay->result->records;
    enum vfj_status status = vfj_journal_last(replay->journal, &last);
    vfj_progress_begin("checking records", "records",
                       status == VFJ_OK && last > first ? last - first : 0);
    vfj_journal_walk(replay->journal, first + 1, VFJ_FORWARD);
    while (!replay->ended && !is_over(replay)
           && (status = vfj_journal_next_raw(replay->journal, &record)) == VFJ_OK) {
        check_record(replay, &record);
        vfj_progress_set(replay->result->records - first);
    }
    vfj_journal_walk_end(replay->journal);
    if (!replay->ended && !is_over(replay))
        check_end(replay, status);
}

void vfj_replay_run(struct vfj_journal *journal, struct vfj_machine *machine,
                    const struct vfj_replay_checks *checks, struct vfj_replay_result *result)
{
    static const struct vfj_replay_checks all;
    struct replay replay = {.journal = journal,
                            .machine = machine,
                            .checks = checks,
                            .result = result,
                            .rules = VFJ_RULES};
    if (checks == NULL)
        replay.checks = &all;
    memset(result, 0, sizeof *result);
    result->first = 1;
    if (replay.checks->from != NULL) {
        result->records = replay.checks->from->seq;
        result->head = replay.checks->from->head;
    }
    if (replay.checks->skip_chain || (replay.chain = vfj_chain_open()) != NULL) {
        run(&replay);
    } else {
        finish(&replay, VFJ_VERDICT_UNUSABLE, 0, "memory");
        result->status = (uint8_t)vfj_journal_failed(journal, SQLITE_NOMEM);
    }
    vfj_chain_close(replay.chain);
}
