/* Interfaces of the stand-in guest: attach, detach, up and down, link, MTU and name. */
#include "tests/guest/net.h"

#include "tests/guest/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
    MTU_MIN = 72, /* IF_MINMTU */
    MTU_DEFAULT = 1500,
    MTU_MAX = 9000,
    MTU_LO = 16384
};

struct guest_if *guest_if_find(struct guest_state *state, const char *name)
{
    for (size_t i = 0; i < state->if_count; i++) {
        if (strcmp(state->ifs[i].name, name) == 0) {
            return &state->ifs[i];
        }
    }
    return NULL;
}

static unsigned free_index(const struct guest_state *state)
{
    for (unsigned index = 1;; index++) {
        bool taken = false;
        for (size_t i = 0; i < state->if_count; i++) {
            taken = taken || state->ifs[i].index == index;
        }
        if (!taken) {
            return index;
        }
    }
}

struct guest_if *guest_if_attach(struct guest_state *state, const char *name, enum guest_kind kind,
                                 const char *mac)
{
    if (state->if_count == GUEST_IFS_MAX) {
        guest_die("too many interfaces");
    }
    unsigned index = free_index(state);
    struct guest_if *ifp = &state->ifs[state->if_count++];
    memset(ifp, 0, sizeof *ifp);
    guest_copy(ifp->name, sizeof ifp->name, name);
    guest_copy(ifp->mac, sizeof ifp->mac, mac);
    guest_copy(ifp->own_mac, sizeof ifp->own_mac, mac);
    ifp->kind = kind;
    ifp->index = index;
    ifp->mtu = kind == GUEST_LO ? MTU_LO : MTU_DEFAULT;
    ifp->max_mtu = kind == GUEST_LO ? MTU_LO : MTU_MAX;
    ifp->carrier = true;
    ifp->nd6 = GUEST_ND6_PERFORMNUD | GUEST_ND6_AUTO_LINKLOCAL | GUEST_ND6_IFDISABLED;
    if (kind == GUEST_HN && !guest_unit_of(name, &ifp->unit)) {
        guest_die("%s has no unit", name);
    }
    guest_event(state, "!system=IFNET subsystem=%s type=ATTACH", name);
    if (kind != GUEST_LO) {
        guest_event(state, "!system=ETHERNET subsystem=%s type=IFATTACH", name);
    }
    return ifp;
}

void guest_if_detach(struct guest_state *state, const char *name)
{
    struct guest_if *ifp = guest_if_find(state, name);
    char bus[GUEST_BUS_SIZE];
    char gone[GUEST_NAME_SIZE];

    if (ifp == NULL) {
        return;
    }
    guest_copy(bus, sizeof bus, ifp->bus);
    guest_copy(gone, sizeof gone, ifp->name);
    if (ifp->up) {
        ifp->up = false;
        guest_hn_vf_changed(state, ifp, false);
    }
    while (ifp->inet_count > 0) {
        guest_inet_delete(state, ifp, ifp->inet[0].address);
    }
    guest_lagg_empty(state, ifp);
    if (ifp->lagg[0] != '\0') {
        ifp->link = GUEST_LINK_DOWN;
        guest_lagg_leave(state, guest_if_find(state, ifp->lagg), gone);
    }
    guest_hn_unmap(state, gone);
    guest_route6_purge(state, gone);
    size_t at = (size_t)(ifp - state->ifs);
    memmove(ifp, ifp + 1, (state->if_count - at - 1) * sizeof *ifp);
    state->if_count--;
    guest_event(state, "!system=IFNET subsystem=%s type=DETACH", gone);
    if (bus[0] != '\0') {
        guest_event(state, "-%s", bus);
    }
}

void guest_if_set_link(struct guest_state *state, struct guest_if *ifp, enum guest_link link)
{
    if (ifp->link == link || ifp->kind == GUEST_LO) {
        return;
    }
    ifp->link = link;
    ifp->linkups += link == GUEST_LINK_UP;
    guest_event(state, "!system=IFNET subsystem=%s type=%s", ifp->name,
                link == GUEST_LINK_UP ? "LINK_UP" : "LINK_DOWN");
    if (ifp->lagg[0] != '\0') {
        guest_lagg_link(state, guest_if_find(state, ifp->lagg));
    }
}

