/* The simulated guest as the daemon's loop sees it (adapters/freebsd/guest/guest_io.h), and
 * simulated time. */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/machine/step.h"
#include "core/model/trace.h"
#include "tests/kit/fault_vfs.h"
#include "tests/sim/sim.h"

static const int64_t ms = 1000, second = 1000000;

/* Returns the simulator to which the loop's pointer points. The loop never accesses the struct
 * itself. */
static struct sim *sim_of(struct vfj_guest_io *world)
{
    return (struct sim *)(void *)world;
}

void vfj_guest_io_stamp(struct vfj_guest_io *world, struct vfj_event *event)
{
    struct sim *sim = sim_of(world);
    event->mono_us = sim->now_us - sim->boot_us;
    event->wall_us = sim->now_us + sim->clock_us;
}

void vfj_guest_io_break(struct vfj_guest_io *world)
{
    sim_of(world)->broken = true;
}

void vfj_guest_io_set_deadline(struct vfj_guest_io *world, int64_t due_us)
{
    sim_of(world)->deadline_us = due_us;
}

void vfj_guest_io_wake_at(struct vfj_guest_io *world, int64_t due_us)
{
    sim_of(world)->wake_us = due_us;
}

void vfj_guest_io_forget(struct vfj_guest_io *world)
{
    struct sim *sim = sim_of(world);
    unsigned kept = 0;
    sim->records_lost = sim->went_back = true;
    sim_forget_rows(sim);
    for (unsigned i = 0; i < sim->nic_count; i++)
        sim->nics[i].meddled = true; /* any hn may be the one that a lost row was about */
    for (unsigned i = 0; i < sim->flight_count; i++) {
        sim->flights[i].is_forgotten = true;
        if (!sim->flights[i].is_waiting)
            sim->flights[kept++] = sim->flights[i];
    }
    sim->flight_count = kept;
}

static void tell(struct sim *sim)
{
    sim->now_us += sim_between(sim, 10, 200);
    vfj_guest_io_stamp(sim->loop.guest_io, &sim->event);
    sim->events++;
    sim->was_detached |= vfj_ledger_detached(sim->loop.ledger);
    if (sim->crash == SIM_CRASH_LOOP && sim->crash_in > 0 && --sim->crash_in == 0)
        sim->dead = true;
    if (sim->dead || sim->broken)
        return;
    sim->listener.event(sim->listener.context, &sim->event);
}

static struct vfj_event *begin(struct sim *sim, enum vfj_event_kind kind)
{
    memset(&sim->event, 0, sizeof sim->event);
    sim->event.kind = (uint8_t)kind;
    return &sim->event;
}

static void stop_daemon(struct sim *sim, const char *reason)
{
    sim->broken = sim->stopping = false;
    /* The ledger, which writes the journal, may still have unwritten rows in memory. They are not
     * lost; only rows that it dropped are. */
    sim->records_lost |= vfj_ledger_has_lost(sim->loop.ledger);
    begin(sim, VFJ_EVENT_STOPPED)->as.text = vfj_span_of(reason);
    tell(sim);
    sim->broken = true;
}

/* Delivers SIGTERM to the daemon. In one case of four a second SIGTERM follows immediately. */
static void ask_to_stop(struct sim *sim)
{
    sim->stop = false;
    sim_say(sim, "SIGTERM");
    if (sim_chance(sim, 25)) {
        stop_daemon(sim, "a second signal");
        return;
    }
    sim->stopping = true;
    sim->stop_us = sim->now_us + VFJ_STOP_WITHIN_S * second;
    sim->listener.stopping(sim->listener.context, "signal");
}

void vfj_guest_io_stop(struct vfj_guest_io *world, const char *reason)
{
    sim_fail(sim_of(world), "the daemon asks itself to end: %s", reason);
}

void vfj_guest_io_end(struct vfj_guest_io *world, const char *reason)
{
    struct sim *sim = sim_of(world);
    sim->in_order = true;
    sim->stops += vfj_ledger_state(sim->loop.ledger)->head.running == VFJ_RUNNING_STOPPING;
    stop_daemon(sim, reason);
}

