/* Exhaustive exploration: a struct that contains the machine and a small guest, and the moves that
 * can change it. */
#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/machine/step.h"
#include "core/model/trace.h"
#include "tests/kit/guest_network.h"
#include "tests/sim/explore.h"

static struct vfj_state next;
static struct vfj_decision decision;
static struct vfj_event event;

static void direct(struct explore_world *world, const char *format, unsigned slot)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    char line[128];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(line, sizeof line, format, slot, slot);
#pragma GCC diagnostic pop
    VFJ_CHECK(vfj_trace_read(vfj_span_of(line), 2, &read, &error));
    vfj_guest_learn(&world->guest, &read);
    VFJ_CHECK(vfj_guest_direct(&world->guest, &read) == NULL);
}

static struct vfj_name name_of(const char *driver, unsigned number)
{
    char text[VFJ_NAME_SIZE];
    snprintf(text, sizeof text, "%s%u", driver, number);
    return vfj_name_of(text);
}

static void wrong(struct explore_world *world, const char *what)
{
    if (world->wrong == NULL)
        world->wrong = what;
}

static unsigned slot_of(const struct explore_world *world, struct vfj_name hn)
{
    for (unsigned i = 0; i < world->slots; i++) {
        if (vfj_name_equal(name_of("hn", i), hn))
            return i;
    }
    return EXPLORE_SLOTS_MAX;
}

/* The functions below submit events to the machine, and check its decisions. */

static void check_again(struct explore_world *world, unsigned slot,
                        const struct vfj_command *command)
{
    struct vfj_argv argv;
    char line[VFJ_ARGS_SIZE] = "";
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    VFJ_CHECK(vfj_command_argv(command, 0, &argv));
    vfj_argv_print(&argv, &text);
    if (strcmp(world->last[slot], line) == 0)
        wrong(world, "a command is given again, and nothing was learnt since");
    memcpy(world->last[slot], line, sizeof line);
}

static void check_command(struct explore_world *world, const struct vfj_command *command)
{
    unsigned slot = slot_of(world, command->hn);
    if (world->transparent && !vfj_command_reads(command))
        wrong(world, "a command changes a guest in transparent mode");
    if (vfj_command_reads(command) || slot == EXPLORE_SLOTS_MAX)
        return;
    check_again(world, slot, command);
}

/* Checks a command when it begins to run, which is after the earlier commands of its batch have
 * ended. */
static void check_begin(struct explore_world *world, const struct vfj_command *command)
{
    unsigned slot = slot_of(world, command->hn);
    if (vfj_command_reads(command) || slot == EXPLORE_SLOTS_MAX || !world->looked[slot])
        return;
    const struct vfj_guest_if *on = vfj_guest_find(&world->guest, command->a);
    if (command->kind == VFJ_COMMAND_ADDRESS_DELETE && vfj_name_equal(command->a, command->hn)
        && vfj_guest_lagg_of(&world->guest, command->hn) == NULL)
        wrong(world, "an address is taken off hn before hn is a port");
    if (command->kind == VFJ_COMMAND_DHCLIENT_BACKGROUND && on != NULL && on->dhclient != 0)
        wrong(world, "a second dhclient");
}

static void check_ended(struct explore_world *world, unsigned slot, const struct vfj_slot *after)
{
    const struct vfj_guest_if *hn = vfj_guest_find(&world->guest, after->hn);
    const struct vfj_guest_if *lagg = vfj_guest_find(&world->guest, name_of("lagg", slot));
    if (!world->looked[slot] || after->fault != VFJ_REASON_NONE || hn == NULL || lagg == NULL
        || !vfj_interface_has_port(&lagg->facts, after->hn))
        return;
    if (hn->facts.address_count > 0 || hn->dhclient != 0)
        wrong(world, "a plan ended, and hn, a port, has an address or a dhclient");
}

