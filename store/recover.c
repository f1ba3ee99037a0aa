/* Recovers the intact records of a damaged journal into a new journal. */
#include "store/recover.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"
#include "store/journal.h"
#include "store/ledger.h"
#include "store/lock.h"
#include "store/progress.h"
#include "store/publish.h"
#include "store/recover_rows.h"
#include "store/recovered_row.h"
#include "store/state_checkpoint.h"

enum {
    BATCH = 1000, /* records in one transaction */
    RUNS_MAX = 64,
    TRIES = 16, /* limit of reads per row, on average: several pages may hold one row */
};

/* A run of records whose chain holds. */
struct run {
    uint64_t first, last;
};

/* A recovery in progress. */
struct recovery {
    struct vfj_recovered *recovered;
    const char *path;
    struct vfj_publish new_file;
    struct vfj_recover_rows *rows;
    struct vfj_chain *chain;
    struct vfj_journal *journal;
    struct vfj_head_hash head;
    /* number of reads that are left; it bounds the work for a crafted file that repeats one seq */
    uint64_t tries;
    /* seq of the first record to save, and the chain's head before that record; seq 0: none */
    struct vfj_anchor start;
    struct run runs[RUNS_MAX];
    unsigned run_count;
};

static struct vfj_text begin_detail(struct recovery *recovery, const char *where)
{
    recovery->recovered->where = where;
    return vfj_text_begin(recovery->recovered->detail, sizeof recovery->recovered->detail);
}

static enum vfj_status fail(struct recovery *recovery, const char *where, enum vfj_status status,
                            const char *detail)
{
    struct vfj_text text = begin_detail(recovery, where);
    vfj_text_add(&text, detail);
    return status;
}

static bool extends_chain(struct recovery *recovery, size_t index, bool file_only,
                          struct vfj_record *record)
{
    struct vfj_head_hash head = recovery->head;
    if (recovery->tries == 0)
        return false;
    recovery->tries--;
    if (!vfj_recover_rows_get(recovery->rows, index, file_only, record))
        return false;
    vfj_chain_add(recovery->chain, record, &head);
    if (memcmp(head.bytes, record->chain, sizeof record->chain) != 0)
        return false;
    recovery->head = head;
    vfj_recover_rows_prefer(recovery->rows, index);
    return true;
}

/* Finds a row with the seq `seq` whose chain column fits the chain up to the record before.
 * Returns false when there is none. */
static bool find_row(struct recovery *recovery, uint64_t seq, struct vfj_record *record)
{
    size_t count = vfj_recover_rows_count(recovery->rows);
    for (size_t i = vfj_recover_rows_find(recovery->rows, seq);
         i < count && vfj_recover_rows_seq(recovery->rows, i) == seq; i++) {
        if (extends_chain(recovery, i, false, record) || extends_chain(recovery, i, true, record))
            return true;
    }
    return false;
}

/* Returns the seq of the last record of the chain that begins at `start`. When the first record
 * does not fit the chain, returns the seq before `start`. */
static uint64_t find_chain_end(struct recovery *recovery, const struct vfj_anchor *start)
{
    struct vfj_record record;
    uint64_t next = start->seq;
    recovery->head = start->head;
    while (next < INT64_MAX && find_row(recovery, next, &record)) {
        next++;
        vfj_progress_set(vfj_recover_rows_find(recovery->rows, next));
    }
    return next - 1;
}

/* Returns true when a journal can begin with the row `index`: record 1, or the first part of a
 * state checkpoint. In this case *start gets the row's seq and the chain's head before the row. */
static bool can_begin(struct recovery *recovery, size_t index, struct vfj_anchor *start)
{
    struct vfj_record record;
    uint32_t rules;
    *start = (struct vfj_anchor){.seq = vfj_recover_rows_seq(recovery->rows, index)};
    if (start->seq == 1)
        return true;
    return (vfj_recover_rows_get(recovery->rows, index, false, &record)
            || vfj_recover_rows_get(recovery->rows, index, true, &record))
        && record.kind == VFJ_RECORD_CHECKPOINT
        && vfj_state_checkpoint_first(record.body, &start->head, &rules);
}

