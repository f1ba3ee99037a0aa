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
    /* the value of -b: the number of a boot, or 0 for the newest boot, -1 for the one before it,
     * and so on */
    int64_t boot;
    regex_t pattern;         /* compiled value of -g, if criteria.pattern is set */
    const char *migration;   /* the value of -M; NULL: not given */
    bool migration_names;    /* the names of the criteria are those of the migration */
    bool migration_is_ended; /* no later record belongs to the migration */
    const char *after_cursor;
    const char *cursor_file;
    bool prints_cursor;
    const char *path; /* the path that the user gave; NULL: use the default path */
    struct vfj_input input;
    struct vfj_source source;
    bool is_begun;        /* the first record was printed or is about to be */
    bool has_begun;       /* records were printed before, and the journal is followed */
    bool is_over;         /* the journal is not followed, or no later record can match */
    uint64_t newest_read; /* --list-boots: seq of the newest record that was read */
    uint64_t next_boot;   /* --list-boots: boots with a lower number were printed */
    struct vfj_style style;
};

/* Parses the options and the arguments. Returns VFJ_OPTIONS_READ, or the exit status. */
int vfj_show_options_read(struct vfj_show *show, int argc, char **argv);

/* Prints a message about the reason when no record was selected. */
void vfj_show_report_nothing(const struct vfj_show *show, const struct vfj_selection *selection);

/* Prints messages about interfaces that no record names, about missing records and about unreadable
 * records. Returns the exit status for the worst of these faults. */
int vfj_show_report_faults(const struct vfj_show *show, const struct vfj_selection *selection);

/* Finds the boot that the option -b names. Returns VFJ_EXIT_OK, or the exit status after a
 * message. */
int vfj_show_find_boot(struct vfj_show *show);

/* Sends the output from now on to a pager, unless the options or vfj_pager_begin() exclude this. */
void vfj_show_begin_pager(const struct vfj_show *show);

/* Returns whether records came after those that were read before. */
bool vfj_show_has_news(struct vfj_show *show);

/* Prints a line for each boot of the guest that has a selected record. Returns the exit status. */
int vfj_show_list_boots(struct vfj_show *show);

/* Selects only the records after the cursor of the option --after-cursor or --cursor-file. Returns
 * VFJ_EXIT_OK, or the exit status after a message. It is an error when the journal does not contain
 * the cursor's record. */
int vfj_show_take_cursor(struct vfj_show *show);

/* Selects only the records of the migration that the option -M names. Returns VFJ_EXIT_OK, or the
 * exit status after a message. */
int vfj_show_take_migration(struct vfj_show *show);

/* Follows the journal, with `print` for each turn, until a failure or until no later record can
 * match. Returns the exit status. */
int vfj_show_follow(struct vfj_show *show, int (*print)(struct vfj_show *show));

/* Sets show->is_over before records are read: whether this is the last reading. */
void vfj_show_begin_reading(struct vfj_show *show);

/* Sets show->is_over when the records that were read show that no later one can match. */
void vfj_show_end_reading(struct vfj_show *show, uint64_t newest_boot);

/* Prints the cursor of the record, or writes it to the cursor file. Returns the exit status. */
int vfj_show_put_cursor(struct vfj_show *show, uint64_t seq);

#endif
