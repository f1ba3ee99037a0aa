/* Observations as record bodies. */
#include "core/data/observation.h"

#include <string.h>

#include "core/check.h"
#include "core/data/hn_snapshot.h"
#include "core/text/kv.h"

const char *vfj_own_script_path(enum vfj_own_script script)
{
    VFJ_CHECK(script == VFJ_OWN_SCRIPT_BASE || script == VFJ_OWN_SCRIPT_LOCAL);
    return script == VFJ_OWN_SCRIPT_BASE ? "/usr/libexec/hyperv/hyperv_vfup."
                                         : "/usr/local/libexec/hyperv/hyperv_vfup.";
}

const char *vfj_use_name(enum vfj_use use)
{
    static const char *const names[] = {
#define X(symbol, name) [VFJ_USE_##symbol] = (name),
        VFJ_USES(X)
#undef X
    };
    VFJ_CHECK(use < VFJ_USE_COUNT);
    return names[use];
}

bool vfj_interface_has_port(const struct vfj_interface *lagg, struct vfj_name port)
{
    for (unsigned i = 0; i < lagg->port_count; i++) {
        if (vfj_name_equal(lagg->ports[i], port))
            return true;
    }
    return false;
}

bool vfj_interface_add_address(struct vfj_interface *interface, const struct vfj_address *address)
{
    if (interface->address_count == VFJ_ADDRESSES_MAX) {
        interface->truncated = true;
        return false;
    }
    interface->addresses[interface->address_count++] = *address;
    return true;
}

bool vfj_interface_add_port(struct vfj_interface *interface, struct vfj_name port)
{
    if (interface->port_count == VFJ_PORTS_MAX) {
        interface->truncated = true;
        return false;
    }
    interface->ports[interface->port_count++] = port;
    return true;
}

void vfj_interface_add_member(struct vfj_interface *bridge, struct vfj_name member)
{
    static const char *const guests[] = {"tap", "epair", "vnet"};
    if (bridge->port_count < VFJ_PORTS_MAX) {
        bridge->ports[bridge->port_count++] = member;
        return;
    }
    for (size_t i = 0; i < sizeof guests / sizeof guests[0]; i++) {
        if (strncmp(member.text, guests[i], strlen(guests[i])) == 0)
            return;
    }
    bridge->ports[VFJ_PORTS_MAX - 1] = member;
}

void vfj_interface_drop_port(struct vfj_interface *interface, struct vfj_name port)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < interface->port_count; i++) {
        if (!vfj_name_equal(interface->ports[i], port))
            interface->ports[kept++] = interface->ports[i];
    }
    interface->port_count = (uint8_t)kept;
}

bool vfj_kept_route_take_mtu(struct vfj_kept_route *route, struct vfj_span word)
{
    const size_t prefix = sizeof "mtu=" - 1;
    uint64_t number;
    if (!vfj_span_starts(word, "mtu=")
        || !vfj_span_to_u64((struct vfj_span){word.text + prefix, word.length - prefix}, &number)
        || number == 0 || number > UINT16_MAX)
        return false;
    route->mtu = (uint16_t)number;
    return true;
}

const struct vfj_kept_route *vfj_kept_routes_find(const struct vfj_kept_routes *routes,
                                                  const struct vfj_address *destination)
{
    for (unsigned i = 0; i < routes->count; i++) {
        if (strcmp(routes->list[i].destination.text, destination->text) == 0)
            return &routes->list[i];
    }
    return NULL;
}

void vfj_kept_routes_add(struct vfj_kept_routes *routes, const struct vfj_kept_route *route)
{
    unsigned at = routes->count;
    if (vfj_kept_routes_find(routes, &route->destination) != NULL)
        return;
    if (routes->count == VFJ_KEPT_ROUTES_MAX) {
        routes->truncated = true;
        return;
    }
    for (; at > 0 && strcmp(routes->list[at - 1].destination.text, route->destination.text) > 0;
         at--)
        routes->list[at] = routes->list[at - 1];
    routes->list[at] = *route;
    routes->count++;
}

void vfj_kept_routes_add_all(struct vfj_kept_routes *routes, const struct vfj_kept_routes *more)
{
    for (unsigned i = 0; i < more->count; i++)
        vfj_kept_routes_add(routes, &more->list[i]);
}

