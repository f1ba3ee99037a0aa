/* Observations: the answers to probes of the guest. */
#ifndef VFJ_CORE_DATA_OBSERVATION_H
#define VFJ_CORE_DATA_OBSERVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "core/limits.h"
#include "core/status.h"
#include "core/text/address.h"
#include "core/text/name.h"

enum vfj_link { VFJ_LINK_UNKNOWN, VFJ_LINK_UP, VFJ_LINK_DOWN };
enum vfj_laggproto { VFJ_LAGGPROTO_NONE, VFJ_LAGGPROTO_FAILOVER, VFJ_LAGGPROTO_OTHER };

/* Uses of an interface that end when the interface becomes a port of a lagg(4): as a VLAN's
 * parent, as a bridge's member, in another FIB than 0, or by hooks of its ng_ether(4) node.
 * X(symbol, persisted name). */
#define VFJ_USES(X)     \
    X(NONE, "")         \
    X(VLAN, "vlan")     \
    X(BRIDGE, "bridge") \
    X(FIB, "fib")       \
    X(NETGRAPH, "netgraph")

enum vfj_use {
#define X(symbol, ...) VFJ_USE_##symbol,
    VFJ_USES(X)
#undef X
        VFJ_USE_COUNT
};

/* Returns the persisted name of a use, or "" for NONE. */
const char *vfj_use_name(enum vfj_use use);

/* An interface as ifconfig(8) prints it. All members of an interface that does not exist are
 * zero. */
struct vfj_interface {
    struct vfj_name name;
    bool exists;
    bool up;           /* IFF_UP */
    bool no_dad;       /* nd6 option NO_DAD */
    bool rtadv;        /* nd6 option ACCEPT_RTADV */
    bool ifdisabled;   /* nd6 option IFDISABLED: no IPv6 */
    bool truncated;    /* the interface has more addresses than VFJ_ADDRESSES_MAX */
    uint8_t link;      /* enum vfj_link */
    uint8_t laggproto; /* enum vfj_laggproto; NONE: not a lagg */
    uint8_t address_count;
    uint8_t port_count;
    bool carp; /* addresses of the interface have a vhid: carp(4) shares them */
    /* enum vfj_use: a use of this interface, by the interfaces in `ports` for hn, or by itself */
    uint8_t use;
    uint32_t mtu;
    /* inet addresses, and inet6 addresses that are neither link-local nor autoconf */
    struct vfj_address addresses[VFJ_ADDRESSES_MAX];
    /* The ports of a lagg or the members of a bridge, in the kernel's order, or the parent of a
     * VLAN. For the hn of a view: the VLANs or bridges that use hn. */
    struct vfj_name ports[VFJ_PORTS_MAX];
};

bool vfj_interface_has_port(const struct vfj_interface *lagg, struct vfj_name port);
/* Appends an address. Returns false, and sets `truncated`, when there is no room. */
bool vfj_interface_add_address(struct vfj_interface *interface, const struct vfj_address *address);
bool vfj_interface_add_port(struct vfj_interface *interface, struct vfj_name port);
void vfj_interface_drop_port(struct vfj_interface *interface, struct vfj_name port);
/* Appends a member of a bridge to `ports`. When there is no room, the new member replaces the
 * last one, unless the new member is a tap(4), an epair(4) or a jail's vnet interface. On a host
 * of many guests or jails, a bridge lists its newest member first and hn last. */
void vfj_interface_add_member(struct vfj_interface *bridge, struct vfj_name member);

struct vfj_pair {
    struct vfj_name vf;
    struct vfj_name hn;
    /* the N of the sysctl dev.hn.N.vf whose value is this VF; empty: no such sysctl */
    struct vfj_name unit;
};

enum { VFJ_TRANSPARENT_ABSENT = -1 }; /* the kernel has no hw.hn.vf_transparent */

/* The kernel's map of VFs to hns, read from sysctls hw.hn.* (sys/dev/hyperv/netvsc/if_hn.c). */
struct vfj_map {
    int32_t transparent; /* value of hw.hn.vf_transparent, or VFJ_TRANSPARENT_ABSENT */
    bool has_list;       /* the kernel has hw.hn.vflist */
    bool truncated;      /* the kernel has more pairs than VFJ_SLOTS_MAX */
    uint8_t pair_count;
    struct vfj_pair pairs[VFJ_SLOTS_MAX];
};

/* The directory of a per-interface script, with which an administrator replaces this program for
 * one hn. FreeBSD's hyperv_vfup searches one directory, of the base system. Local software has
 * another one (hier(7)). */
enum vfj_own_script {
    VFJ_OWN_SCRIPT_NONE,
    VFJ_OWN_SCRIPT_BASE,
    VFJ_OWN_SCRIPT_LOCAL,
    VFJ_OWN_SCRIPT_COUNT
};

