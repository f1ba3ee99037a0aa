/* Describes the state of a slot in plain words. */
#include <inttypes.h>
#include <stdio.h>

#include "core/data/finding.h"
#include "core/data/reason.h"
#include "core/machine/plan.h"
#include "tools/state/describe.h"
#include "tools/state/needs.h"

enum { TEXT_SIZE = 4096 };

struct slot {
    const struct vfj_state *state;
    const struct vfj_slot *facts;
    struct vfj_description *description;
};

static void add(const struct slot *slot, const char *key, const char *text)
{
    vfj_fact_add(slot->description, slot->facts->hn.text, key, text);
}

static void add_number(const struct slot *slot, const char *key, double number)
{
    vfj_fact_add_number(slot->description, slot->facts->hn.text, key, number);
}

static void add_name(const struct slot *slot, const char *key, struct vfj_name name)
{
    add(slot, key, vfj_name_is_empty(name) ? "none" : name.text);
}

static const char *yes(bool is_so)
{
    return is_so ? "yes" : "no";
}

static void add_timer(const struct slot *slot, const char *key, int64_t due_us)
{
    if (due_us != VFJ_NEVER_US)
        add_number(slot, key, (double)(due_us - slot->state->head.mono_us) / 1e6);
}

static void add_list(const struct slot *slot, const char *key, uint64_t needs)
{
    char text[TEXT_SIZE];
    struct vfj_text list = vfj_text_begin(text, sizeof text);
    for (unsigned need = 1; need < VFJ_NEED_COUNT; need++) {
        if ((needs >> need & 1) == 0)
            continue;
        vfj_text_add(&list, list.length > 0 ? "; " : "");
        vfj_text_add(&list, vfj_need_text(need));
    }
    if (list.length > 0)
        add(slot, key, text);
}

static void describe_facts(const struct slot *slot)
{
    static const char *const paths[] = {[VFJ_DATA_PATH_HN] = "hn",
                                        [VFJ_DATA_PATH_VF_OBSERVED] = "the VF, by an observation",
                                        [VFJ_DATA_PATH_VF_REPORTED] = "the VF, by a VF_UP"};
    const struct vfj_slot *facts = slot->facts;
    char text[256];
    enum vfj_activity activity = (enum vfj_activity)facts->activity;
    add(slot, "state", vfj_slot_state_name((enum vfj_slot_state)facts->state));
    (void)snprintf(text, sizeof text, "%s: %s", vfj_activity_name(activity),
                   vfj_activity_text(activity));
    add(slot, "activity", text);
    add_name(slot, "vf", facts->vf);
    add_number(slot, "attachments_seen", (double)facts->generation);
    add_name(slot, "unit", facts->unit);
    add(slot, "vf_mode", vfj_slot_is_transparent(facts) ? "transparent" : "ordinary");
    add(slot, "data_path", paths[facts->data_path]);
    add(slot, "joined", yes(facts->joined));
    add(slot, "lagg_is_ours", yes(facts->lagg_ours));
    add(slot, "restores_configuration", yes(facts->recovering));
    (void)snprintf(text, sizeof text, "%s: %s", vfj_reason_name((enum vfj_reason)facts->fault),
                   vfj_reason_text((enum vfj_reason)facts->fault));
    add(slot, "fault", facts->fault == VFJ_REASON_NONE ? "none" : text);
}

static void describe_desired(const struct slot *slot)
{
    static const char *const targets[]
        = {[VFJ_TARGET_BASE] = "a lagg that was begun has hn's configuration",
           [VFJ_TARGET_JOINED] = "the lagg has hn's configuration, and hn and the VF are its ports",
           [VFJ_TARGET_JOINED_UP]
           = "the lagg has hn's configuration, hn and the VF are its ports, and the VF is up"};
    static const char *const phases[] = {[VFJ_PLAN_NONE] = "none",
                                         [VFJ_PLAN_ACTIVE] = "active",
                                         [VFJ_PLAN_LOGGED] = "written down, not run"};
    const struct vfj_plan *plan = &slot->facts->plan;
    if (vfj_slot_is_transparent(slot->facts))
        return;
    add(slot, "desired", targets[vfj_plan_target(slot->facts)]);
    add(slot, "plan", phases[plan->phase]);
    add_list(slot, "plan_tried", plan->tried);
    add_list(slot, "plan_failed", plan->failed);
    if (plan->batches > 0)
        add_number(slot, "plan_batches", plan->batches);
    if (plan->failures > 0)
        add_number(slot, "failures_in_a_row", plan->failures);
    if (plan->retries > 0)
        add_number(slot, "retries_in_a_row", plan->retries);
}