void vfj_view_add_user(struct vfj_interface *users, const struct vfj_interface *interface)
{
    bool is_user = interface->use == VFJ_USE_VLAN || interface->use == VFJ_USE_BRIDGE;
    if (!is_user || interface->laggproto != VFJ_LAGGPROTO_NONE
        || !vfj_interface_has_port(interface, users->name)
        || (users->port_count > 0 && users->use != interface->use)
        || users->port_count == VFJ_PORTS_MAX)
        return;
    users->use = interface->use;
    users->ports[users->port_count++] = interface->name;
}

void vfj_view_take_users(struct vfj_interface *hn, const struct vfj_interface *users)
{
    if (!hn->exists || users->port_count == 0)
        return;
    hn->use = users->use;
    hn->port_count = users->port_count;
    memcpy(hn->ports, users->ports, sizeof hn->ports);
}

void vfj_view_drop_interface_mtus(struct vfj_view *view)
{
    for (unsigned i = 0; i < view->routes.count; i++) {
        struct vfj_kept_route *route = &view->routes.list[i];
        if (route->mtu >= (route->on_lagg ? view->lagg.mtu : view->hn.mtu))
            route->mtu = 0;
    }
}

struct vfj_name vfj_view_vf(const struct vfj_view *view)
{
    return vfj_name_is_empty(view->vf_name) ? view->rxvf : view->vf_name;
}

static const char *const probe_names[] = {
    [VFJ_PROBE_SYSCTL] = "sysctl", [VFJ_PROBE_IFCONFIG] = "ifconfig",
    [VFJ_PROBE_FILE] = "file",     [VFJ_PROBE_MAP] = "map",
    [VFJ_PROBE_SLOT] = "slot",     [VFJ_PROBE_SNAPSHOT] = "snapshot",
};

/* Makes a key of a prefix and a suffix. The prefix tells interfaces apart: "hn_" for the hn of a
 * view, "if_" for a single interface. */
static void key_join(char key[32], const char *prefix, const char *suffix)
{
    struct vfj_text text = vfj_text_begin(key, 32);
    vfj_text_add(&text, prefix);
    vfj_text_add(&text, suffix);
}

static void add_name(struct vfj_text *text, const char *key, struct vfj_name name)
{
    if (!vfj_name_is_empty(name))
        vfj_kv_add_string(text, key, name.text);
}

static void add_nonzero(struct vfj_text *text, const char *key, uint64_t value)
{
    if (value != 0)
        vfj_kv_add_u64(text, key, value);
}

/* X(flag in the text, member) */
#define INTERFACE_FLAGS(X)      \
    X("exists", exists)         \
    X("up", up)                 \
    X("no_dad", no_dad)         \
    X("rtadv", rtadv)           \
    X("ifdisabled", ifdisabled) \
    X("truncated", truncated)   \
    X("carp", carp)

static void encode_flags(const struct vfj_interface *interface, const char *key,
                         struct vfj_text *text)
{
    char list[96];
    struct vfj_text flags = vfj_text_begin(list, sizeof list);
#define X(name, member)    \
    if (interface->member) \
        vfj_text_add(&flags, "," name);
    INTERFACE_FLAGS(X)
#undef X
    if (flags.length > 0)
        vfj_kv_add_string(text, key, list + 1);
}

static void add_use(struct vfj_text *text, const char *key, uint8_t use)
{
    if (use != VFJ_USE_NONE)
        vfj_kv_add_string(text, key, vfj_use_name((enum vfj_use)use));
}

void vfj_interface_encode(const struct vfj_interface *interface, const char *prefix,
                          struct vfj_text *text)
{
    char key[32];
    key_join(key, prefix, "if");
    add_name(text, key, interface->name);
    key_join(key, prefix, "flags");
    encode_flags(interface, key, text);
    key_join(key, prefix, "link");
    add_nonzero(text, key, interface->link);
    key_join(key, prefix, "mtu");
    add_nonzero(text, key, interface->mtu);
    key_join(key, prefix, "laggproto");
    add_nonzero(text, key, interface->laggproto);
    key_join(key, prefix, "use");
    add_use(text, key, interface->use);
    key_join(key, prefix, "address");
    for (unsigned i = 0; i < interface->address_count; i++)
        vfj_kv_add_string(text, key, interface->addresses[i].text);
    key_join(key, prefix, "port");
    for (unsigned i = 0; i < interface->port_count; i++)
        add_name(text, key, interface->ports[i]);
}