void vfj_guest_io_configure(struct vfj_guest_io *world)
{
    struct sim *sim = sim_of(world);
    begin(sim, VFJ_EVENT_CONFIGURED)->as.rc = vfj_span_of(sim->guest.rc.text);
    tell(sim);
}

/* The functions below run commands. */

static enum sim_fate choose_fate(struct sim *sim)
{
    static const enum sim_fate bad[]
        = {SIM_FATE_FAILS, SIM_FATE_FAILS,      SIM_FATE_FAILS,  SIM_FATE_LIES,
           SIM_FATE_HANGS, SIM_FATE_DONE_HANGS, SIM_FATE_KILLED, SIM_FATE_ABSENT};
    return sim_chance(sim, sim->fault_percent) ? bad[sim_roll(sim, 8)] : SIM_FATE_WELL;
}

static int64_t choose_duration(struct sim *sim, const struct sim_flight *flight)
{
    int64_t limit_us = flight->command.limit_ms * ms;
    int64_t took_us = sim_chance(sim, sim->slow_percent) ? sim_between(sim, 200 * ms, 12 * second)
                                                         : sim_between(sim, 500, 30 * ms);
    int64_t waits_us = vfj_guest_duration_us(&sim->guest, &flight->command);
    bool hangs = flight->fate == SIM_FATE_HANGS || flight->fate == SIM_FATE_DONE_HANGS;
    if (took_us < waits_us)
        took_us = waits_us;
    return hangs || took_us > limit_us ? limit_us : took_us;
}

/* Returns true when the machine still waits for the result of this observation. It ignores the
 * result of an observation that it has given up. */
static bool is_awaited(const struct sim *sim, const struct vfj_command *command)
{
    const struct vfj_state *state = vfj_ledger_state(sim->loop.ledger);
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        const struct vfj_slot *slot = &state->slots[i];
        if (slot->activity == VFJ_ACTIVITY_OBSERVING && slot->batch.first == command->id)
            return true;
    }
    return false;
}

/* Returns true when the slot has another changing command that has not ended. The simulator runs
 * the commands of a slot one after the other, as adapters/freebsd/run/runner.h does. */
static bool must_wait(const struct sim *sim, const struct vfj_command *command)
{
    for (unsigned i = 0; i < sim->flight_count; i++) {
        const struct vfj_command *other = &sim->flights[i].command;
        if (!vfj_command_reads(other) && vfj_name_equal(other->hn, command->hn))
            return true;
    }
    return false;
}

/* Begins a command, unless the daemon dies immediately before it. */
static void begin_flight(struct sim *sim, struct sim_flight *flight)
{
    const struct vfj_command *command = &flight->command;
    flight->is_waiting = false;
    flight->due_us = sim->now_us;
    if (flight->is_dropped)
        return;
    if (!vfj_command_reads(command)) {
        if (sim->crash == SIM_CRASH_BEFORE_COMMAND && sim->crash_in > 0 && --sim->crash_in == 0)
            sim->dead = true;
        flight->is_waiting = sim->dead;
        if (sim->dead)
            return;
        sim_check_begin(sim, command);
    }
    flight->fate = (uint8_t)choose_fate(sim);
    flight->took_us = choose_duration(sim, flight);
    flight->due_us += flight->took_us;
    if (command->kind == VFJ_COMMAND_JOIN)
        sim_storm_swap(sim, flight);
}

/* Begins the slot's next command. With `is_stopped`, a failed command has stopped the batch, and
 * the next command ends as not run. */
static void start_next(struct sim *sim, struct vfj_name hn, bool is_stopped)
{
    struct sim_flight *next = NULL;
    for (unsigned i = 0; i < sim->flight_count; i++) {
        struct sim_flight *flight = &sim->flights[i];
        if (flight->is_waiting && vfj_name_equal(flight->command.hn, hn)
            && (next == NULL || flight->order < next->order))
            next = flight;
    }
    if (next == NULL)
        return;
    next->is_dropped = is_stopped;
    begin_flight(sim, next);
}

