/* Verifies a journal: the file, the chain, and the machine's decisions. */
#include "store/verify.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "store/journal_impl.h"
#include "store/progress.h"
#include "store/state_checkpoint.h"

/* Number of attempts. An attempt fails when the journal file changes during it. A daemon that
 * starts or ends changes the file once. */
enum { TRIES = 5 };

/* A verification in progress. */
struct verification {
    struct vfj_journal *journal;
    const struct vfj_anchor *anchor;
    struct vfj_verified *verified;
    struct vfj_replay_result replay;
    struct vfj_head_hash at_anchor;
    bool anchor_seen;
    uint64_t event; /* the newest event's seq */
    unsigned rows;  /* number of rows that must follow the newest event */
    struct vfj_machine machine;
};

const char *vfj_finding_name(enum vfj_finding finding)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_FINDING_##symbol] = (name),
        VFJ_VERIFY_FINDINGS(X)
#undef X
    };
    VFJ_CHECK(finding < VFJ_FINDING_COUNT);
    return names[finding];
}

const char *vfj_finding_text(enum vfj_finding finding)
{
    static const char *const texts[] = {
#define X(symbol, name, text) [VFJ_FINDING_##symbol] = (text),
        VFJ_VERIFY_FINDINGS(X)
#undef X
    };
    VFJ_CHECK(finding < VFJ_FINDING_COUNT);
    return texts[finding];
}

static struct vfj_text begin_detail(struct verification *verification)
{
    return vfj_text_begin(verification->verified->detail, sizeof verification->verified->detail);
}

static void set_finding(struct verification *verification, enum vfj_finding finding)
{
    verification->verified->finding = (uint8_t)finding;
}

/* Sets the finding DAMAGED or UNUSABLE for a journal that could not be read. */
static void set_failure(struct verification *verification, enum vfj_status status,
                        const char *detail)
{
    struct vfj_text text = begin_detail(verification);
    vfj_text_add(&text, detail);
    verification->verified->status = (uint8_t)status;
    set_finding(verification,
                status == VFJ_JOURNAL_DAMAGED ? VFJ_FINDING_DAMAGED : VFJ_FINDING_UNUSABLE);
}

/* Begins the read transaction in which all checks run. */
static bool begin(struct verification *verification)
{
    int code = sqlite3_exec(verification->journal->db, "BEGIN", NULL, NULL, NULL);
    if (code != SQLITE_OK)
        set_failure(verification, vfj_journal_failed(verification->journal, code),
                    vfj_journal_detail(verification->journal));
    return code == SQLITE_OK;
}

/* Returns SQLite's finding without the line above it, which names the database "main". */
static const char *without_title(const char *answer)
{
    const char *end = strncmp(answer, "***", 3) == 0 ? strchr(answer, '\n') : NULL;
    return end != NULL ? end + 1 : answer;
}

