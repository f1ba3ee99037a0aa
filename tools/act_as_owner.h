/* Gives up root's rights before a journal's files are opened. Every verb calls these functions, and
 * so does a daemon that runs as a single process. */
#ifndef VFJ_TOOLS_ACT_AS_OWNER_H
#define VFJ_TOOLS_ACT_AS_OWNER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "adapters/freebsd/privsep/apart.h"

/* Call this in a process that root may have started. If users other than root can change files in
 * the journal's directory, the process gives up root's rights until it ends, and becomes the user
 * that vfj_owner_find() determines (adapters/freebsd/privsep/owner.h). Call this before the process
 * opens, makes or removes a file there, and before it opens any descriptor but 0 to 2. A journal
 * given as an open descriptor (tools/input.h) is read as root. Returns VFJ_EXIT_OK, or an exit
 * status after a message. */
int vfj_act_as_owner(const char *journal);

/* As vfj_act_as_owner(), for a verb that makes the new journal `to` from the file at `path`. When
 * the two directories require different users, the process forks. The caller continues in the
 * child, as the user of `path`, and passes the finished file (store/handover.h) to the parent,
 * which runs as the user of `to`. In the parent this function never returns: the parent ends with
 * the child's exit status. */
int vfj_act_as_owners(const char *path, const char *to);

/* As vfj_act_as_owner(), for a verb that also reads and replaces the file at `file`
 * (tools/replace_file.h). The new file gets the mode `mode`. When the two paths require different
 * users, the process forks. The caller continues as the user of the journal, and the other process
 * reads and replaces the file as the user of `file`; in that process this function never returns.
 * When `file` is NULL, this is the same as vfj_act_as_owner(). */
int vfj_act_as_owner_and_replace(const char *journal, const char *file, mode_t mode);

/* Returns true when this process may read and replace the file at `path`, which is not a file of a
 * journal. Root may do so only if no other user can change any part of the path. Prints a message
 * before returning false. */
bool vfj_owner_may_replace(const char *path);

/* Returns a text such as "as user nobody, since /tmp: others can write to it" when root's rights
 * were given up, and otherwise "". The text may contain bytes that control a terminal. */
const char *vfj_owner_became(void);

/* As vfj_act_as_owner(), for a verb that reads several files in one process. If there is more than
 * one file and this process is root, fails when users other than root can change one of the files.
 * Otherwise the memory of a process that became the user of one file could still contain what root
 * read from another. Returns VFJ_EXIT_OK, or an exit status after a message. */
int vfj_act_as_owner_of_all(char *const *paths, size_t count);

/* Returns true when vfj_act_as_owner() would give up root's rights. */
bool vfj_owner_differs(const char *journal);

/* For a verb that stays root. Calls `run` in a child process, as vfj_apart_run() does. The child
 * runs as the user that vfj_act_as_owner() would choose. The caller must not trust the result. */
bool vfj_run_as_owner(const char *journal, vfj_apart_fn *run, void *context, void *result,
                      size_t size);

/* Returns the directory for temporary files: $TMPDIR. Returns /tmp when TMPDIR is not set. Also
 * returns /tmp when this process is root and other users could replace files in TMPDIR. */
const char *vfj_scratch_directory(void);

#endif
