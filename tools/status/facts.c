/* Collects the present state from a journal: replays it, and reads single rows. */
#include "tools/status/facts.h"

#include <string.h>

#include "store/secret.h"

/* Returns the facts about the slot whose hn or VF has this name, or NULL. With the policy
 * "scripts", a command has the interface with which the script was called, and this can be the
 * VF. */
static struct vfj_slot_facts *facts_of(struct vfj_status_facts *facts, struct vfj_name name)
{
    const struct vfj_state *state = &facts->machine.state;
    for (unsigned i = 0; i < state->head.slot_count && !vfj_name_is_empty(name); i++) {
        if (vfj_name_equal(state->slots[i].hn, name) || vfj_name_equal(state->slots[i].vf, name))
            return &facts->slots[i];
    }
    return NULL;
}

static void note_begun(struct vfj_slot_facts *slot, const struct vfj_command *command,
                       int64_t wall_us)
{
    struct vfj_argv argv;
    if (!vfj_command_argv(command, 0, &argv))
        return;
    memset(&slot->last, 0, sizeof slot->last);
    slot->last.id = command->id;
    slot->last.wall_us = wall_us;
    struct vfj_text text = vfj_text_begin(slot->last.argv, sizeof slot->last.argv);
    vfj_secret_hide_words(&argv);
    vfj_argv_print(&argv, &text);
}

static void note_commands(struct vfj_status_facts *facts, const struct vfj_decision *decision,
                          int64_t wall_us)
{
    uint64_t first = decision->command_count > 0 ? decision->commands[0].id : 0;
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        struct vfj_slot_facts *slot = facts_of(facts, command->hn);
        if (slot == NULL || vfj_command_reads(command))
            continue;
        struct vfj_slot_commands *commands = &slot->commands;
        if (commands->count == VFJ_BATCH_MAX
            || (commands->count > 0 && commands->list[0].id < first))
            commands->count = 0;
        if (commands->count == 0)
            note_begun(slot, command, wall_us);
        commands->list[commands->count++] = *command;
    }
}

static void note_decision(struct vfj_status_facts *facts, const struct vfj_decision *decision,
                          int64_t wall_us)
{
    for (unsigned i = 0; i < decision->transition_count; i++) {
        const struct vfj_transition *transition = &decision->transitions[i];
        struct vfj_slot_facts *slot = facts_of(facts, transition->hn);
        if (slot != NULL && transition->from != transition->to)
            slot->since_wall_us = wall_us;
    }
    note_commands(facts, decision, wall_us);
}

/* Handles the outcome of a command. The next command of its batch then begins, unless this command
 * failed and the following ones depend on it. */
static void note_ended(struct vfj_slot_facts *slot, unsigned index,
                       const struct vfj_outcome *outcome, int64_t wall_us)
{
    const struct vfj_command *command = &slot->commands.list[index];
    if (outcome->kind == VFJ_OUTCOME_NOT_RUN)
        return;
    if (slot->last.id != command->id)
        note_begun(slot, command, wall_us);
    slot->last.ended = true;
    slot->last.wall_us = wall_us;
    slot->last.outcome = *outcome;
    struct vfj_text output
        = vfj_text_begin(slot->last.outcome.output, sizeof slot->last.outcome.output);
    vfj_secret_add(&output, vfj_span_of(outcome->output));
    if (index + 1 < slot->commands.count && !vfj_command_stops_batch(command, outcome))
        note_begun(slot, command + 1, wall_us);
}

static void note_outcome(struct vfj_status_facts *facts, const struct vfj_outcome *outcome,
                         int64_t wall_us)
{
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++) {
        struct vfj_slot_facts *slot = &facts->slots[i];
        for (unsigned k = 0; k < slot->commands.count; k++) {
            if (slot->commands.list[k].id == outcome->command)
                note_ended(slot, k, outcome, wall_us);
        }
    }
}

static void note_lagg(struct vfj_status_facts *facts, const struct vfj_interface *lagg,
                      int64_t wall_us)
{
    const struct vfj_state *state = &facts->machine.state;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        struct vfj_lagg_seen *seen = &facts->slots[i].lagg;
        if (vfj_name_is_empty(lagg->name)
            || !vfj_name_equal(vfj_name_lagg(state->slots[i].unit), lagg->name))
            continue;
        seen->wall_us = wall_us;
        seen->exists = lagg->exists;
        seen->port_count = lagg->exists ? lagg->port_count : 0;
        memcpy(seen->ports, lagg->ports, sizeof seen->ports);
    }
}

