/* The paragraphs of `vfjournal explain` for which only the explained record is read. */
#include "tools/explain/explain.h"

#include <ctype.h>
#include <stdio.h>

#include "core/data/command.h"
#include "core/data/finding.h"
#include "tools/output.h"
#include "tools/scheduled_text.h"
#include "tools/terminal.h"

enum { SHOWN_MAX = 3 };

static void add_untrusted(struct vfj_text *text, const char *value)
{
    vfj_terminal_add(text, vfj_span_of(value));
}

/* Adds the text of the record's reason. For a reason that only later versions know, adds its
 * name. */
static void add_reason(struct vfj_text *text, const struct vfj_record *record)
{
    char name[VFJ_RECORD_NAME + 1];
    unsigned reason = vfj_kept_reason(record);
    if (reason < VFJ_REASON_COUNT) {
        vfj_text_add(text, vfj_reason_text((enum vfj_reason)reason));
        return;
    }
    (void)vfj_kept_value(record, "reason", name, sizeof name);
    add_untrusted(text, name);
}

static void add_state_text(struct vfj_text *text, const char *name)
{
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
        if (strcmp(name, vfj_slot_state_name((enum vfj_slot_state)i)) != 0)
            continue;
        vfj_text_add_char(text, ' ');
        vfj_text_add(text, vfj_slot_state_text((enum vfj_slot_state)i));
    }
}

static void add_slot(struct vfj_text *text, const struct vfj_record *record)
{
    char slot[64];
    (void)vfj_kept_value(record, "slot", slot, sizeof slot);
    add_untrusted(text, slot[0] != '\0' ? slot : "the guest");
}

static void add_transition(struct vfj_text *text, const struct vfj_record *record)
{
    char to[32], vf[64];
    (void)vfj_kept_value(record, "to", to, sizeof to);
    if (vfj_record_moves(record)) {
        add_slot(text, record);
        vfj_text_add(text, " became ");
        add_untrusted(text, to);
        vfj_text_add(text, ".");
        add_state_text(text, to);
    } else {
        vfj_text_add(text, "The daemon reported about ");
        add_slot(text, record);
        vfj_text_add(text, ": ");
        add_reason(text, record);
        vfj_text_add(text, ". The state did not change.");
    }
    if (vfj_kept_value(record, "vf", vf, sizeof vf) && vf[0] != '\0') {
        vfj_text_add(text, " The VF is ");
        add_untrusted(text, vf);
        vfj_text_add(text, ".");
    }
}

static void add_command(struct vfj_text *text, const struct vfj_record *record)
{
    char argv[4 * VFJ_ARGS_SIZE];
    unsigned kind = vfj_kept_command_kind(record);
    bool is_probe = vfj_kept_is_probe(kind);
    vfj_text_add(text,
                 is_probe ? "The daemon asked the guest about "
                          : "The daemon decided on a "
                            "command for ");
    add_slot(text, record);
    if (vfj_kept_value(record, "argv", argv, sizeof argv)) {
        vfj_text_add(text, ": ");
        add_untrusted(text, argv);
    }
    vfj_text_add(text, ".");
    if (kind >= VFJ_COMMAND_COUNT)
        return;
    vfj_text_add_char(text, ' ');
    vfj_text_add(text, vfj_words_of_command((enum vfj_command_kind)kind).text);
}

static void add_outcome(struct vfj_text *text, const struct vfj_outcome *outcome)
{
    bool ok = vfj_outcome_ok(outcome);
    switch ((enum vfj_outcome_kind)outcome->kind) {
    case VFJ_OUTCOME_EXITED:
        vfj_text_format(text, ok ? " It succeeded" : " It failed with exit status %d",
                        (int)outcome->status);
        break;
    case VFJ_OUTCOME_SIGNALED:
        vfj_text_format(text, " Signal %d ended it", (int)outcome->status);
        break;
    case VFJ_OUTCOME_TIMEOUT:
        vfj_text_add(text, " It did not end within its time limit, and was ended");
        break;
    case VFJ_OUTCOME_ABSENT:
        vfj_text_format(text, " Its program could not be started (errno %d)", (int)outcome->status);
        break;
    case VFJ_OUTCOME_SKIPPED:
        vfj_text_add(text, " It was written down and not run: the daemon observes");
        break;
    case VFJ_OUTCOME_NOT_RUN:
        vfj_text_add(text, " It was not run, since a command before it in its batch failed");
        break;
    case VFJ_OUTCOME_COUNT:
        break;
    }
    if (vfj_outcome_ran(outcome)) {
        vfj_text_add(text, " after ");
        vfj_time_add_duration(text, outcome->duration_us);
    }
    vfj_text_add(text, ".");
    if (outcome->output[0] != '\0') {
        vfj_text_add(text, " Its output begins: ");
        vfj_terminal_add(text, (struct vfj_span){outcome->output, strcspn(outcome->output, "\n")});
    }
}

