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
    /* when command and outcome share a line: seq of the outcome; 0: the line has no outcome */
    uint64_t outcome;
    /* when link changes share a line: their index in selection->links, counted from 1; 0: the line
     * is not about link changes */
    uint32_t links;
    /* number of the boot in which the record was written; if a forged number is larger, its last 32
     * bits */
    uint32_t boot;
};

enum { VFJ_RANGES_MAX = 8 };

/* Ranges of records, the newest range first. When the list is full, further ranges only increase
 * `count`. */
struct vfj_ranges {
    unsigned count;
    struct {
        uint64_t first, last;
    } list[VFJ_RANGES_MAX];
};

struct vfj_selection {
    struct vfj_pick *picks; /* the oldest first */
    size_t count;
    size_t room;
    struct vfj_links *links;
    size_t link_count;
    size_t link_room;
    int who_width;
    /* seq of the journal's newest record; 0: the journal has no records */
    uint64_t newest;
    uint64_t newest_boot; /* number of the boot in which the newest record was written */
    /* the earliest and the latest wall time among the records that were read */
    int64_t least_us, most_us;
    bool named[VFJ_NAMES_MAX]; /* for each interface in the criteria: whether a record names it */
    bool has_read_all;         /* the search has read all records, up to the first one */
    struct vfj_ranges missing; /* records that the journal lacks although it has newer ones */
    bool end_is_unreadable;    /* the records after `newest` are unreadable */
    struct vfj_ranges unreadable; /* records that cannot be read because the file is damaged */
    /* describes the first damage in bytes that must not be trusted; empty: no damage was found */
    char damage[256];
};

/* Reads the journal from its end, until enough records are selected or no older record can match.
 * While no record of one of the wanted interfaces was found, reads up to the first record.
 * Continues after a damaged page. On a failure, the selection contains the records that were read
 * before. */
enum vfj_status vfj_select(struct vfj_source *source, const char *path,
                           const struct vfj_criteria *criteria, struct vfj_selection *selection);

/* Returns true when a pruned journal can begin with this record, which must be part of a
 * checkpoint. No record is missing before it then. */
bool vfj_select_begins(const struct vfj_record *record);

void vfj_selection_free(struct vfj_selection *selection);

#endif
