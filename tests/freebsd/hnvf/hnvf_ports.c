/* The hooks: functions of this module that replace an interface's own functions for packets and
 * ioctls. */
#include "hnvf.h"

/* Interfaces that hnvf released while lagg(4) had saved a pointer to the hook. lagg will restore
 * this pointer later, so that the module must keep the interface's own functions until then. */
enum { PARKED_MAX = 32 };

static struct port parked[PARKED_MAX];
static bool is_parking_full;
static unsigned in_ioctl;

/* Protects packets on their way to a VF. A VF frees its queues when its departure handlers have
 * returned, so that no packet may be inside its transmit function by then. A lock that sleeps would
 * drop Giant, and another thread could detach the device a second time. */
static struct rmlock path_lock;

/* Returns the port of an interface, or NULL. *unit is HNVF_UNITS_MAX for an interface in `parked`.
 * The caller is in the network epoch or holds the lock. */
static struct port *find_port(const struct ifnet *ifp, unsigned *which, unsigned *unit)
{
    for (*unit = 0; *unit < HNVF_UNITS_MAX; ++*unit)
        for (*which = 0; *which < PORTS; ++*which)
            if (hnvf_units[*unit].ports[*which].ifp == ifp)
                return &hnvf_units[*unit].ports[*which];
    for (unsigned i = 0; i < PARKED_MAX; i++)
        if (parked[i].ifp == ifp)
            return &parked[i];
    return NULL;
}

static void count(unsigned unit, unsigned direction, struct mbuf *m)
{
    for (; m != NULL; m = m->m_nextpkt)
        counter_u64_add(hnvf_units[unit].packets[direction], 1);
}

static void drop(struct mbuf *m)
{
    struct mbuf *next;
    for (; m != NULL; m = next) {
        next = m->m_nextpkt;
        m->m_nextpkt = NULL;
        m_freem(m);
        counter_u64_add(hnvf_dropped, 1);
    }
}

static void relabel(struct mbuf *m, struct ifnet *from, struct ifnet *to)
{
    for (; m != NULL; m = m->m_nextpkt) {
        m->m_pkthdr.rcvif = to;
        counter_u64_add(hnvf_relabelled, 1);
        if (hnvf_knobs.accbpf && hnvf_state.is_transparent)
            BPF_MTAP(from, m);
    }
}

static void receive(struct ifnet *ifp, struct port *port, unsigned which, unsigned unit,
                    struct mbuf *m)
{
    if (unit == HNVF_UNITS_MAX) {
        port->input(ifp, m);
        return;
    }
    struct port *other = &hnvf_units[unit].ports[1 - which];
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
}

static void hook_input(struct ifnet *ifp, struct mbuf *m)
{
    struct epoch_tracker et;
    unsigned which, unit;

    NET_EPOCH_ENTER(et);
    struct port *port = find_port(ifp, &which, &unit);
    if (port != NULL)
        receive(ifp, port, which, unit, m);
    else /* the hook was removed while this packet was inside it */
        drop(m);
    NET_EPOCH_EXIT(et);
}

static int send(struct ifnet *ifp, struct port *port, unsigned which, unsigned unit, struct mbuf *m)
{
    if (unit == HNVF_UNITS_MAX)
        return port->transmit(ifp, m);
    if (port->sent == HNVF_DELIVER) {
        if (which == PORT_HN)
            count(unit, TX, m);
        return port->transmit(ifp, m);
    }
    if (port->sent == HNVF_RELABEL) {
        struct rm_priotracker tracker;
        rm_rlock(&path_lock, &tracker);
        struct ifnet *peer = port->peer;
        if (peer != NULL) {
            BPF_MTAP(ifp, m); /* hn(4) shows bpf(4) the packets that its VF sends */
            int error = peer->if_transmit(peer, m);
            rm_runlock(&path_lock, &tracker);
            return error;
        }
        rm_runlock(&path_lock, &tracker);
    }
    drop(m);
    return 0;
}

