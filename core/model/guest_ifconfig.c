/* The guest model's ifconfig(8), for the machine's commands and the words of rc.conf. */
#include <string.h>

#include "core/model/guest.h"

/* One run of ifconfig: the words, the position of the next word, and the exit status. */
struct call {
    struct vfj_guest *guest;
    struct vfj_guest_if *interface;
    const struct vfj_argv *argv;
    unsigned at;
    int32_t status;
    struct vfj_text *output;
};

static const char *next(struct call *call)
{
    return call->at < call->argv->count ? call->argv->words[call->at++] : "";
}

static bool next_is(struct call *call, const char *word)
{
    if (call->at >= call->argv->count || strcmp(call->argv->words[call->at], word) != 0)
        return false;
    call->at++;
    return true;
}

static void complain(struct call *call, const char *what)
{
    if (call->output->length > 0)
        vfj_text_add(call->output, "; ");
    vfj_text_add(call->output, "ifconfig: ");
    vfj_text_add(call->output, what);
    call->status = 1;
}

static void complain_port(struct call *call, const char *port, const char *why)
{
    char message[96];
    struct vfj_text text = vfj_text_begin(message, sizeof message);
    vfj_text_add(&text, call->interface->facts.name.text);
    vfj_text_add_char(&text, ' ');
    vfj_text_add(&text, port);
    vfj_text_add(&text, ": SIOCSLAGGPORT: ");
    vfj_text_add(&text, why);
    complain(call, message);
}

/* The messages in this file are those of FreeBSD 13.2. */
/* Removes the IPv6 addresses of a new port. lagg(4) does so when the port has a link-local address
 * (sys/net/if_lagg.c), and every interface with IPv6 has one. */
static void detach_inet6(struct vfj_interface *port)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < port->address_count; i++) {
        if (!vfj_address_is_inet6(&port->addresses[i]))
            port->addresses[kept++] = port->addresses[i];
    }
    port->address_count = (uint8_t)kept;
}

static void add_port(struct call *call)
{
    const char *word = next(call);
    struct vfj_name name;
    struct vfj_interface *lagg = &call->interface->facts;
    struct vfj_guest_if *port
        = vfj_name_parse(vfj_span_of(word), &name) ? vfj_guest_find(call->guest, name) : NULL;
    struct vfj_guest_if *holder = vfj_guest_lagg_of(call->guest, name);
    if (port == NULL || port == call->interface || lagg->laggproto == VFJ_LAGGPROTO_NONE) {
        complain_port(call, word, "Invalid argument");
    } else if (holder == call->interface) {
        return;
    } else if (holder != NULL) {
        complain_port(call, word, "Device busy");
    } else if (!vfj_interface_add_port(lagg, name)) {
        complain_port(call, word, "No space left on device");
    } else {
        if (lagg->port_count == 1)
            lagg->mtu = port->facts.mtu;
        port->facts.mtu = lagg->mtu;
        detach_inet6(&port->facts);
    }
}

static void remove_port(struct call *call)
{
    const char *word = next(call);
    struct vfj_name name;
    if (!vfj_name_parse(vfj_span_of(word), &name) || vfj_guest_find(call->guest, name) == NULL)
        complain(call, "SIOCSLAGGDELPORT: Invalid argument");
    else if (!vfj_interface_has_port(&call->interface->facts, name))
        complain(call, "SIOCSLAGGDELPORT: No such file or directory");
    else
        vfj_interface_drop_port(&call->interface->facts, name);
}

static void delete_address(struct call *call, unsigned index)
{
    struct vfj_interface *facts = &call->interface->facts;
    bool inet_left = false;
    facts->address_count--;
    memmove(&facts->addresses[index], &facts->addresses[index + 1],
            (facts->address_count - index) * sizeof facts->addresses[0]);
    for (unsigned i = 0; i < facts->address_count; i++)
        inet_left |= !vfj_address_is_inet6(&facts->addresses[i]);
    if (!inet_left)
        vfj_guest_drop_routes(call->guest, facts->name);
}

