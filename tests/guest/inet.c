/* IPv4 and IPv6 addresses, and IPv4 routes, of the stand-in guest. */
#include "tests/guest/net.h"

#include "tests/guest/text.h"

#include <errno.h>
#include <string.h>

struct guest_route *guest_route_find(struct guest_state *state, uint32_t destination,
                                     unsigned length)
{
    for (size_t i = 0; i < state->route_count; i++) {
        if (state->routes[i].destination == destination && state->routes[i].length == length) {
            return &state->routes[i];
        }
    }
    return NULL;
}

unsigned guest_route_mtu(struct guest_state *state, const char *interface, unsigned mtu)
{
    unsigned most = guest_if_find(state, interface)->mtu;

    return mtu == 0 || mtu > most ? most : mtu;
}

struct guest_route *guest_route_lookup(struct guest_state *state, uint32_t destination)
{
    struct guest_route *best = NULL;

    for (size_t i = 0; i < state->route_count; i++) {
        struct guest_route *route = &state->routes[i];
        if ((destination & guest_mask_of(route->length)) == route->destination
            && (best == NULL || route->length > best->length)) {
            best = route;
        }
    }
    return best;
}

static void add_route(struct guest_state *state, struct guest_route route)
{
    if (state->route_count == GUEST_ROUTES_MAX) {
        guest_die("too many routes");
    }
    state->routes[state->route_count++] = route;
}

static void drop_route(struct guest_state *state, struct guest_route *route)
{
    size_t at = (size_t)(route - state->routes);

    memmove(route, route + 1, (state->route_count - at - 1) * sizeof *route);
    state->route_count--;
}

enum { ANY_LENGTH = 33 };

/* Returns the first interface that has an address whose prefix contains `address`, or NULL, and
 * fills in that address in `found`. Unless `length` is ANY_LENGTH, the prefix must have this length
 * and the interface must be up, as for a directly connected route. */
static const struct guest_if *owner_of(const struct guest_state *state, uint32_t address,
                                       unsigned length, struct guest_inet *found)
{
    for (size_t i = 0; i < state->if_count; i++) {
        const struct guest_if *ifp = &state->ifs[i];
        for (size_t a = 0; a < ifp->inet_count; a++) {
            uint32_t mask = guest_mask_of(ifp->inet[a].length);
            bool fits = length == ANY_LENGTH || (ifp->up && ifp->inet[a].length == length);
            if (fits && (ifp->inet[a].address & mask) == (address & mask)) {
                *found = ifp->inet[a];
                return ifp;
            }
        }
    }
    return NULL;
}

static void connect_prefix(struct guest_state *state, const struct guest_if *ifp,
                           struct guest_inet inet)
{
    struct guest_route route = {.destination = inet.address & guest_mask_of(inet.length),
                                .length = inet.length,
                                .source = inet.address};

    if (guest_route_find(state, route.destination, route.length) == NULL) {
        guest_copy(route.interface, sizeof route.interface, ifp->name);
        add_route(state, route);
    }
}

static bool is_of(const struct guest_route *route, const struct guest_if *ifp, uint32_t address)
{
    return strcmp(route->interface, ifp->name) == 0 && route->source == address;
}

/* Removes the routes of a deleted address. If another interface has an address with the same
 * prefix, that interface gets the connected route. With `keep_static`, routes through a gateway
 * remain. */
static void scrub(struct guest_state *state, const struct guest_if *ifp, struct guest_inet inet,
                  bool keep_static)
{
    struct guest_inet next;

    for (size_t i = state->route_count; i-- > 0;) {
        struct guest_route *route = &state->routes[i];
        if (is_of(route, ifp, inet.address) && (route->gateway == 0 || !keep_static)) {
            drop_route(state, route);
        }
    }
    const struct guest_if *owner = owner_of(state, inet.address, inet.length, &next);
    if (owner != NULL) {
        connect_prefix(state, owner, next);
    }
}

int guest_inet_delete(struct guest_state *state, struct guest_if *ifp, uint32_t address)
{
    for (size_t i = 0; i < ifp->inet_count; i++) {
        struct guest_inet inet = ifp->inet[i];
        if (inet.address == address) {
            memmove(&ifp->inet[i], &ifp->inet[i + 1], (ifp->inet_count - i - 1) * sizeof inet);
            ifp->inet_count--;
            scrub(state, ifp, inet, false);
            return 0;
        }
    }
    return EADDRNOTAVAIL;
}

int guest_inet_add(struct guest_state *state, struct guest_if *ifp, struct guest_inet inet)
{
    (void)guest_inet_delete(state, ifp, inet.address);
    if (ifp->inet_count == GUEST_ADDRS_MAX) {
        return ENOSPC;
    }
    ifp->inet[ifp->inet_count++] = inet;
    guest_if_set_up(state, ifp, true);
    connect_prefix(state, ifp, inet);
    return 0;
}

void guest_inet_down(struct guest_state *state, struct guest_if *ifp)
{
    for (size_t i = 0; i < ifp->inet_count; i++) {
        scrub(state, ifp, ifp->inet[i], true);
    }
}

void guest_inet_up(struct guest_state *state, struct guest_if *ifp)
{
    for (size_t i = 0; i < ifp->inet_count; i++) {
        connect_prefix(state, ifp, ifp->inet[i]);
    }
}

int guest_inet6_delete(struct guest_if *ifp, const char *address)
{
    for (size_t i = 0; i < ifp->inet6_count; i++) {
        if (strcmp(ifp->inet6[i].address, address) == 0) {
            memmove(&ifp->inet6[i], &ifp->inet6[i + 1],
                    (ifp->inet6_count - i - 1) * sizeof ifp->inet6[0]);
            ifp->inet6_count--;
            return 0;
        }
    }
    return EADDRNOTAVAIL;
}

int guest_inet6_add(struct guest_if *ifp, const char *address, unsigned length)
{
    (void)guest_inet6_delete(ifp, address);
    if (ifp->inet6_count == GUEST_ADDRS_MAX) {
        return ENOSPC;
    }
    struct guest_inet6 *inet6 = &ifp->inet6[ifp->inet6_count++];
    guest_copy(inet6->address, sizeof inet6->address, address);
    inet6->length = length;
    ifp->nd6 &= ~(unsigned)GUEST_ND6_IFDISABLED;
    guest_if_autoconf(ifp);
    return 0;
}

int guest_route_add(struct guest_state *state, uint32_t destination, unsigned length,
                    uint32_t gateway)
{
    struct guest_inet source;
    struct guest_route route = {.destination = destination, .length = length, .gateway = gateway};
    const struct guest_if *owner = owner_of(state, gateway, ANY_LENGTH, &source);

    if (owner == NULL) {
        return ENETUNREACH;
    }
    if (guest_route_find(state, destination, length) != NULL) {
        return EEXIST;
    }
    route.source = source.address;
    guest_copy(route.interface, sizeof route.interface, owner->name);
    add_route(state, route);
    return 0;
}

int guest_route_delete(struct guest_state *state, uint32_t destination, unsigned length)
{
    struct guest_route *route = guest_route_find(state, destination, length);

    if (route == NULL) {
        return ESRCH;
    }
    drop_route(state, route);
    return 0;
}
