/* What a slot's last observation shows. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_OBSERVED_H
#define VFJ_CORE_MACHINE_OBSERVED_H

#include <stdbool.h>

#include "core/data/reason.h"
#include "core/machine/state.h"

/* Make `to` the view that `from` is; what lies behind the last address and port is zero. */
void vfj_observed_copy(struct vfj_view *to, const struct vfj_view *from);

/* Whether hn, or the slot's VF, is a port of laggN. */
bool vfj_observed_has_hn_port(const struct vfj_slot *slot);
bool vfj_observed_has_vf_port(const struct vfj_slot *slot);

/* Whether laggN exists and is not for this hn: another protocol, ports of somebody else, or an
 * address that hn does not have, although hn is no port of it and never was in this boot. A lagg
 * without ports whose addresses hn has, too, is half-built: it may be finished. */
bool vfj_observed_is_foreign(const struct vfj_slot *slot);

/* The lagg other than laggN that has hn, or the VF, as a port; empty: none. */
struct vfj_name vfj_observed_other_lagg_of_hn(const struct vfj_slot *slot);
struct vfj_name vfj_observed_other_lagg_of_vf(const struct vfj_slot *slot);

/* Whether laggN holds hn and the VF, and the VF is up: the guest's traffic passes the lagg. */
bool vfj_observed_carries(const struct vfj_slot *slot);

/* Whether hn's configuration is laggN's: hn is a port, or laggN has lost hn, which exists, and
 * still has what was hn's. */
bool vfj_observed_has_taken_over(const struct vfj_slot *slot);

/* Whether all that was hn's is gone: laggN was destroyed, and perhaps created again without an
 * address, and hn has neither an address nor a dhclient. hn is nobody else's port. The dhclient of
 * a destroyed laggN may still be about to end. */
bool vfj_observed_is_lagg_lost(const struct vfj_slot *slot);

/* hn or the VF, ports of laggN, has an address or a dhclient of its own: with that the first return
 * of a VF can cut the guest off (vfjournal-hyperv(7)). NONE, or the reason. */
enum vfj_reason vfj_observed_port_conflict(const struct vfj_slot *slot);

/* Whether the VF's MTU is not the one that lagg(4) would give it as a port (sys/net/if_lagg.c: that
 * of the first port). */
bool vfj_observed_mtu_differs(const struct vfj_slot *slot);

/* Whether the VF is up and has no link; false when another lagg holds it. */
bool vfj_observed_lacks_link(const struct vfj_slot *slot);

/* Whether the interface has that address, whatever its prefix length; an IPv4, or IPv6, address at
 * all. */
bool vfj_interface_has_host(const struct vfj_interface *interface,
                            const struct vfj_address *address);
bool vfj_interface_has_family(const struct vfj_interface *interface, bool inet6);

#endif
