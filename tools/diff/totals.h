/* Totals of a migration or of a whole journal: numbers of decisions, and sums of times. */
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
    /* time in each state; the time of a slot before its first change of state is not counted */
    int64_t state_us[VFJ_SLOT_STATE_COUNT];
};

/* Adds the decisions to the totals. The caller sets `migrations` and `slow_us`. */
void vfj_totals_add(struct vfj_totals *totals, const struct vfj_decisions *decisions);

/* Adds all migrations of a journal to the totals. A migration that has not ended lasts to
 * `now_us`. */
enum vfj_status vfj_totals_add_migrations(struct vfj_totals *totals, struct vfj_journal *journal,
                                          int64_t now_us);

/* Prints the totals of both sides and the differences as a table of at most 80 columns. Leaves out
 * the rows that are 0 on both sides. */
void vfj_totals_print(FILE *out, const struct vfj_totals *a, const struct vfj_totals *b);

/* Adds the totals to the JSON object, except for the times in each state. */
void vfj_totals_add_json(struct vfj_json *json, const struct vfj_totals *totals);

#endif
