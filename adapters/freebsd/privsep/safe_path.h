/* Whether what a path leads to is root's alone to change. */
#ifndef VFJ_FREEBSD_PRIVSEP_SAFE_PATH_H
#define VFJ_FREEBSD_PRIVSEP_SAFE_PATH_H

#include <stdbool.h>

#include "core/limits.h"
#include "core/text/text.h"

/* Whether `path`, absolute, leads to a regular, executable file that nobody but root, or the user
 * that we are, can change or put another in the place of. Every component from / down must belong
 * to one of the two, and neither its group nor others may write to it; a directory that they can
 * write to is good enough when it is sticky, for then what we own in it stays ours (sticky(7)). A
 * symbolic link is a component as well, and what it leads to is looked at along its whole length.
 * If not, the first component that fails and why are added to *complaint: "/usr/libexec: its group
 * can write to it". */
bool vfj_safe_path_check(const char *path, struct vfj_text *complaint);

/* The same for a file or directory of any kind and mode. One that does not exist passes, if nobody
 * else can make it. */
bool vfj_safe_path_check_file(const char *path, struct vfj_text *complaint);

#endif
