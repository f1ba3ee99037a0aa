/* Replay: steps the machine by every event of a journal, and compares its decisions with the
 * records. */
#ifndef VFJ_STORE_REPLAY_H
#define VFJ_STORE_REPLAY_H

#include "store/chain.h"
#include "store/journal.h"
#include "store/machine.h"

/* X(symbol, name, text) */
#define VFJ_VERDICTS(X)                                                                   \
    X(SAME, "same", "the machine decides as recorded")                                    \
    X(DIVERGED, "diverged", "the machine does not decide as recorded")                    \
    X(EDITED, "edited", "a record was changed or taken out after it was written")         \
    X(INCOMPLETE, "incomplete", "the end is cut off: the last event lacks its decisions") \
    X(RULES_CHANGED, "rules changed",                                                     \
      "recorded by a version with other rules, which decide otherwise now")               \
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
    uint8_t verdict;  /* enum vfj_verdict */
    uint8_t status;   /* UNUSABLE: enum vfj_status of the failure; vfj_journal_detail() has more */
    uint64_t seq;     /* seq of the first record that differs; 0 for none */
    const char *what; /* the part of the record that differs: "body" …; NULL for none */
    char expected[VFJ_DIFFERENCE_SIZE]; /* the machine's value, cut to fit; untrusted bytes */
    char found[VFJ_DIFFERENCE_SIZE];    /* the journal's value */
    uint64_t first;                     /* seq of the first record */
    struct vfj_head_hash first_head;    /* the chain's head before the record `first` */
    uint64_t records; /* seq of the last record that was checked without a difference */
    uint64_t events;
    struct vfj_head_hash head; /* the chain's head after the record `records` */
};

/* Called for each record that was checked without a difference, after the machine has stepped by
 * its event. */
typedef void vfj_replay_watch(void *arg, const struct vfj_record *record,
                              const struct vfj_machine *machine);

/* The record after which a replay begins. The machine already has the state after this record. */
struct vfj_replay_from {
    uint64_t seq;
    struct vfj_head_hash head; /* the chain's head after the record `seq` */
};

struct vfj_replay_checks {
    const struct vfj_replay_from *from; /* NULL: replay the whole journal */
    uint64_t last; /* seq of the last record to check; 0: check up to the journal's end */
    /* the chain is not checked; edits that do not affect the machine then stay undetected */
    bool skip_chain;
    vfj_replay_watch *watch; /* NULL for none */
    void *arg;
};

/* Replays the journal. Afterwards the machine has the state after the last record. A pruned journal
 * begins with a state checkpoint (a saved state), which the replay trusts. Any later state
 * checkpoint must equal the one that the machine would write.
 *
 * The replay ends at the first difference, unless other rules were in force when the record was
 * written (the newest started event has their version). The result then has the difference, and
 * the verdict RULES_CHANGED. The machine continues by its own rules, and the replay compares
 * nothing until a started event has the present rules. The daemon that wrote this event restored
 * its state in the same way. */
void vfj_replay_run(struct vfj_journal *journal, struct vfj_machine *machine,
                    const struct vfj_replay_checks *checks, struct vfj_replay_result *result);

#endif
