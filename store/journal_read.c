/* The part of the journal that reads rows, which may come from an untrusted file. */
#include <inttypes.h>
#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "store/journal_impl.h"
#include "store/schema.h"
#include "store/secret.h"

/* The columns of every SELECT of records, in the order of the schema. */
enum column { SEQ, CAUSE, BOOT, WALL_US, MONO_US, KIND, BODY, NOTE, DIGEST, CHAIN };

enum vfj_status vfj_journal_last(struct vfj_journal *journal, uint64_t *seq)
{
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_LAST];
    enum vfj_status status = VFJ_OK;
    int code = sqlite3_step(stmt);
    sqlite3_int64 last = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    if (code != SQLITE_ROW)
        status = vfj_journal_failed(journal, code);
    *seq = last > 0 ? (uint64_t)last : 0;
    (void)sqlite3_reset(stmt);
    return status;
}

enum vfj_status vfj_journal_first(struct vfj_journal *journal, uint64_t *seq)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_FIRST);
    if (status != VFJ_OK)
        return status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_FIRST];
    int code = sqlite3_step(stmt);
    *seq = code == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(stmt, 0) : 0;
    if (code != SQLITE_ROW)
        status = vfj_journal_failed(journal, code);
    (void)sqlite3_reset(stmt);
    return status;
}

static struct vfj_span bytes_of(sqlite3_stmt *row, enum column column)
{
    const char *text = sqlite3_column_blob(row, (int)column);
    return text != NULL ? (struct vfj_span){text, (size_t)sqlite3_column_bytes(row, (int)column)}
                        : (struct vfj_span){"", 0};
}

static bool has_type(sqlite3_stmt *row, enum column column, int type)
{
    return sqlite3_column_type(row, (int)column) == type;
}

static bool read_integer(sqlite3_stmt *row, enum column column, int64_t *number)
{
    *number = sqlite3_column_int64(row, (int)column);
    return has_type(row, column, SQLITE_INTEGER);
}

static bool read_unsigned(sqlite3_stmt *row, enum column column, uint64_t *number)
{
    *number = (uint64_t)sqlite3_column_int64(row, (int)column);
    return has_type(row, column, SQLITE_INTEGER);
}

static bool read_cause(sqlite3_stmt *row, struct vfj_record *record)
{
    record->cause = 0;
    if (has_type(row, CAUSE, SQLITE_NULL))
        return true;
    return read_unsigned(row, CAUSE, &record->cause) && record->cause >= 1
        && record->cause < record->seq;
}

static bool read_kind(sqlite3_stmt *row, struct vfj_record *record)
{
    if (!has_type(row, KIND, SQLITE_TEXT))
        return false;
    unsigned kind = vfj_record_kind_parse(bytes_of(row, KIND));
    record->kind = (uint8_t)kind;
    return kind < VFJ_RECORD_KIND_COUNT;
}

/* Reads the body. Returns false when its SQL type is not the one in which vfj_journal_append()
 * stores such a body. */
static bool read_body(sqlite3_stmt *row, struct vfj_record *record)
{
    bool is_text = has_type(row, BODY, SQLITE_TEXT);
    if (!is_text && !has_type(row, BODY, SQLITE_BLOB))
        return false;
    record->body = bytes_of(row, BODY);
    record->is_masked = false;
    return record->body.length <= VFJ_BODY_MAX && vfj_body_is_text(record->body) == is_text;
}

static bool read_note(sqlite3_stmt *row, struct vfj_record *record)
{
    record->note = (struct vfj_span){"", 0};
    if (has_type(row, NOTE, SQLITE_NULL))
        return true;
    if (!has_type(row, NOTE, SQLITE_TEXT))
        return false;
    record->note = bytes_of(row, NOTE);
    return vfj_note_is_name(record->note);
}

static bool read_digest(sqlite3_stmt *row, struct vfj_record *record)
{
    record->digest = 0;
    if (!vfj_record_is_event(record))
        return has_type(row, DIGEST, SQLITE_NULL);
    return read_unsigned(row, DIGEST, &record->digest);
}

static bool read_chain(sqlite3_stmt *row, struct vfj_record *record)
{
    if (!has_type(row, CHAIN, SQLITE_BLOB))
        return false;
    struct vfj_span chain = bytes_of(row, CHAIN);
    if (chain.length != sizeof record->chain)
        return false;
    memcpy(record->chain, chain.text, sizeof record->chain);
    return true;
}

