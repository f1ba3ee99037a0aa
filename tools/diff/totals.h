/* How many decisions, and how much time: of one migration, or of a whole journal. */
#ifndef VFJ_TOOLS_DIFF_TOTALS_H
#define VFJ_TOOLS_DIFF_TOTALS_H

#include <stdio.h>

#include "store/json.h"
#include "tools/diff/decisions.h"

struct vfj_totals {
    uint64_t migrations; /* of every kind */
    int64_t slow_us;     /* without the fast path */
    uint64_t changes, notices, commands, failed;
    int64_t commands_us;
    /* from the first change of state of each slot on */
    int64_t state_us[VFJ_SLOT_STATE_COUNT];
};

/* Adds up the decisions. The caller sets `migrations` and `slow_us`. */
void vfj_totals_add(struct vfj_totals *totals, const struct vfj_decisions *decisions);

/* Adds up the migrations of a whole journal. Open ones last to `now_us`. */
enum vfj_status vfj_totals_add_migrations(struct vfj_totals *totals, struct vfj_journal *journal,
                                          int64_t now_us);

/* Prints both sides and the differences as a table of at most 80 columns, without the rows that are
 * 0 on both sides. */
void vfj_totals_print(FILE *out, const struct vfj_totals *a, const struct vfj_totals *b);

/* Adds the members to the object, without the states. */
void vfj_totals_add_json(struct vfj_json *json, const struct vfj_totals *totals);

/* Prints the object of the JSON writer in one line. Returns false without memory. */
bool vfj_print_object(FILE *out, struct vfj_json *json);

#endif