static void add_devd(struct vfj_text *text, const struct vfj_devd *devd)
{
    vfj_text_add(text, vfj_words_of_devd((enum vfj_devd_kind)devd->kind).text);
    if (!vfj_name_is_empty(devd->name)) {
        vfj_text_add(text, " The interface is ");
        vfj_text_add(text, devd->name.text);
        vfj_text_add(text, ".");
    }
    if (devd->kind == VFJ_DEVD_LINK)
        vfj_text_add(text, devd->link_up ? " Its link is up." : " Its link is down.");
    if (devd->kind == VFJ_DEVD_RENAMED) {
        vfj_text_add(text, " Its new name is ");
        vfj_text_add(text, devd->new_name.text);
        vfj_text_add(text, ".");
    }
}

static void add_started(struct vfj_text *text, const struct vfj_started *started)
{
    vfj_text_format(text, " It runs in %s mode with policy %s.",
                    vfj_mode_name((enum vfj_mode)started->mode),
                    vfj_policy_name((enum vfj_policy)started->policy));
}

static void add_scheduled(struct vfj_text *text, const struct vfj_scheduled *row)
{
    vfj_text_add(text, " It told: ");
    vfj_scheduled_describe(text, row);
    vfj_text_add(text, ".");
}

static void add_event(struct vfj_text *text, const struct vfj_kept *kept)
{
    enum vfj_event_kind kind = (enum vfj_event_kind)kept->record.kind;
    if (kind == VFJ_EVENT_DEVD && kept->is_read)
        add_devd(text, &kept->event.as.devd);
    else
        vfj_text_add(text, vfj_words_of_event(kind).text);
    if (!kept->is_read)
        return;
    if (kind == VFJ_EVENT_SCHEDULED)
        add_scheduled(text, &kept->event.as.scheduled);
    else if (kind == VFJ_EVENT_STARTED)
        add_started(text, &kept->event.as.started);
    else if (kind == VFJ_EVENT_FINISHED)
        add_outcome(text, &kept->event.as.finished);
    if (kind == VFJ_EVENT_GAP || kind == VFJ_EVENT_STOPPING || kind == VFJ_EVENT_STOPPED) {
        vfj_text_add(text, " The reason: ");
        vfj_terminal_add(text, kept->event.as.text);
        vfj_text_add(text, ".");
    }
}

void vfj_sentences_what(const struct vfj_kept *kept, struct vfj_text *text)
{
    const struct vfj_record *record = &kept->record;
    if (record->kind == VFJ_RECORD_TRANSITION)
        add_transition(text, record);
    else if (record->kind == VFJ_RECORD_COMMAND)
        add_command(text, record);
    else if (record->kind == VFJ_RECORD_CHECKPOINT)
        vfj_text_add(text,
                     "The record has a copy of the machine's state. A prune can remove the "
                     "records before it.");
    else if (record->kind == VFJ_RECORD_JOURNAL)
        vfj_text_format(text, "The record is about the journal itself: %s.",
                        vfj_output_text(record, VFJ_LAYOUT_TEXT, false));
    else
        add_event(text, kept);
}

static void add_interface(struct vfj_text *text, const struct vfj_interface *interface,
                          const char *name)
{
    vfj_text_add(text, name);
    if (!interface->exists) {
        vfj_text_add(text, " does not exist");
        return;
    }
    vfj_text_add(text, interface->up ? " is up" : " is down");
    if (interface->up && interface->link == VFJ_LINK_DOWN)
        vfj_text_add(text, " without link");
    for (unsigned i = 0; i < interface->address_count && i < SHOWN_MAX; i++) {
        vfj_text_add(text, i == 0 ? " with " : ", ");
        vfj_text_add(text, interface->addresses[i].text);
    }
    if (interface->address_count > SHOWN_MAX)
        vfj_text_format(text, " and %u more", interface->address_count - (unsigned)SHOWN_MAX);
}

static void add_ports(struct vfj_text *text, const struct vfj_interface *lagg)
{
    for (unsigned i = 0; i < lagg->port_count && i < SHOWN_MAX; i++) {
        vfj_text_add(text, i == 0 ? ", its ports are " : " and ");
        vfj_text_add(text, lagg->ports[i].text);
    }
}

