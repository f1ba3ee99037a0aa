/* Prunes the oldest records of a journal. */
#include "store/prune.h"

#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "store/identity.h"
#include "store/journal_impl.h"
#include "store/ledger.h"
#include "store/progress.h"
#include "store/publish.h"
#include "store/state_checkpoint.h"

enum {
    BATCH = 1000,        /* records in one transaction of the archive */
    EMPTY_BYTES = 40960, /* size of a journal without records */
    PAUSE_MS = 10,       /* pause between two steps, in which a daemon can write */
};

/* `writes`: a journal is open for writing. `stop`: pruning must end after the present step.
 * vfj_prune_stop() sets `stop`, perhaps from a signal handler. */
static volatile sig_atomic_t writes;
static volatile sig_atomic_t stop;

bool vfj_prune_stop(void)
{
    if (writes)
        stop = 1;
    return writes != 0;
}

/* A pruning in progress. */
struct pruning {
    struct vfj_prune *prune;
    const char *path;
    const struct vfj_prune_rule *rule;
    int64_t wall_us;
    struct vfj_identity identity; /* identity of the journal before records were removed */
    bool is_dry;                  /* a dry run, which removes nothing */
    struct vfj_journal *journal;  /* the journal that is pruned */
    /* the same journal, opened a second time, to read the records for the archive */
    struct vfj_journal *source;
    struct vfj_journal *copy;
    struct vfj_publish new_file;
};

static struct vfj_text begin_detail(struct pruning *pruning, const char *where)
{
    pruning->prune->where = where;
    return vfj_text_begin(pruning->prune->detail, sizeof pruning->prune->detail);
}

static enum vfj_status fail(struct pruning *pruning, const char *where, enum vfj_status status,
                            const char *detail)
{
    struct vfj_text text = begin_detail(pruning, where);
    vfj_text_add(&text, detail);
    return status;
}

static enum vfj_status fail_journal(struct pruning *pruning, enum vfj_status status)
{
    return status == VFJ_OK
        ? VFJ_OK
        : fail(pruning, pruning->path, status, vfj_journal_detail(pruning->journal));
}

/* Verifies a journal. Unless the finding is SOUND or RULES_CHANGED, sets `refused`, so that no
 * record is removed. */
static enum vfj_status verify(struct pruning *pruning, const char *path, const char *where)
{
    struct vfj_verified *verified = &pruning->prune->verified;
    vfj_verify(path, NULL, verified);
    if (verified->finding == VFJ_FINDING_UNUSABLE)
        return fail(pruning, where, (enum vfj_status)verified->status, verified->detail);
    pruning->prune->refused
        = verified->finding != VFJ_FINDING_SOUND && verified->finding != VFJ_FINDING_RULES_CHANGED;
    pruning->prune->where = pruning->prune->refused ? where : NULL;
    return VFJ_OK;
}

static enum vfj_status sum_bytes(struct pruning *pruning, uint64_t from, uint64_t to,
                                 uint64_t *bytes)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(
        pruning->journal->db,
        "SELECT coalesce(sum(length(body) + 80), 0) FROM record WHERE seq >= ?1 AND seq < ?2", -1,
        &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(stmt, 1, (sqlite3_int64)from);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(stmt, 2, (sqlite3_int64)to);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        *bytes = (uint64_t)sqlite3_column_int64(stmt, 0);
    enum vfj_status status
        = code == SQLITE_ROW ? VFJ_OK : vfj_journal_failed(pruning->journal, code);
    sqlite3_finalize(stmt);
    return status;
}

/* Finds the state checkpoint (saved state) with which the journal will begin. Goes from one
 * state checkpoint to the next as long as the next one is old enough, or the rest of the journal
 * is too large. */
static enum vfj_status find_cut(struct pruning *pruning)
{
    struct vfj_prune *prune = pruning->prune;
    const struct vfj_prune_rule *rule = pruning->rule;
    uint64_t next = 0, total = 0, removed = 0;
    uint64_t fixed = prune->before.used < EMPTY_BYTES ? prune->before.used : EMPTY_BYTES;
    int64_t wall_us = 0;
    enum vfj_status status = sum_bytes(pruning, prune->first, INT64_MAX, &total);
    uint64_t at = prune->first;
    prune->cut = prune->first;
    while (status == VFJ_OK
           && (status = vfj_prune_next_state_checkpoint(pruning->journal, at, &next, &wall_us))
               == VFJ_OK) {
        uint64_t bytes = 0;
        double left = total > 0
            ? (double)(prune->before.used - fixed) * (double)(total - removed) / (double)total
            : 0;
        left += (double)fixed;
        bool large = rule->max_bytes > 0 && left > (double)rule->max_bytes;
        bool old = rule->keep_us > 0 && wall_us < pruning->wall_us - rule->keep_us;
        status = sum_bytes(pruning, at, next, &bytes);
        removed += bytes;
        at = next;
        if (large || old)
            prune->cut = next;
    }
    return status == VFJ_END ? VFJ_OK : status;
}

