/* Small files of the guest: pidfiles, leases, per-interface scripts. */
#ifndef VFJ_FREEBSD_GUEST_GUEST_FILE_H
#define VFJ_FREEBSD_GUEST_GUEST_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "core/data/observation.h"

/* Opens a regular file for reading. Never waits: the path may be a FIFO or a device. Returns a
 * descriptor with O_CLOEXEC, or -1 with errno. ENOTSUP: no regular file. */
int vfj_guest_file_open(const char *path);

/* Reads whether the regular file exists, and the first line of its text. The text is empty when it
 * is not readable or not printable ASCII, and cut when it is longer than a value. */
void vfj_guest_file_read(const char *path, struct vfj_file *file);

/* Returns whether a regular file exists that is not empty. */
bool vfj_guest_file_holds(const char *path);

/* Returns whether a regular file exists. */
bool vfj_guest_file_exists(const char *path);

/* Returns the pid of the dhclient(8) of an interface, or 0. Its pidfile is in dhclient_run_dir
 * (sbin/dhclient/dhclient.c of today), or in run_dir (older ones). A running dhclient holds a lock
 * on it (pidfile(3), flock(2)); an unlocked file is a leftover. Where locks cannot tell, the
 * process must exist and be a dhclient. */
uint64_t vfj_guest_dhclient(const struct vfj_paths *paths, struct vfj_name interface);

/* Returns whether `pid` is the dhclient of any interface, by the same rule. */
bool vfj_guest_has_dhclient(const struct vfj_paths *paths, uint64_t pid);

#endif
