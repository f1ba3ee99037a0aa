/* Simulates the guest's kernel and the Hyper-V host: changes that no command of the daemon caused,
 * and the devd lines about them. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/sim.h"

static const int64_t ms = 1000, second = 1000000;

struct vfj_guest_if *sim_interface(struct sim *sim, struct vfj_name name)
{
    return vfj_name_is_empty(name) ? NULL : vfj_guest_find(&sim->guest, name);
}

struct vfj_guest_if *sim_lagg(struct sim *sim, const struct sim_nic *nic)
{
    return sim_interface(sim, nic->lagg);
}

struct sim_nic *sim_nic_of(struct sim *sim, struct vfj_name name)
{
    for (unsigned i = 0; i < sim->nic_count && !vfj_name_is_empty(name); i++) {
        struct sim_nic *nic = &sim->nics[i];
        if (vfj_name_equal(nic->hn, name) || vfj_name_equal(nic->vf, name)
            || vfj_name_equal(nic->lagg, name) || vfj_name_equal(nic->hn_unit, name)
            || vfj_name_equal(nic->hn_new, name))
            return nic;
    }
    return NULL;
}

bool sim_has_address(const struct vfj_guest_if *interface, const char *address)
{
    for (unsigned i = 0; interface != NULL && i < interface->facts.address_count; i++) {
        if (strcmp(interface->facts.addresses[i].text, address) == 0)
            return true;
    }
    return false;
}

/* The functions below send lines of devd. */

static void queue_line(struct sim *sim, const char *text)
{
    if (sim->line_count == SIM_LINES_MAX)
        return;
    unsigned last = (sim->line_first + sim->line_count - 1) % SIM_LINES_MAX;
    struct sim_line *line = &sim->lines[(sim->line_first + sim->line_count) % SIM_LINES_MAX];
    line->due_us = sim->now_us + sim_between(sim, 100, 20 * ms);
    if (line->due_us < sim->late_until_us)
        line->due_us = sim->late_until_us;
    if (sim->line_count > 0 && line->due_us < sim->lines[last].due_us)
        /* a line may arrive late, but the order of the lines never changes */
        line->due_us = sim->lines[last].due_us;
    (void)strcpy(line->text, text);
    sim->line_count++;
}

void sim_emit(struct sim *sim, const char *format, ...)
{
    char text[SIM_LINE_SIZE];
    struct vfj_devd devd;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    sim->followed = 0;
    vfj_devd_parse(vfj_span_of(text), &devd);
    vfj_guest_happen(&sim->guest, &devd);
    struct sim_nic *nic = sim_nic_of(sim, devd.name);
    if (nic != NULL)
        nic->meddled = true;
    bool is_lost = !sim->alive || !sim->connected || sim_chance(sim, sim->lose_percent);
    sim_say(sim, "%s%s", text, is_lost ? "   (lost)" : "");
    sim->lines_lost += is_lost;
    if (is_lost)
        return;
    queue_line(sim, text);
    if (sim_chance(sim, sim->double_percent))
        queue_line(sim, text);
}

/* The functions below simulate changes that the host makes to one hn and its VF. */

void sim_later(struct sim *sim, enum sim_host what, unsigned nic, int64_t after_us)
{
    if (sim->todo_count == SIM_HOST_MAX)
        return;
    sim->todos[sim->todo_count++] = (struct sim_todo){
        .due_us = sim->now_us + after_us, .order = sim->order++, .what = (uint8_t)what, .nic = nic};
}

/* Returns the name for a VF: in three of four cases its usual name, if this is free, and otherwise
 * any free name. */
static struct vfj_name choose_vf_name(struct sim *sim, unsigned number)
{
    static const char *const drivers[] = {"mce", "mlxen", "mana"};
    char text[VFJ_NAME_SIZE];
    struct vfj_name name;
    snprintf(text, sizeof text, "mce%u", number);
    name = vfj_name_of(text);
    while (sim_interface(sim, name) != NULL || sim_chance(sim, 25)) {
        snprintf(text, sizeof text, "%s%u", drivers[sim_roll(sim, 3)], (unsigned)sim_roll(sim, 12));
        name = vfj_name_of(text);
    }
    return name;
}