static void submit(struct explore_world *world)
{
    bool had_plan[EXPLORE_SLOTS_MAX] = {false};
    for (unsigned i = 0; i < world->state.head.slot_count && i < EXPLORE_SLOTS_MAX; i++)
        had_plan[i] = vfj_slot_has_plan(&world->state.slots[i]);
    vfj_step(&world->state, &event, &next, &decision);
    vfj_state_adopt(&world->state, &next, &decision.touched);
    for (unsigned i = 0; i < decision.command_count; i++) {
        VFJ_CHECK(world->flight_count < EXPLORE_FLIGHT_MAX);
        world->flight[world->flight_count++] = decision.commands[i];
        check_command(world, &decision.commands[i]);
    }
    if (event.kind == VFJ_EVENT_STARTED)
        /* a new daemon dropped the observation that the earlier daemon had begun: no plan ended in
         * this step */
        return;
    for (unsigned i = 0; i < world->state.head.slot_count && i < EXPLORE_SLOTS_MAX; i++) {
        const struct vfj_slot *slot = &world->state.slots[i];
        if (had_plan[i] && !vfj_slot_has_plan(slot) && slot_of(world, slot->hn) < EXPLORE_SLOTS_MAX)
            check_ended(world, slot_of(world, slot->hn), slot);
    }
}

static struct vfj_event *begin(struct explore_world *world, enum vfj_event_kind kind)
{
    memset(&event, 0, sizeof event);
    event.kind = (uint8_t)kind;
    event.mono_us = world->state.head.mono_us;
    return &event;
}

static void start(struct explore_world *world)
{
    struct vfj_started *started = &begin(world, VFJ_EVENT_STARTED)->as.started;
    *started = (struct vfj_started){.boot_id = "boot",
                                    .rules = VFJ_RULES,
                                    .mode = VFJ_MODE_ACT,
                                    .policy = VFJ_POLICY_VFJOURNAL};
    world->flight_count = 0;
    submit(world);
    begin(world, VFJ_EVENT_CONFIGURED)->as.rc = vfj_span_of(world->guest.rc.text);
    submit(world);
    begin(world, VFJ_EVENT_CONNECTED)->as.text = vfj_span_of("socket");
    submit(world);
}

/* Gives the first interface an IPv6 address and an IPv6 default route, in addition to DHCP. */
static void begin_inet6(struct explore_world *world)
{
    direct(world, "%%rc ifconfig_hn%u_ipv6=\"inet6 fd00::4/64\"", 0);
    direct(world, "%%if hn%u up inet 10.%u.0.4/24 inet6 fd00::4/64 gateway6 fe80::1 dhclient 411",
           0);
}

void explore_begin(struct explore_world *world, const struct explore_guest *guest)
{
    memset(world, 0, sizeof *world);
    vfj_state_init(&world->state);
    vfj_guest_init(&world->guest);
    world->slots = guest->slots;
    world->inet6 = guest->inet6;
    world->transparent = guest->transparent;
    if (guest->transparent)
        direct(world, "%%sysctl hw.hn.vf_transparent=1", 0);
    for (unsigned i = 0; i < world->slots; i++) {
        direct(world,
               i == 0 ? "%%rc ifconfig_hn%u=\"DHCP\"" : "%%rc ifconfig_hn%u=\"inet 10.%u.0.4/24\"",
               i);
        direct(world,
               i == 0 ? "%%if hn%u up inet 10.%u.0.4/24 dhclient 411"
                      : "%%if hn%u up inet 10.%u.0.4/24",
               i);
        direct(world, "%%vf mce%u hn%u", i);
    }
    if (world->inet6)
        begin_inet6(world);
    start(world);
}

/* The next functions simulate the kernel: they change the guest and send the devd line about the
 * change. With `is_heard` false, the daemon does not get the line. */

static void happen(struct explore_world *world, unsigned slot, const char *format, const char *name,
                   bool is_heard)
{
    char line[120];
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(line, sizeof line, format, name);
#pragma GCC diagnostic pop
    struct vfj_devd *devd = &begin(world, VFJ_EVENT_DEVD)->as.devd;
    vfj_devd_parse(vfj_span_of(line), devd);
    vfj_guest_happen(&world->guest, devd);
    world->looked[slot] = 0;
    if (is_heard)
        submit(world);
}

