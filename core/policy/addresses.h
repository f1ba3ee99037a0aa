/* Policy vfjournal: addresses on their way from hn and the VF to the lagg, or from rc.conf. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_ADDRESSES_H
#define VFJ_CORE_POLICY_ADDRESSES_H

#include "core/work.h"

/* Issue the next command that takes an address off hn or the VF, or gives one to laggN. True when there was one. */
bool vfj_addresses_next(struct vfj_work *work, struct vfj_slot *slot);

/* Whether the slot's addresses come from DHCP: a dhclient ran on hn, or rc.conf says so. */
bool vfj_addresses_by_dhcp(const struct vfj_work *work, const struct vfj_slot *slot);

/* Whether laggN should have a dhclient and has none. */
bool vfj_addresses_want_dhclient(const struct vfj_work *work, const struct vfj_slot *slot);

/* Whether laggN is to take router advertisements: hn does, or rc.conf says so. */
bool vfj_addresses_want_rtadv(const struct vfj_work *work, const struct vfj_slot *slot);

/* What somebody gave the VF itself, pccard_ether for ifconfig_DEFAULT or cloud-init, goes the same way as hn's: the
 * two have one MAC, and as a port it may have nothing. */
bool vfj_addresses_take_from_vf(const struct vfj_slot *slot);

/* Believe that what rc.conf gives hn, and no interface has, is on its way; but where all of a family is missing rc.conf's words
 * are given as they are. */
void vfj_addresses_recall(const struct vfj_work *work, struct vfj_slot *slot);

/* Whether hn is a port and an address is on its way; or nobody has one of a family, although rc.conf gives it: a join was
 * cut off. Or laggN should take router advertisements and does not: it could not be told to. */
bool vfj_addresses_lack(const struct vfj_work *work, const struct vfj_slot *slot);

/* Whether laggN was given rc.conf's addresses of the router's family in this plan, which no look has shown yet, and one of
 * them has the router in its subnet; when rc.conf does not say how far the first one reaches, it may. */
bool vfj_addresses_given_reach(const struct vfj_work *work, const struct vfj_slot *slot, struct vfj_span router,
                               bool inet6);

#endif
