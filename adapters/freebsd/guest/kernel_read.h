/* Answers the commands that only read the guest from what the kernel says: at once, and without
 * programs. */
#ifndef VFJ_FREEBSD_GUEST_KERNEL_READ_H
#define VFJ_FREEBSD_GUEST_KERNEL_READ_H

#include <stdbool.h>

#include "adapters/freebsd/paths.h"
#include "core/data/command.h"
#include "core/data/observation.h"

/* The answer to a PROBE_SYSCTL, _IFCONFIG, _MAP or _SLOT command: the very one that the programs of
 * vfj_command_argv() lead to, and for a slot what its files say. False: it can't be had this way,
 * and programs are to be asked; *answer is then what was read so far. It waits for nothing but
 * vfj_kernel_default_route(). */
bool vfj_kernel_read(const struct vfj_paths *paths, const struct vfj_command *command,
                     struct vfj_observation *answer);

#endif