/* Removes an address. An empty `address` stands for the first address of the family. */
static void remove_address(struct call *call, const char *address, bool inet6)
{
    const struct vfj_interface *facts = &call->interface->facts;
    size_t length = strcspn(address, "/");
    for (unsigned i = 0; i < facts->address_count; i++) {
        const char *have = facts->addresses[i].text;
        if (vfj_address_is_inet6(&facts->addresses[i]) != inet6)
            continue;
        if (length == 0
            || (strncmp(have, address, length) == 0
                && (have[length] == '/' || have[length] == '\0'))) {
            delete_address(call, i);
            return;
        }
    }
    complain(call, "ioctl (SIOCDIFADDR): Can't assign requested address");
}

/* Returns the length of a netmask. An invalid netmask counts as 32 bits. */
static unsigned netmask_bits(const char *mask)
{
    unsigned bits;
    return vfj_address_mask_bits(vfj_span_of(mask), &bits) ? bits : 32;
}

static void add_address(struct call *call, const char *word, const char *netmask, bool alias)
{
    struct vfj_interface *facts = &call->interface->facts;
    struct vfj_address address;
    char whole[VFJ_ADDRESS_SIZE + 8];
    struct vfj_text text = vfj_text_begin(whole, sizeof whole);
    vfj_text_add(&text, word);
    if (netmask != NULL) {
        vfj_text_add_char(&text, '/');
        vfj_text_add_u64(&text, netmask_bits(netmask));
    }
    if (!vfj_address_parse(vfj_span_of(whole), &address)) {
        complain(call, "bad value");
        return;
    }
    bool inet6 = vfj_address_is_inet6(&address);
    facts->ifdisabled &= !inet6; /* an IPv6 address enables IPv6 (in6_control()) */
    /* the first IPv4 address of an Ethernet interface ups it (ether_ioctl()) */
    facts->up |= !inet6;
    for (unsigned i = 0; i < facts->address_count; i++) {
        if (strcmp(facts->addresses[i].text, address.text) == 0)
            return;
        if (!inet6 && !alias && !vfj_address_is_inet6(&facts->addresses[i])) {
            /* without `alias`, the address replaces the primary address */
            facts->addresses[i] = address;
            return;
        }
    }
    vfj_interface_add_address(facts, &address);
}

/* Reads an nd6 option. A minus sign clears the option. Some options change nothing in the model. */
static bool nd6_option(struct call *call)
{
    struct vfj_interface *facts = &call->interface->facts;
    bool ignored;
    const struct {
        const char *on, *off;
        bool *option;
    } words[] = {
        {"no_dad", "-no_dad", &facts->no_dad},
        {"accept_rtadv", "-accept_rtadv", &facts->rtadv},
        {"ifdisabled", "-ifdisabled", &facts->ifdisabled},
        {"auto_linklocal", "-auto_linklocal", &ignored},
        {"no_radr", "-no_radr", &ignored},
    };
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        bool on = next_is(call, words[i].on);
        if (on || next_is(call, words[i].off)) {
            *words[i].option = on;
            return true;
        }
    }
    return false;
}

/* Reads a word of carp(4) and its operand. Marks the interface's address as shared. */
static bool carp_word(struct call *call)
{
    static const char *const words[] = {"vhid", "advskew", "advbase", "pass", "state"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (!next_is(call, words[i]))
            continue;
        call->interface->facts.carp = true;
        next(call);
        return true;
    }
    return false;
}

