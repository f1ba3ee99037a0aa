#include "tests/kit/network.h"

#include <stdio.h>
#include <string.h>

struct kit_network_interface *kit_network_add(struct kit_network *network, const char *name)
{
    if (network->count == KIT_NETWORK_INTERFACES)
        return NULL;
    struct kit_network_interface *interface = &network->interfaces[network->count++];
    *interface = (struct kit_network_interface){.has_carrier = true};
    snprintf(interface->name, sizeof interface->name, "%s", name);
    return interface;
}

void kit_network_add_address(struct kit_network_interface *interface, const char *address)
{
    if (interface->address_count < KIT_NETWORK_ADDRESSES)
        snprintf(interface->addresses[interface->address_count++], KIT_NETWORK_ADDRESS, "%s",
                 address);
}

void kit_network_add_member(struct kit_network_interface *interface, const char *member)
{
    if (interface->member_count < KIT_NETWORK_MEMBERS)
        snprintf(interface->members[interface->member_count++], KIT_NETWORK_NAME, "%s", member);
}

void kit_network_add_route(struct kit_network *network, const char *destination,
                           const char *interface)
{
    if (network->route_count == KIT_NETWORK_ROUTES)
        return;
    struct kit_network_route *route = &network->routes[network->route_count++];
    snprintf(route->destination, sizeof route->destination, "%s", destination);
    snprintf(route->interface, sizeof route->interface, "%s", interface);
}

static const struct kit_network_interface *find(const struct kit_network *network, const char *name)
{
    for (unsigned i = 0; i < network->count && name[0] != '\0'; i++) {
        if (strcmp(network->interfaces[i].name, name) == 0)
            return &network->interfaces[i];
    }
    return NULL;
}

static bool has_member(const struct kit_network_interface *interface, const char *name)
{
    for (unsigned i = 0; i < interface->member_count; i++) {
        if (strcmp(interface->members[i], name) == 0)
            return true;
    }
    return false;
}

static const struct kit_network_interface *user_of(const struct kit_network *network,
                                                   const char *name, enum kit_network_kind kind)
{
    for (unsigned i = 0; i < network->count; i++) {
        if (network->interfaces[i].kind == kind && has_member(&network->interfaces[i], name))
            return &network->interfaces[i];
    }
    return NULL;
}

static bool has_address(const struct kit_network_interface *interface, const char *address)
{
    for (unsigned i = 0; i < interface->address_count; i++) {
        if (strcmp(interface->addresses[i], address) == 0)
            return true;
    }
    return false;
}

/* Returns true when the interface has a carrier. An hn has none while its VF has the data path. */
static bool has_carrier(const struct kit_network_interface *interface)
{
    return interface->has_carrier && interface->data_path[0] == '\0';
}

/* Returns the active port of a failover lagg, or NULL. lagg(4) says: "Sends traffic only through
 * the active port. If the master port becomes unavailable, the next active port is used. The first
 * interface added is the master port". */
static const struct kit_network_interface *active_port(const struct kit_network *network,
                                                       const struct kit_network_interface *lagg)
{
    for (unsigned i = 0; i < lagg->member_count; i++) {
        const struct kit_network_interface *port = find(network, lagg->members[i]);
        if (port != NULL && port->up && has_carrier(port))
            return port;
    }
    return NULL;
}

/* Returns the interface that accepts frames which arrive at `first`: `first` itself or, when it is
 * a port, its lagg. When no interface does, returns NULL and fills in `why`. lagg(4) says:
 * "received traffic is only accepted when they are received through the active port". */
static const struct kit_network_interface *end_of_frames(const struct kit_network *network,
                                                         const struct kit_network_interface *first,
                                                         const char **why)
{
    const struct kit_network_interface *lagg = user_of(network, first->name, KIT_NETWORK_LAGG);
    if (user_of(network, first->name, KIT_NETWORK_OTHER_LAGG) != NULL) {
        *why = "frames go to a lagg of another protocol";
    } else if (!first->up || !has_carrier(first)) {
        *why = "the interface that frames come to is down or has no carrier";
    } else if (lagg == NULL) {
        return first;
    } else if (!lagg->up) {
        *why = "the lagg is down";
    } else if (active_port(network, lagg) != first) {
        *why = "frames come to a port that is not the active one";
    } else {
        return lagg;
    }
    return NULL;
}

/* Returns the interface that accepts the frames that the host sends to this hn's NIC. When no
 * interface does, returns NULL and fills in `why`. */
static const struct kit_network_interface *end_of_nic(const struct kit_network *network,
                                                      const struct kit_network_interface *hn,
                                                      const char **why)
{
    const struct kit_network_interface *vf = find(network, hn->data_path);
    if (hn->data_path[0] != '\0' && vf == NULL) {
        *why = "the data path leads to a VF that is not there";
        return NULL;
    }
    return end_of_frames(network, vf != NULL ? vf : hn, why);
}

/* Returns true when `interface` receives the frames that `end` accepts. It does if it is `end`
 * itself, a VLAN on `end`, or a bridge with `end` as a member. */
static bool takes(const struct kit_network_interface *interface,
                  const struct kit_network_interface *end)
{
    if (interface == end)
        return true;
    return (interface->kind == KIT_NETWORK_VLAN || interface->kind == KIT_NETWORK_BRIDGE)
        && has_member(interface, end->name);
}

/* Returns true when frames of any NIC arrive at the interface and the interface is up. Otherwise
 * fills in `why`. */
static bool is_reached(const struct kit_network *network,
                       const struct kit_network_interface *interface, const char **why)
{
    *why = "no frames of a NIC come to the interface";
    if (!interface->up) {
        *why = "the interface is down";
        return false;
    }
    for (unsigned i = 0; i < network->count; i++) {
        const struct kit_network_interface *nic = &network->interfaces[i];
        const struct kit_network_interface *end
            = nic->is_nic ? end_of_nic(network, nic, why) : NULL;
        if (end != NULL && takes(interface, end))
            return true;
    }
    return false;
}

/* Returns NULL, too, when two interfaces that are up have the address. The kernel then routes the
 * subnet through the interface that had the address first, and sends replies there. */
const struct kit_network_interface *kit_network_answers(const struct kit_network *network,
                                                        const char *address, const char **why)
{
    const struct kit_network_interface *owner = NULL;
    *why = "no interface has the address";
    for (unsigned i = 0; i < network->count; i++) {
        const struct kit_network_interface *interface = &network->interfaces[i];
        if (!has_address(interface, address) || (owner != NULL && !interface->up))
            continue;
        if (owner != NULL && owner->up) {
            *why = "two interfaces have the address";
            return NULL;
        }
        owner = interface;
    }
    return owner != NULL && is_reached(network, owner, why) ? owner : NULL;
}

static bool leads_out(const struct kit_network *network, const char *name)
{
    const char *why;
    const struct kit_network_interface *interface = find(network, name);
    return interface != NULL && is_reached(network, interface, &why);
}

bool kit_network_has_route(const struct kit_network *network, const char *destination)
{
    for (unsigned i = 0; i < network->route_count; i++) {
        if (strcmp(network->routes[i].destination, destination) == 0)
            return leads_out(network, network->routes[i].interface);
    }
    return false;
}

bool kit_network_has_default_route(const struct kit_network *network, bool inet6)
{
    return leads_out(network, inet6 ? network->default_route6 : network->default_route);
}
