/* Prunes an open journal in steps of one transaction each. */
#include "store/prune_step.h"

#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "store/chain.h"
#include "store/journal_impl.h"
#include "store/state_checkpoint.h"

enum { RELEASE_PAGES = 256 }; /* one MiB of pages; releasing them takes a few milliseconds */

static enum vfj_status number_of(struct vfj_journal *journal, const char *pragma, uint64_t *number)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(journal->db, pragma, -1, &stmt, NULL);
    if (code == SQLITE_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        *number = (uint64_t)sqlite3_column_int64(stmt, 0);
        code = SQLITE_OK;
    }
    sqlite3_finalize(stmt);
    return code == SQLITE_OK ? VFJ_OK : vfj_journal_failed(journal, code);
}

enum vfj_status vfj_prune_size(struct vfj_journal *journal, struct vfj_prune_size *size)
{
    uint64_t page = 0, pages = 0, spare = 0;
    enum vfj_status status = number_of(journal, "PRAGMA page_size", &page);
    if (status == VFJ_OK)
        status = number_of(journal, "PRAGMA page_count", &pages);
    if (status == VFJ_OK)
        status = number_of(journal, "PRAGMA freelist_count", &spare);
    size->used = (pages - spare) * page;
    size->spare = spare * page;
    return status;
}

/* Returns true when the chain of the record follows from the head in its body. */
static bool has_its_head(const struct vfj_record *record)
{
    struct vfj_head_hash head;
    uint32_t rules;
    struct vfj_chain *chain = vfj_chain_open();
    bool is_first = chain != NULL && vfj_state_checkpoint_first(record->body, &head, &rules);
    if (is_first)
        vfj_chain_add(chain, record, &head);
    vfj_chain_close(chain);
    return is_first && memcmp(head.bytes, record->chain, sizeof record->chain) == 0;
}

/* Reads the parts of the state checkpoint that begins with the row `seq`. Returns
 * VFJ_JOURNAL_DAMAGED when a journal cannot begin with it. */
static enum vfj_status read_checkpoint(struct vfj_journal *journal, uint64_t seq,
                                       struct vfj_state_checkpoint_reader *reader)
{
    enum vfj_state_checkpoint_read read = VFJ_STATE_CHECKPOINT_MORE;
    enum vfj_status status = VFJ_OK;
    struct vfj_record record;
    vfj_journal_walk(journal, seq, VFJ_FORWARD);
    for (uint64_t at = seq; status == VFJ_OK && read == VFJ_STATE_CHECKPOINT_MORE; at++) {
        status = vfj_journal_next_raw(journal, &record);
        if (status != VFJ_OK)
            break;
        if (record.seq != at || record.kind != VFJ_RECORD_CHECKPOINT
            || (at == seq && !has_its_head(&record)))
            status = VFJ_JOURNAL_DAMAGED;
        else
            read = vfj_state_checkpoint_read(reader, record.body);
    }
    vfj_journal_walk_end(journal);
    if (status != VFJ_OK)
        return status == VFJ_END ? VFJ_JOURNAL_DAMAGED : status;
    return read == VFJ_STATE_CHECKPOINT_READ ? VFJ_OK : VFJ_JOURNAL_DAMAGED;
}

/* Searches the rows after journal->starts_searched for the newest start of a daemon with the
 * present rules. The journal object caches the result, so that no row is searched twice. */
static enum vfj_status search_starts(struct vfj_journal *journal)
{
    struct vfj_record record;
    struct vfj_event event;
    uint64_t last = 0;
    bool is_present = false;
    enum vfj_status status = vfj_journal_last(journal, &last);
    if (status != VFJ_OK || last == journal->starts_searched)
        return status;
    vfj_journal_walk_starts(journal);
    while (!is_present && (status = vfj_journal_next_raw(journal, &record)) == VFJ_OK
           && record.seq > journal->starts_searched) {
        is_present = vfj_event_decode(VFJ_EVENT_STARTED, record.body, &event) == VFJ_OK
            && event.as.started.rules == VFJ_RULES;
        if (is_present)
            journal->present_start = record.seq;
    }
    vfj_journal_walk_end(journal);
    if (status == VFJ_OK || status == VFJ_END)
        journal->starts_searched = last;
    return status == VFJ_END ? VFJ_OK : status;
}

/* Sets *can_begin to true when a journal can begin with the state checkpoint `seq`. The
 * verification reads a state checkpoint only as long as the rules decide as recorded.
 *
 * At a state checkpoint of other rules, the present rules may give another state when they replay
 * the rows before it. A daemon with the present rules that started later continued from that other
 * state, and recorded its digests. Such a state checkpoint is not used. */