/* Finds the start of the longest run of records whose chain holds. */
static void find_start(struct recovery *recovery)
{
    struct vfj_anchor start;
    uint64_t longest = 0;
    uint64_t covered = 0;
    vfj_progress_begin("searching rows", "rows", vfj_recover_rows_count(recovery->rows));
    for (size_t i = 0; i < vfj_recover_rows_count(recovery->rows); i++) {
        vfj_progress_set(i);
        if (vfj_recover_rows_seq(recovery->rows, i) <= covered || !can_begin(recovery, i, &start))
            continue;
        uint64_t last = find_chain_end(recovery, &start);
        if (last < start.seq)
            continue;
        covered = last;
        if (recovery->run_count < RUNS_MAX)
            recovery->runs[recovery->run_count++] = (struct run){start.seq, last};
        if (last - start.seq + 1 >= longest) {
            longest = last - start.seq + 1;
            recovery->start = start;
        }
    }
}

static enum vfj_status copy_batch(struct recovery *recovery, uint64_t *next, uint64_t until,
                                  bool *more)
{
    struct vfj_record record;
    enum vfj_status status = vfj_journal_begin(recovery->journal);
    uint64_t end = *next + BATCH;
    *more = true;
    while (status == VFJ_OK && *next < end && *more) {
        *more = *next <= until && find_row(recovery, *next, &record);
        if (!*more)
            break;
        status = vfj_journal_append(recovery->journal, &record);
        *next += 1;
    }
    return status == VFJ_OK ? vfj_journal_commit(recovery->journal) : status;
}

/* Writes a new journal with the saved records up to the seq `until`, or up to the end of the
 * chain. */
static enum vfj_status write_journal(struct recovery *recovery, uint64_t until)
{
    uint64_t next = recovery->start.seq;
    bool more = next > 0;
    recovery->head = recovery->start.head;
    (void)unlink(recovery->new_file.path);
    enum vfj_status status
        = vfj_journal_open(&recovery->journal, recovery->new_file.path, VFJ_JOURNAL_WRITE);
    vfj_progress_begin("saving records", "records", 0);
    while (status == VFJ_OK && more) {
        status = copy_batch(recovery, &next, until, &more);
        vfj_progress_set(next - recovery->start.seq);
    }
    if (status != VFJ_OK)
        (void)fail(recovery, recovery->new_file.to, status, vfj_journal_detail(recovery->journal));
    vfj_journal_close(recovery->journal);
    recovery->journal = NULL;
    return status;
}

static bool is_right(const struct vfj_verified *verified)
{
    return verified->finding == VFJ_FINDING_SOUND || verified->finding == VFJ_FINDING_RULES_CHANGED;
}

static enum vfj_status verify_journal(struct recovery *recovery)
{
    struct vfj_verified *verified = &recovery->recovered->verified;
    vfj_verify(recovery->new_file.path, NULL, verified);
    if (verified->finding == VFJ_FINDING_UNUSABLE || verified->finding == VFJ_FINDING_DAMAGED)
        return fail(recovery, recovery->new_file.to,
                    verified->finding == VFJ_FINDING_DAMAGED ? VFJ_JOURNAL_IO
                                                             : (enum vfj_status)verified->status,
                    verified->detail);
    return VFJ_OK;
}

/* Saves the run of records that find_start() found. When the machine decides otherwise than some
 * record says, or the last event is incomplete, writes the new journal once more, up to the last
 * complete event. */
static enum vfj_status save(struct recovery *recovery)
{
    struct vfj_recovered *recovered = recovery->recovered;
    recovery->tries = ((uint64_t)vfj_recover_rows_count(recovery->rows) + BATCH) * TRIES;
    find_start(recovery);
    enum vfj_status status = write_journal(recovery, UINT64_MAX);
    if (status == VFJ_OK)
        status = verify_journal(recovery);
    if (status == VFJ_OK && !is_right(&recovered->verified)) {
        status = write_journal(recovery, recovered->verified.complete);
        if (status == VFJ_OK)
            status = verify_journal(recovery);
    }
    recovered->first = recovery->start.seq;
    recovered->saved = recovered->verified.head;
    return status;
}

/* Records whether rows may be missing from the new journal. None is missing when the damaged
 * journal can be verified after all, and its last record was saved. */
static void note_losses(struct recovery *recovery)
{
    struct vfj_recovered *recovered = recovery->recovered;
    struct vfj_verified damaged;
    size_t count = vfj_recover_rows_count(recovery->rows);
    recovered->newest = count > 0 ? vfj_recover_rows_seq(recovery->rows, count - 1) : 0;
    vfj_verify(recovery->path, NULL, &damaged);
    recovered->lost = !is_right(&damaged) || damaged.head.seq != recovered->saved.seq;
}

