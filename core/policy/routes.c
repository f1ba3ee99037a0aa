/* Policy vfjournal: routes that went with hn's addresses, or still go through hn. */
#include "core/policy/routes.h"

#include <string.h>

#include "core/policy/addresses.h"
#include "core/policy/belief.h"
#include "core/policy/issue.h"
#include "core/rc.h"

/* Whether the router is in the subnet of an address of the slot's: then the routes over it went with that address. */
static bool is_router_of(const struct vfj_belief *belief, struct vfj_span router)
{
    for (unsigned i = 0; i < belief->carry_count; i++) {
        if (vfj_address_covers(&belief->carry[i].address, router))
            return true;
    }
    return false;
}

/* Whether a route of rc.conf's over the router is this slot's: what tells may be an address that was rc.conf's just now. */
static bool is_route_of(const struct vfj_work *work, const struct vfj_slot *slot, struct vfj_span router, bool inet6)
{
    return is_router_of(&slot->belief, router) || vfj_addresses_given_reach(work, slot, router, inet6);
}

/* With DHCP and no lease yet it can't be added, and keeps nobody from the lease. */
static bool rc_gateway(const struct vfj_work *work, const struct vfj_slot *slot, char *router, size_t size)
{
    return vfj_rc_default_router(vfj_work_rc(work), router, size)
        && is_route_of(work, slot, vfj_span_of(router), false);
}

static bool is_own_scope(const struct vfj_slot *slot, struct vfj_span scope)
{
    return vfj_span_is(scope, slot->hn.text) || vfj_span_is(scope, vfj_name_lagg(slot->unit).text);
}

/* What is behind the '%' of an IPv6 address, which ends before that; empty when it has none. */
static struct vfj_span cut_scope(struct vfj_span *address)
{
    const char *percent = memchr(address->text, '%', address->length);
    if (percent == NULL)
        return (struct vfj_span){"", 0};
    size_t length = (size_t)(percent - address->text);
    struct vfj_span scope = {percent + 1, address->length - length - 1};
    address->length = length;
    return scope;
}

/* rc.conf's IPv6 default router, when it is this slot's: a link-local one's scope says so. */
static bool rc_gateway6(const struct vfj_work *work, const struct vfj_slot *slot, struct vfj_address *gateway)
{
    char text[VFJ_VALUE_SIZE];
    if (!vfj_rc_default_router6(vfj_work_rc(work), text, sizeof text))
        return false;
    struct vfj_span router = vfj_span_of(text), scope = cut_scope(&router);
    if (!vfj_address_parse(router, gateway))
        return false;
    if (vfj_address_is_link_local(router))
        return is_own_scope(slot, scope);
    return is_route_of(work, slot, router, true);
}

static bool is_inet6_route(const char *words)
{
    return vfj_span_starts(vfj_span_of(words), "-inet6 ");
}

/* The next of rc.conf's static routes, from the `*number`th on, that is this slot's: its last word names the router. An IPv6
 * one may be anybody's, unless its scope is another interface. */
static bool rc_route(const struct vfj_work *work, const struct vfj_slot *slot, uint8_t *number, char *words,
                     size_t size)
{
    for (; *number < VFJ_ROUTES_MAX; (*number)++) {
        struct vfj_span router = {words, 0}, word;
        if (!vfj_rc_static_route(vfj_work_rc(work), slot->hn, *number, words, size))
            return false;
        for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);)
            router = word;
        struct vfj_span scope = cut_scope(&router);
        if (is_inet6_route(words) ? scope.length == 0 || is_own_scope(slot, scope)
                                  : is_route_of(work, slot, router, false))
            return true;
    }
    return false;
}

/* The default router that hn or laggN is known to have had, or rc.conf's. */
static bool find_gateway(const struct vfj_work *work, const struct vfj_slot *slot, char *router, size_t size)
{
    const struct vfj_belief *belief = &slot->belief;
    if (belief->gateway.text[0] == '\0')
        return rc_gateway(work, slot, router, size);
    return vfj_span_copy(router, size, vfj_span_of(belief->gateway.text));
}

static bool find_gateway6(const struct vfj_work *work, const struct vfj_slot *slot, struct vfj_address *gateway)
{
    *gateway = slot->belief.gateway6;
    return gateway->text[0] != '\0' || rc_gateway6(work, slot, gateway);
}

