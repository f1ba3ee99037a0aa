/* Policy vfjournal: the next command on the way to a slot's goal.
 *
 * The order is the one that was seen to lose next to nothing on a real FreeBSD: laggN is built on hn while hn still
 * has its link, address, routes and lease go over, the VF becomes a port, and only then it is upped; hn then pretends
 * link down while lagg already has another port (vfjournal-hyperv(7)). */
#include "core/policy/plan.h"

#include <string.h>

#include "core/policy/belief.h"
#include "core/rc.h"

/* Whether the kernel drops or lacks routes once that command has run. */
static bool moves_configuration(enum vfj_command_kind kind)
{
    return kind == VFJ_COMMAND_ADDRESS_DELETE || kind == VFJ_COMMAND_ADDRESS_ADD || kind == VFJ_COMMAND_CONFIGURE;
}

/* The routes, and an advertisement, are due from here on, not from the outcome on: one that nobody heard of did its work
 * all the same. */
static struct vfj_command *issue(struct vfj_work *work, struct vfj_slot *slot, enum vfj_command_kind kind)
{
    struct vfj_command *command = vfj_work_command(work, kind);
    command->hn = slot->hn;
    command->a = vfj_name_lagg(slot->unit);
    slot->pending = command->id;
    slot->pending_kind = (uint8_t)kind;
    slot->pending_index = 0;
    slot->steps++;
    slot->belief.moved |= moves_configuration(kind);
    if (slot->belief.solicit == 0 && (kind == VFJ_COMMAND_JOIN_FIRST || kind == VFJ_COMMAND_RTADV))
        slot->belief.solicit = 1;
    return command;
}

static bool issue_up(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name interface, uint8_t which)
{
    issue(work, slot, VFJ_COMMAND_UP)->a = interface;
    slot->pending_index = which;
    return true;
}

static bool stop_dhclient(struct vfj_work *work, struct vfj_slot *slot, uint64_t pid, uint8_t whose)
{
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_DHCLIENT_STOP);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add_u64(&text, pid);
    memset(&command->a, 0, sizeof command->a);
    slot->pending_index = whose;
    return true;
}

static bool carry_lease(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_LEASE);
    command->b = command->a;
    command->a = slot->hn;
    return true;
}

static bool is_dhcp(const struct vfj_work *work, const struct vfj_slot *slot)
{
    return slot->belief.dhcp || vfj_rc_is_dhcp(vfj_work_rc(work), slot->hn);
}

bool vfj_plan_wants_dhclient(const struct vfj_work *work, const struct vfj_slot *slot)
{
    return is_dhcp(work, slot) && slot->belief.lagg_dhclient == 0;
}

/* Whether laggN is to take router advertisements: hn does, or rc.conf says so. */
static bool wants_rtadv(const struct vfj_work *work, const struct vfj_slot *slot)
{
    char args[VFJ_ARGS_SIZE];
    bool rtadv;
    vfj_rc_ipv6_args(vfj_work_rc(work), slot->hn, args, sizeof args, &rtadv);
    return rtadv || slot->belief.hn_rtadv;
}

bool vfj_plan_lacks_address(const struct vfj_work *work, const struct vfj_slot *slot)
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
        && wants_rtadv(work, slot)) /* the command may have failed, which keeps nobody from the rest */
        return true;
    if (belief->carry_count > 0)
        return false;
    if (is_dhcp(work, slot))
        return belief->lagg_dhclient == 0;
    return vfj_rc_ifconfig_args(vfj_work_rc(work), slot->hn, args, sizeof args) && strstr(args, "inet") != NULL;
}

