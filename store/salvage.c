/* Salvage: what a damaged journal still proves, in a new journal. */
#include "store/salvage.h"

#include <string.h>
#include <unistd.h>

#include "store/checkpoint.h"
#include "store/journal.h"
#include "store/ledger.h"
#include "store/lock.h"
#include "store/place.h"
#include "store/scan.h"

enum {
    BATCH = 1000, /* records a transaction */
    TRIES = 16,   /* how often a row is looked at, on average: it is there in the file, and in frames of the WAL */
};

/* One salvage under way. */
struct work {
    struct vfj_salvage *salvage;
    const char *path;
    struct vfj_place place;
    struct vfj_scan *scan;
    struct vfj_chain *chain;
    struct vfj_journal *journal;
    struct vfj_head_hash head;
    uint64_t tries;          /* that are left: in a crafted file all rows may say that they are the same one */
    struct vfj_anchor start; /* the first record that can be saved, and the head before it; seq 0: there is none */
};

static struct vfj_text begin_detail(struct work *work, const char *where)
{
    work->salvage->where = where;
    return vfj_text_begin(work->salvage->detail, sizeof work->salvage->detail);
}

static enum vfj_status fail(struct work *work, const char *where, enum vfj_status status, const char *detail)
{
    struct vfj_text text = begin_detail(work, where);
    vfj_text_add(&text, detail);
    return status;
}

static bool fits(struct work *work, size_t index, bool file_only, struct vfj_record *record)
{
    struct vfj_head_hash head = work->head;
    if (work->tries == 0)
        return false;
    work->tries--;
    if (!vfj_scan_get(work->scan, index, file_only, record))
        return false;
    vfj_chain_add(work->chain, record, &head);
    if (memcmp(head.bytes, record->chain, sizeof record->chain) != 0)
        return false;
    work->head = head;
    return true;
}

/* The row of that seq that goes on with the chain. */
static bool find_row(struct work *work, uint64_t seq, struct vfj_record *record)
{
    size_t count = vfj_scan_count(work->scan);
    for (size_t i = vfj_scan_find(work->scan, seq); i < count && vfj_scan_seq(work->scan, i) == seq; i++) {
        if (fits(work, i, false, record) || fits(work, i, true, record))
            return true;
    }
    return false;
}

/* How far the chain goes from there: the last seq, or the one before `start`. */
static uint64_t reach(struct work *work, const struct vfj_anchor *start)
{
    struct vfj_record record;
    uint64_t next = start->seq;
    work->head = start->head;
    while (next < INT64_MAX && find_row(work, next, &record))
        next++;
    return next - 1;
}

/* Whether a journal could begin with that row. */
static bool can_begin(struct work *work, size_t index, struct vfj_anchor *start)
{
    struct vfj_record record;
    uint32_t rules;
    *start = (struct vfj_anchor){.seq = vfj_scan_seq(work->scan, index)};
    if (start->seq == 1)
        return true;
    return (vfj_scan_get(work->scan, index, false, &record) || vfj_scan_get(work->scan, index, true, &record))
        && record.kind == VFJ_RECORD_CHECKPOINT && vfj_checkpoint_first(record.body, &start->head, &rules);
}

/* The longest run of records that the chain vouches for. */
static void find_start(struct work *work)
{
    struct vfj_anchor start;
    uint64_t longest = 0;
    uint64_t covered = 0;
    for (size_t i = 0; i < vfj_scan_count(work->scan); i++) {
        if (vfj_scan_seq(work->scan, i) <= covered || !can_begin(work, i, &start))
            continue;
        uint64_t last = reach(work, &start);
        if (last < start.seq)
            continue;
        covered = last;
        if (last - start.seq + 1 >= longest) {
            longest = last - start.seq + 1;
            work->start = start;
        }
    }
}

static enum vfj_status copy_batch(struct work *work, uint64_t *next, uint64_t until, bool *more)
{
    struct vfj_record record;
    enum vfj_status status = vfj_journal_begin(work->journal);
    uint64_t end = *next + BATCH;
    *more = true;
    while (status == VFJ_OK && *next < end && *more) {
        *more = *next <= until && find_row(work, *next, &record);
        if (!*more)
            break;
        status = vfj_journal_append(work->journal, &record);
        *next += 1;
    }
    return status == VFJ_OK ? vfj_journal_commit(work->journal) : status;
}

/* Write a new journal with the records up to `until`, or as far as the chain goes. */
static enum vfj_status write_journal(struct work *work, uint64_t until)
{
    uint64_t next = work->start.seq;
    bool more = next > 0;
    work->head = work->start.head;
    (void)unlink(work->place.path);
    enum vfj_status status = vfj_journal_open(&work->journal, work->place.path, VFJ_JOURNAL_WRITE);
    while (status == VFJ_OK && more)
        status = copy_batch(work, &next, until, &more);
    if (status != VFJ_OK)
        (void)fail(work, work->place.to, status, vfj_journal_detail(work->journal));
    vfj_journal_close(work->journal);
    work->journal = NULL;
    return status;
}

static bool is_right(const struct vfj_verified *verified)
{
    return verified->finding == VFJ_FINDING_SOUND || verified->finding == VFJ_FINDING_RULES_CHANGED;
}

static enum vfj_status verify_journal(struct work *work)
{
    struct vfj_verified *verified = &work->salvage->verified;
    vfj_verify(work->place.path, NULL, verified);
    if (verified->finding == VFJ_FINDING_UNUSABLE || verified->finding == VFJ_FINDING_DAMAGED)
        return fail(work, work->place.to,
                    verified->finding == VFJ_FINDING_DAMAGED ? VFJ_JOURNAL_IO : (enum vfj_status)verified->status,
                    verified->detail);
    return VFJ_OK;
}

