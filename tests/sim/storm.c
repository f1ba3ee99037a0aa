/* The random events of a storm: changes by the host, disk and clock faults, and daemons that
 * die. */
#include <sqlite3.h>

#include "tests/kit/fault_vfs.h"
#include "tests/sim/sim.h"

static const int64_t ms = 1000, second = 1000000;

static unsigned any_nic(struct sim *sim)
{
    return (unsigned)sim_roll(sim, sim->nic_count);
}

static void host_toggles(struct sim *sim)
{
    unsigned nic = any_nic(sim);
    bool has_vf = !vfj_name_is_empty(sim->nics[nic].vf);
    if (has_vf && sim_chance(sim, 30))
        sim_later(sim, SIM_HOST_VF_LINK, nic, 0);
    else
        sim_later(sim, has_vf ? SIM_HOST_UNPLUG : SIM_HOST_PLUG, nic, 0);
}

static void host_flaps(struct sim *sim)
{
    unsigned nic = any_nic(sim);
    unsigned times = 1 + (unsigned)sim_roll(sim, 4);
    int64_t at_us = 0;
    for (unsigned i = 0; i < times; i++) {
        sim_later(sim, SIM_HOST_UNPLUG, nic, at_us += sim_between(sim, ms, 3 * second));
        sim_later(sim, SIM_HOST_PLUG, nic, at_us += sim_between(sim, ms, 3 * second));
    }
}

/* Simulates maintenance of the host: all VFs leave, and return later in another order. */
static void host_servicing(struct sim *sim)
{
    int64_t away_us = sim_between(sim, 100 * ms, 30 * second);
    for (unsigned i = 0; i < sim->nic_count; i++) {
        sim_later(sim, SIM_HOST_UNPLUG, i, sim_between(sim, 0, second));
        sim_later(sim, SIM_HOST_PLUG, i, away_us + sim_between(sim, second, 3 * second));
    }
}

/* Replaces a VF while ifconfig(8) is about to make it a port: the VF leaves, and another hn gets a
 * VF with the same name. */
void sim_storm_swap(struct sim *sim, struct sim_flight *join)
{
    const struct sim_nic *nic = sim_nic_of(sim, join->command.hn);
    unsigned other = any_nic(sim);
    if (!sim->storm || nic == NULL || &sim->nics[other] == nic
        || !vfj_name_equal(nic->vf, join->command.b) || !sim_chance(sim, 10))
        return;
    sim_later(sim, SIM_HOST_UNPLUG, (unsigned)(nic - sim->nics), 100 * ms);
    sim_later(sim, SIM_HOST_UNPLUG, other, 200 * ms);
    sim_later(sim, SIM_HOST_PLUG, other, 400 * ms);
    if (sim->todo_count < SIM_HOST_MAX)
        sim->todos[sim->todo_count - 1].vf = nic->vf;
    join->due_us = sim->now_us + sim_between(sim, 300 * ms, 2 * second);
    if (sim_chance(sim, 70))
        join->fate = SIM_FATE_WELL;
}

static void change_weather(struct sim *sim)
{
    static const unsigned faults[] = {0, 0, 5, 20, 60};
    static const unsigned losses[] = {0, 0, 10, 40, 100};
    sim->fault_percent = faults[sim_roll(sim, 5)];
    sim->slow_percent = faults[sim_roll(sim, 5)];
    sim->lose_percent = losses[sim_roll(sim, 5)];
    sim->double_percent = losses[sim_roll(sim, 4)];
    if (sim_chance(sim, 20))
        sim->late_until_us = sim->now_us + sim_between(sim, 0, 10 * second);
    sim_say(sim, "weather: faults %u %%, slow %u %%, lost %u %%, doubled %u %%", sim->fault_percent,
            sim->slow_percent, sim->lose_percent, sim->double_percent);
}

static void fill_disk(struct sim *sim)
{
    static const int codes[] = {SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC};
    if (!sim->alive)
        return;
    sim_say(sim, "the disk is full");
    kit_fault_arm(1 + (unsigned)sim_roll(sim, 5), codes[sim_roll(sim, 3)], sim_chance(sim, 80));
    sim->disk_until_us = sim->now_us + sim_between(sim, 100 * ms, 20 * second);
}

