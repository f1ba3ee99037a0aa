/* Policy vfjournal: what is believed of the guest. */
#include "core/policy/belief.h"

#include <stddef.h>
#include <string.h>

#include "core/command.h"

void vfj_belief_begin(struct vfj_belief *belief)
{
    struct vfj_belief before = *belief;
    memset(belief, 0, offsetof(struct vfj_belief, carry)); /* and so without addresses */
    belief->gateway = before.gateway;
    belief->gateway6 = before.gateway6;
    belief->gateway6_failures = before.gateway6_failures;
    belief->args_too_long = before.args_too_long;
    belief->script_ran = before.script_ran;
    belief->script_failures = before.script_failures;
    belief->script_refused = before.script_refused;
    belief->lagg_has_hn = before.lagg_has_hn;
    belief->lagg_ours = before.lagg_ours;
}

void vfj_belief_script_anew(struct vfj_slot *slot)
{
    slot->belief.script_ran = VFJ_SCRIPT_RAN_NOT;
    slot->belief.script_failures = 0;
    if (slot->fault == VFJ_REASON_SCRIPT_FAILED)
        slot->fault = VFJ_REASON_NONE;
}

static bool is_nowhere(const struct vfj_carry *carry)
{
    return !carry->on_hn && !carry->on_vf && !carry->on_lagg;
}

static struct vfj_carry *find_carry(struct vfj_belief *belief, const struct vfj_address *address)
{
    for (unsigned i = 0; i < belief->carry_count; i++) {
        if (strcmp(belief->carry[i].address.text, address->text) == 0)
            return &belief->carry[i];
    }
    for (unsigned i = 0; i < belief->carry_count; i++) { /* one on its way may be known as rc.conf writes it */
        struct vfj_carry *carry = &belief->carry[i];
        if (!is_nowhere(carry) || !vfj_address_same_host(&carry->address, address))
            continue;
        carry->address = *address;
        return carry;
    }
    return NULL;
}

static struct vfj_carry *open_carry(struct vfj_belief *belief, const struct vfj_address *address)
{
    struct vfj_carry *carry = find_carry(belief, address);
    if (carry != NULL)
        return carry;
    if (belief->carry_count == VFJ_ADDRESSES_MAX) {
        belief->carry_truncated = 1;
        return NULL;
    }
    carry = &belief->carry[belief->carry_count++];
    *carry = (struct vfj_carry){.address = *address};
    return carry;
}

void vfj_belief_recall(struct vfj_belief *belief, const struct vfj_address *address)
{
    for (unsigned i = 0; i < belief->carry_count; i++) {
        if (vfj_address_same_host(&belief->carry[i].address, address))
            return;
    }
    if (belief->carry_count < VFJ_ADDRESSES_MAX)
        (void)open_carry(belief, address);
}

bool vfj_belief_has_on_its_way(const struct vfj_belief *belief)
{
    for (unsigned i = 0; i < belief->carry_count; i++) {
        if (is_nowhere(&belief->carry[i]))
            return true;
    }
    return false;
}

static void see_addresses(struct vfj_belief *belief, const struct vfj_view *view)
{
    struct vfj_carry *carry;
    belief->carry_truncated = view->hn.truncated || view->vf.truncated;
    for (unsigned i = 0; i < belief->carry_count; i++)
        belief->carry[i].on_hn = belief->carry[i].on_vf = belief->carry[i].on_lagg = 0;
    for (unsigned i = 0; i < view->hn.address_count; i++) {
        if ((carry = open_carry(belief, &view->hn.addresses[i])) != NULL)
            carry->on_hn = carry->of_hn = 1;
    }
    for (unsigned i = 0; i < view->vf.address_count; i++) {
        if ((carry = open_carry(belief, &view->vf.addresses[i])) != NULL)
            carry->on_vf = 1;
    }
    for (unsigned i = 0; i < view->lagg.address_count && !belief->lagg_foreign; i++) {
        if ((carry = open_carry(belief, &view->lagg.addresses[i])) != NULL)
            carry->on_lagg = 1;
    }
}

/* A lagg of that unit that is not for this hn: another protocol, ports of somebody else, or an address although hn is
 * no port of it and never was in this boot. One without ports and addresses is half-built: it may be finished. */
static bool is_foreign(const struct vfj_slot *slot, const struct vfj_view *view)
{
    const struct vfj_interface *lagg = &view->lagg;
    if (!lagg->exists || vfj_interface_has_port(lagg, slot->hn))
        return lagg->exists && lagg->laggproto != VFJ_LAGGPROTO_FAILOVER;
    for (unsigned i = 0; i < lagg->port_count; i++) {
        if (!vfj_name_equal(lagg->ports[i], slot->vf))
            return true;
    }
    return lagg->laggproto != VFJ_LAGGPROTO_FAILOVER || (lagg->address_count > 0 && !slot->belief.lagg_ours);
}

static bool is_elsewhere(struct vfj_name lagg, const struct vfj_slot *slot)
{
    return !vfj_name_is_empty(lagg) && !vfj_name_equal(lagg, vfj_name_lagg(slot->unit));
}