static void add_view(struct vfj_text *text, const struct vfj_view *view)
{
    const char *vf = vfj_view_vf(view).text;
    add_interface(text, &view->hn, view->hn_name.text);
    if (vf[0] != '\0') {
        vfj_text_add(text, "; its VF ");
        add_interface(text, &view->vf, vf);
    } else {
        vfj_text_add(text, "; it has no VF");
    }
    vfj_text_add(text, "; ");
    add_interface(text, &view->lagg,
                  vfj_name_is_empty(view->lagg.name) ? "its lagg" : view->lagg.name.text);
    add_ports(text, &view->lagg);
    vfj_text_add(text,
                 vfj_name_is_empty(view->rxvf) ? "; hn has the data path"
                                               : "; the VF has the data path");
    if (view->gateway.text[0] != '\0') {
        vfj_text_add(text, "; the default route leads to ");
        vfj_text_add(text, view->gateway.text);
        vfj_text_add(text, view->gateway_on_lagg ? " through the lagg" : " through hn");
    }
    vfj_text_add(text, ".");
}

static void add_packets(struct vfj_text *text, const char *of, int64_t count)
{
    if (count != VFJ_COUNT_UNKNOWN)
        vfj_text_format(text, "; %s sent %lld packets", of, (long long)count);
}

static void add_snapshot(struct vfj_text *text, const struct vfj_hn_snapshot *snapshot)
{
    const char *vf = snapshot->vf_name.text;
    add_interface(text, &snapshot->hn.interface, snapshot->hn.interface.name.text);
    if (vf[0] != '\0') {
        vfj_text_add(text, "; its VF ");
        add_interface(text, &snapshot->vf.interface, vf);
    } else {
        vfj_text_add(text, snapshot->has_vf_name ? "; it has no VF" : "; its VF is unknown");
    }
    if (snapshot->enabled != VFJ_COUNT_UNKNOWN)
        vfj_text_add(
            text, snapshot->enabled == 1 ? "; the VF has the data path" : "; hn has the data path");
    if (snapshot->hn.interface.mtu > 0)
        vfj_text_format(text, "; the MTU of hn is %d", (int)snapshot->hn.interface.mtu);
    add_packets(text, "hn", snapshot->hn.counters.out);
    add_packets(text, "hn's own queues", snapshot->synthetic_out);
    add_packets(text, "the VF", snapshot->vf.counters.out);
    vfj_text_add(text, ".");
}

static void add_map(struct vfj_text *text, const struct vfj_map *map)
{
    if (map->pair_count == 0)
        vfj_text_add(text, "no VF is mapped to an hn");
    for (unsigned i = 0; i < map->pair_count && i < SHOWN_MAX; i++)
        vfj_text_format(text, "%s%s belongs to %s", i == 0 ? "" : ", ", map->pairs[i].vf.text,
                        map->pairs[i].hn.text);
    if (map->pair_count > SHOWN_MAX)
        vfj_text_format(text, " and %u more", map->pair_count - (unsigned)SHOWN_MAX);
    vfj_text_add(text, map->transparent > 0 ? ". hn is in transparent mode." : ".");
}

static void add_observed(struct vfj_text *text, const struct vfj_kept *kept)
{
    const struct vfj_observation *observed = &kept->event.as.observed;
    if (kept->is_read && observed->ok && observed->probe == VFJ_PROBE_SLOT)
        add_view(text, &observed->as.view);
    else if (kept->is_read && observed->ok && observed->probe == VFJ_PROBE_MAP)
        add_map(text, &observed->as.map);
    else if (kept->is_read && observed->ok && observed->probe == VFJ_PROBE_SNAPSHOT)
        add_snapshot(text, &observed->as.snapshot);
    else
        vfj_text_add(text,
                     kept->is_read && !observed->ok ? "The guest could not be read."
                                                    : "A value of the guest.");
}

void vfj_sentences_observed(const struct vfj_kept *kept, struct vfj_text *text)
{
    if (!kept->is_read || kept->record.kind != VFJ_EVENT_OBSERVED)
        return;
    vfj_text_format(text, "Record %llu shows: ", (unsigned long long)kept->record.seq);
    add_observed(text, kept);
}

void vfj_sentences_move(const struct vfj_record *record, struct vfj_text *text)
{
    char from[32], to[32], reason[VFJ_RECORD_NAME + 1];
    (void)vfj_kept_value(record, "from", from, sizeof from);
    (void)vfj_kept_value(record, "to", to, sizeof to);
    (void)vfj_kept_value(record, "reason", reason, sizeof reason);
    add_untrusted(text, from);
    vfj_text_add(text, " -> ");
    add_untrusted(text, to);
    vfj_text_add(text, " for ");
    add_untrusted(text, reason);
    vfj_text_add(text, ": ");
    add_reason(text, record);
    vfj_text_add(text, ".");
}