static int hook_transmit(struct ifnet *ifp, struct mbuf *m)
{
    struct epoch_tracker et;
    unsigned which, unit;
    int error = 0;

    NET_EPOCH_ENTER(et);
    struct port *port = find_port(ifp, &which, &unit);
    if (port != NULL)
        error = send(ifp, port, which, unit, m);
    else
        drop(m);
    NET_EPOCH_EXIT(et);
    return error;
}

/* Changes the media status that ioctl returns: hn has no link while its VF is active, and the VF of
 * a simulated mana(4) has no link while it is down. */
static void mend_media(const struct ifnet *ifp, unsigned which, unsigned unit,
                       struct ifmediareq *media)
{
    if (unit == HNVF_UNITS_MAX)
        return;
    if (which == PORT_HN && hnvf_state.units[unit].active != NULL)
        media->ifm_status &= ~IFM_ACTIVE;
    if (which == PORT_VF && hnvf_state.is_mana && (ifp->if_flags & IFF_UP) == 0)
        media->ifm_status &= ~IFM_ACTIVE;
}

/* Calls the interface's own ioctl function. This function may sleep. The module's unload therefore
 * waits for the counter `in_ioctl`; the network epoch would not do. */
static int hook_ioctl(struct ifnet *ifp, u_long cmd, caddr_t data)
{
    unsigned which, unit;
    int error = ENXIO;

    atomic_add_int(&in_ioctl, 1);
    struct port *port = find_port(ifp, &which, &unit);
    int (*ioctl)(struct ifnet *, u_long, caddr_t) = port != NULL ? port->ioctl : NULL;
    if (ioctl != NULL) {
        bool goes_down = cmd == SIOCSIFFLAGS && (ifp->if_flags & IFF_UP) == 0;
        if (goes_down && unit < HNVF_UNITS_MAX && which == PORT_VF && hnvf_knobs.down_ms > 0)
            pause_sbt("hnvfdn", hnvf_knobs.down_ms * SBT_1MS, 0, C_CATCH);
        error = ioctl(ifp, cmd, data);
        if (error == 0 && (cmd == SIOCGIFMEDIA || cmd == SIOCGIFXMEDIA))
            mend_media(ifp, which, unit, (struct ifmediareq *)data);
    }
    atomic_subtract_int(&in_ioctl, 1);
    return error;
}

static bool has_hook(const struct ifnet *ifp)
{
    return ifp->if_input == hook_input || ifp->if_transmit == hook_transmit
        || ifp->if_ioctl == hook_ioctl;
}

/* Returns true when the interface still calls this module's ioctl hook. lagg(4) saves the if_ioctl
 * of its port, replaces it, and restores it when the port leaves. */
static bool is_hook_on_top(const struct port *port)
{
    return port->ioctl == NULL || port->ifp->if_ioctl == hook_ioctl;
}

static struct port *find_parked(const struct ifnet *ifp)
{
    for (unsigned i = 0; i < PARKED_MAX; i++)
        if (parked[i].ifp == ifp)
            return &parked[i];
    return NULL;
}

void hnvf_hook(unsigned unit, unsigned which, struct ifnet *ifp)
{
    struct port *port = &hnvf_units[unit].ports[which];
    struct port *old = find_parked(ifp);
    if (old != NULL) {
        *port = *old;
        port->received = port->sent = HNVF_DELIVER;
        old->ifp = NULL;
    } else if (has_hook(ifp)) { /* the interface is a port of another unit already */
        return;
    } else {
        *port = (struct port){
            .input = ifp->if_input,
            .transmit = ifp->if_transmit,
            .ioctl = ifp->if_ioctl,
            .received = HNVF_DELIVER,
            .sent = HNVF_DELIVER,
        };
        atomic_store_rel_ptr((volatile uintptr_t *)&port->ifp, (uintptr_t)ifp);
    }
    ifp->if_input = hook_input;
    if (which == PORT_HN)
        ifp->if_transmit = hook_transmit;
    if (port->ioctl != NULL && old == NULL)
        ifp->if_ioctl = hook_ioctl;
}

