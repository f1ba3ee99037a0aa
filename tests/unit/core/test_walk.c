/* Random walks: random sequences of events of a guest, with commands that fail or take long,
 * crashes, gaps and boots.
 *
 * Some conditions must hold at every step, and at the end every VF that can be joined must be
 * joined. When a walk violates a condition, the test prints the walk as a trace. VFJ_WALK=SEED
 * in the environment runs one walk, VFJ_WALKS=N runs N. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/rc.h"
#include "core/machine/plan.h"
#include "tests/kit/machine.h"

enum { HNS = 2, VFS = 3, ACTIONS = 30, WALKS = 1500, RULES_MAX = 40 };

static const char *const hn_names[HNS] = {"hn0", "hn1"};
static const char *const vf_names[VFS] = {"mce0", "mce1", "mlxen0"};

struct walk {
    struct kit_machine *machine;
    uint64_t seed, random, pid;
    FILE *told; /* the trace so far */
    char *text;
    size_t length;
    unsigned rules;
    bool crashed;
    /* a required command of the slot's running batch has failed */
    bool stopped[VFJ_SLOTS_MAX];
    int64_t attached_us[VFJ_SLOTS_MAX]; /* when each slot's VF became known */
    /* each slot's newest changing command since the slot was last observed */
    char last[VFJ_SLOTS_MAX][VFJ_ARGS_SIZE];
    struct vfj_state replayed, next;
    struct vfj_decision decision;
};

static void walk_fail(struct walk *walk, const char *what)
{
    fflush(walk->told);
    fprintf(stderr, "%.*s# seed %" PRIu64 ": %s\n", (int)ftell(walk->told), walk->text, walk->seed,
            what);
    fail_msg("seed %" PRIu64 ": %s", walk->seed, what);
}

static uint64_t roll(struct walk *walk, uint64_t sides)
{
    uint64_t z = walk->random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) % sides;
}

static void say(struct walk *walk, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct walk *walk, const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    fprintf(walk->told, "%s\n", line);
    kit_machine_line(walk->machine, line);
}

/* The functions below are the checks that are made at every step. */

static unsigned slot_index(const struct vfj_state *state, struct vfj_name hn)
{
    unsigned i = 0;
    while (i < state->head.slot_count && !vfj_name_equal(state->slots[i].hn, hn))
        i++;
    return i;
}

static void check_transition(struct walk *walk, const struct vfj_transition *made)
{
    if (made->from != made->to
        && !vfj_slot_state_may_follow((enum vfj_slot_state)made->from,
                                      (enum vfj_slot_state)made->to))
        walk_fail(walk, "a move that is not in the table of states");
    if (made->reason == VFJ_REASON_NONE)
        walk_fail(walk, "a move without a reason");
    if (made->to == VFJ_SLOT_ATTACHED && made->from == VFJ_SLOT_DETACHED)
        walk->attached_us[slot_index(&walk->machine->next, made->hn) % VFJ_SLOTS_MAX]
            = walk->machine->next.head.mono_us;
}

/* Fails if the machine ups a VF before the VF's delay has passed. Does not fail for a VF that
 * somebody else upped, and that the machine took down because it could not be joined. */
static void check_delay(struct walk *walk, const struct vfj_command *command)
{
    const struct vfj_state *next = &walk->machine->next;
    unsigned index = slot_index(next, command->hn);
    if (command->kind != VFJ_COMMAND_UP || index >= next->head.slot_count
        || !vfj_name_equal(command->a, next->slots[index].vf))
        return;
    if (next->slots[index].link.monitor == VFJ_LINK_MONITOR_RETRY)
        return;
    int64_t delay_us = vfj_rc_delay_s(&walk->machine->state.rc) * 1000000;
    if (next->head.mono_us - walk->attached_us[index] < delay_us)
        walk_fail(walk, "a VF is upped before its delay has passed");
}

