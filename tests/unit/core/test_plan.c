/* Tests the plan: the table of needs, and batches of commands. Covers their ids, their order,
 * their end at a failure, and the needs of commands that did not run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/plan.h"
#include "tests/kit/machine.h"

static struct kit_machine *machine;

static int set_up(void **state)
{
    (void)state;
    machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kit_machine_close(machine);
    return 0;
}

static const struct vfj_slot *slot(void)
{
    return kit_machine_slot(machine, "hn0");
}

/* Begins a join. Its first batch runs, and `slow` is a %slow line that makes one command of it
 * take long. */
static void begin(const char *slow)
{
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%if hn0 up inet 10.0.0.4/24 inet 10.0.0.5/32\n"
                     "%vf mce0 hn0\n");
    kit_machine_line(machine, slow);
    kit_machine_line(machine, "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH");
    kit_machine_line(machine, "%at 2.5");
    assert_int_equal(slot()->activity, VFJ_ACTIVITY_RUNNING);
}

/* Submits an outcome for the command whose outcome the slot waits for next. */
static void end(enum vfj_outcome_kind kind, int status)
{
    struct vfj_event event = {.kind = VFJ_EVENT_FINISHED, .mono_us = machine->state.head.mono_us};
    event.as.finished = (struct vfj_outcome){.command = slot()->batch.first + slot()->batch.ended,
                                             .kind = (uint8_t)kind,
                                             .status = status};
    kit_machine_step(machine, &event);
}

static bool is_in(uint64_t needs, enum vfj_need need)
{
    return (needs >> need & 1) != 0;
}

static unsigned place_of(enum vfj_need need)
{
    unsigned i = 0;
    while (i < slot()->batch.count && slot()->batch.needs[i] != need)
        i++;
    assert_true(i < slot()->batch.count);
    return i;
}

/* The commands of a decision are one batch with consecutive ids. Each command is marked as
 * optional or required. */
static void test_ids_and_needs(void **unused)
{
    const struct vfj_decision *decision = &machine->decision;
    (void)unused;
    begin("%slow 9 ifconfig lagg0 create");
    const struct vfj_batch *batch = &slot()->batch;
    assert_int_equal(batch->count, 4); /* create, no_dad, and two addresses */
    assert_int_equal(decision->command_count, batch->count);
    for (unsigned i = 0; i < batch->count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        assert_true(command->id == batch->first + i);
        assert_int_equal(command->kind, batch->kinds[i]);
        assert_string_equal(command->hn.text, "hn0");
        assert_int_equal(command->is_optional,
                         !vfj_plan_is_required((enum vfj_need)batch->needs[i]));
        assert_true(is_in(slot()->plan.tried, (enum vfj_need)batch->needs[i]));
    }
    assert_true(machine->state.head.command_last == batch->first + batch->count - 1);
    assert_true(decision->commands[place_of(VFJ_NEED_NO_DAD)].is_optional);
    assert_false(decision->commands[place_of(VFJ_NEED_LAGG)].is_optional);
}

/* The batch in which hn becomes a port also changes the routes without a router that hn has,
 * although no address moves. */
static void test_link_routes_follow_the_port(void **unused)
{
    (void)unused;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%if hn0 up route 198.51.100.0/24 link\n"
                     "%vf mce0 hn0\n"
                     "%slow 9 ifconfig lagg0 laggproto\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "%at 2.5\n");
    assert_true(place_of(VFJ_NEED_HN_PORT) < place_of(VFJ_NEED_KEPT_LINK_ROUTES));
}

/* The slot is observed only after the last command of the batch has ended. The outcomes
 * themselves do not change slot->observed. */
static void test_observed_after_the_last(void **unused)
{
    (void)unused;
    begin("%slow 9 ifconfig lagg0 create");
    const struct vfj_view observed = slot()->observed, before = slot()->before;
    unsigned count = slot()->batch.count;
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(slot()->activity, VFJ_ACTIVITY_RUNNING);
        assert_int_equal(slot()->batch.ended, i);
        end(VFJ_OUTCOME_EXITED, 0);
        assert_int_equal(machine->decision.command_count, i + 1 == count);
        assert_memory_equal(&slot()->observed, &observed, sizeof observed);
        assert_memory_equal(&slot()->before, &before, sizeof before);
    }
    assert_int_equal(slot()->activity, VFJ_ACTIVITY_OBSERVING);
    assert_int_equal(machine->decision.commands[0].kind, VFJ_COMMAND_PROBE_SLOT);
    assert_int_equal(slot()->plan.failures, 0);
}

