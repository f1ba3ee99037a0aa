/* The decisions in a part of a journal: changes of state, notices, and commands that change the
 * guest. */
#ifndef VFJ_TOOLS_DIFF_DECISIONS_H
#define VFJ_TOOLS_DIFF_DECISIONS_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/audit/episode.h"

enum vfj_decided_kind { VFJ_DECIDED_STATE, VFJ_DECIDED_NOTICE, VFJ_DECIDED_COMMAND };

struct vfj_decided {
    uint64_t seq;
    uint64_t key; /* digest of slot, kind and text; decisions with the same key count as equal */
    uint8_t kind; /* enum vfj_decided_kind */
    /* for a change of state: enum vfj_slot_state, or VFJ_SLOT_STATE_COUNT for an unknown state */
    uint8_t state;
    bool is_failed;      /* for a command: it did not succeed */
    int64_t after_us;    /* time since the beginning of the part */
    int64_t duration_us; /* how long the state or the command lasted; -1: unknown */
    struct vfj_name slot;
    char *text; /* such as "lagged: joined", or a command as a line for sh(1); without passwords */
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
    struct vfj_point begin; /* the time that after_us is relative to */
    struct vfj_point end;   /* the end of the last state; seq 0: the last record that is read */
};

/* Reads the decisions in the part. In any case the caller has to call vfj_decisions_free(). */
enum vfj_status vfj_decisions_read(struct vfj_journal *journal, const struct vfj_part *part,
                                   struct vfj_decisions *decisions);
void vfj_decisions_free(struct vfj_decisions *decisions);

/* The numbers of decisions in each list that have no equal decision in the other list. The order
 * of the decisions does not matter. */
struct vfj_unmatched {
    size_t a, b;
};
/* Returns false when memory runs out. */
bool vfj_decisions_count(const struct vfj_decisions *a, const struct vfj_decisions *b,
                         struct vfj_unmatched *unmatched);

enum { VFJ_NO_INDEX = -1 };

/* A line of two aligned lists: a decision from each list, or one from either. */
struct vfj_aligned {
    int32_t a, b; /* indices in the two lists; VFJ_NO_INDEX: none */
};

/* Aligns the lists: keeps the order of both, and pairs as many equal decisions as possible. If
 * the lists differ in more than some thousand decisions, only equal decisions at their ends are
 * paired. Returns NULL when memory runs out. The caller frees the result. */
struct vfj_aligned *vfj_decisions_align(const struct vfj_decisions *a,
                                        const struct vfj_decisions *b, size_t *count);

#endif