static enum vfj_status find_extent(struct pruning *pruning)
{
    enum vfj_status status = vfj_journal_open(
        &pruning->journal, pruning->path, pruning->is_dry ? VFJ_JOURNAL_READ : VFJ_JOURNAL_PRUNE);
    if (status == VFJ_OK)
        status = vfj_prune_size(pruning->journal, &pruning->prune->before);
    if (status == VFJ_OK)
        status = vfj_journal_first(pruning->journal, &pruning->prune->first);
    if (status == VFJ_OK)
        status = vfj_identity_read(pruning->journal, &pruning->identity);
    if (status == VFJ_OK || status == VFJ_END)
        status = find_cut(pruning);
    pruning->prune->after = pruning->prune->before;
    return fail_journal(pruning, status);
}

/* Returns true when the row belongs into the archive: it is a pruned row, or a row of the state
 * checkpoint with which the pruned journal begins. */
static bool is_archived(const struct pruning *pruning, const struct vfj_record *record)
{
    uint64_t cut = pruning->prune->cut;
    return record->seq <= cut || (record->kind == VFJ_RECORD_CHECKPOINT && record->cause == cut);
}

static enum vfj_status copy_batch(struct pruning *pruning, bool *more)
{
    struct vfj_record record;
    enum vfj_status status = vfj_journal_begin(pruning->copy);
    if (status != VFJ_OK)
        return fail(pruning, pruning->new_file.to, status, vfj_journal_detail(pruning->copy));
    for (unsigned i = 0; i < BATCH && *more; i++) {
        status = vfj_journal_next_raw(pruning->source, &record);
        if (status != VFJ_OK && status != VFJ_END)
            return fail(pruning, pruning->path, status, vfj_journal_detail(pruning->source));
        *more = status == VFJ_OK && is_archived(pruning, &record);
        if (*more && (status = vfj_journal_append(pruning->copy, &record)) != VFJ_OK)
            return fail(pruning, pruning->new_file.to, status, vfj_journal_detail(pruning->copy));
        if (*more)
            pruning->prune->last = record.seq;
    }
    status = vfj_journal_commit(pruning->copy);
    return status == VFJ_OK
        ? VFJ_OK
        : fail(pruning, pruning->new_file.to, status, vfj_journal_detail(pruning->copy));
}

static enum vfj_status copy(struct pruning *pruning)
{
    bool more = true;
    enum vfj_status status = vfj_journal_open(&pruning->source, pruning->path, VFJ_JOURNAL_READ);
    if (status != VFJ_OK)
        return fail(pruning, pruning->path, status, vfj_journal_detail(pruning->source));
    status = vfj_journal_open(&pruning->copy, pruning->new_file.path, VFJ_JOURNAL_WRITE);
    if (status != VFJ_OK)
        return fail(pruning, pruning->new_file.to, status, vfj_journal_detail(pruning->copy));
    vfj_journal_walk(pruning->source, pruning->prune->first, VFJ_FORWARD);
    vfj_progress_begin("archiving records", "records", pruning->prune->cut - pruning->prune->first);
    while (status == VFJ_OK && more && !stop) {
        status = copy_batch(pruning, &more);
        vfj_progress_set(pruning->prune->last - pruning->prune->first);
    }
    vfj_journal_walk_end(pruning->source);
    return status;
}

static enum vfj_status write_archive(struct pruning *pruning)
{
    enum vfj_status status = copy(pruning);
    vfj_journal_close(pruning->copy);
    vfj_journal_close(pruning->source);
    pruning->copy = pruning->source = NULL;
    if (status == VFJ_OK && !stop)
        status = verify(pruning, pruning->new_file.path, pruning->new_file.to);
    if (status != VFJ_OK || pruning->prune->refused || stop)
        return status;
    if (pruning->prune->verified.first != pruning->prune->first
        || pruning->prune->verified.head.seq != pruning->prune->last
        || pruning->prune->last < pruning->prune->cut)
        return fail(pruning, pruning->path, VFJ_JOURNAL_BUSY,
                    "the journal changed during archiving; try again");
    struct vfj_text text = begin_detail(pruning, pruning->new_file.to);
    status = vfj_publish_finish(&pruning->new_file, &text);
    pruning->prune->where = status == VFJ_OK ? NULL : pruning->new_file.to;
    return status;
}

