/* Checks that are made after the storm of events, when the daemon has had time to finish. */
#include <stdio.h>
#include <string.h>

#include "core/machine/plan.h"
#include "tests/sim/sim.h"

/* limit of events for each hn in the 1500 s after a storm; more mean that the daemon never
 * finishes */
enum { CALM_EVENTS_MAX = 500 };

static bool carries(struct sim *sim, const struct sim_nic *nic, const struct vfj_guest_if *owner)
{
    const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    const struct vfj_guest_if *vf = sim_interface(sim, hn->rxvf);
    bool hn_carries = hn->facts.up && vf == NULL;
    if (owner == hn)
        return hn_carries && vfj_guest_lagg_of(&sim->guest, nic->hn) == NULL;
    if (owner->facts.laggproto != VFJ_LAGGPROTO_FAILOVER || !owner->facts.up)
        return false;
    return (hn_carries && vfj_interface_has_port(&owner->facts, nic->hn))
        || (vf != NULL && vf->facts.up && vf->facts.link != VFJ_LINK_DOWN
            && vfj_interface_has_port(&owner->facts, vf->facts.name));
}

/* Returns true when the interface is a VF that was renamed. hn(4) forgets a renamed VF, and the
 * daemon cannot find out to which hn it belongs. */
bool sim_is_forgotten_vf(struct sim *sim, struct vfj_name name)
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        const struct sim_nic *nic = &sim->nics[i];
        if (vfj_name_equal(nic->vf, name) && vfj_guest_mapped_vf(&sim->guest, nic->hn) == NULL)
            return true;
    }
    return false;
}

const struct vfj_slot *sim_slot_of(const struct sim *sim, struct vfj_name hn)
{
    const struct vfj_state *state = vfj_ledger_state(sim->loop.ledger);
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        if (vfj_name_equal(state->slots[i].hn, hn))
            return &state->slots[i];
    }
    return NULL;
}

/* Returns true when the daemon cannot find the hn, or its lagg, until the hn has a VF again. There
 * are two such cases. Either an earlier daemon made the lagg, and the row about it was lost. Or the
 * daemon missed the line about a renaming and does not know to which unit the new name belongs. */
static bool is_forgotten(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    bool is_renamed
        = sim_slot_of(sim, vfj_name_equal(nic->hn, nic->hn_unit) ? nic->hn_new : nic->hn_unit)
        != NULL;
    bool is_unknown = slot == NULL || vfj_name_is_empty(slot->unit);
    /* a lagg that an admin destroyed counts, too */
    bool had_lagg = sim_lagg(sim, nic) != NULL || nic->is_undone;
    bool is_lagg_unknown = is_unknown || (had_lagg && !slot->lagg_ours);
    return ((sim->records_lost && is_lagg_unknown) || (is_renamed && is_unknown))
        && vfj_guest_mapped_vf(&sim->guest, nic->hn) == NULL;
}

/* Returns true when the VF is in the lagg of another hn, and the daemon has no record that it made
 * this lagg. */
static bool is_in_forgotten_lagg(struct sim *sim, struct vfj_name vf)
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        const struct sim_nic *other = &sim->nics[i];
        const struct vfj_guest_if *lagg = sim_lagg(sim, other);
        if (lagg != NULL && vfj_interface_has_port(&lagg->facts, vf))
            return is_forgotten(sim, other, sim_slot_of(sim, other->hn));
    }
    return false;
}

/* Returns the interface that has the address. Fails the run when no interface or more than one has
 * it. Two kinds of VFs that got hn's address by ifconfig_DEFAULT do not count: one that is down
 * while another interface has the address, and one that the daemon cannot assign to an hn. */
static const struct vfj_guest_if *owner_of(struct sim *sim, const char *address)
{
    const struct vfj_guest_if *owner = NULL;
    for (unsigned i = 0; i < sim->guest.if_count; i++) {
        const struct vfj_guest_if *interface = &sim->guest.ifs[i];
        if (!interface->facts.exists || !sim_has_address(interface, address)
            || sim_is_forgotten_vf(sim, interface->facts.name)
            || is_in_forgotten_lagg(sim, interface->facts.name))
            continue;
        if (owner != NULL && !interface->facts.up)
            continue;
        if (owner != NULL && owner->facts.up)
            sim_fail(sim, "%s has two owners: %s and %s", address, owner->facts.name.text,
                     interface->facts.name.text);
        owner = interface;
    }
    if (owner == NULL)
        sim_fail(sim, "%s has no owner", address);
    return owner;
}

