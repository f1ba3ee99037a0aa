/* The checks of `vfjournal doctor` that the guest can be reached through the network. Each fault is
 * checked twice before it is reported, because the daemon may be moving an address or a route from
 * hn to its lagg. */
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/parse_route.h"
#include "core/data/rc.h"
#include "tools/doctor/doctor.h"

enum { LOOK_AGAIN_S = 2 };

/* Returns the interface that should have hn's addresses: the lagg when hn is its port, and
 * otherwise hn itself. */
static const struct vfj_interface *carrier_of(const struct vfj_view *view)
{
    bool is_port
        = !vfj_name_is_empty(view->hn_lagg) && vfj_name_equal(view->hn_lagg, view->lagg.name);
    return is_port ? &view->lagg : &view->hn;
}

/* Returns true when rc.conf gives hn an address. */
static bool is_configured(const struct vfj_doctor *doctor, struct vfj_name hn)
{
    char args[VFJ_ARGS_SIZE];
    struct vfj_address address;
    bool rtadv = false;
    if (!doctor->rc_read)
        return false;
    if (vfj_rc_is_dhcp(&doctor->rc, hn) || vfj_rc_alias(&doctor->rc, hn, 0, args, sizeof args))
        return true;
    (void)vfj_rc_ifconfig_args(&doctor->rc, hn, args, sizeof args);
    if (vfj_rc_address(args, &address))
        return true;
    (void)vfj_rc_ipv6_args(&doctor->rc, hn, args, sizeof args, &rtadv);
    return rtadv || vfj_rc_address(args, &address);
}

/* Returns the reason why the guest cannot be reached through the hn, or NULL when there is none. */
static const char *what_is_wrong(const struct vfj_doctor *doctor, const struct vfj_view *view)
{
    const struct vfj_interface *carrier = carrier_of(view);
    bool is_lagg = carrier == &view->lagg;
    bool has_other_lagg = !is_lagg && !vfj_name_is_empty(view->hn_lagg);
    if (!view->hn.exists || has_other_lagg)
        return NULL;
    if (carrier->address_count == 0 && !carrier->rtadv)
        return is_lagg ? "has no address, and its lagg has none either" : "has no address";
    if (!carrier->up)
        return is_lagg ? "is a port of a lagg that is down" : "is down";
    if (is_lagg)
        return carrier->link == VFJ_LINK_DOWN ? "is a port of a lagg of which no port has a link"
                                              : NULL;
    if (!vfj_name_is_empty(view->rxvf) && doctor->map.transparent <= 0)
        return "has addresses, and the VF has the traffic: no lagg joins them";
    return carrier->link == VFJ_LINK_DOWN ? "has no link" : NULL;
}

static const char *observe(struct vfj_doctor *doctor, struct vfj_name hn, struct vfj_view *view)
{
    if (!is_configured(doctor, hn) || !vfj_guest_observe_slot(doctor->ask, &doctor->map, hn, view))
        return NULL;
    return what_is_wrong(doctor, view);
}

static void check_hn(struct vfj_doctor *doctor, struct vfj_name hn)
{
    static struct vfj_view view;
    const char *wrong = observe(doctor, hn, &view);
    if (wrong != NULL) {
        (void)sleep(LOOK_AGAIN_S);
        wrong = observe(doctor, hn, &view);
    }
    if (wrong != NULL)
        vfj_doctor_find2(doctor, VFJ_LEVEL_FAIL, hn.text, wrong,
                         ": nothing reaches the guest by it",
                         "vfjournal show tells since when; service netif restart brings back what "
                         "rc.conf says");
}

/* Reads the default route of an address family. Returns false when the guest has none. */
static bool find_route(struct vfj_doctor *doctor, const char *family,
                       struct vfj_default_route *route)
{
    char output[2048];
    const char *const argv[] = {"route", "-n", "get", family, "default", NULL};
    struct vfj_program_end end;
    struct vfj_route_parser parser;
    vfj_query_program(doctor->ask, doctor->paths.route, argv, output, sizeof output, &end);
    vfj_route_begin(&parser);
    vfj_route_feed(&parser, vfj_span_of(output));
    vfj_route_end(&parser);
    *route = parser.route;
    return end.kind == VFJ_OUTCOME_EXITED && end.status == 0
        && !vfj_name_is_empty(route->interface);
}