/* laggN with hn as its first port, up. */
static bool plan_lagg(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (!belief->lagg_exists)
        return issue(work, slot, VFJ_COMMAND_CREATE) != NULL;
    if (!belief->lagg_no_dad)
        return issue(work, slot, VFJ_COMMAND_NO_DAD) != NULL;
    if (!belief->hn_up)
        return issue_up(work, slot, slot->hn, VFJ_UP_HN);
    if (!belief->lagg_has_hn && belief->lease == 1 && is_dhcp(work, slot))
        return carry_lease(work, slot);
    if (belief->hn_dhclient != 0)
        return stop_dhclient(work, slot, belief->hn_dhclient, VFJ_DHCLIENT_HN);
    if (!belief->lagg_has_hn) {
        issue(work, slot, VFJ_COMMAND_JOIN_FIRST)->b = slot->hn;
        return true;
    }
    if (!belief->lagg_up)
        return issue_up(work, slot, vfj_name_lagg(slot->unit), VFJ_UP_LAGG);
    return false;
}

static bool delete_address(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name owner, unsigned index)
{
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_ADDRESS_DELETE);
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
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_ADDRESS_ADD);
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

/* What somebody gave the VF itself, pccard_ether for ifconfig_DEFAULT or cloud-init, goes the same way as hn's: the
 * two have one MAC, and as a port it may have nothing. */
static bool takes_from_vf(const struct vfj_slot *slot)
{
    return slot->belief.vf_exists && (slot->goal >= VFJ_GOAL_JOIN || slot->belief.lagg_has_vf);
}

/* Each address goes over to the lagg: first off hn and the VF, then on the lagg, so that no address ever has two
 * owners and its routes never point at a port. */
static bool plan_addresses(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    for (unsigned i = 0; i < belief->carry_count; i++) {
        const struct vfj_carry *carry = &belief->carry[i];
        if (carry->on_vf && takes_from_vf(slot))
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
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_CONFIGURE);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, args);
    vfj_text_add(&text, more);
    slot->pending_index = what;
    return true;
}

/* The next of rc.conf's aliases of a family whose first address came from there as well: of the other family hn had what
 * was carried over. */
static bool plan_alias(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    char args[VFJ_ARGS_SIZE - 8];
    for (; vfj_rc_alias(vfj_work_rc(work), slot->hn, belief->aliases, args, sizeof args); belief->aliases++) {
        bool inet6 = strncmp(args, "inet6", 5) == 0;
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
    bool is_too_long
        = !is_dhcp(work, slot) && !vfj_belief_has_inet(belief) && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_INET);
    is_too_long |= !vfj_belief_has_inet6(belief) && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_INET6);
    is_too_long |= (belief->configured || belief->configured6) && vfj_rc_is_too_long(rc, slot->hn, VFJ_RC_ALIASES);
    if (is_too_long && !belief->args_too_long)
        vfj_work_notice(work, slot, VFJ_REASON_ARGS_TOO_LONG);
    belief->args_too_long = is_too_long;
}

/* hn had no address of a family to carry over: then rc.conf's, as the scripts would. */
static bool plan_rc_addresses(struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    char args[VFJ_ARGS_SIZE - 8];
    bool rtadv;
    see_args(work, slot);
    if (!belief->configured && !is_dhcp(work, slot) && !vfj_belief_has_inet(belief)
        && vfj_rc_ifconfig_args(vfj_work_rc(work), slot->hn, args, sizeof args) && args[0] != '\0')
        return configure(work, slot, VFJ_CONFIGURE_INET, args, "");
    if (!belief->configured6 && !vfj_belief_has_inet6(belief)
        && vfj_rc_ipv6_args(vfj_work_rc(work), slot->hn, args, sizeof args, &rtadv))
        return configure(work, slot, VFJ_CONFIGURE_INET6, args, "");
    return (belief->configured || belief->configured6) && plan_alias(work, slot);
}

/* Whether the router is in the subnet of an address of the slot's: then the routes over it went with that address. */
static bool is_router_of(const struct vfj_belief *belief, struct vfj_span router)
{
    for (unsigned i = 0; i < belief->carry_count; i++) {
        if (vfj_address_covers(&belief->carry[i].address, router))
            return true;
    }
    return false;
}

/* Whether an IPv4 route of rc.conf's over the router is this slot's: it is, too, when the address to tell by was rc.conf's
 * just now. */
