/* The life of a daemon in a simulated run: it opens the journal, runs the loop, and ends regularly
 * or dies. */
#include <stdio.h>
#include <string.h>

#include "core/machine/step.h"
#include "tests/kit/fault_vfs.h"
#include "tests/kit/held_vfs.h"
#include "tests/sim/sim.h"
#include "tools/daemon/log.h"
#include "tools/daemon/status.h"

enum { PRUNES = 15, PRUNE_EVERY = 60 };

static const int64_t ms = 1000, second = 1000000;

/* The simulator to which the daemon's loop logs. A process runs one simulator at a time. */
static struct sim *speaker;

void vfj_daemon_log(const char *subsystem, const char *format, ...)
{
    char line[512];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    va_list arguments;
    va_start(arguments, format);
    vfj_text_format_list(&text, format, arguments);
    va_end(arguments);
    sim_say(speaker, "%s: %s", subsystem, line);
}

void vfj_daemon_log_transition(const struct vfj_transition *made)
{
    sim_say(speaker, "  %s: %s -> %s, VF %s: %s", made->hn.text,
            vfj_slot_state_name((enum vfj_slot_state)made->from),
            vfj_slot_state_name((enum vfj_slot_state)made->to), made->vf.text,
            vfj_reason_text((enum vfj_reason)made->reason));
}

void vfj_daemon_log_command(const struct vfj_command *command)
{
    (void)command;
}

void vfj_daemon_log_outcome(const struct vfj_outcome *outcome)
{
    (void)outcome;
}

void vfj_daemon_log_scheduled(const struct vfj_scheduled *row)
{
    (void)row;
}

void vfj_daemon_log_line(const char *line)
{
    sim_say(speaker, "%s", line);
}

void vfj_daemon_status_log(const struct vfj_ledger *ledger, const char *connected, int64_t mono_us)
{
    (void)ledger;
    (void)connected;
    (void)mono_us;
}

/* Chooses when the daemon dies, if at all. After a crash, half of the daemons that will die do so
 * at their first or second command, which is while they recover. */
static void choose_crash(struct sim *sim)
{
    static const enum sim_crash kinds[]
        = {SIM_CRASH_LOOP, SIM_CRASH_DISK, SIM_CRASH_BEFORE_COMMAND, SIM_CRASH_AFTER_COMMAND};
    static const unsigned latest[] = {150, 1, 12, 12};
    sim->crash = SIM_CRASH_NOT;
    sim->crash_in = 0;
    sim->stop_in = sim->storm && sim_chance(sim, 40) ? 1 + (unsigned)sim_roll(sim, 16) : 0;
    if (!sim->storm || !sim_chance(sim, 60))
        return;
    bool is_close = sim->crashed && sim_chance(sim, 50);
    unsigned kind = is_close ? 2 + (unsigned)sim_roll(sim, 2) : (unsigned)sim_roll(sim, 4);
    sim->crash = (uint8_t)kinds[kind];
    sim->crash_in = 1 + (unsigned)sim_roll(sim, is_close ? 2 : latest[kind]);
    if (sim->crash == SIM_CRASH_DISK)
        kit_fault_die(1 + (unsigned)sim_roll(sim, 200));
}

static void begin_life(struct sim *sim)
{
    speaker = sim;
    memset(&sim->loop, 0, sizeof sim->loop);
    sim->loop.guest_io = (struct vfj_guest_io *)(void *)sim;
    sim->loop.started.rules = VFJ_RULES;
    sim->loop.started.mode = sim->mode;
    sim->loop.started.policy = sim->policy;
    snprintf(sim->loop.started.boot_id, sizeof sim->loop.started.boot_id, "boot-%u", sim->boots);
    sim->listener = vfj_daemon_loop_listener(&sim->loop);
    sim->alive = true;
    sim->broken = sim->dead = sim->stop = sim->connected = sim->power = false;
    sim->stopping = sim->in_order = false;
    for (unsigned i = 0; i < sim->nic_count; i++)
        sim->nics[i].is_seen = false;
    sim->deadline_us = sim->wake_us = INT64_MAX;
}

/* Records what the journal contains now, so that the run can check that a crash does not lose
 * it. */
static void remember(struct sim *sim)
{
    const struct vfj_ledger *ledger = sim->loop.ledger;
    if (ledger == NULL)
        return;
    sim->durable.seq = vfj_ledger_durable_seq(ledger);
    sim->durable.head = vfj_ledger_head(ledger);
    sim->durable.has_digest = !vfj_ledger_waiting(ledger) && !vfj_ledger_detached(ledger);
    sim->durable.digest = vfj_state_digest(vfj_ledger_state(ledger));
    /* the daemon may have died while it attached the journal again, before it looked at the guest */
    sim->records_lost |= vfj_ledger_detached(ledger) || (sim->dead && sim->was_detached);
}

