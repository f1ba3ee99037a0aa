/* Reads the identity of the current boot. */
#ifndef VFJ_FREEBSD_BOOT_ID_H
#define VFJ_FREEBSD_BOOT_ID_H

#include <stdbool.h>

#include "adapters/freebsd/run/child.h"

enum { VFJ_BOOT_ID_SIZE = 64 };

/* Reads kern.boot_id. When that value is empty or does not exist (early in a minimal boot), `id`
 * is "boottime-" and the seconds of kern.boottime. When neither can be read, `id` is a unique
 * text and the function returns false: this start then counts as a new boot. Runs the event loop
 * until sysctl(8) has ended. */
bool vfj_boot_id_read(struct event_base *base, struct vfj_children *children,
                      char id[VFJ_BOOT_ID_SIZE]);

#endif
