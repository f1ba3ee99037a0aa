/* Prune: the oldest records of a journal taken away. */
#include "store/prune.h"

#include <string.h>

#include "store/checkpoint.h"
#include "store/journal_impl.h"
#include "store/ledger.h"
#include "store/publish.h"

enum {
    BATCH = 1000,        /* records a transaction of the archive */
    EMPTY_BYTES = 40960, /* a journal without records */
    PAUSE_MS = 10,       /* between two steps: a daemon's turn */
};

/* One pruning under way. */
struct work {
    struct vfj_prune *prune;
    const char *path;
    const struct vfj_prune_rule *rule;
    int64_t wall_us;
    struct vfj_journal *journal; /* to prune */
    struct vfj_journal *source;  /* to copy from */
    struct vfj_journal *copy;
    struct vfj_publish new_file;
};

static struct vfj_text begin_detail(struct work *work, const char *where)
{
    work->prune->where = where;
    return vfj_text_begin(work->prune->detail, sizeof work->prune->detail);
}

static enum vfj_status fail(struct work *work, const char *where, enum vfj_status status, const char *detail)
{
    struct vfj_text text = begin_detail(work, where);
    vfj_text_add(&text, detail);
    return status;
}

static enum vfj_status fail_journal(struct work *work, enum vfj_status status)
{
    return status == VFJ_OK ? VFJ_OK : fail(work, work->path, status, vfj_journal_detail(work->journal));
}

/* Whether the journal is in order; else it is nobody's to throw away. */
static enum vfj_status verify(struct work *work, const char *path, const char *where)
{
    struct vfj_verified *verified = &work->prune->verified;
    vfj_verify(path, NULL, verified);
    if (verified->finding == VFJ_FINDING_UNUSABLE)
        return fail(work, where, (enum vfj_status)verified->status, verified->detail);
    work->prune->refused = verified->finding != VFJ_FINDING_SOUND && verified->finding != VFJ_FINDING_RULES_CHANGED;
    work->prune->where = work->prune->refused ? where : NULL;
    return VFJ_OK;
}

/* Where to cut */

static enum vfj_status weigh(struct work *work, uint64_t from, uint64_t to, uint64_t *weight)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(work->journal->db,
                                  "SELECT coalesce(sum(length(body) + 80), 0) FROM record WHERE seq >= ?1 AND seq < ?2",
                                  -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(stmt, 1, (sqlite3_int64)from);
    if (code == SQLITE_OK)
        code = sqlite3_bind_int64(stmt, 2, (sqlite3_int64)to);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    if (code == SQLITE_ROW)
        *weight = (uint64_t)sqlite3_column_int64(stmt, 0);
    enum vfj_status status = code == SQLITE_ROW ? VFJ_OK : vfj_journal_failed(work->journal, code);
    sqlite3_finalize(stmt);
    return status;
}

/* Go from checkpoint to checkpoint: up to the last one that is old enough, and on until what is left is small enough. */
static enum vfj_status find_cut(struct work *work)
{
    struct vfj_prune *prune = work->prune;
    const struct vfj_prune_rule *rule = work->rule;
    uint64_t next = 0, total = 0, gone = 0;
    uint64_t fixed = prune->before.used < EMPTY_BYTES ? prune->before.used : EMPTY_BYTES;
    int64_t wall_us = 0;
    enum vfj_status status = weigh(work, prune->first, INT64_MAX, &total);
    uint64_t at = prune->first;
    prune->cut = prune->first;
    while (status == VFJ_OK && (status = vfj_prune_next_checkpoint(work->journal, at, &next, &wall_us)) == VFJ_OK) {
        uint64_t weight = 0;
        double left = total > 0 ? (double)(prune->before.used - fixed) * (double)(total - gone) / (double)total : 0;
        left += (double)fixed;
        bool large = rule->max_bytes > 0 && left > (double)rule->max_bytes;
        bool old = rule->keep_us > 0 && wall_us < work->wall_us - rule->keep_us;
        status = weigh(work, at, next, &weight);
        gone += weight;
        at = next;
        if (large || old)
            prune->cut = next;
    }
    return status == VFJ_END ? VFJ_OK : status;
}

static enum vfj_status survey(struct work *work)
{
    enum vfj_status status = vfj_journal_open(&work->journal, work->path, VFJ_JOURNAL_PRUNE);
    if (status == VFJ_OK)
        status = vfj_prune_size(work->journal, &work->prune->before);
    if (status == VFJ_OK)
        status = vfj_journal_first(work->journal, &work->prune->first);
    if (status == VFJ_OK)
        status = find_cut(work);
    work->prune->after = work->prune->before;
    return fail_journal(work, status);
}

/* The archive */

/* Whether the row is one of those that go, or of the checkpoint that begins what stays. */
static bool is_archived(const struct work *work, const struct vfj_record *record)
{
    uint64_t cut = work->prune->cut;
    return record->seq <= cut || (record->kind == VFJ_RECORD_CHECKPOINT && record->cause == cut);
}

static enum vfj_status copy_batch(struct work *work, bool *more)
{
    struct vfj_record record;
    enum vfj_status status = vfj_journal_begin(work->copy);
    if (status != VFJ_OK)
        return fail(work, work->new_file.to, status, vfj_journal_detail(work->copy));
    for (unsigned i = 0; i < BATCH && *more; i++) {
        status = vfj_journal_next(work->source, &record);
        if (status != VFJ_OK && status != VFJ_END)
            return fail(work, work->path, status, vfj_journal_detail(work->source));
        *more = status == VFJ_OK && is_archived(work, &record);
        if (*more && (status = vfj_journal_append(work->copy, &record)) != VFJ_OK)
            return fail(work, work->new_file.to, status, vfj_journal_detail(work->copy));
        if (*more)
            work->prune->last = record.seq;
    }
    status = vfj_journal_commit(work->copy);
    return status == VFJ_OK ? VFJ_OK : fail(work, work->new_file.to, status, vfj_journal_detail(work->copy));
}