/* An outcome that is not the one the slot waits for next is ignored as stale. */
static void test_out_of_turn(void **unused)
{
    (void)unused;
    begin("%slow 9 ifconfig lagg0 create");
    struct vfj_event event = {.kind = VFJ_EVENT_FINISHED, .mono_us = machine->state.head.mono_us};
    event.as.finished.command = slot()->batch.first + 1;
    kit_machine_step(machine, &event);
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    assert_int_equal(slot()->batch.ended, 0);
    end(VFJ_OUTCOME_EXITED, 0);
    event.as.finished.command = slot()->batch.first;
    kit_machine_step(machine, &event);
    assert_int_equal(machine->decision.note, VFJ_REASON_STALE);
    assert_int_equal(slot()->batch.ended, 1);
}

/* The machine records that an optional command failed. The plan continues, and no failure is
 * counted. */
static void test_optional_failure(void **unused)
{
    (void)unused;
    begin("%slow 9 ifconfig lagg0 create");
    unsigned no_dad = place_of(VFJ_NEED_NO_DAD);
    for (unsigned i = 0, count = slot()->batch.count; i < count; i++)
        end(i == no_dad ? VFJ_OUTCOME_TIMEOUT : VFJ_OUTCOME_EXITED, 0);
    assert_int_equal(slot()->plan.failures, 0);
    assert_int_equal(slot()->fault, VFJ_REASON_NONE);
    assert_true(is_in(slot()->plan.failed, VFJ_NEED_NO_DAD));
    assert_int_equal(slot()->activity, VFJ_ACTIVITY_OBSERVING);
}

/* When a required command fails, the later commands of the batch do not run, and their needs are
 * open again. One failure is counted, when the batch ends. */
static void test_required_failure(void **unused)
{
    (void)unused;
    begin("%slow 9 ifconfig lagg0 inet 10.0.0.4/24");
    unsigned first = place_of(VFJ_NEED_INET), count = slot()->batch.count;
    assert_int_equal(slot()->batch.ended, first);
    end(VFJ_OUTCOME_TIMEOUT, 0);
    for (unsigned i = first + 1; i < count; i++) {
        assert_int_equal(slot()->activity, VFJ_ACTIVITY_RUNNING);
        assert_int_equal(slot()->plan.failures, 0);
        end(VFJ_OUTCOME_NOT_RUN, 0);
    }
    assert_int_equal(slot()->activity, VFJ_ACTIVITY_OBSERVING);
    assert_int_equal(slot()->batch.count, 1); /* the batch is now the probe */
    assert_int_equal(slot()->batch.failure, VFJ_REASON_NONE);
    assert_int_equal(slot()->plan.failures, 1);
    assert_int_equal(slot()->fault, VFJ_REASON_COMMAND_TIMEOUT);
    assert_int_equal(machine->decision.transition_count, 1);
    assert_int_equal(machine->decision.transitions[0].reason, VFJ_REASON_COMMAND_TIMEOUT);
    assert_true(is_in(slot()->plan.tried, VFJ_NEED_LAGG));
    /* one of the two commands for this need did not run */
    assert_false(is_in(slot()->plan.tried, VFJ_NEED_INET));
}

/* A command that fails because its effect exists already counts as successful. */
static void test_already_so(void **unused)
{
    (void)unused;
    begin("%slow 9 ifconfig lagg0 inet 10.0.0.5/32");
    struct vfj_event event = {.kind = VFJ_EVENT_FINISHED, .mono_us = machine->state.head.mono_us};
    event.as.finished
        = (struct vfj_outcome){.command = slot()->batch.first + slot()->batch.ended, .status = 1};
    strcpy(event.as.finished.output, "ifconfig: ioctl (SIOCAIFADDR): File exists");
    bool is_so = vfj_command_already_so(
        (enum vfj_command_kind)slot()->batch.kinds[slot()->batch.ended], &event.as.finished);
    kit_machine_step(machine, &event);
    assert_int_equal(slot()->plan.failures, !is_so);
}

/* A line that arrives while a batch runs causes no command for the slot. The slot is observed
 * after the batch. */
