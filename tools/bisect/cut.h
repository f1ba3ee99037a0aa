/* Writes the beginning of a journal or a trace to a separate file. */
#ifndef VFJ_TOOLS_BISECT_CUT_H
#define VFJ_TOOLS_BISECT_CUT_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/input.h"

/* The places at which a file can be cut. A journal can be cut after an event with all its
 * decisions, a trace after each line. */
struct vfj_cuts {
    const struct vfj_input *input;
    struct vfj_journal *journal; /* NULL: the file is a trace */
    /* for each place: the seq of the last record, or the number of the last line, before the cut */
    uint64_t *list;
    size_t count, room;
};

/* Finds all places. Returns VFJ_EXIT_OK, or the exit status after a message. The caller calls
 * vfj_cuts_close() in any case. */
int vfj_cuts_open(struct vfj_cuts *cuts, const struct vfj_input *input);
void vfj_cuts_close(struct vfj_cuts *cuts);

/* Writes the beginning of the file up to place number `index` to the new file `path`. Returns
 * VFJ_EXIT_OK, or the exit status after a message. */
int vfj_cuts_write(const struct vfj_cuts *cuts, size_t index, const char *path);

/* Returns the seq of the last event before place number `index`. For a trace, returns the number of
 * the last line before it. */
uint64_t vfj_cuts_begin_of(const struct vfj_cuts *cuts, size_t index);

#endif
