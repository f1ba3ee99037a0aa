/* Small files of the guest: pidfiles, leases, per-interface scripts. */
#ifndef VFJ_FREEBSD_GUEST_GUEST_FILE_H
#define VFJ_FREEBSD_GUEST_GUEST_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/paths.h"
#include "core/data/observation.h"

/* Whether there is a regular file, and the first line of its text: empty when it is not readable or
 * not printable ASCII, cut when it is longer than a value. */
void vfj_guest_file_read(const char *path, struct vfj_file *file);

/* Whether there is a regular file that is not empty. */
bool vfj_guest_file_holds(const char *path);

/* Whether there is a regular file. */
bool vfj_guest_file_exists(const char *path);

/* The pid of the dhclient(8) that runs on an interface; 0 when none does. Its pidfile is in
 * dhclient_run_dir as sbin/dhclient/dhclient.c makes it today, or in run_dir as older ones did.
 * dhclient holds a lock on it as long as it runs (pidfile(3), flock(2)): an unlocked one was left
 * behind. Where locks don't tell, the process must exist and be a dhclient. */
uint64_t vfj_guest_dhclient(const struct vfj_paths *paths, struct vfj_name interface);

/* Whether `pid` is, by that, the dhclient of any interface. */
bool vfj_guest_has_dhclient(const struct vfj_paths *paths, uint64_t pid);

#endif
