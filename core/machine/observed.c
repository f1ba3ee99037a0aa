/* Functions that derive facts from a slot's last observation. */
#include "core/machine/observed.h"

#include <string.h>

static void copy_interface(struct vfj_interface *to, const struct vfj_interface *from)
{
    memset(to, 0, sizeof *to);
    memcpy(to, from, offsetof(struct vfj_interface, addresses));
    memcpy(to->addresses, from->addresses, from->address_count * sizeof to->addresses[0]);
    memcpy(to->ports, from->ports, from->port_count * sizeof to->ports[0]);
}

void vfj_observed_copy(struct vfj_view *to, const struct vfj_view *from)
{
    *to = *from;
    copy_interface(&to->hn, &from->hn);
    copy_interface(&to->vf, &from->vf);
    copy_interface(&to->lagg, &from->lagg);
    memset(&to->routes.list[from->routes.count], 0,
           (VFJ_KEPT_ROUTES_MAX - from->routes.count) * sizeof to->routes.list[0]);
}

bool vfj_observed_has_hn_port(const struct vfj_slot *slot)
{
    return vfj_interface_has_port(&slot->observed.lagg, slot->hn);
}

bool vfj_observed_has_vf_port(const struct vfj_slot *slot)
{
    return !vfj_name_is_empty(slot->vf) && vfj_interface_has_port(&slot->observed.lagg, slot->vf);
}

bool vfj_observed_is_foreign(const struct vfj_slot *slot)
{
    const struct vfj_interface *lagg = &slot->observed.lagg;
    if (!lagg->exists)
        return false;
    if (lagg->laggproto != VFJ_LAGGPROTO_FAILOVER)
        return true;
    if (vfj_observed_has_hn_port(slot))
        return false;
    for (unsigned i = 0; i < lagg->port_count; i++) {
        if (!vfj_name_equal(lagg->ports[i], slot->vf))
            return true;
    }
    if (slot->lagg_ours)
        return false;
    for (unsigned i = 0; i < lagg->address_count; i++) {
        if (!vfj_interface_has_host(&slot->observed.hn, &lagg->addresses[i]))
            return true;
    }
    return false;
}

static struct vfj_name other_lagg(const struct vfj_slot *slot, struct vfj_name lagg)
{
    return vfj_name_equal(lagg, vfj_name_lagg(slot->unit)) ? (struct vfj_name){{0}} : lagg;
}

struct vfj_name vfj_observed_other_lagg_of_hn(const struct vfj_slot *slot)
{
    return other_lagg(slot, slot->observed.hn_lagg);
}

struct vfj_name vfj_observed_other_lagg_of_vf(const struct vfj_slot *slot)
{
    return other_lagg(slot, slot->observed.vf_lagg);
}

bool vfj_observed_is_joined_up(const struct vfj_slot *slot)
{
    return vfj_observed_has_hn_port(slot) && vfj_observed_has_vf_port(slot) && slot->observed.vf.up
        && !vfj_observed_is_foreign(slot);
}

/* Returns true when laggN has hn's addresses or dhclient while hn is not a port. The guest is then
 * not reachable by these addresses. */
static bool has_lost_hn(const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    bool has_hold = view->lagg.exists && (view->lagg_dhclient != 0 || view->lagg.address_count > 0);
    return has_hold && slot->lagg_ours && view->hn.exists
        && vfj_name_is_empty(vfj_observed_other_lagg_of_hn(slot)) && !view->script;
}

bool vfj_observed_has_taken_over(const struct vfj_slot *slot)
{
    return vfj_observed_has_hn_port(slot) || has_lost_hn(slot);
}

/* Returns true when hn has all IPv4 addresses that the interface `of` has. */
static bool has_all_inet(const struct vfj_slot *slot, const struct vfj_interface *of)
{
    for (unsigned i = 0; i < of->address_count; i++) {
        if (!vfj_address_is_inet6(&of->addresses[i])
            && !vfj_interface_has_host(&slot->observed.hn, &of->addresses[i]))
            return false;
    }
    return true;
}

/* Returns true when hn has all IPv4 addresses that it had when the active plan began. When the
 * plan gave addresses of a lost laggN back, hn must also have these. Returns true when no plan
 * is active. */
static bool has_kept_addresses(const struct vfj_slot *slot)
{
    if (slot->plan.phase != VFJ_PLAN_ACTIVE)
        return true;
    bool is_given_back = (slot->plan.tried >> VFJ_NEED_GIVE_BACK & 1) != 0;
    return has_all_inet(slot, &slot->before.hn)
        && (!is_given_back || has_all_inet(slot, &slot->before.lagg));
}

