/* Tests what each event does in every state of a slot. tests/matrix.txt has the expected results.
 *
 * The test reaches the states by playing a trace. It then submits each event once in that state.
 * A line of the matrix has the result: the slot's state before and after, its activity and
 * timers, the note, the notices, and the commands. VFJ_ACCEPT=1 in the environment writes the
 * matrix anew. Read the difference before you commit it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/hn_snapshot.h"
#include "tests/kit/machine.h"
#include "tests/kit/scratch.h"

static const char matrix_path[] = "matrix.txt";

#define GUEST                                    \
    "%rc ifconfig_hn0=\"DHCP\"\n"                \
    "%rc hyperv_vf_delay=\"10\"\n"               \
    "%if hn0 up inet 10.0.0.4/24 dhclient 411\n" \
    "%vf mce0 hn0\n"
#define START  "@0 +cpu0 at x on y\n"
#define ATTACH "@1 !system=ETHERNET subsystem=mce0 type=IFATTACH\n"
#define UP     "@+0.1 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n"
#define DOWN   "@+0 !system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN\n"
#define DETACH "@+0 !system=IFNET subsystem=mce0 type=DETACH\n"
#define LAGGED GUEST ATTACH "%at 11\n" UP

static const struct situation {
    const char *name;
    enum vfj_mode mode;
    enum vfj_policy policy;
    const char *trace; /* NULL: no event has happened */
} situations[] = {
    {"nothing journalled yet", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, NULL},
    {"no slot", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, GUEST START},
    {"the daemon has ended", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, LAGGED "%crash\n"},
    {"the map is being read", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 sysctl -i\n" START},
    {"the map can't be read", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%fail 1 1 sysctl -i\n" START},
    {"detached", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, LAGGED DOWN DETACH},
    {"detached, before it ever joined", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, GUEST ATTACH DETACH},
    {"detached, hn looked at again", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     LAGGED DOWN DETACH "@+0 !system=IFNET subsystem=hn0 type=LINK_UP\n"},
    {"attached: the VF went down", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, LAGGED DOWN},
    {"attached, being looked at", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig -a\n%if mce0 down\n" START},
    {"delayed", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, GUEST ATTACH},
    {"delayed, looked at before the join", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig -a\n" ATTACH "%at 11.5\n"},
    {"delayed, a command of the join under way", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig lagg0 create\n" ATTACH "%at 11.5\n"},
    {"delayed, lagg0 gets the address", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig lagg0 inet 10.0.0.4/24\n" ATTACH "%at 11.5\n"},
    {"delayed, hn being made a port", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig lagg0 laggproto\n" ATTACH "%at 11.5\n"},
    {"delayed, the address being taken off hn", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig hn0 inet\n" ATTACH "%at 11.5\n"},
    {"delayed, the VF being upped", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig mce0 up\n" ATTACH "%at 11.5\n"},
    {"delayed, a command failed twice", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%fail 2 1 ifconfig lagg0 create\n" ATTACH "%at 11.5\n"},
    {"delayed, a foreign lagg0", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%if igb0 up\n%if lagg0 up laggproto lacp laggport igb0\n" ATTACH "%at 11.5\n"},
    {"delayed, the admin's script under way", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%file /usr/libexec/hyperv/hyperv_vfup.hn0\n%slow 9 /usr/libexec\n" ATTACH
           "%at 11\n" UP},
    {"lagged", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL, LAGGED},
    {"lagged, its VF_UP not heard yet", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST ATTACH "%at 11\n"},
    {"lagged, hn's link came up", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     LAGGED "@+1 !system=IFNET subsystem=hn0 type=LINK_UP\n"},
    {"lagged, hn's dhclient being stopped", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     LAGGED "@+1 !system=IFNET subsystem=hn0 type=LINK_UP\n"
            "%if hn0 up inet 10.0.0.4/24 dhclient 500\n%slow 9 kill\n%at 13.3\n"},
    {"attached, held: its VF had the data path and could not be joined", VFJ_MODE_ACT,
     VFJ_POLICY_VFJOURNAL,
     GUEST "%if igb0 up\n%if lagg0 up laggproto lacp laggport igb0\n" ATTACH "%at 11\n" UP},
    {"about to end, a command of the join under way", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig lagg0 create\n" ATTACH "%at 11.5\n%stop\n"},
    {"about to end, looked at before the join", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%slow 9 ifconfig -a\n" ATTACH "%at 11.5\n%stop\n"},
    {"about to end, a command failed twice", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     GUEST "%fail 9 1 ifconfig lagg0 laggproto\n" ATTACH "%at 11.5\n%stop\n"},
    {"about to end, its VF's link awaited", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     LAGGED "@+1 !system=IFNET subsystem=mce0 type=LINK_DOWN\n%at 13\n%stop\n"},
    {"delayed, the plan logged", VFJ_MODE_OBSERVE, VFJ_POLICY_VFJOURNAL, GUEST ATTACH "%at 11.5\n"},
    {"lagged, seen by an observer", VFJ_MODE_OBSERVE, VFJ_POLICY_VFJOURNAL,
     "%if hn0 up\n%if mce0 up\n%if lagg0 up inet 10.0.0.4/24 laggport hn0 laggport mce0\n%vf mce0 hn0\n" START},
    {"transparent", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     "%sysctl hw.hn.vf_transparent=1\n" GUEST ATTACH},
    {"transparent: the switch is awaited", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     "%sysctl hw.hn.vf_transparent=1\n" GUEST ATTACH "%at 3.5\n"},
    {"transparent: a snapshot is being taken", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     "%sysctl hw.hn.vf_transparent=1\n%slow 9 sysctl -i hw.hn.vf_transparent hw.hn.vf_xpnt_attwait\n" GUEST
         ATTACH "%at 2\n"},
    {"transparent: switched", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     "%sysctl hw.hn.vf_transparent=1\n" GUEST ATTACH
     "@4 !system=IFNET subsystem=mce0 type=LINK_UP\n%at 10\n"},
    {"transparent: switched, and detached", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     "%sysctl hw.hn.vf_transparent=1\n" GUEST ATTACH
     "@4 !system=IFNET subsystem=mce0 type=LINK_UP\n%at 10\n" DETACH "%at 13\n"},
    {"renamed, its unit unknown", VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL,
     "%vf mce0 wan\n%sysctl dev.hn.0.vf=\n@0 !system=ETHERNET subsystem=mce0 type=IFATTACH\n%at 3\n"},
    {"no slot", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS, GUEST START},
    {"detached", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS, LAGGED DOWN DETACH},
    {"attached: the VF went down", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS, LAGGED DOWN},
    {"delayed: a sleeper", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS, GUEST ATTACH},
    {"delayed: the sleeper ups the VF", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS,
     GUEST "%slow 9 ifconfig mce0 up\n" ATTACH "%at 11.5\n"},
    {"hyperv_vfattach under way", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS,
     GUEST "%slow 9 sysctl -n hw.hn.vflist\n" ATTACH},
    {"hyperv_vfup under way: lagg0 is created", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS,
     GUEST "%slow 9 ifconfig lagg0 create\n" ATTACH "%at 11\n" UP},
    {"hyperv_vfup under way: dhclient is waited for, another script waits", VFJ_MODE_ACT,
     VFJ_POLICY_SCRIPTS, GUEST "%slow 9 dhclient\n" ATTACH "%at 11\n" UP DOWN UP},
    {"lagged", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS, LAGGED},
    {"about to end, hyperv_vfup under way", VFJ_MODE_ACT, VFJ_POLICY_SCRIPTS,
     GUEST "%slow 9 ifconfig lagg0 create\n" ATTACH "%at 11\n" UP "%stop\n"},
};

/* Each function below fills in one event, whose kind and times the caller has set. */

static void devd(struct vfj_event *event, const struct vfj_state *state, const char *line)
{
    (void)state;
    vfj_devd_parse(vfj_span_of(line), &event->as.devd);
}

static void started(struct vfj_event *event, const struct vfj_state *state, const char *boot_id)
{
    struct vfj_started *body = &event->as.started;
    bool is_same = boot_id[0] == '\0';
    memset(body, 0, sizeof *body);
    vfj_span_copy(body->boot_id, sizeof body->boot_id,
                  vfj_span_of(is_same ? state->head.boot_id : boot_id));
    body->rules = VFJ_RULES;
    body->mode = state->head.boot > 0 ? state->head.mode : VFJ_MODE_ACT;
    body->policy = state->head.boot > 0 ? state->head.policy : VFJ_POLICY_VFJOURNAL;
    if (!is_same)
        event->mono_us = 5000000;
}

static void text(struct vfj_event *event, const struct vfj_state *state, const char *reason)
{
    (void)state;
    event->as.text = vfj_span_of(reason);
}

static void configured(struct vfj_event *event, const struct vfj_state *state, const char *rc)
{
    (void)state;
    event->as.rc = vfj_span_of(rc);
}

/* Returns the id of the command or probe whose outcome or answer the machine waits for. */
static uint64_t pending(const struct vfj_state *state)
{
    if (state->head.map_pending != 0)
        return state->head.map_pending;
    if (state->scripts.run.pending != 0)
        return state->scripts.run.pending;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        if (state->scripts.sleepers[i].pending != 0)
            return state->scripts.sleepers[i].pending;
    }
    const struct vfj_batch *batch = &state->slots[0].batch;
    return state->head.slot_count > 0 && batch->count > 0 ? batch->first + batch->ended : 0;
}

static void see_map(struct vfj_map *map, const char *what)
{
    map->has_list = true;
    map->transparent = strcmp(what, "transparent") == 0;
    if (strcmp(what, "none") == 0)
        return;
    map->pair_count = 1;
    map->pairs[0].vf = vfj_name_of(strcmp(what, "other") == 0 ? "mce1" : "mce0");
    map->pairs[0].hn = vfj_name_of("hn0");
}

static void see_interface(struct vfj_interface *interface, const char *name, bool has_address)
{
    struct vfj_address address;
    interface->name = vfj_name_of(name);
    interface->exists = interface->up = interface->no_dad = true;
    interface->mtu = 1500;
    interface->link = VFJ_LINK_UP;
    vfj_address_parse(vfj_span_of("10.0.0.4/24"), &address);
    if (has_address)
        vfj_interface_add_address(interface, &address);
}

static void see_view(struct vfj_view *view, const char *what)
{
    bool is_joined = strcmp(what, "joined") == 0;
    bool is_harmed = strcmp(what, "harmed") == 0;
    view->hn_name = vfj_name_of("hn0");
    see_interface(&view->hn, "hn0", !is_joined);
    view->transparent = strcmp(what, "transparent") == 0;
    view->hn_dhclient = is_joined ? 0 : 411;
    if (strcmp(what, "none") == 0)
        return;
    view->vf_name = vfj_name_of(strcmp(what, "other") == 0 ? "mce1" : "mce0");
    see_interface(&view->vf, view->vf_name.text, false);
    view->vf.up = is_joined || is_harmed;
    if (!is_joined && !is_harmed)
        return;
    view->rxvf = view->vf_name;
    view->lagg_dhclient = 412;
    view->hn_lagg = view->vf_lagg = vfj_name_of("lagg0");
    see_interface(&view->lagg, "lagg0", true);
    view->lagg.laggproto = VFJ_LAGGPROTO_FAILOVER;
    vfj_interface_add_port(&view->lagg, view->hn_name);
    vfj_interface_add_port(&view->lagg, view->vf_name);
}

static struct vfj_observation *observed(struct vfj_event *event, const struct vfj_state *state,
                                        enum vfj_probe probe, const char *what)
{
    struct vfj_observation *answer = &event->as.observed;
    memset(answer, 0, sizeof *answer);
    answer->command = strcmp(what, "stale") == 0 ? 999999 : pending(state);
    answer->probe = (uint8_t)probe;
    answer->ok = strcmp(what, "not ok") != 0;
    return answer;
}

static void map_observed(struct vfj_event *event, const struct vfj_state *state, const char *what)
{
    struct vfj_observation *answer = observed(event, state, VFJ_PROBE_MAP, what);
    if (answer->ok)
        see_map(&answer->as.map, what);
}

static void view_observed(struct vfj_event *event, const struct vfj_state *state, const char *what)
{
    struct vfj_observation *answer = observed(event, state, VFJ_PROBE_SLOT, what);
    if (answer->ok)
        see_view(&answer->as.view, what);
}

static void snapshot_observed(struct vfj_event *event, const struct vfj_state *state,
                              const char *what)
{
    struct vfj_observation *answer = observed(event, state, VFJ_PROBE_SNAPSHOT, what);
    struct vfj_hn_snapshot *snapshot = &answer->as.snapshot;
    vfj_hn_snapshot_init(snapshot);
    if (!answer->ok)
        return;
    snapshot->transparent = strcmp(what, "ordinary") != 0;
    snapshot->has_vf_name = strcmp(what, "unknown") != 0;
    if (snapshot->has_vf_name && strcmp(what, "none") != 0)
        snapshot->vf_name = vfj_name_of(strcmp(what, "other") == 0 ? "mce1" : "mce0");
    if (snapshot->has_vf_name)
        snapshot->enabled = strcmp(what, "switched") == 0;
    see_interface(&snapshot->hn.interface, "hn0", true);
}

static void value_observed(struct vfj_event *event, const struct vfj_state *state, const char *what)
{
    struct vfj_observation *answer = observed(event, state, VFJ_PROBE_SYSCTL, what);
    if (answer->ok)
        vfj_span_copy(answer->as.value, sizeof answer->as.value, vfj_span_of("mce0"));
}

static void file_observed(struct vfj_event *event, const struct vfj_state *state, const char *what)
{
    observed(event, state, VFJ_PROBE_FILE, what)->as.file.exists = true;
}

static void interface_observed(struct vfj_event *event, const struct vfj_state *state,
                               const char *what)
{
    struct vfj_observation *answer = observed(event, state, VFJ_PROBE_IFCONFIG, what);
    if (answer->ok)
        see_interface(&answer->as.interface, "lagg0", true);
}

static void finished(struct vfj_event *event, const struct vfj_state *state, const char *what)
{
    struct vfj_outcome *outcome = &event->as.finished;
    memset(outcome, 0, sizeof *outcome);
    outcome->command = strcmp(what, "stale") == 0 ? 999999 : pending(state);
    outcome->kind = VFJ_OUTCOME_EXITED;
    if (strcmp(what, "exit 1") == 0)
        outcome->status = 1;
    if (strcmp(what, "timeout") == 0)
        outcome->kind = VFJ_OUTCOME_TIMEOUT;
    if (strcmp(what, "signal") == 0)
        outcome->kind = VFJ_OUTCOME_SIGNALED;
    if (strcmp(what, "absent") == 0)
        outcome->kind = VFJ_OUTCOME_ABSENT;
    if (strcmp(what, "skipped") == 0)
        outcome->kind = VFJ_OUTCOME_SKIPPED;
    if (strcmp(what, "not run") == 0)
        outcome->kind = VFJ_OUTCOME_NOT_RUN;
}

static void timer(struct vfj_event *event, const struct vfj_state *state, const char *when)
{
    (void)state;
    if (strcmp(when, "later") == 0)
        event->mono_us += 1000000000;
}

static void scheduled(struct vfj_event *event, const struct vfj_state *state, const char *unused)
{
    (void)state;
    (void)unused;
    event->as.scheduled = vfj_scheduled_of(VFJ_SCHEDULED_WATCHING);
}

static const struct trial {
    enum vfj_event_kind kind;
    const char *what;
    const char *argument;
    void (*fill)(struct vfj_event *event, const struct vfj_state *state, const char *argument);
} trials[] = {
    {VFJ_EVENT_STARTED, "the same boot", "", started},
    {VFJ_EVENT_STARTED, "another boot", "boot-99", started},
    {VFJ_EVENT_STOPPING, "", "SIGTERM", text},
    {VFJ_EVENT_STOPPED, "", "SIGTERM", text},
    {VFJ_EVENT_CONFIGURED, "", "ifconfig_hn0=DHCP hyperv_vf_delay=60", configured},
    {VFJ_EVENT_CONNECTED, "", "/var/run/devd.seqpacket.pipe", text},
    {VFJ_EVENT_GAP, "", "end of file", text},
    {VFJ_EVENT_DEVD, "other", "+mlx5_core0 at slot=2 on pci1", devd},
    {VFJ_EVENT_DEVD, "malformed", "!system", devd},
    {VFJ_EVENT_DEVD, "vf-attached mce0", "!system=ETHERNET subsystem=mce0 type=IFATTACH", devd},
    {VFJ_EVENT_DEVD, "vf-attached mce1", "!system=ETHERNET subsystem=mce1 type=IFATTACH", devd},
    {VFJ_EVENT_DEVD, "vf-attached lagg0", "!system=ETHERNET subsystem=lagg0 type=IFATTACH", devd},
    {VFJ_EVENT_DEVD, "vf-detached mce0", "!system=IFNET subsystem=mce0 type=DETACH", devd},
    {VFJ_EVENT_DEVD, "vf-detached hn0", "!system=IFNET subsystem=hn0 type=DETACH", devd},
    {VFJ_EVENT_DEVD, "vf-detached lagg0", "!system=IFNET subsystem=lagg0 type=DETACH", devd},
    {VFJ_EVENT_DEVD, "vf-up hn0", "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP", devd},
    {VFJ_EVENT_DEVD, "vf-up hn7", "!system=HYPERV_NIC_VF subsystem=hn7 type=VF_UP", devd},
    {VFJ_EVENT_DEVD, "vf-down hn0", "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN", devd},
    {VFJ_EVENT_DEVD, "renamed mce0", "!system=IFNET subsystem=mce0 type=RENAME name=fast0", devd},
    {VFJ_EVENT_DEVD, "renamed hn0", "!system=IFNET subsystem=hn0 type=RENAME name=wan", devd},
    {VFJ_EVENT_DEVD, "link hn0 up", "!system=IFNET subsystem=hn0 type=LINK_UP", devd},
    {VFJ_EVENT_DEVD, "link hn0 down", "!system=IFNET subsystem=hn0 type=LINK_DOWN", devd},
    {VFJ_EVENT_DEVD, "link mce0 up", "!system=IFNET subsystem=mce0 type=LINK_UP", devd},
    {VFJ_EVENT_DEVD, "address hn0", "!system=IFNET subsystem=hn0 type=ADDR_ADD", devd},
    {VFJ_EVENT_DEVD, "address mce0", "!system=IFNET subsystem=mce0 type=ADDR_DEL", devd},
    {VFJ_EVENT_OBSERVED, "map: mce0 is hn0's", "", map_observed},
    {VFJ_EVENT_OBSERVED, "map: mce1 is hn0's", "other", map_observed},
    {VFJ_EVENT_OBSERVED, "map: empty", "none", map_observed},
    {VFJ_EVENT_OBSERVED, "map: transparent", "transparent", map_observed},
    {VFJ_EVENT_OBSERVED, "map: not read", "not ok", map_observed},
    {VFJ_EVENT_OBSERVED, "slot: hn0 alone has it all", "", view_observed},
    {VFJ_EVENT_OBSERVED, "slot: joined", "joined", view_observed},
    {VFJ_EVENT_OBSERVED, "slot: joined, but hn has an address", "harmed", view_observed},
    {VFJ_EVENT_OBSERVED, "slot: no VF", "none", view_observed},
    {VFJ_EVENT_OBSERVED, "slot: another VF", "other", view_observed},
    {VFJ_EVENT_OBSERVED, "slot: transparent", "transparent", view_observed},
    {VFJ_EVENT_OBSERVED, "slot: not read", "not ok", view_observed},
    {VFJ_EVENT_OBSERVED, "snapshot: not switched", "", snapshot_observed},
    {VFJ_EVENT_OBSERVED, "snapshot: switched", "switched", snapshot_observed},
    {VFJ_EVENT_OBSERVED, "snapshot: little is known", "unknown", snapshot_observed},
    {VFJ_EVENT_OBSERVED, "snapshot: no VF", "none", snapshot_observed},
    {VFJ_EVENT_OBSERVED, "snapshot: another VF", "other", snapshot_observed},
    {VFJ_EVENT_OBSERVED, "snapshot: not transparent", "ordinary", snapshot_observed},
    {VFJ_EVENT_OBSERVED, "snapshot: not read", "not ok", snapshot_observed},
    {VFJ_EVENT_OBSERVED, "value", "", value_observed},
    {VFJ_EVENT_OBSERVED, "value: not known", "not ok", value_observed},
    {VFJ_EVENT_OBSERVED, "file", "", file_observed},
    {VFJ_EVENT_OBSERVED, "interface", "", interface_observed},
    {VFJ_EVENT_OBSERVED, "of another command", "stale", view_observed},
    {VFJ_EVENT_FINISHED, "exit 0", "", finished},
    {VFJ_EVENT_FINISHED, "exit 1", "exit 1", finished},
    {VFJ_EVENT_FINISHED, "signal", "signal", finished},
    {VFJ_EVENT_FINISHED, "timeout", "timeout", finished},
    {VFJ_EVENT_FINISHED, "absent", "absent", finished},
    {VFJ_EVENT_FINISHED, "skipped", "skipped", finished},
    {VFJ_EVENT_FINISHED, "not run", "not run", finished},
    {VFJ_EVENT_FINISHED, "of another command", "stale", finished},
    {VFJ_EVENT_TIMER, "nothing due", "", timer},
    {VFJ_EVENT_TIMER, "all due", "later", timer},
    {VFJ_EVENT_SCHEDULED, "", "", scheduled},
};

/* Functions that print the result of an event as one line of the matrix. */

static void print_slot(FILE *out, const struct vfj_state *state)
{
    if (state->head.slot_count == 0) {
        fputs("none", out);
        return;
    }
    const struct vfj_slot *slot = &state->slots[0];
    fputs(vfj_slot_state_name((enum vfj_slot_state)slot->state), out);
    if (slot->activity != VFJ_ACTIVITY_IDLE)
        fprintf(out, "+%s", vfj_activity_name((enum vfj_activity)slot->activity));
    if (slot->timers.delay_us != VFJ_NEVER_US)
        fputs("+delay", out);
    if (slot->timers.observe_us != VFJ_NEVER_US)
        fputs("+observe", out);
    if (slot->timers.link_us != VFJ_NEVER_US)
        fputs("+link", out);
    if (slot->fault != VFJ_REASON_NONE)
        fprintf(out, "+%s", vfj_reason_name((enum vfj_reason)slot->fault));
}

static void print_command(FILE *out, const struct vfj_command *command)
{
    struct vfj_argv argv;
    char line[1024] = "";
    struct vfj_text words = vfj_text_begin(line, sizeof line);
    if (!vfj_command_reads(command) && vfj_command_argv(command, 0, &argv))
        vfj_argv_print(&argv, &words);
    fprintf(out, "; %s",
            line[0] != '\0' ? line : vfj_command_kind_name((enum vfj_command_kind)command->kind));
    if (command->kind == VFJ_COMMAND_PROBE_SYSCTL || command->kind == VFJ_COMMAND_PROBE_FILE)
        fprintf(out, " %s", command->text);
    else if (vfj_command_reads(command) && command->a.text[0] != '\0')
        fprintf(out, " %s", command->a.text);
}

static void print_answer(FILE *out, const struct vfj_state *before, const struct vfj_state *after,
                         const struct vfj_decision *decision)
{
    print_slot(out, before);
    fputs(" -> ", out);
    print_slot(out, after);
    if (decision->note != VFJ_REASON_NONE)
        fprintf(out, " [%s]", vfj_reason_name((enum vfj_reason)decision->note));
    for (unsigned i = 0; i < decision->transition_count; i++) {
        const struct vfj_transition *made = &decision->transitions[i];
        fprintf(out, "%s %s", made->from == made->to ? " notice" : " by",
                vfj_reason_name((enum vfj_reason)made->reason));
    }
    for (unsigned i = 0; i < decision->command_count; i++)
        print_command(out, &decision->commands[i]);
    fputc('\n', out);
}

static void try_one(FILE *out, const struct vfj_state *state, const struct trial *trial)
{
    static struct vfj_event event;
    static struct vfj_state adopted;
    memset(&event, 0, sizeof event);
    event.kind = (uint8_t)trial->kind;
    event.mono_us = state->head.mono_us;
    if (trial->fill != NULL)
        trial->fill(&event, state, trial->argument);
    const struct vfj_decision *decision = kit_machine_check_step(state, &event, &adopted);
    fprintf(out, "%s%s%s: ", vfj_event_kind_name(trial->kind), trial->what[0] != '\0' ? " " : "",
            trial->what);
    print_answer(out, state, &adopted, decision);
}

static void try_all(FILE *out, const struct situation *situation)
{
    struct kit_machine *machine = kit_machine_open(situation->mode, situation->policy);
    fprintf(out, "\n# %s, %s: %s\n", vfj_policy_name(situation->policy),
            vfj_mode_name(situation->mode), situation->name);
    if (situation->trace != NULL)
        kit_machine_play(machine, situation->trace);
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++)
        try_one(out, &machine->state, &trials[i]);
    kit_machine_close(machine);
}

static void report_difference(const char *expected, const char *got)
{
    unsigned line = 1;
    while (*expected != '\0' && *expected == *got) {
        line += *expected == '\n';
        expected++;
        got++;
    }
    while (line > 1 && expected[-1] != '\n') {
        expected--;
        got--;
    }
    fail_msg("%s:%u: expected: %.*s\n%s:%u: got:      %.*s", matrix_path, line,
             (int)strcspn(expected, "\n"), expected, matrix_path, line, (int)strcspn(got, "\n"),
             got);
}

static void test_matrix(void **unused)
{
    char *made = NULL;
    size_t length = 0, expected_length = 0;
    (void)unused;
    FILE *out = open_memstream(&made, &length);
    assert_non_null(out);
    fputs("# EVENT: STATE -> STATE [note] by REASON notice REASON; COMMAND…\n", out);
    for (size_t i = 0; i < sizeof situations / sizeof situations[0]; i++)
        try_all(out, &situations[i]);
    fclose(out);
    if (getenv("VFJ_ACCEPT") != NULL)
        kit_write(matrix_path, made, length);
    char *expected = kit_read(matrix_path, &expected_length);
    if (expected_length != length || memcmp(expected, made, length) != 0)
        report_difference(expected, made);
    free(expected);
    free(made);
}

/* Checks that the matrix has every kind of event and of devd line. */
static void test_kinds(void **unused)
{
    unsigned events = 0, devds = 0;
    (void)unused;
    for (size_t i = 0; i < sizeof trials / sizeof trials[0]; i++) {
        struct vfj_devd line;
        events |= 1u << trials[i].kind;
        if (trials[i].kind == VFJ_EVENT_DEVD) {
            vfj_devd_parse(vfj_span_of(trials[i].argument), &line);
            devds |= 1u << line.kind;
        }
    }
    assert_int_equal(events, (1u << VFJ_EVENT_COUNT) - 1);
    assert_int_equal(devds, (1u << VFJ_DEVD_COUNT) - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_matrix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
