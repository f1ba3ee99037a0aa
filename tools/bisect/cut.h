/* The beginnings of a journal or a trace, as files of their own. */
#ifndef VFJ_TOOLS_BISECT_CUT_H
#define VFJ_TOOLS_BISECT_CUT_H

#include <stddef.h>

#include "store/journal.h"
#include "tools/input.h"

/* The places at which a file can be cut: after an event of a journal with all its decisions, after a
 * line of a trace. */
struct vfj_cuts {
    const struct vfj_input *input;
    struct vfj_journal *journal; /* NULL for a trace */
    uint64_t *list;              /* seqs of the last records, or numbers of the last lines */
    size_t count, room;
};

/* Finds the places. Returns VFJ_EXIT_OK, or the exit status after a message. The caller calls
 * vfj_cuts_close() in any case. */
int vfj_cuts_open(struct vfj_cuts *cuts, const struct vfj_input *input);
void vfj_cuts_close(struct vfj_cuts *cuts);

/* Writes the beginning up to the place `index` to the new file `path`. Returns likewise. */
int vfj_cuts_write(const struct vfj_cuts *cuts, size_t index, const char *path);

/* Returns the number of the event, or of the line, that the place is the end of. */
uint64_t vfj_cuts_begin_of(const struct vfj_cuts *cuts, size_t index);

#endif
