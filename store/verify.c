/* Verify: whether a journal is whole, unedited, and what the machine does. */
#include "store/verify.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "store/checkpoint.h"
#include "store/journal_impl.h"

/* How often a file is looked at again that changed while it was read: a daemon starts, or ends, but once. */
enum { TRIES = 5 };

/* One look under way. */
struct look {
    struct vfj_journal *journal;
    const struct vfj_anchor *anchor;
    struct vfj_verified *verified;
    struct vfj_replay_result replay;
    struct vfj_head_hash at_anchor;
    bool anchor_seen;
    uint64_t event; /* the newest event's seq */
    unsigned rows;  /* that follow it */
    struct vfj_machine machine;
};

const char *vfj_finding_name(enum vfj_finding finding)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_FINDING_##symbol] = (name),
        VFJ_FINDINGS(X)
#undef X
    };
    VFJ_CHECK(finding < VFJ_FINDING_COUNT);
    return names[finding];
}

const char *vfj_finding_text(enum vfj_finding finding)
{
    static const char *const texts[] = {
#define X(symbol, name, text) [VFJ_FINDING_##symbol] = (text),
        VFJ_FINDINGS(X)
#undef X
    };
    VFJ_CHECK(finding < VFJ_FINDING_COUNT);
    return texts[finding];
}

static struct vfj_text begin_detail(struct look *look)
{
    return vfj_text_begin(look->verified->detail, sizeof look->verified->detail);
}

static void find(struct look *look, enum vfj_finding finding)
{
    look->verified->finding = (uint8_t)finding;
}

/* The journal could not be read: its own fault, or not. */
static void find_status(struct look *look, enum vfj_status status, const char *detail)
{
    struct vfj_text text = begin_detail(look);
    vfj_text_add(&text, detail);
    look->verified->status = (uint8_t)status;
    find(look, status == VFJ_JOURNAL_DAMAGED ? VFJ_FINDING_DAMAGED : VFJ_FINDING_UNUSABLE);
}

