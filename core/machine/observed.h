/* Functions that derive facts from a slot's last observation. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_OBSERVED_H
#define VFJ_CORE_MACHINE_OBSERVED_H

#include <stdbool.h>

#include "core/data/reason.h"
#include "core/machine/state.h"

/* Copies a view. Zeroes all entries after the last address and the last port. */
void vfj_observed_copy(struct vfj_view *to, const struct vfj_view *from);

/* Return true when hn, or the slot's VF, is a port of laggN. */
bool vfj_observed_has_hn_port(const struct vfj_slot *slot);
bool vfj_observed_has_vf_port(const struct vfj_slot *slot);

/* Returns true when laggN exists and was not made for this hn: it has another protocol, a port
 * other than the VF, or an address that hn lacks. When hn is a port, only the protocol counts.
 * When the lagg was made for this hn in this boot (lagg_ours), its addresses do not count. A
 * lagg without ports, and with no address but hn's, is not foreign: a plan may finish it. */
bool vfj_observed_is_foreign(const struct vfj_slot *slot);

/* Return the name of a lagg other than laggN that has hn, or the VF, as a port. Return an empty
 * name when there is none. */
struct vfj_name vfj_observed_other_lagg_of_hn(const struct vfj_slot *slot);
struct vfj_name vfj_observed_other_lagg_of_vf(const struct vfj_slot *slot);

/* Returns true when laggN is not foreign, hn and the VF are its ports, and the VF is up. The
 * guest's traffic then passes laggN. */
bool vfj_observed_is_joined_up(const struct vfj_slot *slot);

/* Returns true when laggN has hn's configuration: hn is a port, or hn exists and is not a port, and
 * laggN still has its addresses or dhclient. */
bool vfj_observed_has_taken_over(const struct vfj_slot *slot);

/* Returns true when the laggN that was made for hn is gone: the present laggN has neither an
 * address nor a port, or is a foreign lagg that took its name. */
bool vfj_observed_is_lagg_gone(const struct vfj_slot *slot);

/* Returns true when no interface has hn's configuration. laggN was destroyed, and perhaps
 * created again without an address or for another use. hn itself has neither a dhclient nor the
 * addresses, and no other lagg has hn as a port. The dhclient of the destroyed
 * laggN may still run. */
bool vfj_observed_is_lagg_lost(const struct vfj_slot *slot);

/* Returns a reason when hn or the VF is a port of laggN and has an address or a dhclient of its
 * own, otherwise NONE. With such a port, the first return of a VF can cut off the guest
 * (vfjournal-hyperv(7)). */
enum vfj_reason vfj_observed_port_conflict(const struct vfj_slot *slot);

/* Returns true when hn is a port of laggN and a route besides the default routes leads through hn.
 * Nothing that is sent over such a route arrives: lagg(4) takes hn's input. */
bool vfj_observed_has_stray_route(const struct vfj_slot *slot);

/* Returns true when the VF's MTU differs from the MTU that lagg(4) requires of its ports, which is
 * that of the first port (sys/net/if_lagg.c). */
bool vfj_observed_mtu_differs(const struct vfj_slot *slot);

/* Returns true when the VF is up without link. Returns false when another lagg has the VF as a
 * port. */
bool vfj_observed_lacks_link(const struct vfj_slot *slot);

/* The first function returns true when the interface has that host address, with any prefix length.
 * The second one returns true when the interface has any address of the family. */
bool vfj_interface_has_host(const struct vfj_interface *interface,
                            const struct vfj_address *address);
bool vfj_interface_has_family(const struct vfj_interface *interface, bool inet6);

#endif
