/* The guest's kernel, and the host behind it: what changes without a command of ours, and the lines that tell of it. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/trace.h"
#include "tests/sim/sim.h"

static const int64_t ms = 1000, second = 1000000;

void sim_direct(struct sim *sim, const char *format, ...)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    char line[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (!vfj_trace_read(vfj_span_of(line), 2, &read, &error))
        sim_fail(sim, "the simulator's own line: %s: %s", line, error.what);
    vfj_guest_learn(&sim->guest, &read);
    const char *refusal = vfj_guest_direct(&sim->guest, &read);
    if (refusal != NULL)
        sim_fail(sim, "the guest model: %s: %s", line, refusal);
}

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
        if (vfj_name_equal(nic->hn, name) || vfj_name_equal(nic->vf, name) || vfj_name_equal(nic->lagg, name))
            return nic;
    }
    return NULL;
}

void sim_set_up_guest(struct sim *sim)
{
    vfj_guest_init(&sim->guest);
    sim_direct(sim, "%%rc hyperv_vf_delay=\"%u\"", (unsigned)sim_roll(sim, 12));
    for (unsigned i = 0; i < sim->nic_count; i++) {
        struct sim_nic *nic = &sim->nics[i];
        char name[VFJ_NAME_SIZE];
        snprintf(name, sizeof name, "hn%u", i);
        memset(nic, 0, sizeof *nic);
        nic->hn = vfj_name_of(name);
        snprintf(name, sizeof name, "lagg%u", i);
        nic->lagg = vfj_name_of(name);
        nic->dhcp = sim_chance(sim, 50);
        snprintf(nic->address, sizeof nic->address, "10.%u.0.4/24", i);
        if (nic->dhcp) {
            sim_direct(sim, "%%rc ifconfig_hn%u=\"%s\"", i, sim_chance(sim, 50) ? "DHCP" : "SYNCDHCP");
            sim_direct(sim, "%%if hn%u up inet %s dhclient %u", i, nic->address, 400 + i);
        } else {
            sim_direct(sim, "%%rc ifconfig_hn%u=\"inet %s\"", i, nic->address);
            sim_direct(sim, "%%if hn%u up inet %s", i, nic->address);
        }
    }
    if (sim_chance(sim, 60)) {
        unsigned i = (unsigned)sim_roll(sim, sim->nic_count);
        sim->nics[i].has_router = true;
        sim_direct(sim, "%%rc defaultrouter=\"10.%u.0.1\"", i);
    }
}

/* Lines */

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
        line->due_us = sim->lines[last].due_us; /* late, but never in another order */
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

/* The host */

void sim_later(struct sim *sim, enum sim_host what, unsigned nic, int64_t after_us)
{
    if (sim->todo_count == SIM_HOST_MAX)
        return;
    sim->todos[sim->todo_count++]
        = (struct sim_todo){.due_us = sim->now_us + after_us, .order = sim->order++, .what = (uint8_t)what, .nic = nic};
}

/* Mostly the name it had before; else any that is free. */
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

static void plug(struct sim *sim, unsigned number)
{
    struct sim_nic *nic = &sim->nics[number];
    if (!vfj_name_is_empty(nic->vf))
        return;
    nic->vf = choose_vf_name(sim, number);
    nic->is_held_down = false;
    sim_direct(sim, "%%vf %s %s", nic->vf.text, nic->hn.text);
    sim_emit(sim, "!system=IFNET subsystem=%s type=ATTACH", nic->vf.text);
    sim_emit(sim, "!system=ETHERNET subsystem=%s type=IFATTACH", nic->vf.text);
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

/* FreeBSD's devd has a rule of its own: when the link of an interface with DHCP comes up, dhclient is run on it. */
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
    if (hn->dhclient != 0 || !vfj_name_is_empty(hn->rxvf))
        return;
    sim_say(sim, "devd: dhclient %s", nic->hn.text);
    hn->dhclient = ++sim->guest.pid_last;
    nic->meddled = true;
    if (hn->facts.address_count == 0 && vfj_address_parse(vfj_span_of(nic->address), &lease))
        vfj_interface_add_address(&hn->facts, &lease);
}

/* The host's side of the wire; the line tells of it only when the VF is up. */
static void toggle_vf_link(struct sim *sim, unsigned number)
{
    struct vfj_guest_if *vf = sim_interface(sim, sim->nics[number].vf);
    if (vf == NULL)
        return;
    bool comes = vf->facts.link == VFJ_LINK_DOWN;
    if (vf->facts.up) {
        sim_emit(sim, "!system=IFNET subsystem=%s type=%s", vf->facts.name.text, comes ? "LINK_UP" : "LINK_DOWN");
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
    sim_emit(sim, "!system=HYPERV_NIC_VF subsystem=%s type=VF_UP", nic->hn.text);
    sim_emit(sim, "!system=IFNET subsystem=%s type=LINK_DOWN", nic->hn.text);
}

void sim_do(struct sim *sim, const struct sim_todo *todo)
{
    switch ((enum sim_host)todo->what) {
    case SIM_HOST_NONE:
        break;
    case SIM_HOST_PLUG:
        plug(sim, todo->nic);
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
    }
}

/* hn(4) moves the data path to a VF that is up, and back from one that is not (hn_rxvf_change()). */
void sim_kernel_follow(struct sim *sim)
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        struct sim_nic *nic = &sim->nics[i];
        const struct vfj_guest_vf *mapped = vfj_guest_mapped_vf(&sim->guest, nic->hn);
        const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
        const struct vfj_guest_if *vf = mapped != NULL ? sim_interface(sim, mapped->vf) : NULL;
        bool is_up = vf != NULL && vf->facts.up;
        if (!is_up && !vfj_name_is_empty(hn->rxvf)) {
            path_down(sim, i);
        } else if (is_up && vfj_name_is_empty(hn->rxvf) && !nic->path_due) {
            nic->path_due = true;
            sim_later(sim, SIM_HOST_DATA_PATH, i, sim_between(sim, 0, 300 * ms));
        }
    }
}

void sim_boot(struct sim *sim)
{
    sim_say(sim, "the guest boots");
    vfj_guest_boot(&sim->guest);
    sim->boots++;
    sim->boot_us = sim->now_us - sim_between(sim, second, 5 * second);
    sim->line_count = 0;
    sim->flight_count = 0;
    sim->todo_count = 0;
    for (unsigned i = 0; i < sim->nic_count; i++) {
        struct sim_nic *nic = &sim->nics[i];
        bool had_vf = !vfj_name_is_empty(nic->vf);
        memset(&nic->vf, 0, sizeof nic->vf);
        nic->foreign = nic->is_held_down = nic->path_due = false;
        nic->meddled = true;
        nic->last[0] = '\0';
        if (had_vf)
            sim_later(sim, SIM_HOST_PLUG, i, sim_between(sim, 0, 20 * second));
    }
}