static bool is_there(const struct explore_world *world, unsigned slot)
{
    return vfj_guest_mapped_vf(&world->guest, name_of("hn", slot)) != NULL;
}

static bool is_on_vf(struct explore_world *world, unsigned slot)
{
    return !vfj_name_is_empty(vfj_guest_find(&world->guest, name_of("hn", slot))->rxvf);
}

static bool attach(struct explore_world *world, unsigned slot, bool is_heard)
{
    if (is_there(world, slot))
        return false;
    happen(world, slot, "!system=ETHERNET subsystem=%s type=IFATTACH", name_of("mce", slot).text,
           is_heard);
    return true;
}

static bool path_down(struct explore_world *world, unsigned slot, bool is_heard)
{
    happen(world, slot, "!system=HYPERV_NIC_VF subsystem=%s type=VF_DOWN", name_of("hn", slot).text,
           is_heard);
    return true;
}

static bool detach(struct explore_world *world, unsigned slot, bool is_heard)
{
    if (!is_there(world, slot))
        return false;
    if (is_on_vf(world, slot))
        path_down(world, slot, is_heard);
    happen(world, slot, "!system=IFNET subsystem=%s type=DETACH", name_of("mce", slot).text,
           is_heard);
    return true;
}

/* In transparent mode, hn(4) itself takes the VF up and moves the data path. The only devd line
 * about this is that of the VF's link. */
static bool switch_path(struct explore_world *world, unsigned slot, bool is_heard)
{
    struct vfj_guest_if *vf = vfj_guest_find(&world->guest, name_of("mce", slot));
    if (!is_there(world, slot) || vf == NULL || vf->facts.link == VFJ_LINK_UP)
        return false;
    vf->facts.up = true;
    happen(world, slot, "!system=IFNET subsystem=%s type=LINK_UP", name_of("mce", slot).text,
           is_heard);
    return true;
}

static bool path_up(struct explore_world *world, unsigned slot, bool is_heard)
{
    if (world->transparent)
        return switch_path(world, slot, is_heard);
    const struct vfj_guest_if *vf = vfj_guest_find(&world->guest, name_of("mce", slot));
    if (!is_there(world, slot) || is_on_vf(world, slot) || vf == NULL || !vf->facts.up)
        return false;
    happen(world, slot, "!system=HYPERV_NIC_VF subsystem=%s type=VF_UP", name_of("hn", slot).text,
           is_heard);
    return true;
}

/* Simulates that hn's link comes up: a rule of devd.conf then runs dhclient on hn. */
static bool link_up(struct explore_world *world, unsigned slot)
{
    struct vfj_guest_if *hn = vfj_guest_find(&world->guest, name_of("hn", slot));
    if (slot != 0 || hn->dhclient != 0 || is_on_vf(world, slot))
        return false;
    hn->dhclient = ++world->guest.pid_last;
    if (hn->facts.address_count == 0)
        vfj_interface_add_address(&hn->facts, &hn->lease);
    happen(world, slot, "!system=IFNET subsystem=%s type=LINK_UP", hn->facts.name.text, true);
    return true;
}

/* The functions below end commands and observations. */

enum fate { WELL, FAILS, LIES };

static void answer(struct explore_world *world, const struct vfj_command *command, enum fate fate)
{
    if (vfj_command_reads(command)) {
        struct vfj_observation *seen = &begin(world, VFJ_EVENT_OBSERVED)->as.observed;
        unsigned slot = slot_of(world, command->hn);
        vfj_guest_observe(&world->guest, command, seen);
        seen->ok &= fate == WELL;
        if (slot < EXPLORE_SLOTS_MAX && command->kind == VFJ_COMMAND_PROBE_SLOT) {
            world->looked[slot] = 1;
            world->last[slot][0] = '\0';
        }
        return;
    }
    struct vfj_outcome *outcome = &begin(world, VFJ_EVENT_FINISHED)->as.finished;
    check_begin(world, command);
    if (fate != FAILS)
        vfj_guest_run(&world->guest, command, outcome);
    outcome->command = command->id;
    outcome->kind = VFJ_OUTCOME_EXITED;
    if (fate != WELL) {
        outcome->status = 1;
        memset(outcome->output, 0, sizeof outcome->output);
    }
}

