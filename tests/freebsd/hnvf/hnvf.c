/* hnvf(4): a test instrument. It makes ordinary Ethernet interfaces behave towards userland like
 * hn(4) with VFs on Hyper-V; see README.md.
 *
 * This file reports events to hnvf_map.c, which decides what must be done, and carries out the
 * actions. One sx(9) lock protects the map. The packet path takes no lock: it reads the ports in
 * the network epoch. */
#include "hnvf.h"

struct unit hnvf_units[HNVF_UNITS_MAX];
struct hnvf_map hnvf_state;
struct hnvf_knobs hnvf_knobs = {.transparent = 1, .attwait_s = 2};
struct sx hnvf_lock;
counter_u64_t hnvf_dropped, hnvf_relabelled;

static struct hnvf_actions actions;
static struct task scan_task;
static eventhandler_tag tags[9];
static unsigned tag_count;
static bool scan_addresses, is_stopping;

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

static void send(const char *system, struct ifnet *ifp, const char *type)
{
    devctl_notify(system, ifp->if_xname, type, NULL);
}

/* Carries out one action. Returns the interface that the caller must take down after releasing the
 * lock, or NULL. */
static struct ifnet *act(const struct hnvf_action *action)
{
    struct ifnet *ifp = __DECONST(struct ifnet *, action->id);
    unsigned unit = action->unit;

    switch (action->kind) {
    case HNVF_TAKE:
        hnvf_hook(unit, PORT_HN, ifp);
        hnvf_add_unit_sysctls(unit);
        break;
    case HNVF_RELEASE:
        hnvf_unhook(unit, PORT_HN);
        break;
    case HNVF_MAP:
        hnvf_hook(unit, PORT_VF, ifp);
        break;
    case HNVF_UNMAP:
        hnvf_unhook(unit, PORT_VF);
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
        if_link_state_change(ifp, hnvf_driver_link(unit, ifp));
        break;
    case HNVF_SEND_VF_UP:
        send("HYPERV_NIC_VF", ifp, "VF_UP");
        break;
    case HNVF_SEND_VF_DOWN:
        send("HYPERV_NIC_VF", ifp, "VF_DOWN");
        break;
    case HNVF_WAIT:
        taskqueue_enqueue_timeout(taskqueue_thread, &hnvf_units[unit].wait,
                                  (hnvf_knobs.attwait_s < 2 ? 2 : hnvf_knobs.attwait_s) * hz);
        break;
    case HNVF_WAIT_CANCEL:
        taskqueue_cancel_timeout(taskqueue_thread, &hnvf_units[unit].wait, NULL);
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
        if_printf(__DECONST(struct ifnet *, hnvf_state.units[unit].hn), "%s was attached as VF\n",
                  ifp->if_xname);
        break;
    case HNVF_SAY_IF_START:
        if_printf(ifp, "uses if_start, which is unsupported in transparent VF mode.\n");
        break;
    }
    return NULL;
}

/* Carries out the actions that a call of hnvf_map.c filled in, then releases the lock. */
static void act_and_unlock(void)
{
    struct ifnet *down[HNVF_UNITS_MAX];
    unsigned down_count = 0;

    for (unsigned i = 0; i < actions.count; i++) {
        hnvf_publish(); /* after this, an interface without hooks is no longer the peer of a port */
        struct ifnet *ifp = act(&actions.of[i]);
        if (ifp != NULL && down_count < nitems(down))
            down[down_count++] = ifp;
    }
    hnvf_publish();
    sx_xunlock(&hnvf_lock);
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
    sx_xlock(&hnvf_lock);
    if (is_stopping && (event == HNVF_ATTACH || event == HNVF_ARRIVAL || event == HNVF_MAC)) {
        sx_xunlock(&hnvf_lock);
        return;
    }
    hnvf_step(&hnvf_state, event, &interface, &actions);
    act_and_unlock();
}

static void wait_over(void *context, int pending __unused)
{
    sx_xlock(&hnvf_lock);
    hnvf_wait_over(&hnvf_state, (unsigned)((struct unit *)context - hnvf_units), &actions);
    act_and_unlock();
}

/* Reports the present links and addresses of all interfaces to the map. Runs as a task, because
 * event handlers must not sleep. Link events come from a software interrupt, and addresses from a
 * router advertisement arrive within the network epoch. */