/* Fills in every member of the record. Returns NULL on success, or the name of the first column
 * that cannot belong to a record. */
static const char *read_columns(sqlite3_stmt *row, struct vfj_record *record)
{
    /* SEQ is the rowid, which is an integer in any file */
    record->seq = (uint64_t)sqlite3_column_int64(row, SEQ);
    if (record->seq == 0 || record->seq > INT64_MAX)
        return "seq";
    if (!read_cause(row, record))
        return "cause";
    if (!read_unsigned(row, BOOT, &record->boot) || record->boot > INT64_MAX)
        return "boot";
    if (!read_integer(row, WALL_US, &record->wall_us))
        return "wall_us";
    if (!read_integer(row, MONO_US, &record->mono_us))
        return "mono_us";
    if (!read_kind(row, record))
        return "kind";
    if (!read_body(row, record))
        return "body";
    if (!read_note(row, record))
        return "note";
    if (!read_digest(row, record))
        return "digest";
    return read_chain(row, record) ? NULL : "chain";
}

enum vfj_status vfj_journal_damaged(struct vfj_journal *journal, uint64_t seq, const char *column)
{
    struct vfj_text text = vfj_journal_begin_detail(journal);
    vfj_text_format(&text, "record %" PRIu64 ": invalid %s", seq, column);
    return VFJ_JOURNAL_DAMAGED;
}

/* Replaces a short body (store/short_body.h) by the whole one, which it writes to `bytes`. Leaves
 * any other body as it is. */
static enum vfj_status lengthen(struct vfj_journal *journal, struct vfj_record *record,
                                char bytes[VFJ_BASE_SIZE])
{
    struct vfj_record base = {.kind = VFJ_EVENT_OBSERVED, .body = {"", 0}};
    struct vfj_text whole = vfj_text_begin(bytes, VFJ_BASE_SIZE);
    uint64_t none;
    if (!vfj_body_is_short(record, &base.seq))
        return VFJ_OK;
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_BASE);
    if (status != VFJ_OK)
        return status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_BASE];
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, (sqlite3_int64)base.seq) == SQLITE_OK);
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        base.body = bytes_of(stmt, (enum column)0);
    else if (code != SQLITE_DONE)
        status = vfj_journal_failed(journal, code);
    if (status == VFJ_OK
        && (code == SQLITE_DONE || vfj_body_is_short(&base, &none)
            || !vfj_body_lengthen(base.body, record->body, &whole)))
        status = vfj_journal_damaged(journal, record->seq, "body");
    record->body = (struct vfj_span){whole.bytes, whole.length};
    (void)sqlite3_reset(stmt);
    return status;
}

/* Reads the statement's next record. SQLite or the journal owns the record's spans; they are valid
 * until the next step of the statement. */
static enum vfj_status read_next(struct vfj_journal *journal, sqlite3_stmt *stmt,
                                 struct vfj_record *record)
{
    int code = sqlite3_step(stmt);
    if (code == SQLITE_DONE)
        return vfj_journal_has_changed(journal) ? VFJ_JOURNAL_BUSY : VFJ_END;
    if (code != SQLITE_ROW)
        return vfj_journal_failed(journal, code);
    const char *wrong = read_columns(stmt, record);
    if (wrong != NULL)
        return vfj_journal_damaged(journal, record->seq, wrong);
    bool is_walk = stmt == journal->walk;
    return lengthen(journal, record, journal->bodies[is_walk]);
}

static void begin_walk(struct vfj_journal *journal, enum vfj_statement statement, uint64_t from,
                       enum vfj_direction direction)
{
    vfj_journal_walk_end(journal);
    journal->direction = direction;
    journal->walk_last = 0;
    journal->walk_status = vfj_journal_prepare(journal, statement);
    if (journal->walk_status != VFJ_OK)
        return;
    journal->walk = journal->statements[statement];
    /* A walk forward from record 1 also reads rows with a seq of 0 or less, since these must be
     * refused. */
    bool is_whole = direction == VFJ_FORWARD && from <= 1;
    int64_t bound = is_whole ? INT64_MIN : from > INT64_MAX ? INT64_MAX : (int64_t)from;
    VFJ_CHECK(sqlite3_bind_int64(journal->walk, 1, bound) == SQLITE_OK);
}