/* One read transaction for all that follows. */
static bool begin(struct look *look)
{
    int code = sqlite3_exec(look->journal->db, "BEGIN", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        find_status(look, vfj_journal_failed(look->journal, code), vfj_journal_detail(look->journal));
    return code == SQLITE_OK;
}

static bool check_integrity(struct look *look)
{
    sqlite3_stmt *stmt = NULL;
    int code = sqlite3_prepare_v2(look->journal->db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    const char *said = code == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    bool right = said != NULL && strcmp(said, "ok") == 0;
    if (code != SQLITE_ROW)
        find_status(look, vfj_journal_failed(look->journal, code), vfj_journal_detail(look->journal));
    else if (said == NULL)
        find_status(look, VFJ_SYSTEM, "out of memory");
    else if (!right)
        find_status(look, VFJ_JOURNAL_DAMAGED, said);
    sqlite3_finalize(stmt);
    return right;
}

/* An event is complete with the last row that followed from it; by other rules, when the next one has come. A checkpoint is
 * with its last part. */
static void note_complete(struct look *look, const struct vfj_record *record)
{
    bool is_unseen = !vfj_record_is_event(record) && !vfj_record_is_decided(record);
    if (vfj_record_is_event(record)) {
        look->event = record->seq;
        look->rows = vfj_machine_rows(&look->machine);
        look->verified->complete = record->seq - 1;
    }
    if (is_unseen ? record->kind != VFJ_RECORD_CHECKPOINT || vfj_checkpoint_is_last(record->body)
                  : record->seq == look->event + look->rows)
        look->verified->complete = record->seq;
}

static void watch(void *arg, const struct vfj_record *record, const struct vfj_machine *machine)
{
    struct look *look = arg;
    VFJ_CHECK(machine == &look->machine);
    note_complete(look, record);
    if (look->anchor != NULL && record->seq == look->anchor->seq) {
        look->at_anchor = look->replay.head;
        look->anchor_seen = true;
    }
}

static void say_record(struct look *look)
{
    struct vfj_text text = begin_detail(look);
    vfj_text_add(&text, "record ");
    vfj_text_add_u64(&text, look->replay.seq);
    vfj_text_add(&text, ": ");
    vfj_text_add(&text, look->replay.what);
}

static void judge_replay(struct look *look)
{
    static const enum vfj_finding findings[VFJ_VERDICT_COUNT] = {
        [VFJ_VERDICT_SAME] = VFJ_FINDING_SOUND,
        [VFJ_VERDICT_DIVERGED] = VFJ_FINDING_DIVERGED,
        [VFJ_VERDICT_EDITED] = VFJ_FINDING_EDITED,
        [VFJ_VERDICT_INCOMPLETE] = VFJ_FINDING_INCOMPLETE,
        [VFJ_VERDICT_RULES_CHANGED] = VFJ_FINDING_RULES_CHANGED,
        [VFJ_VERDICT_UNUSABLE] = VFJ_FINDING_UNUSABLE,
    };
    const struct vfj_replay_result *replay = &look->replay;
    find(look, findings[replay->verdict]);
    if (replay->verdict == VFJ_VERDICT_UNUSABLE)
        find_status(look, (enum vfj_status)replay->status, vfj_journal_detail(look->journal));
    else if (replay->what != NULL)
        say_record(look);
    look->verified->first = replay->first;
    look->verified->head = (struct vfj_anchor){replay->records, replay->head};
    if (replay->verdict == VFJ_VERDICT_SAME || replay->verdict == VFJ_VERDICT_RULES_CHANGED)
        look->verified->complete = replay->records;
}

static void judge_anchor(struct look *look)
{
    const struct vfj_anchor *anchor = look->anchor;
    bool whole = look->verified->finding == VFJ_FINDING_SOUND || look->verified->finding == VFJ_FINDING_RULES_CHANGED;
    if (anchor == NULL || !whole)
        return;
    if (anchor->seq < look->replay.first - 1) {
        struct vfj_text pruned = begin_detail(look);
        vfj_text_add(&pruned, "it begins with record ");
        vfj_text_add_u64(&pruned, look->replay.first);
        find(look, VFJ_FINDING_ANCHOR_PRUNED);
        return;
    }
    if (anchor->seq == look->replay.first - 1) {
        look->anchor_seen = true;
        look->at_anchor = look->replay.first_head;
    }
    if (look->anchor_seen && memcmp(&look->at_anchor, &anchor->head, sizeof anchor->head) == 0)
        return;
    struct vfj_text text = begin_detail(look);
    vfj_text_add(&text, look->anchor_seen ? "another head after record " : "cut off: there is no record ");
    vfj_text_add_u64(&text, anchor->seq);
    find(look, VFJ_FINDING_NOT_ANCHORED);
}

static void look_at(struct look *look)
{
    const struct vfj_replay_checks checks = {.watch = watch, .arg = look};
    if (!begin(look) || !check_integrity(look))
        return;
    vfj_machine_init(&look->machine);
    vfj_replay_run(look->journal, &look->machine, &checks, &look->replay);
    judge_replay(look);
    judge_anchor(look);
}

/* What was found wrong in a file that changed meanwhile was not in the journal. */
static bool changed(const struct look *look)
{
    const struct vfj_journal *journal = look->journal;
    if (look->verified->status == VFJ_JOURNAL_BUSY)
        return true;
    return look->verified->finding != VFJ_FINDING_SOUND && journal != NULL && journal->immutable
        && vfj_file_changed(journal->path, &journal->facts);
}

/* Whether it need not be tried again. */
static bool try(struct look *look, const char *path)
{
    memset(look->verified, 0, sizeof *look->verified);
    look->anchor_seen = false;
    memset(&look->at_anchor, 0, sizeof look->at_anchor);
    enum vfj_status status = vfj_journal_open(&look->journal, path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        look_at(look);
    else
        find_status(look, status, vfj_journal_detail(look->journal));
    bool again = changed(look);
    if (again)
        find_status(look, VFJ_JOURNAL_BUSY, "it changed while it was read; try again");
    vfj_journal_close(look->journal);
    return !again;
}

void vfj_verify(const char *path, const struct vfj_anchor *anchor, struct vfj_verified *verified)
{
    struct look *look = calloc(1, sizeof *look);
    memset(verified, 0, sizeof *verified);
    if (look == NULL) {
        verified->finding = VFJ_FINDING_UNUSABLE;
        verified->status = VFJ_SYSTEM;
        struct vfj_text text = vfj_text_begin(verified->detail, sizeof verified->detail);
        vfj_text_add(&text, "out of memory");
        return;
    }
    look->anchor = anchor;
    look->verified = verified;
    for (unsigned i = 0; i < TRIES && !try(look, path); i++)
        continue;
    free(look);
}
