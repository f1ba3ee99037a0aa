/* Prints interfaces as ifconfig of FreeBSD 13.2 does. */
#include "tests/guest/ifconfig_show.h"

#include "tests/guest/text.h"

#include <stdio.h>
#include <string.h>

/* Interface flags of net/if.h. The kernel sets the flag 0x20 on Ethernet hardware; ifconfig has no
 * name for it. */
enum {
    UP = 0x1,
    BROADCAST = 0x2,
    LOOPBACK = 0x8,
    NAMELESS = 0x20,
    RUNNING = 0x40,
    SIMPLEX = 0x800,
    MULTICAST = 0x8000
};

struct bit {
    unsigned mask;
    const char *name;
};

static const struct bit if_bits[] = {{UP, "UP"},
                                     {BROADCAST, "BROADCAST"},
                                     {LOOPBACK, "LOOPBACK"},
                                     {RUNNING, "RUNNING"},
                                     {SIMPLEX, "SIMPLEX"},
                                     {MULTICAST, "MULTICAST"},
                                     {0, NULL}};
static const struct bit nd6_bits[]
    = {{GUEST_ND6_PERFORMNUD, "PERFORMNUD"}, {GUEST_ND6_ACCEPT_RTADV, "ACCEPT_RTADV"},
       {GUEST_ND6_IFDISABLED, "IFDISABLED"}, {GUEST_ND6_AUTO_LINKLOCAL, "AUTO_LINKLOCAL"},
       {GUEST_ND6_NO_DAD, "NO_DAD"},         {0, NULL}};
static const struct bit port_bits[] = {{GUEST_PORT_MASTER, "MASTER"},
                                       {GUEST_PORT_ACTIVE, "ACTIVE"},
                                       {GUEST_PORT_COLLECTING, "COLLECTING"},
                                       {GUEST_PORT_DISTRIBUTING, "DISTRIBUTING"},
                                       {0, NULL}};

static void show_bits(unsigned value, const struct bit *bits)
{
    const char *separator = "";

    printf("%x<", value);
    for (; bits->name != NULL; bits++) {
        if ((value & bits->mask) != 0) {
            printf("%s%s", separator, bits->name);
            separator = ",";
        }
    }
    putchar('>');
}

static void show_head(const struct guest_if *ifp)
{
    unsigned flags = MULTICAST;

    switch (ifp->kind) {
    case GUEST_LO:
        flags |= LOOPBACK;
        break;
    case GUEST_LAGG:
        flags |= BROADCAST | SIMPLEX;
        break;
    case GUEST_ETHER:
    case GUEST_HN:
        flags |= BROADCAST | SIMPLEX | NAMELESS;
        break;
    }
    flags |= ifp->up ? UP | RUNNING : 0;
    printf("%s: flags=", ifp->name);
    show_bits(flags, if_bits);
    printf(" metric 0 mtu %u\n", ifp->mtu);
    if (ifp->kind == GUEST_LO) {
        printf("\toptions=680003<RXCSUM,TXCSUM,LINKSTATE,RXCSUM_IPV6,TXCSUM_IPV6>\n");
    } else if (ifp->kind == GUEST_LAGG && ifp->port_count == 0) {
        printf("\toptions=800000<>\n");
    } else {
        printf("\toptions=80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>\n");
    }
}

static void show_ether(const struct guest_if *ifp)
{
    if (ifp->kind == GUEST_LO) {
        return;
    }
    printf("\tether %s\n", ifp->mac);
    if (strcmp(ifp->mac, ifp->own_mac) != 0) {
        printf("\thwaddr %s\n", ifp->own_mac);
    }
}

static void show_inet(const struct guest_if *ifp)
{
    char address[GUEST_MASK_SIZE];
    char broadcast[GUEST_MASK_SIZE];

    for (size_t i = 0; i < ifp->inet_count; i++) {
        uint32_t mask = guest_mask_of(ifp->inet[i].length);
        guest_inet_print(address, sizeof address, ifp->inet[i].address);
        guest_inet_print(broadcast, sizeof broadcast, ifp->inet[i].address | ~mask);
        printf("\tinet %s netmask 0x%08x", address, (unsigned)mask);
        printf(ifp->kind == GUEST_LO ? "\n" : " broadcast %s\n", broadcast);
    }
}

static void show_inet6(const struct guest_if *ifp)
{
    for (size_t i = 0; i < ifp->inet6_count; i++) {
        const struct guest_inet6 *inet6 = &ifp->inet6[i];
        if (strncmp(inet6->address, "fe80:", 5) == 0) {
            printf("\tinet6 %s%%%s prefixlen %u scopeid 0x%x\n", inet6->address, ifp->name,
                   inet6->length, ifp->index);
        } else {
            printf("\tinet6 %s prefixlen %u\n", inet6->address, inet6->length);
        }
    }
}

static void show_lagg(struct guest_state *state, const struct guest_if *ifp)
{
    printf("\tlaggproto %s lagghash l2,l3,l4\n", ifp->proto);
    for (size_t i = 0; i < ifp->port_count; i++) {
        printf("\tlaggport: %s flags=", ifp->ports[i].name);
        show_bits(guest_lagg_port_flags(state, ifp, i), port_bits);
        putchar('\n');
    }
    printf("\tgroups: lagg\n\tmedia: Ethernet autoselect\n");
}

static void show_nd6(const struct guest_if *ifp)
{
    printf("\tnd6 options=");
    show_bits(ifp->nd6, nd6_bits);
    putchar('\n');
}

static void show_rest(struct guest_state *state, const struct guest_if *ifp)
{
    switch (ifp->kind) {
    case GUEST_LO:
        printf("\tgroups: lo\n");
        break;
    case GUEST_LAGG:
        show_lagg(state, ifp);
        break;
    case GUEST_ETHER:
    case GUEST_HN:
        printf("\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)\n");
        break;
    }
    if (ifp->kind != GUEST_LO) {
        printf("\tstatus: %s\n", ifp->link == GUEST_LINK_UP ? "active" : "no carrier");
    }
    show_nd6(ifp);
}

static bool shows(const char *family, const char *which)
{
    return family == NULL || strcmp(family, which) == 0;
}

void guest_ifconfig_show(struct guest_state *state, const struct guest_if *ifp, const char *family)
{
    show_head(ifp);
    if (shows(family, "ether")) {
        show_ether(ifp);
    }
    if (ifp->kind == GUEST_LO && shows(family, "inet6")) {
        show_inet6(ifp); /* the kernel puts the IPv6 addresses of lo0 before its IPv4 addresses */
    }
    if (shows(family, "inet")) {
        show_inet(ifp);
    }
    if (ifp->kind != GUEST_LO && shows(family, "inet6")) {
        show_inet6(ifp);
    }
    if (family == NULL) {
        show_rest(state, ifp);
    } else if (strcmp(family, "inet6") == 0) {
        show_nd6(ifp);
    }
}
