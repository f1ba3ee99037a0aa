/* A small model of the guest's network, written from ifconfig(8), lagg(4), vlan(4), if_bridge(4),
 * route(8), dhclient(8) and hn(4). It is independent of the guest model: it shares no code with
 * core/model and no type with core. A test describes the guest's final state in these structs and
 * checks that the guest can be reached.
 *
 * The host sends the frames of a NIC to the VF while the VF has the data path, and otherwise to hn.
 * An address is reachable when the interface that has it accepts these frames. */
#ifndef VFJ_TESTS_KIT_NETWORK_H
#define VFJ_TESTS_KIT_NETWORK_H

#include <stdbool.h>

enum {
    KIT_NETWORK_NAME = 16,
    KIT_NETWORK_ADDRESS = 64,
    KIT_NETWORK_ADDRESSES = 40,
    KIT_NETWORK_MEMBERS = 32,
    KIT_NETWORK_INTERFACES = 128,
    KIT_NETWORK_ROUTES = 64,
};

enum kit_network_kind {
    KIT_NETWORK_ETHERNET,
    KIT_NETWORK_LAGG,       /* laggproto failover: `members` are its ports, the master first */
    KIT_NETWORK_OTHER_LAGG, /* another laggproto, which this model does not cover */
    KIT_NETWORK_BRIDGE,     /* `members` are its members */
    KIT_NETWORK_VLAN,       /* `members` contains only the VLAN's parent */
};

struct kit_network_interface {
    char name[KIT_NETWORK_NAME];
    enum kit_network_kind kind;
    bool up;
    bool has_carrier; /* for Ethernet: ifconfig(8) shows a carrier as "status: active" */
    bool has_dhclient;
    bool takes_rtadv; /* nd6 option ACCEPT_RTADV is set, and IFDISABLED is not */
    /* for hn: the name of the VF that has the data path; empty: hn itself has the data path */
    char data_path[KIT_NETWORK_NAME];
    bool is_nic; /* the interface is an hn, to which the host sends frames */
    unsigned address_count, member_count;
    char addresses[KIT_NETWORK_ADDRESSES][KIT_NETWORK_ADDRESS]; /* "10.0.0.4/24" */
    char members[KIT_NETWORK_MEMBERS][KIT_NETWORK_NAME];
};

/* A route that is not a default route, and the interface through which it goes. */
struct kit_network_route {
    char destination[KIT_NETWORK_ADDRESS]; /* "192.168.7.0/24" */
    char interface[KIT_NETWORK_NAME];
};

struct kit_network {
    unsigned count;
    struct kit_network_interface interfaces[KIT_NETWORK_INTERFACES];
    /* Names of the interfaces through which the IPv4 and the IPv6 default route go; empty: no
     * default route. */
    char default_route[KIT_NETWORK_NAME], default_route6[KIT_NETWORK_NAME];
    unsigned route_count;
    struct kit_network_route routes[KIT_NETWORK_ROUTES];
};

/* Adds an interface. Returns NULL when the network is full. */
struct kit_network_interface *kit_network_add(struct kit_network *network, const char *name);
void kit_network_add_address(struct kit_network_interface *interface, const char *address);
void kit_network_add_route(struct kit_network *network, const char *destination,
                           const char *interface);
void kit_network_add_member(struct kit_network_interface *interface, const char *member);

/* Returns the interface that has the address and receives frames for it. When no interface does,
 * returns NULL and fills in `why`. */
const struct kit_network_interface *kit_network_answers(const struct kit_network *network,
                                                        const char *address, const char **why);

/* Returns true when a route to this destination exists and packets through it leave the guest. */
bool kit_network_has_route(const struct kit_network *network, const char *destination);

/* Returns true when the default route exists and packets through it leave the guest. */
bool kit_network_has_default_route(const struct kit_network *network, bool inet6);

#endif
