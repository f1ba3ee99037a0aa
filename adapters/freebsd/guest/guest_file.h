/* Reads small files of the guest: pidfiles, leases, per-interface scripts. */
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

/* Reads whether a regular file exists at `path`, and the first line of its text. The text is
 * empty when the file cannot be read, or the line is not printable ASCII. A line longer than
 * VFJ_VALUE_SIZE - 1 bytes is cut. */
void vfj_guest_file_read(const char *path, struct vfj_file *file);

/* Returns true when a regular file exists at `path` and has at least one byte. */
bool vfj_guest_file_holds(const char *path);

/* Returns true when a regular file exists at `path`. */
bool vfj_guest_file_exists(const char *path);

/* Returns the pid of the dhclient(8) of an interface, or 0. The dhclient of a present FreeBSD
 * release has its pidfile in dhclient_run_dir (sbin/dhclient/dhclient.c), that of an older release
 * in run_dir. The pid counts when both conditions hold: - The pidfile is locked, or the lock cannot
 * be tested. A running dhclient holds a lock on its pidfile (pidfile(3), flock(2)). An unlocked
 * pidfile is left over. - The process with this pid runs a program with the name dhclient. Any user
 * may lock a pidfile that is left over, and its pid may belong to another process by now. A process
 * whose name cannot be read does not count. */
uint64_t vfj_guest_dhclient(const struct vfj_paths *paths, struct vfj_name interface);

/* Returns true when `pid` is the pid of a dhclient that vfj_guest_dhclient() finds for some
 * interface. */
bool vfj_guest_has_dhclient(const struct vfj_paths *paths, uint64_t pid);

#endif