static void test_lines_while_running(void **unused)
{
    static const char *const lines[] = {
        "@+0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP",
        "@+0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN",
        "@+0 !system=IFNET subsystem=hn0 type=LINK_UP",
        "@+0 !system=IFNET subsystem=lagg0 type=DETACH",
        "@+0 !system=IFNET subsystem=mce0 type=DETACH",
    };
    (void)unused;
    begin("%slow 90 ifconfig lagg0 inet 10.0.0.4/24");
    const struct vfj_batch batch = slot()->batch;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        kit_machine_line(machine, lines[i]);
        assert_int_equal(machine->decision.command_count, 0);
        assert_memory_equal(&slot()->batch, &batch, sizeof batch);
    }
    assert_int_equal(slot()->state, VFJ_SLOT_DETACHED);
}

/* The daemon restarts while a batch runs. The outcomes of the running command and of the later
 * ones are unknown, so their needs are open again. */
static void test_unknown_outcomes(void **unused)
{
    (void)unused;
    begin("%slow 9 ifconfig lagg0 inet 10.0.0.4/24");
    kit_machine_line(machine, "%slow 9 ifconfig -a");
    kit_machine_line(machine, "%restart");
    assert_true(is_in(slot()->plan.tried, VFJ_NEED_LAGG)); /* the outcome of this one is known */
    assert_false(is_in(slot()->plan.tried, VFJ_NEED_INET));
    assert_int_equal(slot()->activity, VFJ_ACTIVITY_OBSERVING);
    kit_machine_line(machine, "%slow 0 ifconfig");
    kit_machine_line(machine, "%at 60");
    assert_int_equal(slot()->state, VFJ_SLOT_LAGGED);
}

static bool lagg0_has(const char *text)
{
    const struct vfj_interface *lagg
        = &vfj_guest_find(&machine->play.guest, vfj_name_of("lagg0"))->facts;
    struct vfj_address address;
    assert_true(vfj_address_parse(vfj_span_of(text), &address));
    for (unsigned i = 0; i < lagg->address_count; i++) {
        if (vfj_address_same_host(&lagg->addresses[i], &address))
            return true;
    }
    return false;
}

/* An address was deleted from hn and could not be added to laggN. Later plans cannot observe it
 * on hn, but still try to add it to laggN. */
static void test_failed_needs_are_kept(void **unused)
{
    (void)unused;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%if hn0 up inet 10.0.0.4/24 inet6 fd00::4/64 inet6 fd00::5/64 dhclient 411\n"
                     "%vf mce0 hn0\n"
                     "%fail 3 1 ifconfig lagg0 inet6 fd00::4/64\n"
                     "%fail 3 1 dhclient\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "%at 3\n");
    assert_true(lagg0_has("10.0.0.4/24") && lagg0_has("fd00::5/64") && !lagg0_has("fd00::4/64"));
    assert_int_equal(slot()->fault, VFJ_REASON_ADDRESS_FAILED);
    kit_machine_line(machine, "%at 100");
    assert_true(lagg0_has("10.0.0.4/24") && lagg0_has("fd00::5/64") && lagg0_has("fd00::4/64"));
    assert_true(vfj_guest_find(&machine->play.guest, vfj_name_of("lagg0"))->dhclient != 0);
    assert_int_equal(slot()->fault, VFJ_REASON_NONE);
    assert_int_equal(slot()->state, VFJ_SLOT_LAGGED);
    assert_false(vfj_slot_awaits_timer(slot()));
}

/* When hn has its configuration again without a lagg, nothing has failed any more. */
static void test_failed_needs_end(void **unused)
{
    (void)unused;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%if hn0 up inet 10.0.0.4/24 dhclient 411\n"
                     "%vf mce0 hn0\n"
                     "%fail 9 1 dhclient\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "%at 3\n"
                     "@4 !system=IFNET subsystem=mce0 type=DETACH\n");
    assert_true(slot()->plan.failed != 0);
    kit_machine_play(machine,
                     "%noif lagg0\n"
                     "%if hn0 up inet 10.0.0.4/24 dhclient 412\n"
                     "%gap\n");
    assert_true(slot()->plan.failed == 0);
}