/* Returns true when an earlier command of the same decision makes hn a port. */
static bool joins_before(const struct vfj_decision *decision, const struct vfj_command *command)
{
    for (const struct vfj_command *other = decision->commands; other < command; other++) {
        if (other->kind == VFJ_COMMAND_JOIN_FIRST && vfj_name_equal(other->hn, command->hn)
            && vfj_name_equal(other->b, command->hn) && !other->is_optional)
            return true;
    }
    return false;
}

static void check_command(struct walk *walk, const struct vfj_command *command)
{
    struct kit_machine *machine = walk->machine;
    struct vfj_argv argv;
    char line[VFJ_ARGS_SIZE];
    if (vfj_command_reads(command) || machine->play.policy != VFJ_POLICY_VFJOURNAL)
        return;
    if (machine->play.mode == VFJ_MODE_ACT && command->kind == VFJ_COMMAND_ADDRESS_DELETE
        && vfj_name_equal(command->a, command->hn)
        && vfj_guest_lagg_of(&machine->play.guest, command->hn) == NULL
        && !joins_before(&machine->decision, command))
        walk_fail(walk, "an address is taken off hn before hn is a port");
    check_delay(walk, command);
    assert_true(vfj_command_argv(command, 0, &argv));
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_argv_print(&argv, &text);
    char *last = walk->last[slot_index(&machine->next, command->hn) % VFJ_SLOTS_MAX];
    if (strcmp(last, line) == 0)
        walk_fail(walk, "a command is given again and nothing was learnt since");
    memcpy(last, line, sizeof line);
}

/* Fails unless the changing commands of a decision are one batch with consecutive ids, and the
 * slot awaits their outcomes in that order. */
static void check_batch(struct walk *walk)
{
    const struct vfj_decision *decision = &walk->machine->decision;
    const struct vfj_state *next = &walk->machine->next;
    const struct vfj_command *first = NULL;
    unsigned count = 0;
    if (walk->machine->play.policy != VFJ_POLICY_VFJOURNAL)
        return;
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        if (vfj_command_reads(command))
            continue;
        first = first == NULL ? command : first;
        if (!vfj_name_equal(command->hn, first->hn) || command->id != first->id + count++)
            walk_fail(walk, "a decision that holds more than one batch");
    }
    if (first == NULL)
        return;
    const struct vfj_batch *batch = &next->slots[slot_index(next, first->hn)].batch;
    if (batch->first != first->id || batch->count != count || batch->ended != 0)
        walk_fail(walk, "a batch that is not the one decided");
}

/* Fails when a batch stops without the failure of a required command, or continues after such a
 * failure. */
static void check_outcome(struct walk *walk, const struct vfj_event *event)
{
    const struct vfj_state *state = &walk->machine->state;
    struct vfj_guest *guest = &walk->machine->play.guest;
    const struct vfj_outcome *outcome = &event->as.finished;
    for (unsigned i = 0; event->kind == VFJ_EVENT_FINISHED && i < state->head.slot_count; i++) {
        const struct vfj_slot *slot = &state->slots[i];
        const struct vfj_batch *batch = &slot->batch;
        if (slot->activity != VFJ_ACTIVITY_RUNNING
            || outcome->command != batch->first + batch->ended)
            continue;
        const struct vfj_command command = {
            .kind = batch->kinds[batch->ended],
            .is_optional = !vfj_plan_is_required((enum vfj_need)batch->needs[batch->ended]),
        };
        walk->stopped[i] = walk->stopped[i] && batch->ended > 0;
        if ((outcome->kind == VFJ_OUTCOME_NOT_RUN) != walk->stopped[i])
            walk_fail(walk, "a command that ran after a failure, or did not run without one");
        walk->stopped[i] = walk->stopped[i] || vfj_command_stops_batch(&command, outcome);
        if (batch->kinds[batch->ended] == VFJ_COMMAND_ADDRESS_DELETE
            && batch->needs[batch->ended] == VFJ_NEED_HN_ADDRESSES && vfj_outcome_ok(outcome)
            && outcome->kind == VFJ_OUTCOME_EXITED && vfj_guest_lagg_of(guest, slot->hn) == NULL)
            walk_fail(walk, "an address was taken off hn, which is no port");
    }
}

