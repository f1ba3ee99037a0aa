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

/* HNVF_ACTIONS_MAX is sufficient: one event causes at most six actions in a unit. */
enum { HNVF_UNITS_MAX = 16, HNVF_MAC_SIZE = 6, HNVF_ACTIONS_MAX = 8 * HNVF_UNITS_MAX };

/* The properties of an interface at the time of an event. `id` identifies the interface and is
 * never dereferenced. */
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

/* The events of an interface, each with the FreeBSD event handler that reports it to the module. */
enum hnvf_event {
    HNVF_ATTACH,  /* ether_ifattach_event; also reported for each interface at a rescan */
    HNVF_ARRIVAL, /* ifnet_arrival_event, ifnet_rename_event */
    HNVF_RENAME,  /* ifnet_departure_event with IFF_RENAMING */
    HNVF_DEPART,  /* ifnet_departure_event */
    HNVF_UP,      /* ifnet_event with IFNET_EVENT_UP */
    HNVF_DOWN,    /* ifnet_event with IFNET_EVENT_DOWN */
    HNVF_ADDRESS, /* ifaddr_event */
    HNVF_LINK,    /* ifnet_link_event */
    HNVF_MAC      /* iflladdr_event */
};

/* What the module must do. The actions of one event are in the order in which hn(4) does the
 * same. */
enum hnvf_action_kind {
    HNVF_TAKE,         /* `id` becomes the hn of `unit` */
    HNVF_RELEASE,      /* `id` is no longer an hn */
    HNVF_MAP,          /* `id` becomes the VF of `unit` */
    HNVF_UNMAP,        /* `id` is no longer a VF */
    HNVF_ANNOUNCE,     /* send ETHERNET IFATTACH for `id`: its MAC became that of an hn */
    HNVF_LINK_DOWN,    /* set the link state of `id` to down */
    HNVF_LINK_UP,      /* set the link state of `id` to up */
    HNVF_LINK_ASK,     /* set the link state of `id` to the one that its driver reports */
    HNVF_SEND_VF_UP,   /* send the HYPERV_NIC_VF event VF_UP of `unit` */
    HNVF_SEND_VF_DOWN, /* send the HYPERV_NIC_VF event VF_DOWN of `unit` */
    HNVF_WAIT,         /* call hnvf_wait_over() for `unit` after vf_xpnt_attwait seconds */
    HNVF_WAIT_CANCEL,  /* cancel the delayed call of hnvf_wait_over() */
    HNVF_FLAGS_UP,     /* set IFF_UP of `id` without an event, as hn_xpnt_vf_init() does */
    HNVF_FLAGS_DOWN,   /* clear IFF_UP of `id` without an event */
    HNVF_TAKE_DOWN,    /* call if_down() for `id` */
    HNVF_SAY_OCCUPIED, /* print "VF was attached as VF" on the console */
    /* print "uses if_start, which is unsupported in transparent VF mode" on the console */
    HNVF_SAY_IF_START
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

/* How the simulated host reacts when hn requests another path for packets (hw.hnvf.datapath). */
enum hnvf_datapath {
    HNVF_PATH_SWITCH, /* packets take the requested path */
    HNVF_PATH_STAY,   /* packets take the synthetic path in any case */
    HNVF_PATH_HANG    /* packets take no path while the VF has the data path */
};

struct hnvf_unit {
    const void *hn;
    const void *vf; /* the VF's id: hn_vf_ifp of hn(4), shown as dev.hn.N.vf */
    /* id of the active VF in non-transparent mode: hn_rxvf_ifp, shown as dev.hn.N.rxvf */
    const void *active;
    uint8_t mac[HNVF_MAC_SIZE];
    bool is_hn_up;
    bool vf_has_link;
    bool is_waiting; /* the time vf_xpnt_attwait after the VF's attachment has not passed yet */
    bool is_enabled; /* dev.hn.N.vf_xpnt_enabled */
};

/* The state of the module. A map of zeroes is empty and in non-transparent mode. */
struct hnvf_map {
    struct hnvf_unit units[HNVF_UNITS_MAX];
    bool is_transparent;
    /* simulate mana(4): a link follows IFF_UP, and all VFs belong to one PCI function */
    bool is_mana;
    enum hnvf_datapath datapath;
};

enum hnvf_verdict {
    HNVF_DELIVER,
    /* pass the packet on as if the other interface of the pair (hn and its VF) had received it */
    HNVF_RELABEL,
    HNVF_DROP
};

/* Applies one event to the map. Fills in the actions that the caller must carry out, at most
 * HNVF_ACTIONS_MAX. */
void hnvf_step(struct hnvf_map *map, enum hnvf_event event, const struct hnvf_interface *interface,
               struct hnvf_actions *out);

/* Ends the time vf_xpnt_attwait of a unit. The VF then gets the data path if hn is up. */
void hnvf_wait_over(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out);

/* Empties the map. Fills in the actions that undo all changes that the module made to
 * interfaces. */
void hnvf_stop(struct hnvf_map *map, struct hnvf_actions *out);

/* Returns N for a name "hnN" from "hn0" to "hn15", and HNVF_UNITS_MAX for any other name. */
unsigned hnvf_unit_of(const char *name);

/* Returns what becomes of a packet that hn (`on_vf` false) or its VF (`on_vf` true) received. */
enum hnvf_verdict hnvf_received(const struct hnvf_map *map, unsigned unit, bool on_vf);

/* Returns what becomes of a packet that the guest sends through hn. HNVF_RELABEL: the VF sends the
 * packet. */
enum hnvf_verdict hnvf_sent(const struct hnvf_map *map, unsigned unit);

#endif