static bool check_integrity(struct verification *verification)
{
    sqlite3_stmt *stmt = NULL;
    vfj_progress_begin("checking pages", NULL, 0);
    int code = sqlite3_prepare_v2(verification->journal->db, "PRAGMA integrity_check(1)", -1, &stmt,
                                  NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(stmt);
    const char *answer = code == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    bool right = answer != NULL && strcmp(answer, "ok") == 0;
    if (code != SQLITE_ROW)
        set_failure(verification, vfj_journal_failed(verification->journal, code),
                    vfj_journal_detail(verification->journal));
    else if (answer == NULL)
        set_failure(verification, VFJ_SYSTEM, "out of memory");
    else if (!right)
        set_failure(verification, VFJ_JOURNAL_DAMAGED, without_title(answer));
    sqlite3_finalize(stmt);
    return right;
}

/* Records the seq of the last complete record. An event is complete with its last decision.
 * Under other rules the number of decisions is unknown, and an event is complete when the next
 * event is read. A state checkpoint is complete with its last part. */
static void note_complete(struct verification *verification, const struct vfj_record *record)
{
    bool is_unseen = !vfj_record_is_event(record) && !vfj_record_is_decided(record);
    if (vfj_record_is_event(record)) {
        verification->event = record->seq;
        verification->rows = vfj_machine_rows(&verification->machine);
        verification->verified->complete = record->seq - 1;
    }
    if (is_unseen
            ? record->kind != VFJ_RECORD_CHECKPOINT || vfj_state_checkpoint_is_last(record->body)
            : record->seq == verification->event + verification->rows)
        verification->verified->complete = record->seq;
}

static void watch(void *arg, const struct vfj_record *record, const struct vfj_machine *machine)
{
    struct verification *verification = arg;
    VFJ_CHECK(machine == &verification->machine);
    note_complete(verification, record);
    if (verification->anchor != NULL && record->seq == verification->anchor->seq) {
        verification->at_anchor = verification->replay.head;
        verification->anchor_seen = true;
    }
}

static void describe_difference(struct verification *verification)
{
    struct vfj_text text = begin_detail(verification);
    vfj_text_format(&text, "record %" PRIu64 ": %s", verification->replay.seq,
                    verification->replay.what);
}

static void apply_verdict(struct verification *verification)
{
    static const enum vfj_finding findings[VFJ_VERDICT_COUNT] = {
        [VFJ_VERDICT_SAME] = VFJ_FINDING_SOUND,
        [VFJ_VERDICT_DIVERGED] = VFJ_FINDING_DIVERGED,
        [VFJ_VERDICT_EDITED] = VFJ_FINDING_EDITED,
        [VFJ_VERDICT_INCOMPLETE] = VFJ_FINDING_INCOMPLETE,
        [VFJ_VERDICT_RULES_CHANGED] = VFJ_FINDING_RULES_CHANGED,
        [VFJ_VERDICT_UNUSABLE] = VFJ_FINDING_UNUSABLE,
    };
    const struct vfj_replay_result *replay = &verification->replay;
    set_finding(verification, findings[replay->verdict]);
    if (replay->verdict == VFJ_VERDICT_UNUSABLE)
        set_failure(verification, (enum vfj_status)replay->status,
                    vfj_journal_detail(verification->journal));
    else if (replay->what != NULL)
        describe_difference(verification);
    verification->verified->first = replay->first;
    verification->verified->head
        = (struct vfj_anchor){.seq = replay->records, .head = replay->head};
    if (replay->verdict == VFJ_VERDICT_SAME || replay->verdict == VFJ_VERDICT_RULES_CHANGED)
        verification->verified->complete = replay->records;
}

static void check_anchor(struct verification *verification)
{
    const struct vfj_anchor *anchor = verification->anchor;
    bool whole = verification->verified->finding == VFJ_FINDING_SOUND
        || verification->verified->finding == VFJ_FINDING_RULES_CHANGED;
    if (anchor == NULL || !whole)
        return;
    if (anchor->seq < verification->replay.first - 1) {
        struct vfj_text pruned = begin_detail(verification);
        vfj_text_format(&pruned, "the journal begins with record %" PRIu64,
                        verification->replay.first);
        set_finding(verification, VFJ_FINDING_ANCHOR_PRUNED);
        return;
    }
    if (anchor->seq == verification->replay.first - 1) {
        verification->anchor_seen = true;
        verification->at_anchor = verification->replay.first_head;
    }
    if (verification->anchor_seen && vfj_anchor_is(anchor, &verification->at_anchor))
        return;
    struct vfj_text text = begin_detail(verification);
    vfj_text_format(&text, "%s%" PRIu64,
                    verification->anchor_seen ? "another head after record "
                                              : "cut off: there is no record ",
                    anchor->seq);
    set_finding(verification, VFJ_FINDING_NOT_ANCHORED);
}

static void verify_journal(struct verification *verification)
{
    const struct vfj_replay_checks checks = {.watch = watch, .arg = verification};
    if (!begin(verification) || !check_integrity(verification))
        return;
    vfj_machine_init(&verification->machine);
    vfj_replay_run(verification->journal, &verification->machine, &checks, &verification->replay);
    apply_verdict(verification);
    check_anchor(verification);
}

/* Returns true when the file changed during the verification. The findings are then void. */
static bool changed(const struct verification *verification)
{
    const struct vfj_journal *journal = verification->journal;
    if (verification->verified->status == VFJ_JOURNAL_BUSY)
        return true;
    return verification->verified->finding != VFJ_FINDING_SOUND && journal != NULL
        && journal->immutable && vfj_file_changed(journal->path, &journal->facts);
}

/* Makes one verification. Returns false when the file changed during it, so that its findings
 * are void. */
static bool verify_once(struct verification *verification, const char *path)
{
    memset(verification->verified, 0, sizeof *verification->verified);
    verification->anchor_seen = false;
    memset(&verification->at_anchor, 0, sizeof verification->at_anchor);
    enum vfj_status status = vfj_journal_open(&verification->journal, path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        verify_journal(verification);
    else
        set_failure(verification, status, vfj_journal_detail(verification->journal));
    bool again = changed(verification);
    if (again)
        set_failure(verification, VFJ_JOURNAL_BUSY, "the file changed during reading; try again");
    vfj_journal_close(verification->journal);
    return !again;
}

void vfj_verify(const char *path, const struct vfj_anchor *anchor, struct vfj_verified *verified)
{
    struct verification *verification = calloc(1, sizeof *verification);
    memset(verified, 0, sizeof *verified);
    if (verification == NULL) {
        verified->finding = VFJ_FINDING_UNUSABLE;
        verified->status = VFJ_SYSTEM;
        struct vfj_text text = vfj_text_begin(verified->detail, sizeof verified->detail);
        vfj_text_add(&text, "out of memory");
        return;
    }
    verification->anchor = anchor;
    verification->verified = verified;
    for (unsigned i = 0; i < TRIES && !verify_once(verification, path); i++)
        continue;
    free(verification);
}
