/* Answers probe commands from the kernel, at once and without programs. */
#ifndef VFJ_FREEBSD_GUEST_KERNEL_READ_H
#define VFJ_FREEBSD_GUEST_KERNEL_READ_H

#include <stdbool.h>

#include "adapters/freebsd/paths.h"
#include "core/data/command.h"
#include "core/data/observation.h"

/* Answers a PROBE_SYSCTL, _IFCONFIG, _MAP, _SLOT or _SNAPSHOT command. The answer is the same as by the
 * programs of vfj_command_argv(). For a slot it has the files' facts, too; a snapshot has what
 * interfaces counted, which no program tells. Returns false when the
 * programs have to be asked; *answer then has what was read so far. Waits only in
 * vfj_kernel_default_route(). */
bool vfj_kernel_read(const struct vfj_paths *paths, const struct vfj_command *command,
                     struct vfj_observation *answer);

#endif