/* Checks that the slot's state and activity follow from its facts. */
static void check_slot(struct walk *walk, const struct vfj_slot *slot)
{
    bool is_waiting
        = slot->activity == VFJ_ACTIVITY_RUNNING || slot->activity == VFJ_ACTIVITY_OBSERVING;
    if (slot->state != vfj_slot_public_state(slot))
        walk_fail(walk, "a state that does not follow from the facts");
    if (walk->machine->play.policy != VFJ_POLICY_VFJOURNAL)
        return;
    if (is_waiting != (slot->batch.count > slot->batch.ended))
        walk_fail(walk, "an activity that is not that of the batch");
    if (!is_waiting && (slot->activity == VFJ_ACTIVITY_WAITING) != vfj_slot_awaits_timer(slot))
        walk_fail(walk, "a slot that waits without a timer, or has one and does not wait");
    if (slot->request.wanted != VFJ_OBSERVE_NOT && !is_waiting)
        walk_fail(walk, "an observation that is wanted and not issued");
}

/* Forgets the slot's newest command after an observation of the slot, and those of all slots
 * after a daemon's start: the same command may then be issued again. */
static void learn(struct walk *walk, const struct vfj_event *event)
{
    const struct vfj_state *state = &walk->machine->state;
    if (event->kind == VFJ_EVENT_STARTED)
        memset(walk->last, 0, sizeof walk->last);
    if (event->kind != VFJ_EVENT_OBSERVED)
        return;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        const struct vfj_slot *slot = &state->slots[i];
        if (slot->activity == VFJ_ACTIVITY_OBSERVING
            && slot->batch.first == event->as.observed.command)
            walk->last[i][0] = '\0';
    }
}

/* After a plan that succeeded, ports must have no addresses and no dhclient. */
static void check_ended(struct walk *walk, const struct vfj_slot *slot)
{
    struct vfj_guest *guest = &walk->machine->play.guest;
    struct vfj_guest_if *hn = vfj_guest_find(guest, slot->hn);
    struct vfj_guest_if *vf = vfj_guest_find(guest, slot->vf);
    struct vfj_guest_if *lagg = vfj_guest_find(guest, vfj_name_lagg(slot->unit));
    if (hn == NULL || lagg == NULL || !vfj_interface_has_port(&lagg->facts, slot->hn))
        return;
    if (hn->facts.address_count > 0)
        walk_fail(walk, "a plan ended and hn, a port, has an address");
    if (hn->dhclient != 0)
        walk_fail(walk, "a plan ended and hn, a port, has a dhclient");
    if (vf == NULL || !vfj_interface_has_port(&lagg->facts, slot->vf))
        return;
    if (vf->facts.address_count > 0 || vf->dhclient != 0)
        walk_fail(walk, "a plan ended and the VF, a port, has an address or a dhclient");
}

/* Decodes the event's record, and steps a second machine with the decoded event. Fails when the
 * two machines then have different states. */
static void replay(struct walk *walk, const struct vfj_event *event)
{
    static char body[VFJ_BODY_MAX];
    static struct vfj_event read;
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_event_encode(event, &text);
    if (text.overflow
        || vfj_event_decode((enum vfj_event_kind)event->kind, (struct vfj_span){body, text.length},
                            &read)
            != VFJ_OK)
        walk_fail(walk, "a record that can't be read back");
    read.mono_us = event->mono_us;
    read.wall_us = event->wall_us;
    vfj_step(&walk->replayed, &read, &walk->next, &walk->decision);
    vfj_state_adopt(&walk->replayed, &walk->next, &walk->decision.touched);
    if (walk->replayed.head.command_last != walk->machine->next.head.command_last
        || memcmp(&walk->replayed.head, &walk->machine->next.head, sizeof walk->replayed.head) != 0)
        walk_fail(walk, "a replay that leads elsewhere");
}