/* Tests the properties of every need in the plan's table. */
static void test_every_need(void **unused)
{
    static const struct {
        enum vfj_need need;
        bool is_required, is_of_vf;
        enum vfj_reason fault;
    } needs[] = {
        {VFJ_NEED_VF_DOWN, true, true, VFJ_REASON_NONE},
        {VFJ_NEED_SCRIPT, false, false, VFJ_REASON_NONE},
        {VFJ_NEED_VF_LEAVE, true, true, VFJ_REASON_NONE},
        {VFJ_NEED_LAGG, true, false, VFJ_REASON_NONE},
        {VFJ_NEED_NO_DAD, false, false, VFJ_REASON_NONE},
        {VFJ_NEED_HN_UP, true, false, VFJ_REASON_NONE},
        {VFJ_NEED_LAGG_UP, true, false, VFJ_REASON_NONE},
        {VFJ_NEED_INET, true, false, VFJ_REASON_NONE},
        {VFJ_NEED_RC_INET, false, false, VFJ_REASON_ADDRESS_FAILED},
        {VFJ_NEED_LEASE, false, false, VFJ_REASON_NONE},
        {VFJ_NEED_HN_DHCLIENT, false, false, VFJ_REASON_HN_HAS_DHCLIENT},
        {VFJ_NEED_HN_PORT, true, false, VFJ_REASON_NONE},
        {VFJ_NEED_HN_ADDRESSES, true, false, VFJ_REASON_NONE},
        {VFJ_NEED_VF_DHCLIENT, false, true, VFJ_REASON_VF_HAS_DHCLIENT},
        {VFJ_NEED_VF_ADDRESSES, false, true, VFJ_REASON_VF_HAS_ADDRESS},
        {VFJ_NEED_INET6, false, false, VFJ_REASON_ADDRESS_FAILED},
        {VFJ_NEED_RC_INET6, false, false, VFJ_REASON_ADDRESS_FAILED},
        {VFJ_NEED_RTADV, false, false, VFJ_REASON_NONE},
        {VFJ_NEED_DEFAULT_ROUTE, false, false, VFJ_REASON_ROUTE_FAILED},
        {VFJ_NEED_DEFAULT_ROUTE6, false, false, VFJ_REASON_ROUTE_STAYS},
        {VFJ_NEED_NEW_DEFAULT_ROUTE6, false, false, VFJ_REASON_ROUTE_STAYS},
        {VFJ_NEED_VF_PORT, true, true, VFJ_REASON_NONE},
        {VFJ_NEED_VF_UP, true, true, VFJ_REASON_NONE},
        {VFJ_NEED_DHCLIENT, false, false, VFJ_REASON_DHCLIENT_FAILED},
        {VFJ_NEED_RTSOL, false, false, VFJ_REASON_NONE},
        {VFJ_NEED_STATIC_ROUTE, false, false, VFJ_REASON_ROUTE_FAILED},
    };
    uint64_t required = 0, of_vf = 0,
             routes = (uint64_t)1 << VFJ_NEED_DEFAULT_ROUTE | (uint64_t)1 << VFJ_NEED_DEFAULT_ROUTE6
        | (uint64_t)1 << VFJ_NEED_NEW_DEFAULT_ROUTE6;
    const uint64_t up = (uint64_t)1 << VFJ_NEED_LAGG_UP | (uint64_t)1 << VFJ_NEED_INET
        | (uint64_t)1 << VFJ_NEED_RC_INET | (uint64_t)1 << VFJ_NEED_INET6
        | (uint64_t)1 << VFJ_NEED_RC_INET6 | (uint64_t)1 << VFJ_NEED_DHCLIENT;
    assert_true(vfj_plan_is_required(VFJ_NEED_TAKE_BACK));
    assert_false(vfj_plan_is_of_vf(VFJ_NEED_TAKE_BACK));
    assert_int_equal(vfj_plan_fault(VFJ_NEED_TAKE_BACK), VFJ_REASON_NONE);
    (void)unused;
    required |= (uint64_t)1 << VFJ_NEED_TAKE_BACK;
    for (unsigned i = 0; i < sizeof needs / sizeof needs[0]; i++) {
        assert_int_equal(needs[i].need, VFJ_NEED_NONE + 1 + i); /* the list is complete */
        assert_int_equal(vfj_plan_is_required(needs[i].need), needs[i].is_required);
        assert_int_equal(vfj_plan_is_of_vf(needs[i].need), needs[i].is_of_vf);
        assert_int_equal(vfj_plan_fault(needs[i].need), needs[i].fault);
        required |= (uint64_t)needs[i].is_required << needs[i].need;
        of_vf |= (uint64_t)needs[i].is_of_vf << needs[i].need;
    }
    for (unsigned need = VFJ_NEED_STATIC_ROUTE; need < VFJ_NEED_GIVE_BACK; need++) {
        assert_int_equal(vfj_plan_fault((enum vfj_need)need), VFJ_REASON_ROUTE_FAILED);
        routes |= (uint64_t)1 << need;
    }
    for (unsigned need = VFJ_NEED_KEPT_LINK_ROUTES; need <= VFJ_NEED_KEPT_ROUTES; need++) {
        assert_int_equal(vfj_plan_fault((enum vfj_need)need), VFJ_REASON_ROUTE_FAILED);
        routes |= (uint64_t)1 << need;
    }
    assert_true(vfj_plan_route_needs() == routes);
    assert_true(vfj_plan_required_needs() == required);
    assert_true(vfj_plan_vf_needs() == of_vf);
    assert_true(vfj_plan_up_needs() == up);
}