static enum vfj_status check_checkpoint(struct vfj_journal *journal, uint64_t seq, bool *can_begin)
{
    struct vfj_state_checkpoint_reader reader;
    struct vfj_machine *machine = calloc(1, sizeof *machine);
    if (machine == NULL)
        return vfj_journal_failed(journal, SQLITE_NOMEM);
    vfj_state_checkpoint_read_begin(&reader, machine);
    enum vfj_status status = read_checkpoint(journal, seq, &reader);
    free(machine);
    if (status == VFJ_OK && reader.rules != VFJ_RULES)
        status = search_starts(journal);
    *can_begin = status == VFJ_OK && (reader.rules == VFJ_RULES || journal->present_start < seq);
    return status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

/* Finds the next state checkpoint after the row `seq`, whatever its content. */
static enum vfj_status find_checkpoint(struct vfj_journal *journal, uint64_t seq, uint64_t *next,
                                       int64_t *wall_us)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_NEXT_STATE_CHECKPOINT);
    if (status != VFJ_OK || seq > INT64_MAX)
        return status == VFJ_OK ? VFJ_END : status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_NEXT_STATE_CHECKPOINT];
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq) == SQLITE_OK);
    int code = sqlite3_step(stmt);
    if (code == SQLITE_ROW) {
        *next = (uint64_t)sqlite3_column_int64(stmt, 0);
        *wall_us = sqlite3_column_int64(stmt, 1);
    } else {
        status = code == SQLITE_DONE ? VFJ_END : vfj_journal_failed(journal, code);
    }
    (void)sqlite3_reset(stmt);
    return status;
}

enum vfj_status vfj_prune_next_state_checkpoint(struct vfj_journal *journal, uint64_t seq,
                                                uint64_t *next, int64_t *wall_us)
{
    enum vfj_status status = VFJ_OK;
    int64_t found_us = 0;
    bool can_begin = false;
    while (status == VFJ_OK && !can_begin) {
        status = find_checkpoint(journal, seq, &seq, &found_us);
        if (status == VFJ_OK)
            status = check_checkpoint(journal, seq, &can_begin);
    }
    if (status == VFJ_OK) {
        *next = seq;
        *wall_us = found_us;
    }
    return status;
}

/* Finds the first state checkpoint after the first row. The journal object caches the result, so
 * that no row is searched twice. */
static enum vfj_status find_next(struct vfj_journal *journal, uint64_t first,
                                 struct vfj_prune_point *next)
{
    struct vfj_prune_point *point = &journal->next_checkpoint;
    if (point->seq <= first) {
        uint64_t last = 0;
        uint64_t from = journal->searched > first ? journal->searched : first;
        enum vfj_status status = vfj_journal_last(journal, &last);
        if (status == VFJ_OK)
            status = vfj_prune_next_state_checkpoint(journal, from, &point->seq, &point->wall_us);
        if (status == VFJ_END)
            journal->searched = last;
        if (status != VFJ_OK)
            return status;
    }
    *next = *point;
    return VFJ_OK;
}

/* Replaces the cached state checkpoint by the next one. The caller does so for a checkpoint
 * whose wall time is in the future, since the clock was ahead when it was written. Returns
 * VFJ_END when no other checkpoint follows. */
static enum vfj_status skip_next(struct vfj_journal *journal)
{
    struct vfj_prune_point *point = &journal->next_checkpoint;
    uint64_t last = 0;
    uint64_t from = journal->searched > point->seq ? journal->searched : point->seq;
    enum vfj_status status = vfj_journal_last(journal, &last);
    if (status == VFJ_OK)
        status = vfj_prune_next_state_checkpoint(journal, from, &point->seq, &point->wall_us);
    if (status == VFJ_END)
        journal->searched = last;
    return status;
}

enum vfj_status vfj_prune_before(struct vfj_journal *journal, uint64_t cut)
{
    enum vfj_status status = vfj_journal_prepare(journal, VFJ_STATEMENT_PRUNE);
    if (status == VFJ_OK)
        status = vfj_journal_begin(journal);
    if (status != VFJ_OK)
        return status;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_PRUNE];
    VFJ_CHECK(cut <= INT64_MAX && sqlite3_bind_int64(stmt, 1, (sqlite3_int64)cut) == SQLITE_OK);
    status = vfj_journal_run_untriggered(journal, VFJ_STATEMENT_PRUNE);
    if (status == VFJ_OK)
        status = vfj_journal_commit(journal);
    if (status != VFJ_OK)
        vfj_journal_rollback(journal);
    return status;
}

/* Returns free pages to the file system. Returns VFJ_END when that has no effect. An old
 * journal, for example, was made without auto_vacuum. */