static bool is_verified(const struct vfj_recovered *recovered, uint64_t seq)
{
    return seq >= recovered->first && seq <= recovered->saved.seq;
}

/* Decodes a row. A short body whose base is lost stays short: it still shows what had changed. */
static bool get_any(struct recovery *recovery, size_t index, struct vfj_record *record)
{
    return vfj_recover_rows_get(recovery->rows, index, false, record)
        || vfj_recover_rows_get(recovery->rows, index, true, record)
        || vfj_recover_rows_get_short(recovery->rows, index, false, record)
        || vfj_recover_rows_get_short(recovery->rows, index, true, record);
}

/* Finds the next record from row *index on that is not verified, and moves *index past it. When
 * several rows have the same seq, only the first one that can be decoded counts. `last` is the seq
 * of the record that the previous call found. Returns false when there is no such record. */
static bool next_unverified(struct recovery *recovery, size_t *index, uint64_t last,
                            struct vfj_record *record)
{
    size_t count = vfj_recover_rows_count(recovery->rows);
    while (*index < count) {
        size_t i = (*index)++;
        uint64_t seq = vfj_recover_rows_seq(recovery->rows, i);
        if (seq != last && !is_verified(recovery->recovered, seq) && get_any(recovery, i, record))
            return true;
    }
    return false;
}

static enum vfj_status commit(struct vfj_ledger *ledger)
{
    enum vfj_status status = vfj_ledger_commit(ledger);
    if (status == VFJ_OK)
        vfj_ledger_maintain(ledger);
    return status;
}

/* Returns the seq of the first record of the run that contains the record `seq`, or 0 when there is
 * no such run. */
static uint64_t run_of(const struct recovery *recovery, uint64_t seq)
{
    for (unsigned i = 0; i < recovery->run_count; i++) {
        if (seq >= recovery->runs[i].first && seq <= recovery->runs[i].last)
            return recovery->runs[i].first;
    }
    return 0;
}

static uint64_t size_of(const char *path, const char *suffix)
{
    char name[PATH_MAX];
    struct stat facts;
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, path);
    vfj_text_add(&text, suffix);
    return !text.overflow && stat(name, &facts) == 0 ? (uint64_t)facts.st_size : 0;
}

/* Appends a row for each readable record that is not verified, until their bodies together are
 * longer than the files. Only counts the records after that. */
static enum vfj_status add_unverified(struct recovery *recovery, struct vfj_ledger *ledger)
{
    static char body[VFJ_BODY_MAX + 1];
    struct vfj_record record;
    uint64_t last = 0, length = 0;
    uint64_t limit = size_of(recovery->path, "") + size_of(recovery->path, "-wal");
    enum vfj_status status = VFJ_OK;
    vfj_progress_begin("saving rows", "rows", vfj_recover_rows_count(recovery->rows));
    for (size_t i = 0; status == VFJ_OK && next_unverified(recovery, &i, last, &record);) {
        struct vfj_text text = vfj_text_begin(body, sizeof body);
        int64_t mono_us = vfj_ledger_state(ledger)->head.mono_us;
        last = record.seq;
        length += record.body.length;
        if (length > limit) {
            recovery->recovered->unsaved++;
            continue;
        }
        vfj_recovered_row_print(&record, run_of(recovery, record.seq), &text);
        while (status == VFJ_OK && !vfj_ledger_note(ledger, record.wall_us, mono_us, body))
            status = vfj_ledger_waiting(ledger) ? commit(ledger) : VFJ_SYSTEM;
        recovery->recovered->unverified++;
        vfj_progress_set(i);
    }
    return status == VFJ_OK ? commit(ledger) : status;
}

static enum vfj_status submit_gap(struct recovery *recovery, struct vfj_ledger *ledger,
                                  int64_t wall_us)
{
    char bytes[128];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    if (recovery->recovered->saved.seq > 0)
        vfj_text_format(&text, "recovered: what came after record %" PRIu64 " is lost",
                        recovery->recovered->saved.seq);
    else
        vfj_text_add(&text, "recovered: all verified records are lost");
    if (recovery->recovered->unverified > 0)
        vfj_text_format(&text, ", except %" PRIu64 " records that are not verified",
                        recovery->recovered->unverified);
    struct vfj_event gap = {.wall_us = wall_us,
                            .mono_us = vfj_ledger_state(ledger)->head.mono_us,
                            .kind = VFJ_EVENT_GAP,
                            .as.text = {text.bytes, text.length}};
    enum vfj_status status = vfj_ledger_submit(ledger, &gap, NULL);
    return status == VFJ_OK ? vfj_ledger_commit(ledger) : status;
}