/* The number of commands issued for each need, and the number of commands that do not meet the
 * need in their batch. */
static unsigned issued[VFJ_NEED_COUNT], misissued;

static enum vfj_need need_of_up(const struct vfj_slot *of, struct vfj_name interface)
{
    if (vfj_name_equal(interface, of->hn))
        return VFJ_NEED_HN_UP;
    return vfj_name_equal(interface, of->vf) ? VFJ_NEED_VF_UP : VFJ_NEED_LAGG_UP;
}

/* Returns the need that the command meets, according to what the command does. The dhclient of
 * hn has pid 411. */
static enum vfj_need need_of(const struct vfj_slot *of, const struct vfj_command *command)
{
    bool inet6 = strchr(command->text, ':') != NULL;
    bool is_default = strstr(command->text, "default") != NULL;
    switch ((int)command->kind) {
    case VFJ_COMMAND_CREATE:
        return VFJ_NEED_LAGG;
    case VFJ_COMMAND_NO_DAD:
        return VFJ_NEED_NO_DAD;
    case VFJ_COMMAND_UP:
        return need_of_up(of, command->a);
    case VFJ_COMMAND_DOWN:
        return VFJ_NEED_VF_DOWN;
    case VFJ_COMMAND_ADDRESS_ADD:
        if (vfj_name_equal(command->a, of->hn))
            return VFJ_NEED_GIVE_BACK;
        return inet6 ? VFJ_NEED_INET6 : VFJ_NEED_INET;
    case VFJ_COMMAND_ADDRESS_DELETE:
        if (vfj_name_equal(command->a, vfj_name_lagg(of->unit)))
            return VFJ_NEED_TAKE_BACK;
        return vfj_name_equal(command->a, of->hn) ? VFJ_NEED_HN_ADDRESSES : VFJ_NEED_VF_ADDRESSES;
    case VFJ_COMMAND_CONFIGURE:
        if (strncmp(command->text, "group", 5) == 0)
            return VFJ_NEED_LABELS;
        return inet6 ? VFJ_NEED_RC_INET6 : VFJ_NEED_RC_INET;
    case VFJ_COMMAND_LEASE:
        return VFJ_NEED_LEASE;
    case VFJ_COMMAND_DHCLIENT_STOP:
        return strcmp(command->text, "411") == 0 ? VFJ_NEED_HN_DHCLIENT : VFJ_NEED_VF_DHCLIENT;
    case VFJ_COMMAND_JOIN_FIRST:
        return VFJ_NEED_HN_PORT;
    case VFJ_COMMAND_JOIN:
        return VFJ_NEED_VF_PORT;
    case VFJ_COMMAND_LEAVE:
        return VFJ_NEED_VF_LEAVE;
    case VFJ_COMMAND_RTADV:
        return VFJ_NEED_RTADV;
    case VFJ_COMMAND_RTSOL:
        return VFJ_NEED_RTSOL;
    case VFJ_COMMAND_DHCLIENT_BACKGROUND:
        return vfj_name_equal(command->a, of->hn) ? VFJ_NEED_GIVE_BACK : VFJ_NEED_DHCLIENT;
    case VFJ_COMMAND_SCRIPT:
        return VFJ_NEED_SCRIPT;
    case VFJ_COMMAND_ROUTE_CHANGE:
        return is_default ? VFJ_NEED_DEFAULT_ROUTE6 : VFJ_NEED_STATIC_ROUTE;
    case VFJ_COMMAND_ROUTE_ADD:
        if (strncmp(command->text, "-host ", 6) == 0) /* a route to the default router itself */
            return VFJ_NEED_DEFAULT_ROUTE;
        if (!is_default)
            return VFJ_NEED_STATIC_ROUTE;
        return inet6 ? VFJ_NEED_NEW_DEFAULT_ROUTE6 : VFJ_NEED_DEFAULT_ROUTE;
    default:
        return VFJ_NEED_NONE;
    }
}

