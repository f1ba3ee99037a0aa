/* The decisions of a part of a journal: changes of state, notices and changing commands. */
#ifndef VFJ_TOOLS_DIFF_DECISIONS_H
#define VFJ_TOOLS_DIFF_DECISIONS_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/audit/episode.h"

enum vfj_decided_kind { VFJ_DECIDED_STATE, VFJ_DECIDED_NOTICE, VFJ_DECIDED_COMMAND };

struct vfj_decided {
    uint64_t seq;
    uint64_t key;        /* digest of slot, kind and text: decisions with one key are the same */
    uint8_t kind;        /* enum vfj_decided_kind */
    uint8_t state;       /* of a change: enum vfj_slot_state, perhaps VFJ_SLOT_STATE_COUNT */
    bool is_failed;      /* a command whose outcome is no success */
    int64_t after_us;    /* after the beginning of the part */
    int64_t duration_us; /* of a state: until the next one; of a command; -1: unknown */
    struct vfj_name slot;
    char *text; /* "lagged: joined", or the command as one shell line; without passwords */
};

struct vfj_decisions {
    struct vfj_decided *list; /* by seq */
    size_t count, room;
    bool no_memory;
};

/* The part of a journal. */
struct vfj_part {
    uint64_t from, last;
    struct vfj_name slot;   /* empty: all slots */
    struct vfj_point begin; /* of which times are told */
    struct vfj_point end;   /* to which the last state lasts; seq 0: to the last record read */
};

/* Reads the decisions of the part. The caller calls vfj_decisions_free() in any case. */
enum vfj_status vfj_decisions_read(struct vfj_journal *journal, const struct vfj_part *part,
                                   struct vfj_decisions *decisions);
void vfj_decisions_free(struct vfj_decisions *decisions);

/* Counts the decisions that have no equal on the other side, in any order. */
struct vfj_unmatched {
    size_t a, b;
};
/* Returns false without memory. */
bool vfj_decisions_count(const struct vfj_decisions *a, const struct vfj_decisions *b,
                         struct vfj_unmatched *unmatched);

enum { VFJ_NO_INDEX = -1 };

/* A line of two aligned lists: a decision of each, or of one. */
struct vfj_aligned {
    int32_t a, b; /* indices; VFJ_NO_INDEX: the side has none */
};

/* Aligns the lists in their order, with as many equal decisions as possible side by side; of lists
 * that differ in more than some thousand decisions, only the equal ends. Returns NULL without memory.
 * The caller frees the list. */
struct vfj_aligned *vfj_decisions_align(const struct vfj_decisions *a,
                                        const struct vfj_decisions *b, size_t *count);

#endif