static bool is_route_of(const struct vfj_belief *belief, struct vfj_span router)
{
    return is_router_of(belief, router) || (belief->configured && !vfj_belief_has_inet(belief));
}

/* With DHCP and no lease yet it can't be added, and keeps nobody from the lease. */
static bool rc_gateway(const struct vfj_work *work, const struct vfj_slot *slot, char *router, size_t size)
{
    return vfj_rc_default_router(vfj_work_rc(work), router, size) && is_route_of(&slot->belief, vfj_span_of(router));
}

static bool is_own_scope(const struct vfj_slot *slot, struct vfj_span scope)
{
    return vfj_span_is(scope, slot->hn.text) || vfj_span_is(scope, vfj_name_lagg(slot->unit).text);
}

/* What is behind the '%' of an IPv6 address, which ends before that; empty when it has none. */
static struct vfj_span cut_scope(struct vfj_span *address)
{
    const char *percent = address->length > 0 ? memchr(address->text, '%', address->length) : NULL;
    if (percent == NULL)
        return (struct vfj_span){"", 0};
    size_t length = (size_t)(percent - address->text);
    struct vfj_span scope = {percent + 1, address->length - length - 1};
    address->length = length;
    return scope;
}

/* rc.conf's IPv6 default router, when it is this slot's: its scope says so; without one, it is in a subnet of the slot's,
 * or laggN has just been given rc.conf's IPv6 addresses, which no look has shown yet. */
static bool rc_gateway6(const struct vfj_work *work, const struct vfj_slot *slot, struct vfj_address *gateway)
{
    char text[VFJ_VALUE_SIZE];
    const struct vfj_belief *belief = &slot->belief;
    if (!vfj_rc_default_router6(vfj_work_rc(work), text, sizeof text))
        return false;
    struct vfj_span router = vfj_span_of(text), scope = cut_scope(&router);
    if (!vfj_address_parse(router, gateway))
        return false;
    if (scope.length > 0 || vfj_address_is_link_local(router))
        return is_own_scope(slot, scope);
    return is_router_of(belief, router) || (!vfj_belief_has_inet6(belief) && belief->configured6);
}

static bool is_inet6_route(const char *words)
{
    return vfj_span_starts(vfj_span_of(words), "-inet6 ");
}

/* The next of rc.conf's static routes that is this slot's: its last word names the router. An IPv6 one may be anybody's,
 * unless its scope is another interface. */
static bool rc_route(const struct vfj_work *work, struct vfj_slot *slot, char *words, size_t size)
{
    for (; slot->belief.routes < VFJ_ROUTES_MAX; slot->belief.routes++) {
        struct vfj_span router = {words, 0}, word;
        if (!vfj_rc_static_route(vfj_work_rc(work), slot->hn, slot->belief.routes, words, size))
            return false;
        for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);)
            router = word;
        struct vfj_span scope = cut_scope(&router);
        if (is_inet6_route(words) ? scope.length == 0 || is_own_scope(slot, scope) : is_route_of(&slot->belief, router))
            return true;
    }
    return false;
}

static bool plan_gateway(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    char router[VFJ_ARGS_SIZE - 16];
    bool is_known = belief->gateway.text[0] != '\0';
    if (is_known)
        vfj_span_copy(router, sizeof router, vfj_span_of(belief->gateway.text));
    else
        is_known = rc_gateway(work, slot, router, sizeof router);
    if (belief->gateway_on_lagg || !is_known)
        return false;
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_ROUTE_ADD);
    struct vfj_text words = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&words, "default ");
    vfj_text_add(&words, router);
    slot->pending_index = VFJ_ROUTE_DEFAULT;
    return true;
}

/* The kernel leaves IPv6 routes where they are when an address moves: this one is changed while it goes through hn. Through
 * anything else it is left alone: it can't be added then, and that is well. */
