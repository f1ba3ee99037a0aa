/* Policy vfjournal: addresses on their way from hn and the VF to the lagg, or from rc.conf. */
#include "core/policy/addresses.h"

#include <string.h>

#include "core/policy/belief.h"
#include "core/policy/issue.h"
#include "core/rc.h"

bool vfj_addresses_by_dhcp(const struct vfj_work *work, const struct vfj_slot *slot)
{
    return slot->belief.dhcp || vfj_rc_is_dhcp(vfj_work_rc(work), slot->hn);
}

bool vfj_addresses_want_dhclient(const struct vfj_work *work, const struct vfj_slot *slot)
{
    return vfj_addresses_by_dhcp(work, slot) && slot->belief.lagg_dhclient == 0;
}

bool vfj_addresses_want_rtadv(const struct vfj_work *work, const struct vfj_slot *slot)
{
    char args[VFJ_ARGS_SIZE];
    bool rtadv;
    vfj_rc_ipv6_args(vfj_work_rc(work), slot->hn, args, sizeof args, &rtadv);
    return rtadv || slot->belief.hn_rtadv;
}

bool vfj_addresses_lack(const struct vfj_work *work, const struct vfj_slot *slot)
{
    char args[VFJ_ARGS_SIZE];
    const struct vfj_belief *belief = &slot->belief;
    bool rtadv;
    if (!belief->lagg_has_hn || belief->lagg_foreign || belief->script)
        return false;
    if (!vfj_belief_has_inet6(belief) && vfj_rc_ipv6_args(vfj_work_rc(work), slot->hn, args, sizeof args, &rtadv)
        && strstr(args, "inet6 ") != NULL)
        return true;
    if (!belief->lagg_rtadv
        && vfj_addresses_want_rtadv(work, slot)) /* the command may have failed, which keeps nobody from the rest */
        return true;
    if (vfj_belief_has_on_its_way(belief))
        return true;
    if (vfj_belief_has_inet(belief))
        return false;
    if (vfj_addresses_by_dhcp(work, slot))
        return belief->lagg_dhclient == 0;
    return vfj_rc_ifconfig_args(vfj_work_rc(work), slot->hn, args, sizeof args) && strstr(args, "inet") != NULL;
}

static bool delete_address(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name owner, unsigned index)
{
    struct vfj_command *command = vfj_issue(work, slot, VFJ_COMMAND_ADDRESS_DELETE);
    const char *address = slot->belief.carry[index & VFJ_CARRY_INDEX].address.text;
    vfj_span_copy(command->text, sizeof command->text, (struct vfj_span){address, strcspn(address, "/")});
    command->a = owner;
    slot->pending_index = (uint8_t)index;
    vfj_belief_lose_routes(&slot->belief);
    return true;
}

static bool add_address(struct vfj_work *work, struct vfj_slot *slot, unsigned index)
{
    const struct vfj_belief *belief = &slot->belief;
    const struct vfj_address *address = &belief->carry[index].address;
    struct vfj_command *command = vfj_issue(work, slot, VFJ_COMMAND_ADDRESS_ADD);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    bool first = true;
    for (unsigned i = 0; i < belief->carry_count; i++)
        first &= !belief->carry[i].on_lagg || vfj_address_is_inet6(&belief->carry[i].address);
    vfj_text_add(&text, address->text);
    if (!first && !vfj_address_is_inet6(address))
        vfj_text_add(&text, " alias");
    slot->pending_index = (uint8_t)index;
    return true;
}

bool vfj_addresses_take_from_vf(const struct vfj_slot *slot)
{
    return slot->belief.vf_exists && (slot->goal >= VFJ_GOAL_JOIN || slot->belief.lagg_has_vf);
}

/* Each address goes over to the lagg: first off hn and the VF, then on the lagg, so that no address ever has two
 * owners and its routes never point at a port. */
static bool plan_carried(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    for (unsigned i = 0; i < belief->carry_count; i++) {
        const struct vfj_carry *carry = &belief->carry[i];
        if (carry->on_vf && vfj_addresses_take_from_vf(slot))
            return delete_address(work, slot, slot->vf, i | VFJ_CARRY_OF_VF);
        if (carry->on_hn)
            return delete_address(work, slot, slot->hn, i);
        if (!carry->on_lagg && (carry->of_hn || !carry->on_vf))
            return add_address(work, slot, i);
    }
    return false;
}

static bool configure(struct vfj_work *work, struct vfj_slot *slot, uint8_t what, const char *args, const char *more)
{
    struct vfj_command *command = vfj_issue(work, slot, VFJ_COMMAND_CONFIGURE);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, args);
    vfj_text_add(&text, more);
    slot->pending_index = what;
    return true;
}

static bool is_inet6_alias(const char *args)
{
    return vfj_span_starts(vfj_span_of(args), "inet6");
}

/* The next of rc.conf's aliases of a family whose first address came from there as well: of the other family hn had what
 * was carried over. */
