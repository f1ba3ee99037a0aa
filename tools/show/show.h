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
    bool has_boot;         /* -b was given */
    int64_t boot;          /* its value: a boot's number, or 0 and less, counted from the newest */
    regex_t pattern;       /* of -g, while criteria.pattern is set */
    const char *migration; /* the value of -M; NULL: not given */
    const char *after_cursor;
    const char *cursor_file;
    bool prints_cursor;
    const char *path; /* as the user gave it; NULL for the default */
    struct vfj_input input;
    struct vfj_source source;
    bool is_begun;  /* the first record was printed, or is about to be */
    bool has_begun; /* something was printed before: the journal is followed */
    struct vfj_style style;
};

/* Reads the options. Returns VFJ_OPTIONS_READ, or the exit status. */
int vfj_show_options_read(struct vfj_show *show, int argc, char **argv);

/* Prints a message about an empty answer. */
void vfj_show_report_nothing(const struct vfj_show *show, const struct vfj_selection *selection);

/* Prints messages about interfaces that no record names, missing records and unreadable records.
 * The worst gives the exit status. */
int vfj_show_report_faults(const struct vfj_show *show, const struct vfj_selection *selection);

/* Finds the boot that -b names. Returns VFJ_EXIT_OK, or the exit status after a message. */
int vfj_show_find_boot(struct vfj_show *show);

/* Shows what follows through a pager, when there is to be one. */
void vfj_show_begin_pager(const struct vfj_show *show);

/* Prints a line for each boot of the guest. Returns the exit status. */
int vfj_show_list_boots(struct vfj_show *show);

/* Sets the criteria to the records after the cursor. Returns VFJ_EXIT_OK, or the exit status after
 * a message: the journal may no longer hold the cursor's record. */
int vfj_show_take_cursor(struct vfj_show *show);

/* Sets the criteria to the records of the migration that -M names. Returns VFJ_EXIT_OK, or the exit
 * status after a message. */
int vfj_show_take_migration(struct vfj_show *show);

/* Prints the cursor of the record, or writes it to the cursor file. Returns the exit status. */
int vfj_show_put_cursor(struct vfj_show *show, uint64_t seq);

#endif