static void count_needs(struct kit_machine *watched, const struct vfj_event *event)
{
    const struct vfj_decision *decision = &watched->decision;
    (void)event;
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        if (vfj_command_reads(command))
            continue;
        unsigned index = 0;
        while ((decision->touched.slots >> index & 1) == 0
               || !vfj_name_equal(watched->next.slots[index].hn, command->hn)) {
            index++;
            assert_true(index < watched->next.head.slot_count);
        }
        const struct vfj_slot *of = &watched->next.slots[index];
        enum vfj_need need = (enum vfj_need)of->batch.needs[command->id - of->batch.first];
        issued[need]++;
        misissued += need != need_of(of, command);
    }
}

static void play_and_count(const char *trace)
{
    memset(issued, 0, sizeof issued);
    misissued = 0;
    machine->watch = count_needs;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine, trace);
    machine->watch = NULL;
}

/* For each command, the batch names the need that this command meets. */
static void test_each_command_has_its_need(void **unused)
{
    static const struct {
        const char *trace;
        uint64_t needs; /* bit 1 << need for each need that must have a command */
    } cases[] = {
        {"%rc static_routes=\"lab\"\n"
         "%rc route_lab=\"-net 192.168.7.0/24 10.0.0.1\"\n"
         "%rc defaultrouter=\"10.0.0.1\"\n"
         "%if hn0 inet 10.0.0.4/24 inet6 fd00::4/64\n"
         "%if mce0 inet 10.0.0.5/24 dhclient 412\n"
         "%vf mce0 hn0\n"
         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "%at 30\n",
         (uint64_t)1 << VFJ_NEED_LAGG | (uint64_t)1 << VFJ_NEED_NO_DAD
             | (uint64_t)1 << VFJ_NEED_HN_UP | (uint64_t)1 << VFJ_NEED_INET
             | (uint64_t)1 << VFJ_NEED_INET6 | (uint64_t)1 << VFJ_NEED_HN_PORT
             | (uint64_t)1 << VFJ_NEED_HN_ADDRESSES | (uint64_t)1 << VFJ_NEED_VF_ADDRESSES
             | (uint64_t)1 << VFJ_NEED_VF_DHCLIENT | (uint64_t)1 << VFJ_NEED_DEFAULT_ROUTE
             | (uint64_t)1 << VFJ_NEED_STATIC_ROUTE | (uint64_t)1 << VFJ_NEED_VF_PORT
             | (uint64_t)1 << VFJ_NEED_VF_UP},
        {"%rc ifconfig_hn0=\"DHCP\"\n"
         "%rc ifconfig_hn1=\"DHCP\"\n"
         "%if hn0 up inet 10.0.0.4/24 dhclient 411\n"
         "%if hn1 up inet 10.0.1.4/24 dhclient 411\n"
         "%slow 5 ifconfig lagg0 laggport mce0\n"
         "%vf mce0 hn0\n"
         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "@4 !system=IFNET subsystem=mce0 type=DETACH\n"
         "%vf mce0 hn1\n"
         "@5.5 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "@10 !system=HYPERV_NIC_VF subsystem=hn1 type=VF_UP\n"
         "%at 100\n",
         (uint64_t)1 << VFJ_NEED_VF_LEAVE | (uint64_t)1 << VFJ_NEED_HN_DHCLIENT
             | (uint64_t)1 << VFJ_NEED_DHCLIENT},
        {"%if hn0 up inet6 fd00::4/64\n"
         "%vf mce0 hn0\n"
         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "%at 30\n",
         (uint64_t)1 << VFJ_NEED_LAGG_UP | (uint64_t)1 << VFJ_NEED_INET6},
        {"%if hn0 up inet 203.0.113.8/32 gateway 198.51.100.2\n"
         "%vf mce0 hn0\n"
         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "%at 30\n",
         (uint64_t)1 << VFJ_NEED_DEFAULT_ROUTE},
        {"%rc ifconfig_hn0=\"inet 10.0.0.4/24 group wan\"\n"
         "%if hn0 up inet 10.0.0.4/24\n"
         "%vf mce0 hn0\n"
         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "%at 30\n",
         (uint64_t)1 << VFJ_NEED_LABELS},
        {"%if hn0 up inet 10.0.0.4/24 dhclient 411\n"
         "%vf mce0 hn0\n"
         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "%at 30\n"
         "%noif lagg0\n"
         "%if lagg0 up laggproto loadbalance\n"
         "%gap\n"
         "%at 60\n",
         (uint64_t)1 << VFJ_NEED_GIVE_BACK},
        {"%if hn0 up inet 10.0.0.4/24\n"
         "%slow 5 ifconfig lagg0 inet\n"
         "%vf mce0 hn0\n"
         "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
         "%at 4\n"
         "%noif lagg0\n"
         "%if lagg0 up laggproto loadbalance\n"
         "%at 60\n",
         (uint64_t)1 << VFJ_NEED_TAKE_BACK},
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        play_and_count(cases[i].trace);
        assert_int_equal(misissued, 0);
        for (unsigned need = 0; need < VFJ_NEED_COUNT; need++) {
            if (is_in(cases[i].needs, (enum vfj_need)need) && issued[need] == 0)
                fail_msg("case %u: no command for need %u", i, need);
        }
    }
}