static void refresh_link(struct guest_state *state, struct guest_if *ifp)
{
    switch (ifp->kind) {
    case GUEST_ETHER:
        guest_if_set_link(state, ifp, ifp->up && ifp->carrier ? GUEST_LINK_UP : GUEST_LINK_DOWN);
        break;
    case GUEST_HN:
        guest_hn_link(state, ifp);
        break;
    case GUEST_LAGG:
    case GUEST_LO:
        break;
    }
}

void guest_if_set_up(struct guest_state *state, struct guest_if *ifp, bool up)
{
    if (ifp->up == up) {
        return;
    }
    ifp->up = up;
    if (up) {
        refresh_link(state, ifp);
        guest_hn_vf_changed(state, ifp, true);
        guest_inet_up(state, ifp);
        guest_if_autoconf(ifp);
    } else {
        guest_hn_vf_changed(state, ifp, false);
        refresh_link(state, ifp);
        guest_inet_down(state, ifp);
    }
}

void guest_if_set_carrier(struct guest_state *state, struct guest_if *ifp, bool carrier)
{
    ifp->carrier = carrier;
    refresh_link(state, ifp);
}

int guest_if_set_mtu(struct guest_state *state, struct guest_if *ifp, unsigned mtu)
{
    if (ifp->lagg[0] != '\0' || mtu < MTU_MIN || mtu > ifp->max_mtu) {
        return EINVAL;
    }
    for (size_t i = 0; i < ifp->port_count; i++) {
        if (mtu > guest_if_find(state, ifp->ports[i].name)->max_mtu) {
            return EINVAL;
        }
    }
    for (size_t i = 0; i < ifp->port_count; i++) {
        guest_if_find(state, ifp->ports[i].name)->mtu = mtu;
    }
    ifp->mtu = mtu;
    return 0;
}

static void rename_in(char *name, const char *from, const char *to)
{
    if (strcmp(name, from) == 0) {
        guest_copy(name, GUEST_NAME_SIZE, to);
    }
}

int guest_if_rename(struct guest_state *state, struct guest_if *ifp, const char *name)
{
    char from[GUEST_NAME_SIZE];

    if (!guest_is_ifname(name)) {
        return EINVAL;
    }
    if (guest_if_find(state, name) != NULL) {
        return EEXIST;
    }
    guest_copy(from, sizeof from, ifp->name);
    guest_hn_unmap(state, from);
    for (size_t i = 0; i < state->if_count; i++) {
        struct guest_if *other = &state->ifs[i];
        rename_in(other->name, from, name);
        rename_in(other->lagg, from, name);
        rename_in(other->rxvf, from, name);
        rename_in(other->hn, from, name);
        for (size_t p = 0; p < other->port_count; p++) {
            rename_in(other->ports[p].name, from, name);
        }
    }
    for (size_t i = 0; i < state->route_count; i++) {
        rename_in(state->routes[i].interface, from, name);
    }
    guest_route6_rename(state, from, name);
    return 0;
}

/* Adds the IPv6 link-local address that is derived from the MAC (EUI-64), as in6_ifattach()
 * does. */
void guest_if_autoconf(struct guest_if *ifp)
{
    unsigned m[6];
    char text[GUEST_IN6_SIZE];
    char address[GUEST_IN6_SIZE];
    const unsigned wanted = GUEST_ND6_AUTO_LINKLOCAL;

    if (!ifp->up || (ifp->nd6 & (wanted | GUEST_ND6_IFDISABLED)) != wanted
        || ifp->kind == GUEST_LO) {
        return;
    }
    for (size_t i = 0; i < ifp->inet6_count; i++) {
        if (strncmp(ifp->inet6[i].address, "fe80:", 5) == 0) {
            return;
        }
    }
    if (ifp->inet6_count == GUEST_ADDRS_MAX
        || sscanf(ifp->mac, "%x:%x:%x:%x:%x:%x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5]) != 6) {
        return;
    }
    guest_print(text, sizeof text, "fe80::%x:%x:%x:%x", (m[0] ^ 2) << 8 | m[1], m[2] << 8 | 0xff,
                0xfe00 | m[3], m[4] << 8 | m[5]);
    if (guest_inet6_parse(text, address, sizeof address)) {
        struct guest_inet6 *inet6 = &ifp->inet6[ifp->inet6_count++];
        guest_copy(inet6->address, sizeof inet6->address, address);
        inet6->length = 64;
    }
}
