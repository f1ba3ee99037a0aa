/* Conflicts: the reasons why no command can join hn and its VF. */
#include "core/machine/observed.h"
#include "core/machine/planner.h"

/* Returns the number of an interface's addresses that laggN lacks. */
static unsigned count_missing(const struct vfj_interface *lagg, const struct vfj_interface *from)
{
    unsigned missing = 0;
    for (unsigned i = 0; i < from->address_count; i++)
        missing += !vfj_interface_has_host(lagg, &from->addresses[i]);
    return missing;
}

/* Returns true when an observation has no room for all addresses of hn, the VF or laggN, or
 * laggN would have no room for the addresses that move to it. */
static bool has_too_many_addresses(const struct vfj_slot *slot, enum vfj_target target)
{
    const struct vfj_view *view = &slot->observed;
    unsigned missing = count_missing(&view->lagg, &view->hn);
    if (vfj_planner_takes_from_vf(slot, target))
        missing += count_missing(&view->lagg, &view->vf);
    return view->hn.truncated || view->vf.truncated
        || (missing > 0
            && (view->lagg.truncated || view->lagg.address_count + missing > VFJ_ADDRESSES_MAX));
}

static enum vfj_reason reason_of_use(enum vfj_use use)
{
    switch (use) {
    case VFJ_USE_VLAN:
        return VFJ_REASON_HN_HAS_VLAN;
    case VFJ_USE_BRIDGE:
        return VFJ_REASON_HN_IN_BRIDGE;
    case VFJ_USE_FIB:
        return VFJ_REASON_HN_IN_FIB;
    case VFJ_USE_NETGRAPH:
        return VFJ_REASON_HN_IN_NETGRAPH;
    case VFJ_USE_NONE:
    case VFJ_USE_COUNT:
        break;
    }
    return VFJ_REASON_NONE;
}

static enum vfj_reason reason_of_rc_use(enum vfj_rc_use use)
{
    switch (use) {
    case VFJ_RC_USE_VLAN:
        return VFJ_REASON_HN_HAS_VLAN;
    case VFJ_RC_USE_BRIDGE:
        return VFJ_REASON_HN_IN_BRIDGE;
    case VFJ_RC_USE_CARP:
        return VFJ_REASON_HN_HAS_CARP;
    case VFJ_RC_USE_FIB:
        return VFJ_REASON_HN_IN_FIB;
    case VFJ_RC_USE_MULTICAST:
        return VFJ_REASON_HN_HAS_MULTICAST;
    case VFJ_RC_USE_NONE:
        break;
    }
    return VFJ_REASON_NONE;
}

enum vfj_reason vfj_plan_use(const struct vfj_step_context *context, const struct vfj_slot *slot)
{
    const struct vfj_rc *rc = vfj_step_rc(context);
    if (!vfj_step_has_rc(context))
        return VFJ_REASON_RC_UNREAD;
    enum vfj_reason reason = reason_of_use((enum vfj_use)slot->observed.hn.use);
    if (reason == VFJ_REASON_NONE)
        reason = reason_of_rc_use(vfj_rc_use(rc, slot->hn));
    if (reason != VFJ_REASON_NONE)
        return reason;
    return vfj_rc_has_other_dhcp(rc, slot->hn) ? VFJ_REASON_OTHER_DHCP : VFJ_REASON_NONE;
}

bool vfj_plan_is_use(enum vfj_reason fault)
{
    return fault == VFJ_REASON_RC_UNREAD || fault == VFJ_REASON_HN_HAS_VLAN
        || fault == VFJ_REASON_HN_IN_BRIDGE || fault == VFJ_REASON_HN_HAS_CARP
        || fault == VFJ_REASON_HN_IN_FIB || fault == VFJ_REASON_OTHER_DHCP
        || fault == VFJ_REASON_HN_IN_NETGRAPH || fault == VFJ_REASON_HN_HAS_MULTICAST;
}

/* Returns true when carp(4) shares an address that would move to laggN. A moved address has no
 * vhid on laggN, although another guest still has the same address. */
static bool has_carp(const struct vfj_slot *slot, enum vfj_target target)
{
    return slot->observed.hn.carp
        || (slot->observed.vf.carp && vfj_planner_takes_from_vf(slot, target));
}

enum vfj_reason vfj_plan_conflict(const struct vfj_step_context *context,
                                  const struct vfj_slot *slot, enum vfj_target target)
{
    /* a longer laggN is no valid interface name, and vfj_name_lagg() returns an empty one */
    if (vfj_name_is_empty(vfj_name_lagg(slot->unit)))
        return VFJ_REASON_NO_UNIT;
    if (!vfj_name_is_empty(vfj_observed_other_lagg_of_hn(slot)))
        return VFJ_REASON_HN_IN_OTHER_LAGG;
    if (vfj_observed_is_foreign(slot))
        return VFJ_REASON_FOREIGN_LAGG;
    if (!vfj_name_is_empty(vfj_observed_other_lagg_of_vf(slot)) && target >= VFJ_TARGET_JOINED)
        return VFJ_REASON_VF_IN_OTHER_LAGG;
    if (has_carp(slot, target))
        return VFJ_REASON_HN_HAS_CARP;
    if (has_too_many_addresses(slot, target))
        return VFJ_REASON_TOO_MANY_ADDRESSES;
    /* Too many routes, and a use of hn such as a VLAN, are no conflict in two cases. When laggN has
     * hn's configuration, hn's routes have moved already, and its use has no traffic anyway. When
     * somebody destroyed laggN, a conflict would leave hn's addresses on no interface. */
    bool has_moved = vfj_observed_has_taken_over(slot) || vfj_observed_is_lagg_lost(slot);
    if (has_moved)
        return VFJ_REASON_NONE;
    return slot->observed.routes.truncated ? VFJ_REASON_TOO_MANY_ROUTES
                                           : vfj_plan_use(context, slot);
}