static bool plan_gateway6(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    struct vfj_address gateway = belief->gateway6;
    bool is_due = belief->moved || belief->gateway6_on_hn || belief->gateway6_failures > 0;
    if (belief->gateway6_on_lagg || !is_due)
        return false;
    if (gateway.text[0] == '\0' && !rc_gateway6(work, slot, &gateway))
        return false;
    struct vfj_command *command
        = issue(work, slot, belief->gateway6_on_hn ? VFJ_COMMAND_ROUTE_CHANGE : VFJ_COMMAND_ROUTE_ADD);
    struct vfj_text words = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&words, "-inet6 default ");
    vfj_text_add(&words, gateway.text);
    if (vfj_address_is_link_local(vfj_span_of(gateway.text))) {
        vfj_text_add_char(&words, '%');
        vfj_text_add(&words, vfj_name_lagg(slot->unit).text);
    }
    slot->pending_index = VFJ_ROUTE_DEFAULT6;
    return true;
}

/* A route's words, with laggN for hn where that is a scope. */
static void add_route_words(struct vfj_text *text, const struct vfj_slot *slot, const char *words)
{
    struct vfj_span word;
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        struct vfj_span scope = cut_scope(&word);
        if (text->length > 0)
            vfj_text_add_char(text, ' ');
        vfj_text_add_span(text, word);
        if (scope.length == 0)
            continue;
        vfj_text_add_char(text, '%');
        if (is_own_scope(slot, scope))
            vfj_text_add(text, vfj_name_lagg(slot->unit).text);
        else
            vfj_text_add_span(text, scope);
    }
}

/* One that went with hn's address is added; an IPv6 one is changed, as it is there still, and added when it is not. */
static bool plan_static_route(struct vfj_work *work, struct vfj_slot *slot)
{
    char words[VFJ_ARGS_SIZE - 16];
    if (!rc_route(work, slot, words, sizeof words))
        return false;
    bool is_change = is_inet6_route(words) && !slot->belief.route_missing;
    struct vfj_command *command = issue(work, slot, is_change ? VFJ_COMMAND_ROUTE_CHANGE : VFJ_COMMAND_ROUTE_ADD);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    add_route_words(&text, slot, words);
    slot->pending_index = VFJ_ROUTE_STATIC;
    return true;
}

static bool plan_routes(struct vfj_work *work, struct vfj_slot *slot)
{
    bool is_moved = slot->belief.moved;
    return (is_moved && plan_gateway(work, slot)) || plan_gateway6(work, slot)
        || (is_moved && plan_static_route(work, slot));
}

/* Always in the background: the address has been carried over, and no other slot may wait for a lease. */
static bool plan_dhclient(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!vfj_plan_wants_dhclient(work, slot) || slot->belief.dhclient_tried)
        return false;
    return issue(work, slot, VFJ_COMMAND_DHCLIENT_BACKGROUND) != NULL;
}

static bool plan_configuration(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->belief.vf_dhclient != 0 && takes_from_vf(slot))
        return stop_dhclient(work, slot, slot->belief.vf_dhclient, VFJ_DHCLIENT_VF);
    if (plan_addresses(work, slot) || plan_rc_addresses(work, slot))
        return true;
    if (!slot->belief.lagg_rtadv && wants_rtadv(work, slot))
        return issue(work, slot, VFJ_COMMAND_RTADV) != NULL;
    return plan_routes(work, slot) || plan_dhclient(work, slot);
}

/* Whether the VF is a port of the lagg of another slot, whose VF it is not: a join for a VF of that name, which left while
 * the join ran, has put it there. It has another MAC than that slot's hn, so nobody can have meant it. */
static bool is_astray(const struct vfj_work *work, const struct vfj_slot *slot)
{
    if (slot->goal < VFJ_GOAL_JOIN || vfj_name_is_empty(slot->belief.vf_lagg))
        return false;
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        const struct vfj_slot *other = vfj_work_slot(work, i);
        if (!vfj_name_equal(other->hn, slot->hn) && vfj_name_equal(vfj_name_lagg(other->unit), slot->belief.vf_lagg))
            return other->belief.lagg_has_hn && !vfj_name_equal(other->vf, slot->vf);
    }
    return false;
}