void vfj_sentences_rule(const struct vfj_kept *kept, enum vfj_policy policy, bool knows_policy,
                        struct vfj_text *text)
{
    const struct vfj_record *record = &kept->record;
    unsigned kind = vfj_kept_command_kind(record);
    if (vfj_record_moves(record)) {
        vfj_text_add(text, "The rule is the move ");
        vfj_sentences_move(record, text);
    } else if (record->kind == VFJ_RECORD_COMMAND && vfj_kept_is_probe(kind)) {
        vfj_text_add(text, "The rule: lines are hints, and the guest's answers are facts.");
    } else if (record->kind == VFJ_RECORD_COMMAND && knows_policy) {
        vfj_text_add(text,
                     policy == VFJ_POLICY_SCRIPTS
                         ? "The rule: policy scripts repeats FreeBSD's scripts step for step."
                         : "The rule: the plan compares what is observed with what is "
                           "desired, and this command removes a difference.");
    } else if (vfj_record_is_event(record) && record->note.length > 0) {
        vfj_text_add(text, "The machine noted: ");
        if (vfj_kept_reason(record) < VFJ_REASON_COUNT)
            add_reason(text, record);
        else
            vfj_terminal_add(text, record->note);
        vfj_text_add(text, ".");
    }
}

static bool has_failed(const struct vfj_kept *kept)
{
    return kept != NULL && kept->is_read && kept->record.kind == VFJ_EVENT_FINISHED
        && !vfj_outcome_ok(&kept->event.as.finished)
        && kept->event.as.finished.kind != VFJ_OUTCOME_NOT_RUN;
}

static enum vfj_reason fault_of(const struct vfj_kept *kept)
{
    unsigned reason = vfj_kept_reason(&kept->record);
    if (has_failed(kept))
        return kept->event.as.finished.kind == VFJ_OUTCOME_TIMEOUT ? VFJ_REASON_COMMAND_TIMEOUT
                                                                   : VFJ_REASON_COMMAND_FAILED;
    return reason < VFJ_REASON_COUNT ? (enum vfj_reason)reason : VFJ_REASON_NONE;
}

void vfj_sentences_remedy(const struct vfj_kept *kept, const struct vfj_kept *command,
                          struct vfj_text *text)
{
    struct vfj_command ran;
    if (kept->is_read && kept->record.kind == VFJ_EVENT_FINISHED
        && kept->event.as.finished.kind == VFJ_OUTCOME_NOT_RUN)
        vfj_text_add(text, "Explain the command of the same batch that failed before it.");
    const char *remedy = vfj_words_of_fault(fault_of(kept)).text;
    const char *advice = vfj_reason_advice(fault_of(kept));
    if (advice != NULL)
        vfj_text_format(text, "%c%s.", toupper((unsigned char)advice[0]), advice + 1);
    if (remedy == NULL)
        return;
    if (has_failed(kept) && command != NULL
        && vfj_command_decode(command->record.body, &ran) == VFJ_OK
        && vfj_command_succeeded(&ran, &kept->event.as.finished)) {
        vfj_text_add(text, "Nothing: the failure costs nothing, or its effect was there already.");
        return;
    }
    vfj_text_add(text, remedy);
}

static const char *page_of(const struct vfj_kept *kept)
{
    const struct vfj_record *record = &kept->record;
    unsigned kind = vfj_kept_command_kind(record);
    const char *page = vfj_words_of_fault(fault_of(kept)).page;
    if (page != NULL)
        return page;
    if (record->kind == VFJ_RECORD_COMMAND && kind < VFJ_COMMAND_COUNT)
        return vfj_words_of_command((enum vfj_command_kind)kind).page;
    if (record->kind == VFJ_EVENT_DEVD && kept->is_read)
        return vfj_words_of_devd((enum vfj_devd_kind)kept->event.as.devd.kind).page;
    if (vfj_record_is_event(record))
        return vfj_words_of_event((enum vfj_event_kind)record->kind).page;
    if (record->kind == VFJ_RECORD_TRANSITION)
        return "vfjournal-hyperv(7), States; vfjournal graph";
    return record->kind == VFJ_RECORD_CHECKPOINT
        ? "vfjournal-journal(5), State checkpoints and pruning"
        : "vfjournal-journal(5), Kinds and bodies";
}

void vfj_sentences_pages(const struct vfj_kept *kept, struct vfj_text *text)
{
    vfj_text_add(text, page_of(kept));
    vfj_text_add(text, ".");
}

void vfj_sentences_line(const struct vfj_kept *kept, struct vfj_text *text)
{
    const struct vfj_record *record = &kept->record;
    bool is_command = record->kind == VFJ_RECORD_COMMAND;
    unsigned kind = vfj_kept_command_kind(record);
    vfj_text_format(text, "%-11s ", vfj_output_word(record));
    if (is_command && vfj_kept_is_probe(kind))
        vfj_text_add(text, vfj_words_of_command((enum vfj_command_kind)kind).text);
    else if (record->kind == VFJ_EVENT_OBSERVED)
        add_observed(text, kept);
    else
        vfj_text_add(text, vfj_output_text(record, VFJ_LAYOUT_TEXT, is_command));
}
