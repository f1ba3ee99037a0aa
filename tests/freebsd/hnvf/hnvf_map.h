/* The logic of hnvf(4): which VF belongs to which hn, and which actions follow from a change of
 * an interface.
 *
 * This code is pure: events go in, actions come out. The module (hnvf.c) reports the events of
 * its handlers and carries out the actions. The rules are those of
 * sys/dev/hyperv/netvsc/if_hn.c: hn_ismyvf(), hn_rxvf_change(), hn_ifnet_attevent(),
 * hn_ifnet_detevent(), hn_xpnt_vf_init(). */
#ifndef TESTS_FREEBSD_HNVF_HNVF_MAP_H
#define TESTS_FREEBSD_HNVF_HNVF_MAP_H

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

/* One event causes at most six actions in a unit. */
enum { HNVF_UNITS_MAX = 16, HNVF_MAC_SIZE = 6, HNVF_ACTIONS_MAX = 8 * HNVF_UNITS_MAX };

/* An interface at the time of an event. `id` identifies it and is never dereferenced. */
struct hnvf_interface {
    const void *id;
    const char *name;   /* if_xname */
    const char *driver; /* if_dname */
    uint8_t mac[HNVF_MAC_SIZE];
    bool is_ethernet; /* if_alloctype == IFT_ETHER, and it has a link-level address */
    bool is_up;       /* IFF_UP */
    bool has_link;    /* LINK_STATE_UP */
    bool uses_if_start;
};

enum hnvf_event {
    HNVF_ATTACH,  /* ether_ifattach_event, and each interface at a rescan */
    HNVF_ARRIVAL, /* ifnet_arrival_event, ifnet_rename_event */
    HNVF_RENAME,  /* ifnet_departure_event with IFF_RENAMING */
    HNVF_DEPART,  /* ifnet_departure_event */
    HNVF_UP,      /* HNVF_UP and HNVF_DOWN: ifnet_event */
    HNVF_DOWN,
    HNVF_ADDRESS, /* ifaddr_event */
    HNVF_LINK,    /* ifnet_link_event */
    HNVF_MAC      /* iflladdr_event */
};

/* An event's actions are in the order in which hn(4) does the same. */
enum hnvf_action_kind {
    HNVF_TAKE,         /* `id` becomes the hn of `unit` */
    HNVF_RELEASE,      /* `id` is no longer an hn */
    HNVF_MAP,          /* `id` becomes the VF of `unit` */
    HNVF_UNMAP,        /* `id` is no longer a VF */
    HNVF_ANNOUNCE,     /* send ETHERNET IFATTACH for `id`: its MAC became that of an hn */
    HNVF_LINK_DOWN,    /* set the link state of `id` to down */
    HNVF_LINK_UP,      /* set the link state of `id` to up */
    HNVF_LINK_ASK,     /* set the link state of `id` to that which its driver reports */
    HNVF_SEND_VF_UP,   /* send the HYPERV_NIC_VF event VF_UP of `unit` */
    HNVF_SEND_VF_DOWN, /* send the HYPERV_NIC_VF event VF_DOWN of `unit` */
    HNVF_WAIT,         /* call hnvf_wait_over() for `unit` in vf_xpnt_attwait seconds */
    HNVF_WAIT_CANCEL,  /* cancel that call */
    HNVF_FLAGS_UP,     /* set IFF_UP of `id` without an event, as hn_xpnt_vf_init() does */
    HNVF_FLAGS_DOWN,   /* clear IFF_UP of `id` in the same way */
    HNVF_TAKE_DOWN,    /* call if_down() for `id` */
    HNVF_SAY_OCCUPIED, /* console: "VF was attached as VF" */
    HNVF_SAY_IF_START  /* console: "uses if_start, which is unsupported in transparent VF mode" */
};

struct hnvf_action {
    enum hnvf_action_kind kind;
    unsigned unit;
    const void *id;
};

struct hnvf_actions {
    struct hnvf_action of[HNVF_ACTIONS_MAX];
    unsigned count;
};

/* How the simulated host reacts when hn requests another data path (hw.hnvf.datapath). */
enum hnvf_datapath {
    HNVF_PATH_SWITCH, /* packets take the requested path */
    HNVF_PATH_STAY,   /* packets take the synthetic path in any case */
    HNVF_PATH_HANG    /* packets take no path while the VF has the data path */
};

struct hnvf_unit {
    const void *hn;
    const void *vf;     /* hn_vf_ifp: dev.hn.N.vf */
    const void *active; /* hn_rxvf_ifp, non-transparent mode: dev.hn.N.rxvf */
    uint8_t mac[HNVF_MAC_SIZE];
    bool is_hn_up;
    bool vf_has_link;
    bool is_waiting; /* vf_xpnt_attwait has not passed yet */
    bool is_enabled; /* dev.hn.N.vf_xpnt_enabled */
};

/* A map of zeroes is empty and in non-transparent mode. */
struct hnvf_map {
    struct hnvf_unit units[HNVF_UNITS_MAX];
    bool is_transparent;
    bool is_mana; /* a link follows IFF_UP, and all VFs are one PCI function */
    enum hnvf_datapath datapath;
};

enum hnvf_verdict {
    HNVF_DELIVER,
    HNVF_RELABEL, /* passed on as received by the other interface of the pair */
    HNVF_DROP
};

/* Applies one event. Fills in the actions that follow, at most HNVF_ACTIONS_MAX. */
void hnvf_step(struct hnvf_map *map, enum hnvf_event event, const struct hnvf_interface *interface,
               struct hnvf_actions *out);

/* Ends vf_xpnt_attwait of a unit: the VF gets the data path if hn is up. */
void hnvf_wait_over(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out);

/* Empties the map. Fills in the actions that undo the module's changes of the interfaces. */
void hnvf_stop(struct hnvf_map *map, struct hnvf_actions *out);

/* Returns the unit of a name "hn0" to "hn15", and HNVF_UNITS_MAX for any other name. */
unsigned hnvf_unit_of(const char *name);

/* Decides about a packet that hn or its VF received. */
enum hnvf_verdict hnvf_received(const struct hnvf_map *map, unsigned unit, bool on_vf);

/* Decides about a packet that the guest sends through hn. RELABEL means that the VF sends it. */
enum hnvf_verdict hnvf_sent(const struct hnvf_map *map, unsigned unit);

#endif
