/* Policy vfjournal: what is believed of the guest. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_BELIEF_H
#define VFJ_CORE_POLICY_BELIEF_H

#include "core/event.h"
#include "core/state.h"

/* A plan begins: nothing has been done in it. What is remembered beyond a plan stays: the gateways, whether laggN has
 * hn, or had it in this boot, how it stands with the admin's script (whether it has run for this VF_UP, how often it
 * failed, and whether it was said that it is not run), and what could not be done of the routes and of rc.conf. */
void vfj_belief_begin(struct vfj_belief *belief);

/* Believe what a view shows. Addresses that are on their way, on neither interface, stay on the list. */
void vfj_belief_see(struct vfj_slot *slot, const struct vfj_view *view);

/* Believe that the address is on its way, unless an interface is known to have it, or the list is full. */
void vfj_belief_recall(struct vfj_belief *belief, const struct vfj_address *address);

/* Whether an address is on its way: on none of the interfaces. */
bool vfj_belief_has_on_its_way(const struct vfj_belief *belief);

/* Believe that the slot's command under way did what it is for. */
void vfj_belief_did(struct vfj_slot *slot);

/* The slot's command under way failed, and that is borne with: it is done with, in this plan. */
void vfj_belief_bore(struct vfj_slot *slot);

/* The slot's command under way, ROUTE_CHANGE, found no route to change: it is to be added. */
void vfj_belief_route_not_changed(struct vfj_slot *slot);

/* Whether hn, a port of laggN, still has the IPv6 default route that somebody added, or laggN could not be given it:
 * while the VF is up it leads nowhere. */
bool vfj_belief_lacks_gateway6(const struct vfj_belief *belief);

/* Whether laggN has lost hn, which is there again, and still has what was hn's: it can't be reached there. */
bool vfj_belief_is_orphaned(const struct vfj_belief *belief);

/* The per-interface script has yet to run for this VF_UP. */
void vfj_belief_script_anew(struct vfj_slot *slot);

/* An address is taken off an interface: the routes over it go with it, also those that were added in this plan. */
void vfj_belief_lose_routes(struct vfj_belief *belief);

/* Whether laggN holds hn and the slot's VF, which is up. */
bool vfj_belief_carries(const struct vfj_slot *slot);

/* Whether, besides, hn has nothing left of its own, and nothing is on its way. */
bool vfj_belief_is_joined(const struct vfj_slot *slot);

/* Whether hn or the VF, ports of laggN, has an address or a dhclient of its own: with that the first return of a VF
 * can cut the guest off (vfjournal-hyperv(7)). NONE, or the reason. */
enum vfj_reason vfj_belief_harm(const struct vfj_belief *belief);

bool vfj_belief_has_inet(const struct vfj_belief *belief);
bool vfj_belief_has_inet6(const struct vfj_belief *belief);

#endif
