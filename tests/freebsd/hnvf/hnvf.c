/* hnvf(4): a test instrument. Ordinary Ethernet interfaces behave towards userland like hn(4) with
 * VFs on Hyper-V; README.md says how.
 *
 * hnvf_map.c decides; this file reports events to it and carries its actions out. One sx(9) lock
 * covers the map. Packets take no lock: they read the ports, in the network epoch. */
#include <sys/param.h>
#include <sys/systm.h>

#include <sys/bus.h>
#include <sys/counter.h>
#include <sys/epoch.h>
#include <sys/eventhandler.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/mbuf.h>
#include <sys/module.h>
#include <sys/proc.h>
#include <sys/sbuf.h>
#include <sys/socket.h>
#include <sys/sockio.h>
#include <sys/sx.h>
#include <sys/sysctl.h>
#include <sys/taskqueue.h>

#include <net/bpf.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/if_media.h>
#include <net/if_types.h>
#include <net/if_var.h>
#if __has_include(<net/if_private.h>)
#include <net/if_private.h>
#endif
#include <net/vnet.h>

#include "hnvf_map.h"

/* One interface whose functions hnvf stands before. */
struct port {
    struct ifnet *ifp;  /* NULL: the port is free */
    struct ifnet *peer; /* the other interface of the pair, or NULL */
    enum hnvf_verdict received, sent;
    void (*input)(struct ifnet *, struct mbuf *);
    int (*transmit)(struct ifnet *, struct mbuf *);
    int (*ioctl)(struct ifnet *, u_long, caddr_t);
};

enum { PORT_HN, PORT_VF, PORTS };
enum { RX, TX, DIRECTIONS };

struct unit {
    struct port ports[PORTS];
    struct sysctl_ctx_list ctx;
    bool has_sysctls;
    counter_u64_t packets[DIRECTIONS];
    struct timeout_task wait;
};

static struct unit units[HNVF_UNITS_MAX];
static struct hnvf_map map;
static struct hnvf_actions actions;
static struct sx lock;
static struct task scan_task;
static struct sysctl_ctx_list sysctls;
static struct sysctl_oid *dev_hn;
static eventhandler_tag tags[9];
static unsigned tag_count;
static unsigned in_ioctl;
static bool scan_addresses, is_stopping;

/* hw.hn.* as hn(4) has them, and the knobs, hw.hnvf.* */
static int transparent = 1, accbpf = 0, attwait_s = 2;
static int datapath = HNVF_PATH_SWITCH, mana = 0, down_ms = 0;
static counter_u64_t dropped, relabelled;

static void step(enum hnvf_event event, struct ifnet *ifp);

/* ------------------------------------------------------------------ packets and ioctls */

/* The caller is in the network epoch, or holds the lock. */
static struct port *find_port(const struct ifnet *ifp, unsigned *which, unsigned *number)
{
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        for (unsigned i = 0; i < PORTS; i++)
            if (units[unit].ports[i].ifp == ifp) {
                *which = i;
                *number = unit;
                return &units[unit].ports[i];
            }
    return NULL;
}

static void count(unsigned unit, unsigned direction, struct mbuf *m)
{
    for (; m != NULL; m = m->m_nextpkt)
        counter_u64_add(units[unit].packets[direction], 1);
}

static void drop(struct mbuf *m)
{
    struct mbuf *next;
    for (; m != NULL; m = next) {
        next = m->m_nextpkt;
        m->m_nextpkt = NULL;
        m_freem(m);
        counter_u64_add(dropped, 1);
    }
}

static void relabel(struct mbuf *m, struct ifnet *from, struct ifnet *to)
{
    for (; m != NULL; m = m->m_nextpkt) {
        m->m_pkthdr.rcvif = to;
        counter_u64_add(relabelled, 1);
        if (accbpf && map.is_transparent)
            BPF_MTAP(from, m);
    }
}

static void hook_input(struct ifnet *ifp, struct mbuf *m)
{
    struct epoch_tracker et;
    unsigned which, unit;

    NET_EPOCH_ENTER(et);
    struct port *port = find_port(ifp, &which, &unit);
    if (port == NULL) { /* it lost its hook while this packet was on its way */
        drop(m);
        NET_EPOCH_EXIT(et);
        return;
    }
    struct port *other = &units[unit].ports[1 - which];
    struct ifnet *peer = atomic_load_ptr(&port->peer);
    enum hnvf_verdict verdict = port->received;
    if (which == PORT_HN && verdict != HNVF_DROP)
        count(unit, RX, m);
    if (verdict == HNVF_DELIVER) {
        port->input(ifp, m);
    } else if (verdict == HNVF_RELABEL && peer != NULL && other->ifp == peer) {
        relabel(m, ifp, peer);
        other->input(peer, m);
    } else {
        drop(m);
    }
    NET_EPOCH_EXIT(et);
}