void sim_forget_rows(struct sim *sim)
{
    for (unsigned i = 0; i < sim->nic_count; i++) {
        sim->nics[i].has_kept = false;
        sim->nics[i].is_network_lost |= sim->nics[i].is_undone;
    }
}

static void end_life(struct sim *sim)
{
    sim->crashed = sim->dead;
    remember(sim);
    if (sim->crashed)
        kit_fault_die(1); /* the process dies at its next operation on the disk */
    vfj_ledger_close(sim->loop.ledger);
    sim->loop.ledger = NULL;
    sim->alive = sim->connected = false;
    sim->line_count = 0;
    sim->crashes += sim->crashed;
    sim->restart_us = sim->now_us + (sim->storm ? sim_between(sim, 10 * ms, 8 * second) : 100 * ms);
    sim_say(sim, "the daemon %s",
            !sim->crashed    ? "ended"
                : sim->power ? "and the guest lose power"
                             : "crashed");
    (void)kit_fault_disarm();
    if (sim->power)
        kit_held_release();
    kit_fault_revive(sim->power ? &sim->random : NULL);
    sim->cuts += sim->power;
    if (sim->power)
        sim_boot(sim);
    /* rows may be lost */
    bool has_lost = sim->records_lost || sim->was_detached || sim->disk_until_us != INT64_MAX;
    if (has_lost)
        sim_forget_rows(sim);
    sim->was_detached = false;
    if (sim->disk_until_us != INT64_MAX)
        sim->disk_until_us = sim->now_us; /* the full disk has room again from now on */
}

/* Returns true when this run prunes its journal. One seed in sixteen does. Uses no random number,
 * so that the runs of all other seeds remain the same as before. */
static bool prunes(const struct sim *sim)
{
    return sim->seed % 16 == PRUNES;
}

/* Opens the journal, or makes it. Returns false when the simulated daemon dies while it does
 * this. */
static bool open_journal(struct sim *sim)
{
    /* true: with a snapshot, which is the daemon's default; false: as with --no-snapshot */
    bool cached = sim_chance(sim, 75);
    if (sim->storm && sim_chance(sim, 8))
        kit_fault_die(1 + (unsigned)sim_roll(sim, 80));
    enum vfj_status status = (cached ? vfj_ledger_open_cached : vfj_ledger_open)(
        &sim->loop.ledger, sim->journal, sim->on_error);
    if (kit_fault_is_dead()) {
        sim_say(sim, "a daemon dies while it opens the journal");
        vfj_ledger_close(sim->loop.ledger);
        sim->loop.ledger = NULL;
        sim->dead = true;
        sim->power = sim_chance(sim, 20);
        return false;
    }
    kit_fault_die(0);
    if (status != VFJ_OK)
        sim_fail(sim, "the journal can't be opened after a crash: %s: %s", vfj_status_text(status),
                 vfj_ledger_detail(sim->loop.ledger));
    return true;
}

/* Sets small limits, so that the daemon loses rows and writes snapshots much sooner than in
 * practice. */
static void set_limits(struct sim *sim)
{
    if (sim_chance(sim, 50))
        vfj_ledger_set_write_queue(sim->loop.ledger, (size_t)sim_roll(sim, 4000));
    if (sim->snapshot_rows > 0)
        vfj_ledger_set_snapshots(sim->loop.ledger, sim->snapshot_rows);
    if (prunes(sim)) {
        sim->loop.maintenance.rule.keep_us = 1;
        vfj_ledger_set_state_checkpoints(sim->loop.ledger, PRUNE_EVERY, INT64_MAX);
    }
}

void sim_daemon_run(struct sim *sim)
{
    sim_disk_spoil(sim);
    begin_life(sim);
    if (open_journal(sim)) {
        set_limits(sim);
        sim_check_opened(sim);
        sim_say(sim, "a daemon starts at record %llu",
                (unsigned long long)vfj_ledger_seq(sim->loop.ledger));
        choose_crash(sim);
        vfj_daemon_loop_run(&sim->loop);
        if (!sim->dead && sim->now_us >= sim->end_us) {
            sim_check_journal(sim);
            sim_check_end(sim);
            sim->is_checked = true;
        }
    }
    end_life(sim);
    sim_disk_keep(sim);
}