/* Returns the index of the first command of the slot that has not ended. A command that belongs to
 * no slot counts as one of slot 0. */
static unsigned find_flight(const struct explore_world *world, unsigned slot, bool reads)
{
    for (unsigned i = 0; i < world->flight_count; i++) {
        unsigned owner = slot_of(world, world->flight[i].hn);
        if ((owner == slot || (owner == EXPLORE_SLOTS_MAX && slot == 0))
            && (reads || !vfj_command_reads(&world->flight[i])))
            return i;
    }
    return EXPLORE_FLIGHT_MAX;
}

static void take_flight(struct explore_world *world, unsigned index)
{
    memmove(&world->flight[index], &world->flight[index + 1],
            (world->flight_count - index - 1) * sizeof world->flight[0]);
    world->flight_count--;
}

static unsigned count_batch(const struct explore_world *world, unsigned slot)
{
    unsigned count = 0;
    for (unsigned i = 0; i < world->flight_count; i++)
        count
            += !vfj_command_reads(&world->flight[i]) && slot_of(world, world->flight[i].hn) == slot;
    return count;
}

/* Ends the `count` remaining commands of the slot's batch with the outcome "not run". */
static void drop_batch(struct explore_world *world, unsigned slot, unsigned count)
{
    for (; count > 0; count--) {
        unsigned index = find_flight(world, slot, false);
        struct vfj_outcome *outcome = &begin(world, VFJ_EVENT_FINISHED)->as.finished;
        outcome->command = world->flight[index].id;
        outcome->kind = VFJ_OUTCOME_NOT_RUN;
        take_flight(world, index);
        submit(world);
    }
}

static bool end_command(struct explore_world *world, unsigned slot, enum fate fate)
{
    unsigned index = find_flight(world, slot, true);
    if (index == EXPLORE_FLIGHT_MAX || (fate == LIES && vfj_command_reads(&world->flight[index])))
        return false;
    struct vfj_command command = world->flight[index];
    take_flight(world, index);
    answer(world, &command, fate);
    bool is_stopped
        = !vfj_command_reads(&command) && vfj_command_stops_batch(&command, &event.as.finished);
    unsigned left = is_stopped ? count_batch(world, slot) : 0;
    submit(world);
    drop_batch(world, slot, left);
    return true;
}

/* Returns the earliest time at which a timer fires, or INT64_MAX when no timer is set. The timer of
 * the regular observations is left out, because it is always set. */
static int64_t due_us(const struct explore_world *world)
{
    const struct vfj_head *head = &world->state.head;
    int64_t due = head->map_retry_us != VFJ_NEVER_US ? head->map_retry_us : INT64_MAX;
    for (unsigned i = 0; i < head->slot_count; i++) {
        const struct vfj_timers *timers = &world->state.slots[i].timers;
        const int64_t all[] = {timers->delay_us, timers->observe_us, timers->link_us,
                               world->state.slots[i].transparent.settle_us};
        for (size_t k = 0; k < sizeof all / sizeof all[0]; k++) {
            if (all[k] != VFJ_NEVER_US && all[k] < due)
                due = all[k];
        }
    }
    return due;
}

static bool timer(struct explore_world *world)
{
    int64_t due = due_us(world);
    if (due == INT64_MAX)
        return false;
    begin(world, VFJ_EVENT_TIMER);
    if (due > event.mono_us)
        event.mono_us = due;
    submit(world);
    return true;
}

/* Simulates that the daemon dies and another one starts. `is_done` tells whether the commands that
 * had not ended took effect. */
static bool crash(struct explore_world *world, bool is_done)
{
    bool changes = false;
    for (unsigned i = 0; i < world->slots; i++) {
        unsigned index = find_flight(world, i, false);
        if (index == EXPLORE_FLIGHT_MAX)
            continue;
        changes = true;
        if (is_done)
            answer(world, &world->flight[index], WELL);
    }
    if (is_done && !changes)
        return false;
    start(world);
    return true;
}