static int hook_transmit(struct ifnet *ifp, struct mbuf *m)
{
    struct epoch_tracker et;
    unsigned which, unit;
    int error = 0;

    NET_EPOCH_ENTER(et);
    struct port *port = find_port(ifp, &which, &unit);
    if (port == NULL) {
        m_freem(m);
        NET_EPOCH_EXIT(et);
        return ENXIO;
    }
    struct ifnet *peer = atomic_load_ptr(&port->peer);
    if (port->sent == HNVF_DELIVER) {
        if (which == PORT_HN)
            count(unit, TX, m);
        error = port->transmit(ifp, m);
    } else if (port->sent == HNVF_RELABEL && peer != NULL) {
        BPF_MTAP(ifp, m); /* hn(4) shows bpf what it hands to the VF */
        error = peer->if_transmit(peer, m);
    } else {
        drop(m);
    }
    NET_EPOCH_EXIT(et);
    return error;
}

/* An ioctl may sleep, so a counter and no epoch keeps the module in place. */
static int hook_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
    unsigned which, unit;
    int error = ENXIO;

    atomic_add_int(&in_ioctl, 1);
    struct port *port = find_port(ifp, &which, &unit);
    int (*ioctl)(struct ifnet *, u_long, caddr_t) = port != NULL ? port->ioctl : NULL;
    if (ioctl != NULL) {
        if (which == PORT_VF && cmd == SIOCSIFFLAGS && (ifp->if_flags & IFF_UP) == 0 && down_ms > 0)
            pause_sbt("hnvfdn", down_ms * SBT_1MS, 0, C_CATCH); /* mana_detach() takes its time */
        error = ioctl(ifp, cmd, data);
        if (error == 0 && (cmd == SIOCGIFMEDIA || cmd == SIOCGIFXMEDIA)) {
            struct ifmediareq *media = (struct ifmediareq *)data;
            if (which == PORT_HN && map.units[unit].active != NULL)
                media->ifm_status &= ~IFM_ACTIVE;
            if (which == PORT_VF && map.is_mana && (ifp->if_flags & IFF_UP) == 0)
                media->ifm_status &= ~IFM_ACTIVE;
        }
    }
    atomic_subtract_int(&in_ioctl, 1);
    return error;
}

/* Stands before the functions of an interface. */
static void hook(unsigned unit, unsigned which, struct ifnet *ifp)
{
    struct port *port = &units[unit].ports[which];
    port->input = ifp->if_input;
    port->transmit = ifp->if_transmit;
    port->ioctl = ifp->if_ioctl;
    port->received = port->sent = HNVF_DELIVER;
    atomic_store_rel_ptr((volatile uintptr_t *)&port->ifp, (uintptr_t)ifp);
    ifp->if_input = hook_input;
    if (which == PORT_HN)
        ifp->if_transmit = hook_transmit;
    if (port->ioctl != NULL)
        ifp->if_ioctl = hook_ioctl;
}

/* lagg(4) saves if_ioctl of a port and gives it back later: a hook below it cannot be taken out. */
static bool is_hook_on_top(const struct port *port, unsigned which)
{
    const struct ifnet *ifp = port->ifp;
    return ifp == NULL
        || ((port->ioctl == NULL || ifp->if_ioctl == hook_ioctl) && ifp->if_input == hook_input
            && (which != PORT_HN || ifp->if_transmit == hook_transmit));
}

/* Gives an interface its functions back, and waits until no packet is inside a hook. */
static void unhook(unsigned unit, unsigned which)
{
    struct port *port = &units[unit].ports[which];
    struct ifnet *ifp = port->ifp;
    if (ifp == NULL)
        return;
    if (ifp->if_input == hook_input)
        ifp->if_input = port->input;
    if (ifp->if_transmit == hook_transmit)
        ifp->if_transmit = port->transmit;
    if (ifp->if_ioctl == hook_ioctl)
        ifp->if_ioctl = port->ioctl;
    units[unit].ports[1 - which].peer = NULL;
    NET_EPOCH_WAIT();
    memset(port, 0, sizeof *port);
}