static void encode_transparent(int32_t transparent, struct vfj_text *text)
{
    if (transparent != VFJ_TRANSPARENT_ABSENT)
        vfj_kv_add_i64(text, "transparent", transparent);
}

static void encode_map(const struct vfj_map *map, struct vfj_text *text)
{
    encode_transparent(map->transparent, text);
    add_nonzero(text, "has_list", map->has_list);
    add_nonzero(text, "truncated", map->truncated);
    for (unsigned i = 0; i < map->pair_count; i++) {
        vfj_kv_add_string(text, "vf", map->pairs[i].vf.text);
        add_name(text, "hn", map->pairs[i].hn);
        add_name(text, "unit", map->pairs[i].unit);
    }
}

/* Destination and router of a route, and its MTU. */
enum { ROUTE_WORDS_SIZE = 2 * VFJ_ADDRESS_SIZE + sizeof "mtu=65535" };

static void encode_routes(const struct vfj_kept_routes *routes, struct vfj_text *text)
{
    add_nonzero(text, "routes_truncated", routes->truncated);
    for (unsigned i = 0; i < routes->count; i++) {
        char words[ROUTE_WORDS_SIZE];
        struct vfj_text route = vfj_text_begin(words, sizeof words);
        vfj_text_add_word(&route, vfj_span_of(routes->list[i].destination.text));
        if (routes->list[i].gateway.text[0] != '\0')
            vfj_text_add_word(&route, vfj_span_of(routes->list[i].gateway.text));
        if (routes->list[i].mtu != 0)
            vfj_text_format(&route, " mtu=%u", (unsigned)routes->list[i].mtu);
        vfj_kv_add_string(text, routes->list[i].on_lagg ? "route_on_lagg" : "route", words);
    }
}

static void encode_view(const struct vfj_view *view, struct vfj_text *text)
{
    add_name(text, "hn", view->hn_name);
    encode_transparent(view->transparent, text);
    add_name(text, "vf", view->vf_name);
    add_name(text, "rxvf", view->rxvf);
    add_nonzero(text, "script", view->script);
    if (view->script_refused[0] != '\0')
        vfj_kv_add_string(text, "script_refused", view->script_refused);
    add_nonzero(text, "lease", view->lease);
    add_nonzero(text, "hn_dhclient", view->hn_dhclient);
    add_nonzero(text, "vf_dhclient", view->vf_dhclient);
    add_nonzero(text, "lagg_dhclient", view->lagg_dhclient);
    add_name(text, "hn_lagg", view->hn_lagg);
    add_name(text, "vf_lagg", view->vf_lagg);
    if (view->gateway.text[0] != '\0')
        vfj_kv_add_string(text, "gateway", view->gateway.text);
    add_nonzero(text, "gateway_on_lagg", view->gateway_on_lagg);
    if (view->gateway6.text[0] != '\0')
        vfj_kv_add_string(text, "gateway6", view->gateway6.text);
    add_nonzero(text, "gateway6_on_lagg", view->gateway6_on_lagg);
    encode_routes(&view->routes, text);
    vfj_interface_encode(&view->hn, "hn_", text);
    vfj_interface_encode(&view->vf, "vf_", text);
    vfj_interface_encode(&view->lagg, "lagg_", text);
}

void vfj_observation_encode(const struct vfj_observation *observation, struct vfj_text *text)
{
    vfj_kv_add_u64(text, "command", observation->command);
    vfj_kv_add_string(text, "probe", probe_names[observation->probe]);
    add_nonzero(text, "ok", observation->ok);
    switch ((enum vfj_probe)observation->probe) {
    case VFJ_PROBE_SYSCTL:
        vfj_kv_add_string(text, "value", observation->as.value);
        break;
    case VFJ_PROBE_IFCONFIG:
        vfj_interface_encode(&observation->as.interface, "if_", text);
        break;
    case VFJ_PROBE_FILE:
        add_nonzero(text, "exists", observation->as.file.exists);
        vfj_kv_add_string(text, "text", observation->as.file.text);
        break;
    case VFJ_PROBE_MAP:
        encode_map(&observation->as.map, text);
        break;
    case VFJ_PROBE_SLOT:
        encode_view(&observation->as.view, text);
        break;
    case VFJ_PROBE_SNAPSHOT:
        vfj_hn_snapshot_encode(&observation->as.snapshot, text);
        break;
    }
}

