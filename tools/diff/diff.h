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
    const char *words[2]; /* A and B; B is NULL with settings */
    bool state, json;
    enum vfj_zone zone;
    struct vfj_settings settings;
};

/* One migration that is compared. */
struct vfj_diff_side {
    struct vfj_episode episode;
    struct vfj_decisions decisions;
    struct vfj_totals totals;
    char remark[2048]; /* after its time: "with hyperv_vf_delay=30; …"; safe for a terminal */
};

/* Reads the decisions of side->episode. `last` is the newest seq that belongs to it. */
enum vfj_status vfj_diff_read(struct vfj_journal *journal, uint64_t last,
                              struct vfj_diff_side *side);
void vfj_diff_free(struct vfj_diff_side *side);

/* Prints the comparison. Returns VFJ_EXIT_OK when both are the same, or VFJ_EXIT_DIFFERENT, or
 * another exit status after a message that names `name`. */
int vfj_diff_print(const struct vfj_diff_options *options, const struct vfj_diff_side *a,
                   const struct vfj_diff_side *b, const char *name);

/* The three kinds of a comparison. Each returns an exit status. */
int vfj_diff_migrations(const struct vfj_diff_options *options);
int vfj_diff_settings(struct vfj_diff_options *options);
int vfj_diff_states(const struct vfj_diff_options *options);

/* Fewer than two of these microseconds are no difference between two times. */
#define VFJ_DIFF_US INT64_C(1000000)

#endif
