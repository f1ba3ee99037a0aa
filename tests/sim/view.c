/* Prints an observation in one line, when the simulator runs with --verbose. */
#include "tests/sim/sim.h"

static void add_interface(struct vfj_text *text, const char *label,
                          const struct vfj_interface *interface, uint64_t dhclient)
{
    vfj_text_add(text, label);
    if (!interface->exists) {
        vfj_text_add(text, "none");
        return;
    }
    vfj_text_add(text, interface->name.text);
    vfj_text_add(text, interface->up ? " up" : " down");
    vfj_text_add(text, interface->link == VFJ_LINK_DOWN ? " no-link" : "");
    vfj_text_add(text, interface->laggproto == VFJ_LAGGPROTO_OTHER ? " not-failover" : "");
    for (unsigned i = 0; i < interface->address_count; i++) {
        vfj_text_add_char(text, ' ');
        vfj_text_add(text, interface->addresses[i].text);
    }
    for (unsigned i = 0; i < interface->port_count; i++) {
        vfj_text_add(text, " port ");
        vfj_text_add(text, interface->ports[i].text);
    }
    if (dhclient == 0)
        return;
    vfj_text_add(text, " dhclient ");
    vfj_text_add_u64(text, dhclient);
}

void sim_say_view(struct sim *sim, const struct vfj_view *view)
{
    char line[1024];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (!sim->verbose)
        return;
    add_interface(&text, "", &view->hn, view->hn_dhclient);
    add_interface(&text, "; VF ", &view->vf, view->vf_dhclient);
    add_interface(&text, "; lagg ", &view->lagg, view->lagg_dhclient);
    vfj_text_add(&text, "; data path ");
    vfj_text_add(&text, view->rxvf.text);
    vfj_text_add(&text, "; gateway ");
    vfj_text_add(&text, view->gateway.text);
    vfj_text_add(&text, view->gateway_on_lagg ? " lagg " : " ");
    vfj_text_add(&text, view->gateway6.text);
    vfj_text_add(&text, view->gateway6_on_lagg ? " lagg" : "");
    vfj_text_add(&text, "; lagg of VF ");
    vfj_text_add(&text, view->vf_lagg.text);
    sim_say(sim, "        %s", line);
}
