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
    uint64_t outcome; /* folded: seq of the command's outcome; 0: none */
    uint32_t links;   /* folded: index in selection->links, from 1 on; 0: none */
};

enum { VFJ_RANGES_MAX = 8 };

/* Ranges of records, the newest first. Ranges beyond the list only count in `count`. */
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
    uint64_t newest;           /* seq of the journal's newest record; 0: none */
    int64_t least_us, most_us; /* the earliest and latest wall time of the records that were read */
    bool named[VFJ_NAMES_MAX]; /* which interfaces of the criteria have a record */
    bool has_read_all;         /* the search read up to the first record */
    struct vfj_ranges missing; /* records that do not exist although newer ones do */
    bool end_is_unreadable;    /* the records after `newest` are unreadable */
    struct vfj_ranges unreadable; /* records that the file's damage hides */
    char damage[256];             /* describes the first damage: untrusted bytes, empty for none */
};

/* Reads the journal from its end, until enough records are found or no older one can match. When
 * an interface of the criteria has no record yet, reads to the beginning. Continues after a
 * damaged page. On failure the selection has the records that were read. */
enum vfj_status vfj_select(struct vfj_source *source, const char *path,
                           const struct vfj_criteria *criteria, struct vfj_selection *selection);

/* Returns whether a pruned journal can begin with the record, which is then a checkpoint: no
 * record is missing before it. */
bool vfj_select_begins(const struct vfj_record *record);

void vfj_selection_free(struct vfj_selection *selection);

#endif
