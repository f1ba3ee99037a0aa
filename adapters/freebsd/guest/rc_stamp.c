/* Detects changes of the files that set rc.conf's values. */
#include "adapters/freebsd/guest/rc_stamp.h"

#include <string.h>
#include <sys/stat.h>

/* The files that libexec/rc/rc.subr (load_rc_config) and libexec/rc/rc.d/netif read, besides
 * rc.conf. */
static const char *const others[VFJ_RC_FILES - 1] = {
    "etc/defaults/rc.conf",
    "etc/defaults/vendor.conf",
    "etc/rc.conf.local",
    "etc/rc.conf.d/network",
    "etc/rc.conf.d/netif",
    "etc/rc.conf.d/vfjournal",
    "usr/local/etc/rc.conf.d/network",
    "usr/local/etc/rc.conf.d/netif",
    "usr/local/etc/rc.conf.d/vfjournal",
};

static void take(const char *path, struct vfj_rc_stamp *stamp, unsigned file)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return;
    stamp->files[file].inode = facts.st_ino;
    stamp->files[file].size = (uint64_t)facts.st_size;
    stamp->files[file].modified_s = facts.st_mtim.tv_sec;
    stamp->files[file].modified_ns = facts.st_mtim.tv_nsec;
    stamp->files[file].changed_s = facts.st_ctim.tv_sec;
    stamp->files[file].changed_ns = facts.st_ctim.tv_nsec;
}

void vfj_rc_stamp_take(const struct vfj_paths *paths, struct vfj_rc_stamp *stamp)
{
    char path[VFJ_PATHNAME_SIZE];
    memset(stamp, 0, sizeof *stamp);
    take(paths->rc_conf, stamp, 0);
    for (unsigned i = 0; i < VFJ_RC_FILES - 1; i++) {
        if (vfj_paths_join(path, paths->root, others[i], "", ""))
            take(path, stamp, i + 1);
    }
}
