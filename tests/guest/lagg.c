/* lagg(4), after sys/net/if_lagg.c. Failover mode is simulated completely. The other protocols only
 * change names and port flags. */
#include "tests/guest/net.h"

#include "tests/guest/text.h"

#include <errno.h>
#include <string.h>

static const char no_mac[] = "00:00:00:00:00:00";

static void remove_inet6(struct guest_if *ifp)
{
    for (size_t i = 0; i < ifp->inet6_count; i++) {
        if (strncmp(ifp->inet6[i].address, "fe80:", 5) == 0) {
            ifp->inet6_count = 0;
        }
    }
}

static int refusal(struct guest_state *state, const struct guest_if *lagg, const char *name)
{
    const struct guest_if *port = guest_if_find(state, name);

    if (port == NULL || lagg->kind != GUEST_LAGG || port->kind == GUEST_LAGG) {
        return EINVAL;
    }
    if (port->kind == GUEST_LO) {
        return EPROTONOSUPPORT;
    }
    if (port->lagg[0] != '\0') {
        return strcmp(port->lagg, lagg->name) == 0 ? EEXIST : EBUSY;
    }
    if (lagg->port_count == GUEST_PORTS_MAX) {
        return ENOSPC;
    }
    return lagg->port_count > 0 && lagg->mtu > port->max_mtu ? EINVAL : 0;
}

int guest_lagg_join(struct guest_state *state, struct guest_if *lagg, const char *name)
{
    struct guest_if *port = guest_if_find(state, name);
    int error = refusal(state, lagg, name);

    if (error != 0) {
        return error;
    }
    struct guest_port *slot = &lagg->ports[lagg->port_count++];
    guest_copy(slot->name, sizeof slot->name, name);
    guest_copy(slot->mac, sizeof slot->mac, port->mac);
    slot->mtu = port->mtu;
    if (lagg->port_count == 1) {
        lagg->mtu = port->mtu;
        guest_copy(lagg->mac, sizeof lagg->mac, port->mac);
        guest_copy(lagg->own_mac, sizeof lagg->own_mac, port->mac);
    }
    port->mtu = lagg->mtu;
    guest_copy(port->mac, sizeof port->mac, lagg->mac);
    guest_copy(port->lagg, sizeof port->lagg, lagg->name);
    remove_inet6(port);
    guest_lagg_link(state, lagg);
    return 0;
}

/* Handles that the first port left: the lagg gets the MAC of the next port and sets this MAC on all
 * its ports. */
static void new_primary(struct guest_state *state, struct guest_if *lagg)
{
    guest_copy(lagg->mac, sizeof lagg->mac, lagg->port_count == 0 ? no_mac : lagg->ports[0].mac);
    guest_copy(lagg->own_mac, sizeof lagg->own_mac, lagg->mac);
    for (size_t i = 0; i < lagg->port_count; i++) {
        struct guest_if *port = guest_if_find(state, lagg->ports[i].name);
        guest_copy(port->mac, sizeof port->mac, lagg->mac);
    }
}

static void release(struct guest_state *state, struct guest_if *lagg, size_t at)
{
    struct guest_if *port = guest_if_find(state, lagg->ports[at].name);

    port->mtu = lagg->ports[at].mtu;
    guest_copy(port->mac, sizeof port->mac, lagg->ports[at].mac);
    port->lagg[0] = '\0';
    memmove(&lagg->ports[at], &lagg->ports[at + 1],
            (lagg->port_count - at - 1) * sizeof lagg->ports[0]);
    lagg->port_count--;
}

void guest_lagg_empty(struct guest_state *state, struct guest_if *lagg)
{
    while (lagg->port_count > 0) {
        release(state, lagg, lagg->port_count - 1);
    }
}

int guest_lagg_leave(struct guest_state *state, struct guest_if *lagg, const char *name)
{
    size_t at = 0;

    while (at < lagg->port_count && strcmp(lagg->ports[at].name, name) != 0) {
        at++;
    }
    if (at == lagg->port_count) {
        return guest_if_find(state, name) == NULL ? EINVAL : ENOENT;
    }
    release(state, lagg, at);
    if (at == 0) {
        new_primary(state, lagg);
    }
    guest_lagg_link(state, lagg);
    return 0;
}

void guest_lagg_link(struct guest_state *state, struct guest_if *lagg)
{
    enum guest_link link = GUEST_LINK_DOWN;

    for (size_t i = 0; i < lagg->port_count; i++) {
        if (guest_if_find(state, lagg->ports[i].name)->link == GUEST_LINK_UP) {
            link = GUEST_LINK_UP;
        }
    }
    guest_if_set_link(state, lagg, link);
}

const struct guest_port *guest_lagg_active(struct guest_state *state, const struct guest_if *lagg)
{
    for (size_t i = 0; i < lagg->port_count; i++) {
        const struct guest_if *port = guest_if_find(state, lagg->ports[i].name);
        if (port->up && port->link == GUEST_LINK_UP) {
            return &lagg->ports[i];
        }
    }
    return NULL;
}

int guest_lagg_set_proto(struct guest_if *lagg, const char *proto)
{
    static const char *const known[]
        = {"failover", "lacp", "loadbalance", "roundrobin", "broadcast", "none"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(known[i], proto) == 0) {
            guest_copy(lagg->proto, sizeof lagg->proto, proto);
            return 0;
        }
    }
    return EPROTONOSUPPORT;
}

unsigned guest_lagg_port_flags(struct guest_state *state, const struct guest_if *lagg, size_t at)
{
    const struct guest_if *port = guest_if_find(state, lagg->ports[at].name);
    bool works = port->up && port->link == GUEST_LINK_UP;

    if (strcmp(lagg->proto, "failover") == 0) {
        bool active = guest_lagg_active(state, lagg) == &lagg->ports[at];
        return (at == 0 ? GUEST_PORT_MASTER : 0u) | (active ? GUEST_PORT_ACTIVE : 0u);
    }
    if (strcmp(lagg->proto, "lacp") == 0) {
        return works ? GUEST_PORT_ACTIVE | GUEST_PORT_COLLECTING | GUEST_PORT_DISTRIBUTING : 0u;
    }
    return works ? GUEST_PORT_ACTIVE : 0u;
}
