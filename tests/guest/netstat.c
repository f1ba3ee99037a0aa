/* netstat -rnW of FreeBSD 13.2: the routing tables. Follows usr.bin/netstat/route.c. */
#include "tests/guest/net.h"
#include "tests/guest/programs.h"
#include "tests/guest/text.h"

#include <stdio.h>
#include <string.h>

static const char heading[]
    = "Destination        Gateway            Flags   Nhop#    Mtu    Netif Expire";

static void print_route(struct guest_state *state, const struct guest_route *route)
{
    char destination[GUEST_MASK_SIZE + 8];
    char gateway[GUEST_MASK_SIZE] = "link#2";
    char address[GUEST_MASK_SIZE];

    guest_inet_print(address, sizeof address, route->destination);
    if (route->length == 0) {
        guest_copy(destination, sizeof destination, "default");
    } else if (route->length == 32) {
        guest_copy(destination, sizeof destination, address);
    } else {
        guest_print(destination, sizeof destination, "%s/%u", address, route->length);
    }
    if (route->gateway != 0) {
        guest_inet_print(gateway, sizeof gateway, route->gateway);
    }
    printf("%-18s %-18s %-7s %5d %6d %8s\n", destination, gateway,
           route->gateway == 0       ? "U"
               : route->length == 32 ? "UGHS"
                                     : "UGS",
           4, (int)guest_route_mtu(state, route->interface, route->mtu), route->interface);
}

static void print_route6(struct guest_state *state, const struct guest_route6 *route)
{
    char destination[GUEST_IN6_SIZE + 8];
    char gateway[GUEST_IN6_SIZE + GUEST_NAME_SIZE + 2];
    bool is_local = strncmp(route->gateway, "fe80:", 5) == 0;

    if (route->length == 0) {
        guest_copy(destination, sizeof destination, "default");
    } else if (route->length == 128) {
        guest_copy(destination, sizeof destination, route->destination);
    } else {
        guest_print(destination, sizeof destination, "%s/%u", route->destination, route->length);
    }
    guest_print(gateway, sizeof gateway, "%s%s%s", route->gateway, is_local ? "%" : "",
                is_local ? route->interface : "");
    printf("%-33s %-33s %-7s %5d %6d %8s\n", destination, gateway,
           route->length == 128 ? "UGHS" : "UGS", 5,
           (int)guest_route_mtu(state, route->interface, route->mtu), route->interface);
}

bool guest_netstat_changes(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    return false;
}

int guest_netstat(int argc, char **argv)
{
    if (argc != 2 || strcmp(argv[1], "-rnW") != 0) {
        fprintf(stderr, "usage: netstat -rnW\n");
        return 1;
    }
    struct guest_state *state = guest_state_open();

    guest_state_close(state);
    printf("Routing tables\n\nInternet:\n%s\n", heading);
    for (size_t i = 0; i < state->route_count; i++) {
        print_route(state, &state->routes[i]);
    }
    printf("\nInternet6:\n%s\n", heading);
    for (size_t i = 0; i < state->route6_count; i++) {
        print_route6(state, &state->routes6[i]);
    }
    return 0;
}
