/* A new journal on the way to its place: made in a directory of its own beside it, put there whole or not at all. */
#ifndef VFJ_STORE_PLACE_H
#define VFJ_STORE_PLACE_H

#include <limits.h>
#include <stdbool.h>

#include "core/status.h"
#include "core/text.h"

struct vfj_place {
    const char *to;
    char directory[PATH_MAX]; /* TO.XXXXXX, mode 0700; empty: none */
    char path[PATH_MAX];      /* of the file in it, which is the caller's to make */
};

/* Where a file for `to` can be made. JOURNAL_IO, with *detail: `to` is there already, or the directory can't be made. Whatever it
 * answers, vfj_place_end() follows. With a publisher (store/handover.h) the file is made elsewhere, and the publisher puts it. */
enum vfj_status vfj_place_begin(struct vfj_place *place, const char *to, struct vfj_text *detail);

/* As vfj_place_begin(), of a file that is put nowhere: its directory is PREFIX.XXXXXX. */
enum vfj_status vfj_place_begin_passing(struct vfj_place *place, const char *prefix, struct vfj_text *detail);

/* Put the file, closed by now and synced here, to its place, durably; a file that is there by now is left alone, as JOURNAL_IO. */
enum vfj_status vfj_place_put(struct vfj_place *place, struct vfj_text *detail);

/* Give the file at `from`, synced here, the name `to`, durably. False, with errno, when that fails or `to` exists. */
bool vfj_place_publish(const char *from, const char *to);

/* Remove the directory and what is left in it. */
void vfj_place_end(struct vfj_place *place);

#endif
