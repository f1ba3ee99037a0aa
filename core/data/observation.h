/* What a probe of the guest found. */
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

/* Uses of an interface that lagg(4) would end: it is a VLAN's parent, a bridge's member, or belongs
 * to another FIB than 0. X(symbol, persisted name). */
#define VFJ_USES(X)     \
    X(NONE, "")         \
    X(VLAN, "vlan")     \
    X(BRIDGE, "bridge") \
    X(FIB, "fib")

enum vfj_use {
#define X(symbol, ...) VFJ_USE_##symbol,
    VFJ_USES(X)
#undef X
        VFJ_USE_COUNT
};

/* The persisted name; "" for NONE. */
const char *vfj_use_name(enum vfj_use use);

/* An interface as ifconfig(8) shows it. When it does not exist, all else is zero. */
struct vfj_interface {
    struct vfj_name name;
    bool exists;
    bool up;           /* IFF_UP */
    bool no_dad;       /* nd6 option NO_DAD */
    bool rtadv;        /* nd6 option ACCEPT_RTADV */
    bool ifdisabled;   /* nd6 option IFDISABLED: no IPv6 */
    bool truncated;    /* more addresses than VFJ_ADDRESSES_MAX */
    uint8_t link;      /* enum vfj_link */
    uint8_t laggproto; /* enum vfj_laggproto; NONE when it is not a lagg */
    uint8_t address_count;
    uint8_t port_count;
    bool carp;   /* carp(4) shares addresses of it: they have a vhid */
    uint8_t use; /* enum vfj_use: of `ports` by a VLAN or bridge; else of itself */
    uint32_t mtu;
    /* inet, and inet6 that is neither link-local nor autoconf */
    struct vfj_address addresses[VFJ_ADDRESSES_MAX];
    /* Of a lagg or bridge, as listed; a VLAN's parent. Of hn in a view: the VLANs or bridges that
     * use it. */
    struct vfj_name ports[VFJ_PORTS_MAX];
};

bool vfj_interface_has_port(const struct vfj_interface *lagg, struct vfj_name port);
/* Append; false (and `truncated` set) when there is no room. */
bool vfj_interface_add_address(struct vfj_interface *interface, const struct vfj_address *address);
bool vfj_interface_add_port(struct vfj_interface *interface, struct vfj_name port);
void vfj_interface_drop_port(struct vfj_interface *interface, struct vfj_name port);

struct vfj_pair {
    struct vfj_name vf;
    struct vfj_name hn;
    struct vfj_name unit; /* N of the dev.hn.N.vf that names the VF; empty when none does */
};

enum { VFJ_TRANSPARENT_ABSENT = -1 }; /* hw.hn.vf_transparent is not known to the kernel */

/* hw.hn.*: which VF is mapped to which hn (sys/dev/hyperv/netvsc/if_hn.c). */
struct vfj_map {
    int32_t transparent; /* value of hw.hn.vf_transparent, or VFJ_TRANSPARENT_ABSENT */
    bool has_list;       /* the kernel has hw.hn.vflist */
    bool truncated;      /* more pairs than VFJ_SLOTS_MAX */
    uint8_t pair_count;
    struct vfj_pair pairs[VFJ_SLOTS_MAX];
};

/* Where a script of the admin's stands that takes over the work for one hn: the directory that
 * FreeBSD's hyperv_vfup looks in, and the one for what is not of the base system (hier(7)). */
enum vfj_own_script {
    VFJ_OWN_SCRIPT_NONE,
    VFJ_OWN_SCRIPT_BASE,
    VFJ_OWN_SCRIPT_LOCAL,
    VFJ_OWN_SCRIPT_COUNT
};

/* The script's path without the hn's name, which ends it. Not for NONE. */
const char *vfj_own_script_path(enum vfj_own_script script);

/* All that joining one hn and its VF needs to know. */
struct vfj_view {
    struct vfj_name hn_name;
    struct vfj_name vf_name; /* dev.hn.N.vf; empty when none */
    struct vfj_name rxvf;    /* dev.hn.N.rxvf: the VF that has the data path; empty when none */
    int32_t transparent;
    uint8_t script; /* enum vfj_own_script: the per-interface script that is there and may be run */
    bool lease;     /* hn's dhclient lease file exists */
    uint8_t pad[2];
    uint64_t hn_dhclient;    /* pid of the running dhclient of hn; 0 when none */
    uint64_t vf_dhclient;    /* likewise of the VF */
    uint64_t lagg_dhclient;  /* likewise of the lagg */
    struct vfj_name hn_lagg; /* the lagg that has hn as a port; empty when none */
    struct vfj_name vf_lagg; /* likewise of the VF */
    struct vfj_interface hn;
    struct vfj_interface vf;
    struct vfj_interface lagg; /* laggN of the hn's unit */
    /* of the default route when it goes through hn or the lagg; empty when none */
    struct vfj_address gateway;
    bool gateway_on_lagg;
    uint8_t pad2[3];
    /* The same of the IPv6 default route, when somebody added it (RTF_STATIC): one from a router's
     * advertisement comes back by itself. A link-local gateway is without its scope, which is the
     * interface. */
    struct vfj_address gateway6;
    bool gateway6_on_lagg;
    uint8_t pad3[3];
    /* why a per-interface script that is there is not run; empty when none is */
    char script_refused[VFJ_PATH_SIZE];
};

/* Add an interface that the guest has to the users of hn, when it is one: `users` has hn's name, the
 * first use found, and in `ports` the interfaces that use hn so. */
void vfj_view_add_user(struct vfj_interface *users, const struct vfj_interface *interface);
/* Let hn, if it exists, have these users. */
void vfj_view_take_users(struct vfj_interface *hn, const struct vfj_interface *users);

/* hn's VF: dev.hn.N.vf; or, as the kernel forgets a VF that is renamed, the one that has the data
 * path; empty when none. */
struct vfj_name vfj_view_vf(const struct vfj_view *view);

/* A file of the guest: a per-interface script, or a pidfile. */
struct vfj_file {
    bool exists;
    /* its beginning; empty when not asked for, not readable or not text */
    char text[VFJ_VALUE_SIZE];
};

enum vfj_probe {
    VFJ_PROBE_SYSCTL,
    VFJ_PROBE_IFCONFIG,
    VFJ_PROBE_FILE,
    VFJ_PROBE_MAP,
    VFJ_PROBE_SLOT
};

/* The answer to a probe command. */
struct vfj_observation {
    uint64_t command; /* id of the command that asked */
    uint8_t probe;    /* enum vfj_probe: which member of `as` holds */
    /* false: the guest could not be read, or said no (`sysctl -n` of an unknown name) */
    bool ok;
    union {
        char value[VFJ_VALUE_SIZE];
        struct vfj_interface interface;
        struct vfj_file file;
        struct vfj_map map;
        struct vfj_view view;
    } as;
};

/* As a record body, and back. decode(encode(x)) is x for every well-formed x. */
void vfj_observation_encode(const struct vfj_observation *observation, struct vfj_text *text);
enum vfj_status vfj_observation_decode(struct vfj_span body, struct vfj_observation *observation);

#endif
