/* Describes a record in one line of text. */
#include "tools/record_text.h"

#include <string.h>

#include "core/data/command.h"
#include "core/data/decision.h"
#include "core/data/finding.h"
#include "core/limits.h"
#include "core/text/kv.h"
#include "store/recovered_row.h"
#include "tools/output_line.h"
#include "tools/scheduled_text.h"

enum {
    WORD_WIDTH = 11,
    STATES_WIDTH = 20, /* the width of "detached -> attached" */
    ARGV_WIDTH = 48,
};

/* Adds the advice about a finding. */
static void add_advice(struct vfj_line *line, enum vfj_reason reason)
{
    const char *advice = vfj_reason_advice(reason);
    if (advice == NULL)
        return;
    vfj_line_add(line, "; to do: ");
    vfj_line_add(line, advice);
}

/* Adds the text of the reason with this name. For a reason that only later versions know, adds its
 * name. */
static void add_reason(struct vfj_line *line, struct vfj_span name)
{
    for (unsigned i = 0; i < VFJ_REASON_COUNT; i++) {
        if (vfj_span_is(name, vfj_reason_name((enum vfj_reason)i))) {
            vfj_line_add(line, vfj_reason_text((enum vfj_reason)i));
            add_advice(line, (enum vfj_reason)i);
            return;
        }
    }
    vfj_line_add_untrusted(line, name);
}

static void add_note(struct vfj_line *line, const struct vfj_record *record)
{
    if (record->note.length == 0)
        return;
    vfj_line_add(line, " (");
    add_reason(line, record->note);
    vfj_line_add(line, ")");
}

struct vfj_name vfj_record_who(const struct vfj_record *record)
{
    struct vfj_name name = {{0}};
    struct vfj_devd devd;
    char bytes[VFJ_NAME_SIZE];
    struct vfj_recovered_row kept;
    if (vfj_recovered_row_read(record, &kept))
        record = &kept.record;
    if (record->kind == VFJ_EVENT_DEVD) {
        vfj_devd_parse(record->body, &devd);
        name = devd.name;
    } else if (vfj_record_is_decided(record)) {
        (void)vfj_name_parse(vfj_body_value(record->body, "slot", bytes, sizeof bytes), &name);
    }
    return name;
}

static void add_end(struct vfj_line *line, const struct vfj_outcome *outcome)
{
    bool ok = vfj_outcome_ok(outcome);
    vfj_line_colour(line, ok ? VFJ_COLOUR_GOOD : VFJ_COLOUR_BAD);
    switch ((enum vfj_outcome_kind)outcome->kind) {
    case VFJ_OUTCOME_EXITED:
        vfj_line_add(line, ok ? "ok" : "exit ");
        break;
    case VFJ_OUTCOME_SIGNALED:
        vfj_line_add(line, "signal ");
        break;
    case VFJ_OUTCOME_TIMEOUT:
        vfj_line_add(line, "timed out, signal ");
        break;
    case VFJ_OUTCOME_ABSENT:
        vfj_line_add(line, "not started, errno ");
        break;
    case VFJ_OUTCOME_SKIPPED:
        vfj_line_add(line, "not run: observe mode");
        break;
    case VFJ_OUTCOME_NOT_RUN:
        vfj_line_add(line, "not run: a command before it failed");
        break;
    case VFJ_OUTCOME_COUNT:
        break;
    }
    if (!ok && vfj_outcome_ran(outcome))
        vfj_text_add_i64(&line->text, outcome->status);
    vfj_line_colour(line, "0");
}

/* Returns true when the output of a failed command says that the guest was in the wanted state
 * already. Returns false for a kind of command whose failure is always accepted: its output then
 * does not matter. */
static bool was_already_so(struct vfj_span body, const struct vfj_outcome *outcome)
{
    struct vfj_command command;
    struct vfj_outcome silent = *outcome;
    silent.output[0] = '\0';
    if (body.length == 0 || vfj_outcome_ok(outcome) || vfj_command_decode(body, &command) != VFJ_OK)
        return false;
    enum vfj_command_kind kind = (enum vfj_command_kind)command.kind;
    return vfj_command_already_so(kind, outcome) && !vfj_command_already_so(kind, &silent);
}

/* Adds the outcome of a command: "ok, 2.1 ms", or its status and the first line of its output.
 * `command` is the body of the command's record, or an empty span. */
