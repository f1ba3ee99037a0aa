/* The plan's rows about routes. The kernel deletes some routes with hn's addresses, and leaves
 * other routes leading through hn. */
#include <string.h>

#include "core/check.h"
#include "core/data/route.h"
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

/* Returns true when this plan configures laggN with words of rc.conf that have an address in the
 * router's subnet. Words whose address cannot be read count, too. */
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

static bool is_own_scope(const struct vfj_slot *slot, struct vfj_span scope)
{
    return vfj_span_is(scope, slot->hn.text) || vfj_span_is(scope, vfj_name_lagg(slot->unit).text);
}

static bool is_without_router(const struct vfj_kept_route *route)
{
    return route->gateway.text[0] == '\0';
}

/* Returns true when a static route of rc.conf, or another route that hn had, leads to the router
 * directly through hn. Then the router need not be in a subnet of hn. */
static bool has_interface_route(const struct vfj_planner *planner, struct vfj_span router)
{
    char words[VFJ_ARGS_SIZE - 16];
    struct vfj_route route;
    struct vfj_address destination;
    for (unsigned i = 0; i < VFJ_ROUTES_MAX
         && vfj_rc_static_route(planner->rc, planner->slot->hn, i, words, sizeof words);
         i++) {
        if (vfj_route_read(vfj_span_of(words), &route) && route.is_interface
            && is_own_scope(planner->slot, route.gateway)
            && vfj_route_destination(&route, &destination)
            && vfj_address_covers(&destination, router))
            return true;
    }
    const struct vfj_kept_routes *kept = &planner->slot->before.routes;
    for (unsigned i = 0; i < kept->count; i++) {
        if (is_without_router(&kept->list[i])
            && vfj_address_covers(&kept->list[i].destination, router))
            return true;
    }
    return false;
}

/* Returns true when the router is in a present or future subnet of laggN, or has a route directly
 * through hn. The kernel then deleted the routes through this router together with an address. */
static bool is_in_reach(const struct vfj_planner *planner, struct vfj_span router, bool inet6)
{
    for (unsigned i = 0; i < planner->desired.count; i++) {
        if (vfj_address_covers(&planner->desired.addresses[i], router))
            return true;
    }
    return covers_any(&planner->slot->observed.lagg, router) || is_given(planner, router, inet6)
        || has_interface_route(planner, router);
}

/* Removes the scope from an IPv6 address. Returns the scope without its '%', or an empty text. */
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

/* Returns true when a route with these words belongs to the slot: it leads through hn or laggN,
 * or is_in_reach() returns true for its router. A route to an IPv6 router without a scope counts
 * as the slot's. */
static bool is_route_of(const struct vfj_planner *planner, struct vfj_span words)
{
    struct vfj_route route;
    if (!vfj_route_read(words, &route))
        return false;
    if (route.is_interface || route.ifp.length > 0)
        return is_own_scope(planner->slot, route.is_interface ? route.gateway : route.ifp);
    struct vfj_span router = route.gateway, scope = cut_scope(&router);
    if (route.is_inet6)
        return scope.length == 0 || is_own_scope(planner->slot, scope);
    return is_in_reach(planner, router, false);
}

/* Adds the words of a route, with laggN in the place of hn as a scope and as an interface. */
static void add_route_words(struct vfj_text *text, const struct vfj_slot *slot,
                            struct vfj_span words)
{
    const struct vfj_name lagg = vfj_name_lagg(slot->unit);
    struct vfj_route route;
    struct vfj_span word;
    (void)vfj_route_read(words, &route);
    while (vfj_span_word(&words, &word)) {
        bool is_interface = (route.is_interface && word.text == route.gateway.text)
            || word.text == route.ifp.text;
        struct vfj_span scope = cut_scope(&word);
        if (is_interface && is_own_scope(slot, word))
            word = vfj_span_of(lagg.text);
        vfj_text_add_word(text, word);
        if (scope.length == 0)
            continue;
        vfj_text_add_char(text, '%');
        vfj_text_add_span(text, is_own_scope(slot, scope) ? vfj_span_of(lagg.text) : scope);
    }
}

/* The functions below plan default routes. */

/* Fills in the words of the slot's IPv4 default route. The gateway is the last observed one,
 * otherwise that of rc.conf. Returns false when there is no gateway. */
static bool find_default(const struct vfj_planner *planner, struct vfj_text *words)
{
    char router[VFJ_ARGS_SIZE - 16];
    const struct vfj_address *gateway = &planner->slot->before.gateway;
    vfj_text_add(words, "default ");
    if (gateway->text[0] != '\0'
        && (!planner->slot->recovering
            || is_in_reach(planner, vfj_span_of(gateway->text), false))) {
        vfj_text_add(words, gateway->text);
        return true;
    }
    if (!vfj_rc_default_router(planner->rc, router, sizeof router))
        return false;
    vfj_text_add(words, router);
    VFJ_CHECK(!words->overflow); /* `words` has room for "default " and the longest router */
    return is_route_of(planner, (struct vfj_span){words->bytes, words->length});
}