static void scan(void *context __unused, int pending __unused)
{
    struct ifnet *found[HNVF_UNITS_MAX * PORTS];
    unsigned found_count = 0;

    sx_xlock(&hnvf_lock);
    bool with_addresses = scan_addresses;
    scan_addresses = false;
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        for (unsigned i = 0; i < PORTS; i++)
            if (hnvf_units[unit].ports[i].ifp != NULL) {
                found[found_count] = hnvf_units[unit].ports[i].ifp;
                if_ref(found[found_count++]);
            }
    sx_xunlock(&hnvf_lock);
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
    sx_xlock(&hnvf_lock);
    hnvf_forget(ifp);
    sx_xunlock(&hnvf_lock);
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

/* Reports all interfaces to the map. An hn and its VF can have existed before this module was
 * loaded. */
void hnvf_rescan(void)
{
    VNET_ITERATOR_DECL(vnet_iter);
    struct ifnet *ifp;

    VNET_LIST_RLOCK();
    IFNET_RLOCK();
    for (unsigned round = 0; round < 2; round++) { /* the first round reports the hns */
        VNET_FOREACH(vnet_iter)
        {
            CURVNET_SET_QUIET(vnet_iter);
            CK_STAILQ_FOREACH(ifp, &V_ifnet, if_link)
            {
                if ((hnvf_unit_of(ifp->if_xname) < HNVF_UNITS_MAX) == (round == 0))
                    step(HNVF_ATTACH, ifp);
            }
            CURVNET_RESTORE();
        }
    }
    IFNET_RUNLOCK();
    VNET_LIST_RUNLOCK();
}

#define LISTEN(event, handler) \
    tags[tag_count++] = EVENTHANDLER_REGISTER(event, handler, NULL, EVENTHANDLER_PRI_ANY)

static void listen(void)
{
    tag_count = 0;
    LISTEN(ether_ifattach_event, on_attach);
    LISTEN(ifnet_arrival_event, on_arrival);
    /* the handler runs after that of lagg(4), which first restores the functions of its port */
    tags[tag_count++]
        = EVENTHANDLER_REGISTER(ifnet_departure_event, on_departure, NULL, EVENTHANDLER_PRI_LAST);
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

/* Returns true when hn(4) has devices. It then owns the sysctls dev.hn, and this module must not
 * load. On other machines the kernel GENERIC contains hn(4), but without a device. */
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
    TUNABLE_INT_FETCH("hw.hn.vf_transparent", &hnvf_knobs.transparent);
    TUNABLE_INT_FETCH("hw.hn.vf_xpnt_accbpf", &hnvf_knobs.accbpf);
    TUNABLE_INT_FETCH("hw.hn.vf_xpnt_attwait", &hnvf_knobs.attwait_s);
    hnvf_state.is_transparent = hnvf_knobs.transparent != 0;
    sx_init(&hnvf_lock, "hnvf");
    hnvf_init_ports();
    hnvf_dropped = counter_u64_alloc(M_WAITOK);
    hnvf_relabelled = counter_u64_alloc(M_WAITOK);
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        for (unsigned i = 0; i < DIRECTIONS; i++)
            hnvf_units[unit].packets[i] = counter_u64_alloc(M_WAITOK);
        TIMEOUT_TASK_INIT(taskqueue_thread, &hnvf_units[unit].wait, 0, wait_over,
                          &hnvf_units[unit]);
    }
    TASK_INIT(&scan_task, 0, scan, NULL);
    hnvf_add_sysctls();
    listen();
    hnvf_rescan();
    return 0;
}

/* Removes all hooks of this module. Fails while lagg(4) or another module has replaced a hook,
 * because that module would later restore a function that no longer exists. */
static int stop(void)
{
    sx_xlock(&hnvf_lock);
    struct ifnet *ifp = hnvf_blocker();
    if (ifp == NULL) {
        is_stopping = true; /* from now on this module hooks no further interface */
        hnvf_stop(&hnvf_state, &actions);
        act_and_unlock();
        sx_xlock(&hnvf_lock);
        ifp = hnvf_blocker(); /* check again: lagg(4) can have taken a port in the meantime */
    }
    if (ifp == NULL) {
        hnvf_take_out_parked();
    } else {
        printf("hnvf: %s is in use by another module, lagg(4) for one\n", ifp->if_xname);
        is_stopping = false;
    }
    sx_xunlock(&hnvf_lock);
    return ifp != NULL ? EBUSY : 0;
}

static int unload(void)
{
    int error = stop();
    if (error != 0)
        return error;
    listen_no_more();
    taskqueue_drain(taskqueue_thread, &scan_task);
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++) {
        taskqueue_cancel_timeout(taskqueue_thread, &hnvf_units[unit].wait, NULL);
        taskqueue_drain_timeout(taskqueue_thread, &hnvf_units[unit].wait);
    }
    hnvf_remove_sysctls();
    hnvf_drain_ports();
    for (unsigned unit = 0; unit < HNVF_UNITS_MAX; unit++)
        for (unsigned i = 0; i < DIRECTIONS; i++)
            counter_u64_free(hnvf_units[unit].packets[i]);
    counter_u64_free(hnvf_dropped);
    counter_u64_free(hnvf_relabelled);
    sx_destroy(&hnvf_lock);
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
