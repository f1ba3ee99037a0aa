/* Determines the user as whom root works on the files of a path. */
#ifndef VFJ_FREEBSD_PRIVSEP_OWNER_H
#define VFJ_FREEBSD_PRIVSEP_OWNER_H

#include <stdbool.h>

#include "adapters/freebsd/privsep/user.h"
#include "core/text/text.h"

/* What the program does in the directory of the file. */
enum vfj_owner_use {
    /* The program opens files there by name. Everybody who can write to the directory can put
     * other files there. */
    VFJ_OWNER_USES,
    /* As VFJ_OWNER_USES, and the file is a journal that the program opens. The owners of the
     * journal and of the files beside it count, too, since they can change these files. SQLite
     * gives new files the owner of the journal. */
    VFJ_OWNER_OPENS,
    /* The program only makes new files there, with O_EXCL. A sticky directory protects new
     * files. */
    VFJ_OWNER_MAKES,
};

/* Finds the user as whom root works on the file at `path`, which need not exist. Follows symbolic
 * links. Reads no file.
 *
 *   root                 only root can change a component of the path by its mode or an access
 *                        control list (acl.h). Components are directories and links, with OPENS
 *                        also the files. A sticky directory above the file's own directory is
 *                        accepted, though others can write to it
 *   another user         one user owns components; user->name is empty
 *   user without rights  several users own components, or others can write to a directory of
 *                        root's: nobody, or 65534 where passwd(5) has no such entry;
 *                        user->name is "nobody"
 *
 * *why names the component that decided: "/tmp: others can write to it". *why stays empty for root.
 * Returns false, with the cause in *why, when a component can't be read, the path is too long, or
 * the current directory, at which a relative path begins, can't be named. */
bool vfj_owner_find(const char *path, enum vfj_owner_use use, struct vfj_user *user,
                    struct vfj_text *why);

#endif
