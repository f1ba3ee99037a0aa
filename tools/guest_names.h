/* Files of the guest that name an hn interface. */
#ifndef VFJ_TOOLS_GUEST_NAMES_H
#define VFJ_TOOLS_GUEST_NAMES_H

#include "adapters/freebsd/paths.h"
#include "core/text/name.h"

/* A file names hn in that line; borrowed for the call. */
typedef void vfj_guest_named_fn(void *context, const char *file, unsigned line);

/* Looks for the name outside of comments in the rules of pf(4) and ipfw(4), in dhclient.conf(5) and
 * jail.conf(5): a packet of a joined hn is on its lagg there, and they stop matching. Calls `found`
 * once for each file, with the first line that names hn. A file that can't be read is passed over.
 */
void vfj_guest_find_names(const struct vfj_paths *paths, struct vfj_name hn,
                          vfj_guest_named_fn *found, void *context);

#endif