/* Returns true when rc.conf or DHCP should have given the guest a default route. */
static bool wants_route(const struct vfj_doctor *doctor)
{
    char router[VFJ_VALUE_SIZE];
    bool wants = vfj_rc_default_router(&doctor->rc, router, sizeof router)
        || vfj_rc_default_router6(&doctor->rc, router, sizeof router);
    for (unsigned i = 0; i < doctor->hns.count; i++)
        wants |= vfj_rc_is_dhcp(&doctor->rc, doctor->hns.names[i]);
    return wants;
}

/* Returns true when the default route goes through an hn that is a port of a lagg. Packets on this
 * route are lost. */
static bool leads_through_port(struct vfj_doctor *doctor, struct vfj_name interface)
{
    static struct vfj_view view;
    for (unsigned i = 0; i < doctor->hns.count; i++) {
        if (vfj_name_equal(doctor->hns.names[i], interface)
            && vfj_guest_observe_slot(doctor->ask, &doctor->map, interface, &view))
            return !vfj_name_is_empty(view.hn_lagg);
    }
    return false;
}

/* Returns true when arp(8) shows no hardware address for the router, because the router did not
 * reply. */
static bool is_router_silent(struct vfj_doctor *doctor, const struct vfj_address *router)
{
    char path[VFJ_PATHNAME_SIZE], output[512];
    const char *const argv[] = {"arp", "-n", router->text, NULL};
    struct vfj_program_end end;
    if (router->text[0] == '\0' || !vfj_paths_of_file(&doctor->paths, "/usr/sbin/arp", path)
        || access(path, X_OK) != 0)
        return false;
    vfj_query_program(doctor->ask, path, argv, output, sizeof output, &end);
    return strstr(output, "(incomplete)") != NULL;
}

static const char *look_at_route(struct vfj_doctor *doctor, struct vfj_default_route *route)
{
    struct vfj_default_route route6;
    bool is_there = find_route(doctor, "-inet", route);
    bool is_there6 = find_route(doctor, "-inet6", &route6);
    if (!is_there && !is_there6)
        return "there is none, though rc.conf or DHCP gives one";
    if ((is_there && leads_through_port(doctor, route->interface))
        || (is_there6 && leads_through_port(doctor, route6.interface)))
        return "it leads through an hn that is a port of a lagg";
    return is_there && is_router_silent(doctor, &route->gateway)
        ? "its router does not answer: arp(8) has no complete entry of it"
        : NULL;
}

static void check_route(struct vfj_doctor *doctor)
{
    struct vfj_default_route route;
    if (!doctor->rc_read || !wants_route(doctor))
        return;
    const char *wrong = look_at_route(doctor, &route);
    if (wrong != NULL) {
        (void)sleep(LOOK_AGAIN_S);
        wrong = look_at_route(doctor, &route);
    }
    if (wrong != NULL)
        vfj_doctor_find(doctor, VFJ_LEVEL_FAIL, "route", wrong,
                        "route -n get default shows it; route change default ROUTER mends it");
}

void vfj_doctor_check_reach(struct vfj_doctor *doctor)
{
    unsigned failures = doctor->counts[VFJ_LEVEL_FAIL];
    for (unsigned i = 0; i < doctor->hns.count; i++)
        check_hn(doctor, doctor->hns.names[i]);
    check_route(doctor);
    if (doctor->hns.count > 0 && doctor->rc_read && doctor->counts[VFJ_LEVEL_FAIL] == failures)
        vfj_doctor_find(
            doctor, VFJ_LEVEL_OK, "reach",
            "each hn that rc.conf configures has an address and a link, or its lagg has", "");
}