/* The chain may go on where the machine does not, or end amid what followed from an event: then once more, and shorter. */
static enum vfj_status save(struct work *work)
{
    struct vfj_salvage *salvage = work->salvage;
    work->tries = ((uint64_t)vfj_scan_count(work->scan) + BATCH) * TRIES;
    find_start(work);
    enum vfj_status status = write_journal(work, UINT64_MAX);
    if (status == VFJ_OK)
        status = verify_journal(work);
    if (status == VFJ_OK && !is_right(&salvage->verified)) {
        status = write_journal(work, salvage->verified.complete);
        if (status == VFJ_OK)
            status = verify_journal(work);
    }
    salvage->first = work->start.seq;
    salvage->saved = salvage->verified.head;
    return status;
}

/* Whether anything may be missing: certainly not when the journal was in order. */
static void note_losses(struct work *work)
{
    struct vfj_salvage *salvage = work->salvage;
    struct vfj_verified damaged;
    size_t count = vfj_scan_count(work->scan);
    salvage->newest = count > 0 ? vfj_scan_seq(work->scan, count - 1) : 0;
    vfj_verify(work->path, NULL, &damaged);
    salvage->lost = !is_right(&damaged) || damaged.head.seq != salvage->saved.seq;
}

static enum vfj_status submit_gap(struct work *work, struct vfj_ledger *ledger, int64_t wall_us)
{
    char bytes[128];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add(&text, "recovered: what came after record ");
    vfj_text_add_u64(&text, work->salvage->saved.seq);
    vfj_text_add(&text, " is lost");
    struct vfj_event gap = {.wall_us = wall_us,
                            .mono_us = vfj_ledger_state(ledger)->head.mono_us,
                            .kind = VFJ_EVENT_GAP,
                            .as.text = {text.bytes, text.length}};
    enum vfj_status status = vfj_ledger_submit(ledger, &gap, NULL);
    return status == VFJ_OK ? vfj_ledger_commit(ledger) : status;
}

/* A reader of the new journal is to know, and so is the next daemon. */
static enum vfj_status add_gap(struct work *work, int64_t wall_us)
{
    struct vfj_ledger *ledger = NULL;
    if (!work->salvage->lost)
        return VFJ_OK;
    enum vfj_status status = vfj_ledger_open(&ledger, work->place.path, VFJ_ON_ERROR_STOP);
    if (status == VFJ_OK)
        status = submit_gap(work, ledger, wall_us);
    if (status != VFJ_OK)
        (void)fail(work, work->place.to, status, vfj_ledger_detail(ledger));
    vfj_ledger_close(ledger);
    return status == VFJ_OK ? verify_journal(work) : status;
}

static enum vfj_status put(struct work *work)
{
    struct vfj_text text = begin_detail(work, work->place.to);
    enum vfj_status status = vfj_place_put(&work->place, &text);
    work->salvage->where = status == VFJ_OK ? NULL : work->place.to;
    return status;
}

/* One row for each seq: the first of them that can be read. */
static void tell_rest(struct work *work, vfj_salvage_watch *watch, void *arg)
{
    struct vfj_record record;
    uint64_t told = work->salvage->saved.seq;
    size_t count = vfj_scan_count(work->scan);
    for (size_t i = vfj_scan_find(work->scan, told + 1); i < count; i++) {
        if (vfj_scan_seq(work->scan, i) == told
            || !(vfj_scan_get(work->scan, i, false, &record) || vfj_scan_get(work->scan, i, true, &record)))
            continue;
        told = record.seq;
        watch(arg, &record);
    }
}

static enum vfj_status run(struct work *work, int64_t wall_us)
{
    struct vfj_text text = begin_detail(work, work->path);
    if (vfj_lock_holder(work->path, &text) > 0)
        return fail(work, work->path, VFJ_JOURNAL_BUSY, "a daemon writes it");
    text = begin_detail(work, work->path);
    enum vfj_status status = vfj_scan_open(&work->scan, work->path, &text);
    if (status != VFJ_OK)
        return status;
    text = begin_detail(work, work->place.to);
    status = vfj_place_begin(&work->place, work->place.to, &text);
    if (status == VFJ_OK)
        status = save(work);
    if (status != VFJ_OK)
        return status;
    note_losses(work);
    if (work->salvage->lost && work->salvage->saved.seq == 0)
        return fail(work, work->path, VFJ_JOURNAL_DAMAGED,
                    "neither its first record nor a checkpoint can be found: nothing can be saved");
    status = add_gap(work, wall_us);
    return status == VFJ_OK ? put(work) : status;
}

enum vfj_status vfj_salvage(const char *path, const char *to, int64_t wall_us, vfj_salvage_watch *watch, void *arg,
                            struct vfj_salvage *salvage)
{
    struct work work = {.salvage = salvage, .path = path, .place.to = to, .chain = vfj_chain_open()};
    memset(salvage, 0, sizeof *salvage);
    enum vfj_status status = work.chain != NULL ? run(&work, wall_us) : fail(&work, path, VFJ_SYSTEM, "out of memory");
    if (work.scan != NULL && work.salvage->saved.seq < work.salvage->newest)
        tell_rest(&work, watch, arg);
    vfj_place_end(&work.place);
    vfj_scan_close(work.scan);
    vfj_chain_close(work.chain);
    return status;
}