/* A foreign laggN keeps hn's address when it has hn as a port, and in observe mode. */
static void test_not_taken_back(void **unused)
{
    static const char *const traces[] = {
        "%if hn0 up inet 10.0.0.4/24\n"
        "%slow 5 ifconfig lagg0 inet\n"
        "%vf mce0 hn0\n"
        "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
        "%at 4\n"
        "%noif lagg0\n"
        "%if lagg0 up laggproto loadbalance laggport hn0\n"
        "%at 60\n",
        "%mode observe\n"
        "%if hn0 up inet 10.0.0.4/24\n"
        "%vf mce0 hn0\n"
        "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
        "%at 10\n"
        "%if lagg0 up laggproto loadbalance inet 10.0.0.4/24\n"
        "%gap\n"
        "%at 60\n",
    };
    (void)unused;
    for (unsigned i = 0; i < sizeof traces / sizeof traces[0]; i++) {
        play_and_count(traces[i]);
        assert_int_equal(issued[VFJ_NEED_INET], 1);
        assert_int_equal(issued[VFJ_NEED_TAKE_BACK], 0);
        assert_true(lagg0_has("10.0.0.4/24"));
    }
}

/* Each use of hn that rc.conf shows has a reason of its own. An rc.conf that was never read has
 * one, too. */
static void test_uses_by_rc(void **unused)
{
    static const struct {
        const char *rc;
        enum vfj_reason reason;
    } cases[] = {
        {NULL, VFJ_REASON_RC_UNREAD},
        {"ifconfig_hn0=\"inet 10.0.0.4/24\"", VFJ_REASON_NONE},
        {"vlans_hn0=\"5\"", VFJ_REASON_HN_HAS_VLAN},
        {"ifconfig_bridge0=\"addm hn0\"", VFJ_REASON_HN_IN_BRIDGE},
        {"ifconfig_hn0_alias0=\"inet vhid 1 10.0.0.9/32\"", VFJ_REASON_HN_HAS_CARP},
        {"ifconfig_hn0=\"inet 10.0.0.4/24 fib 1\"", VFJ_REASON_HN_IN_FIB},
        {"ifconfig_pfsync0=\"syncdev hn0 up\"", VFJ_REASON_HN_HAS_MULTICAST},
        {"ifconfig_hn0=\"DHCP\" dhclient_program=\"/sbin/dhcpcd\"", VFJ_REASON_OTHER_DHCP},
    };
    struct vfj_state *now = &machine->state;
    const struct vfj_step_context context
        = {.now = now, .next = &machine->next, .decision = &machine->decision};
    (void)unused;
    kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    kit_machine_play(machine,
                     "%if hn0 up inet 10.0.0.4/24\n"
                     "%vf mce0 hn0\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n");
    machine->decision.touched = (struct vfj_touched){0};
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        now->index.digests[VFJ_SLOTS_MAX] = 0;
        if (cases[i].rc != NULL) {
            vfj_span_copy(now->rc.text, sizeof now->rc.text, vfj_span_of(cases[i].rc));
            vfj_state_index_rc(now);
        }
        assert_int_equal(vfj_plan_use(&context, slot()), cases[i].reason);
    }
}

/* The default router can be reached only by a static route. The default route is added if this
 * static route is one of the first VFJ_ROUTES_MAX, which are moved to laggN. */