/* What a kernel may lack, or another interface may have, is asked for once in a plan, and then taken for made. */
enum { SETTING_MISSING, SETTING_SEEN, SETTING_TRIED };

static void see_setting(uint8_t *setting, bool seen)
{
    if (*setting != SETTING_TRIED)
        *setting = seen;
}

/* A lagg has the MTU of its first port and gives it to the others (sys/net/if_lagg.c): hn is the first. */
static bool mtu_differs(const struct vfj_view *view)
{
    uint32_t mtu = view->lagg.port_count > 0 ? view->lagg.mtu : view->hn.mtu;
    return view->vf.exists && mtu != view->vf.mtu;
}

static void see_interfaces(struct vfj_slot *slot, const struct vfj_view *view)
{
    struct vfj_belief *belief = &slot->belief;
    belief->hn_exists = view->hn.exists;
    belief->hn_up = view->hn.up;
    belief->hn_rtadv |= view->hn.rtadv;
    belief->hn_elsewhere = is_elsewhere(view->hn_lagg, slot);
    belief->vf_exists = view->vf.exists;
    belief->vf_up = view->vf.up;
    belief->vf_lagg = is_elsewhere(view->vf_lagg, slot) ? view->vf_lagg : (struct vfj_name){{0}};
    belief->vf_no_link = view->vf.up && view->vf.link == VFJ_LINK_DOWN;
    belief->vf_mtu_differs = mtu_differs(view);
    belief->lagg_exists = view->lagg.exists;
    belief->lagg_up = view->lagg.up;
    see_setting(&belief->lagg_no_dad, view->lagg.no_dad);
    see_setting(&belief->lagg_rtadv, view->lagg.rtadv && !view->lagg.ifdisabled);
    belief->lagg_has_hn = vfj_interface_has_port(&view->lagg, slot->hn);
    belief->lagg_has_vf = !vfj_name_is_empty(slot->vf) && vfj_interface_has_port(&view->lagg, slot->vf);
    belief->lagg_foreign = is_foreign(slot, view);
    belief->lagg_ours = view->lagg.exists && !belief->lagg_foreign && (belief->lagg_ours || belief->lagg_has_hn);
}

/* Unlike an IPv4 route it does not go with hn's address: what a look shows is how it is. */
static void see_gateway6(struct vfj_belief *belief, const struct vfj_view *view)
{
    bool is_there = view->gateway6.text[0] != '\0';
    see_setting(&belief->gateway6_on_lagg, view->gateway6_on_lagg);
    belief->gateway6_on_hn = is_there && !view->gateway6_on_lagg;
    if (is_there)
        belief->gateway6 = view->gateway6;
}

void vfj_belief_see(struct vfj_slot *slot, const struct vfj_view *view)
{
    struct vfj_belief *belief = &slot->belief;
    belief->fresh = 1;
    belief->changed = 0;
    belief->script = view->script;
    belief->hn_dhclient = view->hn_dhclient;
    belief->vf_dhclient = view->vf_dhclient;
    belief->lagg_dhclient = view->lagg_dhclient;
    belief->dhcp |= view->hn_dhclient != 0 || view->vf_dhclient != 0;
    if (view->lease && belief->lease == 0)
        belief->lease = 1;
    see_setting(&belief->gateway_on_lagg, view->gateway_on_lagg);
    if (view->gateway.text[0] != '\0')
        belief->gateway = view->gateway;
    see_gateway6(belief, view);
    see_interfaces(slot, view);
    see_addresses(belief, view);
}

static void did_up(struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (slot->pending_index == VFJ_UP_HN)
        belief->hn_up = 1;
    else if (slot->pending_index == VFJ_UP_VF)
        belief->vf_up = 1;
    else
        belief->lagg_up = 1;
}

static void did_address(struct vfj_slot *slot, bool added)
{
    struct vfj_carry *carry = &slot->belief.carry[slot->pending_index & VFJ_CARRY_INDEX];
    if (added)
        carry->on_lagg = 1;
    else if ((slot->pending_index & VFJ_CARRY_OF_VF) != 0)
        carry->on_vf = 0;
    else
        carry->on_hn = 0;
}

void vfj_belief_lose_routes(struct vfj_belief *belief)
{
    if (belief->gateway_on_lagg == SETTING_TRIED)
        belief->gateway_on_lagg = 0;
    belief->routes = 0;
}

static void did_configure(struct vfj_slot *slot)
{
    if (slot->pending_index == VFJ_CONFIGURE_INET)
        slot->belief.configured = 1;
    else if (slot->pending_index == VFJ_CONFIGURE_INET6)
        slot->belief.configured6 = 1;
    else
        slot->belief.aliases++;
}

static void did_route(struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (slot->pending_index == VFJ_ROUTE_DEFAULT) {
        belief->gateway_on_lagg = SETTING_TRIED;
    } else if (slot->pending_index == VFJ_ROUTE_DEFAULT6) {
        belief->gateway6_on_lagg = SETTING_TRIED;
    } else {
        belief->routes++;
        belief->route_missing = 0;
    }
}