static bool plan_alias(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    char args[VFJ_ARGS_SIZE - 8];
    for (; vfj_rc_alias(vfj_work_rc(work), slot->hn, belief->aliases, args, sizeof args); belief->aliases++) {
        bool inet6 = is_inet6_alias(args);
        if (args[0] == '\0')
            continue; /* it does not fit */
        if (inet6 ? belief->configured6 : belief->configured)
            return configure(work, slot, inet6 ? VFJ_CONFIGURE_ALIAS6 : VFJ_CONFIGURE_ALIAS, args, " alias");
    }
    return false;
}

/* Said once: something of rc.conf is wanted and does not fit, so that laggN goes without it. */
static void see_args(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_rc *rc = vfj_work_rc(work);
    struct vfj_belief *belief = &slot->belief;
    bool is_too_long = !vfj_belief_has_inet(belief) && !vfj_addresses_by_dhcp(work, slot)
        && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_INET);
    is_too_long |= !vfj_belief_has_inet6(belief) && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_INET6);
    is_too_long |= (belief->configured || belief->configured6) && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_ALIASES);
    if (is_too_long && !belief->args_too_long)
        vfj_work_notice(work, slot, VFJ_REASON_ARGS_TOO_LONG);
    belief->args_too_long = is_too_long;
}

/* hn had no address of a family to carry over: then rc.conf's words, all of them, as the scripts would. */
static bool wants_rc_inet(const struct vfj_work *work, const struct vfj_slot *slot, char *args, size_t size)
{
    return !vfj_belief_has_inet(&slot->belief) && !vfj_addresses_by_dhcp(work, slot)
        && vfj_rc_ifconfig_args(vfj_work_rc(work), slot->hn, args, size) && args[0] != '\0';
}

static bool wants_rc_inet6(const struct vfj_work *work, const struct vfj_slot *slot, char *args, size_t size)
{
    bool rtadv;
    return !vfj_belief_has_inet6(&slot->belief) && vfj_rc_ipv6_args(vfj_work_rc(work), slot->hn, args, size, &rtadv);
}

static bool plan_rc_addresses(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    char args[VFJ_ARGS_SIZE - 8];
    see_args(work, slot);
    if (!belief->configured && wants_rc_inet(work, slot, args, sizeof args))
        return configure(work, slot, VFJ_CONFIGURE_INET, args, "");
    if (!belief->configured6 && wants_rc_inet6(work, slot, args, sizeof args))
        return configure(work, slot, VFJ_CONFIGURE_INET6, args, "");
    return (belief->configured || belief->configured6) && plan_alias(work, slot);
}

static void recall(struct vfj_belief *belief, const char *args)
{
    struct vfj_address address;
    if (vfj_rc_address(args, &address))
        vfj_belief_recall(belief, &address);
}

void vfj_addresses_recall(const struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_rc *rc = vfj_work_rc(work);
    char args[VFJ_ARGS_SIZE];
    bool inet = !wants_rc_inet(work, slot, args, sizeof args), inet6 = !wants_rc_inet6(work, slot, args, sizeof args);
    bool rtadv;
    if (inet && !vfj_addresses_by_dhcp(work, slot) && vfj_rc_ifconfig_args(rc, slot->hn, args, sizeof args))
        recall(&slot->belief, args);
    if (inet6 && vfj_rc_ipv6_args(rc, slot->hn, args, sizeof args, &rtadv))
        recall(&slot->belief, args);
    for (unsigned i = 0; vfj_rc_alias(rc, slot->hn, i, args, sizeof args); i++) {
        if (is_inet6_alias(args) ? inet6 : inet)
            recall(&slot->belief, args);
    }
}

static bool is_given_unseen(const struct vfj_belief *belief, bool inet6)
{
    return inet6 ? belief->configured6 && !vfj_belief_has_inet6(belief)
                 : belief->configured && !vfj_belief_has_inet(belief);
}

bool vfj_addresses_given_reach(const struct vfj_work *work, const struct vfj_slot *slot, struct vfj_span router,
                               bool inet6)
{
    const struct vfj_rc *rc = vfj_work_rc(work);
    struct vfj_address address;
    char args[VFJ_ARGS_SIZE];
    bool rtadv;
    if (!is_given_unseen(&slot->belief, inet6))
        return false;
    if (inet6)
        vfj_rc_ipv6_args(rc, slot->hn, args, sizeof args, &rtadv);
    else
        vfj_rc_ifconfig_args(rc, slot->hn, args, sizeof args);
    bool reaches = !vfj_rc_address(args, &address) || vfj_address_covers(&address, router);
    for (unsigned i = 0; !reaches && vfj_rc_alias(rc, slot->hn, i, args, sizeof args); i++)
        reaches = vfj_rc_address(args, &address) && vfj_address_covers(&address, router);
    return reaches;
}

bool vfj_addresses_next(struct vfj_work *work, struct vfj_slot *slot)
{
    return plan_carried(work, slot) || plan_rc_addresses(work, slot);
}