static void look(struct sim *sim, struct sim_flight *flight)
{
    struct sim_nic *nic = sim_nic_of(sim, flight->command.hn);
    vfj_guest_observe(&sim->guest, &flight->command, &flight->answer);
    flight->answer.ok = flight->answer.ok && flight->fate == SIM_FATE_WELL;
    flight->is_seen = true;
    if (nic == NULL || flight->command.kind != VFJ_COMMAND_PROBE_SLOT
        || !is_awaited(sim, &flight->command))
        return;
    nic->given_count = 0;
    if (!vfj_name_equal(flight->command.a, nic->hn))
        return; /* hn was renamed, and the observation is of its old name */
    nic->meddled &= !flight->answer.ok;
    nic->is_seen |= flight->answer.ok;
}

static void execute(struct sim *sim, const struct vfj_command *command)
{
    bool reads = vfj_command_reads(command);
    if (kit_fault_is_dead())
        sim->dead = true;
    if (sim->dead || sim->broken)
        return;
    if (sim->flight_count == SIM_FLIGHT_MAX)
        sim_fail(sim, "more commands under way than there can be");
    if (!vfj_command_is_well_formed(command))
        sim_fail(sim, "a command that the monitor would not run");
    if (!reads)
        sim_check_command(sim, command);
    if (!reads && sim->stop_in > 0 && --sim->stop_in == 0)
        sim->stop = true;
    bool waits = !reads && must_wait(sim, command);
    struct sim_flight *flight = &sim->flights[sim->flight_count++];
    memset(flight, 0, sizeof *flight);
    flight->command = *command;
    flight->is_waiting = true;
    flight->order = sim->order++;
    flight->is_unrecorded = vfj_ledger_detached(sim->loop.ledger);
    flight->due_us = INT64_MAX;
    if (!waits)
        begin_flight(sim, flight);
    if (reads && sim_chance(sim, 50))
        look(sim, flight);
}

/* Adds the default route of the DHCP lease if the guest has no default route, as dhclient-script(8)
 * does. */
static void take_router(struct sim *sim, const struct sim_nic *nic,
                        const struct vfj_command *command)
{
    char router[VFJ_ADDRESS_SIZE];
    if (!nic->dhcp || !nic->has_router || !vfj_name_is_empty(sim->guest.default_if))
        return;
    snprintf(router, sizeof router, "10.%u.0.1", (unsigned)(nic - sim->nics));
    sim->guest.default_if = command->a;
    (void)vfj_address_parse(vfj_span_of(router), &sim->guest.default_gateway);
}

void vfj_guest_io_probe(struct vfj_guest_io *world, const struct vfj_command *command)
{
    execute(sim_of(world), command);
}

void vfj_guest_io_change(struct vfj_guest_io *world, const struct vfj_command *commands,
                         unsigned count)
{
    struct sim *sim = sim_of(world);
    for (unsigned i = 0; i < count; i++)
        execute(sim, &commands[i]);
}

bool vfj_guest_io_is_in_batch(const struct vfj_guest_io *world)
{
    const struct sim *sim = (const struct sim *)(const void *)world;
    for (unsigned i = 0; i < sim->flight_count; i++) {
        if (sim->flights[i].is_waiting)
            return true;
    }
    return false;
}

/* Applies those effects of a command that the guest model does not cover. */
static void work_more(struct sim *sim, const struct sim_flight *flight, struct vfj_outcome *outcome)
{
    const struct vfj_command *command = &flight->command;
    struct sim_nic *nic = sim_nic_of(sim, command->hn);
    if (nic != NULL && command->kind == VFJ_COMMAND_DOWN && flight->is_unrecorded)
        /* the row about this command is lost, so the next daemon will assume that an admin took the
         * VF down */
        nic->is_held_down = true;
    if (nic != NULL && command->kind == VFJ_COMMAND_DHCLIENT_BACKGROUND && outcome->status == 0)
        take_router(sim, nic, command);
    if (command->kind == VFJ_COMMAND_ROUTE_ADD)
        sim_add_route(sim, command, outcome);
    else if (command->kind == VFJ_COMMAND_SCRIPT && nic != NULL && outcome->status == 0)
        sim_admin_script(sim, nic);
}

