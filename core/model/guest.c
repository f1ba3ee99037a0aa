/* The network interfaces in the guest model. */
#include "core/model/guest.h"

#include <string.h>

void vfj_guest_init(struct vfj_guest *guest)
{
    memset(guest, 0, sizeof *guest);
    guest->pid_last = 10000;
}

struct vfj_guest_if *vfj_guest_find(struct vfj_guest *guest, struct vfj_name name)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists && vfj_name_equal(guest->ifs[i].facts.name, name))
            return &guest->ifs[i];
    }
    return NULL;
}

/* Returns an unused entry, or NULL when all are in use. An entry stays in use after its
 * interface was removed, if a boot restores that interface. */
static struct vfj_guest_if *free_place(struct vfj_guest *guest)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (!guest->ifs[i].facts.exists && !guest->ifs[i].told.exists)
            return &guest->ifs[i];
    }
    return guest->if_count < VFJ_GUEST_IFS_MAX ? &guest->ifs[guest->if_count++] : NULL;
}

static struct vfj_guest_if *find_told(struct vfj_guest *guest, struct vfj_name name)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (!guest->ifs[i].facts.exists && guest->ifs[i].told.exists
            && vfj_name_equal(guest->ifs[i].told.name, name))
            return &guest->ifs[i];
    }
    return NULL;
}

/* Returns the unit of an hn interface: N when its name is hnN, otherwise the lowest unit that no
 * other hn interface has. */
static struct vfj_name unit_of(const struct vfj_guest *guest, struct vfj_name hn)
{
    if (vfj_name_has_driver(hn, "hn"))
        return vfj_name_digits(hn);
    for (uint64_t number = 0;; number++) {
        struct vfj_name unit = {{0}};
        struct vfj_text text = vfj_text_begin(unit.text, sizeof unit.text);
        bool taken = false;
        vfj_text_add_u64(&text, number);
        for (unsigned i = 0; i < guest->if_count; i++)
            taken |= vfj_name_equal(guest->ifs[i].unit, unit);
        if (!taken)
            return unit;
    }
}

struct vfj_guest_if *vfj_guest_open(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_if *place = vfj_guest_find(guest, name);
    if (place != NULL)
        return place;
    place = find_told(guest, name);
    if (place == NULL && (place = free_place(guest)) == NULL)
        return NULL;
    struct vfj_interface told = place->told;
    struct vfj_address told_gateway = place->told_gateway, told_gateway6 = place->told_gateway6;
    uint64_t told_dhclient = place->told_dhclient;
    memset(place, 0, sizeof *place);
    place->told = told;
    place->told_dhclient = told_dhclient;
    place->told_gateway = told_gateway;
    place->told_gateway6 = told_gateway6;
    place->facts.name = name;
    place->facts.exists = true;
    place->facts.mtu = 1500;
    place->counters = vfj_counters_unknown();
    /* nd6_ifattach() sets this flag (sys/netinet6/nd6.c); rc(8) clears it when it configures the
     * interface */
    place->facts.ifdisabled = true;
    if (vfj_name_has_driver(name, "hn"))
        place->unit = unit_of(guest, name);
    return place;
}

void vfj_guest_set_default(struct vfj_guest *guest, const struct vfj_guest_if *interface,
                           const struct vfj_address *gateway)
{
    if (gateway->text[0] != '\0') {
        guest->default_if = interface->facts.name;
        guest->default_gateway = *gateway;
    } else if (vfj_name_equal(guest->default_if, interface->facts.name)) {
        guest->default_if = (struct vfj_name){{0}};
    }
}

void vfj_guest_add_route(struct vfj_guest_routes *routes, const struct vfj_guest_route *route)
{
    if (routes->count < VFJ_GUEST_ROUTES_MAX)
        routes->list[routes->count++] = *route;
}

struct vfj_guest_route *vfj_guest_find_route(struct vfj_guest *guest,
                                             const struct vfj_address *destination)
{
    for (unsigned i = 0; i < guest->routes.count; i++) {
        if (strcmp(guest->routes.list[i].destination.text, destination->text) == 0)
            return &guest->routes.list[i];
    }
    return NULL;
}

static void delete_routes(struct vfj_guest_routes *routes, struct vfj_name interface,
                          bool with_inet6)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < routes->count; i++) {
        bool is_inet6 = vfj_address_is_inet6(&routes->list[i].destination);
        if (!vfj_name_equal(routes->list[i].interface, interface) || (is_inet6 && !with_inet6))
            routes->list[kept++] = routes->list[i];
    }
    routes->count = kept;
}

void vfj_guest_purge_routes(struct vfj_guest_routes *routes, struct vfj_name interface)
{
    delete_routes(routes, interface, true);
}