/* Returns the beginning of the path of a per-interface script. The hn's name completes the path.
 * `script` is not NONE. */
const char *vfj_own_script_path(enum vfj_own_script script);

/* A route through hn or laggN that somebody added, other than a default route: rc(8), a DHCP
 * client, a routing daemon or an administrator. */
struct vfj_kept_route {
    /* a network with its length, or a host without a length */
    struct vfj_address destination;
    /* The router; a link-local one without its scope. Empty: the route leads directly through the
     * interface. */
    struct vfj_address gateway;
    bool on_lagg;
    uint8_t pad;
    uint16_t mtu; /* route(8)'s -mtu; 0: the route has the MTU of its interface */
};

struct vfj_kept_routes {
    uint8_t count;
    bool truncated; /* there are more routes than VFJ_KEPT_ROUTES_MAX */
    uint8_t pad[6];
    struct vfj_kept_route list[VFJ_KEPT_ROUTES_MAX];
};

/* Reads "mtu=N" into route->mtu, where N is 1 to 65535. Returns false for any other word. */
bool vfj_kept_route_take_mtu(struct vfj_kept_route *route, struct vfj_span word);

/* Returns the route to exactly this destination, or NULL. */
const struct vfj_kept_route *vfj_kept_routes_find(const struct vfj_kept_routes *routes,
                                                  const struct vfj_address *destination);
/* Adds a route in the order of the destinations, unless there is one to its destination. Sets
 * `truncated` when there is no room. */
void vfj_kept_routes_add(struct vfj_kept_routes *routes, const struct vfj_kept_route *route);
void vfj_kept_routes_add_all(struct vfj_kept_routes *routes, const struct vfj_kept_routes *more);

/* All facts about the guest that are needed to join one hn and its VF. */
struct vfj_view {
    struct vfj_name hn_name;
    struct vfj_name vf_name; /* value of dev.hn.N.vf; empty: no VF */
    /* value of dev.hn.N.rxvf, the VF that has the data path; empty: none */
    struct vfj_name rxvf;
    int32_t transparent;
    uint8_t script; /* enum vfj_own_script: the directory of hn's script, if the script may run */
    bool lease;     /* hn's dhclient lease file exists */
    uint8_t pad[2];
    uint64_t hn_dhclient;    /* pid of hn's running dhclient; 0: none */
    uint64_t vf_dhclient;    /* pid of the VF's running dhclient; 0: none */
    uint64_t lagg_dhclient;  /* pid of the lagg's running dhclient; 0: none */
    struct vfj_name hn_lagg; /* the lagg that has hn as a port; empty: none */
    struct vfj_name vf_lagg; /* the lagg that has the VF as a port; empty: none */
    struct vfj_interface hn;
    struct vfj_interface vf;
    struct vfj_interface lagg; /* the laggN of hn's unit */
    /* gateway of the IPv4 default route through hn or the lagg; empty: no such route */
    struct vfj_address gateway;
    bool gateway_on_lagg;
    uint8_t pad2[3];
    /* Gateway of a static IPv6 default route (RTF_STATIC), which a command added. Other routes are
     * not recorded: a router's advertisement restores its route. A link-local gateway is without
     * its scope, which is the interface. */
    struct vfj_address gateway6;
    bool gateway6_on_lagg;
    uint8_t pad3[3];
    /* why an existing per-interface script may not run; empty: no script was refused */
    char script_refused[VFJ_PATH_SIZE];
    struct vfj_kept_routes
        routes; /* must be the last member: vfj_state_index_slot() relies on that */
};

/* Adds an interface of the guest to the users of hn, if it uses hn. `users` describes them:
 * `name` is hn, `use` is the first use found, and `ports` has the interfaces that use hn in this
 * way. */
void vfj_view_add_user(struct vfj_interface *users, const struct vfj_interface *interface);
/* Copies the use and the ports of `users` to hn, if hn exists. */
void vfj_view_take_users(struct vfj_interface *hn, const struct vfj_interface *users);

/* Sets the MTU of each route to 0 unless it is smaller than that of its interface, hn or laggN. For a
 * route without an own MTU netstat(1) prints that of the interface, and the kernel gives no route a
 * larger one (sys/netinet/in_rmx.c). */
void vfj_view_drop_interface_mtus(struct vfj_view *view);

/* Returns the VF that dev.hn.N.vf names. When that sysctl names none, returns the VF that has
 * the data path, since a renamed VF is missing from dev.hn.N.vf. Returns an empty name when
 * there is no VF. */
struct vfj_name vfj_view_vf(const struct vfj_view *view);

/* A file of the guest: a per-interface script, or a pidfile. */
struct vfj_file {
    bool exists;
    /* the beginning of the file; empty: the file cannot be read, is not text, or its text is not
     * wanted */
    char text[VFJ_VALUE_SIZE];
};