static void add_outcome(struct vfj_line *line, const struct vfj_record *record,
                        struct vfj_span command)
{
    struct vfj_event event;
    if (vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &event) != VFJ_OK) {
        vfj_line_add_untrusted(line, record->body);
        return;
    }
    const struct vfj_outcome *outcome = &event.as.finished;
    if (was_already_so(command, outcome))
        vfj_line_add_coloured(line, VFJ_COLOUR_GOOD, "already so");
    else
        add_end(line, outcome);
    if (!vfj_outcome_ran(outcome))
        return;
    vfj_line_add(line, ", ");
    vfj_line_add_duration(line, outcome->duration_us);
    if (!vfj_outcome_ok(outcome) && outcome->output[0] != '\0') {
        vfj_line_add(line, ": ");
        vfj_line_add_untrusted(line,
                               (struct vfj_span){outcome->output, strcspn(outcome->output, "\n")});
    }
}

static const char *colour_of_state(struct vfj_span state)
{
    if (vfj_span_is(state, vfj_slot_state_name(VFJ_SLOT_LAGGED))
        || vfj_span_is(state, vfj_slot_state_name(VFJ_SLOT_SWITCHED)))
        return VFJ_COLOUR_GOOD;
    return vfj_span_is(state, vfj_slot_state_name(VFJ_SLOT_DETACHED)) ? VFJ_COLOUR_BAD
                                                                      : VFJ_COLOUR_MOVING;
}

static void add_states(struct vfj_line *line, struct vfj_span body)
{
    char bytes[16];
    vfj_line_add_value(line, body, "from");
    vfj_line_add(line, " -> ");
    struct vfj_span to = vfj_body_value(body, "to", bytes, sizeof bytes);
    vfj_line_colour(line, colour_of_state(to));
    vfj_line_add_untrusted(line, to);
    vfj_line_colour(line, "0");
    vfj_line_end_column(line, STATES_WIDTH);
}

static bool is_notice(struct vfj_span body)
{
    char from[16];
    char to[16];
    return vfj_span_is(vfj_body_value(body, "from", from, sizeof from),
                       vfj_body_value(body, "to", to, sizeof to).text);
}

static void add_transition(struct vfj_line *line, const struct vfj_record *record)
{
    char bytes[VFJ_RECORD_NAME + 1];
    struct vfj_span body = record->body;
    if (!is_notice(body))
        add_states(line, body);
    struct vfj_span vf = vfj_body_value(body, "vf", bytes, sizeof bytes);
    vfj_line_add_untrusted(line, vf);
    vfj_line_add(line, vf.length > 0 ? ": " : "");
    add_reason(line, vfj_body_value(body, "reason", bytes, sizeof bytes));
    struct vfj_span delay = vfj_body_value(body, "delay_us", bytes, sizeof bytes);
    int64_t us = 0;
    if (vfj_span_to_i64(delay, &us) && us > 0) {
        vfj_line_add(line, ", ");
        vfj_line_add_duration(line, us);
    }
}

static void add_command(struct vfj_line *line, const struct vfj_record *record,
                        const struct vfj_record *outcome)
{
    struct vfj_kv argv;
    if (vfj_kv_find(record->body, "argv", &argv))
        vfj_line_add_value(line, record->body, "argv");
    else
        vfj_line_add_untrusted(line, record->body);
    if (line->style->rows)
        return;
    vfj_line_end_column(line, vfj_style_is_narrow(line->style) ? 0 : ARGV_WIDTH);
    if (outcome != NULL)
        add_outcome(line, outcome, record->body);
    else
        vfj_line_add_coloured(line, VFJ_COLOUR_MOVING, "has not ended");
}

static const char *devd_text(const struct vfj_devd *devd)
{
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        return "the interface attached";
    case VFJ_DEVD_VF_DETACHED:
        return "the interface is gone";
    case VFJ_DEVD_VF_UP:
        return "the data path moves to the VF";
    case VFJ_DEVD_VF_DOWN:
        return "the data path moves back to hn";
    case VFJ_DEVD_RENAMED:
        return "renamed to ";
    case VFJ_DEVD_LINK:
        return devd->link_up ? "link up" : "link down";
    case VFJ_DEVD_ADDRESS:
        return "an address came or went";
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
    return NULL;
}

static void add_devd(struct vfj_line *line, const struct vfj_record *record,
                     const struct vfj_devd *devd)
{
    const char *text = line->style->rows ? NULL : devd_text(devd);
    if (text == NULL) {
        vfj_line_add_untrusted(line, record->body);
        return;
    }
    vfj_line_add(line, text);
    if (devd->kind == VFJ_DEVD_RENAMED)
        vfj_line_add(line, devd->new_name.text);
}