static void plug(struct sim *sim, unsigned number, struct vfj_name wanted)
{
    struct sim_nic *nic = &sim->nics[number];
    if (!vfj_name_is_empty(nic->vf))
        return;
    bool is_free = !vfj_name_is_empty(wanted) && sim_interface(sim, wanted) == NULL;
    nic->vf = is_free ? wanted : choose_vf_name(sim, number);
    nic->is_held_down = false;
    sim_direct(sim, "%%vf %s %s", nic->vf.text, nic->hn.text);
    sim_emit(sim, "!system=IFNET subsystem=%s type=ATTACH", nic->vf.text);
    sim_emit(sim, "!system=ETHERNET subsystem=%s type=IFATTACH", nic->vf.text);
    struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    if (nic->comes_without_link)
        vf->facts.link = VFJ_LINK_DOWN;
    nic->comes_without_link = false;
    sim_transparent_plugged(sim, number);
    if (nic->has_default)
        sim_later(sim, SIM_HOST_DEFAULT, number, sim_between(sim, 100 * ms, 2 * second));
}

/* Simulates pccard_ether(8), which devd runs for an interface that attaches. It does nothing to an
 * interface that is up. With DHCP it runs dhclient on the VF. The VF gets hn's address, because it
 * has hn's MAC. */
static void configure_by_default(struct sim *sim, unsigned number)
{
    struct sim_nic *nic = &sim->nics[number];
    struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    struct vfj_address lease;
    /* nothing happens to a renamed VF: devd runs pccard_ether with the old name */
    if (vf == NULL || vf->facts.up || vfj_guest_mapped_vf(&sim->guest, nic->hn) == NULL)
        return;
    sim_say(sim, "devd: pccard_ether %s start", nic->vf.text);
    vf->facts.up = nic->meddled = true;
    if (!nic->dhcp || !vfj_guest_has_link(&sim->guest, vf)
        || !vfj_address_parse(vfj_span_of(nic->address), &lease))
        return;
    vf->dhclient = ++sim->guest.pid_last;
    if (!sim_has_address(vf, nic->address))
        vfj_interface_add_address(&vf->facts, &lease);
}

static void path_down(struct sim *sim, unsigned number)
{
    sim_emit(sim, "!system=HYPERV_NIC_VF subsystem=%s type=VF_DOWN", sim->nics[number].hn.text);
    sim_later(sim, SIM_HOST_LINK_UP, number, sim_between(sim, 10 * ms, 3 * second));
}

static void unplug(struct sim *sim, unsigned number)
{
    struct sim_nic *nic = &sim->nics[number];
    struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    if (vfj_name_is_empty(nic->vf))
        return;
    if (!vfj_name_is_empty(hn->rxvf))
        path_down(sim, number);
    sim_emit(sim, "!system=IFNET subsystem=%s type=DETACH", nic->vf.text);
    memset(&nic->vf, 0, sizeof nic->vf);
    nic->is_held_down = false;
}

/* Sets hn's link to up. FreeBSD's devd.conf has a rule that then runs dhclient, if the interface
 * uses DHCP. */
static void link_up(struct sim *sim, unsigned number)
{
    struct sim_nic *nic = &sim->nics[number];
    const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    if (!vfj_name_is_empty(hn->rxvf))
        return;
    sim_emit(sim, "!system=IFNET subsystem=%s type=LINK_UP", nic->hn.text);
    if (nic->dhcp && sim_chance(sim, 70))
        sim_later(sim, SIM_HOST_DHCLIENT, number, sim_between(sim, 20 * ms, 900 * ms));
}

static void run_dhclient(struct sim *sim, unsigned number)
{
    struct sim_nic *nic = &sim->nics[number];
    struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
    struct vfj_address lease;
    if (nic->is_restarted && hn->dhclient == 0 && !vfj_name_is_empty(hn->rxvf))
        /* netif(8) waits until there is a link: try again one second later */
        sim_later(sim, SIM_HOST_DHCLIENT, number, second);
    nic->is_restarted &= hn->dhclient == 0;
    if (hn->dhclient != 0 || !vfj_name_is_empty(hn->rxvf))
        return;
    sim_say(sim, "devd: dhclient %s", nic->hn.text);
    hn->dhclient = ++sim->guest.pid_last;
    nic->meddled = true;
    if (!sim_has_address(hn, nic->address) && vfj_address_parse(vfj_span_of(nic->address), &lease))
        vfj_interface_add_address(&hn->facts, &lease);
    if (nic->is_restarted)
        sim_uses_default_route(sim, nic);
    nic->is_restarted = false;
}

/* Changes whether the wire of the VF has a carrier outside the guest. A devd line reports the
 * change only when the VF is up. */