static enum vfj_status copy(struct work *work)
{
    bool more = true;
    enum vfj_status status = vfj_journal_open(&work->source, work->path, VFJ_JOURNAL_READ);
    if (status != VFJ_OK)
        return fail(work, work->path, status, vfj_journal_detail(work->source));
    status = vfj_journal_open(&work->copy, work->new_file.path, VFJ_JOURNAL_WRITE);
    if (status != VFJ_OK)
        return fail(work, work->new_file.to, status, vfj_journal_detail(work->copy));
    vfj_journal_walk(work->source, work->prune->first, VFJ_FORWARD);
    while (status == VFJ_OK && more)
        status = copy_batch(work, &more);
    vfj_journal_walk_end(work->source);
    return status;
}

static enum vfj_status write_archive(struct work *work)
{
    enum vfj_status status = copy(work);
    vfj_journal_close(work->copy);
    vfj_journal_close(work->source);
    work->copy = work->source = NULL;
    if (status == VFJ_OK)
        status = verify(work, work->new_file.path, work->new_file.to);
    if (status != VFJ_OK || work->prune->refused)
        return status;
    if (work->prune->verified.first != work->prune->first || work->prune->verified.head.seq != work->prune->last
        || work->prune->last < work->prune->cut)
        return fail(work, work->path, VFJ_JOURNAL_BUSY, "it changed while it was archived; try again");
    struct vfj_text text = begin_detail(work, work->new_file.to);
    status = vfj_publish_finish(&work->new_file, &text);
    work->prune->where = status == VFJ_OK ? NULL : work->new_file.to;
    return status;
}

static enum vfj_status archive(struct work *work, const char *to)
{
    struct vfj_text text = begin_detail(work, to);
    enum vfj_status status = vfj_publish_begin(&work->new_file, to, &text);
    if (status == VFJ_OK)
        status = write_archive(work);
    vfj_publish_end(&work->new_file);
    return status;
}

/* The cut */

/* From one checkpoint to the next: short transactions, and after each the journal is whole. */
static enum vfj_status cut(struct work *work)
{
    uint64_t at = work->prune->first, next = 0;
    int64_t wall_us;
    enum vfj_status status = VFJ_OK;
    while (status == VFJ_OK && at < work->prune->cut) {
        status = vfj_prune_next_checkpoint(work->journal, at, &next, &wall_us);
        if (status == VFJ_OK && next <= work->prune->cut)
            status = vfj_prune_before(work->journal, next);
        at = next;
        (void)sqlite3_sleep(PAUSE_MS);
    }
    return status == VFJ_END ? VFJ_OK : status;
}

static enum vfj_status give_back(struct work *work)
{
    static const struct vfj_prune_rule nothing;
    uint64_t first;
    enum vfj_status status;
    while ((status = vfj_prune_step(work->journal, &nothing, 0, 0, &first)) == VFJ_OK)
        (void)sqlite3_sleep(PAUSE_MS);
    if (status == VFJ_END)
        status = vfj_prune_size(work->journal, &work->prune->after);
    return status;
}

/* A daemon that runs sees for itself. */
static enum vfj_status tell(struct work *work)
{
    struct vfj_ledger *ledger = NULL;
    char body[128];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_text_add(&text, "about=pruned first=");
    vfj_text_add_u64(&text, work->prune->cut);
    enum vfj_status status = vfj_ledger_open(&ledger, work->path, VFJ_ON_ERROR_STOP);
    if (status == VFJ_OK && vfj_ledger_note(ledger, work->wall_us, vfj_ledger_state(ledger)->head.mono_us, body))
        status = vfj_ledger_commit(ledger);
    if (status != VFJ_OK && status != VFJ_JOURNAL_BUSY)
        (void)fail(work, work->path, status, vfj_ledger_detail(ledger));
    vfj_ledger_close(ledger);
    return status == VFJ_JOURNAL_BUSY ? VFJ_OK : status;
}

static enum vfj_status run(struct work *work, const char *to)
{
    enum vfj_status status = verify(work, work->path, work->path);
    if (status == VFJ_OK && !work->prune->refused)
        status = survey(work);
    if (status != VFJ_OK || work->prune->refused || work->prune->cut == work->prune->first)
        return status;
    if (to != NULL)
        status = archive(work, to);
    if (status != VFJ_OK || work->prune->refused)
        return status;
    status = fail_journal(work, cut(work));
    if (status == VFJ_OK)
        status = fail_journal(work, give_back(work));
    vfj_journal_close(work->journal);
    work->journal = NULL;
    return status == VFJ_OK ? tell(work) : status;
}

enum vfj_status vfj_prune(const char *path, const struct vfj_prune_rule *rule, int64_t wall_us,
                          const char *archive_path, struct vfj_prune *prune)
{
    struct work work = {.prune = prune, .path = path, .rule = rule, .wall_us = wall_us};
    memset(prune, 0, sizeof *prune);
    enum vfj_status status = run(&work, archive_path);
    vfj_journal_close(work.journal);
    return status;
}