static bool gap(struct explore_world *world)
{
    begin(world, VFJ_EVENT_GAP)->as.text = vfj_span_of("gap");
    submit(world);
    begin(world, VFJ_EVENT_CONNECTED)->as.text = vfj_span_of("socket");
    submit(world);
    return true;
}

static bool move_slot(struct explore_world *world, unsigned move, unsigned slot, const char **name)
{
    static const char *const names[] = {"command ends well",       "command fails",
                                        "command done and failed", "VF attaches",
                                        "VF attaches, unheard",    "VF leaves",
                                        "VF leaves, unheard",      "VF_UP",
                                        "VF_UP, unheard",          "LINK_UP and dhclient on hn"};
    *name = move < sizeof names / sizeof names[0] ? names[move] : "";
    switch (move) {
    case 0:
        return end_command(world, slot, WELL);
    case 1:
        return end_command(world, slot, FAILS);
    case 2:
        return end_command(world, slot, LIES);
    case 3:
        return attach(world, slot, true);
    case 4:
        return attach(world, slot, false);
    case 5:
        return detach(world, slot, true);
    case 6:
        return detach(world, slot, false);
    case 7:
        return path_up(world, slot, true);
    case 8:
        return path_up(world, slot, false);
    case 9:
        return link_up(world, slot);
    default:
        return false;
    }
}

bool explore_move(struct explore_world *world, unsigned move, const char **name)
{
    enum { FIRST_COMMON = 10, PER_SLOT = 16 };
    unsigned slot = move / PER_SLOT;
    static const char *const names[] = {"timer", "crash, not done", "crash, done", "gap"};
    move %= PER_SLOT;
    if (slot >= world->slots)
        return false;
    if (move < FIRST_COMMON)
        return move_slot(world, move, slot, name);
    if (slot > 0 || move - FIRST_COMMON > 3)
        return false;
    *name = names[move - FIRST_COMMON];
    switch (move - FIRST_COMMON) {
    case 0:
        return timer(world);
    case 1:
        return crash(world, false);
    case 2:
        return crash(world, true);
    default:
        return gap(world);
    }
}

/* The functions below let the world come to rest without disturbances, and check it then. */

/* Returns how many addresses of the family the interface has. */
static unsigned owns(const struct vfj_guest_if *interface, bool inet6)
{
    unsigned count = 0;
    for (unsigned i = 0; interface != NULL && i < interface->facts.address_count; i++)
        count += vfj_address_is_inet6(&interface->facts.addresses[i]) == inet6;
    return count;
}

static void check_transparent(struct explore_world *world, unsigned number,
                              const struct vfj_slot *slot)
{
    bool is_absent = !is_there(world, number) && vfj_slot_is_transparent(slot);
    if (slot->state != (is_there(world, number) ? VFJ_SLOT_SWITCHED : VFJ_SLOT_DETACHED))
        wrong(world, "neither switched nor detached at the end");
    if (slot->fault != (is_absent ? VFJ_REASON_VF_ABSENT : VFJ_REASON_NONE))
        wrong(world, "a finding at the end that is none, or one that is missing");
}

