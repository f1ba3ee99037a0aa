/* What network a guest has: a small model of its own, written from ifconfig(8), lagg(4), vlan(4),
 * if_bridge(4), route(8), dhclient(8) and hn(4). It shares no code with core/model, and no type with
 * core: a test that is about to judge an end state says what the guest is like in these words.
 *
 * The host sends the frames of one NIC to its VF while that has the data path, else to hn. An
 * address answers when the interface that has it is the one that these frames end at. */
#ifndef VFJ_TESTS_KIT_NETWORK_H
#define VFJ_TESTS_KIT_NETWORK_H

#include <stdbool.h>

enum {
    KIT_NETWORK_NAME = 16,
    KIT_NETWORK_ADDRESS = 64,
    KIT_NETWORK_ADDRESSES = 40,
    KIT_NETWORK_MEMBERS = 32,
    KIT_NETWORK_INTERFACES = 128,
};

enum kit_network_kind {
    KIT_NETWORK_ETHERNET,
    KIT_NETWORK_LAGG,       /* laggproto failover: `members` are its ports, the master first */
    KIT_NETWORK_OTHER_LAGG, /* another laggproto: nothing is said of it */
    KIT_NETWORK_BRIDGE,     /* `members` are its members */
    KIT_NETWORK_VLAN,       /* `members` has its parent */
};

struct kit_network_interface {
    char name[KIT_NETWORK_NAME];
    enum kit_network_kind kind;
    bool up;
    bool has_carrier; /* of Ethernet: as ifconfig(8) has it in "status" */
    bool has_dhclient;
    bool takes_rtadv;                 /* nd6 option ACCEPT_RTADV, and not IFDISABLED */
    char data_path[KIT_NETWORK_NAME]; /* of hn: the VF that has its data path; empty: hn has it */
    bool is_nic;                      /* hn: the host's frames are for it */
    unsigned address_count, member_count;
    char addresses[KIT_NETWORK_ADDRESSES][KIT_NETWORK_ADDRESS]; /* "10.0.0.4/24" */
    char members[KIT_NETWORK_MEMBERS][KIT_NETWORK_NAME];
};

struct kit_network {
    unsigned count;
    struct kit_network_interface interfaces[KIT_NETWORK_INTERFACES];
    /* The interfaces of the two default routes; empty: there is none. */
    char default_route[KIT_NETWORK_NAME], default_route6[KIT_NETWORK_NAME];
};

/* Adds an interface; NULL when there is no room. */
struct kit_network_interface *kit_network_add(struct kit_network *network, const char *name);
void kit_network_add_address(struct kit_network_interface *interface, const char *address);
void kit_network_add_member(struct kit_network_interface *interface, const char *member);

/* Returns the interface that has the address and answers on it. Returns NULL, and says why, when
 * none does. */
const struct kit_network_interface *kit_network_answers(const struct kit_network *network,
                                                        const char *address, const char **why);

/* Returns whether packets leave by the default route. */
bool kit_network_has_default_route(const struct kit_network *network, bool inet6);

#endif
