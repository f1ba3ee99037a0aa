/* Simulates an administrator: changes of the guest by hand, and an own script that joins hn and
 * VF. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

static struct sim_nic *any_nic(struct sim *sim)
{
    return &sim->nics[sim_roll(sim, sim->nic_count)];
}

static void admin_address(struct sim *sim, struct sim_nic *nic)
{
    struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    struct vfj_guest_if *port = sim_interface(sim, sim_chance(sim, 70) ? nic->hn : nic->vf);
    struct vfj_address address;
    if (lagg == NULL || port == NULL || port->facts.address_count > 0
        || !vfj_interface_has_port(&lagg->facts, port->facts.name)
        || !vfj_address_parse(vfj_span_of(nic->address), &address))
        return;
    sim_say(sim, "admin: ifconfig %s inet %s", port->facts.name.text, nic->address);
    vfj_interface_add_address(&port->facts, &address);
    if (nic->dhcp)
        port->dhclient = ++sim->guest.pid_last;
}

static void admin_takes_port(struct sim *sim, struct sim_nic *nic)
{
    struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    if (lagg == NULL || !vfj_interface_has_port(&lagg->facts, nic->vf))
        return;
    sim_say(sim, "admin: ifconfig %s -laggport %s", lagg->facts.name.text, nic->vf.text);
    vfj_interface_drop_port(&lagg->facts, nic->vf);
}

static void admin_downs(struct sim *sim, struct sim_nic *nic)
{
    bool is_vf = sim_chance(sim, 50) && !vfj_name_is_empty(nic->vf);
    struct vfj_guest_if *interface = sim_interface(sim, is_vf ? nic->vf : nic->hn);
    if (interface == NULL)
        return;
    sim_say(sim, "admin: ifconfig %s down", interface->facts.name.text);
    interface->facts.up = false;
    nic->is_held_down |= is_vf;
    nic->is_hn_down |= !is_vf;
}

static void admin_ups(struct sim *sim, struct sim_nic *nic)
{
    struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    if (vf == NULL)
        return;
    sim_say(sim, "admin: ifconfig %s up", nic->vf.text);
    vf->facts.up = true;
    nic->is_held_down = false;
}

static void admin_takes_lagg(struct sim *sim, struct sim_nic *nic)
{
    if (sim_lagg(sim, nic) != NULL || !sim_has_address(sim_interface(sim, nic->hn), nic->address))
        return;
    sim_direct(sim, "%%if lagg%u up", (unsigned)(nic - sim->nics));
    struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    memset(&lagg->told, 0, sizeof lagg->told); /* a boot does not restore the lagg */
    lagg->facts.laggproto = VFJ_LAGGPROTO_OTHER;
    nic->foreign = true;
    sim_say(sim, "admin: ifconfig %s create laggproto loadbalance", lagg->facts.name.text);
}

void sim_admin_gives_lagg_back(struct sim *sim, struct sim_nic *nic)
{
    struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    if (!nic->foreign)
        return;
    sim_say(sim, "admin: ifconfig lagg destroy");
    nic->foreign = false;
    vfj_guest_remove(&sim->guest, lagg->facts.name);
}

/* Returns true when the interface has an IPv4 address, or a dhclient that will get one. */
static bool has_inet(const struct vfj_guest_if *interface)
{
    if (interface != NULL && interface->dhclient != 0)
        return true;
    for (unsigned i = 0; interface != NULL && i < interface->facts.address_count; i++) {
        if (!vfj_address_is_inet6(&interface->facts.addresses[i]))
            return true;
    }
    return false;
}

/* The admin destroys the lagg. Its addresses and its dhclient disappear, and its former ports
 * remain as they are. When a port already has an IPv4 address of its own, the checks no longer
 * expect hn's alias, its routes and a static IPv6 address. */
static void admin_destroys_lagg(struct sim *sim, struct sim_nic *nic)
{
    const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    if (lagg == NULL || nic->foreign || nic->has_script)
        return;
    nic->is_undone = true;
    nic->is_network_lost |= sim->records_lost && !sim->alive;
    sim_say(sim, "admin: ifconfig %s destroy", nic->lagg.text);
    if (has_inet(sim_interface(sim, nic->hn)) || has_inet(sim_interface(sim, nic->vf))) {
        nic->alias[0] = '\0';
        nic->has_route = nic->has_kept = nic->has_router = nic->has_router6 = false;
        if (!nic->rtadv)
            nic->inet6[0] = '\0';
    }
    sim_emit(sim, "!system=IFNET subsystem=%s type=DETACH", nic->lagg.text);
}

