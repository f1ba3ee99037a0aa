/* route of FreeBSD 13.2: get, add and delete, and change for IPv6.
 *
 * Recordings show that `get` prints "route: route has not been found" and ends with 255 when it
 * finds no route, and that an `add` that fails prints the reason after "fib 0:" on standard output.
 * Everything else follows sbin/route/route.c. */
#include "tests/guest/net.h"
#include "tests/guest/programs.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The arguments of one route command: the gateway, and the destination, which is a network or a
 * host. */
struct request {
    const char *command;
    const char *destination_text;
    const char *gateway_text;
    bool inet6;
    bool host;
    bool has_length;
    uint32_t destination;
    unsigned length;
    uint32_t gateway;
    char destination6[GUEST_IN6_SIZE];
    bool has_mtu;
    unsigned mtu;
};

static int usage(void)
{
    fprintf(stderr,
            "usage: route [-n] command [[-inet | -inet6] [-net | -host] destination [gateway]]\n");
    return 64;
}

static int bad_address(const char *text)
{
    fprintf(stderr, "route: bad address: %s\n", text);
    return 68; /* EX_NOHOST */
}

enum { DESTINATION_SIZE = 64 };

/* Splits the destination into its address and its prefix length, which may be missing and is at
 * most `most`. Returns false when the text is malformed. */
static bool split_destination(const struct request *request, unsigned long most,
                              char text[DESTINATION_SIZE], unsigned long *length, bool *has_length)
{
    if (strlen(request->destination_text) >= DESTINATION_SIZE) {
        return false;
    }
    guest_copy(text, DESTINATION_SIZE, request->destination_text);
    char *slash = strchr(text, '/');
    *has_length = slash != NULL;
    if (slash == NULL) {
        return true;
    }
    *slash++ = '\0';
    return guest_number(slash, most, length);
}

static bool parse_destination(struct request *request, bool net)
{
    char text[DESTINATION_SIZE];
    unsigned long length = 32;
    bool has_length;

    if (strcmp(request->destination_text, "default") == 0) {
        request->length = 0;
        return true;
    }
    if (!split_destination(request, 32, text, &length, &has_length)) {
        return false;
    }
    if (has_length) {
        request->has_length = true;
        request->length = (unsigned)length;
    }
    if (!guest_inet_parse(text, &request->destination)) {
        return false;
    }
    request->host = !net && !request->has_length;
    if (request->host) {
        request->length = 32;
    } else if (!request->has_length) {
        request->length = 24;
    }
    request->destination &= guest_mask_of(request->length);
    return true;
}

static void print_request(const struct request *request)
{
    char text[64];

    guest_copy(text, sizeof text, request->destination_text);
    text[strcspn(text, "/")] = '\0';
    printf("%s %s %s", request->command, request->host ? "host" : "net", text);
    if (request->gateway_text != NULL) {
        printf(": gateway %s", request->gateway_text);
    }
}

static int answer(const struct request *request, int error)
{
    const char *text = strerror(error);

    if (error == ESRCH) {
        fprintf(stderr, "route: route has not been found\n");
        text = "not in table";
    } else if (error == EEXIST) {
        text = "route already in table";
    } else if (error != 0) {
        fprintf(stderr, "route: writing to routing socket: %s\n", text);
    }
    print_request(request);
    if (error != 0) {
        printf(" fib 0: %s", text);
    }
    putchar('\n');
    return error == 0 ? 0 : 1;
}

static int change(struct request *request)
{
    struct guest_state *state = guest_state_open();
    int error = strcmp(request->command, "add") == 0
        ? guest_route_add(state, request->destination, request->length, request->gateway)
        : guest_route_delete(state, request->destination, request->length);
    struct guest_route *route = guest_route_find(state, request->destination, request->length);

    if (error == 0 && request->has_mtu && route != NULL) {
        route->mtu = request->mtu;
    }
    guest_state_commit(state);
    return answer(request, error);
}

static int get(const struct request *request)
{
    char text[GUEST_MASK_SIZE];
    char mask[GUEST_MASK_SIZE];
    struct guest_state *state = guest_state_open();
    bool is_default = strcmp(request->destination_text, "default") == 0;

    guest_state_close(state);
    const struct guest_route *route = is_default ? guest_route_find(state, 0, 0)
                                                 : guest_route_lookup(state, request->destination);
    if (route == NULL) {
        fprintf(stderr, "route: route has not been found\n");
        return 255;
    }
    guest_inet_print(text, sizeof text, route->destination);
    guest_inet_print(mask, sizeof mask, guest_mask_of(route->length));
    printf("   route to: %s\n", is_default ? "default" : request->destination_text);
    printf("destination: %s\n", route->length == 0 ? "default" : text);
    printf("       mask: %s\n", route->length == 0 ? "default" : mask);
    if (route->gateway != 0) {
        guest_inet_print(text, sizeof text, route->gateway);
        printf("    gateway: %s\n", text);
    }
    printf("        fib: 0\n");
    printf("  interface: %s\n", route->interface);
    printf("      flags: <UP,%sDONE%s>\n", route->gateway == 0 ? "" : "GATEWAY,",
           route->gateway == 0 ? ",PINNED" : ",STATIC");
    printf(" recvpipe  sendpipe  ssthresh  rtt,msec    mtu        weight    expire\n");
    printf("       0         0         0         0      %u         1         0 \n",
           guest_route_mtu(state, route->interface, route->mtu));
    return 0;
}