/* Functions that decode a pair. They return true when its value is valid. */

static bool take_u64(const struct vfj_kv *pair, uint64_t limit, uint64_t *value)
{
    return !pair->quoted && vfj_span_to_u64(pair->value, value) && *value <= limit;
}

static bool take_bool(const struct vfj_kv *pair, bool *value)
{
    uint64_t number = 0;
    bool right = take_u64(pair, 1, &number);
    *value = number == 1;
    return right;
}

static bool take_name(const struct vfj_kv *pair, struct vfj_name *name)
{
    return !pair->quoted && vfj_name_parse(pair->value, name);
}

static bool take_use(const struct vfj_kv *pair, uint8_t *use)
{
    for (*use = VFJ_USE_NONE + 1; *use < VFJ_USE_COUNT; (*use)++) {
        if (vfj_span_is(pair->value, vfj_use_name((enum vfj_use) * use)))
            return !pair->quoted;
    }
    return false;
}

static bool take_transparent(const struct vfj_kv *pair, int32_t *transparent)
{
    int64_t value = 0;
    if (pair->quoted || !vfj_span_to_i64(pair->value, &value) || value < INT32_MIN
        || value > INT32_MAX)
        return false;
    *transparent = (int32_t)value;
    return true;
}

static bool take_flags(struct vfj_span list, struct vfj_interface *interface)
{
    while (list.length > 0) {
        struct vfj_span flag = {list.text, 0};
        while (flag.length < list.length && list.text[flag.length] != ',')
            flag.length++;
        size_t used = flag.length < list.length ? flag.length + 1 : flag.length;
        list = (struct vfj_span){list.text + used, list.length - used};
        bool known = false;
#define X(text, member)          \
    if (vfj_span_is(flag, text)) \
        known = interface->member = true;
        INTERFACE_FLAGS(X)
#undef X
        if (!known)
            return false;
    }
    return true;
}

static bool take_address(const struct vfj_kv *pair, struct vfj_interface *interface)
{
    struct vfj_address address;
    return vfj_address_parse(pair->value, &address)
        && vfj_interface_add_address(interface, &address);
}

static bool take_port(const struct vfj_kv *pair, struct vfj_interface *interface)
{
    struct vfj_name port;
    return take_name(pair, &port) && vfj_interface_add_port(interface, port);
}

bool vfj_interface_take(const struct vfj_kv *pair, struct vfj_span key,
                        struct vfj_interface *interface)
{
    uint64_t number = 0;
    bool right = false;
    if (vfj_span_is(key, "if"))
        return take_name(pair, &interface->name);
    if (vfj_span_is(key, "flags"))
        return take_flags(pair->value, interface);
    if (vfj_span_is(key, "address"))
        return take_address(pair, interface);
    if (vfj_span_is(key, "port"))
        return take_port(pair, interface);
    if (vfj_span_is(key, "use"))
        return take_use(pair, &interface->use);
    if (vfj_span_is(key, "mtu")) {
        right = take_u64(pair, UINT32_MAX, &number);
        interface->mtu = (uint32_t)number;
    } else if (vfj_span_is(key, "link")) {
        right = take_u64(pair, VFJ_LINK_DOWN, &number);
        interface->link = (uint8_t)number;
    } else if (vfj_span_is(key, "laggproto")) {
        right = take_u64(pair, VFJ_LAGGPROTO_OTHER, &number);
        interface->laggproto = (uint8_t)number;
    }
    return right;
}

static bool take_unit(const struct vfj_kv *pair, struct vfj_name *unit)
{
    uint64_t number;
    if (!take_u64(pair, VFJ_UNITS_MAX - 1, &number))
        return false;
    *unit = vfj_name_of_number(number);
    return true;
}

