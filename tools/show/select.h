/* Selects the records that `vfjournal show` prints. */
#ifndef VFJ_TOOLS_SHOW_SELECT_H
#define VFJ_TOOLS_SHOW_SELECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/status.h"
#include "tools/output.h"
#include "tools/show/match.h"
#include "tools/show/source.h"

struct vfj_pick {
    uint64_t seq;
    uint64_t outcome; /* fold: seq of the command's outcome; 0 for none */
    uint32_t links;   /* fold: the row of selection->links, counted from 1; 0 for none */
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
    struct vfj_links *links;
    size_t link_count;
    size_t link_room;
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

/* Reads the journal from its end until there are enough records, or until no older one can match.
 * With an interface that no record has named yet, reads to the beginning. Continues behind a
 * damaged page. On failure the selection has the records that were read. */
enum vfj_status vfj_select(struct vfj_source *source, const char *path,
                           const struct vfj_criteria *criteria, struct vfj_selection *selection);

/* Returns whether a pruned journal can begin with the record, a checkpoint. No record before it is
 * missing then. */
bool vfj_select_begins(const struct vfj_record *record);

void vfj_selection_free(struct vfj_selection *selection);

#endif
