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
    /* the arguments A and B; B is NULL when A is compared with itself under other settings */
    const char *words[2];
    bool state, json;
    enum vfj_zone zone;
    struct vfj_settings settings;
};

/* One of the two migrations that are compared. */
struct vfj_diff_side {
    struct vfj_episode episode;
    struct vfj_decisions decisions;
    struct vfj_totals totals;
    /* text after the migration's time, such as "with hyperv_vf_delay=30; …"; contains no control
     * characters */
    char remark[2048];
    bool by_role; /* see struct vfj_part */
};

/* Reads the decisions that belong to side->episode. `last` is the seq of its last record. */
enum vfj_status vfj_diff_read(struct vfj_journal *journal, uint64_t last,
                              struct vfj_diff_side *side);
void vfj_diff_free(struct vfj_diff_side *side);

/* Prints both migrations side by side. Returns VFJ_EXIT_OK when they are equal, and
 * VFJ_EXIT_DIFFERENT when they differ. Returns another exit status after a message, which begins
 * with `name`. */
int vfj_diff_print(const struct vfj_diff_options *options, const struct vfj_diff_side *a,
                   const struct vfj_diff_side *b, const char *name);

/* Each of the next three functions makes one kind of comparison and returns an exit status. */
int vfj_diff_migrations(const struct vfj_diff_options *options);
int vfj_diff_settings(struct vfj_diff_options *options);
int vfj_diff_states(const struct vfj_diff_options *options);

/* Two times count as different when they differ by at least this value, in microseconds. */
#define VFJ_DIFF_US INT64_C(1000000)

#endif