/* Records whether a static route could be added. The machine logs the failure and continues. */
static void note_route(struct sim *sim, const struct vfj_command *command,
                       const struct vfj_outcome *outcome)
{
    struct sim_nic *nic = sim_nic_of(sim, command->hn);
    if (nic != NULL && command->kind == VFJ_COMMAND_ROUTE_ADD)
        nic->route_failed |= !vfj_outcome_ok(outcome) && vfj_name_is_empty(nic->route_if);
}

static void work(struct sim *sim, const struct sim_flight *flight, struct vfj_outcome *outcome)
{
    enum sim_fate fate = (enum sim_fate)flight->fate;
    sim->followed = 0;
    outcome->command = flight->command.id;
    outcome->kind = flight->is_dropped ? VFJ_OUTCOME_NOT_RUN : VFJ_OUTCOME_EXITED;
    if (flight->is_dropped)
        return;
    if (fate == SIM_FATE_WELL || fate == SIM_FATE_LIES || fate == SIM_FATE_DONE_HANGS) {
        vfj_guest_run(&sim->guest, &flight->command, outcome);
        work_more(sim, flight, outcome);
    }
    if (fate == SIM_FATE_FAILS || fate == SIM_FATE_LIES) {
        outcome->status = 1;
        (void)strcpy(outcome->output, "Input/output error");
    } else if (fate == SIM_FATE_HANGS || fate == SIM_FATE_DONE_HANGS) {
        outcome->kind = VFJ_OUTCOME_TIMEOUT;
        outcome->status = 15;
    } else if (fate == SIM_FATE_KILLED) {
        outcome->kind = VFJ_OUTCOME_SIGNALED;
        outcome->status = 9;
    } else if (fate == SIM_FATE_ABSENT) {
        outcome->kind = VFJ_OUTCOME_ABSENT;
        outcome->status = 2;
    }
    note_route(sim, &flight->command, outcome);
    sim->commands++;
    sim_say(sim, "    [%llu] %s %s %s %s: %s %d %s", (unsigned long long)flight->command.id,
            vfj_command_kind_name((enum vfj_command_kind)flight->command.kind),
            flight->command.a.text, flight->command.b.text, flight->command.text,
            outcome->kind == VFJ_OUTCOME_TIMEOUT ? "timeout" : "exit", outcome->status,
            outcome->output);
}

static void finish_flight(struct sim *sim, unsigned index)
{
    static struct sim_flight flight;
    flight = sim->flights[index];
    sim->flights[index] = sim->flights[--sim->flight_count];
    if (vfj_command_reads(&flight.command)) {
        if (!flight.is_seen)
            look(sim, &flight);
        sim_say(sim, "    [%llu] %s %s: %s", (unsigned long long)flight.command.id,
                vfj_command_kind_name((enum vfj_command_kind)flight.command.kind),
                flight.command.a.text, flight.answer.ok ? "seen" : "failed");
        if (flight.command.kind == VFJ_COMMAND_PROBE_SLOT && flight.answer.ok)
            sim_say_view(sim, &flight.answer.as.view);
        begin(sim, VFJ_EVENT_OBSERVED)->as.observed = flight.answer;
    } else {
        struct sim_nic *nic = sim_nic_of(sim, flight.command.hn);
        struct vfj_outcome *outcome = &begin(sim, VFJ_EVENT_FINISHED)->as.finished;
        work(sim, &flight, outcome);
        bool is_stopped = flight.is_dropped || vfj_command_stops_batch(&flight.command, outcome);
        if (nic != NULL && flight.is_forgotten)
            nic->meddled = true;
        start_next(sim, flight.command.hn, is_stopped && !flight.is_forgotten);
        if (sim->crash == SIM_CRASH_AFTER_COMMAND && sim->crash_in > 0 && --sim->crash_in == 0)
            sim->dead = true;
    }
    if (!sim->alive)
        return;
    if (!flight.is_forgotten)
        tell(sim);
    else if (!vfj_command_reads(&flight.command) && !sim->dead && !sim->broken)
        sim->listener.late_exit(sim->listener.context);
}

