/* Small files of the guest: pidfiles, leases, per-interface scripts. */
#ifndef VFJ_FREEBSD_GUEST_GUEST_FILE_H
#define VFJ_FREEBSD_GUEST_GUEST_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "core/data/observation.h"

/* Opens a regular file for reading. Never blocks, although the path may be a FIFO or a device.
 * Returns a descriptor with O_CLOEXEC, or -1 with errno. ENOTSUP: the path is not a regular
 * file. */
int vfj_guest_file_open(const char *path);

/* Reads whether the regular file exists, and the first line of its text. The text is empty when the
 * file cannot be read or the line is not printable ASCII. A line that is longer than a value is
 * cut. */
void vfj_guest_file_read(const char *path, struct vfj_file *file);

/* Returns true when a regular file exists at `path` and is not empty. */
bool vfj_guest_file_holds(const char *path);

/* Returns true when a regular file exists at `path`. */
bool vfj_guest_file_exists(const char *path);

/* Returns the pid of the dhclient(8) of an interface, or 0. The pidfile of a present dhclient is in
 * dhclient_run_dir (sbin/dhclient/dhclient.c), that of an older one in run_dir. A running dhclient
 * holds a lock on its pidfile (pidfile(3), flock(2)); an unlocked pidfile is a leftover. Where
 * locks cannot be tested, the process must exist and be a dhclient. */
uint64_t vfj_guest_dhclient(const struct vfj_paths *paths, struct vfj_name interface);

/* Returns true when `pid` is the dhclient of any interface, by the rule of vfj_guest_dhclient(). */
bool vfj_guest_has_dhclient(const struct vfj_paths *paths, uint64_t pid);

#endif
