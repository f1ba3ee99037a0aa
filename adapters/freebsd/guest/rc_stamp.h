/* Detects changes of the files that set rc.conf's values. */
#ifndef VFJ_FREEBSD_GUEST_RC_STAMP_H
#define VFJ_FREEBSD_GUEST_RC_STAMP_H

#include <stdint.h>

#include "adapters/freebsd/paths.h"

enum { VFJ_RC_FILES = 10 };

/* The state of the files that vfj_rc_stamp_take() names. Two equal stamps mean that none of the
 * files was written, replaced, made or removed in between. When a path names a directory, the files
 * in it are not covered. The struct has no padding. */
struct vfj_rc_stamp {
    struct {
        uint64_t inode, size;
        int64_t modified_s, modified_ns, changed_s, changed_ns;
    } files[VFJ_RC_FILES]; /* zero for a missing file */
};

/* Reads the state of rc.conf and of the other files that rc.subr(8) reads:
 * /etc/defaults/rc.conf, /etc/defaults/vendor.conf, /etc/rc.conf.local, and the files network,
 * netif and vfjournal in /etc/rc.conf.d and /usr/local/etc/rc.conf.d. */
void vfj_rc_stamp_take(const struct vfj_paths *paths, struct vfj_rc_stamp *stamp);

#endif