/* Fills in rc.conf's IPv6 default router. Returns false when rc.conf has none or the router is
 * not the slot's. A link-local router is the slot's when its scope is hn or laggN. */
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

/* Adds a command for a route. Returns the command's text, to which the caller adds the words. */
static struct vfj_text begin_route(struct vfj_planner *planner, enum vfj_need need,
                                   enum vfj_command_kind kind)
{
    struct vfj_command *command = vfj_planner_add(planner, need, kind);
    return vfj_text_begin(command->text, sizeof command->text);
}

/* Adds a route to the router directly through laggN when the router is in no subnet of laggN. The
 * kernel had a default route to such a router, so it also had a route to the router through hn. */
static void plan_route_to_router(struct vfj_planner *planner, const struct vfj_address *router)
{
    if (router->text[0] == '\0' || is_in_reach(planner, vfj_span_of(router->text), false))
        return;
    struct vfj_text words = begin_route(planner, VFJ_NEED_DEFAULT_ROUTE, VFJ_COMMAND_ROUTE_ADD);
    vfj_text_add(&words, "-host ");
    vfj_text_add(&words, router->text);
    vfj_text_add(&words, " -iface ");
    vfj_text_add(&words, vfj_name_lagg(planner->slot->unit).text);
}

void vfj_plan_default_route(struct vfj_planner *planner)
{
    char bytes[VFJ_ARGS_SIZE];
    struct vfj_text words = vfj_text_begin(bytes, sizeof bytes);
    bool is_due = planner->moves_routes || vfj_planner_has_failed(planner, VFJ_NEED_DEFAULT_ROUTE);
    if (planner->slot->observed.gateway_on_lagg)
        vfj_planner_record_met(planner, VFJ_NEED_DEFAULT_ROUTE);
    if (planner->slot->observed.gateway_on_lagg || !is_due
        || vfj_planner_has_tried(planner, VFJ_NEED_DEFAULT_ROUTE) || !find_default(planner, &words))
        return;
    if (!planner->slot->recovering)
        plan_route_to_router(planner, &planner->slot->observed.gateway);
    struct vfj_text text = begin_route(planner, VFJ_NEED_DEFAULT_ROUTE, VFJ_COMMAND_ROUTE_ADD);
    add_route_words(&text, planner->slot, vfj_span_of(bytes));
}

/* Adds the router. The scope of a link-local one is laggN or hn. */
static void add_router(struct vfj_text *words, const struct vfj_address *router,
                       struct vfj_name through)
{
    vfj_text_add_word(words, vfj_span_of(router->text));
    if (!vfj_address_is_link_local(vfj_span_of(router->text)))
        return;
    vfj_text_add_char(words, '%');
    vfj_text_add(words, through.text);
}

/* Adds the words of an IPv6 default route, through laggN or hn. */
static void add_default6_words(struct vfj_text *words, const struct vfj_address *gateway,
                               struct vfj_name through)
{
    vfj_text_add(words, "-inet6 default");
    add_router(words, gateway, through);
}

static void plan_route6(struct vfj_planner *planner, enum vfj_need need, enum vfj_command_kind kind)
{
    struct vfj_address gateway;
    if (vfj_planner_has_tried(planner, need) || !find_router6(planner, &gateway))
        return;
    struct vfj_text words = begin_route(planner, need, kind);
    add_default6_words(&words, &gateway, vfj_name_lagg(planner->slot->unit));
}

/* Changes the IPv6 default route when it leads through hn. The kernel does not delete IPv6 routes
 * when an address moves. */
void vfj_plan_default_route6(struct vfj_planner *planner)
{
    const struct vfj_view *view = &planner->slot->observed;
    if (view->gateway6.text[0] != '\0' && !view->gateway6_on_lagg)
        plan_route6(planner, VFJ_NEED_DEFAULT_ROUTE6, VFJ_COMMAND_ROUTE_CHANGE);
}

/* Adds a missing IPv6 default route. When a default route through another interface exists, the
 * command fails, and its failure counts as success. */
void vfj_plan_new_default_route6(struct vfj_planner *planner)
{
    bool is_due = planner->moves_routes
        || vfj_planner_has_failed(planner, VFJ_NEED_NEW_DEFAULT_ROUTE6)
        || vfj_planner_has_failed(planner, VFJ_NEED_DEFAULT_ROUTE6);
    if (planner->slot->observed.gateway6.text[0] == '\0' && is_due)
        plan_route6(planner, VFJ_NEED_NEW_DEFAULT_ROUTE6, VFJ_COMMAND_ROUTE_ADD);
}