static void check_settled(struct explore_world *world, unsigned number)
{
    const struct vfj_guest_if *hn = vfj_guest_find(&world->guest, name_of("hn", number));
    const struct vfj_guest_if *lagg = vfj_guest_find(&world->guest, name_of("lagg", number));
    const struct vfj_guest_if *vf = vfj_guest_find(&world->guest, name_of("mce", number));
    const struct vfj_slot *slot = NULL;
    bool has_inet6 = world->inet6 && number == 0;
    unsigned owners = owns(hn, false) + owns(lagg, false) + owns(vf, false);
    unsigned owners6 = owns(hn, true) + owns(lagg, true) + owns(vf, true);
    for (unsigned i = 0; i < world->state.head.slot_count; i++) {
        if (vfj_name_equal(world->state.slots[i].hn, hn->facts.name))
            slot = &world->state.slots[i];
    }
    if (owners != 1)
        wrong(world,
              owners == 0 ? "the address has no owner at the end"
                          : "the address has two owners at the end");
    if (owners6 != has_inet6)
        wrong(world, "the IPv6 address has no owner, or two, at the end");
    if (slot == NULL) {
        if (is_there(world, number))
            wrong(world, "a VF that was never found");
        return;
    }
    if (world->transparent) {
        check_transparent(world, number, slot);
        return;
    }
    if (vfj_slot_has_plan(slot) || slot->fault != VFJ_REASON_NONE)
        wrong(world, "a plan that does not end");
    if (slot->state != (is_there(world, number) ? VFJ_SLOT_LAGGED : VFJ_SLOT_DETACHED))
        wrong(world, "neither joined nor detached at the end");
    bool is_port = lagg != NULL && vfj_interface_has_port(&lagg->facts, hn->facts.name);
    if (is_port
        && (owns(lagg, false) != 1 || owns(lagg, true) != has_inet6 || !lagg->facts.up
            || !hn->facts.up))
        wrong(world, "hn is a port, and lagg has not all it should have");
    if (has_inet6 && vfj_guest_default6(&world->guest) != (is_port ? lagg : hn))
        wrong(world, "the IPv6 default route does not go where the address is");
}

/* Checks the addresses with a separate network model (tests/kit/network.h) that shares no code with
 * the guest model. */
static void check_network(struct explore_world *world, unsigned number)
{
    static struct kit_network network;
    char address[VFJ_ADDRESS_SIZE];
    const char *why;
    struct vfj_text text = vfj_text_begin(address, sizeof address);
    vfj_text_format(&text, "10.%u.0.4/24", number);
    kit_network_of_guest(&network, &world->guest);
    if (kit_network_answers(&network, address, &why) == NULL
        || (world->inet6 && kit_network_answers(&network, "fd00::4/64", &why) == NULL))
        wrong(world, why);
}

void explore_settle(struct explore_world *world)
{
    enum { STEPS_MAX = 600 };
    unsigned steps = 0;
    gap(world);
    for (bool more = true; more && steps < STEPS_MAX; steps++) {
        more = false;
        for (unsigned i = 0; i < world->slots && !more; i++)
            more = end_command(world, i, WELL) || path_up(world, i, true);
        if (!more)
            more = timer(world);
    }
    if (steps >= STEPS_MAX)
        wrong(world, "it never comes to rest");
    for (unsigned i = 0; i < world->slots; i++) {
        check_settled(world, i);
        check_network(world, i);
    }
}

/* The next functions change a world so that states with the same effect become equal. */

static int64_t relative(int64_t time_us, int64_t now_us)
{
    return time_us == VFJ_NEVER_US ? VFJ_NEVER_US : time_us > now_us ? time_us - now_us : 0;
}

/* Gives new ids to the commands whose ids are `first` to `first` + `count` - 1. The new ids begin
 * at `id`. */
static void rename_commands(struct explore_world *world, uint64_t first, unsigned count,
                            uint64_t id)
{
    for (unsigned i = 0; i < world->flight_count; i++) {
        uint64_t *old = &world->flight[i].id;
        if (*old >= first && *old < first + count)
            *old = *old - first + id;
    }
}

/* Renumbers the commands. Removes observations whose result the machine no longer waits for.
 * Commands that change the guest remain, because they still affect it. */
static void normalise_commands(struct explore_world *world)
{
    struct vfj_head *head = &world->state.head;
    enum { FAR = 1000000 };
    uint64_t id = 1;
    for (unsigned i = 0; i < world->flight_count; i++)
        world->flight[i].id += FAR;
    if (head->map_pending != 0) {
        rename_commands(world, head->map_pending + FAR, 1, id);
        head->map_pending = id++;
    }
    for (unsigned i = 0; i < head->slot_count; i++) {
        struct vfj_batch *batch = &world->state.slots[i].batch;
        if (batch->count == 0)
            continue;
        rename_commands(world, batch->first + FAR, batch->count, id);
        batch->first = id;
        id += batch->count;
    }
    unsigned kept = 0;
    for (unsigned i = 0; i < world->flight_count; i++) {
        if (world->flight[i].id > FAR && vfj_command_reads(&world->flight[i]))
            continue;
        if (world->flight[i].id > FAR)
            world->flight[i].id = id++;
        world->flight[kept++] = world->flight[i];
    }
    world->flight_count = kept;
    head->command_last = id;
}