/* Returns true when the slot had a plan. A stopping daemon also observes slots without a plan. */
static bool had_plan(const struct vfj_state *state, unsigned index)
{
    const struct vfj_slot *slot = &state->slots[index];
    return vfj_slot_has_plan(slot)
        && (state->head.running != VFJ_RUNNING_STOPPING || slot->plan.phase == VFJ_PLAN_ACTIVE);
}

static void watch(struct kit_machine *machine, const struct vfj_event *event)
{
    struct walk *walk = machine->context;
    const struct vfj_decision *decision = &machine->decision;
    replay(walk, event);
    if (machine->events % 29 == 0 && !kit_state_reads_back(&walk->replayed))
        walk_fail(walk, "a state that its text does not give again");
    learn(walk, event);
    for (unsigned i = 0; i < decision->transition_count; i++)
        check_transition(walk, &decision->transitions[i]);
    for (unsigned i = 0; i < decision->command_count; i++)
        check_command(walk, &decision->commands[i]);
    check_batch(walk);
    check_outcome(walk, event);
    for (uint64_t left = decision->touched.slots; left != 0; left &= left - 1)
        check_slot(walk, &machine->next.slots[__builtin_ctzll(left)]);
    if (event->kind != VFJ_EVENT_OBSERVED || machine->play.mode != VFJ_MODE_ACT)
        return;
    for (uint64_t left = decision->touched.slots; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        const struct vfj_slot *slot = &machine->next.slots[i];
        if (i < machine->state.head.slot_count && had_plan(&machine->state, i)
            && !vfj_slot_has_plan(slot) && slot->fault == VFJ_REASON_NONE)
            check_ended(walk, slot);
    }
}

/* The functions below are the events of a walk. */

static struct vfj_guest_vf *find_vf(struct walk *walk, unsigned vf)
{
    struct vfj_guest *guest = &walk->machine->play.guest;
    for (unsigned i = 0; i < guest->vf_count; i++) {
        if (strcmp(guest->vfs[i].vf.text, vf_names[vf]) == 0)
            return &guest->vfs[i];
    }
    return NULL;
}

static bool is_attached(struct walk *walk, unsigned vf)
{
    const struct vfj_guest_vf *found = find_vf(walk, vf);
    return found != NULL && found->attachment == VFJ_GUEST_ATTACHED;
}

static void attach(struct walk *walk)
{
    unsigned vf = (unsigned)roll(walk, VFS);
    unsigned hn = (unsigned)roll(walk, HNS);
    if (is_attached(walk, vf))
        return;
    say(walk, "%%vf %s %s", vf_names[vf], hn_names[hn]);
    if (roll(walk, 10) == 0)
        say(walk, "%%if %s down", vf_names[vf]);
    else
        say(walk, "@+%" PRIu64 " !system=ETHERNET subsystem=%s type=IFATTACH", roll(walk, 3),
            vf_names[vf]);
}

static void detach(struct walk *walk)
{
    unsigned vf = (unsigned)roll(walk, VFS);
    if (!is_attached(walk, vf))
        return;
    const struct vfj_guest_vf *entry = find_vf(walk, vf);
    const struct vfj_guest_if *hn = vfj_guest_find(&walk->machine->play.guest, entry->hn);
    if (hn != NULL && vfj_name_equal(hn->rxvf, entry->vf) && roll(walk, 5) > 0)
        say(walk, "@+0 !system=HYPERV_NIC_VF subsystem=%s type=VF_DOWN", entry->hn.text);
    if (roll(walk, 10) == 0)
        say(walk, "%%noif %s", vf_names[vf]);
    else
        say(walk, "@+0.01 !system=IFNET subsystem=%s type=DETACH", vf_names[vf]);
}