/* Returns the prefix length with its slash, or an empty text for a host. */
static const char *length_of(const struct vfj_address *address)
{
    const char *slash = strchr(address->text, '/');
    const char *whole = vfj_address_is_inet6(address) ? "/128" : "/32";
    return slash == NULL || strcmp(slash, whole) == 0 ? "" : slash;
}

static bool is_same_destination(const struct vfj_address *a, const struct vfj_address *b)
{
    return vfj_address_same_host(a, b) && strcmp(length_of(a), length_of(b)) == 0;
}

/* The functions below plan the static routes of rc.conf. */

/* Returns true when the last observation shows the route of rc.conf on laggN. */
static bool is_on_lagg(const struct vfj_planner *planner, const struct vfj_route *route)
{
    const struct vfj_kept_routes *routes = &planner->slot->observed.routes;
    struct vfj_address destination;
    /* no observation shows the routes of another FIB */
    if (!vfj_route_destination(route, &destination) || route->is_other_fib)
        return false;
    for (unsigned i = 0; i < routes->count; i++) {
        if (is_same_destination(&routes->list[i].destination, &destination))
            return routes->list[i].on_lagg;
    }
    return false;
}

/* Adds "-ifp laggN" to the words that change a route without a router. Without -ifp the kernel
 * leaves the interface of such a route as it is, and reports success (sys/net/route/route_ctl.c,
 * change_nhop()). */
static void add_interface(struct vfj_text *text, struct vfj_name lagg)
{
    vfj_text_add(text, " -ifp ");
    vfj_text_add(text, lagg.text);
}

/* Adds an IPv4 route, which the kernel deleted with hn's address. Changes an IPv6 route, which the
 * kernel did not delete. When the change fails, the next batch adds the IPv6 route. */
static void plan_static_route(struct vfj_planner *planner, enum vfj_need need, const char *words)
{
    struct vfj_route route;
    bool has_failed = vfj_planner_has_failed(planner, need);
    if ((!planner->moves_routes && !has_failed) || vfj_planner_has_tried(planner, need)
        || !is_route_of(planner, vfj_span_of(words)))
        return;
    (void)vfj_route_read(vfj_span_of(words), &route);
    if (is_on_lagg(planner, &route))
        return;
    bool is_change = route.is_inet6 && !has_failed;
    struct vfj_text text
        = begin_route(planner, need, is_change ? VFJ_COMMAND_ROUTE_CHANGE : VFJ_COMMAND_ROUTE_ADD);
    if (is_change && !vfj_span_starts(vfj_span_of(words), "-inet6 "))
        vfj_text_add(&text, "-inet6"); /* the command's grammar requires it as the first word */
    add_route_words(&text, planner->slot, vfj_span_of(words));
    if (is_change && route.is_interface && route.ifp.length == 0)
        add_interface(&text, vfj_name_lagg(planner->slot->unit));
}

static void plan_routes(struct vfj_planner *planner, bool interface_only)
{
    char words[VFJ_ARGS_SIZE - 16];
    struct vfj_route route;
    for (unsigned i = 0; i < VFJ_ROUTES_MAX
         && vfj_rc_static_route(planner->rc, planner->slot->hn, i, words, sizeof words);
         i++) {
        if (!interface_only || (vfj_route_read(vfj_span_of(words), &route) && route.is_interface))
            plan_static_route(planner, (enum vfj_need)(VFJ_NEED_STATIC_ROUTE + i), words);
    }
}

/* Adds commands for the routes that have no router. They come before the default route, since
 * the default router may be reachable only by one of them. */
void vfj_plan_interface_routes(struct vfj_planner *planner)
{
    plan_routes(planner, true);
}

void vfj_plan_static_routes(struct vfj_planner *planner)
{
    plan_routes(planner, false);
}

/* Routes that hn had and rc.conf does not have. */

/* Returns true when the plan adds a static route of rc.conf to the destination. */
static bool has_static_route(const struct vfj_planner *planner, const struct vfj_address *to)
{
    char words[VFJ_ARGS_SIZE - 16];
    struct vfj_route route;
    struct vfj_address destination;
    for (unsigned i = 0; i < VFJ_ROUTES_MAX
         && vfj_rc_static_route(planner->rc, planner->slot->hn, i, words, sizeof words);
         i++) {
        if (!is_route_of(planner, vfj_span_of(words)))
            continue;
        (void)vfj_route_read(vfj_span_of(words), &route);
        if (!route.is_other_fib && vfj_route_destination(&route, &destination)
            && is_same_destination(&destination, to))
            return true;
    }
    return false;
}

static bool is_kept_in_reach(const struct vfj_planner *planner, const struct vfj_kept_route *route)
{
    const struct vfj_span router = vfj_span_of(route->gateway.text);
    return is_without_router(route) || vfj_address_is_link_local(router)
        || is_in_reach(planner, router, vfj_address_is_inet6(&route->gateway));
}