static void rename_pid(struct explore_world *world, uint64_t *pid)
{
    for (unsigned i = 0; i < world->guest.if_count; i++) {
        if (*pid != 0 && world->guest.ifs[i].dhclient == *pid) {
            *pid = 1000 + i;
            return;
        }
    }
    if (*pid > 1)
        *pid = 999; /* a dhclient that is gone */
}

static void rename_pids(struct explore_world *world, struct vfj_view *view)
{
    rename_pid(world, &view->hn_dhclient);
    rename_pid(world, &view->vf_dhclient);
    rename_pid(world, &view->lagg_dhclient);
}

static void normalise_pids(struct explore_world *world)
{
    for (unsigned i = 0; i < world->state.head.slot_count; i++) {
        struct vfj_slot *slot = &world->state.slots[i];
        rename_pids(world, &slot->observed);
        rename_pids(world, &slot->before);
    }
    for (unsigned i = 0; i < world->flight_count; i++) {
        uint64_t pid = 0;
        struct vfj_command *command = &world->flight[i];
        if (command->kind != VFJ_COMMAND_DHCLIENT_STOP
            || !vfj_span_to_u64(vfj_span_of(command->text), &pid))
            continue;
        rename_pid(world, &pid);
        memset(command->text, 0, sizeof command->text);
        snprintf(command->text, sizeof command->text, "%u", (unsigned)pid);
    }
    for (unsigned i = 0; i < world->slots; i++) {
        if (strncmp(world->last[i], "kill", 4) == 0)
            memset(world->last[i], 0, sizeof world->last[i]);
    }
    for (unsigned i = 0; i < world->guest.if_count; i++)
        world->guest.ifs[i].dhclient = world->guest.ifs[i].dhclient != 0 ? 1000 + i : 0;
    world->guest.pid_last = 2000;
}

/* Returns a past time relative to now. All times before a certain age become equal. */
static int64_t age(int64_t time_us, int64_t now_us)
{
    const int64_t longest_us = INT64_C(3601000000);
    return now_us - time_us > longest_us ? -longest_us : time_us - now_us;
}

static void normalise_transparent(struct vfj_transparent_facts *facts, int64_t now_us)
{
    facts->settle_us = relative(facts->settle_us, now_us);
    if (facts->mode != VFJ_SLOT_MODE_TRANSPARENT)
        return;
    facts->since_us = age(facts->since_us, now_us);
    facts->hour_us = facts->leaves > 0 ? age(facts->hour_us, now_us) : 0;
}

void explore_normalise(struct explore_world *world)
{
    struct vfj_head *head = &world->state.head;
    normalise_commands(world);
    normalise_pids(world);
    head->map_retry_us = relative(head->map_retry_us, head->mono_us);
    head->due_us = relative(head->due_us, head->mono_us);
    for (unsigned i = 0; i < head->slot_count; i++) {
        struct vfj_slot *slot = &world->state.slots[i];
        slot->timers.delay_us = relative(slot->timers.delay_us, head->mono_us);
        slot->timers.observe_us = relative(slot->timers.observe_us, head->mono_us);
        slot->timers.link_us = relative(slot->timers.link_us, head->mono_us);
        slot->timers.watch_us = VFJ_NEVER_US;
        normalise_transparent(&slot->transparent, head->mono_us);
        slot->plan.watches = 0;
        slot->generation = 0;
        slot->plan.batches = 0;
    }
    head->mono_us = 0;
    head->boot = 1;
    for (unsigned i = 0; i < world->slots; i++) {
        if (world->last[i][0] == '\0')
            memset(world->last[i], 0, sizeof world->last[i]);
    }
    head->parts = 0;
    for (unsigned i = 0; i < head->slot_count; i++) {
        vfj_state_index_slot(&world->state, i);
        head->parts ^= world->state.index.digests[i];
    }
    head->parts ^= world->state.index.digests[VFJ_SLOTS_MAX];
}

