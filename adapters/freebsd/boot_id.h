/* Which boot this is. */
#ifndef VFJ_FREEBSD_BOOT_ID_H
#define VFJ_FREEBSD_BOOT_ID_H

#include <stdbool.h>

#include "adapters/freebsd/run/child.h"

enum { VFJ_BOOT_ID_SIZE = 64 };

/* kern.boot_id, or, where that is empty or unknown (it can be early in a minimal boot), "boottime-"
 * and the second of kern.boottime; or, where both fail, a name that no other start has, and false:
 * a boot that can't be told from the next one is taken for a new one. Runs the event loop until
 * sysctl(8) has answered: for the start. */
bool vfj_boot_id_read(struct event_base *base, struct vfj_children *children,
                      char id[VFJ_BOOT_ID_SIZE]);

#endif
