/* IPv6 routes of the stand-in guest.
 *
 * On FreeBSD 13.2 a route through a gateway remains on its interface when the address moves to
 * another interface. `route add` of the same route then fails; only `route change` moves the
 * route. */
#include "tests/guest/net.h"
#include "tests/guest/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

static bool is_in_prefix(const char *address, const char *prefix, unsigned length)
{
    unsigned char a[16];
    unsigned char b[16];

    if (inet_pton(AF_INET6, address, a) != 1 || inet_pton(AF_INET6, prefix, b) != 1) {
        return false;
    }
    for (unsigned bit = 0; bit < length; bit++) {
        if (((a[bit / 8] ^ b[bit / 8]) & 0x80 >> bit % 8) != 0) {
            return false;
        }
    }
    return true;
}

/* Returns the interface through which the guest reaches a gateway, or NULL. This is the interface
 * after the '%' of the gateway, or else the one whose prefix contains the gateway. */
static const struct guest_if *interface_of(struct guest_state *state, const char *gateway)
{
    const char *scope = strchr(gateway, '%');
    char bare[GUEST_IN6_SIZE];

    if (scope != NULL) {
        return guest_if_find(state, scope + 1);
    }
    if (!guest_inet6_parse(gateway, bare, sizeof bare)) {
        return NULL;
    }
    for (size_t i = 0; i < state->if_count; i++) {
        const struct guest_if *ifp = &state->ifs[i];
        for (size_t a = 0; a < ifp->inet6_count; a++) {
            if (strncmp(ifp->inet6[a].address, "fe80:", 5) != 0
                && is_in_prefix(bare, ifp->inet6[a].address, ifp->inet6[a].length)) {
                return ifp;
            }
        }
    }
    return NULL;
}

struct guest_route6 *guest_route6_find(struct guest_state *state, const char *destination,
                                       unsigned length)
{
    for (size_t i = 0; i < state->route6_count; i++) {
        if (strcmp(state->routes6[i].destination, destination) == 0
            && state->routes6[i].length == length) {
            return &state->routes6[i];
        }
    }
    return NULL;
}

static int aim(struct guest_state *state, struct guest_route6 *route, const char *gateway)
{
    const struct guest_if *ifp = interface_of(state, gateway);

    if (ifp == NULL || !guest_inet6_parse(gateway, route->gateway, sizeof route->gateway)) {
        return ENETUNREACH;
    }
    guest_copy(route->interface, sizeof route->interface, ifp->name);
    return 0;
}

int guest_route6_add(struct guest_state *state, const char *destination, unsigned length,
                     const char *gateway)
{
    struct guest_route6 route = {.length = length};

    if (guest_route6_find(state, destination, length) != NULL) {
        return EEXIST;
    }
    int error = aim(state, &route, gateway);
    if (error != 0 || state->route6_count == GUEST_ROUTES_MAX) {
        return error != 0 ? error : ENOSPC;
    }
    guest_copy(route.destination, sizeof route.destination, destination);
    state->routes6[state->route6_count++] = route;
    return 0;
}

int guest_route6_change(struct guest_state *state, const char *destination, unsigned length,
                        const char *gateway)
{
    struct guest_route6 *route = guest_route6_find(state, destination, length);

    return route == NULL ? ESRCH : aim(state, route, gateway);
}

static void drop(struct guest_state *state, struct guest_route6 *route)
{
    size_t at = (size_t)(route - state->routes6);

    memmove(route, route + 1, (state->route6_count - at - 1) * sizeof *route);
    state->route6_count--;
}

int guest_route6_delete(struct guest_state *state, const char *destination, unsigned length)
{
    struct guest_route6 *route = guest_route6_find(state, destination, length);

    if (route == NULL) {
        return ESRCH;
    }
    drop(state, route);
    return 0;
}

void guest_route6_purge(struct guest_state *state, const char *interface)
{
    for (size_t i = state->route6_count; i-- > 0;) {
        if (strcmp(state->routes6[i].interface, interface) == 0) {
            drop(state, &state->routes6[i]);
        }
    }
}

void guest_route6_rename(struct guest_state *state, const char *from, const char *to)
{
    for (size_t i = 0; i < state->route6_count; i++) {
        if (strcmp(state->routes6[i].interface, from) == 0) {
            guest_copy(state->routes6[i].interface, GUEST_NAME_SIZE, to);
        }
    }
}
