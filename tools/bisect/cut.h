/* Writes the beginning of a journal or a trace to a file of its own. */
#ifndef VFJ_TOOLS_BISECT_CUT_H
#define VFJ_TOOLS_BISECT_CUT_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/input.h"

/* The places at which a file can be cut. In a journal these are after an event and all its
 * decisions, in a trace after each line. */
struct vfj_cuts {
    const struct vfj_input *input;
    struct vfj_journal *journal; /* NULL: the file is a trace */
    /* of each place the seq of the last record, or the number of the last line, before the cut */
    uint64_t *list;
    size_t count, room;
};

/* Finds the places. Returns VFJ_EXIT_OK, or the exit status after a message. In any case the
 * caller has to call vfj_cuts_close(). */
int vfj_cuts_open(struct vfj_cuts *cuts, const struct vfj_input *input);
void vfj_cuts_close(struct vfj_cuts *cuts);

/* Writes the beginning up to the place `index` to the new file `path`. Returns VFJ_EXIT_OK, or
 * the exit status after a message. */
int vfj_cuts_write(const struct vfj_cuts *cuts, size_t index, const char *path);

/* Returns the seq of the last event, or the number of the last line, before the place. */
uint64_t vfj_cuts_begin_of(const struct vfj_cuts *cuts, size_t index);

#endif