static void data_path(struct walk *walk)
{
    const char *name = hn_names[roll(walk, HNS)];
    const struct vfj_guest_if *hn = vfj_guest_find(&walk->machine->play.guest, vfj_name_of(name));
    const struct vfj_guest_vf *vf
        = vfj_guest_mapped_vf(&walk->machine->play.guest, vfj_name_of(name));
    if (hn == NULL || vf == NULL)
        return;
    bool is_on_vf = !vfj_name_is_empty(hn->rxvf);
    say(walk, "@+0.2 !system=HYPERV_NIC_VF subsystem=%s type=%s", name,
        is_on_vf ? "VF_DOWN" : "VF_UP");
}

static void link(struct walk *walk)
{
    say(walk, "@+0 !system=IFNET subsystem=%s type=%s", hn_names[roll(walk, HNS)],
        roll(walk, 3) > 0 ? "LINK_UP" : "LINK_DOWN");
}

/* Gives a port an address or a dhclient, as devd's own rules or an administrator might do. */
static void meddle(struct walk *walk)
{
    unsigned hn = (unsigned)roll(walk, HNS);
    unsigned vf = (unsigned)roll(walk, VFS);
    uint64_t pid = ++walk->pid;
    struct vfj_guest *guest = &walk->machine->play.guest;
    if (roll(walk, 4) == 0 && is_attached(walk, vf)) {
        const char *owner = find_vf(walk, vf)->hn.text;
        say(walk, "%%if %s up inet 10.0.%c.4/24 dhclient %" PRIu64, vf_names[vf], owner[2], pid);
    } else if (vfj_guest_lagg_of(guest, vfj_name_of(hn_names[hn])) != NULL) {
        say(walk, "%%if %s up inet 10.0.%u.4/24 dhclient %" PRIu64, hn_names[hn], hn, pid);
        say(walk, "@+0 !system=IFNET subsystem=%s type=LINK_UP", hn_names[hn]);
    }
}

/* Makes some command fail a few times, or take long. */
static void obstruct(struct walk *walk)
{
    static const char *const forms[] = {
        "ifconfig lagg%u create",
        "ifconfig lagg%u inet6",
        "ifconfig lagg%u laggproto",
        "ifconfig lagg%u up",
        "ifconfig hn%u inet",
        "ifconfig lagg%u inet",
        "ifconfig lagg%u laggport",
        "dhclient -b lagg%u",
        "kill -TERM",
        "ifconfig mce%u up",
        "sysctl -i",
        "ifconfig -a",
        "route add",
    };
    char argv[64];
    if (walk->rules++ >= RULES_MAX)
        return;
    unsigned form = (unsigned)roll(walk, sizeof forms / sizeof forms[0]);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(argv, sizeof argv, forms[form], (unsigned)roll(walk, HNS));
#pragma GCC diagnostic pop
    if (roll(walk, 2) == 0)
        say(walk, "%%fail %" PRIu64 " 1 %s", 1 + roll(walk, 3), argv);
    else
        say(walk, "%%slow %" PRIu64 " %s", roll(walk, 4), argv);
}

/* Ends the daemon in one of several ways, or starts it again. */
static void end_daemon(struct walk *walk)
{
    static const char *const ways[] = {"%restart", "%crash", "%stop"};
    const char *way = walk->crashed ? "%restart" : ways[roll(walk, 3)];
    say(walk, "%s", way);
    walk->crashed = strcmp(way, "%restart") != 0;
}