void vfj_journal_walk(struct vfj_journal *journal, uint64_t from, enum vfj_direction direction)
{
    begin_walk(journal, direction == VFJ_FORWARD ? VFJ_STATEMENT_FORWARD : VFJ_STATEMENT_BACKWARD,
               from, direction);
}

void vfj_journal_walk_milestones(struct vfj_journal *journal, uint64_t from, bool outcomes)
{
    begin_walk(journal, VFJ_STATEMENT_MILESTONES, from, VFJ_FORWARD);
    if (journal->walk != NULL)
        VFJ_CHECK(sqlite3_bind_int(journal->walk, 2, outcomes) == SQLITE_OK);
}

void vfj_journal_walk_reports(struct vfj_journal *journal)
{
    begin_walk(journal, VFJ_STATEMENT_REPORTS, UINT64_MAX, VFJ_BACKWARD);
}

void vfj_journal_walk_starts(struct vfj_journal *journal)
{
    begin_walk(journal, VFJ_STATEMENT_STARTS, UINT64_MAX, VFJ_BACKWARD);
}

void vfj_journal_walk_scheduled(struct vfj_journal *journal, uint64_t from)
{
    bool has_none = journal->version < VFJ_SCHEMA_SCHEDULED;
    begin_walk(journal, VFJ_STATEMENT_SCHEDULED, has_none ? UINT64_MAX : from, VFJ_FORWARD);
}

/* Returns true when `seq` follows the seq that the walk read last. A malformed file can list
 * rows in any order, and without end. */
static bool is_in_order(const struct vfj_journal *journal, uint64_t seq)
{
    if (journal->walk_last == 0)
        return true;
    return journal->direction == VFJ_FORWARD ? seq > journal->walk_last : seq < journal->walk_last;
}

/* When the body becomes too long for `bytes`, the record gets an empty body. */
void vfj_record_mask(char bytes[VFJ_BODY_MAX + 1], struct vfj_record *record)
{
    struct vfj_span body = record->body;
    struct vfj_text text = vfj_text_begin(bytes, VFJ_BODY_MAX + 1);
    if (!vfj_secret_may_be_in(body))
        return;
    vfj_secret_add(&text, body);
    if (text.overflow)
        text.length = 0;
    record->is_masked
        = text.length != body.length || memcmp(text.bytes, body.text, body.length) != 0;
    if (record->is_masked)
        record->body = (struct vfj_span){text.bytes, text.length};
}

enum vfj_status vfj_journal_next(struct vfj_journal *journal, struct vfj_record *record)
{
    enum vfj_status status = vfj_journal_next_raw(journal, record);
    if (status == VFJ_OK)
        vfj_record_mask(journal->masked[0], record);
    return status;
}

enum vfj_status vfj_journal_next_raw(struct vfj_journal *journal, struct vfj_record *record)
{
    VFJ_CHECK(journal->walk != NULL || journal->walk_status != VFJ_OK);
    if (journal->walk == NULL)
        return journal->walk_status;
    enum vfj_status status = read_next(journal, journal->walk, record);
    if (status != VFJ_OK)
        return status;
    if (!is_in_order(journal, record->seq))
        return vfj_journal_damaged(journal, record->seq, "order");
    journal->walk_last = record->seq;
    return VFJ_OK;
}

void vfj_journal_walk_end(struct vfj_journal *journal)
{
    if (journal->walk != NULL)
        (void)sqlite3_reset(journal->walk);
    journal->walk = NULL;
}

enum vfj_status vfj_journal_get(struct vfj_journal *journal, uint64_t seq,
                                struct vfj_record *record)
{
    enum vfj_status status = vfj_journal_get_raw(journal, seq, record);
    if (status == VFJ_OK)
        vfj_record_mask(journal->masked[1], record);
    return status;
}

enum vfj_status vfj_journal_get_raw(struct vfj_journal *journal, uint64_t seq,
                                    struct vfj_record *record)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_ONE);
    if (status != VFJ_OK)
        return status;
    if (seq > (uint64_t)INT64_MAX)
        return VFJ_END;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_ONE];
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq) == SQLITE_OK);
    return read_next(journal, stmt, record);
}