void vfj_guest_drop_routes(struct vfj_guest *guest, struct vfj_name interface)
{
    delete_routes(&guest->routes, interface, false);
    if (vfj_name_equal(guest->default_if, interface))
        guest->default_if = (struct vfj_name){{0}};
}

struct vfj_guest_if *vfj_guest_default6(struct vfj_guest *guest)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists && guest->ifs[i].gateway6.text[0] != '\0')
            return &guest->ifs[i];
    }
    return NULL;
}

void vfj_guest_set_default6(struct vfj_guest *guest, struct vfj_guest_if *interface,
                            const struct vfj_address *gateway)
{
    struct vfj_guest_if *before;
    struct vfj_address to = *gateway;
    while ((before = vfj_guest_default6(guest)) != NULL)
        memset(&before->gateway6, 0, sizeof before->gateway6);
    interface->gateway6 = to;
}

struct vfj_guest_if *vfj_guest_lagg_of(struct vfj_guest *guest, struct vfj_name port)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        const struct vfj_interface *facts = &guest->ifs[i].facts;
        if (facts->exists && facts->laggproto != VFJ_LAGGPROTO_NONE
            && vfj_interface_has_port(facts, port))
            return &guest->ifs[i];
    }
    return NULL;
}

static const struct vfj_guest_if *find_const(const struct vfj_guest *guest, struct vfj_name name)
{
    return vfj_guest_find((struct vfj_guest *)guest, name);
}

static bool has_own_link(const struct vfj_guest *guest, const struct vfj_guest_if *interface)
{
    const struct vfj_guest_if *vf = find_const(guest, interface->rxvf);
    if (vf != NULL)
        return !vf->facts.up;
    return interface->facts.link != VFJ_LINK_DOWN;
}

bool vfj_guest_has_link(const struct vfj_guest *guest, const struct vfj_guest_if *interface)
{
    if (interface->facts.laggproto == VFJ_LAGGPROTO_NONE)
        return has_own_link(guest, interface);
    for (unsigned i = 0; i < interface->facts.port_count; i++) {
        const struct vfj_guest_if *port = find_const(guest, interface->facts.ports[i]);
        if (port != NULL && port->facts.up && has_own_link(guest, port))
            return true;
    }
    return false;
}

/* Removes an interface. Also removes it from its lagg or bridge, as lagg(4) and if_bridge(4) do.
 * A VLAN on the interface loses its parent. */
void vfj_guest_remove(struct vfj_guest *guest, struct vfj_name name)
{
    struct vfj_guest_if *gone = vfj_guest_find(guest, name);
    if (gone != NULL) {
        gone->facts.exists = false;
        gone->dhclient = 0;
        memset(&gone->gateway6, 0, sizeof gone->gateway6);
    }
    vfj_guest_drop_routes(guest, name);
    vfj_guest_purge_routes(&guest->routes, name);
    for (unsigned i = 0; i < guest->if_count; i++) {
        vfj_interface_drop_port(&guest->ifs[i].facts, name);
        if (!vfj_name_equal(guest->ifs[i].rxvf, name))
            continue;
        guest->ifs[i].rxvf = (struct vfj_name){{0}};
        guest->ifs[i].facts.link = VFJ_LINK_UP; /* hn no longer hides its own link */
    }
}

void vfj_guest_know_hn(struct vfj_guest *guest, struct vfj_name name)
{
    if (vfj_guest_find(guest, name) != NULL)
        return;
    struct vfj_guest_if *hn = vfj_guest_open(guest, name);
    if (hn == NULL)
        return;
    hn->facts.up = true;
    hn->facts.link = VFJ_LINK_UP;
    if (vfj_name_is_empty(hn->unit))
        hn->unit = unit_of(guest, name);
    hn->told = hn->facts;
}

void vfj_guest_boot(struct vfj_guest *guest)
{
    guest->default_if = (struct vfj_name){{0}};
    guest->routes = guest->told_routes;
    for (unsigned i = 0; i < guest->if_count; i++) {
        struct vfj_guest_if *interface = &guest->ifs[i];
        interface->facts = interface->told;
        interface->dhclient = interface->told_dhclient;
        interface->gateway6 = interface->told_gateway6;
        interface->rxvf = (struct vfj_name){{0}};
        if (interface->facts.exists && interface->told_gateway.text[0] != '\0')
            vfj_guest_set_default(guest, interface, &interface->told_gateway);
    }
    for (unsigned i = 0; i < guest->vf_count; i++) {
        guest->vfs[i].mapped = false;
        guest->vfs[i].attachment = VFJ_GUEST_UNKNOWN;
        vfj_guest_remove(guest, guest->vfs[i].vf);
    }
}