static void describe_work(const struct slot *slot)
{
    static const char *const observes[] = {[VFJ_OBSERVE_NOT] = "no",
                                           [VFJ_OBSERVE_CHANGE] = "after a change",
                                           [VFJ_OBSERVE_GAP] = "after a gap",
                                           [VFJ_OBSERVE_REDISCOVERED] = "of a VF just found"};
    static const char *const delays[] = {[VFJ_DELAY_NONE] = "none",
                                         [VFJ_DELAY_DUE] = "begins",
                                         [VFJ_DELAY_RUNNING] = "runs",
                                         [VFJ_DELAY_OVER] = "is over"};
    static const char *const monitors[]
        = {[VFJ_LINK_MONITOR_OFF] = "off",
           [VFJ_LINK_MONITOR_WAITING] = "waits for the VF's link",
           [VFJ_LINK_MONITOR_EXPIRED] = "the wait is over",
           [VFJ_LINK_MONITOR_NO_LINK] = "the VF has no link and is to be taken down",
           [VFJ_LINK_MONITOR_HELD] = "the VF is held down until the timer",
           [VFJ_LINK_MONITOR_RETRY] = "the VF was taken down, and is to be joined again"};
    static const char *const scripts[] = {[VFJ_SCRIPT_DUE] = "due, where there is one",
                                          [VFJ_SCRIPT_RAN] = "ran",
                                          [VFJ_SCRIPT_JOINED] = "ran, and the VF is a port",
                                          [VFJ_SCRIPT_RUNS] = "runs"};
    const struct vfj_slot *facts = slot->facts;
    char text[128];
    add(slot, "observation_wanted", observes[facts->request.wanted]);
    if (facts->batch.count > 0) {
        (void)snprintf(text, sizeof text, "%u of %u ended, from command %" PRIu64 " on",
                       facts->batch.ended, facts->batch.count, facts->batch.first);
        add(slot, "commands_under_way", text);
    }
    add(slot, "delay", delays[facts->delay]);
    add(slot, "link_monitor", monitors[facts->link.monitor]);
    add(slot, "own_script", scripts[facts->script.phase]);
    add_timer(slot, "delay_ends_in", facts->timers.delay_us);
    add_timer(slot, "observed_in", facts->timers.observe_us);
    add_timer(slot, "link_wait_ends_in", facts->timers.link_us);
    add_timer(slot, "watched_in", facts->timers.watch_us);
    add_timer(slot, "snapshot_in", facts->transparent.settle_us);
}

static void add_interface(struct vfj_text *text, const struct vfj_interface *interface,
                          uint64_t dhclient)
{
    static const char *const links[]
        = {[VFJ_LINK_UNKNOWN] = "", [VFJ_LINK_UP] = ", has link", [VFJ_LINK_DOWN] = ", no link"};
    if (!interface->exists) {
        vfj_text_add(text, "absent");
        return;
    }
    vfj_text_format(text, "%s, %s%s", interface->name.text, interface->up ? "up" : "down",
                    links[interface->link]);
    if (interface->mtu > 0)
        vfj_text_format(text, ", MTU %u", (unsigned)interface->mtu);
    for (unsigned i = 0; i < interface->address_count; i++)
        vfj_text_format(text, ", %s", interface->addresses[i].text);
    for (unsigned i = 0; i < interface->port_count; i++)
        vfj_text_format(text, ", %s %s", interface->laggproto != 0 ? "port" : "used by",
                        interface->ports[i].text);
    if (dhclient != 0)
        vfj_text_format(text, ", dhclient %" PRIu64, dhclient);
}

/* Describes what an observation shows. `keys` are the names of the facts: there are some for the
 * last observation, and others for the observation before the plan. */
static void describe_view(const struct slot *slot, const struct vfj_view *view,
                          const char *const keys[5])
{
    char bytes[TEXT_SIZE];
    const struct vfj_interface *interfaces[] = {&view->hn, &view->vf, &view->lagg};
    const uint64_t clients[] = {view->hn_dhclient, view->vf_dhclient, view->lagg_dhclient};
    if (vfj_name_is_empty(view->hn_name))
        return;
    for (unsigned i = 0; i < 3; i++) {
        struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
        add_interface(&text, interfaces[i], clients[i]);
        add(slot, keys[i], bytes);
    }
    if (view->gateway.text[0] != '\0')
        add(slot, keys[3], view->gateway.text);
    if (view->gateway6.text[0] != '\0')
        add(slot, keys[4], view->gateway6.text);
}

static void describe_findings(const struct slot *slot)
{
    char bytes[TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    for (unsigned kind = 0; kind < VFJ_FOUND_COUNT; kind++) {
        if ((slot->facts->transparent.findings >> kind & 1) == 0)
            continue;
        vfj_text_add(&text, text.length > 0 ? ", " : "");
        vfj_text_add(&text, vfj_reason_name(vfj_found_reason((enum vfj_finding_kind)kind)));
    }
    if (vfj_slot_is_transparent(slot->facts))
        add(slot, "findings", text.length > 0 ? bytes : "none");
}

void vfj_state_describe_slot(const struct vfj_state *state, unsigned index,
                             struct vfj_description *description)
{
    static const char *const observed[] = {"observed_hn", "observed_vf", "observed_lagg",
                                           "observed_gateway", "observed_gateway_ipv6"};
    static const char *const before[] = {"hn_before_plan", "vf_before_plan", "lagg_before_plan",
                                         "gateway_before_plan", "gateway_ipv6_before_plan"};
    struct slot slot = {.state = state, .facts = &state->slots[index], .description = description};
    describe_facts(&slot);
    describe_desired(&slot);
    describe_work(&slot);
    describe_view(&slot, &slot.facts->observed, observed);
    describe_view(&slot, &slot.facts->before, before);
    describe_findings(&slot);
}
