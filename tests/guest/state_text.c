/* Converts the shared state to text and back. Every line describes one object. The first word of a
 * line is the kind of the object. */
#include "tests/guest/net.h"
#include "tests/guest/state.h"
#include "tests/guest/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct sink {
    char *at;
    size_t room;
};

static void put(struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct sink *sink, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int length = vsnprintf(sink->at, sink->room, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= sink->room) {
        guest_die("state too large");
    }
    sink->at += length;
    sink->room -= (size_t)length;
}

static const char *const kind_names[]
    = {[GUEST_ETHER] = "ether", [GUEST_HN] = "hn", [GUEST_LAGG] = "lagg", [GUEST_LO] = "lo"};
static const char *const link_names[]
    = {[GUEST_LINK_UNKNOWN] = "unknown", [GUEST_LINK_DOWN] = "down", [GUEST_LINK_UP] = "up"};
static const char *const fault_names[]
    = {[GUEST_FAIL] = "fail", [GUEST_SLOW] = "slow", [GUEST_HANG] = "hang"};

static void put_if(struct sink *sink, const struct guest_if *ifp)
{
    char address[GUEST_MASK_SIZE];

    put(sink,
        "if %s kind=%s index=%u unit=%u mac=%s own_mac=%s mtu=%u max_mtu=%u up=%d carrier=%d link=%s",
        ifp->name, kind_names[ifp->kind], ifp->index, ifp->unit, ifp->mac, ifp->own_mac, ifp->mtu,
        ifp->max_mtu, ifp->up, ifp->carrier, link_names[ifp->link]);
    put(sink, " linkups=%lu nd6=%u proto=%s lagg=%s vf=%s rxvf=%s hn=%s\n", ifp->linkups, ifp->nd6,
        ifp->proto, ifp->lagg, ifp->vf, ifp->rxvf, ifp->hn);
    for (size_t i = 0; i < ifp->inet_count; i++) {
        guest_inet_print(address, sizeof address, ifp->inet[i].address);
        put(sink, "inet %s %s %u\n", ifp->name, address, ifp->inet[i].length);
    }
    for (size_t i = 0; i < ifp->inet6_count; i++) {
        put(sink, "inet6 %s %s %u\n", ifp->name, ifp->inet6[i].address, ifp->inet6[i].length);
    }
    for (size_t i = 0; i < ifp->port_count; i++) {
        put(sink, "port %s %s %u %s\n", ifp->name, ifp->ports[i].name, ifp->ports[i].mtu,
            ifp->ports[i].mac);
    }
    if (ifp->bus[0] != '\0') {
        put(sink, "bus %s %s\n", ifp->name, ifp->bus);
    }
}

static void put_routes(struct sink *sink, const struct guest_state *state)
{
    char one[GUEST_MASK_SIZE];
    char two[GUEST_MASK_SIZE];
    char three[GUEST_MASK_SIZE];

    for (size_t i = 0; i < state->route_count; i++) {
        const struct guest_route *route = &state->routes[i];
        guest_inet_print(one, sizeof one, route->destination);
        guest_inet_print(two, sizeof two, route->gateway);
        guest_inet_print(three, sizeof three, route->source);
        put(sink, "route %s %u %s %s %s %u\n", one, route->length, two, route->interface, three,
            route->mtu);
    }
    for (size_t i = 0; i < state->route6_count; i++) {
        const struct guest_route6 *route = &state->routes6[i];
        put(sink, "route6 %s %u %s %s %u\n", route->destination, route->length, route->gateway,
            route->interface, route->mtu);
    }
    for (size_t i = 0; i < state->lease_count; i++) {
        const struct guest_lease *lease = &state->leases[i];
        guest_inet_print(one, sizeof one, lease->inet.address);
        guest_inet_print(two, sizeof two, lease->router);
        put(sink, "lease %s %s %u %s\n", lease->mac, one, lease->inet.length, two);
    }
}

static void put_settings(struct sink *sink, const char *word, const struct guest_settings *settings)
{
    for (size_t i = 0; i < settings->count; i++) {
        const struct guest_setting *setting = &settings->at[i];
        if (setting->absent) {
            put(sink, "no%s %s\n", word, setting->name);
        } else {
            put(sink, "%s %s %s\n", word, setting->name, setting->value);
        }
    }
}