static void test_way_among_too_many_routes(void **unused)
{
    (void)unused;
    for (unsigned others = VFJ_ROUTES_MAX - 1; others <= VFJ_ROUTES_MAX; others++) {
        char trace[4096];
        struct vfj_text text = vfj_text_begin(trace, sizeof trace);
        vfj_text_add(&text, "%rc defaultrouter=\"198.51.100.1\"\n%rc static_routes=\"");
        for (unsigned i = 0; i < others; i++)
            vfj_text_format(&text, "r%u ", i);
        vfj_text_add(&text, "way\"\n%rc route_way=\"-host 198.51.100.1 -iface hn0\"\n");
        for (unsigned i = 0; i < others; i++)
            vfj_text_format(&text, "%%rc route_r%u=\"-net 192.168.%u.0/24 -iface hn0\"\n", i, i);
        vfj_text_add(&text,
                     "%if hn0 up inet 10.0.0.4/24\n"
                     "%vf mce0 hn0\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "%at 3\n");
        assert_false(text.overflow);
        play_and_count(trace);
        assert_int_equal(issued[VFJ_NEED_DEFAULT_ROUTE], others < VFJ_ROUTES_MAX);
    }
}

/* A daemon that recovers adds the default route of rc.conf. It adds no route to the other router
 * that the guest uses at that time. */
static void test_no_way_when_recovering(void **unused)
{
    (void)unused;
    play_and_count("%rc defaultrouter=\"10.0.0.1\"\n"
                   "%if hn0 up gateway 198.51.100.2\n"
                   "%if lagg0 up laggproto failover laggport hn0 inet 10.0.0.4/24\n"
                   "%vf mce0 hn0\n"
                   "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                   "%at 3\n");
    assert_int_equal(issued[VFJ_NEED_VF_UP], 1);
    assert_int_equal(issued[VFJ_NEED_DEFAULT_ROUTE], 1);
}

/* When rc.conf's words for hn contain no address, any router may be in hn's subnet. The word NO
 * is no router. */
static void test_router_of_words_without_address(void **unused)
{
    static const char *const routers[]
        = {"%rc defaultrouter=\"10.0.0.1\"", "%rc defaultrouter=\"NO\""};
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        char trace[512];
        struct vfj_text text = vfj_text_begin(trace, sizeof trace);
        vfj_text_add(&text, routers[i]);
        vfj_text_add(&text,
                     "\n%rc ifconfig_hn0=\"mtu 1500\"\n"
                     "%if hn0 up\n"
                     "%vf mce0 hn0\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "%at 3\n");
        play_and_count(trace);
        assert_int_equal(issued[VFJ_NEED_RC_INET], 1);
        assert_int_equal(issued[VFJ_NEED_DEFAULT_ROUTE], i == 0);
    }
}

/* hn has no address, and laggN gets the address of rc.conf. The default route is added only when
 * its router is in the subnet of that address. */
static void test_router_of_given_words(void **unused)
{
    static const char *const routers[]
        = {"%rc defaultrouter=\"10.0.0.1\"", "%rc defaultrouter=\"192.168.7.1\""};
    (void)unused;
    for (unsigned i = 0; i < 2; i++) {
        char trace[512];
        struct vfj_text text = vfj_text_begin(trace, sizeof trace);
        vfj_text_add(&text, routers[i]);
        vfj_text_add(&text,
                     "\n%rc ifconfig_hn0=\"inet 10.0.0.4/24\"\n"
                     "%if hn0 up\n"
                     "%vf mce0 hn0\n"
                     "@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
                     "%at 3\n");
        play_and_count(trace);
        assert_int_equal(issued[VFJ_NEED_RC_INET], 1);
        assert_int_equal(issued[VFJ_NEED_DEFAULT_ROUTE], i == 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_and_needs),
        cmocka_unit_test(test_link_routes_follow_the_port),
        cmocka_unit_test(test_observed_after_the_last),
        cmocka_unit_test(test_out_of_turn),
        cmocka_unit_test(test_optional_failure),
        cmocka_unit_test(test_required_failure),
        cmocka_unit_test(test_already_so),
        cmocka_unit_test(test_lines_while_running),
        cmocka_unit_test(test_unknown_outcomes),
        cmocka_unit_test(test_failed_needs_are_kept),
        cmocka_unit_test(test_failed_needs_end),
        cmocka_unit_test(test_every_need),
        cmocka_unit_test(test_each_command_has_its_need),
        cmocka_unit_test(test_not_taken_back),
        cmocka_unit_test(test_uses_by_rc),
        cmocka_unit_test(test_way_among_too_many_routes),
        cmocka_unit_test(test_no_way_when_recovering),
        cmocka_unit_test(test_router_of_words_without_address),
        cmocka_unit_test(test_router_of_given_words),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
