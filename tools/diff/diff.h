/* `vfjournal diff`: compares two migrations, or two states of the machine. */
#ifndef VFJ_TOOLS_DIFF_DIFF_H
#define VFJ_TOOLS_DIFF_DIFF_H

#include "store/journal.h"
#include "tools/audit/episode.h"
#include "tools/diff/totals.h"
#include "tools/time_format.h"
#include "tools/whatif/settings.h"

struct vfj_diff_options {
    const char *path;
    const char *words[2]; /* A and B; B is NULL when settings are given instead */
    bool state, json;
    enum vfj_zone zone;
    struct vfj_settings settings;
};

/* One of the two migrations that are compared. */
struct vfj_diff_side {
    struct vfj_episode episode;
    struct vfj_decisions decisions;
    struct vfj_totals totals;
    /* printed after its time, for instance "with hyperv_vf_delay=30; …"; safe for a terminal */
    char remark[2048];
};

/* Reads the decisions of side->episode. `last` is the last record that belongs to it. */
enum vfj_status vfj_diff_read(struct vfj_journal *journal, uint64_t last,
                              struct vfj_diff_side *side);
void vfj_diff_free(struct vfj_diff_side *side);

/* Prints the comparison. Returns VFJ_EXIT_OK when both migrations are the same, and
 * VFJ_EXIT_DIFFERENT when not. Returns another exit status after a message, which names `name`. */
int vfj_diff_print(const struct vfj_diff_options *options, const struct vfj_diff_side *a,
                   const struct vfj_diff_side *b, const char *name);

/* The three kinds of comparison. Each returns an exit status. */
int vfj_diff_migrations(const struct vfj_diff_options *options);
int vfj_diff_settings(struct vfj_diff_options *options);
int vfj_diff_states(const struct vfj_diff_options *options);

/* Times that differ by less than twice this are not reported as different. */
#define VFJ_DIFF_US INT64_C(1000000)

#endif