static void end_daemon(struct sim *sim)
{
    if (!sim->alive || sim->stopping)
        return;
    if (sim_chance(sim, 40))
        sim->stop = true;
    else
        sim->dead = true;
}

static void boot(struct sim *sim)
{
    if (!sim->alive) {
        sim_boot(sim);
        sim->restart_us = sim->now_us + sim_between(sim, 100 * ms, 10 * second);
        return;
    }
    sim->dead = sim->power = true;
}

static void change_configuration(struct sim *sim)
{
    sim_direct(sim, "%%rc hyperv_vf_delay=\"%u\"", (unsigned)sim_roll(sim, 20));
    sim->rc_changed = true;
}

static void step_clock(struct sim *sim)
{
    sim->clock_us += sim_between(sim, -3600 * second, 3600 * second);
}

static void act(struct sim *sim)
{
    bool has_uses = sim_has_uses(sim) && !sim->is_transparent;
    uint64_t what = sim_roll(sim, has_uses ? 46 : 40);
    if (what < 10)
        host_toggles(sim);
    else if (what < 14)
        host_flaps(sim);
    else if (what < 17)
        host_servicing(sim);
    else if (what < 24 && sim->is_transparent)
        /* in transparent mode an admin has no reason to make a lagg, so a VF leaves and returns */
        host_flaps(sim);
    else if (what < 24)
        sim_admin_meddles(sim);
    else if (what < 29)
        change_weather(sim);
    else if (what < 31)
        fill_disk(sim);
    else if (what < 34)
        end_daemon(sim);
    else if (what < 35)
        boot(sim);
    else if (what < 37)
        sim_gap(sim);
    else if (what < 38)
        change_configuration(sim);
    else if (what < 40)
        step_clock(sim);
    else
        sim_uses_happen(sim);
}

void sim_storm_begin(struct sim *sim)
{
    sim->storm = true;
    sim->storm_left = 10 + (unsigned)sim_roll(sim, 30);
    sim->storm_us = sim->now_us + second;
    sim->late_until_us = 0;
    sim->disk_until_us = INT64_MAX;
    for (unsigned i = 0; i < sim->nic_count; i++) {
        if (sim_chance(sim, 70))
            sim_later(sim, SIM_HOST_PLUG, i, sim_between(sim, 0, 10 * second));
    }
}

/* Sets the link of every VF that has none to up. */
static void give_links_back(struct sim *sim)
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        const struct vfj_guest_if *vf = sim_interface(sim, sim->nics[i].vf);
        if (vf != NULL && vf->facts.link == VFJ_LINK_DOWN)
            sim_later(sim, SIM_HOST_VF_LINK, i, 0);
    }
}

static int64_t pause_us(struct sim *sim)
{
    return sim_chance(sim, 60) ? sim_between(sim, ms, 3 * second)
                               : sim_between(sim, second, 40 * second);
}

/* Ends the storm. Then closes the connection to devd, as devd does with a client that is too slow.
 * The daemon must then find out what it missed. */
void sim_storm_end(struct sim *sim)
{
    sim_say(sim, "the storm is over");
    sim->storm = false;
    sim->storm_us = INT64_MAX;
    sim->crash = SIM_CRASH_NOT;
    sim->stop_in = 0;
    kit_fault_die(0);
    (void)kit_fault_disarm();
    sim->disk_until_us = INT64_MAX;
    sim->fault_percent = sim->slow_percent = sim->lose_percent = sim->double_percent = 0;
    sim->late_until_us = 0;
    for (unsigned i = 0; i < sim->nic_count; i++) {
        if (sim_chance(sim, 80))
            sim_admin_gives_lagg_back(sim, &sim->nics[i]);
    }
    give_links_back(sim);
    if (sim->restart_us != INT64_MAX && sim->restart_us > sim->now_us + second)
        sim->restart_us = sim->now_us + second;
    sim_gap(sim);
    sim->events_of_storm = sim->events;
    sim->end_us = sim->now_us + 1500 * second;
}

void sim_storm_next(struct sim *sim)
{
    if (sim->storm_left == 0) {
        sim_storm_end(sim);
        return;
    }
    sim->storm_left--;
    act(sim);
    sim->storm_us = sim->now_us + pause_us(sim);
}
