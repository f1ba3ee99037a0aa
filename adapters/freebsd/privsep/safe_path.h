/* Checks that only root can change a path and the file that it leads to. */
#ifndef VFJ_FREEBSD_PRIVSEP_SAFE_PATH_H
#define VFJ_FREEBSD_PRIVSEP_SAFE_PATH_H

#include <stdbool.h>

#include "core/limits.h"
#include "core/text/text.h"

/* Returns true when `path`, which is absolute, leads to a regular executable file that only
 * root, or the user of this process, can change or replace. Each component from / down must
 * belong to root or that user, and neither its group nor others may write to it. A sticky
 * directory may be writable for others, since nobody can remove other users' files from it
 * (sticky(7)). A symbolic link is a component, and each component of its target is one, too. On
 * failure, adds the first component that fails, and the cause, to *complaint: "/usr/libexec: its
 * group can write to it". */
bool vfj_safe_path_check(const char *path, struct vfj_text *complaint);

/* Like vfj_safe_path_check(), but the path may also lead to a directory or to a file that nobody can
 * execute. A missing file passes when only root and the user of this process can create it. */
bool vfj_safe_path_check_file(const char *path, struct vfj_text *complaint);

#endif
