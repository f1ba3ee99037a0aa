#include "tests/kit/guest_network.h"

#include <stdio.h>
#include <string.h>

static enum kit_network_kind kind_of(const struct vfj_interface *facts)
{
    if (facts->laggproto != VFJ_LAGGPROTO_NONE)
        return facts->laggproto == VFJ_LAGGPROTO_FAILOVER ? KIT_NETWORK_LAGG
                                                          : KIT_NETWORK_OTHER_LAGG;
    if (facts->port_count == 0)
        return KIT_NETWORK_ETHERNET;
    return facts->use == VFJ_USE_VLAN ? KIT_NETWORK_VLAN : KIT_NETWORK_BRIDGE;
}

static bool is_up(const struct vfj_guest *guest, struct vfj_name name)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        const struct vfj_interface *facts = &guest->ifs[i].facts;
        if (facts->exists && vfj_name_equal(facts->name, name))
            return facts->up;
    }
    return false;
}

static void add(struct kit_network *network, const struct vfj_guest *guest,
                const struct vfj_guest_if *from)
{
    const struct vfj_interface *facts = &from->facts;
    struct kit_network_interface *interface = kit_network_add(network, facts->name.text);
    if (interface == NULL)
        return;
    interface->kind = kind_of(facts);
    interface->up = facts->up;
    interface->has_dhclient = from->dhclient != 0;
    interface->takes_rtadv = facts->rtadv && !facts->ifdisabled;
    interface->is_nic = !vfj_name_is_empty(from->unit);
    /* hn shows no link while the VF has the data path, but hn gets its link back when the VF goes
     * down */
    interface->has_carrier = facts->link != VFJ_LINK_DOWN || !vfj_name_is_empty(from->rxvf);
    if (!vfj_name_is_empty(from->rxvf) && is_up(guest, from->rxvf))
        snprintf(interface->data_path, sizeof interface->data_path, "%s", from->rxvf.text);
    for (unsigned i = 0; i < facts->address_count; i++)
        kit_network_add_address(interface, facts->addresses[i].text);
    for (unsigned i = 0; i < facts->port_count; i++)
        kit_network_add_member(interface, facts->ports[i].text);
    if (from->gateway6.text[0] != '\0')
        snprintf(network->default_route6, sizeof network->default_route6, "%s", facts->name.text);
}

void kit_network_of_guest(struct kit_network *network, const struct vfj_guest *guest)
{
    network->count = network->route_count = 0;
    network->default_route6[0] = '\0';
    snprintf(network->default_route, sizeof network->default_route, "%s", guest->default_if.text);
    for (unsigned i = 0; i < guest->routes.count; i++)
        kit_network_add_route(network, guest->routes.list[i].destination.text,
                              guest->routes.list[i].interface.text);
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (guest->ifs[i].facts.exists)
            add(network, guest, &guest->ifs[i]);
    }
}