static bool take_map(const struct vfj_kv *pair, struct vfj_map *map)
{
    if (vfj_span_is(pair->key, "transparent"))
        return take_transparent(pair, &map->transparent);
    if (vfj_span_is(pair->key, "has_list"))
        return take_bool(pair, &map->has_list);
    if (vfj_span_is(pair->key, "truncated"))
        return take_bool(pair, &map->truncated);
    if (vfj_span_is(pair->key, "vf"))
        return map->pair_count < VFJ_SLOTS_MAX
            && take_name(pair, &map->pairs[map->pair_count++].vf);
    if (vfj_span_is(pair->key, "hn"))
        return map->pair_count > 0 && take_name(pair, &map->pairs[map->pair_count - 1].hn);
    if (vfj_span_is(pair->key, "unit"))
        return map->pair_count > 0 && take_unit(pair, &map->pairs[map->pair_count - 1].unit);
    return false;
}

static bool take_own_script(const struct vfj_kv *pair, uint8_t *script)
{
    uint64_t number = 0;
    bool right = take_u64(pair, VFJ_OWN_SCRIPT_COUNT - 1, &number);
    *script = (uint8_t)number;
    return right;
}

/* Reads the words behind the destination of a route. Rows without an MTU have a router at most. */
static bool take_route_words(struct vfj_span rest, struct vfj_kept_route *route)
{
    struct vfj_span word;
    bool has_word = vfj_span_word(&rest, &word);
    if (has_word && !vfj_span_starts(word, "mtu=")) {
        if (!vfj_address_parse(word, &route->gateway))
            return false;
        has_word = vfj_span_word(&rest, &word);
    }
    return !has_word || (vfj_kept_route_take_mtu(route, word) && !vfj_span_word(&rest, &word));
}

/* Appends a route of a row in the row's order, which a redacted row keeps although its destinations
 * are pseudonyms. Returns false when the row has the destination already, or too many routes. */
static bool append_route(struct vfj_kept_routes *routes, const struct vfj_kept_route *route)
{
    if (routes->count == VFJ_KEPT_ROUTES_MAX
        || vfj_kept_routes_find(routes, &route->destination) != NULL)
        return false;
    routes->list[routes->count++] = *route;
    return true;
}

static bool take_route(const struct vfj_kv *pair, struct vfj_kept_routes *routes)
{
    char words[ROUTE_WORDS_SIZE];
    struct vfj_kept_route route = {.on_lagg = vfj_span_is(pair->key, "route_on_lagg")};
    struct vfj_span rest, word;
    if (!vfj_kv_value(pair, words, sizeof words))
        return false;
    rest = vfj_span_of(words);
    if (!vfj_span_word(&rest, &word) || !vfj_address_parse(word, &route.destination)
        || !take_route_words(rest, &route))
        return false;
    return append_route(routes, &route);
}

static bool take_view(const struct vfj_kv *pair, struct vfj_view *view)
{
    if (vfj_span_is(pair->key, "hn"))
        return take_name(pair, &view->hn_name);
    if (vfj_span_is(pair->key, "vf"))
        return take_name(pair, &view->vf_name);
    if (vfj_span_is(pair->key, "rxvf"))
        return take_name(pair, &view->rxvf);
    if (vfj_span_is(pair->key, "hn_lagg"))
        return take_name(pair, &view->hn_lagg);
    if (vfj_span_is(pair->key, "vf_lagg"))
        return take_name(pair, &view->vf_lagg);
    if (vfj_span_is(pair->key, "lease"))
        return take_bool(pair, &view->lease);
    if (vfj_span_is(pair->key, "gateway_on_lagg"))
        return take_bool(pair, &view->gateway_on_lagg);
    if (vfj_span_is(pair->key, "gateway6_on_lagg"))
        return take_bool(pair, &view->gateway6_on_lagg);
    if (vfj_span_is(pair->key, "route") || vfj_span_is(pair->key, "route_on_lagg"))
        return take_route(pair, &view->routes);
    if (vfj_span_is(pair->key, "routes_truncated"))
        return take_bool(pair, &view->routes.truncated);
    if (vfj_span_is(pair->key, "transparent"))
        return take_transparent(pair, &view->transparent);
    if (vfj_span_is(pair->key, "script"))
        return take_own_script(pair, &view->script);
    if (vfj_span_is(pair->key, "script_refused"))
        return vfj_kv_value(pair, view->script_refused, sizeof view->script_refused);
    if (vfj_span_is(pair->key, "hn_dhclient"))
        return take_u64(pair, INT32_MAX, &view->hn_dhclient);
    if (vfj_span_is(pair->key, "vf_dhclient"))
        return take_u64(pair, INT32_MAX, &view->vf_dhclient);
    if (vfj_span_is(pair->key, "lagg_dhclient"))
        return take_u64(pair, INT32_MAX, &view->lagg_dhclient);
    if (vfj_span_is(pair->key, "gateway"))
        return vfj_address_parse(pair->value, &view->gateway);
    if (vfj_span_is(pair->key, "gateway6"))
        return vfj_address_parse(pair->value, &view->gateway6);
    const struct {
        const char *prefix;
        struct vfj_interface *interface;
    } interfaces[] = {{"hn_", &view->hn}, {"vf_", &view->vf}, {"lagg_", &view->lagg}};
    for (size_t i = 0; i < sizeof interfaces / sizeof interfaces[0]; i++) {
        size_t length = strlen(interfaces[i].prefix);
        if (vfj_span_starts(pair->key, interfaces[i].prefix))
            return vfj_interface_take(
                pair, (struct vfj_span){pair->key.text + length, pair->key.length - length},
                interfaces[i].interface);
    }
    return false;
}