static bool is_missing(const struct vfj_planner *planner, const struct vfj_kept_route *route)
{
    const struct vfj_kept_route *now
        = vfj_kept_routes_find(&planner->slot->observed.routes, &route->destination);
    return (now == NULL || !now->on_lagg) && is_kept_in_reach(planner, route)
        && !has_static_route(planner, &route->destination);
}

/* Adds the words of the route, through laggN or hn. */
static void add_kept_words(struct vfj_text *text, const struct vfj_kept_route *route,
                           struct vfj_name through)
{
    bool is_host = length_of(&route->destination)[0] == '\0';
    const char *family = is_host ? "-host " : "-net ";
    vfj_text_add(text, vfj_address_is_inet6(&route->destination) ? "-inet6 " : family);
    vfj_text_add(text, route->destination.text);
    if (is_without_router(route)) {
        vfj_text_add(text, " -iface ");
        vfj_text_add(text, through.text);
    } else {
        add_router(text, &route->gateway, through);
    }
}

static void add_mtu(struct vfj_text *text, const struct vfj_kept_route *route)
{
    if (route->mtu != 0)
        vfj_text_format(text, " -mtu %u", (unsigned)route->mtu);
}

/* Adds a route that is missing, and an IPv4 route, which the kernel deletes with hn's address.
 * Changes a route that leads through hn and stays there: an IPv6 route, or an IPv4 route of an hn
 * without an IPv4 address. */
static void plan_kept_route(struct vfj_planner *planner, enum vfj_need need,
                            const struct vfj_kept_route *route)
{
    const struct vfj_slot *slot = planner->slot;
    bool stays = vfj_address_is_inet6(&route->destination)
        || !vfj_interface_has_family(&slot->observed.hn, false);
    bool is_change
        = stays && vfj_kept_routes_find(&slot->observed.routes, &route->destination) != NULL;
    struct vfj_name lagg = vfj_name_lagg(slot->unit);
    struct vfj_text text
        = begin_route(planner, need, is_change ? VFJ_COMMAND_ROUTE_CHANGE : VFJ_COMMAND_ROUTE_ADD);
    add_kept_words(&text, route, lagg);
    if (is_change && is_without_router(route))
        add_interface(&text, lagg);
    add_mtu(&text, route);
}

static void plan_kept(struct vfj_planner *planner, enum vfj_need need, bool without_router)
{
    const struct vfj_kept_routes *kept = &planner->slot->before.routes;
    bool has_failed = vfj_planner_has_failed(planner, need), is_unmet = false;
    bool is_due = planner->moves_routes || has_failed
        || vfj_planner_has_tried(planner, VFJ_NEED_HN_PORT)
        || vfj_observed_has_stray_route(planner->slot);
    for (unsigned i = 0; i < kept->count; i++)
        is_unmet |= is_without_router(&kept->list[i]) == without_router
            && is_missing(planner, &kept->list[i]);
    if (!vfj_planner_update_need(planner, need, is_unmet && is_due))
        return;
    for (unsigned i = 0; i < kept->count; i++) {
        if (is_without_router(&kept->list[i]) == without_router
            && is_missing(planner, &kept->list[i]))
            plan_kept_route(planner, need, &kept->list[i]);
    }
}

/* Plans the routes without a router before the default route, since the default router may be
 * reachable only by one of them. */
void vfj_plan_kept_link_routes(struct vfj_planner *planner)
{
    plan_kept(planner, VFJ_NEED_KEPT_LINK_ROUTES, true);
}

void vfj_plan_kept_routes(struct vfj_planner *planner)
{
    plan_kept(planner, VFJ_NEED_KEPT_ROUTES, false);
}

void vfj_plan_hn_default_route6(struct vfj_planner *planner)
{
    struct vfj_address gateway;
    if (planner->slot->observed.gateway6.text[0] != '\0' || !find_router6(planner, &gateway))
        return;
    struct vfj_text words = begin_route(planner, VFJ_NEED_GIVE_BACK, VFJ_COMMAND_ROUTE_ADD);
    add_default6_words(&words, &gateway, planner->slot->hn);
}

void vfj_plan_hn_routes(struct vfj_planner *planner, bool without_router)
{
    const struct vfj_kept_routes *kept = &planner->slot->before.routes;
    for (unsigned i = 0; i < kept->count; i++) {
        const struct vfj_kept_route *route = &kept->list[i];
        if (is_without_router(route) != without_router || !is_kept_in_reach(planner, route))
            continue;
        struct vfj_text text = begin_route(planner, VFJ_NEED_GIVE_BACK, VFJ_COMMAND_ROUTE_ADD);
        add_kept_words(&text, route, planner->slot->hn);
        add_mtu(&text, route);
    }
}