/* Appends the records that are not verified, and a gap row, which reports the loss of records to
 * readers and to the next daemon. */
static enum vfj_status add_rest(struct recovery *recovery, int64_t wall_us)
{
    struct vfj_ledger *ledger = NULL;
    if (!recovery->recovered->lost)
        return VFJ_OK;
    enum vfj_status status = vfj_ledger_open(&ledger, recovery->new_file.path, VFJ_ON_ERROR_STOP);
    if (status == VFJ_OK)
        status = add_unverified(recovery, ledger);
    if (status == VFJ_OK)
        status = submit_gap(recovery, ledger, wall_us);
    if (status != VFJ_OK)
        (void)fail(recovery, recovery->new_file.to, status, vfj_ledger_detail(ledger));
    vfj_ledger_close(ledger);
    return status == VFJ_OK ? verify_journal(recovery) : status;
}

static enum vfj_status publish(struct recovery *recovery)
{
    struct vfj_text text = begin_detail(recovery, recovery->new_file.to);
    enum vfj_status status = vfj_publish_finish(&recovery->new_file, &text);
    recovery->recovered->where = status == VFJ_OK ? NULL : recovery->new_file.to;
    return status;
}

static void report_unverified(struct recovery *recovery, vfj_recover_unverified *watch, void *arg)
{
    struct vfj_record record;
    uint64_t last = 0;
    for (size_t i = 0; next_unverified(recovery, &i, last, &record);) {
        last = record.seq;
        watch(arg, &record);
    }
}

static bool has_unverified(struct recovery *recovery)
{
    struct vfj_record record;
    size_t i = 0;
    return next_unverified(recovery, &i, 0, &record);
}

static enum vfj_status run(struct recovery *recovery, int64_t wall_us)
{
    struct vfj_file_facts facts;
    struct vfj_text text = begin_detail(recovery, recovery->path);
    if (vfj_lock_holder(recovery->path, &text) > 0)
        return fail(recovery, recovery->path, VFJ_JOURNAL_BUSY, "a daemon writes this journal");
    text = begin_detail(recovery, recovery->path);
    /* Only JOURNAL_NEWER ends the recovery. Other failures do not, since the header may be
     * damaged, too. */
    if (vfj_file_inspect(recovery->path, &facts, &text) == VFJ_JOURNAL_NEWER)
        return VFJ_JOURNAL_NEWER;
    text = begin_detail(recovery, recovery->path);
    enum vfj_status status = vfj_recover_rows_open(&recovery->rows, recovery->path, &text);
    if (status != VFJ_OK)
        return status;
    text = begin_detail(recovery, recovery->new_file.to);
    status = vfj_publish_begin(&recovery->new_file, recovery->new_file.to, &text);
    if (status == VFJ_OK)
        status = save(recovery);
    if (status != VFJ_OK)
        return status;
    note_losses(recovery);
    if (recovery->recovered->lost && recovery->recovered->saved.seq == 0
        && !has_unverified(recovery))
        return fail(recovery, recovery->path, VFJ_JOURNAL_DAMAGED,
                    "no record can be read: nothing can be saved");
    status = add_rest(recovery, wall_us);
    return status == VFJ_OK ? publish(recovery) : status;
}

enum vfj_status vfj_recover(const char *path, const char *to, int64_t wall_us,
                            vfj_recover_unverified *watch, void *arg,
                            struct vfj_recovered *recovered)
{
    struct recovery recovery
        = {.recovered = recovered, .path = path, .new_file.to = to, .chain = vfj_chain_open()};
    memset(recovered, 0, sizeof *recovered);
    enum vfj_status status = recovery.chain != NULL
        ? run(&recovery, wall_us)
        : fail(&recovery, path, VFJ_SYSTEM, "out of memory");
    if (recovery.rows != NULL && recovered->lost)
        report_unverified(&recovery, watch, arg);
    vfj_publish_end(&recovery.new_file);
    vfj_recover_rows_close(recovery.rows);
    vfj_chain_close(recovery.chain);
    return status;
}
