/* The totals of a migration or of a journal: numbers of decisions, and times. */
#ifndef VFJ_TOOLS_DIFF_TOTALS_H
#define VFJ_TOOLS_DIFF_TOTALS_H

#include <stdio.h>

#include "store/json.h"
#include "tools/diff/decisions.h"

struct vfj_totals {
    uint64_t migrations; /* number of migrations of all kinds */
    int64_t slow_us;     /* time without the fast path */
    uint64_t changes, notices, commands, failed;
    int64_t commands_us;
    /* time in each state; a slot counts from its first change of state */
    int64_t state_us[VFJ_SLOT_STATE_COUNT];
};

/* Adds up the decisions. `migrations` and `slow_us` are set by the caller. */
void vfj_totals_add(struct vfj_totals *totals, const struct vfj_decisions *decisions);

/* Adds up the migrations of a whole journal. One that has not ended lasts to `now_us`. */
enum vfj_status vfj_totals_add_migrations(struct vfj_totals *totals, struct vfj_journal *journal,
                                          int64_t now_us);

/* Prints both sides and their differences as a table of at most 80 columns. Rows that are 0 on
 * both sides are left out. */
void vfj_totals_print(FILE *out, const struct vfj_totals *a, const struct vfj_totals *b);

/* Adds the totals to the object, except the times in states. */
void vfj_totals_add_json(struct vfj_json *json, const struct vfj_totals *totals);

#endif