static bool parse_destination6(struct request *request)
{
    char text[DESTINATION_SIZE];
    unsigned long length = request->length;
    bool has_length;

    if (strcmp(request->destination_text, "default") == 0) {
        guest_copy(request->destination6, sizeof request->destination6, "::");
        request->length = 0;
        return true;
    }
    if (!split_destination(request, 128, text, &length, &has_length)) {
        return false;
    }
    request->host = !has_length && !request->has_length;
    request->length = request->host ? 128 : (unsigned)length;
    return guest_inet6_parse(text, request->destination6, sizeof request->destination6);
}

static int change6(const struct request *request)
{
    struct guest_state *state = guest_state_open();
    const char *destination = request->destination6;
    int error;

    if (strcmp(request->command, "delete") == 0) {
        error = guest_route6_delete(state, destination, request->length);
    } else if (strcmp(request->command, "change") == 0) {
        error = guest_route6_change(state, destination, request->length, request->gateway_text);
    } else {
        error = guest_route6_add(state, destination, request->length, request->gateway_text);
    }
    struct guest_route6 *route = guest_route6_find(state, destination, request->length);
    if (error == 0 && request->has_mtu && route != NULL) {
        route->mtu = request->mtu;
    }
    guest_state_commit(state);
    return answer(request, error);
}

static int get6(const struct request *request)
{
    struct guest_state *state = guest_state_open();

    guest_state_close(state);
    const struct guest_route6 *route
        = guest_route6_find(state, request->destination6, request->length);
    if (route == NULL) {
        fprintf(stderr, "route: route has not been found\n");
        return 255;
    }
    bool is_local = strncmp(route->gateway, "fe80:", 5) == 0;
    printf("   route to: %s\ndestination: %s\n       mask: %s\n", route->destination,
           route->destination, route->length == 0 ? "::" : "ffff::");
    printf("    gateway: %s%s%s\n", route->gateway, is_local ? "%" : "",
           is_local ? route->interface : "");
    printf("        fib: 0\n  interface: %s\n      flags: <UP,GATEWAY,DONE,STATIC>\n",
           route->interface);
    printf(" recvpipe  sendpipe  ssthresh  rtt,msec    mtu        weight    expire\n");
    printf("       0         0         0         0      %u         1         0 \n",
           guest_route_mtu(state, route->interface, route->mtu));
    return 0;
}

static int route6(struct request *request)
{
    char bare[GUEST_IN6_SIZE];

    if (!parse_destination6(request)) {
        return bad_address(request->destination_text);
    }
    if (strcmp(request->command, "get") == 0) {
        return get6(request);
    }
    if (strcmp(request->command, "delete") != 0) {
        bool is_known
            = strcmp(request->command, "add") == 0 || strcmp(request->command, "change") == 0;
        if (!is_known || request->gateway_text == NULL) {
            return usage();
        }
        if (!guest_inet6_parse(request->gateway_text, bare, sizeof bare)) {
            return bad_address(request->gateway_text);
        }
    }
    return change6(request);
}

bool guest_route_changes(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] != '-') {
            return strcmp(argv[i], "get") != 0 && strcmp(argv[i], "show") != 0;
        }
    }
    return false;
}

/* Reads the arguments that follow the command word. Returns false when an argument is unknown. */
static bool take_words(struct request *request, int argc, char **argv, bool *net)
{
    for (int i = 0; i < argc; i++) {
        unsigned long length;
        if (strcmp(argv[i], "-net") == 0) {
            *net = true;
        } else if (strcmp(argv[i], "-inet6") == 0 || strcmp(argv[i], "-6") == 0) {
            request->inet6 = true;
        } else if (strcmp(argv[i], "-prefixlen") == 0 && i + 1 < argc
                   && guest_number(argv[i + 1], 128, &length)) {
            request->has_length = true;
            request->length = (unsigned)length;
            i++;
        } else if (strcmp(argv[i], "-netmask") == 0 && i + 1 < argc) {
            request->has_length = guest_mask_parse(argv[++i], &request->length);
        } else if (strcmp(argv[i], "-mtu") == 0 && i + 1 < argc
                   && guest_number(argv[i + 1], 65535, &length)) {
            request->has_mtu = true;
            request->mtu = (unsigned)length;
            i++;
        } else if (argv[i][0] == '-') {
            if (strcmp(argv[i], "-inet") != 0 && strcmp(argv[i], "-4") != 0
                && strcmp(argv[i], "-host") != 0) {
                return false;
            }
        } else if (request->destination_text == NULL) {
            request->destination_text = argv[i];
        } else if (request->gateway_text == NULL) {
            request->gateway_text = argv[i];
        } else if (guest_mask_parse(argv[i], &request->length)) {
            request->has_length = true;
        } else {
            return false;
        }
    }
    return request->destination_text != NULL;
}

int guest_route(int argc, char **argv)
{
    struct request request = {.command = NULL};
    bool net = false;
    int first = 1;

    while (first < argc && argv[first][0] == '-') {
        first++;
    }
    if (first == argc || !take_words(&request, argc - first - 1, argv + first + 1, &net)) {
        return usage();
    }
    request.command = strcmp(argv[first], "del") == 0 ? "delete" : argv[first];
    if (request.inet6) {
        return route6(&request);
    }
    if (!parse_destination(&request, net)) {
        return bad_address(request.destination_text);
    }
    if (request.gateway_text != NULL && !guest_inet_parse(request.gateway_text, &request.gateway)) {
        return bad_address(request.gateway_text);
    }
    if (strcmp(request.command, "get") == 0) {
        return get(&request);
    }
    if (strcmp(request.command, "delete") == 0
        || (strcmp(request.command, "add") == 0 && request.gateway != 0)) {
        return change(&request);
    }
    return usage();
}