/* Checks that the interface with hn's main address also has hn's other addresses. */
static void check_more_addresses(struct sim *sim, const struct sim_nic *nic,
                                 const struct vfj_guest_if *owner)
{
    if (nic->is_undone && owner == sim_interface(sim, nic->hn))
        return;
    if (nic->alias[0] != '\0' && owner_of(sim, nic->alias) != owner)
        sim_fail(sim, "%s has %s, but not %s", owner->facts.name.text, nic->address, nic->alias);
    if (nic->inet6[0] != '\0' && owner_of(sim, nic->inet6) != owner)
        sim_fail(sim, "%s has %s, but not %s", owner->facts.name.text, nic->address, nic->inet6);
    if (nic->rtadv && (!owner->facts.rtadv || owner->facts.ifdisabled))
        sim_fail(sim, "%s takes no router advertisements", owner->facts.name.text);
}

static bool has_kept_route(const struct sim *sim, const struct sim_nic *nic, struct vfj_name name)
{
    char text[VFJ_ADDRESS_SIZE];
    snprintf(text, sizeof text, "172.%u.0.0/16", 16 + (unsigned)(nic - sim->nics));
    for (unsigned i = 0; i < sim->guest.routes.count; i++) {
        const struct vfj_guest_route *route = &sim->guest.routes.list[i];
        if (strcmp(route->destination.text, text) == 0)
            return vfj_name_equal(route->interface, name) && route->mtu == SIM_KEPT_ROUTE_MTU;
    }
    return false;
}

/* Checks the routes through the lagg. Routes through hn are not checked: rc(8) manages them, and an
 * admin can remove them with the address. */
static void check_routes(struct sim *sim, const struct sim_nic *nic,
                         const struct vfj_guest_if *owner)
{
    if (owner != sim_lagg(sim, nic))
        return;
    if (nic->has_router && !vfj_name_equal(sim->guest.default_if, owner->facts.name))
        sim_fail(sim, "%s has %s and no default route", owner->facts.name.text, nic->address);
    if (nic->has_router6 && vfj_guest_default6(&sim->guest) != owner)
        sim_fail(sim, "%s has %s and not the IPv6 default route", owner->facts.name.text,
                 nic->inet6);
    /* the route may be missing after an admin destroyed the lagg: devd's rules then configured hn
     * without it */
    if (nic->has_kept && !nic->is_undone && !nic->route_failed
        && !has_kept_route(sim, nic, owner->facts.name))
        sim_fail(sim, "%s has %s and not the route that hn had", owner->facts.name.text,
                 nic->address);
    if (nic->has_route && !nic->route_failed && !vfj_name_equal(nic->route_if, owner->facts.name))
        sim_fail(sim, "%s has %s and not the static route", owner->facts.name.text, nic->address);
}

static void check_connectivity(struct sim *sim, const struct sim_nic *nic, bool is_obstructed)
{
    const struct vfj_guest_if *owner = owner_of(sim, nic->address);
    if (!carries(sim, nic, owner))
        sim_fail(sim, "%s has %s and carries no traffic", owner->facts.name.text, nic->address);
    sim_check_network(sim, nic);
    if (is_obstructed)
        return;
    check_more_addresses(sim, nic, owner);
    check_routes(sim, nic, owner);
}

/* Returns true when lost rows explain why a VF in the lagg is down. Without the row about its own
 * command "down", or about the join, the daemon assumes that an admin took the VF down. */
static bool is_left_down(struct sim *sim, const struct sim_nic *nic)
{
    const struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    return sim->records_lost && vf != NULL && !vf->facts.up && lagg != NULL
        && vfj_interface_has_port(&lagg->facts, nic->vf);
}

/* Returns true when the slot is in a state that is correct if no further event happens. */
static bool is_at_rest(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    const struct vfj_guest_vf *vf = vfj_guest_mapped_vf(&sim->guest, nic->hn);
    if (vf == NULL)
        return slot == NULL || slot->state == VFJ_SLOT_DETACHED;
    if (slot == NULL || !vfj_name_equal(slot->vf, vf->vf))
        return false;
    if (nic->is_held_down || slot->link.monitor == VFJ_LINK_MONITOR_HELD || is_left_down(sim, nic))
        return slot->state == VFJ_SLOT_ATTACHED || slot->state == VFJ_SLOT_LAGGED;
    return slot->state == VFJ_SLOT_LAGGED;
}

/* Returns true when the slot's fault names a conflict that exists in the guest and that the machine
 * must not resolve. */
static bool is_obstacle(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    return (slot->fault == VFJ_REASON_FOREIGN_LAGG && nic->foreign)
        || (vfj_plan_is_use((enum vfj_reason)slot->fault) && nic->use != SIM_USE_NONE)
        || (slot->fault == VFJ_REASON_NO_LINK && slot->link.monitor == VFJ_LINK_MONITOR_HELD)
        || (slot->fault == VFJ_REASON_VF_IN_OTHER_LAGG && is_in_forgotten_lagg(sim, nic->vf));
}