static void inet(struct call *call, bool inet6)
{
    const char *netmask = NULL;
    bool alias = inet6, options = false;
    while (inet6 && nd6_option(call))
        options = true;
    if (options)
        return;
    if (next_is(call, "-alias")) {
        remove_address(call, "", inet6);
        return;
    }
    while (carp_word(call))
        continue;
    const char *address = next(call);
    char prefixed[VFJ_ADDRESS_SIZE + 8];
    for (;;) {
        if (next_is(call, "netmask")) {
            netmask = next(call);
        } else if (next_is(call, "prefixlen")) {
            struct vfj_text text = vfj_text_begin(prefixed, sizeof prefixed);
            vfj_text_add(&text, address);
            vfj_text_add_char(&text, '/');
            vfj_text_add(&text, next(call));
            address = prefixed;
        } else if (next_is(call, "broadcast")) {
            next(call);
        } else if (carp_word(call)) {
            continue;
        } else if (next_is(call, "alias") || next_is(call, "add")) {
            alias = true;
        } else if (next_is(call, "delete") || next_is(call, "-alias")) {
            remove_address(call, address, inet6);
            return;
        } else {
            break;
        }
    }
    add_address(call, address, netmask, alias);
}

static void laggproto(struct call *call)
{
    struct vfj_interface *facts = &call->interface->facts;
    const char *proto = next(call);
    if (facts->laggproto == VFJ_LAGGPROTO_NONE)
        complain(call, "SIOCSLAGG: Operation not supported by device");
    else
        facts->laggproto
            = strcmp(proto, "failover") == 0 ? VFJ_LAGGPROTO_FAILOVER : VFJ_LAGGPROTO_OTHER;
}

static void mtu(struct call *call)
{
    uint64_t value = 0;
    if (!vfj_span_to_u64(vfj_span_of(next(call)), &value) || value > 65535
        || vfj_guest_lagg_of(call->guest, call->interface->facts.name) != NULL) {
        complain(call, "ioctl SIOCSIFMTU (set mtu): Invalid argument");
        return;
    }
    call->interface->facts.mtu = (uint32_t)value;
    for (unsigned i = 0; i < call->interface->facts.port_count; i++) {
        struct vfj_guest_if *port = vfj_guest_find(call->guest, call->interface->facts.ports[i]);
        if (port != NULL)
            port->facts.mtu = (uint32_t)value;
    }
}

/* Reads one keyword with its operands. Skips a keyword that changes nothing in the model. */
static void keyword(struct call *call)
{
    if (next_is(call, "up") || next_is(call, "down"))
        call->interface->facts.up = strcmp(call->argv->words[call->at - 1], "up") == 0;
    else if (next_is(call, "laggproto"))
        laggproto(call);
    else if (next_is(call, "laggport"))
        add_port(call);
    else if (next_is(call, "-laggport"))
        remove_port(call);
    else if (next_is(call, "inet"))
        inet(call, false);
    else if (next_is(call, "inet6"))
        inet(call, true);
    else if (next_is(call, "-alias"))
        remove_address(call, "", false);
    else if (next_is(call, "mtu"))
        mtu(call);
    else
        next(call);
}

static void create(struct call *call, struct vfj_name name)
{
    struct vfj_guest_if *made = vfj_guest_open(call->guest, name);
    if (made == NULL) {
        complain(call, "SIOCIFCREATE2: Cannot allocate memory");
        return;
    }
    made->facts.laggproto
        = vfj_name_has_driver(name, "lagg") ? VFJ_LAGGPROTO_FAILOVER : VFJ_LAGGPROTO_NONE;
    made->made = true;
}

int32_t vfj_guest_ifconfig(struct vfj_guest *guest, const struct vfj_argv *argv,
                           struct vfj_text *output)
{
    struct call call = {.guest = guest, .argv = argv, .at = 1, .output = output};
    struct vfj_name name;
    const char *word = next(&call);
    bool valid = vfj_name_parse(vfj_span_of(word), &name);
    call.interface = valid ? vfj_guest_find(guest, name) : NULL;
    if (next_is(&call, "create")) {
        if (call.interface != NULL)
            complain(&call, "interface already exists");
        else if (valid)
            create(&call, name);
        return call.status;
    }
    if (call.interface == NULL) {
        complain(&call, "interface does not exist");
        return call.status;
    }
    while (call.at < argv->count)
        keyword(&call);
    return call.status;
}