static void toggle_vf_link(struct sim *sim, unsigned number)
{
    struct vfj_guest_if *vf = sim_interface(sim, sim->nics[number].vf);
    if (vf == NULL)
        return;
    bool comes = vf->facts.link == VFJ_LINK_DOWN;
    if (vf->facts.up) {
        sim_emit(sim, "!system=IFNET subsystem=%s type=%s", vf->facts.name.text,
                 comes ? "LINK_UP" : "LINK_DOWN");
        return;
    }
    sim_say(sim, "host: the link of %s %s", vf->facts.name.text, comes ? "comes" : "goes");
    vf->facts.link = comes ? VFJ_LINK_UP : VFJ_LINK_DOWN;
}

static void path_up(struct sim *sim, unsigned number)
{
    struct sim_nic *nic = &sim->nics[number];
    const struct vfj_guest_vf *mapped = vfj_guest_mapped_vf(&sim->guest, nic->hn);
    const struct vfj_guest_if *vf = mapped != NULL ? sim_interface(sim, mapped->vf) : NULL;
    nic->path_due = false;
    if (vf == NULL || !vf->facts.up || !vfj_name_is_empty(sim_interface(sim, nic->hn)->rxvf))
        return;
    nic->script_ran = false;
    sim_emit(sim, "!system=HYPERV_NIC_VF subsystem=%s type=VF_UP", nic->hn.text);
    sim_emit(sim, "!system=IFNET subsystem=%s type=LINK_DOWN", nic->hn.text);
}

void sim_do(struct sim *sim, const struct sim_todo *todo)
{
    switch ((enum sim_host)todo->what) {
    case SIM_HOST_NONE:
        break;
    case SIM_HOST_PLUG:
        plug(sim, todo->nic, todo->vf);
        break;
    case SIM_HOST_UNPLUG:
        unplug(sim, todo->nic);
        break;
    case SIM_HOST_LINK_UP:
        link_up(sim, todo->nic);
        break;
    case SIM_HOST_DATA_PATH:
        path_up(sim, todo->nic);
        break;
    case SIM_HOST_VF_LINK:
        toggle_vf_link(sim, todo->nic);
        break;
    case SIM_HOST_DHCLIENT:
        run_dhclient(sim, todo->nic);
        break;
    case SIM_HOST_DEFAULT:
        configure_by_default(sim, todo->nic);
        break;
    case SIM_HOST_SWITCH:
        sim_transparent_switch(sim, todo->nic);
        break;
    }
}

/* Gives the data path to a VF that is up, and back to hn when the VF is down, as hn(4) does
 * (hn_rxvf_change()). */
void sim_kernel_follow(struct sim *sim)
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        struct sim_nic *nic = &sim->nics[i];
        const struct vfj_guest_vf *mapped = vfj_guest_mapped_vf(&sim->guest, nic->hn);
        const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
        const struct vfj_guest_if *vf = mapped != NULL ? sim_interface(sim, mapped->vf) : NULL;
        bool is_up = vf != NULL && vf->facts.up && !sim->is_transparent;
        if (!is_up && !vfj_name_is_empty(hn->rxvf)) {
            path_down(sim, i);
        } else if (is_up && vfj_name_is_empty(hn->rxvf) && !nic->path_due) {
            nic->path_due = true;
            sim_later(sim, SIM_HOST_DATA_PATH, i, sim_between(sim, 0, 300 * ms));
        }
        sim_inet_follow(sim, nic);
    }
}

void sim_boot(struct sim *sim)
{
    sim_say(sim, "the guest boots");
    vfj_guest_boot(&sim->guest);
    sim->boots++;
    sim->followed = 0;
    sim->boot_us = sim->now_us - sim_between(sim, second, 5 * second);
    sim->line_count = 0;
    sim->flight_count = 0;
    sim->todo_count = 0;
    for (unsigned i = 0; i < sim->nic_count; i++) {
        struct sim_nic *nic = &sim->nics[i];
        bool had_vf = !vfj_name_is_empty(nic->vf);
        memset(&nic->vf, 0, sizeof nic->vf);
        nic->foreign = nic->is_held_down = nic->path_due = nic->is_undone = false;
        nic->is_network_lost = false;
        nic->meddled = true;
        nic->given_count = 0;
        sim_uses_boot(sim, nic);
        if (had_vf)
            sim_later(sim, SIM_HOST_PLUG, i, sim_between(sim, 0, 20 * second));
    }
    sim_boot_interfaces(sim);
}