static void disturb(struct walk *walk)
{
    static const char *const lines[] = {
        "%gap devd closed the socket",
        "@+0 !system=IFNET subsystem=lagg0 type=LINK_UP",
        "@+0 !system=ETHERNET subsystem=epair0a type=IFATTACH",
        "@+0 !system=HYPERV_NIC_VF subsystem=hn0;x type=VF_UP",
        "@+0 !system=ETHERNET subsystem=mce0 type=IFATTACH",
        "@+0 +mlx5_core0 at slot=2 on pci1",
    };
    const char *line = lines[roll(walk, sizeof lines / sizeof lines[0])];
    if (strstr(line, "mce0") == NULL || is_attached(walk, 0))
        say(walk, "%s", line);
    if (roll(walk, 30) == 0) {
        say(walk, "%%boot");
        walk->crashed = false;
    }
}

static void act(struct walk *walk)
{
    switch (roll(walk, 12)) {
    case 0:
    case 1:
    case 2:
        attach(walk);
        break;
    case 3:
        detach(walk);
        break;
    case 4:
    case 5:
        data_path(walk);
        break;
    case 6:
        link(walk);
        break;
    case 7:
        meddle(walk);
        break;
    case 8:
    case 9:
        obstruct(walk);
        break;
    case 10:
        end_daemon(walk);
        break;
    default:
        disturb(walk);
    }
    if (roll(walk, 3) > 0)
        say(walk, "%%at +%" PRIu64 ".%" PRIu64, roll(walk, 4), roll(walk, 10));
    else if (roll(walk, 3) == 0)
        say(walk, "%%at +%" PRIu64, roll(walk, 100));
}

/* Ends the walk: no command fails from now on, and time passes until nothing is unfinished. */

static void quiet_down(struct walk *walk)
{
    if (!walk->machine->play.running || walk->machine->play.stopping)
        say(walk, "%%restart");
    say(walk, "%%gap the end");
    say(walk, "%%at +2000");
    for (unsigned i = 0; i < HNS; i++) {
        const struct vfj_guest_vf *vf
            = vfj_guest_mapped_vf(&walk->machine->play.guest, vfj_name_of(hn_names[i]));
        const struct vfj_guest_if *hn
            = vfj_guest_find(&walk->machine->play.guest, vfj_name_of(hn_names[i]));
        if (vf != NULL && vfj_name_is_empty(hn->rxvf))
            say(walk, "@+1 !system=HYPERV_NIC_VF subsystem=%s type=VF_UP", hn_names[i]);
        else
            say(walk, "@+1 !system=IFNET subsystem=%s type=LINK_UP", hn_names[i]);
    }
    say(walk, "%%at +2000");
}

static bool has_address(const struct vfj_guest_if *interface, unsigned number)
{
    char address[VFJ_ADDRESS_SIZE];
    snprintf(address, sizeof address, "10.0.%u.4/24", number);
    for (unsigned i = 0; interface != NULL && i < interface->facts.address_count; i++) {
        if (strcmp(interface->facts.addresses[i].text, address) == 0)
            return true;
    }
    return false;
}

static void check_settled(struct walk *walk, unsigned number)
{
    struct vfj_guest *guest = &walk->machine->play.guest;
    const struct vfj_slot *slot = kit_machine_slot(walk->machine, hn_names[number]);
    const struct vfj_guest_vf *vf = vfj_guest_mapped_vf(guest, vfj_name_of(hn_names[number]));
    struct vfj_guest_if *hn = vfj_guest_find(guest, vfj_name_of(hn_names[number]));
    char lagg_name[VFJ_NAME_SIZE];
    snprintf(lagg_name, sizeof lagg_name, "lagg%u", number);
    struct vfj_guest_if *lagg = vfj_guest_find(guest, vfj_name_of(lagg_name));
    if (has_address(hn, number) + has_address(lagg, number) != 1)
        walk_fail(walk, "hn's address has no owner, or two");
    if (slot == NULL && vf == NULL)
        return;
    if (slot == NULL)
        walk_fail(walk, "a VF that the machine never found");
    if (vfj_slot_has_plan(slot) || slot->fault != VFJ_REASON_NONE || slot->batch.count != 0)
        walk_fail(walk, "a plan that never ends");
    if (slot->state != (vf != NULL ? VFJ_SLOT_LAGGED : VFJ_SLOT_DETACHED))
        walk_fail(walk, "neither joined nor detached at the end");
    if (vf == NULL)
        return;
    if (!vfj_interface_has_port(&lagg->facts, hn->facts.name)
        || !vfj_interface_has_port(&lagg->facts, vf->vf))
        walk_fail(walk, "said to be joined, and is not");
    if (!hn->facts.up || !lagg->facts.up || !has_address(lagg, number))
        walk_fail(walk, "joined, but hn or the lagg is down, or has not got the address");
    if (vfj_slot_awaits_timer(slot))
        walk_fail(walk, "a timer that is left");
}

