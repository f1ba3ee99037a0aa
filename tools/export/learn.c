/* The first reading of a journal for an export as a trace: collects times and facts. */
#include <stdlib.h>
#include <string.h>

#include "core/text/kv.h"
#include "tools/export/state.h"

enum { ATTACHMENTS_FIRST = 64 };

bool vfj_export_fail(struct vfj_export *export, const char *wrong)
{
    if (export->wrong == NULL)
        export->wrong = wrong;
    return false;
}

void vfj_export_fail_system(struct vfj_export *export, enum vfj_status status)
{
    vfj_export_fail(export, vfj_status_text(status));
    export->status = status;
}

bool vfj_export_event(struct vfj_export *export, const struct vfj_record *record)
{
    if (export->wrong != NULL || !vfj_record_is_event(record))
        return false;
    export->seq = record->seq;
    memset(&export->event, 0, sizeof export->event);
    if (vfj_event_decode((enum vfj_event_kind)record->kind, record->body, &export->event) != VFJ_OK)
        return vfj_export_fail(export, "an event that can't be read");
    export->event.kind = record->kind;
    return true;
}

bool vfj_export_command(struct vfj_export *export, const struct vfj_record *record,
                        struct vfj_command *command)
{
    if (export->wrong != NULL || record->kind != VFJ_RECORD_COMMAND)
        return false;
    export->seq = record->seq;
    if (vfj_command_decode(record->body, command) != VFJ_OK || command->id > record->seq)
        return vfj_export_fail(export, "a command that is unknown here");
    return true;
}

static void learn_interface(struct vfj_export *export, struct vfj_name name)
{
    struct vfj_trace_line line = {.kind = VFJ_TRACE_IF};
    line.if_facts.interface.name = name;
    vfj_guest_learn(&export->mirror.guest, &line);
}

static void attach(struct vfj_export *export, struct vfj_name vf)
{
    if (export->attachment_count == export->attachment_size) {
        size_t size = 2 * export->attachment_size + ATTACHMENTS_FIRST;
        struct vfj_attachment *more = realloc(export->attachments, size * sizeof *more);
        if (more == NULL) {
            vfj_export_fail_system(export, VFJ_SYSTEM);
            return;
        }
        export->attachments = more;
        export->attachment_size = size;
    }
    export->attachments[export->attachment_count++]
        = (struct vfj_attachment){.event = export->timeline.events.count, .vf = vf};
}

/* Records that an observation shows the VF with this hn. The VF has belonged to this hn since it
 * attached. */
static void see_pair(struct vfj_export *export, struct vfj_name vf, struct vfj_name hn)
{
    for (size_t i = export->attachment_count; i-- > 0;) {
        struct vfj_attachment *attachment = &export->attachments[i];
        if (!vfj_name_equal(attachment->vf, vf))
            continue;
        if (vfj_name_is_empty(attachment->hn))
            attachment->hn = hn;
        return;
    }
}

static struct vfj_first_observation *look_of(struct vfj_export *export, struct vfj_name hn)
{
    for (unsigned i = 0; i < export->first_count; i++) {
        if (vfj_name_equal(export->firsts[i].hn, hn))
            return &export->firsts[i];
    }
    return NULL;
}

/* Records the earliest known fact about a slot: an observation of its state, or (`observed` is
 * NULL) a command that changed its state before any observation. */
static void note_first(struct vfj_export *export, struct vfj_name hn,
                       const struct vfj_observation *observed)
{
    if (vfj_name_is_empty(hn) || look_of(export, hn) != NULL
        || export->first_count == VFJ_SLOTS_MAX)
        return;
    struct vfj_first_observation *first = &export->firsts[export->first_count++];
    first->hn = hn;
    first->changed = observed == NULL;
    if (observed != NULL)
        first->observed = *observed;
}

/* Reads the value of hw.hn.vfmap, which is a list of words VF:HN. */
static void see_pairs(struct vfj_export *export, const char *value)
{
    struct vfj_span word;
    for (struct vfj_span rest = vfj_span_of(value); vfj_span_word(&rest, &word);) {
        struct vfj_name vf, hn;
        const char *colon = memchr(word.text, ':', word.length);
        size_t length = colon != NULL ? (size_t)(colon - word.text) : word.length;
        if (colon != NULL && vfj_name_parse((struct vfj_span){word.text, length}, &vf)
            && vfj_name_parse((struct vfj_span){colon + 1, word.length - length - 1}, &hn))
            see_pair(export, vf, hn);
    }
}

static void learn_observation(struct vfj_export *export, const struct vfj_observation *observed)
{
    const struct vfj_map *map = &observed->as.map;
    if (observed->probe == VFJ_PROBE_SYSCTL && observed->ok
        && observed->command == export->map_command)
        see_pairs(export, observed->as.value);
    if (observed->probe == VFJ_PROBE_SLOT && observed->ok) {
        learn_interface(export, observed->as.view.hn_name);
        see_pair(export, observed->as.view.vf_name, observed->as.view.hn_name);
        note_first(export, observed->as.view.hn_name, observed);
    }
    for (unsigned i = 0; observed->probe == VFJ_PROBE_MAP && observed->ok && i < map->pair_count;
         i++) {
        learn_interface(export, map->pairs[i].hn);
        see_pair(export, map->pairs[i].vf, map->pairs[i].hn);
    }
}