/* A route command, whose words are to be added. */
static struct vfj_text begin_route(struct vfj_work *work, struct vfj_slot *slot, enum vfj_command_kind kind,
                                   uint8_t which)
{
    struct vfj_command *command = vfj_issue(work, slot, kind);
    slot->pending_index = which;
    return vfj_text_begin(command->text, sizeof command->text);
}

static bool plan_gateway(struct vfj_work *work, struct vfj_slot *slot)
{
    char router[VFJ_ARGS_SIZE - 16];
    if (slot->belief.gateway_on_lagg || !find_gateway(work, slot, router, sizeof router))
        return false;
    struct vfj_text words = begin_route(work, slot, VFJ_COMMAND_ROUTE_ADD, VFJ_ROUTE_DEFAULT);
    vfj_text_add(&words, "default ");
    vfj_text_add(&words, router);
    return true;
}

/* The kernel leaves IPv6 routes where they are when an address moves: this one is changed while it goes through hn. Through
 * anything else it is left alone: it can't be added then, and that is well. */
static bool plan_gateway6(struct vfj_work *work, struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    struct vfj_address gateway;
    bool is_due = belief->moved || belief->gateway6_on_hn || belief->gateway6_failures > 0;
    if (belief->gateway6_on_lagg || !is_due || !find_gateway6(work, slot, &gateway))
        return false;
    enum vfj_command_kind kind = belief->gateway6_on_hn ? VFJ_COMMAND_ROUTE_CHANGE : VFJ_COMMAND_ROUTE_ADD;
    struct vfj_text words = begin_route(work, slot, kind, VFJ_ROUTE_DEFAULT6);
    vfj_text_add(&words, "-inet6 default ");
    vfj_text_add(&words, gateway.text);
    if (vfj_address_is_link_local(vfj_span_of(gateway.text))) {
        vfj_text_add_char(&words, '%');
        vfj_text_add(&words, vfj_name_lagg(slot->unit).text);
    }
    return true;
}

/* A route's words, with laggN for hn where that is a scope. */
static void add_route_words(struct vfj_text *text, const struct vfj_slot *slot, const char *words)
{
    struct vfj_span word;
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        struct vfj_span scope = cut_scope(&word);
        vfj_text_add_word(text, word);
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
    if (!rc_route(work, slot, &slot->belief.routes, words, sizeof words))
        return false;
    bool is_change = is_inet6_route(words) && !slot->belief.route_missing;
    enum vfj_command_kind kind = is_change ? VFJ_COMMAND_ROUTE_CHANGE : VFJ_COMMAND_ROUTE_ADD;
    struct vfj_text text = begin_route(work, slot, kind, VFJ_ROUTE_STATIC);
    add_route_words(&text, slot, words);
    return true;
}

bool vfj_routes_next(struct vfj_work *work, struct vfj_slot *slot)
{
    bool is_moved = slot->belief.moved;
    return (is_moved && plan_gateway(work, slot)) || plan_gateway6(work, slot)
        || (is_moved && plan_static_route(work, slot));
}

static bool is_gateway6_of(const struct vfj_belief *belief, const struct vfj_address *gateway)
{
    struct vfj_span router = vfj_span_of(gateway->text);
    return vfj_address_is_link_local(router) || is_router_of(belief, router);
}

/* No look shows a static one. */
static bool may_lack(const struct vfj_work *work, const struct vfj_slot *slot)
{
    const struct vfj_belief *belief = &slot->belief;
    char words[VFJ_ARGS_SIZE - 16];
    struct vfj_address gateway6;
    uint8_t first = 0;
    return (!belief->gateway_on_lagg && find_gateway(work, slot, words, sizeof words))
        || (!belief->gateway6_on_lagg && find_gateway6(work, slot, &gateway6) && is_gateway6_of(belief, &gateway6))
        || rc_route(work, slot, &first, words, sizeof words);
}

void vfj_routes_recall(const struct vfj_work *work, struct vfj_slot *slot)
{
    struct vfj_belief *belief = &slot->belief;
    if (!belief->gateway_on_lagg && !is_router_of(belief, vfj_span_of(belief->gateway.text)))
        memset(&belief->gateway, 0, sizeof belief->gateway); /* of a network that laggN was in before */
    belief->moved |= may_lack(work, slot);
}