/* Ends the commands of a daemon that has ended. Each command takes its full effect or none. */
static void orphan_flights(struct sim *sim)
{
    static struct vfj_outcome outcome;
    while (sim->flight_count > 0) {
        static struct sim_flight flight;
        flight = sim->flights[--sim->flight_count];
        struct sim_nic *nic = sim_nic_of(sim, flight.command.hn);
        memset(&outcome, 0, sizeof outcome);
        if (!vfj_command_reads(&flight.command) && !flight.is_waiting && !flight.is_dropped
            && sim_chance(sim, 50))
            work(sim, &flight, &outcome);
        if (nic != NULL)
            nic->meddled = true;
    }
}

/* The functions below let simulated time pass, and execute what is due. */

static void give_line(struct sim *sim)
{
    static char text[SIM_LINE_SIZE]; /* the event points to it */
    (void)strcpy(text, sim->lines[sim->line_first].text);
    sim->line_first = (sim->line_first + 1) % SIM_LINES_MAX;
    sim->line_count--;
    struct vfj_devd *devd = &begin(sim, VFJ_EVENT_DEVD)->as.devd;
    vfj_devd_parse(vfj_span_of(text), devd);
    tell(sim);
}

enum source {
    FROM_NOTHING,
    FROM_STOP,
    FROM_LINE,
    FROM_FLIGHT,
    FROM_HOST,
    FROM_STORM,
    FROM_TIMER,
    FROM_WAKE,
    FROM_DISK
};

struct next {
    enum source source;
    int64_t due_us;
    unsigned index;
};

static void consider(struct next *next, enum source source, int64_t due_us, unsigned index)
{
    if (due_us < next->due_us)
        *next = (struct next){source, due_us, index};
}

static struct next find_next(struct sim *sim)
{
    struct next next = {FROM_NOTHING, INT64_MAX, 0};
    if (sim->alive && sim->line_count > 0)
        consider(&next, FROM_LINE, sim->lines[sim->line_first].due_us, 0);
    for (unsigned i = 0; i < sim->flight_count; i++)
        consider(&next, FROM_FLIGHT, sim->flights[i].due_us, i);
    for (unsigned i = 0; i < sim->todo_count; i++)
        consider(&next, FROM_HOST, sim->todos[i].due_us, i);
    consider(&next, FROM_STORM, sim->storm_us, 0);
    consider(&next, FROM_DISK, sim->disk_until_us, 0);
    if (sim->alive && sim->stopping)
        consider(&next, FROM_STOP, sim->stop_us, 0);
    if (sim->alive && sim->deadline_us != INT64_MAX)
        consider(&next, FROM_TIMER, sim->deadline_us + sim->boot_us, 0);
    if (sim->alive && sim->wake_us != INT64_MAX)
        consider(&next, FROM_WAKE, sim->wake_us + sim->boot_us, 0);
    return next;
}

static void take_todo(struct sim *sim, unsigned index)
{
    struct sim_todo todo = sim->todos[index];
    sim->todos[index] = sim->todos[--sim->todo_count];
    sim_do(sim, &todo);
}

static void take_next(struct sim *sim, const struct next *next)
{
    switch (next->source) {
    case FROM_NOTHING:
        break;
    case FROM_STOP:
        stop_daemon(sim, "a signal, and something is half-done");
        break;
    case FROM_LINE:
        give_line(sim);
        break;
    case FROM_FLIGHT:
        finish_flight(sim, next->index);
        break;
    case FROM_HOST:
        take_todo(sim, next->index);
        break;
    case FROM_STORM:
        sim_storm_next(sim);
        break;
    case FROM_DISK:
        sim->disk_until_us = INT64_MAX;
        (void)kit_fault_disarm();
        sim_say(sim, "there is room on the disk again");
        break;
    case FROM_TIMER:
        sim->deadline_us = INT64_MAX;
        begin(sim, VFJ_EVENT_TIMER);
        tell(sim);
        break;
    case FROM_WAKE:
        sim->wake_us = INT64_MAX;
        sim->listener.wake(sim->listener.context);
        break;
    }
}