/* Makes what packets read equal to the map. */
static void publish(void)
{
    map.is_mana = mana != 0;
    map.datapath = (enum hnvf_datapath)datapath;
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        struct port *hn = &units[unit].ports[PORT_HN], *vf = &units[unit].ports[PORT_VF];
        hn->received = hnvf_received(&map, unit, false);
        hn->sent = hnvf_sent(&map, unit);
        vf->received = vf->ifp != NULL ? hnvf_received(&map, unit, true) : HNVF_DELIVER;
        vf->sent = HNVF_DELIVER;
        atomic_store_ptr(&hn->peer, vf->ifp);
        atomic_store_ptr(&vf->peer, hn->ifp);
    }
}

/* ------------------------------------------------------------------ sysctls */

static int unit_vf_sysctl(SYSCTL_HANDLER_ARGS)
{
    char name[IFNAMSIZ] = "";

    sx_slock(&lock);
    const void *id = arg1 != NULL ? map.units[arg2].active : map.units[arg2].vf;
    if (id != NULL)
        strlcpy(name, if_name((struct ifnet *)__DECONST(void *, id)), sizeof name);
    sx_sunlock(&lock);
    return sysctl_handle_string(oidp, name, sizeof name, req);
}

static int unit_enabled_sysctl(SYSCTL_HANDLER_ARGS)
{
    int enabled = map.units[arg2].is_enabled;
    return sysctl_handle_int(oidp, &enabled, 0, req);
}