static void configure(struct walk *walk)
{
    say(walk, "%%rc hyperv_vf_delay=\"%" PRIu64 "\"", roll(walk, 30));
    for (unsigned i = 0; i < HNS; i++) {
        bool dhcp = roll(walk, 2) == 0;
        if (dhcp)
            say(walk, "%%rc ifconfig_hn%u=\"DHCP\"", i);
        else
            say(walk, "%%rc ifconfig_hn%u=\"inet 10.0.%u.4/24\"", i, i);
        say(walk, "%%if hn%u up inet 10.0.%u.4/24%s", i, i,
            dhcp ? i == 0 ? " dhclient 411" : " dhclient 412" : "");
    }
    if (roll(walk, 2) == 0)
        say(walk, "%%rc defaultrouter=\"10.0.%" PRIu64 ".1\"", roll(walk, HNS));
}

static void take_walk(struct walk *walk, uint64_t seed, enum vfj_mode mode, enum vfj_policy policy)
{
    walk->seed = walk->random = seed;
    walk->rules = 0;
    walk->pid = 600;
    walk->crashed = false;
    memset(walk->last, 0, sizeof walk->last);
    rewind(walk->told);
    kit_machine_begin(walk->machine, mode, policy);
    vfj_state_init(&walk->replayed);
    configure(walk);
    say(walk, "@0 +cpu0 at x on y");
    for (unsigned i = 0; i < ACTIONS; i++)
        act(walk);
    quiet_down(walk);
    kit_machine_check_index(&walk->machine->state);
    for (unsigned i = 0; i < HNS && mode == VFJ_MODE_ACT && policy == VFJ_POLICY_VFJOURNAL; i++)
        check_settled(walk, i);
}

static void take_walks(void **state, enum vfj_mode mode, enum vfj_policy policy, uint64_t walks)
{
    const char *seed = getenv("VFJ_WALK");
    const char *count = getenv("VFJ_WALKS");
    if (count != NULL)
        walks = strtoull(count, NULL, 10);
    if (seed != NULL)
        walks = 0;
    for (uint64_t i = 1; i <= walks; i++)
        take_walk(*state, i, mode, policy);
    if (seed != NULL)
        take_walk(*state, strtoull(seed, NULL, 10), mode, policy);
}

static int set_up(void **state)
{
    static struct walk walk;
    walk.told = open_memstream(&walk.text, &walk.length);
    walk.machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    walk.machine->watch = watch;
    walk.machine->context = &walk;
    *state = &walk;
    return walk.told != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
    struct walk *walk = *state;
    kit_machine_close(walk->machine);
    fclose(walk->told);
    free(walk->text);
    return 0;
}

static void test_act(void **state)
{
    take_walks(state, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, WALKS);
}

static void test_observe(void **state)
{
    take_walks(state, VFJ_MODE_OBSERVE, VFJ_POLICY_VFJOURNAL, WALKS / 5);
}

static void test_scripts(void **state)
{
    take_walks(state, VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS, WALKS / 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_act),
        cmocka_unit_test(test_observe),
        cmocka_unit_test(test_scripts),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
