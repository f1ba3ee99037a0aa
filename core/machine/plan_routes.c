/* The plan's rows about routes: those that went with hn's addresses, or still lead through hn. */
#include <string.h>

#include "core/machine/observed.h"
#include "core/machine/planner.h"

static bool covers_any(const struct vfj_interface *interface, struct vfj_span router)
{
    for (unsigned i = 0; i < interface->address_count; i++) {
        if (vfj_address_covers(&interface->addresses[i], router))
            return true;
    }
    return false;
}

/* Whether rc.conf's words, which laggN is given in this plan, have an address in the router's
 * subnet. */
static bool is_given(const struct vfj_planner *planner, struct vfj_span router, bool inet6)
{
    const struct vfj_name hn = planner->slot->hn;
    struct vfj_address address;
    char args[VFJ_ARGS_SIZE];
    bool rtadv;
    if (!vfj_planner_has_tried(planner, inet6 ? VFJ_NEED_RC_INET6 : VFJ_NEED_RC_INET))
        return false;
    if (inet6)
        vfj_rc_ipv6_args(planner->rc, hn, args, sizeof args, &rtadv);
    else
        vfj_rc_ifconfig_args(planner->rc, hn, args, sizeof args);
    bool is_covered = !vfj_rc_address(args, &address) || vfj_address_covers(&address, router);
    for (unsigned i = 0; !is_covered && vfj_rc_alias(planner->rc, hn, i, args, sizeof args); i++)
        is_covered = vfj_rc_address(args, &address) && vfj_address_covers(&address, router);
    return is_covered;
}

/* Whether the router is in a subnet of laggN's, as that is or as it is to be: then its routes went
 * with an address. */
static bool is_in_reach(const struct vfj_planner *planner, struct vfj_span router, bool inet6)
{
    for (unsigned i = 0; i < planner->desired.count; i++) {
        if (vfj_address_covers(&planner->desired.addresses[i], router))
            return true;
    }
    return covers_any(&planner->slot->observed.lagg, router) || is_given(planner, router, inet6);
}

static bool is_own_scope(const struct vfj_slot *slot, struct vfj_span scope)
{
    return vfj_span_is(scope, slot->hn.text) || vfj_span_is(scope, vfj_name_lagg(slot->unit).text);
}

/* The text behind the '%' of an IPv6 address, which ends before that; empty when it has none. */
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

static bool is_inet6_route(const char *words)
{
    return vfj_span_starts(vfj_span_of(words), "-inet6 ");
}

/* Default routes */

/* The IPv4 default router that hn or laggN is known to have had, or rc.conf's. */
static bool find_router(const struct vfj_planner *planner, char *router, size_t size)
{
    const struct vfj_address *gateway = &planner->slot->before.gateway;
    if (gateway->text[0] != '\0'
        && (!planner->slot->recovering || is_in_reach(planner, vfj_span_of(gateway->text), false)))
        return vfj_span_copy(router, size, vfj_span_of(gateway->text));
    return vfj_rc_default_router(planner->rc, router, size)
        && is_in_reach(planner, vfj_span_of(router), false);
}

/* rc.conf's IPv6 default router, when it is this slot's: a link-local one's scope says so. */
static bool find_rc_router6(const struct vfj_planner *planner, struct vfj_address *gateway)
{
    char text[VFJ_VALUE_SIZE];
    if (!vfj_rc_default_router6(planner->rc, text, sizeof text))
        return false;
    struct vfj_span router = vfj_span_of(text), scope = cut_scope(&router);
    if (!vfj_address_parse(router, gateway))
        return false;
    return vfj_address_is_link_local(router) ? is_own_scope(planner->slot, scope)
                                             : is_in_reach(planner, router, true);
}

static bool find_router6(const struct vfj_planner *planner, struct vfj_address *gateway)
{
    *gateway = planner->slot->before.gateway6;
    struct vfj_span router = vfj_span_of(gateway->text);
    if (router.length > 0
        && (!planner->slot->recovering || vfj_address_is_link_local(router)
            || is_in_reach(planner, router, true)))
        return true;
    return find_rc_router6(planner, gateway);
}

/* The text of a route's command, to which its words are to be added. */
static struct vfj_text begin_route(struct vfj_planner *planner, enum vfj_need need,
                                   enum vfj_command_kind kind)
{
    struct vfj_command *command = vfj_planner_add(planner, need, kind);
    return vfj_text_begin(command->text, sizeof command->text);
}