/* dev.hn.N */
static void add_unit_sysctls(unsigned number)
{
    struct unit *unit = &units[number];
    char name[4];

    if (unit->has_sysctls || dev_hn == NULL)
        return;
    snprintf(name, sizeof name, "%u", number);
    sysctl_ctx_init(&unit->ctx);
    unit->has_sysctls = true;
    struct sysctl_oid_list *parent
        = SYSCTL_CHILDREN(SYSCTL_ADD_NODE(&unit->ctx, SYSCTL_CHILDREN(dev_hn), OID_AUTO, name,
                                          CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, ""));
    SYSCTL_ADD_PROC(&unit->ctx, parent, OID_AUTO, "vf",
                    CTLTYPE_STRING | CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, number, unit_vf_sysctl, "A",
                    "Virtual Function's name");
    if (map.is_transparent) {
        SYSCTL_ADD_PROC(&unit->ctx, parent, OID_AUTO, "vf_xpnt_enabled",
                        CTLTYPE_INT | CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, number,
                        unit_enabled_sysctl, "I", "Transparent VF enabled");
        SYSCTL_ADD_INT(&unit->ctx, parent, OID_AUTO, "vf_xpnt_accbpf", CTLFLAG_RW, &accbpf, 0,
                       "Accurate BPF for transparent VF");
    } else {
        SYSCTL_ADD_PROC(&unit->ctx, parent, OID_AUTO, "rxvf",
                        CTLTYPE_STRING | CTLFLAG_RD | CTLFLAG_MPSAFE, unit, number, unit_vf_sysctl,
                        "A", "activated Virtual Function's name");
    }
    static const char *const directions[DIRECTIONS] = {[RX] = "rx", [TX] = "tx"};
    for (unsigned i = 0; i < DIRECTIONS; i++) {
        struct sysctl_oid *node = SYSCTL_ADD_NODE(&unit->ctx, parent, OID_AUTO, directions[i],
                                                  CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
        node = SYSCTL_ADD_NODE(&unit->ctx, SYSCTL_CHILDREN(node), OID_AUTO, "0",
                               CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
        SYSCTL_ADD_COUNTER_U64(&unit->ctx, SYSCTL_CHILDREN(node), OID_AUTO, "packets", CTLFLAG_RD,
                               &unit->packets[i], "packets of the synthetic path");
    }
}

/* hw.hn.vflist (arg2 0) and hw.hn.vfmap (arg2 1), in the order of the VFs' indexes. */
static int map_sysctl(SYSCTL_HANDLER_ARGS)
{
    int error = sysctl_wire_old_buffer(req, 0);
    if (error != 0)
        return error;
    struct sbuf *text = sbuf_new_for_sysctl(NULL, NULL, 128, req);
    if (text == NULL)
        return ENOMEM;
    sx_slock(&lock);
    const char *separator = "";
    for (int last = -1;;) {
        const struct hnvf_unit *next = NULL;
        int next_index = 0;
        for (unsigned i = 0; i < HNVF_UNITS_MAX; i++) {
            const struct ifnet *vf = map.units[i].vf;
            if (vf == NULL || (int)vf->if_index <= last
                || (next != NULL && (int)vf->if_index >= next_index))
                continue;
            next = &map.units[i];
            next_index = vf->if_index;
        }
        if (next == NULL)
            break;
        last = next_index;
        sbuf_printf(text, "%s%s", separator, ((const struct ifnet *)next->vf)->if_xname);
        if (arg2)
            sbuf_printf(text, ":%s", ((const struct ifnet *)next->hn)->if_xname);
        separator = " ";
    }
    sx_sunlock(&lock);
    error = sbuf_finish(text);
    sbuf_delete(text);
    return error;
}

/* Two interfaces may come before this module: all are reported to the map again. */
static void rescan(void)
{
    VNET_ITERATOR_DECL(vnet_iter);
    struct ifnet *ifp;

    VNET_LIST_RLOCK();
    IFNET_RLOCK();
    for (unsigned round = 0; round < 2; round++) { /* hns first */
        VNET_FOREACH(vnet_iter)
        {
            CURVNET_SET_QUIET(vnet_iter);
            CK_STAILQ_FOREACH(ifp, &V_ifnet, if_link)
            if ((hnvf_unit_of(ifp->if_xname) < HNVF_UNITS_MAX) == (round == 0))
                step(HNVF_ATTACH, ifp);
            CURVNET_RESTORE();
        }
    }
    IFNET_RUNLOCK();
    VNET_LIST_RUNLOCK();
}

static int rescan_sysctl(SYSCTL_HANDLER_ARGS)
{
    int value = 0;
    int error = sysctl_handle_int(oidp, &value, 0, req);
    if (error == 0 && req->newptr != NULL && value != 0)
        rescan();
    return error;
}

/* A knob: a value from 0 to arg2. */
static int knob_sysctl(SYSCTL_HANDLER_ARGS)
{
    int value = *(int *)arg1;
    int error = sysctl_handle_int(oidp, &value, 0, req);
    if (error != 0 || req->newptr == NULL)
        return error;
    if (value < 0 || value > (int)arg2)
        return EINVAL;
    sx_xlock(&lock);
    *(int *)arg1 = value;
    publish();
    sx_xunlock(&lock);
    return 0;
}

/* "SYSTEM SUBSYSTEM TYPE [DATA]": sends a devctl line. */
static int inject_sysctl(SYSCTL_HANDLER_ARGS)
{
    char line[900] = "", *rest = line, *word[3];
    int error = sysctl_handle_string(oidp, line, sizeof line, req);
    if (error != 0 || req->newptr == NULL)
        return error;
    for (unsigned i = 0; i < nitems(word); i++)
        if ((word[i] = strsep(&rest, " ")) == NULL || *word[i] == '\0')
            return EINVAL;
    devctl_notify(word[0], word[1], word[2], rest);
    return 0;
}

/* A leaf of hw.hn. GENERIC holds hn(4), whose leaves exist without any hn: hnvf lends them its
 * handlers and gives them back. */
struct leaf {
    const char *name;
    int kind;
    int (*handler)(SYSCTL_HANDLER_ARGS);
    void *arg1;
    intmax_t arg2;
    const char *format;
    struct sysctl_oid *taken;
    int (*old_handler)(SYSCTL_HANDLER_ARGS);
    void *old_arg1;
    intmax_t old_arg2;
};

static struct leaf leaves[] = {
    {"vflist", CTLTYPE_STRING | CTLFLAG_RD, map_sysctl, NULL, 0, "A"},
    {"vfmap", CTLTYPE_STRING | CTLFLAG_RD, map_sysctl, NULL, 1, "A"},
    {"vf_transparent", CTLTYPE_INT | CTLFLAG_RD, sysctl_handle_int, &transparent, 0, "I"},
    {"vf_xpnt_accbpf", CTLTYPE_INT | CTLFLAG_RD, sysctl_handle_int, &accbpf, 0, "I"},
    {"vf_xpnt_attwait", CTLTYPE_INT | CTLFLAG_RW, sysctl_handle_int, &attwait_s, 0, "I"},
};

static struct sysctl_oid *find_leaf(const char *name)
{
    int find[2] = {CTL_SYSCTL, 3 /* name to oid */}, mib[CTL_MAXNAME], index;
    char path[64];
    size_t size = sizeof mib, used = 0;
    struct sysctl_oid *oid = NULL;

    snprintf(path, sizeof path, "hw.hn.%s", name);
    if (kernel_sysctl(curthread, find, 2, mib, &size, path, strlen(path), &used, 0) != 0)
        return NULL;
    sysctl_wlock();
    if (sysctl_find_oid(mib, used / sizeof(int), &oid, &index, NULL) != 0)
        oid = NULL;
    sysctl_wunlock();
    return oid;
}

static void add_leaf(struct sysctl_oid *hw_hn, struct leaf *leaf)
{
    struct sysctl_oid *oid = find_leaf(leaf->name);
    if (oid == NULL) {
        sysctl_add_oid(&sysctls, SYSCTL_CHILDREN(hw_hn), OID_AUTO, leaf->name,
                       leaf->kind | CTLFLAG_MPSAFE, leaf->arg1, leaf->arg2, leaf->handler,
                       leaf->format, "", NULL);
        return;
    }
    sysctl_wlock();
    leaf->taken = oid;
    leaf->old_handler = oid->oid_handler;
    leaf->old_arg1 = oid->oid_arg1;
    leaf->old_arg2 = oid->oid_arg2;
    oid->oid_handler = leaf->handler;
    oid->oid_arg1 = leaf->arg1;
    oid->oid_arg2 = leaf->arg2;
    sysctl_wunlock();
}

static void return_leaves(void)
{
    bool has_waited = true;
    sysctl_wlock();
    for (unsigned i = 0; i < nitems(leaves); i++) {
        struct sysctl_oid *oid = leaves[i].taken;
        if (oid == NULL)
            continue;
        oid->oid_handler = leaves[i].old_handler;
        oid->oid_arg1 = leaves[i].old_arg1;
        oid->oid_arg2 = leaves[i].old_arg2;
        leaves[i].taken = NULL;
        has_waited = false;
    }
    sysctl_wunlock();
    if (!has_waited)
        pause("hnvfoid", hz); /* the kernel counts no readers of a static leaf */
}

static void add_knob(struct sysctl_oid *node, const char *name, int *value, int max,
                     const char *text)
{
    SYSCTL_ADD_PROC(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, name,
                    CTLTYPE_INT | CTLFLAG_RW | CTLFLAG_MPSAFE, value, max, knob_sysctl, "I", text);
}

static void add_sysctls(void)
{
    sysctl_ctx_init(&sysctls);
    struct sysctl_oid *hw_hn
        = SYSCTL_ADD_NODE(&sysctls, SYSCTL_STATIC_CHILDREN(_hw), OID_AUTO, "hn",
                          CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "Hyper-V network interface");
    for (unsigned i = 0; i < nitems(leaves); i++)
        add_leaf(hw_hn, &leaves[i]);
    dev_hn = SYSCTL_ADD_NODE(&sysctls, SYSCTL_STATIC_CHILDREN(_dev), OID_AUTO, "hn",
                             CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "");
    struct sysctl_oid *node
        = SYSCTL_ADD_NODE(&sysctls, SYSCTL_STATIC_CHILDREN(_hw), OID_AUTO, "hnvf",
                          CTLFLAG_RD | CTLFLAG_MPSAFE, NULL, "emulation of hn(4) and its VFs");
    add_knob(node, "datapath", &datapath, HNVF_PATH_HANG,
             "the host: 0 switches the data path, 1 stays on hn, 2 hangs");
    add_knob(node, "mana", &mana, 1, "VFs behave like mana(4)");
    add_knob(node, "down_ms", &down_ms, 60000, "how long a VF takes to go down");
    SYSCTL_ADD_PROC(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "rescan",
                    CTLTYPE_INT | CTLFLAG_RW | CTLFLAG_MPSAFE, NULL, 0, rescan_sysctl, "I",
                    "1: look at all interfaces again");
    SYSCTL_ADD_PROC(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "inject",
                    CTLTYPE_STRING | CTLFLAG_RW | CTLFLAG_MPSAFE, NULL, 0, inject_sysctl, "A",
                    "system subsystem type [data]: send a devctl line");
    SYSCTL_ADD_COUNTER_U64(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "dropped", CTLFLAG_RD,
                           &dropped, "packets of the path that the host does not use");
    SYSCTL_ADD_COUNTER_U64(&sysctls, SYSCTL_CHILDREN(node), OID_AUTO, "relabelled", CTLFLAG_RD,
                           &relabelled, "packets handed to the other interface of a pair");
}

/* ------------------------------------------------------------------ actions */

static void set_flags(struct ifnet *ifp, bool is_up)
{
    struct ifreq request;

    CURVNET_SET_QUIET(ifp->if_vnet);
    if (is_up)
        ifp->if_flags |= IFF_UP;
    else
        ifp->if_flags &= ~IFF_UP;
    memset(&request, 0, sizeof request);
    strlcpy(request.ifr_name, ifp->if_xname, sizeof request.ifr_name);
    request.ifr_flags = ifp->if_flags & 0xffff;
    request.ifr_flagshigh = ifp->if_flags >> 16;
    int error = ifp->if_ioctl != NULL ? ifp->if_ioctl(ifp, SIOCSIFFLAGS, (caddr_t)&request) : 0;
    if (error != 0)
        if_printf(ifp, "bringing it %s failed: %d\n", is_up ? "up" : "down", error);
    CURVNET_RESTORE();
}

/* The link that the driver of hn itself reports; drivers without media have link. */
static int driver_link(unsigned unit, struct ifnet *ifp)
{
    struct ifmediareq media;
    const struct port *port = &units[unit].ports[PORT_HN];
    int (*ioctl)(struct ifnet *, u_long, caddr_t) = port->ifp == ifp ? port->ioctl : NULL;

    memset(&media, 0, sizeof media);
    if (ioctl == NULL || ioctl(ifp, SIOCGIFMEDIA, (caddr_t)&media) != 0
        || (media.ifm_status & IFM_AVALID) == 0)
        return LINK_STATE_UP;
    return (media.ifm_status & IFM_ACTIVE) != 0 ? LINK_STATE_UP : LINK_STATE_DOWN;
}

static void send(const char *system, struct ifnet *ifp, const char *type)
{
    devctl_notify(system, ifp->if_xname, type, NULL);
}

/* Carries one action out. Returns an interface that is to be taken down without the lock. */
static struct ifnet *act(const struct hnvf_action *action)
{
    struct ifnet *ifp = __DECONST(struct ifnet *, action->id);
    unsigned unit = action->unit;

    switch (action->kind) {
    case HNVF_TAKE:
        hook(unit, PORT_HN, ifp);
        add_unit_sysctls(unit);
        break;
    case HNVF_RELEASE:
        unhook(unit, PORT_HN);
        break;
    case HNVF_MAP:
        hook(unit, PORT_VF, ifp);
        break;
    case HNVF_UNMAP:
        unhook(unit, PORT_VF);
        break;
    case HNVF_ANNOUNCE:
        if (IS_DEFAULT_VNET(ifp->if_vnet))
            send("ETHERNET", ifp, "IFATTACH");
        break;
    case HNVF_LINK_DOWN:
        if_link_state_change(ifp, LINK_STATE_DOWN);
        break;
    case HNVF_LINK_UP:
        if_link_state_change(ifp, LINK_STATE_UP);
        break;
    case HNVF_LINK_ASK:
        if_link_state_change(ifp, driver_link(unit, ifp));
        break;
    case HNVF_SEND_VF_UP:
        send("HYPERV_NIC_VF", ifp, "VF_UP");
        break;
    case HNVF_SEND_VF_DOWN:
        send("HYPERV_NIC_VF", ifp, "VF_DOWN");
        break;
    case HNVF_WAIT:
        taskqueue_enqueue_timeout(taskqueue_thread, &units[unit].wait,
                                  (attwait_s < 2 ? 2 : attwait_s) * hz);
        break;
    case HNVF_WAIT_CANCEL:
        taskqueue_cancel_timeout(taskqueue_thread, &units[unit].wait, NULL);
        break;
    case HNVF_FLAGS_UP:
        set_flags(ifp, true);
        break;
    case HNVF_FLAGS_DOWN:
        set_flags(ifp, false);
        break;
    case HNVF_TAKE_DOWN:
        if_ref(ifp);
        return ifp;
    case HNVF_SAY_OCCUPIED:
        if_printf(__DECONST(struct ifnet *, map.units[unit].hn), "%s was attached as VF\n",
                  ifp->if_xname);
        break;
    case HNVF_SAY_IF_START:
        if_printf(ifp, "uses if_start, which is unsupported in transparent VF mode.\n");
        break;
    }
    return NULL;
}

/* Carries out what a step returned, and unlocks. */
static void act_and_unlock(void)
{
    struct ifnet *down[HNVF_UNITS_MAX];
    unsigned down_count = 0;

    for (unsigned i = 0; i < actions.count; i++) {
        publish(); /* an unhooked interface is no peer any more */
        struct ifnet *ifp = act(&actions.of[i]);
        if (ifp != NULL && down_count < nitems(down))
            down[down_count++] = ifp;
    }
    publish();
    sx_xunlock(&lock);
    for (unsigned i = 0; i < down_count; i++) {
        CURVNET_SET_QUIET(down[i]->if_vnet);
        if ((down[i]->if_flags & IFF_UP) != 0)
            if_down(down[i]);
        CURVNET_RESTORE();
        if_rele(down[i]);
    }
}

static void step(enum hnvf_event event, struct ifnet *ifp)
{
    struct hnvf_interface interface = {
        .id = ifp,
        .name = ifp->if_xname,
        .driver = ifp->if_dname != NULL ? ifp->if_dname : "",
        .is_ethernet = ifp->if_alloctype == IFT_ETHER && ifp->if_addr != NULL,
        .is_up = (ifp->if_flags & IFF_UP) != 0,
        .has_link = ifp->if_link_state == LINK_STATE_UP,
        .uses_if_start = ifp->if_start != NULL,
    };
    if (interface.is_ethernet)
        memcpy(interface.mac, IF_LLADDR(ifp), sizeof interface.mac);
    sx_xlock(&lock);
    if (is_stopping) {
        sx_xunlock(&lock);
        return;
    }
    hnvf_step(&map, event, &interface, &actions);
    act_and_unlock();
}

static void wait_over(void *context, int pending __unused)
{
    sx_xlock(&lock);
    hnvf_wait_over(&map, (unsigned)((struct unit *)context - units), &actions);
    act_and_unlock();
}

/* ------------------------------------------------------------------ events */

/* Link events come from a software interrupt, which must not sleep, and addresses set by a router
 * advertisement come in the network epoch: a task takes both up. */
static void scan(void *context __unused, int pending __unused)
{
    struct ifnet *found[HNVF_UNITS_MAX * PORTS];
    unsigned found_count = 0;

    sx_xlock(&lock);
    bool with_addresses = scan_addresses;
    scan_addresses = false;
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        for (unsigned i = 0; i < PORTS; i++)
            if (units[unit].ports[i].ifp != NULL) {
                found[found_count] = units[unit].ports[i].ifp;
                if_ref(found[found_count++]);
            }
    sx_xunlock(&lock);
    for (unsigned i = 0; i < found_count; i++) {
        step(HNVF_LINK, found[i]);
        if (with_addresses)
            step(HNVF_ADDRESS, found[i]);
        if_rele(found[i]);
    }
}

static bool may_sleep(void)
{
    return !in_epoch(net_epoch_preempt);
}

static void on_attach(void *context __unused, struct ifnet *ifp)
{
    step(HNVF_ATTACH, ifp);
}

static void on_arrival(void *context __unused, struct ifnet *ifp)
{
    step(HNVF_ARRIVAL, ifp);
}

static void on_departure(void *context __unused, struct ifnet *ifp)
{
#ifdef IFF_RENAMING
    if ((ifp->if_flags & IFF_RENAMING) != 0) {
        step(HNVF_RENAME, ifp);
        return;
    }
#endif
    step(HNVF_DEPART, ifp);
}

#ifdef HNVF_HAS_RENAME_EVENT
static void on_rename(void *context __unused, struct ifnet *ifp)
{
    step(HNVF_ARRIVAL, ifp);
}
#endif

static void on_event(void *context __unused, struct ifnet *ifp, int event)
{
    if (event == IFNET_EVENT_UP)
        step(HNVF_UP, ifp);
    else if (event == IFNET_EVENT_DOWN)
        step(HNVF_DOWN, ifp);
}

static void on_address(void *context __unused, struct ifnet *ifp)
{
    if (may_sleep()) {
        step(HNVF_ADDRESS, ifp);
    } else {
        scan_addresses = true;
        taskqueue_enqueue(taskqueue_thread, &scan_task);
    }
}

static void on_link(void *context __unused, struct ifnet *ifp __unused, int state __unused)
{
    taskqueue_enqueue(taskqueue_thread, &scan_task);
}

static void on_mac(void *context __unused, struct ifnet *ifp)
{
    if (may_sleep())
        step(HNVF_MAC, ifp);
}

/* ------------------------------------------------------------------ module */

#define LISTEN(event, handler) \
    tags[tag_count++] = EVENTHANDLER_REGISTER(event, handler, NULL, EVENTHANDLER_PRI_ANY)

static void listen(void)
{
    tag_count = 0;
    LISTEN(ether_ifattach_event, on_attach);
    LISTEN(ifnet_arrival_event, on_arrival);
    LISTEN(ifnet_departure_event, on_departure);
    LISTEN(ifnet_event, on_event);
    LISTEN(ifaddr_event, on_address);
    LISTEN(ifnet_link_event, on_link);
    LISTEN(iflladdr_event, on_mac);
#ifdef HNVF_HAS_RENAME_EVENT
    LISTEN(ifnet_rename_event, on_rename);
#endif
}

static void listen_no_more(void)
{
    tag_count = 0;
    EVENTHANDLER_DEREGISTER(ether_ifattach_event, tags[tag_count++]);
    EVENTHANDLER_DEREGISTER(ifnet_arrival_event, tags[tag_count++]);
    EVENTHANDLER_DEREGISTER(ifnet_departure_event, tags[tag_count++]);
    EVENTHANDLER_DEREGISTER(ifnet_event, tags[tag_count++]);
    EVENTHANDLER_DEREGISTER(ifaddr_event, tags[tag_count++]);
    EVENTHANDLER_DEREGISTER(ifnet_link_event, tags[tag_count++]);
    EVENTHANDLER_DEREGISTER(iflladdr_event, tags[tag_count++]);
#ifdef HNVF_HAS_RENAME_EVENT
    EVENTHANDLER_DEREGISTER(ifnet_rename_event, tags[tag_count++]);
#endif
}

/* hn(4) and this module cannot both own dev.hn. GENERIC holds hn(4) with no device on any machine
 * but a Hyper-V guest. */
static bool has_real_hn(void)
{
    devclass_t class = devclass_find("hn");
    return class != NULL && devclass_get_count(class) > 0;
}

static int load(void)
{
    if (has_real_hn()) {
        printf("hnvf: this machine has hn(4) devices\n");
        return EBUSY;
    }
    TUNABLE_INT_FETCH("hw.hn.vf_transparent", &transparent);
    TUNABLE_INT_FETCH("hw.hn.vf_xpnt_accbpf", &accbpf);
    TUNABLE_INT_FETCH("hw.hn.vf_xpnt_attwait", &attwait_s);
    map.is_transparent = transparent != 0;
    sx_init(&lock, "hnvf");
    dropped = counter_u64_alloc(M_WAITOK);
    relabelled = counter_u64_alloc(M_WAITOK);
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        for (unsigned i = 0; i < DIRECTIONS; i++)
            units[unit].packets[i] = counter_u64_alloc(M_WAITOK);
        TIMEOUT_TASK_INIT(taskqueue_thread, &units[unit].wait, 0, wait_over, &units[unit]);
    }
    TASK_INIT(&scan_task, 0, scan, NULL);
    add_sysctls();
    listen();
    rescan();
    return 0;
}

/* Refused while lagg(4) or another module stands before a hook: it would give the hook back to the
 * interface later. */
static int may_unload(void)
{
    int error = 0;
    sx_xlock(&lock);
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX && error == 0; unit++)
        for (unsigned i = 0; i < PORTS; i++)
            if (!is_hook_on_top(&units[unit].ports[i], i)) {
                printf("hnvf: %s is in use by another module, lagg(4) for one\n",
                       units[unit].ports[i].ifp->if_xname);
                error = EBUSY;
                break;
            }
    if (error == 0)
        is_stopping = true; /* no interface becomes a port any more */
    sx_xunlock(&lock);
    return error;
}