static bool has_unit(const struct vfj_guest *guest, struct vfj_name unit)
{
    for (unsigned i = 0; i < guest->if_count; i++) {
        if (vfj_name_equal(guest->ifs[i].unit, unit))
            return true;
    }
    return false;
}

/* Adds an hn with its unit to the guest model. When another hn in the model has this unit already,
 * it is the same hn under its older name. */
static void learn_slot(struct vfj_export *export, const struct vfj_command *command)
{
    struct vfj_trace_line line = {.kind = VFJ_TRACE_IF};
    struct vfj_trace_if *facts = &line.if_facts;
    if (command->kind != VFJ_COMMAND_PROBE_SLOT || command->text[0] == '\0')
        return;
    const struct vfj_guest_if *known = vfj_guest_find(&export->mirror.guest, command->a);
    if (known != NULL && !vfj_name_is_empty(known->unit))
        return;
    facts->interface.name = command->a;
    vfj_span_copy(facts->unit.text, sizeof facts->unit.text, vfj_span_of(command->text));
    if (!has_unit(&export->mirror.guest, facts->unit))
        vfj_guest_learn(&export->mirror.guest, &line);
}

/* Adds the names in the event to the guest model. The player of a trace reads all lines of the
 * trace before it plays them, and thus has these names from the beginning. */
static void learn(struct vfj_export *export)
{
    const struct vfj_event *event = &export->event;
    struct vfj_trace_line line = {.kind = VFJ_TRACE_RC};
    struct vfj_kv pair;
    if (event->kind == VFJ_EVENT_DEVD)
        learn_interface(export, event->as.devd.name);
    if (event->kind == VFJ_EVENT_DEVD && event->as.devd.kind == VFJ_DEVD_VF_ATTACHED)
        attach(export, event->as.devd.name);
    if (event->kind == VFJ_EVENT_OBSERVED)
        learn_observation(export, &event->as.observed);
    if (event->kind != VFJ_EVENT_CONFIGURED)
        return;
    for (struct vfj_span rest = event->as.rc; vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;) {
        line.key = pair.key;
        vfj_guest_learn(&export->mirror.guest, &line);
    }
}

/* Returns true when the machine makes the same decision as in this row, if its events have the
 * times of the trace. */
static bool is_decided(struct vfj_export *export, const struct vfj_record *record)
{
    const struct vfj_timeline *timeline = &export->timeline;
    struct vfj_text text = vfj_text_begin(export->body, sizeof export->body);
    struct vfj_record expected;
    if (export->row >= vfj_machine_rows(timeline->machine))
        return false;
    vfj_machine_row(timeline->machine, &timeline->event, export->row++, &expected, &text);
    return expected.kind == record->kind && expected.body.length == record->body.length
        && memcmp(expected.body.text, record->body.text, record->body.length) == 0;
}

/* Handles that the machine's decision differs from the recorded one. If the daemon had other rules
 * than this program, uses the daemon's recorded decisions until that daemon ends. */
static void differ(struct vfj_export *export, const char *what)
{
    if (export->others)
        return;
    if (!export->timeline.has_other_rules) {
        vfj_export_fail(export, what);
        return;
    }
    export->others = true;
    vfj_timeline_leave_machine(&export->timeline);
}

static void first_event(struct vfj_export *export, const struct vfj_record *record)
{
    if (export->timeline.events.count > 0 && export->row < vfj_machine_rows(&export->machine))
        differ(export, "a replay decides more before it");
    if (export->event.kind == VFJ_EVENT_STARTED) {
        export->timeline.has_other_rules = export->event.as.started.rules != VFJ_RULES;
        export->others = false;
    }
    export->row = 0;
    learn(export);
    vfj_timeline_add(&export->timeline, record, &export->event, export->others);
}

/* Handles a row that contains a decision of the machine. */
static void first_decided(struct vfj_export *export, const struct vfj_record *record)
{
    struct vfj_command command;
    export->seq = record->seq;
    if (!export->others && !is_decided(export, record))
        differ(export, "a replay decides otherwise");
    if (!vfj_export_command(export, record, &command))
        return;
    learn_slot(export, &command);
    if (command.kind == VFJ_COMMAND_PROBE_SYSCTL && strcmp(command.text, "hw.hn.vfmap") == 0)
        export->map_command = command.id;
    if (!vfj_command_reads(&command))
        note_first(export, command.hn, NULL);
    vfj_timeline_add_command(&export->timeline, &command);
}

void vfj_export_learn(struct vfj_export *export, const struct vfj_record *record)
{
    if (vfj_export_event(export, record))
        first_event(export, record);
    else if (export->wrong == NULL && vfj_record_is_decided(record))
        first_decided(export, record);
    if (export->timeline.failed)
        vfj_export_fail_system(export, VFJ_SYSTEM);
}