/* Handles that an interface departed: lagg(4) has removed it from its lagg. */
static void note_departure(struct vfj_status_facts *facts, struct vfj_name gone)
{
    const struct vfj_state *state = &facts->machine.state;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        struct vfj_lagg_seen *seen = &facts->slots[i].lagg;
        unsigned kept = 0;
        if (vfj_name_equal(vfj_name_lagg(state->slots[i].unit), gone))
            seen->exists = false;
        for (unsigned k = 0; k < seen->port_count; k++) {
            if (!vfj_name_equal(seen->ports[k], gone))
                seen->ports[kept++] = seen->ports[k];
        }
        seen->port_count = kept;
    }
}

static void note_observed(struct vfj_status_facts *facts, const struct vfj_observation *observed,
                          int64_t wall_us)
{
    if (observed->probe == VFJ_PROBE_SLOT && observed->ok)
        note_lagg(facts, &observed->as.view.lagg, wall_us);
    else if (observed->probe == VFJ_PROBE_IFCONFIG)
        note_lagg(facts, &observed->as.interface, wall_us);
}

static void note_instant(struct vfj_instant *instant, struct vfj_span span, int64_t wall_us)
{
    instant->wall_us = wall_us;
    vfj_span_copy(instant->text, sizeof instant->text, span);
}

static void note_event(struct vfj_status_facts *facts, const struct vfj_event *event,
                       int64_t wall_us)
{
    switch ((enum vfj_event_kind)event->kind) {
    case VFJ_EVENT_STARTED:
        facts->started_wall_us = wall_us;
        facts->listening = false;
        break;
    case VFJ_EVENT_STOPPED:
        facts->listening = false;
        break;
    case VFJ_EVENT_CONNECTED:
        facts->listening = true;
        note_instant(&facts->connected, event->as.text, wall_us);
        break;
    case VFJ_EVENT_GAP:
        facts->listening = facts->listening && vfj_span_starts(event->as.text, "journal");
        note_instant(&facts->gap, event->as.text, wall_us);
        break;
    case VFJ_EVENT_OBSERVED:
        note_observed(facts, &event->as.observed, wall_us);
        break;
    case VFJ_EVENT_FINISHED:
        note_outcome(facts, &event->as.finished, wall_us);
        break;
    case VFJ_EVENT_DEVD:
        if (event->as.devd.kind == VFJ_DEVD_VF_DETACHED && !vfj_name_is_empty(event->as.devd.name))
            note_departure(facts, event->as.devd.name);
        break;
    case VFJ_EVENT_STOPPING:
    case VFJ_EVENT_CONFIGURED:
    case VFJ_EVENT_TIMER:
    case VFJ_EVENT_SCHEDULED:
    case VFJ_EVENT_COUNT:
        break;
    }
}

static void watch(void *arg, const struct vfj_record *record, const struct vfj_machine *machine)
{
    static struct vfj_event event; /* too large for a small stack */
    struct vfj_status_facts *facts = arg;
    facts->newest_wall_us = record->wall_us;
    facts->newest_mono_us = record->mono_us;
    /* The first checkpoint of a pruned journal does not contain whether the daemon was connected to
     * devd. If the daemon was running, it is assumed to have been connected. */
    if (record->kind == VFJ_RECORD_CHECKPOINT && facts->result.events == 0)
        facts->listening = machine->state.head.running;
    if (!vfj_record_is_event(record)
        || vfj_event_decode((enum vfj_event_kind)record->kind, record->body, &event) != VFJ_OK)
        return;
    note_decision(facts, &machine->decision, record->wall_us);
    note_event(facts, &event, record->wall_us);
}

void vfj_status_facts_gather(struct vfj_journal *journal, struct vfj_status_facts *facts)
{
    struct vfj_replay_checks checks = {.watch = watch, .arg = facts};
    memset(facts, 0, sizeof *facts);
    vfj_machine_init(&facts->machine);
    vfj_replay_run(journal, &facts->machine, &checks, &facts->result);
}

void vfj_status_add_user(struct vfj_text *text, const struct vfj_slot *slot)
{
    bool is_used = slot->fault == VFJ_REASON_HN_HAS_VLAN || slot->fault == VFJ_REASON_HN_IN_BRIDGE;
    const struct vfj_interface *hn = &slot->observed.hn;
    for (unsigned i = 0; is_used && i < hn->port_count; i++) {
        vfj_text_add(text, i == 0 ? " (" : ", ");
        vfj_text_add(text, hn->ports[i].text);
        vfj_text_add(text, i + 1u == hn->port_count ? ")" : "");
    }
}