/* Restores an interface's own functions, except for an if_ioctl that lagg(4) has replaced. */
static void give_back(const struct port *port)
{
    struct ifnet *ifp = port->ifp;
    if (ifp->if_input == hook_input)
        ifp->if_input = port->input;
    if (ifp->if_transmit == hook_transmit)
        ifp->if_transmit = port->transmit;
    if (ifp->if_ioctl == hook_ioctl)
        ifp->if_ioctl = port->ioctl;
}

void hnvf_unhook(unsigned unit, unsigned which)
{
    struct port *port = &hnvf_units[unit].ports[which];
    if (port->ifp == NULL)
        return;
    if (!is_hook_on_top(port)) {
        struct port *place = find_parked(NULL);
        if (place != NULL)
            *place = *port;
        else
            is_parking_full = true; /* the module can no longer be unloaded */
    }
    give_back(port);
    rm_wlock(&path_lock);
    hnvf_units[unit].ports[1 - which].peer = NULL;
    port->peer = NULL;
    /* port->input and the other functions stay set: a packet may still be inside a hook */
    port->ifp = NULL;
    rm_wunlock(&path_lock);
}

void hnvf_forget(const struct ifnet *ifp)
{
    struct port *port = find_parked(ifp);
    if (port == NULL)
        return;
    give_back(port);
    if (is_hook_on_top(port) || port->ifp->if_ioctl == port->ioctl)
        port->ifp = NULL;
}

struct ifnet *hnvf_blocker(void)
{
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        for (unsigned i = 0; i < PORTS; i++) {
            const struct port *port = &hnvf_units[unit].ports[i];
            if (port->ifp != NULL && !is_hook_on_top(port))
                return port->ifp;
        }
    for (unsigned i = 0; i < PARKED_MAX; i++)
        if (parked[i].ifp != NULL && (!is_hook_on_top(&parked[i]) || is_parking_full))
            return parked[i].ifp;
    return NULL;
}

void hnvf_take_out_parked(void)
{
    for (unsigned i = 0; i < PARKED_MAX; i++)
        if (parked[i].ifp != NULL) {
            give_back(&parked[i]);
            parked[i].ifp = NULL;
        }
}

void hnvf_init_ports(void)
{
    rm_init(&path_lock, "hnvf path");
}

/* Waits until no thread executes a hook. */
void hnvf_drain_ports(void)
{
    while (atomic_load_int(&in_ioctl) != 0)
        pause("hnvfio", hz / 10 + 1);
    NET_EPOCH_WAIT();
    pause("hnvfend", hz / 10 + 1); /* a thread may still execute the last instructions of a hook */
    rm_destroy(&path_lock);
}

void hnvf_publish(void)
{
    hnvf_state.is_mana = hnvf_knobs.mana != 0;
    hnvf_state.datapath = (enum hnvf_datapath)hnvf_knobs.datapath;
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        struct port *hn = &hnvf_units[unit].ports[PORT_HN];
        struct port *vf = &hnvf_units[unit].ports[PORT_VF];
        hn->received = hnvf_received(&hnvf_state, unit, false);
        hn->sent = hnvf_sent(&hnvf_state, unit);
        vf->received = vf->ifp != NULL ? hnvf_received(&hnvf_state, unit, true) : HNVF_DELIVER;
        vf->sent = HNVF_DELIVER;
        atomic_store_ptr(&hn->peer, vf->ifp);
        atomic_store_ptr(&vf->peer, hn->ifp);
    }
}

/* Returns the link state that hn's driver reports. A driver without media always has a link. */
int hnvf_driver_link(unsigned unit, struct ifnet *ifp)
{
    struct ifmediareq media;
    const struct port *port = &hnvf_units[unit].ports[PORT_HN];

    memset(&media, 0, sizeof media);
    if (port->ifp != ifp || port->ioctl == NULL
        || port->ioctl(ifp, SIOCGIFMEDIA, (caddr_t)&media) != 0
        || (media.ifm_status & IFM_AVALID) == 0)
        return LINK_STATE_UP;
    return (media.ifm_status & IFM_ACTIVE) != 0 ? LINK_STATE_UP : LINK_STATE_DOWN;
}