/* First of all: whatever becomes of this slot, it was not to be there. */
static bool take_out(struct vfj_work *work, struct vfj_slot *slot)
{
    if (!is_astray(work, slot))
        return false;
    vfj_work_notice(work, slot, VFJ_REASON_VF_ASTRAY);
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_LEAVE);
    command->a = slot->belief.vf_lagg;
    command->b = slot->vf;
    return true;
}

static bool plan_vf(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    if (slot->goal < VFJ_GOAL_JOIN || !belief->vf_exists)
        return false;
    if (!belief->lagg_has_vf) {
        issue(work, slot, VFJ_COMMAND_JOIN)->b = slot->vf;
        return true;
    }
    if (slot->goal == VFJ_GOAL_JOIN_UP && !belief->vf_up)
        return issue_up(work, slot, slot->vf, VFJ_UP_VF);
    return false;
}

bool vfj_plan_solicit(struct vfj_work *work, struct vfj_slot *slot)
{
    return slot->belief.solicit == 1 && wants_rtadv(work, slot) && issue(work, slot, VFJ_COMMAND_RTSOL) != NULL;
}

/* The admin's own script does it all, as with the scripts: the VF is upped, and the script runs once it is. */
static bool plan_script(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->goal == VFJ_GOAL_JOIN_UP && !slot->belief.vf_up)
        return issue_up(work, slot, slot->vf, VFJ_UP_VF);
    if (slot->goal < VFJ_GOAL_JOIN || !slot->rxvf || slot->belief.script_ran)
        return false;
    struct vfj_command *command = issue(work, slot, VFJ_COMMAND_SCRIPT);
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    vfj_text_add(&text, vfj_own_script_path((enum vfj_own_script)slot->belief.script));
    vfj_text_add(&text, slot->hn.text);
    memset(&command->a, 0, sizeof command->a);
    return true;
}

/* Why the goal can't be reached, whatever is done. */
static enum vfj_reason obstacle(const struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    if (vfj_name_is_empty(vfj_name_lagg(slot->unit)))
        return VFJ_REASON_NO_UNIT;
    if (belief->hn_elsewhere)
        return VFJ_REASON_HN_IN_OTHER_LAGG;
    if (belief->lagg_foreign)
        return VFJ_REASON_FOREIGN_LAGG;
    if (!vfj_name_is_empty(belief->vf_lagg) && slot->goal >= VFJ_GOAL_JOIN)
        return VFJ_REASON_VF_IN_OTHER_LAGG;
    if (belief->carry_truncated)
        return VFJ_REASON_TOO_MANY_ADDRESSES;
    return VFJ_REASON_NONE;
}

/* If the VF left, or is not to be joined: is there anything half-done to finish? */
static bool is_due(const struct vfj_slot *slot, enum vfj_goal goal)
{
    const struct vfj_belief *belief = &slot->belief;
    return belief->hn_exists && (goal >= VFJ_GOAL_JOIN || belief->lagg_has_hn || vfj_belief_is_orphaned(belief));
}

bool vfj_plan_mends(const struct vfj_slot *slot, enum vfj_goal goal)
{
    return is_due(slot, goal) && !slot->belief.script;
}

enum vfj_plan vfj_plan_next(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason *fault)
{
    if (!is_due(slot, (enum vfj_goal)slot->goal))
        return VFJ_PLAN_DONE;
    if (take_out(work, slot))
        return VFJ_PLAN_COMMAND;
    if (slot->belief.script)
        return plan_script(work, slot) ? VFJ_PLAN_COMMAND : VFJ_PLAN_DONE;
    *fault = obstacle(slot);
    if (*fault != VFJ_REASON_NONE)
        return VFJ_PLAN_FAULT;
    if (plan_lagg(work, slot) || plan_configuration(work, slot) || plan_vf(work, slot))
        return VFJ_PLAN_COMMAND;
    return VFJ_PLAN_DONE;
}