static bool take_pair(const struct vfj_kv *pair, struct vfj_observation *observation)
{
    switch ((enum vfj_probe)observation->probe) {
    case VFJ_PROBE_SYSCTL:
        return vfj_span_is(pair->key, "value")
            && vfj_kv_value(pair, observation->as.value, sizeof observation->as.value);
    case VFJ_PROBE_IFCONFIG:
        return vfj_span_starts(pair->key, "if_")
            && vfj_interface_take(pair, (struct vfj_span){pair->key.text + 3, pair->key.length - 3},
                                  &observation->as.interface);
    case VFJ_PROBE_FILE:
        if (vfj_span_is(pair->key, "exists"))
            return take_bool(pair, &observation->as.file.exists);
        return vfj_span_is(pair->key, "text")
            && vfj_kv_value(pair, observation->as.file.text, sizeof observation->as.file.text);
    case VFJ_PROBE_MAP:
        return take_map(pair, &observation->as.map);
    case VFJ_PROBE_SLOT:
        return take_view(pair, &observation->as.view);
    case VFJ_PROBE_SNAPSHOT:
        return vfj_hn_snapshot_take(pair, &observation->as.snapshot);
    }
    VFJ_CHECK(false);
}

static bool take_probe(const struct vfj_kv *pair, struct vfj_observation *observation)
{
    for (size_t i = 0; i < sizeof probe_names / sizeof probe_names[0]; i++) {
        if (vfj_span_is(pair->value, probe_names[i])) {
            observation->probe = (uint8_t)i;
            return true;
        }
    }
    return false;
}

enum vfj_status vfj_observation_decode(struct vfj_span body, struct vfj_observation *observation)
{
    struct vfj_kv pair;
    memset(observation, 0, sizeof *observation);
    if (vfj_kv_next(&body, &pair) != VFJ_KV_PAIR || !vfj_span_is(pair.key, "command")
        || !take_u64(&pair, UINT64_MAX, &observation->command))
        return VFJ_BAD_BODY;
    if (vfj_kv_next(&body, &pair) != VFJ_KV_PAIR || !vfj_span_is(pair.key, "probe")
        || !take_probe(&pair, observation))
        return VFJ_BAD_BODY;
    if (observation->probe == VFJ_PROBE_MAP)
        observation->as.map.transparent = VFJ_TRANSPARENT_ABSENT;
    if (observation->probe == VFJ_PROBE_SLOT)
        observation->as.view.transparent = VFJ_TRANSPARENT_ABSENT;
    if (observation->probe == VFJ_PROBE_SNAPSHOT)
        vfj_hn_snapshot_init(&observation->as.snapshot);

    enum vfj_kv_result result;
    while ((result = vfj_kv_next(&body, &pair)) == VFJ_KV_PAIR) {
        bool right = vfj_span_is(pair.key, "ok") ? take_bool(&pair, &observation->ok)
                                                 : take_pair(&pair, observation);
        if (!right)
            return VFJ_BAD_BODY;
    }
    return result == VFJ_KV_END ? VFJ_OK : VFJ_BAD_BODY;
}
