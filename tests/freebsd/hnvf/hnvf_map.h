/* The logic of hnvf(4): which VF belongs to which hn, and what an interface's change leads to.
 *
 * Pure: events in, actions out. The module (hnvf.c) reports what its event handlers see and carries
 * out the actions. The rules are those of sys/dev/hyperv/netvsc/if_hn.c: hn_ismyvf(),
 * hn_rxvf_change(), hn_ifnet_attevent(), hn_ifnet_detevent(), hn_xpnt_vf_init(). */
#ifndef TESTS_FREEBSD_HNVF_HNVF_MAP_H
#define TESTS_FREEBSD_HNVF_HNVF_MAP_H

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stdbool.h>
#include <stdint.h>
#endif

/* A unit has at most six actions of one event. */
enum { HNVF_UNITS_MAX = 16, HNVF_MAC_SIZE = 6, HNVF_ACTIONS_MAX = 8 * HNVF_UNITS_MAX };

/* An interface as an event reports it. `id` is borrowed and never dereferenced. */
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
    HNVF_UP,      /* ifnet_event */
    HNVF_DOWN,
    HNVF_ADDRESS, /* ifaddr_event */
    HNVF_LINK,    /* ifnet_link_event */
    HNVF_MAC      /* iflladdr_event */
};

/* The order of an event's actions is the order in which hn(4) does these things. */
enum hnvf_action_kind {
    HNVF_TAKE,         /* `id` is the hn of `unit` from now on */
    HNVF_RELEASE,      /* `id` is no hn any more */
    HNVF_MAP,          /* `id` is the VF of `unit` */
    HNVF_UNMAP,        /* `id` is no VF any more */
    HNVF_ANNOUNCE,     /* send ETHERNET IFATTACH for `id`: its MAC became that of an hn */
    HNVF_LINK_DOWN,    /* `id` has no link */
    HNVF_LINK_UP,      /* `id` has link */
    HNVF_LINK_ASK,     /* `id` has the link that its own driver reports */
    HNVF_SEND_VF_UP,   /* HYPERV_NIC_VF of `unit` */
    HNVF_SEND_VF_DOWN, /* HYPERV_NIC_VF of `unit` */
    HNVF_WAIT,         /* call hnvf_wait_over() for `unit` in vf_xpnt_attwait seconds */
    HNVF_WAIT_CANCEL,  /* or not at all */
    HNVF_FLAGS_UP,     /* set IFF_UP of `id` without an event, as hn_xpnt_vf_init() does */
    HNVF_FLAGS_DOWN,   /* clear it */
    HNVF_TAKE_DOWN,    /* if_down(`id`) */
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

/* What the host does when hn asks for another data path (hw.hnvf.datapath). */
enum hnvf_datapath {
    HNVF_PATH_SWITCH, /* packets come by the path that hn asked for */
    HNVF_PATH_STAY,   /* packets come by the synthetic path whatever hn asked for */
    HNVF_PATH_HANG    /* packets come by no path while the VF has it */
};

struct hnvf_unit {
    const void *hn;
    const void *vf;     /* hn_vf_ifp: dev.hn.N.vf */
    const void *active; /* hn_rxvf_ifp, non-transparent mode: dev.hn.N.rxvf */
    uint8_t mac[HNVF_MAC_SIZE];
    bool is_hn_up;
    bool vf_has_link;
    bool is_waiting; /* vf_xpnt_attwait runs */
    bool is_enabled; /* dev.hn.N.vf_xpnt_enabled */
};

/* All zero is an empty map in non-transparent mode. */
struct hnvf_map {
    struct hnvf_unit units[HNVF_UNITS_MAX];
    bool is_transparent;
    bool is_mana; /* link is the administrative state; all VFs are one PCI function */
    enum hnvf_datapath datapath;
};

enum hnvf_verdict {
    HNVF_DELIVER,
    HNVF_RELABEL, /* received on the other interface of the pair */
    HNVF_DROP
};

/* Applies one event. `out` holds what follows from it, at most HNVF_ACTIONS_MAX actions. */
void hnvf_step(struct hnvf_map *map, enum hnvf_event event, const struct hnvf_interface *interface,
               struct hnvf_actions *out);

/* Ends vf_xpnt_attwait of a unit: the VF gets the data path if hn is up. */
void hnvf_wait_over(struct hnvf_map *map, unsigned unit, struct hnvf_actions *out);

/* Forgets everything. `out` holds what undoes the module's work on the interfaces. */
void hnvf_stop(struct hnvf_map *map, struct hnvf_actions *out);

/* The unit of an interface name "hn0" to "hn15"; HNVF_UNITS_MAX of any other. */
unsigned hnvf_unit_of(const char *name);

/* What becomes of a packet that hn, or its VF, received. */
enum hnvf_verdict hnvf_received(const struct hnvf_map *map, unsigned unit, bool on_vf);

/* What becomes of a packet that is sent through hn; RELABEL is "by the VF". */
enum hnvf_verdict hnvf_sent(const struct hnvf_map *map, unsigned unit);

#endif