void guest_state_write(const struct guest_state *state, char *to, size_t size)
{
    struct sink sink = {to, size};

    put(&sink, "# The state of this stand-in guest; change it with vfj_guest host only.\n");
    for (size_t i = 0; i < state->if_count; i++) {
        put_if(&sink, &state->ifs[i]);
    }
    put_routes(&sink, state);
    put_settings(&sink, "sysctl", &state->sysctls);
    put_settings(&sink, "tune", &state->tunes);
    put_settings(&sink, "pair", &state->pairs);
    for (size_t i = 0; i < state->fault_count; i++) {
        const struct guest_fault *fault = &state->faults[i];
        put(&sink, "fault %s %u %u %.3f %s\n", fault_names[fault->kind], fault->count,
            fault->status, fault->seconds, fault->argv);
    }
}

static unsigned number_of(const char *text)
{
    return (unsigned)strtoul(text, NULL, 10);
}

static int index_of(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return (int)i;
        }
    }
    guest_die("state/guest: what is %s?", name);
}

static void set_field(struct guest_if *ifp, const char *name, const char *value)
{
    const struct {
        const char *name;
        unsigned *number;
    } numbers[] = {{"index", &ifp->index},
                   {"unit", &ifp->unit},
                   {"mtu", &ifp->mtu},
                   {"max_mtu", &ifp->max_mtu},
                   {"nd6", &ifp->nd6}};
    const struct {
        const char *name;
        char *text;
    } texts[]
        = {{"mac", ifp->mac}, {"own_mac", ifp->own_mac}, {"proto", ifp->proto}, {"lagg", ifp->lagg},
           {"vf", ifp->vf},   {"rxvf", ifp->rxvf},       {"hn", ifp->hn}};

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        if (strcmp(numbers[i].name, name) == 0) {
            *numbers[i].number = number_of(value);
        }
    }
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (strcmp(texts[i].name, name) == 0) {
            /* the first two elements of texts[] are MACs; all others are names */
            guest_copy(texts[i].text, i < 2 ? (size_t)GUEST_MAC_SIZE : (size_t)GUEST_NAME_SIZE,
                       value);
        }
    }
    if (strcmp(name, "kind") == 0) {
        ifp->kind = (enum guest_kind)index_of(kind_names, 4, value);
    } else if (strcmp(name, "link") == 0) {
        ifp->link = (enum guest_link)index_of(link_names, 3, value);
    } else if (strcmp(name, "up") == 0) {
        ifp->up = number_of(value) != 0;
    } else if (strcmp(name, "carrier") == 0) {
        ifp->carrier = number_of(value) != 0;
    } else if (strcmp(name, "linkups") == 0) {
        ifp->linkups = strtoul(value, NULL, 10);
    }
}

static void get_if(struct guest_state *state, char **words, size_t count)
{
    if (state->if_count == GUEST_IFS_MAX) {
        guest_die("too many interfaces");
    }
    struct guest_if *ifp = &state->ifs[state->if_count++];
    guest_copy(ifp->name, sizeof ifp->name, words[1]);
    for (size_t i = 2; i < count; i++) {
        char *value = strchr(words[i], '=');
        if (value != NULL) {
            *value++ = '\0';
            set_field(ifp, words[i], value);
        }
    }
}

static uint32_t address_of(const char *text)
{
    uint32_t address = 0;

    if (!guest_inet_parse(text, &address)) {
        guest_die("state/guest: %s is no address", text);
    }
    return address;
}

/* Reads a line that describes a part of an interface: inet, inet6 or port. */
static void get_part(struct guest_state *state, char **words)
{
    struct guest_if *ifp = guest_if_find(state, words[1]);

    if (ifp == NULL) {
        guest_die("state/guest: no interface %s", words[1]);
    }
    if (strcmp(words[0], "inet") == 0 && ifp->inet_count < GUEST_ADDRS_MAX) {
        ifp->inet[ifp->inet_count++]
            = (struct guest_inet){address_of(words[2]), number_of(words[3])};
    } else if (strcmp(words[0], "inet6") == 0 && ifp->inet6_count < GUEST_ADDRS_MAX) {
        struct guest_inet6 *inet6 = &ifp->inet6[ifp->inet6_count++];
        guest_copy(inet6->address, sizeof inet6->address, words[2]);
        inet6->length = number_of(words[3]);
    } else if (strcmp(words[0], "port") == 0 && ifp->port_count < GUEST_PORTS_MAX) {
        struct guest_port *port = &ifp->ports[ifp->port_count++];
        guest_copy(port->name, sizeof port->name, words[2]);
        port->mtu = number_of(words[3]);
        guest_copy(port->mac, sizeof port->mac, words[4]);
    }
}

