/* Prints the output of `vfjournal status` as JSON objects, one on each line. */
#include <string.h>

#include "core/data/finding.h"
#include "core/data/reason.h"
#include "store/json.h"
#include "tools/record_json.h"
#include "tools/status/report.h"
#include "tools/terminal.h"
#include "tools/time_format.h"

static void add_time(struct vfj_json *json, const char *key, int64_t wall_us)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    if (wall_us == 0)
        return;
    vfj_time_add_rfc3339(&text, wall_us);
    vfj_json_add_string(json, key, bytes);
}

static void add_name(struct vfj_json *json, const char *key, struct vfj_name name)
{
    if (!vfj_name_is_empty(name))
        vfj_json_add_string(json, key, name.text);
}

static void add_troubles(struct vfj_json *json, const struct vfj_status_report *report)
{
    const char *trouble;
    vfj_json_add_list(json, "troubles");
    for (unsigned i = 0; (trouble = vfj_status_trouble(report, i)) != NULL; i++)
        vfj_json_add_item(json, "troubles", trouble);
}

static bool print_whole(FILE *out, struct vfj_json *json, const struct vfj_status_report *report)
{
    const struct vfj_status_facts *facts = report->facts;
    const struct vfj_head *head = &facts->machine.state.head;
    vfj_json_add_string(json, "journal", report->path);
    vfj_json_add_integer(json, "waiting_events", (int64_t)report->waiting);
    vfj_json_add_integer(json, "first", (int64_t)facts->result.first);
    vfj_json_add_integer(json, "records", (int64_t)facts->result.records);
    vfj_json_add_string(json, "verdict", vfj_verdict_name((enum vfj_verdict)facts->result.verdict));
    add_time(json, "newest", facts->newest_wall_us);
    vfj_json_add_bool(json, "running", report->daemon > 0);
    if (report->daemon > 0)
        vfj_json_add_integer(json, "pid", report->daemon);
    vfj_json_add_string(json, "mode", vfj_mode_name((enum vfj_mode)head->mode));
    vfj_json_add_string(json, "policy", vfj_policy_name((enum vfj_policy)head->policy));
    add_time(json, "started", facts->started_wall_us);
    vfj_json_add_bool(json, "connected", facts->listening && report->daemon > 0);
    vfj_json_add_bool(json, "transparent", head->transparent != 0);
    add_time(json, "gap", facts->gap.wall_us);
    if (facts->gap.wall_us != 0)
        vfj_json_add_string(json, "gap_reason", facts->gap.text);
    add_troubles(json, report);
    vfj_json_add_bool(json, "attention", vfj_status_needs_attention(report));
    return vfj_print_object(out, json);
}

static void add_lagg(struct vfj_json *json, const struct vfj_slot *slot,
                     const struct vfj_lagg_seen *lagg)
{
    if (lagg->wall_us == 0 || !lagg->exists)
        return;
    add_name(json, "lagg", vfj_name_lagg(slot->unit));
    vfj_json_add_list(json, "ports");
    for (unsigned i = 0; i < lagg->port_count; i++)
        vfj_json_add_item(json, "ports", lagg->ports[i].text);
    add_time(json, "ports_seen", lagg->wall_us);
}

static void add_last(struct vfj_json *json, const struct vfj_last_command *last)
{
    static const char *const names[] = {
#define X(symbol, name) [VFJ_OUTCOME_##symbol] = (name),
        VFJ_OUTCOMES(X)
#undef X
    };
    if (last->id == 0)
        return;
    vfj_json_add_integer(json, "command", (int64_t)last->id);
    vfj_json_add_words(json, "argv", vfj_span_of(last->argv));
    add_time(json, "command_began", last->wall_us);
    if (!last->ended)
        return;
    vfj_json_add_string(json, "outcome", names[last->outcome.kind]);
    vfj_json_add_integer(json, "status", last->outcome.status);
    vfj_json_add_duration(json, "duration", last->outcome.duration_us);
    if (last->outcome.output[0] != '\0')
        vfj_json_add_string(json, "output", last->outcome.output);
}

/* Adds the findings about the slot as a JSON array. */
static void add_findings(struct vfj_json *json, const struct vfj_slot *slot)
{
    vfj_json_add_bool(json, "transparent", true);
    vfj_json_add_list(json, "findings");
    for (unsigned kind = 0; kind < VFJ_FOUND_COUNT; kind++) {
        enum vfj_reason reason = vfj_found_reason((enum vfj_finding_kind)kind);
        if ((slot->transparent.findings >> kind & 1) != 0)
            vfj_json_add_item(json, "findings", vfj_reason_name(reason));
    }
}

static bool print_slot(FILE *out, struct vfj_json *json, const struct vfj_status_report *report,
                       unsigned index)
{
    const struct vfj_slot *slot = &report->facts->machine.state.slots[index];
    const struct vfj_slot_facts *facts = &report->facts->slots[index];
    int64_t left_us = 0;
    const char *timer = vfj_status_timer(report, slot, &left_us);
    vfj_json_add_string(json, "slot", slot->hn.text);
    vfj_json_add_string(json, "state", vfj_slot_state_name((enum vfj_slot_state)slot->state));
    add_name(json, "vf", slot->vf);
    vfj_json_add_integer(json, "generation", (int64_t)slot->generation);
    add_time(json, "since", facts->since_wall_us);
    vfj_json_add_bool(json, "traffic_on_vf", vfj_slot_is_on_vf(slot));
    add_lagg(json, slot, &facts->lagg);
    if (timer != NULL) {
        vfj_json_add_string(json, "timer", timer);
        vfj_json_add_duration(json, "left", left_us);
    }
    add_last(json, &facts->last);
    if (vfj_slot_is_transparent(slot))
        add_findings(json, slot);
    if (slot->fault != VFJ_REASON_NONE) {
        vfj_json_add_string(json, "fault", vfj_reason_name((enum vfj_reason)slot->fault));
        vfj_json_add_string(json, "fault_text", vfj_reason_text((enum vfj_reason)slot->fault));
        if (slot->observed.hn.port_count > 0)
            add_name(json, "used_by", slot->observed.hn.ports[0]);
        vfj_json_add_integer(json, "failures", slot->plan.failures);
    }
    return vfj_print_object(out, json);
}

bool vfj_status_print_json(FILE *out, const struct vfj_status_report *report)
{
    const struct vfj_state *state = &report->facts->machine.state;
    struct vfj_json *json = vfj_json_open();
    if (json == NULL)
        return false;
    bool is_printed = print_whole(out, json, report);
    for (unsigned i = 0; i < state->head.slot_count && is_printed; i++) {
        if (vfj_status_shows(report, &state->slots[i]))
            is_printed = print_slot(out, json, report, i);
    }
    vfj_json_close(json);
    return is_printed;
}