static void add_started(struct vfj_line *line, const struct vfj_record *record)
{
    vfj_line_add_value(line, record->body, "mode");
    vfj_line_add(line, " mode, policy ");
    vfj_line_add_value(line, record->body, "policy");
    vfj_line_add(line, ", boot ");
    vfj_line_add_value(line, record->body, "boot");
}

static void add_scheduled(struct vfj_line *line, const struct vfj_record *record)
{
    char bytes[VFJ_SCHEDULED_TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_scheduled row;
    if (!vfj_scheduled_decode(record->body, &row)) {
        vfj_line_add_untrusted(line, record->body);
        return;
    }
    vfj_scheduled_describe(&text, &row);
    vfj_line_add(line, bytes);
}

void vfj_line_add_word(struct vfj_line *line, const char *colour, const char *word)
{
    if (line->style->layout == VFJ_LAYOUT_TEXT)
        return;
    vfj_line_add_coloured(line, colour, word);
    vfj_line_end_column(line, WORD_WIDTH);
    line->indent = line->text.length - line->hidden;
}

static void add_decided(struct vfj_line *line, const struct vfj_record *record,
                        const struct vfj_record *outcome)
{
    char bytes[32];
    if (record->kind == VFJ_RECORD_TRANSITION) {
        vfj_line_add_word(line, NULL, is_notice(record->body) ? "notice" : "state");
        add_transition(line, record);
        return;
    }
    struct vfj_span kind = vfj_body_value(record->body, "kind", bytes, sizeof bytes);
    vfj_line_add_word(line, NULL, vfj_span_starts(kind, "probe-") ? "probe" : "run");
    add_command(line, record, outcome);
}

static void add_mib(struct vfj_line *line, struct vfj_span body, const char *key)
{
    char bytes[32];
    uint64_t value = 0;
    (void)vfj_span_to_u64(vfj_body_value(body, key, bytes, sizeof bytes), &value);
    vfj_text_add_u64(&line->text, value >> 20);
    vfj_line_add(line, " MiB");
}

/* Describes a record of kind "journal". A record that only later versions know is added
 * unchanged. */
static void add_journal(struct vfj_line *line, struct vfj_span body)
{
    char bytes[32];
    struct vfj_span about = vfj_body_value(body, "about", bytes, sizeof bytes);
    if (!line->style->rows && vfj_span_is(about, "pruned")) {
        vfj_line_add(line, "pruned, it begins with record ");
        vfj_line_add_value(line, body, "first");
    } else if (!line->style->rows && vfj_span_is(about, "low-disk")) {
        vfj_line_add(line, "the disk is nearly full: ");
        add_mib(line, body, "free");
        vfj_line_add(line, " free, limit ");
        add_mib(line, body, "limit");
    } else if (!line->style->rows && vfj_span_is(about, "rc-unread")) {
        vfj_line_add(line, "rc.conf can't be read, the last configuration stays: ");
        vfj_line_add_value(line, body, "why");
    } else if (!line->style->rows && vfj_span_is(about, "identity")) {
        vfj_line_add(line, "this is journal ");
        vfj_line_add_value(line, body, "journal");
        vfj_line_add(line, " of host ");
        vfj_line_add_value(line, body, "host");
    } else if (!line->style->rows && vfj_span_is(about, "devd-late")) {
        uint64_t delay_us = 0;
        (void)vfj_span_to_u64(vfj_body_value(body, "delay_us", bytes, sizeof bytes), &delay_us);
        vfj_line_add(line, "devd sent lines late, up to ");
        vfj_time_add_duration(&line->text, (int64_t)(delay_us < INT64_MAX ? delay_us : INT64_MAX));
        vfj_line_add(line, " after the kernel, lines: ");
        vfj_line_add_value(line, body, "lines");
    } else if (!line->style->rows && vfj_span_is(about, "moved")) {
        vfj_line_add(line, "the journal was moved, removed or replaced, and the daemon ends");
    } else {
        vfj_line_add_untrusted(line, body);
    }
}

/* Adds a record that is not meant for the machine. For a checkpoint, adds only its name, because
 * its body is long and repeats the state that earlier rows led to. */
static void add_unseen(struct vfj_line *line, const struct vfj_record *record)
{
    bool is_checkpoint = record->kind == VFJ_RECORD_CHECKPOINT;
    struct vfj_kv about;
    bool is_plain = is_checkpoint
        || (vfj_kv_find(record->body, "about", &about) && vfj_span_is(about.value, "identity"));
    vfj_line_add_word(line, is_plain ? NULL : VFJ_COLOUR_BAD, vfj_record_kind_name(record->kind));
    if (!is_checkpoint) {
        add_journal(line, record->body);
        return;
    }
    char bytes[8];
    vfj_line_add(line, "part ");
    vfj_line_add_untrusted(line, vfj_body_value(record->body, "part", bytes, sizeof bytes));
    vfj_line_add(line, " of ");
    vfj_line_add_untrusted(line, vfj_body_value(record->body, "of", bytes, sizeof bytes));
}

/* With style->rows, adds the seq of the record that caused this one. */
static void add_cause(struct vfj_line *line, const struct vfj_record *record)
{
    if (!line->style->rows || record->cause == 0)
        return;
    vfj_line_add(line, " <- ");
    vfj_text_add_u64(&line->text, record->cause);
}

static void add_event(struct vfj_line *line, const struct vfj_record *record)
{
    struct vfj_devd devd = {.kind = VFJ_DEVD_OTHER};
    const char *word = vfj_event_kind_name((enum vfj_event_kind)record->kind);
    if (record->kind == VFJ_EVENT_DEVD)
        vfj_devd_parse(record->body, &devd);
    if (devd.kind != VFJ_DEVD_OTHER)
        word = vfj_devd_kind_name((enum vfj_devd_kind)devd.kind);
    vfj_line_add_word(line, record->kind == VFJ_EVENT_GAP ? VFJ_COLOUR_BAD : NULL, word);
    if (record->kind == VFJ_EVENT_DEVD)
        add_devd(line, record, &devd);
    else if (record->kind == VFJ_EVENT_STARTED)
        add_started(line, record);
    else if (record->kind == VFJ_EVENT_STOPPING || record->kind == VFJ_EVENT_STOPPED
             || record->kind == VFJ_EVENT_GAP)
        vfj_line_add_value(line, record->body, "reason");
    else if (record->kind == VFJ_EVENT_FINISHED)
        add_outcome(line, record, (struct vfj_span){"", 0});
    else if (record->kind == VFJ_EVENT_SCHEDULED && !line->style->rows)
        add_scheduled(line, record);
    else
        vfj_line_add_untrusted(line, record->body);
    add_cause(line, record);
    add_note(line, record);
}

/* Adds the text of a record. If the record is a row that stores a recovered record, adds the row
 * itself. */
static void add_plain(struct vfj_line *line, const struct vfj_record *record,
                      const struct vfj_record *outcome)
{
    if (vfj_record_is_event(record))
        add_event(line, record);
    else if (vfj_record_is_decided(record))
        add_decided(line, record, outcome);
    else
        add_unseen(line, record);
}

void vfj_line_add_record(struct vfj_line *line, const struct vfj_record *record,
                         const struct vfj_record *outcome)
{
    static struct vfj_recovered_row kept;
    const struct vfj_style *style = line->style;
    struct vfj_style inner = *style;
    if (style->rows || !vfj_recovered_row_read(record, &kept)) {
        add_plain(line, record, outcome);
        return;
    }
    inner.layout = VFJ_LAYOUT_TEXT;
    inner.rows = kept.record.kind == VFJ_RECORD_COMMAND; /* its outcome is another row */
    vfj_line_add_word(line, VFJ_COLOUR_BAD, VFJ_WORD_UNVERIFIED);
    vfj_line_add(line, "record ");
    vfj_text_add_u64(&line->text, kept.record.seq);
    vfj_line_add(line, ", ");
    vfj_line_add(line, vfj_output_word(&kept.record));
    vfj_line_add(line, ": ");
    line->style = &inner;
    add_plain(line, &kept.record, NULL);
    line->style = style;
}

const char *vfj_output_word(const struct vfj_record *record)
{
    struct vfj_devd devd = {.kind = VFJ_DEVD_OTHER};
    struct vfj_kv kind;
    if (record->kind == VFJ_EVENT_DEVD)
        vfj_devd_parse(record->body, &devd);
    if (devd.kind != VFJ_DEVD_OTHER)
        return vfj_devd_kind_name((enum vfj_devd_kind)devd.kind);
    if (record->kind == VFJ_RECORD_TRANSITION)
        return is_notice(record->body) ? "notice" : "state";
    if (record->kind == VFJ_RECORD_COMMAND && vfj_kv_find(record->body, "kind", &kind))
        return vfj_span_starts(kind.value, "probe-") ? "probe" : "run";
    if (record->kind == VFJ_RECORD_JOURNAL && vfj_kv_find(record->body, "about", &kind)
        && vfj_span_is(kind.value, VFJ_WORD_UNVERIFIED))
        return VFJ_WORD_UNVERIFIED;
    return vfj_record_kind_name(record->kind);
}
