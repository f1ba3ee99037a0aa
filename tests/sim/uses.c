/* Guests that use hn for more than their own addresses on hn, and what admins and agents do to
 * them: VLANs, bridges, carp(4), FIBs, netgraph(4), another DHCP client, `service netif restart`.
 * One seed in four has such uses. They have a separate random generator, so that the runs of all
 * other seeds remain the same. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

enum { USES = 1, USES_EVERY = 4 };

static const int64_t ms = 1000, second = 1000000;

bool sim_has_uses(const struct sim *sim)
{
    return sim->seed % USES_EVERY == USES;
}

/* Returns a random number below `sides`. The generator is xorshift64*. */
static unsigned roll(struct sim *sim, unsigned sides)
{
    uint64_t *state = &sim->random_of_uses;
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return (unsigned)((*state * UINT64_C(0x2545F4914F6CDD1D) >> 33) % sides);
}

static unsigned number_of(const struct sim *sim, const struct sim_nic *nic)
{
    return (unsigned)(nic - sim->nics);
}

void sim_uses_begin(struct sim *sim)
{
    sim->random_of_uses = sim->seed ^ UINT64_C(0x9E3779B97F4A7C15);
}

void sim_uses_choose(struct sim *sim, struct sim_nic *nic)
{
    static const enum sim_use uses[]
        = {SIM_USE_VLAN, SIM_USE_BRIDGE, SIM_USE_CARP, SIM_USE_FIB, SIM_USE_OTHER_DHCP};
    unsigned which = sim_has_uses(sim) ? roll(sim, 14) : sizeof uses;
    nic->use = nic->told_use = SIM_USE_NONE;
    if (which >= sizeof uses / sizeof uses[0] || nic->has_script
        || (uses[which] == SIM_USE_OTHER_DHCP && !nic->dhcp))
        return;
    nic->use = nic->told_use = (uint8_t)uses[which];
}

static void name_user(const struct sim *sim, const struct sim_nic *nic, enum sim_use use,
                      char name[VFJ_NAME_SIZE])
{
    snprintf(name, VFJ_NAME_SIZE, "%s%u", use == SIM_USE_VLAN ? "vlan" : "bridge",
             number_of(sim, nic));
}

static void make_user(struct sim *sim, struct sim_nic *nic, enum sim_use use)
{
    char name[VFJ_NAME_SIZE];
    name_user(sim, nic, use, name);
    snprintf(nic->more, sizeof nic->more, "10.%u.0.4/24",
             number_of(sim, nic) + (use == SIM_USE_VLAN ? 100 : 200));
    sim_direct(sim, "%%if %s up inet %s %s %s", name, nic->more,
               use == SIM_USE_VLAN ? "vlandev" : "addm", nic->hn.text);
}

void sim_uses_add_words(const struct sim *sim, struct sim_nic *nic, struct vfj_text *text)
{
    if (nic->use == SIM_USE_FIB)
        vfj_text_add(text, number_of(sim, nic) % 2 == 0 ? " fib 2" : " netgraph");
    if (nic->use != SIM_USE_CARP)
        return;
    snprintf(nic->more, sizeof nic->more, "10.%u.0.100/32", number_of(sim, nic));
    vfj_text_add(text, " inet ");
    vfj_text_add(text, nic->more);
    vfj_text_add(text, " vhid 1");
}

void sim_uses_set_up(struct sim *sim, struct sim_nic *nic)
{
    if (nic->use == SIM_USE_VLAN || nic->use == SIM_USE_BRIDGE)
        make_user(sim, nic, (enum sim_use)nic->use);
    if (nic->use != SIM_USE_OTHER_DHCP)
        return;
    sim_direct(sim, "%%rc dhclient_flags_%s=\"-c /etc/dhclient.wan.conf\"", nic->hn_unit.text);
    if (!vfj_name_is_empty(nic->hn_new))
        sim_direct(sim, "%%rc dhclient_flags_%s=\"-c /etc/dhclient.wan.conf\"", nic->hn_new.text);
}

/* Ends the uses that were made by hand, because a boot removes them. */
void sim_uses_boot(struct sim *sim, struct sim_nic *nic)
{
    (void)sim;
    nic->is_late = nic->is_restarted = nic->comes_without_link = false;
    if (nic->use == nic->told_use)
        return;
    nic->use = nic->told_use;
    nic->more[0] = '\0';
}

/* An admin makes a VLAN or bridge on hn. When hn is a lagg port, or becomes one at the same time,
 * the VLAN or bridge gets no traffic, and the checks do not expect any. */
