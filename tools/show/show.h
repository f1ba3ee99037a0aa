/* The parts of `vfjournal show`. */
#ifndef VFJ_TOOLS_SHOW_SHOW_H
#define VFJ_TOOLS_SHOW_SHOW_H

#include <stdbool.h>

#include "tools/input.h"
#include "tools/show/select.h"
#include "tools/time_format.h"

enum vfj_show_format {
    VFJ_SHOW_SHORT,
    VFJ_SHOW_DELTA,
    VFJ_SHOW_VERBOSE,
    VFJ_SHOW_JSON,
    VFJ_SHOW_CSV,
    VFJ_SHOW_CAT
};

struct vfj_show {
    struct vfj_criteria criteria;
    enum vfj_show_format format;
    enum vfj_zone zone;
    bool follow, reverse, lists_boots;
    bool tabs, why, no_pager;
    bool has_boot; /* -b was given */
    /* the value of -b: a boot's number, or a number up to 0 that counts back from the newest
     * boot */
    int64_t boot;
    regex_t pattern;       /* compiled value of -g, if criteria.pattern is set */
    const char *migration; /* the value of -M; NULL: not given */
    const char *after_cursor;
    const char *cursor_file;
    bool prints_cursor;
    const char *path; /* the path that the user gave; NULL: the default */
    struct vfj_input input;
    struct vfj_source source;
    bool is_begun;  /* the first record was printed or is about to be */
    bool has_begun; /* records were printed before, and the journal is followed */
    struct vfj_style style;
};

/* Reads the options. Returns VFJ_OPTIONS_READ, or the exit status. */
int vfj_show_options_read(struct vfj_show *show, int argc, char **argv);

/* Prints a message that explains an empty result. */
void vfj_show_report_nothing(const struct vfj_show *show, const struct vfj_selection *selection);

/* Prints messages about interfaces without a record, missing records and unreadable records.
 * Returns the exit status of the worst fault. */
int vfj_show_report_faults(const struct vfj_show *show, const struct vfj_selection *selection);

/* Finds the boot that -b names. Returns VFJ_EXIT_OK, or the exit status after a message. */
int vfj_show_find_boot(struct vfj_show *show);

/* Shows the further output through a pager, unless the options or vfj_pager_begin() exclude one. */
void vfj_show_begin_pager(const struct vfj_show *show);

/* Prints a line for each boot of the guest. Returns the exit status. */
int vfj_show_list_boots(struct vfj_show *show);

/* Selects the records after the cursor. Returns VFJ_EXIT_OK, or the exit status after a message:
 * the journal may no longer have the cursor's record. */
int vfj_show_take_cursor(struct vfj_show *show);

/* Selects the records of the migration that -M names. Returns VFJ_EXIT_OK, or the exit status
 * after a message. */
int vfj_show_take_migration(struct vfj_show *show);

/* Prints the cursor of the record, or writes it to the cursor file. Returns the exit status. */
int vfj_show_put_cursor(struct vfj_show *show, uint64_t seq);

#endif