/* Returns true when the next event can change the guest. Devd lines, timers and observations
 * cannot. */
static bool may_change_guest(const struct sim *sim, const struct next *next)
{
    if (next->source == FROM_FLIGHT)
        return !vfj_command_reads(&sim->flights[next->index].command);
    return next->source == FROM_HOST || next->source == FROM_STORM;
}

/* Executes the next event and returns true. When that event is due after `until_us`, only advances
 * the time to `until_us` and returns false. After a change of the guest, the kernel reacts in this
 * step and in the next one, because its first reaction can cause a second one. */
static bool step(struct sim *sim, int64_t until_us)
{
    struct next next = find_next(sim);
    if (next.due_us > until_us) {
        if (until_us != INT64_MAX && until_us > sim->now_us)
            sim->now_us = until_us;
        return false;
    }
    if (next.due_us > sim->now_us)
        sim->now_us = next.due_us;
    if (may_change_guest(sim, &next))
        sim->followed = 0;
    take_next(sim, &next);
    if (sim->followed++ < 2)
        sim_kernel_follow(sim);
    if (kit_fault_is_dead())
        sim->dead = true;
    return true;
}

static void connect_daemon(struct sim *sim)
{
    sim->connected = true;
    begin(sim, VFJ_EVENT_CONNECTED)->as.text = vfj_span_of("/var/run/devd.seqpacket.pipe");
    tell(sim);
}

static void lose_connection(struct sim *sim)
{
    sim->connected = false;
    sim->line_count = 0;
    begin(sim, VFJ_EVENT_GAP)->as.text = vfj_span_of("devd closed the socket");
    tell(sim);
}

static void serve_daemon(struct sim *sim)
{
    sim_note_plans(sim);
    if (!step(sim, sim->end_us)) {
        stop_daemon(sim, "the end");
        return;
    }
    if (sim->dead || sim->broken)
        return;
    if (!sim->connected)
        connect_daemon(sim);
    if (sim->rc_changed) {
        sim->rc_changed = false;
        vfj_guest_io_configure(sim->loop.guest_io);
    }
    if (!sim->dead && !sim->broken)
        sim->listener.batch_end(sim->listener.context, sim_chance(sim, 20));
    if (kit_fault_is_dead())
        sim->dead = true;
    if (!sim->dead && !sim->broken)
        sim_check_plans(sim);
    if (sim->stop && !sim->dead && !sim->broken)
        ask_to_stop(sim);
    if (sim->in_order && !sim->dead)
        sim_check_stopped(sim);
}

void vfj_guest_io_run(struct vfj_guest_io *world)
{
    struct sim *sim = sim_of(world);
    vfj_guest_io_configure(world);
    connect_daemon(sim);
    if (!sim->dead && !sim->broken)
        sim->listener.batch_end(sim->listener.context, false);
    while (!sim->dead && !sim->broken)
        serve_daemon(sim);
}

void sim_gap(struct sim *sim)
{
    if (sim->alive && sim->connected && !sim->dead)
        lose_connection(sim);
}

void sim_run(struct sim *sim)
{
    while (sim->now_us < sim->end_us) {
        if (sim->now_us < sim->restart_us) {
            (void)step(sim, sim->restart_us < sim->end_us ? sim->restart_us : sim->end_us);
            continue;
        }
        sim->restart_us = INT64_MAX;
        sim_daemon_run(sim);
        orphan_flights(sim);
        sim_kernel_follow(sim);
    }
    if (!sim->is_checked)
        sim_fail(sim, "no daemon ran at the end");
}