static int unload(void)
{
    int error = may_unload();
    if (error != 0)
        return error;
    listen_no_more();
    taskqueue_drain(taskqueue_thread, &scan_task);
    sx_xlock(&lock);
    hnvf_stop(&map, &actions);
    act_and_unlock();
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        taskqueue_cancel_timeout(taskqueue_thread, &units[unit].wait, NULL);
        taskqueue_drain_timeout(taskqueue_thread, &units[unit].wait);
    }
    return_leaves();
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        if (units[unit].has_sysctls)
            sysctl_ctx_free(&units[unit].ctx);
    sysctl_ctx_free(&sysctls);
    while (atomic_load_int(&in_ioctl) != 0)
        pause("hnvfio", hz / 10 + 1);
    NET_EPOCH_WAIT();
    pause("hnvfend", hz / 10 + 1); /* a caller may stand at the last instructions of a hook */
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        for (unsigned i = 0; i < DIRECTIONS; i++)
            counter_u64_free(units[unit].packets[i]);
    counter_u64_free(dropped);
    counter_u64_free(relabelled);
    sx_destroy(&lock);
    return 0;
}

static int hnvf_modevent(module_t module __unused, int what, void *context __unused)
{
    switch (what) {
    case MOD_LOAD:
        return load();
    case MOD_UNLOAD:
        return unload();
    case MOD_QUIESCE:
    case MOD_SHUTDOWN:
        return 0;
    }
    return EOPNOTSUPP;
}

static moduledata_t hnvf_mod = {"hnvf", hnvf_modevent, NULL};
DECLARE_MODULE(hnvf, hnvf_mod, SI_SUB_PSEUDO, SI_ORDER_ANY);
MODULE_VERSION(hnvf, 1);
