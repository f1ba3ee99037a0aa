/* Replay: every event of a journal again through the machine, compared with what was recorded. */
#ifndef VFJ_STORE_REPLAY_H
#define VFJ_STORE_REPLAY_H

#include "store/chain.h"
#include "store/journal.h"
#include "store/machine.h"

/* X(symbol, name, text) */
#define VFJ_VERDICTS(X)                                                                                     \
    X(SAME, "same", "the journal is what the machine does")                                                 \
    X(DIVERGED, "diverged", "the machine does something else than what was recorded")                       \
    X(EDITED, "edited", "a record was changed or taken out after it was written")                           \
    X(INCOMPLETE, "incomplete", "the end is cut off: the last event lacks what followed from it")           \
    X(RULES_CHANGED, "rules changed", "recorded by a version with other rules, which decide otherwise now") \
    X(UNUSABLE, "unusable", "the journal can't be read to its end")

enum vfj_verdict {
#define X(symbol, name, text) VFJ_VERDICT_##symbol,
    VFJ_VERDICTS(X)
#undef X
        VFJ_VERDICT_COUNT
};

const char *vfj_verdict_name(enum vfj_verdict verdict);
const char *vfj_verdict_text(enum vfj_verdict verdict);

enum { VFJ_DIFFERENCE_SIZE = 1024 };

struct vfj_replay_result {
    uint8_t verdict;                    /* enum vfj_verdict */
    uint8_t status;                     /* UNUSABLE: enum vfj_status; the journal has the detail */
    uint64_t seq;                       /* the first record with a difference; 0 when there is none */
    const char *what;                   /* what differs there: "body", "digest", "note" …; NULL when nothing does */
    char expected[VFJ_DIFFERENCE_SIZE]; /* what the machine does, cut to fit; untrusted bytes */
    char found[VFJ_DIFFERENCE_SIZE];    /* what the journal holds */
    uint64_t first;                     /* seq of the first record: 1, or that of the checkpoint it begins with */
    struct vfj_head_hash first_head;    /* of the chain before it */
    uint64_t records;                   /* seq of the last record that was found right */
    uint64_t events;
    struct vfj_head_hash head; /* of the chain after the last record that was right */
};

/* Called for each record that was found right, after its event was stepped. */
typedef void vfj_replay_watch(void *arg, const struct vfj_record *record, const struct vfj_machine *machine);

/* A record that need not be replayed, nor what is before it: the machine has the state after it. */
struct vfj_replay_from {
    uint64_t seq;
    struct vfj_head_hash head; /* of the chain after it */
};

struct vfj_replay_checks {
    const struct vfj_replay_from *from; /* NULL: the whole journal, from an initialised machine or its checkpoint */
    bool skip_chain;                    /* leave the chain out: edits that the machine ignores are then not seen */
    vfj_replay_watch *watch;            /* NULL for none */
    void *arg;
};

/* Replay the journal; the machine then has the state after the last record. A pruned one begins with a checkpoint, whose
 * state is taken as it is; any other checkpoint has to be what the machine would write there. It
 * ends at the first difference, with one exception: where the `started` row before it says that other rules
 * were in force, the verdict is RULES_CHANGED, the difference is noted, and the machine goes on by its own
 * rules without comparing up to the next `started` of the present rules, for that is what the daemon that
 * wrote it did, too. */
void vfj_replay_run(struct vfj_journal *journal, struct vfj_machine *machine, const struct vfj_replay_checks *checks,
                    struct vfj_replay_result *result);

#endif
