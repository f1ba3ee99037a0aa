/* The machine's decisions in a part of a journal: changes of state, notices, and commands that
 * change the guest. */
#ifndef VFJ_TOOLS_DIFF_DECISIONS_H
#define VFJ_TOOLS_DIFF_DECISIONS_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/audit/episode.h"

enum vfj_decided_kind { VFJ_DECIDED_STATE, VFJ_DECIDED_NOTICE, VFJ_DECIDED_COMMAND };

struct vfj_decided {
    uint64_t seq;
    /* digest of slot, kind and text; decisions with equal keys are equal. See by_role. */
    uint64_t key;
    uint8_t kind; /* enum vfj_decided_kind */
    /* for a change of state: enum vfj_slot_state, or VFJ_SLOT_STATE_COUNT for an unknown state */
    uint8_t state;
    bool is_failed;   /* for a command: it ran and did not succeed */
    int64_t after_us; /* time of the decision, counted from the beginning of the part */
    /* how long the slot remained in the state, or how long the command ran; -1: unknown */
    int64_t duration_us;
    struct vfj_name slot;
    /* text such as "lagged: joined", or the command as a line for sh(1), with passwords replaced */
    char *text;
};

struct vfj_decisions {
    struct vfj_decided *list; /* in order of seq */
    size_t count, room;
    bool no_memory;
};

/* A part of a journal. */
struct vfj_part {
    uint64_t from, last;
    struct vfj_name slot;   /* empty: all slots */
    struct vfj_point begin; /* the point in time from which after_us is counted */
    struct vfj_point end;   /* where the last state ends; seq 0: at the last record of the part */
    /* The keys do not depend on the names of the slot, its VF and laggs. Decisions of two slots are
     * equal when they do the same with each slot's own interfaces. */
    bool by_role;
};

/* Reads the decisions in a part of the journal. The caller calls vfj_decisions_free() in any
 * case. */
enum vfj_status vfj_decisions_read(struct vfj_journal *journal, const struct vfj_part *part,
                                   struct vfj_decisions *decisions);
void vfj_decisions_free(struct vfj_decisions *decisions);

/* For each of two lists: the number of decisions without an equal decision in the other list. The
 * order of the decisions does not matter. */
struct vfj_unmatched {
    size_t a, b;
};
/* Counts the decisions that only one of two lists has. Returns false when memory runs out. */
bool vfj_decisions_count(const struct vfj_decisions *a, const struct vfj_decisions *b,
                         struct vfj_unmatched *unmatched);

enum { VFJ_NO_INDEX = -1 };

/* One line of the aligned lists: an equal decision from each list, or a decision that only one list
 * has. */
struct vfj_aligned {
    /* indices in the first and the second list; VFJ_NO_INDEX: the line has no decision of this
     * list */
    int32_t a, b;
};

/* Aligns two lists. Keeps the order of both lists and pairs as many equal decisions as possible. If
 * the lists differ in more than some thousand decisions, pairs only those at the beginnings and
 * ends. Returns the lines and sets *count. Returns NULL when memory runs out. The caller frees the
 * result. */
struct vfj_aligned *vfj_decisions_align(const struct vfj_decisions *a,
                                        const struct vfj_decisions *b, size_t *count);

#endif
