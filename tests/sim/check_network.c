/* Checks that the guest can be reached, using a separate model of its network (tests/kit/network.h)
 * that shares no code with the guest model. */
#include <string.h>

#include "tests/kit/guest_network.h"
#include "tests/sim/sim.h"

/* Returns the interface on which the address is reachable. Fails the run when there is none. */
static const struct kit_network_interface *check_address(struct sim *sim,
                                                         const struct kit_network *network,
                                                         const char *address)
{
    const char *why;
    const struct kit_network_interface *interface = kit_network_answers(network, address, &why);
    if (interface == NULL)
        sim_fail(sim, "%s does not answer: %s", address, why);
    return interface;
}

static void check_routes(struct sim *sim, const struct sim_nic *nic,
                         const struct kit_network *network, const char *owner)
{
    if (nic->has_router
        && (strcmp(network->default_route, owner) != 0
            || !kit_network_has_default_route(network, false)))
        sim_fail(sim, "%s answers by %s, and no default route leads there", nic->address, owner);
    if (nic->has_router6
        && (strcmp(network->default_route6, owner) != 0
            || !kit_network_has_default_route(network, true)))
        sim_fail(sim, "%s answers by %s, and no IPv6 default route leads there", nic->inet6, owner);
}

/* Describes the guest's network for the separate model. Leaves out the addresses of a renamed VF:
 * hn(4) has forgotten it, and neither the kernel nor the daemon knows to which hn it belongs. */
static void fill_network(struct sim *sim, struct kit_network *network)
{
    kit_network_of_guest(network, &sim->guest);
    for (unsigned i = 0; i < network->count; i++) {
        if (sim_is_forgotten_vf(sim, vfj_name_of(network->interfaces[i].name)))
            network->interfaces[i].address_count = 0;
    }
}

/* Checks only that the address of hn is reachable, because a conflict may prevent everything
 * else. */
void sim_check_reachable(struct sim *sim, const struct sim_nic *nic)
{
    static struct kit_network network;
    fill_network(sim, &network);
    (void)check_address(sim, &network, nic->address);
}

/* Checks the addresses, and the routes through the lagg. Routes through hn are not checked, because
 * an admin can remove them together with an address. After an admin destroyed the lagg, hn has only
 * what devd's rules give it. */
void sim_check_network(struct sim *sim, const struct sim_nic *nic)
{
    static struct kit_network network;
    fill_network(sim, &network);
    const struct kit_network_interface *owner = check_address(sim, &network, nic->address);
    bool is_on_lagg = strcmp(owner->name, nic->lagg.text) == 0;
    if (nic->is_undone && !is_on_lagg)
        return;
    if (nic->alias[0] != '\0')
        (void)check_address(sim, &network, nic->alias);
    if (nic->inet6[0] != '\0')
        (void)check_address(sim, &network, nic->inet6);
    if (nic->more[0] != '\0')
        (void)check_address(sim, &network, nic->more);
    if (nic->rtadv && !owner->takes_rtadv)
        sim_fail(sim, "%s answers by %s, which takes no router advertisements", nic->address,
                 owner->name);
    if (is_on_lagg)
        check_routes(sim, nic, &network, owner->name);
}