static enum vfj_status release_pages(struct vfj_journal *journal,
                                     const struct vfj_prune_size *before)
{
    char sql[64];
    struct vfj_prune_size after;
    (void)sqlite3_snprintf(sizeof sql, sql, "PRAGMA incremental_vacuum(%d)", RELEASE_PAGES);
    enum vfj_status status = vfj_journal_begin(journal);
    if (status != VFJ_OK)
        return status;
    int code = sqlite3_exec(journal->db, sql, NULL, NULL, NULL);
    status = code == SQLITE_OK ? vfj_journal_commit(journal) : vfj_journal_failed(journal, code);
    if (status == VFJ_OK)
        status = vfj_prune_size(journal, &after);
    else
        vfj_journal_rollback(journal);
    return status == VFJ_OK && after.spare >= before->spare ? VFJ_END : status;
}

static bool is_too_large(const struct vfj_prune_rule *rule, const struct vfj_prune_size *size)
{
    return rule->max_bytes > 0 && size->used > rule->max_bytes;
}

/* Returns true when the rule may delete rows. Otherwise the caller does not search the next state
 * checkpoint. That search can take long: a journal of an older format may have a million rows and
 * no state checkpoint. */
static bool may_apply(const struct vfj_prune_rule *rule, const struct vfj_prune_size *size)
{
    return rule->keep_us > 0 || is_too_large(rule, size);
}

/* Reads the wall time of a row. Returns false when the row is missing or cannot be read. */
static bool wall_time_of(struct vfj_journal *journal, uint64_t seq, int64_t *wall_us)
{
    if (vfj_journal_prepare(journal, VFJ_STATEMENT_WALL_TIME) != VFJ_OK)
        return false;
    sqlite3_stmt *stmt = journal->statements[VFJ_STATEMENT_WALL_TIME];
    VFJ_CHECK(sqlite3_bind_int64(stmt, 1, (sqlite3_int64)seq) == SQLITE_OK);
    bool found = sqlite3_step(stmt) == SQLITE_ROW;
    if (found)
        *wall_us = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_reset(stmt);
    return found;
}

/* Returns true when the rows younger than keep_us began at least settled_us ago (struct
 * vfj_prune_rule). Bisects from the first row, which is old, to the last row, which must be young.
 * A row whose time is more than settled_us in the future counts as old. */
static bool is_settled(struct vfj_journal *journal, const struct vfj_prune_rule *rule,
                       int64_t wall_us, uint64_t first)
{
    const int64_t oldest_us = wall_us - rule->keep_us, newest_us = wall_us + rule->settled_us;
    int64_t began_us = 0, middle_us = 0;
    uint64_t old = first, young = 0;
    if (rule->settled_us == 0)
        return true;
    if (vfj_journal_last(journal, &young) != VFJ_OK || !wall_time_of(journal, young, &began_us)
        || began_us < oldest_us || began_us > newest_us)
        return false;
    while (young - old > 1) {
        uint64_t middle = old + (young - old) / 2;
        bool is_young = wall_time_of(journal, middle, &middle_us) && middle_us >= oldest_us
            && middle_us <= newest_us;
        if (is_young)
            began_us = middle_us;
        *(is_young ? &young : &old) = middle;
    }
    return wall_us - began_us >= rule->settled_us;
}

static bool may_prune(struct vfj_journal *journal, const struct vfj_prune_rule *rule,
                      const struct vfj_prune_size *size, const struct vfj_prune_point *next,
                      int64_t wall_us, uint64_t first)
{
    bool is_old = rule->keep_us > 0 && next->wall_us < wall_us - rule->keep_us;
    return is_too_large(rule, size) || (is_old && is_settled(journal, rule, wall_us, first));
}

enum vfj_status vfj_prune_step(struct vfj_journal *journal, const struct vfj_prune_rule *rule,
                               int64_t wall_us, uint64_t spare, uint64_t *first)
{
    struct vfj_prune_size size;
    struct vfj_prune_point next;
    enum vfj_status status = vfj_prune_size(journal, &size);
    if (status == VFJ_OK)
        status = vfj_journal_first(journal, first);
    if (status != VFJ_OK)
        return status;
    status = may_apply(rule, &size) ? find_next(journal, *first, &next) : VFJ_END;
    if (status == VFJ_OK && may_prune(journal, rule, &size, &next, wall_us, *first)) {
        *first = next.seq;
        return vfj_prune_before(journal, next.seq);
    }
    if (status == VFJ_OK && rule->keep_us > 0 && next.wall_us > wall_us
        && is_settled(journal, rule, wall_us, *first))
        status = skip_next(journal);
    else if (status == VFJ_OK)
        status = VFJ_END;
    if (status != VFJ_END)
        return status;
    return size.spare > spare ? release_pages(journal, &size) : VFJ_END;
}
