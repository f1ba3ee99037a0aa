/* Finds files of the guest that contain the name of an hn interface. */
#ifndef VFJ_TOOLS_GUEST_NAMES_H
#define VFJ_TOOLS_GUEST_NAMES_H

#include "adapters/freebsd/paths.h"
#include "core/text/name.h"

/* Called for a file that contains the name of hn. `line` is the number of the first such line.
 * `file` is valid during the call. */
typedef void vfj_guest_named_fn(void *context, const char *file, unsigned line);

/* Searches files for the name, but not in comments: rules of firewalls, jail.conf(5),
 * dhclient.conf(5) and other files that configure something for an interface by its name. Such
 * rules no longer apply when hn was joined, because its packets then go through its lagg. In
 * rc.conf(5), variables that the daemon reads do not count. Calls `found` once for each file that
 * contains the name, with the first line. Skips a file that cannot be read. */
void vfj_guest_find_names(const struct vfj_paths *paths, struct vfj_name hn,
                          vfj_guest_named_fn *found, void *context);

#endif
