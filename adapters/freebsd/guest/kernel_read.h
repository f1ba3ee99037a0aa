/* Answers probes by reading from the kernel, without starting programs. */
#ifndef VFJ_FREEBSD_GUEST_KERNEL_READ_H
#define VFJ_FREEBSD_GUEST_KERNEL_READ_H

#include <stdbool.h>

#include "adapters/freebsd/paths.h"
#include "core/data/command.h"
#include "core/data/observation.h"

/* Answers a command PROBE_SYSCTL, _IFCONFIG, _MAP, _SLOT or _SNAPSHOT. The answer is the same as
 * from the programs of vfj_command_argv(), with two additions. The answers to PROBE_SLOT and
 * PROBE_SNAPSHOT also have the facts that vfj_files_read() reads from files. The answer to
 * PROBE_SNAPSHOT also has the counters of interfaces, which no program prints. Returns false when
 * programs must read the guest instead; *answer is then incomplete. Waits only in
 * vfj_kernel_default_route(). */
bool vfj_kernel_read(const struct vfj_paths *paths, const struct vfj_command *command,
                     struct vfj_observation *answer);

#endif
