/* Finds files of the guest that name an hn interface. */
#ifndef VFJ_TOOLS_GUEST_NAMES_H
#define VFJ_TOOLS_GUEST_NAMES_H

#include "adapters/freebsd/paths.h"
#include "core/text/name.h"

/* Called for a file that names hn in that line. `file` is valid during the call. */
typedef void vfj_guest_named_fn(void *context, const char *file, unsigned line);

/* Searches the rules of pf(4) and ipfw(4), dhclient.conf(5) and jail.conf(5) for the name,
 * outside of comments. The packets of a joined hn are on its lagg, so that such rules no longer
 * match. Calls `found` once for each file, with the first line that names hn. Skips a file that
 * cannot be read. */
void vfj_guest_find_names(const struct vfj_paths *paths, struct vfj_name hn,
                          vfj_guest_named_fn *found, void *context);

#endif