/* Stands for a number that no probe read, that was no number, or that exceeds VFJ_COUNT_MAX. */
enum { VFJ_COUNT_UNKNOWN = -1 };
#define VFJ_COUNT_MAX INT64_C(1000000000000000000)

/* Numbers of one interface. X(key in a record and word of %if, member). A number that was not read
 * is VFJ_COUNT_UNKNOWN. */
#define VFJ_COUNTERS(X)         \
    X("in", in)                 \
    X("out", out)               \
    X("errors_in", errors_in)   \
    X("errors_out", errors_out) \
    X("drops_in", drops_in)     \
    X("drops_out", drops_out)   \
    X("bits_per_s", bits_per_s) \
    X("options", options)

enum { VFJ_MEDIA_SIZE = 48, VFJ_LOCATION_SIZE = 96 };

struct vfj_counters {
    int64_t in, out; /* packets received and sent (struct if_data) */
    int64_t errors_in, errors_out;
    int64_t drops_in, drops_out;
    int64_t bits_per_s; /* speed of the link in bits per second */
    /* the number in ifconfig(8)'s options=, whose bits are the enabled IFCAP_* capabilities */
    int64_t options;
    char media[VFJ_MEDIA_SIZE]; /* ifconfig(8)'s media: line; empty: unknown */
};

/* Returns counters in which every member is unknown. */
struct vfj_counters vfj_counters_unknown(void);

/* One of the two interfaces of a snapshot, either hn or its VF. */
struct vfj_end {
    struct vfj_counters counters;
    struct vfj_interface interface;
};

/* Numbers from sysctls of hn(4), and the pid of a dhclient. X(key in a record, member). A number
 * that was not read is VFJ_COUNT_UNKNOWN. */
#define VFJ_HN_SNAPSHOT_COUNTS(X)     \
    X("enabled", enabled)             \
    X("attwait_s", attwait_s)         \
    X("tso_max", tso_max)             \
    X("synthetic_in", synthetic_in)   \
    X("synthetic_out", synthetic_out) \
    X("vf_dhclient", vf_dhclient)

/* A snapshot of hn and its VF in transparent mode: the data path, and all facts that may change
 * together with it. */
struct vfj_hn_snapshot {
    int64_t enabled;   /* dev.hn.N.vf_xpnt_enabled: 1 while the VF has the data path, or 0 */
    int64_t attwait_s; /* hw.hn.vf_xpnt_attwait */
    int64_t tso_max;   /* dev.hn.N.tso_max */
    /* packets that hn's own queues received: the sum of dev.hn.N.rx.M.packets */
    int64_t synthetic_in;
    /* packets that hn's own queues sent: the sum of dev.hn.N.tx.M.packets */
    int64_t synthetic_out;
    int64_t vf_dhclient; /* pid of the dhclient(8) of the VF; 0: none */
    int32_t transparent; /* hw.hn.vf_transparent, or VFJ_TRANSPARENT_ABSENT */
    bool has_vf_name;    /* dev.hn.N.vf was read */
    uint8_t pad[3];
    struct vfj_name vf_name; /* dev.hn.N.vf; empty: none */
    /* the VF's PCI slot, from %location of its newbus device; empty: unknown */
    char location[VFJ_LOCATION_SIZE];
    struct vfj_end hn;
    struct vfj_end vf;
};

enum vfj_probe {
    VFJ_PROBE_SYSCTL,
    VFJ_PROBE_IFCONFIG,
    VFJ_PROBE_FILE,
    VFJ_PROBE_MAP,
    VFJ_PROBE_SLOT,
    VFJ_PROBE_SNAPSHOT
};

/* The answer to a probe command. */
struct vfj_observation {
    uint64_t command; /* id of the probe command */
    uint8_t probe;    /* enum vfj_probe: the valid member of `as` */
    /* false: the guest could not be read, or reported an error, as `sysctl -n` does for an unknown
     * name */
    bool ok;
    union {
        char value[VFJ_VALUE_SIZE];
        struct vfj_interface interface;
        struct vfj_file file;
        struct vfj_map map;
        struct vfj_view view;
        struct vfj_hn_snapshot snapshot;
    } as;
};

/* The first function appends the pairs of an interface, with `prefix` before their keys. The second
 * function reads one of these pairs; `key` is its key without the prefix. It returns false for any
 * other pair. */
void vfj_interface_encode(const struct vfj_interface *interface, const char *prefix,
                          struct vfj_text *text);
struct vfj_kv;
bool vfj_interface_take(const struct vfj_kv *pair, struct vfj_span key,
                        struct vfj_interface *interface);

/* vfj_observation_encode() writes an observation as the body of a record.
 * vfj_observation_decode() reads the body. decode(encode(x)) equals x for every well-formed x. */
void vfj_observation_encode(const struct vfj_observation *observation, struct vfj_text *text);
enum vfj_status vfj_observation_decode(struct vfj_span body, struct vfj_observation *observation);

#endif
