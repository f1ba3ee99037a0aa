/* Simulates changes of addresses and routes that the guest model does not cover: those that the
 * kernel makes itself, and static routes. */
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

static bool takes_advertisements(struct sim *sim, const struct vfj_guest_if *interface)
{
    return interface != NULL && interface->facts.up && interface->facts.rtadv
        && !interface->facts.ifdisabled
        && vfj_guest_lagg_of(&sim->guest, interface->facts.name) == NULL;
}

/* Adds the IPv6 address from router advertisements to the interface that accepts them, whenever the
 * address is missing. */
static void advertise(struct sim *sim, const struct sim_nic *nic)
{
    struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    struct vfj_guest_if *taker = takes_advertisements(sim, lagg) ? lagg
        : takes_advertisements(sim, hn)                          ? hn
                                                                 : NULL;
    struct vfj_address address;
    if (taker == NULL || sim_has_address(hn, nic->inet6) || sim_has_address(lagg, nic->inet6)
        || !vfj_address_parse(vfj_span_of(nic->inet6), &address))
        return;
    sim_say(sim, "kernel: %s has %s, as a router advertised", taker->facts.name.text, nic->inet6);
    vfj_interface_add_address(&taker->facts, &address);
}

static void router_of(const struct sim *sim, const struct sim_nic *nic,
                      char router[VFJ_ADDRESS_SIZE])
{
    snprintf(router, VFJ_ADDRESS_SIZE, "10.%u.0.9", (unsigned)(nic - sim->nics));
}

static bool reaches(const struct vfj_guest_if *interface, const char *router)
{
    for (unsigned i = 0; interface != NULL && i < interface->facts.address_count; i++) {
        if (vfj_address_covers(&interface->facts.addresses[i], vfj_span_of(router)))
            return true;
    }
    return false;
}

/* Deletes the static route when its interface no longer has the address in the router's subnet. */
static void drop_route(struct sim *sim, struct sim_nic *nic)
{
    char router[VFJ_ADDRESS_SIZE];
    if (vfj_name_is_empty(nic->route_if))
        return;
    router_of(sim, nic, router);
    if (!reaches(sim_interface(sim, nic->route_if), router))
        memset(&nic->route_if, 0, sizeof nic->route_if);
}

/* Gives the DHCP address back to an hn that lost it but has a link and a dhclient. */
static void renew_lease(struct sim *sim, struct sim_nic *nic)
{
    struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    struct vfj_address lease;
    if (hn == NULL || hn->dhclient == 0 || !hn->facts.up || !vfj_name_is_empty(hn->rxvf)
        || sim_has_address(hn, nic->address) || vfj_guest_lagg_of(&sim->guest, nic->hn) != NULL
        || !vfj_address_parse(vfj_span_of(nic->address), &lease))
        return;
    sim_say(sim, "dhclient: %s has %s again", nic->hn.text, nic->address);
    vfj_interface_add_address(&hn->facts, &lease);
    nic->meddled = true;
}

void sim_inet_follow(struct sim *sim, struct sim_nic *nic)
{
    renew_lease(sim, nic);
    if (nic->rtadv)
        advertise(sim, nic);
    drop_route(sim, nic);
}

static struct sim_nic *nic_of_route(struct sim *sim, const struct vfj_command *command,
                                    char router[VFJ_ADDRESS_SIZE])
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        size_t length = strlen(command->text);
        router_of(sim, &sim->nics[i], router);
        size_t tail = strlen(router);
        if (sim->nics[i].has_route && length > tail
            && strcmp(command->text + length - tail, router) == 0)
            return &sim->nics[i];
    }
    return NULL;
}

void sim_add_route(struct sim *sim, const struct vfj_command *command, struct vfj_outcome *outcome)
{
    char router[VFJ_ADDRESS_SIZE];
    struct sim_nic *nic = nic_of_route(sim, command, router);
    if (nic == NULL)
        return;
    const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
    const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    const struct vfj_guest_if *over = reaches(lagg, router) ? lagg
        : reaches(hn, router)                               ? hn
                                                            : NULL;
    drop_route(sim, nic);
    outcome->status = 1;
    if (!vfj_name_is_empty(nic->route_if)) {
        (void)strcpy(outcome->output, "add net: gateway fib 0: route already in table");
    } else if (over == NULL) {
        (void)strcpy(outcome->output, "route: writing to routing socket: Network is unreachable");
    } else {
        nic->route_if = over->facts.name;
        outcome->status = 0;
    }
}
