/* Facts that a slot's last observation shows. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_OBSERVED_H
#define VFJ_CORE_MACHINE_OBSERVED_H

#include <stdbool.h>

#include "core/data/reason.h"
#include "core/machine/state.h"

/* Copies a view. Zeroes all entries after the last address and port. */
void vfj_observed_copy(struct vfj_view *to, const struct vfj_view *from);

/* Return whether hn, or the slot's VF, is a port of laggN. */
bool vfj_observed_has_hn_port(const struct vfj_slot *slot);
bool vfj_observed_has_vf_port(const struct vfj_slot *slot);

/* Returns whether laggN exists and belongs to somebody else. Such a lagg has another protocol, a
 * port other than the VF, or an address that hn lacks. With hn as a port only the protocol
 * counts. Addresses do not count for a lagg that was this hn's in this boot. A lagg without
 * ports, and with no address but hn's, is not foreign: a plan may finish it. */
bool vfj_observed_is_foreign(const struct vfj_slot *slot);

/* Return the lagg other than laggN that has hn, or the VF, as a port. Empty: none. */
struct vfj_name vfj_observed_other_lagg_of_hn(const struct vfj_slot *slot);
struct vfj_name vfj_observed_other_lagg_of_vf(const struct vfj_slot *slot);

/* Returns whether laggN is not foreign and holds hn and the VF, and the VF is up. The guest's
 * traffic then passes laggN. */
bool vfj_observed_is_joined_up(const struct vfj_slot *slot);

/* Returns whether laggN has hn's configuration. hn is a port, or hn exists as no port and laggN
 * still has its addresses or dhclient. */
bool vfj_observed_has_taken_over(const struct vfj_slot *slot);

/* Returns whether no interface has hn's configuration. laggN was destroyed, and perhaps created
 * again without an address, or for another use. hn has neither an address nor a dhclient, and is a port of no other
 * lagg. The dhclient of the destroyed laggN may not have ended yet. */
bool vfj_observed_is_lagg_lost(const struct vfj_slot *slot);

/* Returns the reason when a port of laggN, hn or the VF, has an address or a dhclient of its
 * own. Returns NONE otherwise. With such a port the first return of a VF can cut off the guest
 * (vfjournal-hyperv(7)). */
enum vfj_reason vfj_observed_port_conflict(const struct vfj_slot *slot);

/* Returns whether the VF's MTU differs from the one that lagg(4) gives its ports. That is the
 * MTU of the first port (sys/net/if_lagg.c). */
bool vfj_observed_mtu_differs(const struct vfj_slot *slot);

/* Returns whether the VF is up without link. Returns false when another lagg holds the VF. */
bool vfj_observed_lacks_link(const struct vfj_slot *slot);

/* Return whether the interface has that address with any prefix length, and whether it has any
 * IPv4 or IPv6 address. */
bool vfj_interface_has_host(const struct vfj_interface *interface,
                            const struct vfj_address *address);
bool vfj_interface_has_family(const struct vfj_interface *interface, bool inet6);

#endif