/* Returns true when laggN has an address that laggN or hn had when the last plan began. */
static bool has_earlier_address(const struct vfj_slot *slot)
{
    const struct vfj_interface *lagg = &slot->observed.lagg;
    for (unsigned i = 0; i < lagg->address_count; i++) {
        if (vfj_interface_has_host(&slot->before.lagg, &lagg->addresses[i])
            || vfj_interface_has_host(&slot->before.hn, &lagg->addresses[i]))
            return true;
    }
    return false;
}

/* Returns true when laggN is a foreign lagg that took the name of the laggN that was made for hn. A
 * laggN that somebody gave another protocol or other ports is still the same lagg while hn is a
 * port or its earlier addresses are left. While a plan is active, these addresses prove nothing:
 * the plan may have added them to the foreign lagg. */
static bool is_replaced(const struct vfj_slot *slot)
{
    return vfj_observed_is_foreign(slot) && !vfj_observed_has_hn_port(slot)
        && (slot->plan.phase == VFJ_PLAN_ACTIVE || !has_earlier_address(slot));
}

bool vfj_observed_is_lagg_gone(const struct vfj_slot *slot)
{
    const struct vfj_interface *lagg = &slot->observed.lagg;
    return (lagg->address_count == 0 && lagg->port_count == 0) || is_replaced(slot);
}

/* Returns true when hn itself has addresses, although laggN, which had them, is gone. An IPv6
 * address does not count when the kernel may have made it from a router's advertisement, or when
 * laggN had an IPv4 address. */
static bool has_replacement(const struct vfj_slot *slot)
{
    const struct vfj_interface *hn = &slot->observed.hn;
    if (vfj_interface_has_family(hn, false))
        return has_kept_addresses(slot);
    return vfj_interface_has_family(hn, true) && !hn->rtadv
        && !vfj_interface_has_family(&slot->before.lagg, false);
}

bool vfj_observed_is_lagg_lost(const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    bool has_address = has_replacement(slot);
    return slot->lagg_ours && vfj_observed_is_lagg_gone(slot) && view->hn.exists && !has_address
        && view->hn_dhclient == 0 && vfj_name_is_empty(vfj_observed_other_lagg_of_hn(slot))
        && !view->script;
}

enum vfj_reason vfj_observed_port_conflict(const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    if (vfj_observed_has_hn_port(slot) && view->hn.address_count > 0)
        return VFJ_REASON_HN_HAS_ADDRESS;
    if (vfj_observed_has_hn_port(slot) && view->hn_dhclient != 0)
        return VFJ_REASON_HN_HAS_DHCLIENT;
    if (vfj_observed_has_vf_port(slot) && view->vf.address_count > 0)
        return VFJ_REASON_VF_HAS_ADDRESS;
    if (vfj_observed_has_vf_port(slot) && view->vf_dhclient != 0)
        return VFJ_REASON_VF_HAS_DHCLIENT;
    return VFJ_REASON_NONE;
}

bool vfj_observed_has_stray_route(const struct vfj_slot *slot)
{
    const struct vfj_kept_routes *routes = &slot->observed.routes;
    unsigned stray = 0;
    for (unsigned i = 0; i < routes->count; i++)
        stray += !routes->list[i].on_lagg;
    return stray > 0 && vfj_observed_has_hn_port(slot);
}

bool vfj_observed_mtu_differs(const struct vfj_slot *slot)
{
    const struct vfj_view *view = &slot->observed;
    uint32_t mtu = view->lagg.port_count > 0 ? view->lagg.mtu : view->hn.mtu;
    return mtu != view->vf.mtu;
}

bool vfj_observed_lacks_link(const struct vfj_slot *slot)
{
    const struct vfj_interface *vf = &slot->observed.vf;
    return vf->exists && vf->up && vf->link == VFJ_LINK_DOWN
        && vfj_name_is_empty(vfj_observed_other_lagg_of_vf(slot));
}

bool vfj_interface_has_host(const struct vfj_interface *interface,
                            const struct vfj_address *address)
{
    for (unsigned i = 0; i < interface->address_count; i++) {
        if (vfj_address_same_host(&interface->addresses[i], address))
            return true;
    }
    return false;
}

bool vfj_interface_has_family(const struct vfj_interface *interface, bool inet6)
{
    for (unsigned i = 0; i < interface->address_count; i++) {
        if (vfj_address_is_inet6(&interface->addresses[i]) == inet6)
            return true;
    }
    return false;
}