/* Checks an hn that an admin's script joins. The daemon must have no plan left. The script must
 * have run since the VF came up, unless hn and VF are in the lagg already. The addresses are not
 * checked, because the script manages them. */
static void check_script(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    bool in_place = lagg != NULL && vfj_interface_has_port(&lagg->facts, nic->hn)
        && vfj_interface_has_port(&lagg->facts, nic->vf);
    if (slot != NULL && vfj_slot_has_plan(slot))
        sim_fail(sim, "%s: a plan that never ends", nic->hn.text);
    /* The daemon missed the lines after which it would run the script again. */
    bool is_unheard = slot != NULL && slot->script.phase == VFJ_SCRIPT_RAN;
    if (!vfj_name_is_empty(hn->rxvf) && !nic->script_ran && !in_place && !is_unheard)
        sim_fail(sim, "%s: its VF is up, and the admin's script did not run", nic->hn.text);
}

static void check_ports(struct sim *sim, const struct sim_nic *nic)
{
    const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    for (unsigned i = 0; lagg != NULL && !nic->foreign && i < lagg->facts.port_count; i++) {
        struct vfj_name port = lagg->facts.ports[i];
        if (!vfj_name_equal(port, nic->hn) && !vfj_name_equal(port, nic->vf))
            sim_fail(sim, "%s is in %s, where it does not belong", port.text,
                     lagg->facts.name.text);
    }
}

/* Returns true when the slot has a plan. The regular observations of the link monitor are not
 * counted, because they never end. */
static bool has_plan(const struct vfj_slot *slot)
{
    bool is_watched = slot->activity == VFJ_ACTIVITY_OBSERVING && slot->request.watch != 0
        && slot->plan.phase != VFJ_PLAN_ACTIVE;
    return vfj_slot_has_plan(slot) && !is_watched;
}

static void check_nic(struct sim *sim, const struct sim_nic *nic)
{
    const struct vfj_slot *slot = sim_slot_of(sim, nic->hn);
    if (nic->has_script) {
        check_script(sim, nic, slot);
        return;
    }
    if (is_forgotten(sim, nic, slot) || nic->is_network_lost)
        return;
    bool is_obstructed = slot != NULL && is_obstacle(sim, nic, slot);
    if (slot != NULL && slot->fault != VFJ_REASON_NONE && !is_obstructed)
        sim_fail(sim, "%s: a fault that names nothing real: %s", nic->hn.text,
                 vfj_reason_text((enum vfj_reason)slot->fault));
    if (slot != NULL && !is_obstructed && has_plan(slot))
        sim_fail(sim, "%s: a plan that never ends", nic->hn.text);
    if (!is_obstructed && !is_at_rest(sim, nic, slot))
        sim_fail(sim, "%s: neither joined nor detached at the end, but %s", nic->hn.text,
                 slot != NULL ? vfj_slot_state_name((enum vfj_slot_state)slot->state) : "unknown");
    /* When a conflict prevents the join, the daemon takes the VF down, so that hn gets the data
     * path. A VF in the lagg of another hn remains up, because the other hn may need it. */
    if (nic->is_hn_down || (is_obstructed && slot->fault == VFJ_REASON_VF_IN_OTHER_LAGG))
        (void)owner_of(sim, nic->address);
    else
        check_connectivity(sim, nic, is_obstructed);
    check_ports(sim, nic);
}

/* Returns true when this hn's lagg contains the VF of another hn, and the daemon does not know to
 * which hn this VF belongs. */
static bool has_unknown_vf(struct sim *sim, const struct sim_nic *nic)
{
    const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    for (unsigned i = 0; i < sim->nic_count && lagg != NULL; i++) {
        const struct sim_nic *other = &sim->nics[i];
        const struct vfj_slot *slot = sim_slot_of(sim, other->hn);
        bool is_known = slot != NULL && vfj_name_equal(slot->vf, other->vf);
        if (other != nic && !is_known && vfj_interface_has_port(&lagg->facts, other->vf))
            return true;
    }
    return false;
}

/* Returns true when the daemon's last observation still describes the guest, and no optional
 * command waits to be repeated. After rows were lost, only an observation by the present daemon
 * counts. */
static bool is_known(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    bool has_seen_lagg = slot != NULL && slot->observed.lagg.exists == (sim_lagg(sim, nic) != NULL);
    return has_seen_lagg && slot->fault == VFJ_REASON_NONE && slot->plan.failed == 0
        && !nic->meddled && !nic->is_restarted && !nic->has_script && !nic->is_hn_down
        && !nic->is_network_lost && (nic->is_seen || !sim->records_lost)
        && !has_unknown_vf(sim, nic) && !is_forgotten(sim, nic, slot);
}

