/* Gives up root's rights before a journal's files are opened. Every verb and the daemon in one
 * process call these functions. */
#ifndef VFJ_TOOLS_ACT_AS_OWNER_H
#define VFJ_TOOLS_ACT_AS_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "adapters/freebsd/privsep/apart.h"

/* For a process that root started. When other users can change the files in the journal's
 * directory, the process becomes the user of adapters/freebsd/privsep/owner.h for good. The
 * caller calls this function before it opens, makes or removes a file there, and before it opens
 * any descriptor but 0 to 2. A descriptor that was open before (tools/input.h) is read as root.
 * Returns VFJ_EXIT_OK, or an exit status after a message. */
int vfj_act_as_owner(const char *journal);

/* Does the same for a verb that makes the new journal `to` from the file at `path`. When the two
 * directories require different users, the process forks. The caller continues in the child, as
 * the user of `path`, and hands the finished file (store/handover.h) to the parent, which is the
 * user of `to`. The parent never returns: it ends with the child's exit status. */
int vfj_act_as_owners(const char *path, const char *to);

/* Does the same for a verb that also reads and replaces the file at `file`
 * (tools/replace_file.h), which gets the mode `mode`. When the two paths call for different
 * users, the process forks: the caller continues as the user of the journal, and another process
 * reads and replaces the file as the user of `file`. That process never returns from here. When
 * `file` is NULL, this is vfj_act_as_owner(). */
int vfj_act_as_owner_and_replace(const char *journal, const char *file, mode_t mode);

/* Returns whether this process may read and replace the file at `path`, which does not belong to
 * a journal. Root may do so only if no other user can change any part of the path. Prints a
 * message otherwise. */
bool vfj_owner_may_replace(const char *path);

/* Returns "as user nobody, since /tmp: others can write to it" when root's rights were given up,
 * and otherwise an empty text. The text is not safe for a terminal. */
const char *vfj_owner_became(void);

/* For a verb that reads several files in one process. Root reads several files only if others than
 * root can change none of them. Otherwise what root has read would be in the memory of a process
 * that has become the user of the next file. For a single file, does what vfj_act_as_owner() does.
 * Returns VFJ_EXIT_OK, or an exit status after a message. */
int vfj_act_as_owner_of_all(char *const *paths, size_t count);

/* Returns whether vfj_act_as_owner() would give up root's rights. */
bool vfj_owner_differs(const char *journal);

/* For a verb that remains root. Calls `run` as vfj_apart_run() does, in a child that acts as the
 * owner of the journal's directory. The result is untrusted. */
bool vfj_run_as_owner(const char *journal, vfj_apart_fn *run, void *context, void *result,
                      size_t size);

/* Returns the directory for temporary files: $TMPDIR. Returns /tmp when TMPDIR is not set, and for
 * root when others could replace files in TMPDIR. */
const char *vfj_scratch_directory(void);

#endif