static void get_route(struct guest_state *state, char **words)
{
    if (strcmp(words[0], "route") == 0 && state->route_count < GUEST_ROUTES_MAX) {
        struct guest_route *route = &state->routes[state->route_count++];
        route->destination = address_of(words[1]);
        route->length = number_of(words[2]);
        route->gateway = address_of(words[3]);
        guest_copy(route->interface, sizeof route->interface, words[4]);
        route->source = address_of(words[5]);
        route->mtu = number_of(words[6]);
    } else if (strcmp(words[0], "route6") == 0 && state->route6_count < GUEST_ROUTES_MAX) {
        struct guest_route6 *route = &state->routes6[state->route6_count++];
        guest_copy(route->destination, sizeof route->destination, words[1]);
        route->length = number_of(words[2]);
        guest_copy(route->gateway, sizeof route->gateway, words[3]);
        guest_copy(route->interface, sizeof route->interface, words[4]);
        route->mtu = number_of(words[5]);
    } else if (strcmp(words[0], "lease") == 0 && state->lease_count < GUEST_LEASES_MAX) {
        struct guest_lease *lease = &state->leases[state->lease_count++];
        guest_copy(lease->mac, sizeof lease->mac, words[1]);
        lease->inet = (struct guest_inet){address_of(words[2]), number_of(words[3])};
        lease->router = address_of(words[4]);
    }
}

static void get_fault(struct guest_state *state, char **words)
{
    if (state->fault_count == GUEST_FAULTS_MAX) {
        guest_die("too many faults");
    }
    struct guest_fault *fault = &state->faults[state->fault_count++];
    fault->kind = (enum guest_fault_kind)index_of(fault_names, 3, words[1]);
    fault->count = number_of(words[2]);
    fault->status = number_of(words[3]);
    fault->seconds = strtod(words[4], NULL);
    guest_copy(fault->argv, sizeof fault->argv, words[5]);
}

static bool get_setting(struct guest_state *state, const char *word, const char *name,
                        const char *value)
{
    const struct {
        const char *word;
        struct guest_settings *settings;
    } all[] = {{"sysctl", &state->sysctls}, {"tune", &state->tunes}, {"pair", &state->pairs}};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        bool absent = strncmp(word, "no", 2) == 0 && strcmp(word + 2, all[i].word) == 0;
        if (absent || strcmp(word, all[i].word) == 0) {
            guest_setting_set(all[i].settings, name, value);
            guest_setting_find(all[i].settings, name)->absent = absent;
            return true;
        }
    }
    return false;
}

/* Returns into how many words a line is split. The last word of some lines contains blanks. */
static size_t words_of(const char *line)
{
    static const struct {
        const char *word;
        size_t words;
    } kinds[] = {{"sysctl ", 3}, {"nosysctl ", 3}, {"tune ", 3},
                 {"pair ", 3},   {"bus ", 3},      {"fault ", 6}};

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strncmp(line, kinds[i].word, strlen(kinds[i].word)) == 0) {
            return kinds[i].words;
        }
    }
    return GUEST_WORDS_MAX;
}

void guest_state_read(struct guest_state *state, char *line)
{
    static char nothing[] = "";
    char *words[GUEST_WORDS_MAX];
    size_t count = guest_words(line, words, words_of(line));

    if (count == 0 || words[0][0] == '#') {
        return;
    }
    for (size_t i = count; i < 7; i++) {
        words[i] = nothing;
    }
    if (strcmp(words[0], "if") == 0) {
        get_if(state, words, count);
    } else if (strcmp(words[0], "bus") == 0) {
        struct guest_if *ifp = guest_if_find(state, words[1]);
        if (ifp != NULL) {
            guest_copy(ifp->bus, sizeof ifp->bus, words[2]);
        }
    } else if (strcmp(words[0], "route") == 0 || strcmp(words[0], "route6") == 0
               || strcmp(words[0], "lease") == 0) {
        get_route(state, words);
    } else if (strcmp(words[0], "fault") == 0) {
        get_fault(state, words);
    } else if (!get_setting(state, words[0], words[1], words[2])) {
        get_part(state, words);
    }
}
