/* Makes a new file in a directory of its own, and publishes it complete or not at all. */
#ifndef VFJ_STORE_PUBLISH_H
#define VFJ_STORE_PUBLISH_H

#include <limits.h>
#include <stdbool.h>

#include "core/status.h"
#include "core/text/text.h"

struct vfj_publish {
    const char *to; /* the path of the published file; borrowed from the caller */
    /* path of the directory, TO.XXXXXX with mode 0700; empty: there is none */
    char directory[PATH_MAX];
    char path[PATH_MAX]; /* path of the new file in `directory`; the caller creates the file */
};

/* Makes the directory for a file that is to be published as `to`. Fails with JOURNAL_ACCESS or
 * JOURNAL_IO, and writes the cause to `detail`, when `to` exists or the directory cannot be
 * made. The caller calls vfj_publish_end() after a failure, too. When another process publishes
 * (store/handover.h), the directory has the prefix of vfj_handover_prefix(), and the other
 * process writes `to`. */
enum vfj_status vfj_publish_begin(struct vfj_publish *new_file, const char *to,
                                  struct vfj_text *detail);

/* Makes the directory PREFIX.XXXXXX for a file that is never published. Fails as
 * vfj_publish_begin() does. */
enum vfj_status vfj_publish_begin_temporary(struct vfj_publish *new_file, const char *prefix,
                                            struct vfj_text *detail);

/* Publishes the file durably. The caller has closed the file; this function syncs it. Fails with
 * JOURNAL_ACCESS or JOURNAL_IO, and writes the cause to `detail`. When others have made a file
 * at new_file->to in the meantime, it is not replaced. */
enum vfj_status vfj_publish_finish(struct vfj_publish *new_file, struct vfj_text *detail);

/* Syncs the file `from` and renames it to `to`, durably. Returns false, with errno, when that
 * fails or `to` exists. */
bool vfj_publish_file(const char *from, const char *to);

/* Removes the directory and all files that SQLite and the journal make in it. */
void vfj_publish_end(struct vfj_publish *new_file);

/* Removes every directory, with its files, that vfj_publish_end() has not removed yet. A signal
 * handler may call this function. The caller must then end the process without another call of the
 * functions above. */
void vfj_publish_abandon(void);

#endif