void vfj_belief_bore(struct vfj_slot *slot)
{
    vfj_belief_did(slot);
    if (slot->pending_kind == VFJ_COMMAND_ROUTE_ADD && slot->pending_index == VFJ_ROUTE_DEFAULT6)
        slot->belief.gateway6_failed = 1;
}

void vfj_belief_route_not_changed(struct vfj_slot *slot)
{
    if (slot->pending_index == VFJ_ROUTE_DEFAULT6)
        slot->belief.gateway6_on_hn = 0;
    else
        slot->belief.route_missing = 1;
}

bool vfj_belief_lacks_gateway6(const struct vfj_belief *belief)
{
    return belief->lagg_has_hn && !belief->lagg_foreign && !belief->script
        && (belief->gateway6_on_hn || belief->gateway6_failed);
}

void vfj_belief_did(struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    belief->changed = 1;
    switch ((int)slot->pending_kind) {
    case VFJ_COMMAND_CREATE:
        belief->lagg_exists = belief->lagg_ours = 1;
        break;
    case VFJ_COMMAND_NO_DAD:
        belief->lagg_no_dad = SETTING_TRIED;
        break;
    case VFJ_COMMAND_RTADV:
        belief->lagg_rtadv = SETTING_TRIED;
        break;
    case VFJ_COMMAND_UP:
        did_up(slot);
        break;
    case VFJ_COMMAND_LEASE:
        belief->lease = SETTING_TRIED;
        break;
    case VFJ_COMMAND_DHCLIENT_STOP:
        if (slot->pending_index == VFJ_DHCLIENT_VF)
            belief->vf_dhclient = 0;
        else
            belief->hn_dhclient = 0;
        break;
    case VFJ_COMMAND_JOIN_FIRST:
        belief->lagg_has_hn = belief->lagg_ours = 1;
        break;
    case VFJ_COMMAND_JOIN:
        belief->lagg_has_vf = 1;
        break;
    case VFJ_COMMAND_LEAVE:
        memset(&belief->vf_lagg, 0, sizeof belief->vf_lagg);
        break;
    case VFJ_COMMAND_ADDRESS_DELETE:
        did_address(slot, false);
        break;
    case VFJ_COMMAND_ADDRESS_ADD:
        did_address(slot, true);
        break;
    case VFJ_COMMAND_CONFIGURE:
        did_configure(slot);
        break;
    case VFJ_COMMAND_ROUTE_ADD:
    case VFJ_COMMAND_ROUTE_CHANGE:
        did_route(slot);
        break;
    case VFJ_COMMAND_RTSOL:
        belief->solicit = SETTING_TRIED;
        break;
    case VFJ_COMMAND_DHCLIENT_BACKGROUND:
        belief->lagg_dhclient = 1;
        belief->dhclient_tried = 1;
        break;
    case VFJ_COMMAND_SCRIPT:
        belief->script_ran = VFJ_SCRIPT_RAN;
        belief->script_failures = 0;
        break;
    default:
        break;
    }
}

static bool has_family(const struct vfj_belief *belief, bool inet6)
{
    for (unsigned i = 0; i < belief->carry_count; i++) {
        if (vfj_address_is_inet6(&belief->carry[i].address) == inet6)
            return true;
    }
    return false;
}

bool vfj_belief_has_inet(const struct vfj_belief *belief)
{
    return has_family(belief, false);
}

bool vfj_belief_has_inet6(const struct vfj_belief *belief)
{
    return has_family(belief, true);
}

enum vfj_reason vfj_belief_harm(const struct vfj_belief *belief)
{
    for (unsigned i = 0; i < belief->carry_count && belief->lagg_has_hn; i++) {
        if (belief->carry[i].on_hn)
            return VFJ_REASON_HN_HAS_ADDRESS;
    }
    if (belief->lagg_has_hn && belief->hn_dhclient != 0)
        return VFJ_REASON_HN_HAS_DHCLIENT;
    for (unsigned i = 0; i < belief->carry_count && belief->lagg_has_vf; i++) {
        if (belief->carry[i].on_vf)
            return VFJ_REASON_VF_HAS_ADDRESS;
    }
    if (belief->lagg_has_vf && belief->vf_dhclient != 0)
        return VFJ_REASON_VF_HAS_DHCLIENT;
    return VFJ_REASON_NONE;
}

bool vfj_belief_is_orphaned(const struct vfj_belief *belief)
{
    bool has_hold = belief->lagg_dhclient != 0;
    for (unsigned i = 0; i < belief->carry_count; i++)
        has_hold |= belief->carry[i].on_lagg;
    return has_hold && belief->lagg_ours && !belief->lagg_has_hn && belief->hn_exists && !belief->hn_elsewhere
        && !belief->script;
}

bool vfj_belief_carries(const struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    return belief->lagg_has_hn && belief->lagg_has_vf && belief->vf_up && !belief->lagg_foreign;
}

bool vfj_belief_is_joined(const struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    if (!vfj_belief_carries(slot))
        return false;
    for (unsigned i = 0; i < belief->carry_count; i++) {
        if (!belief->carry[i].on_lagg)
            return false;
    }
    return vfj_belief_harm(belief) == VFJ_REASON_NONE;
}