static void admin_renames(struct sim *sim, struct sim_nic *nic)
{
    const struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    char name[VFJ_NAME_SIZE];
    if (vf == NULL || vf->facts.up || vfj_guest_lagg_of(&sim->guest, nic->vf) != NULL)
        return;
    snprintf(name, sizeof name, "net%u", (unsigned)(nic - sim->nics));
    if (sim_interface(sim, vfj_name_of(name)) != NULL)
        return;
    sim_emit(sim, "!system=IFNET subsystem=%s type=RENAME name=%s", nic->vf.text, name);
    nic->vf = vfj_name_of(name);
}

/* The admin renames hn, unless a dhclient runs on hn under the old name. rc.conf has the same
 * settings for both names. */
static void admin_renames_hn(struct sim *sim, struct sim_nic *nic)
{
    const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    struct vfj_name to = vfj_name_equal(nic->hn, nic->hn_unit) ? nic->hn_new : nic->hn_unit;
    if (vfj_name_is_empty(to) || hn->dhclient != 0)
        return;
    sim_emit(sim, "!system=IFNET subsystem=%s type=RENAME name=%s", nic->hn.text, to.text);
    if (vfj_name_equal(nic->route_if, nic->hn))
        nic->route_if = to;
    nic->hn = to;
}

/* The admin makes the VF a port of another hn's lagg, by mistake. */
static void admin_mistakes_lagg(struct sim *sim, struct sim_nic *nic)
{
    const struct sim_nic *other = any_nic(sim);
    struct vfj_guest_if *lagg = sim_lagg(sim, other);
    /* a renamed VF is left out: the daemon cannot find out to which hn it belongs */
    if (vfj_guest_mapped_vf(&sim->guest, nic->hn) == NULL)
        return;
    if (other == nic || nic->has_script || lagg == NULL || other->foreign || other->has_script
        || sim_interface(sim, nic->vf) == NULL || !vfj_interface_has_port(&lagg->facts, other->hn)
        || vfj_guest_lagg_of(&sim->guest, nic->vf) != NULL)
        return;
    sim_say(sim, "admin: ifconfig %s laggport %s", lagg->facts.name.text, nic->vf.text);
    vfj_interface_add_port(&lagg->facts, nic->vf);
}

void sim_admin_meddles(struct sim *sim)
{
    struct sim_nic *nic = any_nic(sim);
    nic->meddled = true;
    switch (sim_roll(sim, 11)) {
    case 0:
    case 1:
        admin_address(sim, nic);
        break;
    case 2:
        admin_takes_port(sim, nic);
        break;
    case 3:
        admin_downs(sim, nic);
        break;
    case 4:
        admin_ups(sim, nic);
        break;
    case 5:
        admin_takes_lagg(sim, nic);
        break;
    case 6:
        sim_admin_gives_lagg_back(sim, nic);
        break;
    case 7:
        admin_renames(sim, nic);
        break;
    case 8:
        admin_renames_hn(sim, nic);
        break;
    case 9:
        admin_destroys_lagg(sim, nic);
        break;
    default:
        admin_mistakes_lagg(sim, nic);
    }
}

/* Simulates an admin's script hyperv_vfup.hnN: joins hn and VF in the lagg, and moves hn's
 * addresses and dhclient to the lagg. */
void sim_admin_script(struct sim *sim, struct sim_nic *nic)
{
    struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    struct vfj_guest_if *lagg = vfj_guest_open(&sim->guest, nic->lagg);
    nic->script_ran = true;
    sim_say(sim, "admin's script for %s", nic->hn.text);
    if (nic->foreign || hn == NULL || lagg == NULL)
        return;
    lagg->facts.up = lagg->made = true;
    lagg->facts.laggproto = VFJ_LAGGPROTO_FAILOVER;
    if (vfj_guest_lagg_of(&sim->guest, nic->hn) == NULL)
        vfj_interface_add_port(&lagg->facts, nic->hn);
    if (sim_interface(sim, nic->vf) != NULL && vfj_guest_lagg_of(&sim->guest, nic->vf) == NULL)
        vfj_interface_add_port(&lagg->facts, nic->vf);
    for (unsigned i = 0; i < hn->facts.address_count; i++) {
        if (!sim_has_address(lagg, hn->facts.addresses[i].text))
            vfj_interface_add_address(&lagg->facts, &hn->facts.addresses[i]);
    }
    hn->facts.address_count = 0;
    if (hn->dhclient != 0 && lagg->dhclient == 0)
        lagg->dhclient = ++sim->guest.pid_last;
    hn->dhclient = 0;
}