struct clocks {
    int64_t seq, boot, wall_us, mono_us;
};

/* Reads the wall time and the monotonic time of the first record whose seq is at least `seq`.
 * Returns VFJ_END when there is none. */
static enum vfj_status read_clocks(struct vfj_journal *journal, int64_t seq, struct clocks *clocks)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_CLOCKS);
    if (status != VFJ_OK)
        return status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_CLOCKS];
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, seq) == SQLITE_OK);
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        *clocks = (struct clocks){sqlite3_column_int64(stmt, 0), sqlite3_column_int64(stmt, 1),
                                  sqlite3_column_int64(stmt, 2), sqlite3_column_int64(stmt, 3)};
    else
        status = code == SQLITE_DONE ? VFJ_END : vfj_journal_failed(journal, code);
    (void)sqlite3_reset(stmt);
    return status;
}

/* Returns true when the wall clock was not set between the records `a` and `b`. The wall times
 * of the records between them then lie between the times of `a` and `b`. When a time daemon
 * slews the clocks, both change alike. */
static bool is_steady(const struct clocks *a, const struct clocks *b)
{
    const int64_t tolerance_us = 1000000;
    int64_t wall_us, mono_us, apart_us;
    return a->boot == b->boot && !__builtin_sub_overflow(b->wall_us, a->wall_us, &wall_us)
        && !__builtin_sub_overflow(b->mono_us, a->mono_us, &mono_us)
        && !__builtin_sub_overflow(wall_us, mono_us, &apart_us) && apart_us <= tolerance_us
        && apart_us >= -tolerance_us;
}

/* Returns true when a record between `a` and `b` can have a wall time of at least `wall_us`. */
static bool may_reach(const struct clocks *a, const struct clocks *b, int64_t wall_us)
{
    const int64_t tolerance_us = 1000000;
    int64_t latest_us = a->wall_us > b->wall_us ? a->wall_us : b->wall_us;
    return !is_steady(a, b) || latest_us >= INT64_MAX - tolerance_us
        || latest_us + tolerance_us >= wall_us;
}

/* Sets *seq to the first record from `first` to `last` whose wall time is at least `wall_us`, or to
 * 0 when there is none. Reads the time of each record. */
static enum vfj_status search_between(struct vfj_journal *journal, int64_t wall_us, int64_t first,
                                      int64_t last, uint64_t *seq)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_SINCE);
    if (status != VFJ_OK)
        return status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_SINCE];
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, wall_us) == SQLITE_OK
              && sqlite3_bind_int64(stmt, 2, first) == SQLITE_OK
              && sqlite3_bind_int64(stmt, 3, last) == SQLITE_OK);
    int code = sqlite3_step(stmt);
    sqlite3_int64 found = code == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        status = vfj_journal_failed(journal, code);
    *seq = found > 0 ? (uint64_t)found : 0;
    (void)sqlite3_reset(stmt);
    return status;
}

enum vfj_status vfj_journal_since(struct vfj_journal *journal, int64_t wall_us, uint64_t *seq)
{
    struct clocks from = {.seq = 0}, to = {.seq = 0};
    *seq = 0;
    enum vfj_status status = read_clocks(journal, INT64_MIN, &from);
    while (status == VFJ_OK && *seq == 0) {
        bool is_last = from.seq > INT64_MAX - VFJ_CLOCKS_STEP;
        status = is_last ? VFJ_END : read_clocks(journal, from.seq + VFJ_CLOCKS_STEP, &to);
        if (status == VFJ_END)
            return search_between(journal, wall_us, from.seq, INT64_MAX, seq);
        if (status == VFJ_OK && may_reach(&from, &to, wall_us))
            status = search_between(journal, wall_us, from.seq, to.seq, seq);
        from = to;
    }
    return status == VFJ_END ? VFJ_OK : status;
}

enum vfj_status vfj_journal_times(struct vfj_journal *journal, int64_t *least_us, int64_t *most_us)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_TIMES);
    if (status != VFJ_OK)
        return status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_TIMES];
    int code = sqlite3_step(stmt);
    if (code != SQLITE_ROW)
        status = vfj_journal_failed(journal, code);
    *least_us = sqlite3_column_int64(stmt, 0);
    *most_us = sqlite3_column_int64(stmt, 1);
    (void)sqlite3_reset(stmt);
    return status;
}