static enum vfj_status archive(struct pruning *pruning, const char *to)
{
    struct vfj_text text = begin_detail(pruning, to);
    enum vfj_status status = vfj_publish_begin(&pruning->new_file, to, &text);
    if (status == VFJ_OK)
        status = write_archive(pruning);
    vfj_publish_end(&pruning->new_file);
    return status;
}

/* Removes the rows up to the cut, in one transaction for each state checkpoint. The transactions
 * are short, and the journal is valid after each. */
static enum vfj_status cut(struct pruning *pruning)
{
    uint64_t at = pruning->prune->first, next = 0;
    int64_t wall_us;
    enum vfj_status status = VFJ_OK;
    vfj_progress_begin("removing records", "records", pruning->prune->cut - at);
    while (status == VFJ_OK && at < pruning->prune->cut) {
        vfj_progress_set(at - pruning->prune->first);
        if (stop) {
            pruning->prune->cut = at;
            break;
        }
        status = vfj_prune_next_state_checkpoint(pruning->journal, at, &next, &wall_us);
        if (status == VFJ_OK && next <= pruning->prune->cut)
            status = vfj_prune_before(pruning->journal, next);
        at = next;
        (void)sqlite3_sleep(PAUSE_MS);
    }
    return status == VFJ_END ? VFJ_OK : status;
}

static enum vfj_status release_pages(struct pruning *pruning)
{
    static const struct vfj_prune_rule nothing;
    uint64_t first;
    enum vfj_status status;
    vfj_progress_begin("releasing pages", NULL, 0);
    do {
        (void)sqlite3_sleep(PAUSE_MS);
        status = stop ? VFJ_END : vfj_prune_step(pruning->journal, &nothing, 0, 0, &first);
    } while (status == VFJ_OK);
    if (status == VFJ_END)
        status = vfj_prune_size(pruning->journal, &pruning->prune->after);
    return status;
}

/* Appends a row that reports the pruning, unless a daemon runs: a running daemon detects the
 * pruning and appends such a row itself. */
static enum vfj_status write_note(struct pruning *pruning)
{
    struct vfj_ledger *ledger = NULL;
    char body[256];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_text_format(&text, "about=pruned first=%" PRIu64, pruning->prune->cut);
    vfj_identity_add(&text, &pruning->identity);
    enum vfj_status status = vfj_ledger_open(&ledger, pruning->path, VFJ_ON_ERROR_STOP);
    if (status == VFJ_OK
        && vfj_ledger_note(ledger, pruning->wall_us, vfj_ledger_state(ledger)->head.mono_us, body))
        status = vfj_ledger_commit(ledger);
    if (status != VFJ_OK && status != VFJ_JOURNAL_BUSY)
        (void)fail(pruning, pruning->path, status, vfj_ledger_detail(ledger));
    vfj_ledger_close(ledger);
    return status == VFJ_JOURNAL_BUSY ? VFJ_OK : status;
}

static enum vfj_status run(struct pruning *pruning, const char *to)
{
    enum vfj_status status = verify(pruning, pruning->path, pruning->path);
    writes = !pruning->is_dry;
    if (status == VFJ_OK && !pruning->prune->refused)
        status = find_extent(pruning);
    if (status != VFJ_OK || pruning->prune->refused || pruning->prune->cut == pruning->prune->first
        || pruning->is_dry)
        return status;
    if (to != NULL)
        status = archive(pruning, to);
    if (status != VFJ_OK || pruning->prune->refused)
        return status;
    status = fail_journal(pruning, cut(pruning));
    if (status == VFJ_OK)
        status = fail_journal(pruning, release_pages(pruning));
    vfj_journal_close(pruning->journal);
    pruning->journal = NULL;
    return status == VFJ_OK && pruning->prune->cut > pruning->prune->first ? write_note(pruning)
                                                                           : status;
}

static enum vfj_status prune_or_count(const char *path, const struct vfj_prune_rule *rule,
                                      int64_t wall_us, const char *archive_path, bool is_dry,
                                      struct vfj_prune *prune)
{
    struct pruning pruning
        = {.prune = prune, .path = path, .rule = rule, .wall_us = wall_us, .is_dry = is_dry};
    memset(prune, 0, sizeof *prune);
    stop = 0;
    enum vfj_status status = run(&pruning, archive_path);
    vfj_journal_close(pruning.journal);
    writes = 0;
    prune->stopped = stop != 0;
    return status;
}

enum vfj_status vfj_prune(const char *path, const struct vfj_prune_rule *rule, int64_t wall_us,
                          const char *archive_path, struct vfj_prune *prune)
{
    return prune_or_count(path, rule, wall_us, archive_path, false, prune);
}

enum vfj_status vfj_prune_dry(const char *path, const struct vfj_prune_rule *rule, int64_t wall_us,
                              struct vfj_prune *prune)
{
    return prune_or_count(path, rule, wall_us, NULL, true, prune);
}
