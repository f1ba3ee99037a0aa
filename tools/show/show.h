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
    /* the regular expression in the option -g, compiled; valid when criteria.pattern is set */
    regex_t pattern;
    const char *migration; /* the value of -M; NULL: not given */
    /* the interfaces in the criteria are those of the migration, not those of -i */
    bool migration_names;
    bool migration_is_ended; /* the migration has ended, so that no later record belongs to it */
    const char *after_cursor;
    const char *cursor_file;
    bool prints_cursor;
    const char *path; /* the path that the user gave; NULL: use the default path */
    struct vfj_input input;
    struct vfj_source source;
    bool is_begun; /* the first record was printed, or is being printed */
    /* the journal was read before, and the program waits for further records */
    bool has_begun;
    /* this is the last reading: the program does not wait for records, or no later record can
     * match */
    bool is_over;
    uint64_t newest_read; /* for --list-boots: seq of the newest record that was read */
    uint64_t next_boot;   /* for --list-boots: boots with a lower number than this were printed */
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

/* Returns true when the journal has records that were written after the last reading. */
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

/* Waits for new records and calls `print` for each reading, until a failure or until no later
 * record can match. Returns the exit status. */
int vfj_show_follow(struct vfj_show *show, int (*print)(struct vfj_show *show));

/* Call this before the records are read. Sets show->is_over when it is already known that this is
 * the last reading. */
void vfj_show_begin_reading(struct vfj_show *show);

/* Call this after the records were read. Sets show->is_over when no later record can match. */
void vfj_show_end_reading(struct vfj_show *show, uint64_t newest_boot);

/* Prints the cursor that names the place after the record, or writes it to the cursor file. Returns
 * the exit status. */
int vfj_show_put_cursor(struct vfj_show *show, uint64_t seq);

#endif