/* The next functions pack a world: a run of zeroes becomes a 0 and its length. */

struct pack {
    unsigned char *bytes;
    size_t size, length;
    bool is_full;
};

static void put_byte(struct pack *pack, unsigned char byte)
{
    if (pack->length < pack->size)
        pack->bytes[pack->length++] = byte;
    else
        pack->is_full = true;
}

static void put(struct pack *pack, const void *from, size_t size)
{
    const unsigned char *at = from;
    for (size_t i = 0; i < size;) {
        size_t run = 0;
        while (i + run < size && at[i + run] == 0 && run < 255)
            run++;
        if (run > 0) {
            put_byte(pack, 0);
            put_byte(pack, (unsigned char)run);
            i += run;
        } else {
            put_byte(pack, at[i++]);
        }
    }
}

static void get(struct pack *pack, void *to, size_t size)
{
    unsigned char *at = to;
    for (size_t i = 0; i < size;) {
        unsigned char byte = pack->bytes[pack->length++];
        size_t run = byte == 0 ? pack->bytes[pack->length++] : 1;
        VFJ_CHECK(run > 0 && i + run <= size);
        memset(at + i, byte, run);
        i += run;
    }
}

typedef void part(struct pack *pack, void *bytes, size_t size);

static void put_part(struct pack *pack, void *bytes, size_t size)
{
    put(pack, bytes, size);
}

/* Calls `each` for all parts of the world in a fixed order. Packing and unpacking both use this. */
static void walk(struct explore_world *world, struct pack *pack, part *each)
{
    each(pack, &world->state.head, sizeof world->state.head);
    each(pack, world->state.slots, world->state.head.slot_count * sizeof world->state.slots[0]);
    each(pack, &world->flight_count, sizeof world->flight_count);
    each(pack, world->flight, world->flight_count * sizeof world->flight[0]);
    each(pack, world->looked, sizeof world->looked);
    each(pack, world->last, sizeof world->last);
    each(pack, &world->guest.if_count, sizeof world->guest.if_count);
    each(pack, &world->guest.vf_count, sizeof world->guest.vf_count);
    each(pack, &world->guest.pid_last, sizeof world->guest.pid_last);
    each(pack, &world->guest.default_if, sizeof world->guest.default_if);
    each(pack, &world->guest.default_gateway, sizeof world->guest.default_gateway);
    each(pack, world->guest.ifs, world->guest.if_count * sizeof world->guest.ifs[0]);
    each(pack, world->guest.vfs, world->guest.vf_count * sizeof world->guest.vfs[0]);
}

size_t explore_pack(const struct explore_world *world, unsigned char *bytes, size_t size)
{
    struct pack pack = {bytes, size, 0, false};
    walk((struct explore_world *)world, &pack, put_part);
    return pack.is_full ? 0 : pack.length;
}

void explore_unpack(struct explore_world *world, const unsigned char *bytes, size_t length)
{
    struct pack pack = {(unsigned char *)bytes, length, 0, false};
    walk(world, &pack, get);
    for (unsigned i = 0; i < world->state.head.slot_count; i++)
        vfj_state_index_slot(&world->state, i);
    for (unsigned i = world->state.head.slot_count; i < EXPLORE_SLOTS_MAX + 2; i++) {
        memset(&world->state.slots[i], 0, sizeof world->state.slots[i]);
        world->state.slots[i].timers
            = (struct vfj_timers){VFJ_NEVER_US, VFJ_NEVER_US, VFJ_NEVER_US, VFJ_NEVER_US};
        world->state.slots[i].transparent.settle_us = VFJ_NEVER_US;
        world->state.index.due_us[i] = VFJ_NEVER_US;
        world->state.index.digests[i] = 0;
    }
    for (unsigned i = world->guest.if_count; i < world->guest.if_count + 4 && i < VFJ_GUEST_IFS_MAX;
         i++)
        memset(&world->guest.ifs[i], 0, sizeof world->guest.ifs[i]);
    world->wrong = NULL;
}