static void admin_makes_user(struct sim *sim, struct sim_nic *nic)
{
    char name[VFJ_NAME_SIZE];
    enum sim_use use = roll(sim, 2) == 0 ? SIM_USE_VLAN : SIM_USE_BRIDGE;
    if (nic->use != SIM_USE_NONE || nic->told_use != SIM_USE_NONE || nic->has_script)
        return;
    make_user(sim, nic, use);
    name_user(sim, nic, use, name);
    struct vfj_guest_if *user = sim_interface(sim, vfj_name_of(name));
    memset(&user->told, 0, sizeof user->told); /* a boot does not restore it */
    nic->use = (uint8_t)use;
    nic->is_late = true;
    nic->more[0] = '\0';
    sim_say(sim, "admin: %s on %s", name, nic->hn.text);
}

static void admin_destroys_user(struct sim *sim, struct sim_nic *nic)
{
    char name[VFJ_NAME_SIZE];
    if (nic->use != SIM_USE_VLAN && nic->use != SIM_USE_BRIDGE)
        return;
    name_user(sim, nic, (enum sim_use)nic->use, name);
    nic->use = SIM_USE_NONE;
    nic->more[0] = '\0';
    sim_say(sim, "admin: ifconfig %s destroy", name);
    sim_emit(sim, "!system=IFNET subsystem=%s type=DETACH", name);
}

/* The next functions restart the network as `service netif restart; service routing restart`
 * does. */

static void stop_interface(struct sim *sim, struct vfj_guest_if *interface)
{
    if (interface == NULL)
        return;
    interface->dhclient = 0;
    interface->facts.address_count = 0;
    interface->facts.up = false;
    memset(&interface->gateway6, 0, sizeof interface->gateway6);
    vfj_guest_drop_routes(&sim->guest, interface->facts.name);
}

static void add_address(struct vfj_guest_if *interface, const char *text)
{
    struct vfj_address address;
    if (text[0] != '\0' && vfj_address_parse(vfj_span_of(text), &address))
        vfj_interface_add_address(&interface->facts, &address);
}

void sim_uses_default_route(struct sim *sim, const struct sim_nic *nic)
{
    char router[VFJ_ADDRESS_SIZE];
    struct vfj_address gateway;
    struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    snprintf(router, sizeof router, "10.%u.0.1", number_of(sim, nic));
    if (nic->has_router && vfj_name_is_empty(sim->guest.default_if)
        && vfj_address_parse(vfj_span_of(router), &gateway))
        vfj_guest_set_default(&sim->guest, hn, &gateway);
    snprintf(router, sizeof router, "2001:db8:%u::1", number_of(sim, nic));
    if (nic->has_router6 && vfj_guest_default6(&sim->guest) == NULL
        && vfj_address_parse(vfj_span_of(router), &gateway))
        vfj_guest_set_default6(&sim->guest, hn, &gateway);
}

static void start_interface(struct sim *sim, struct sim_nic *nic, struct vfj_guest_if *hn)
{
    hn->facts.up = true;
    if (!nic->rtadv)
        add_address(hn, nic->inet6);
    if (nic->use == SIM_USE_CARP)
        add_address(hn, nic->more);
    if (nic->dhcp) {
        sim_later(sim, SIM_HOST_DHCLIENT, number_of(sim, nic), 20 * ms + roll(sim, 2000) * ms);
        return;
    }
    add_address(hn, nic->address);
    add_address(hn, nic->alias);
    if (nic->has_route)
        nic->route_if = nic->hn;
}

static void restart(struct sim *sim, struct sim_nic *nic)
{
    struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    if (nic->has_script || nic->foreign)
        return;
    nic->meddled = true;
    /* the restart takes the VF down. A VF that goes down with its whole lagg does not count as
     * taken down by an admin */
    nic->is_held_down = vf != NULL
        && !(lagg != NULL && vfj_interface_has_port(&lagg->facts, nic->vf)
             && vfj_interface_has_port(&lagg->facts, nic->hn));
    nic->is_hn_down = false;
    nic->has_kept = false; /* no rc.conf knows that route */
    stop_interface(sim, lagg);
    stop_interface(sim, vf);
    stop_interface(sim, hn);
    start_interface(sim, nic, hn);
    nic->is_restarted = nic->dhcp; /* with DHCP, dhclient-script(8) adds the default route */
    if (!nic->dhcp)
        sim_uses_default_route(sim, nic);
}

static void agent_restarts_netif(struct sim *sim)
{
    sim_say(sim, "agent: service netif restart");
    for (unsigned i = 0; i < sim->nic_count; i++)
        restart(sim, &sim->nics[i]);
}

void sim_uses_happen(struct sim *sim)
{
    struct sim_nic *nic = &sim->nics[roll(sim, sim->nic_count)];
    nic->meddled = true;
    switch (roll(sim, 4)) {
    case 0:
        admin_makes_user(sim, nic);
        break;
    case 1:
        admin_destroys_user(sim, nic);
        break;
    case 2:
        agent_restarts_netif(sim);
        break;
    default:
        nic->comes_without_link = true;
        sim_later(sim, SIM_HOST_PLUG, number_of(sim, nic), roll(sim, 5) * second);
    }
}