void vfj_plan_default_route(struct vfj_planner *planner)
{
    char router[VFJ_ARGS_SIZE - 16];
    bool is_due = planner->moves_routes || vfj_planner_has_failed(planner, VFJ_NEED_DEFAULT_ROUTE);
    if (planner->slot->observed.gateway_on_lagg)
        vfj_planner_record_met(planner, VFJ_NEED_DEFAULT_ROUTE);
    if (planner->slot->observed.gateway_on_lagg || !is_due
        || vfj_planner_has_tried(planner, VFJ_NEED_DEFAULT_ROUTE)
        || !find_router(planner, router, sizeof router))
        return;
    struct vfj_text words = begin_route(planner, VFJ_NEED_DEFAULT_ROUTE, VFJ_COMMAND_ROUTE_ADD);
    vfj_text_add(&words, "default ");
    vfj_text_add(&words, router);
}

static void plan_route6(struct vfj_planner *planner, enum vfj_need need, enum vfj_command_kind kind)
{
    struct vfj_address gateway;
    if (vfj_planner_has_tried(planner, need) || !find_router6(planner, &gateway))
        return;
    struct vfj_text words = begin_route(planner, need, kind);
    vfj_text_add(&words, "-inet6 default ");
    vfj_text_add(&words, gateway.text);
    if (!vfj_address_is_link_local(vfj_span_of(gateway.text)))
        return;
    vfj_text_add_char(&words, '%');
    vfj_text_add(&words, vfj_name_lagg(planner->slot->unit).text);
}

/* The kernel leaves IPv6 routes where they are when an address moves: the default route is changed
 * while it leads through hn. */
void vfj_plan_default_route6(struct vfj_planner *planner)
{
    const struct vfj_view *view = &planner->slot->observed;
    if (view->gateway6.text[0] != '\0' && !view->gateway6_on_lagg)
        plan_route6(planner, VFJ_NEED_DEFAULT_ROUTE6, VFJ_COMMAND_ROUTE_CHANGE);
}

/* One through another interface is left alone: adding fails then, and that is well. */
void vfj_plan_new_default_route6(struct vfj_planner *planner)
{
    bool is_due = planner->moves_routes
        || vfj_planner_has_failed(planner, VFJ_NEED_NEW_DEFAULT_ROUTE6)
        || vfj_planner_has_failed(planner, VFJ_NEED_DEFAULT_ROUTE6);
    if (planner->slot->observed.gateway6.text[0] == '\0' && is_due)
        plan_route6(planner, VFJ_NEED_NEW_DEFAULT_ROUTE6, VFJ_COMMAND_ROUTE_ADD);
}

/* Static routes */

/* Whether the route is this slot's: its last word names the router. An IPv6 one may be anybody's,
 * unless its scope is another interface. */
static bool is_route_of(const struct vfj_planner *planner, const char *words)
{
    struct vfj_span router = {words, 0}, word;
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);)
        router = word;
    struct vfj_span scope = cut_scope(&router);
    if (is_inet6_route(words))
        return scope.length == 0 || is_own_scope(planner->slot, scope);
    return is_in_reach(planner, router, false);
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

/* A route that went with hn's address is added. An IPv6 one is changed, as it is there still, and
 * added when it is not. */
static void plan_static_route(struct vfj_planner *planner, enum vfj_need need, const char *words)
{
    bool has_failed = vfj_planner_has_failed(planner, need);
    bool is_change = is_inet6_route(words) && !has_failed;
    if ((!planner->moves_routes && !has_failed) || vfj_planner_has_tried(planner, need)
        || !is_route_of(planner, words))
        return;
    struct vfj_text text
        = begin_route(planner, need, is_change ? VFJ_COMMAND_ROUTE_CHANGE : VFJ_COMMAND_ROUTE_ADD);
    add_route_words(&text, planner->slot, words);
}

void vfj_plan_static_routes(struct vfj_planner *planner)
{
    char words[VFJ_ARGS_SIZE - 16];
    for (unsigned i = 0; i < VFJ_ROUTES_MAX; i++) {
        if (vfj_rc_static_route(planner->rc, planner->slot->hn, i, words, sizeof words))
            plan_static_route(planner, (enum vfj_need)(VFJ_NEED_STATIC_ROUTE + i), words);
    }
}
