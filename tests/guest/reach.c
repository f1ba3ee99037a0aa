/* Determines whether a packet leaves the guest. This depends on the route, on whether its interface
 * is up and has a link, and on a lagg's active port. */
#include "tests/guest/reach.h"

#include "tests/guest/net.h"
#include "tests/guest/text.h"

#include <stdio.h>
#include <string.h>

/* Returns the reason why an interface does not send packets, or NULL when it sends. */
static const char *silence_of(struct guest_state *state, const struct guest_if *ifp)
{
    if (!ifp->up) {
        return "is down";
    }
    if (ifp->kind == GUEST_LAGG && guest_lagg_active(state, ifp) == NULL) {
        return "has no active port";
    }
    return ifp->link == GUEST_LINK_UP ? NULL : "has no link (No route to host)";
}

static int report(struct guest_state *state, const struct guest_route *route)
{
    if (route == NULL) {
        printf("unreachable: no route\n");
        return 1;
    }
    const char *why = silence_of(state, guest_if_find(state, route->interface));
    if (why != NULL) {
        printf("unreachable: the route is on %s, which %s\n", route->interface, why);
        return 1;
    }
    printf("reachable via %s\n", route->interface);
    return 0;
}

int guest_reach(const char *destination)
{
    uint32_t address = 0;
    struct guest_state *state = guest_state_open();

    guest_state_close(state);
    if (destination != NULL && !guest_inet_parse(destination, &address)) {
        printf("unreachable: %s is no address\n", destination);
        return 1;
    }
    return report(state,
                  destination == NULL ? guest_route_find(state, 0, 0)
                                      : guest_route_lookup(state, address));
}
