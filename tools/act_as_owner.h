/* Root's rights end before a journal's files are touched: every verb and the daemon in one process
 * pass through here. */
#ifndef VFJ_TOOLS_ACT_AS_OWNER_H
#define VFJ_TOOLS_ACT_AS_OWNER_H

#include <stdbool.h>
#include <stddef.h>

/* Started by root, the process becomes the user of adapters/freebsd/privsep/owner.h for good when
 * others than root can change which files are in the journal's directory. To be called before
 * anything there is opened, made, read or removed, and before any descriptor but 0 to 2 is opened.
 * VFJ_EXIT_OK, also when nothing had to be given up; else an exit status, and standard error says
 * why. */
int vfj_act_as_owner(const char *journal);

/* Likewise for a verb that makes the new journal `to` from what is at `path`. When the two
 * directories call for different users, the process forks: the caller goes on in the child, as the
 * user of `path`, and hands the finished file (store/handover.h) to the parent, which is the user
 * of `to`. The parent never returns: it ends with the child's exit status. */
int vfj_act_as_owners(const char *path, const char *to);

/* Whether vfj_act_as_owner() would give up root's rights. */
bool vfj_owner_differs(const char *journal);

/* For a verb that has to stay root. Runs `work` in a child that acts as the owner of the journal's
 * directory. The child fills in `result`, `size` bytes of it, which are untrusted. False when the
 * child did not end with a whole result. */
bool vfj_run_as_owner(const char *journal, void (*work)(void *context, void *result), void *context,
                      void *result, size_t size);

/* The directory for files that are needed for a while: $TMPDIR, or /tmp where that is not set, or
 * where others could replace root's files there. */
const char *vfj_scratch_directory(void);

#endif