/* Returns true when the VF is not a port and has an address or a dhclient, which devd's rules gave
 * it. The VF keeps both until it is joined. */
static bool has_own(struct sim *sim, const struct sim_nic *nic, const struct vfj_guest_if *lagg)
{
    const struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    bool is_port = lagg != NULL && vfj_interface_has_port(&lagg->facts, nic->vf);
    return vf != NULL && !is_port && (vf->facts.address_count > 0 || vf->dhclient != 0);
}

/* Returns true when the lagg exists and hn is not its port. A daemon that does not know that it
 * made the lagg adds hn only after the delay. */
static bool awaits_delay(struct sim *sim, const struct sim_nic *nic)
{
    const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    return lagg != NULL && !vfj_interface_has_port(&lagg->facts, nic->hn);
}

/* Returns true when the simulated host still has to change something about this hn: its link, its
 * data path or a dhclient. */
static bool awaits_host(const struct sim *sim, const struct sim_nic *nic)
{
    for (unsigned i = 0; i < sim->todo_count; i++) {
        if (&sim->nics[sim->todos[i].nic] == nic)
            return true;
    }
    return false;
}

/* Returns true when the VF is a port of another hn's lagg, which may need it. */
static bool is_vf_elsewhere(struct sim *sim, const struct sim_nic *nic)
{
    const struct vfj_guest_if *lagg = vfj_guest_lagg_of(&sim->guest, nic->vf);
    return lagg != NULL && lagg != sim_lagg(sim, nic);
}

bool sim_is_held_up(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    bool is_conflict = vfj_plan_is_use((enum vfj_reason)slot->fault)
        || slot->fault == VFJ_REASON_FOREIGN_LAGG || slot->fault == VFJ_REASON_HN_IN_OTHER_LAGG
        || slot->fault == VFJ_REASON_TOO_MANY_ADDRESSES || slot->fault == VFJ_REASON_NO_LINK;
    bool has_seen_lagg = slot->observed.lagg.exists == (sim_lagg(sim, nic) != NULL);
    return is_conflict && slot->activity == VFJ_ACTIVITY_WAITING && has_seen_lagg && !nic->meddled
        && !nic->is_restarted && !nic->has_script && !nic->is_hn_down && nic->is_seen
        && !nic->is_network_lost && !awaits_host(sim, nic) && !has_unknown_vf(sim, nic)
        && !is_forgotten(sim, nic, slot) && !is_vf_elsewhere(sim, nic)
        && slot->link.monitor != VFJ_LINK_MONITOR_WAITING
        && slot->link.monitor != VFJ_LINK_MONITOR_EXPIRED;
}

bool sim_is_settled(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    bool is_idle = slot->activity == VFJ_ACTIVITY_IDLE || slot->activity == VFJ_ACTIVITY_WAITING;
    return is_known(sim, nic, slot) && slot->plan.failures == 0
        && !has_own(sim, nic, sim_lagg(sim, nic)) && is_idle && !awaits_delay(sim, nic)
        && !awaits_host(sim, nic) && slot->plan.phase != VFJ_PLAN_ACTIVE
        && slot->link.monitor != VFJ_LINK_MONITOR_WAITING
        && slot->link.monitor != VFJ_LINK_MONITOR_EXPIRED;
}

/* Checks the guest after a daemon has stopped regularly. From now on the stock scripts run, and
 * they assume that a lagg which exists is complete. */
void sim_check_stopped(struct sim *sim)
{
    for (unsigned i = 0; i < sim->nic_count && sim_is_ours(sim); i++) {
        const struct sim_nic *nic = &sim->nics[i];
        const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
        const struct vfj_slot *slot = sim_slot_of(sim, nic->hn);
        if (!is_known(sim, nic, slot) || has_own(sim, nic, lagg))
            continue;
        bool lacks_hn = lagg != NULL && !vfj_interface_has_port(&lagg->facts, nic->hn);
        if (lacks_hn && slot->lagg_ours)
            sim_fail(sim, "a daemon ended in order, and %s lacks %s", nic->lagg.text, nic->hn.text);
        /* A lagg without hn is not checked: the daemon does not know that it made this lagg. The
         * lagg existed before, or the rows of the daemon that made it are lost. */
        if (!lacks_hn)
            check_connectivity(sim, nic, false);
    }
}

void sim_check_end(struct sim *sim)
{
    if (sim->events - sim->events_of_storm > (uint64_t)CALM_EVENTS_MAX * sim->nic_count)
        sim_fail(sim, "%llu events since the storm was over",
                 (unsigned long long)(sim->events - sim->events_of_storm));
    for (unsigned i = 0; i < sim->nic_count && sim_is_ours(sim); i++)
        check_nic(sim, &sim->nics[i]);
    if (sim->is_transparent)
        sim_transparent_check_end(sim);
}
