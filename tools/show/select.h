/* Selects the records that `vfjournal show` prints. */
#ifndef VFJ_TOOLS_SHOW_SELECT_H
#define VFJ_TOOLS_SHOW_SELECT_H

#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "store/journal.h"
#include "tools/options.h"

enum { VFJ_SHOW_WORDS_MAX = 16 };

/* The values of an option that may be repeated. A record matches one of them. */
struct vfj_words {
    unsigned count;
    const char *list[VFJ_SHOW_WORDS_MAX];
};

/* A record must match all of the criteria. */
struct vfj_criteria {
    uint64_t count;          /* the newest so many; UINT64_MAX for all */
    bool every_kind;         /* also plain devd lines, probes, timers */
    bool fold;               /* a command and its outcome are one */
    struct vfj_names about;  /* only records about these interfaces; empty for all */
    struct vfj_words kinds;  /* only these kinds of rows, or words of lines; empty for all */
    struct vfj_words states; /* only changes to these states; empty for all */
    const regex_t *pattern;  /* the text must match; NULL for none */
    uint64_t boot;           /* only of this boot; 0 for all */
    /* Only records of that time, both ends included (wall_us), and only those after record `after`.
     * A command also has the time and the interface of its outcome. */
    int64_t since_us;
    int64_t until_us;
    uint64_t after; /* 0: from the first on */
};

struct vfj_pick {
    uint64_t seq;
    uint64_t outcome; /* fold: seq of the command's outcome; 0 for none */
};

enum { VFJ_RANGES_MAX = 8 };

/* Runs of records, the newest first. Runs beyond the list are counted only. */
struct vfj_ranges {
    unsigned count;
    struct {
        uint64_t first, last;
    } list[VFJ_RANGES_MAX];
};

struct vfj_selection {
    struct vfj_pick *picks; /* oldest first */
    size_t count;
    size_t room;
    int who_width;
    uint64_t newest;              /* seq of the journal's last record; 0 for none */
    int64_t least_us, most_us;    /* wall time of the records that were read */
    bool named[VFJ_NAMES_MAX];    /* a record names that interface of the criteria */
    bool has_read_all;            /* the search reached the first record */
    struct vfj_ranges missing;    /* records that do not exist, though newer ones do */
    bool end_is_unreadable;       /* and those after `newest` */
    struct vfj_ranges unreadable; /* records that the damage of the file hides */
    char damage[256];             /* the first damage; untrusted bytes, empty for none */
};

/* Reads the journal from its end until there are enough records. With a time, or an interface that
 * no record has named yet, reads to the beginning: a clock may have been set back. Continues behind
 * a damaged page. On failure the selection has the records that were read. */
enum vfj_status vfj_select(struct vfj_journal *journal, const char *path,
                           const struct vfj_criteria *criteria, struct vfj_selection *selection);

void vfj_selection_free(struct vfj_selection *selection);

#endif
