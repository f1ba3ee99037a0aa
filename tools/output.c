/* Prints records as text. */
#include "tools/output.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/data/command.h"
#include "core/data/decision.h"
#include "core/data/finding.h"
#include "core/limits.h"
#include "core/text/kv.h"
#include "store/recovered_row.h"
#include "tools/csv.h"
#include "tools/scheduled_text.h"
#include "tools/terminal.h"

enum {
    TIME_WIDTH = 27,
    SHORT_TIME_WIDTH = 20, /* a time in whole seconds */
    WORD_WIDTH = 11,
    STATES_WIDTH = 20, /* the width of "detached -> attached" */
    ARGV_WIDTH = 48,
    LINE_SIZE = 4 * VFJ_BODY_MAX + 1024,
    /* width of the text about a record's cause, which may be a long observation */
    CAUSE_WIDTH = 160,
    /* on a terminal with fewer columns than this, times are printed without fractions of a
     * second */
    NARROW = 100,
};

/* The colours of the output, as parameters of the terminal's SGR sequence. Each has one meaning. */
#define GOOD   "32"
#define BAD    "31"
#define MOVING "33"
#define FAINT  "2"

struct line {
    const struct vfj_style *style;
    struct vfj_text text;
    size_t begin; /* where the current column begins */
    /* number of bytes in the present column that take no space on the screen (colour sequences) */
    size_t unseen;
    size_t hidden; /* number of bytes in the whole line that take no space on the screen */
    /* the column in which the text begins, to which further lines of wrapped text are indented */
    size_t indent;
};

struct vfj_style vfj_style_of(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool plain
        = (no_color != NULL && no_color[0] != '\0') || term == NULL || strcmp(term, "dumb") == 0;
    bool is_terminal = isatty(fileno(out)) == 1;
    return (struct vfj_style){.colour = !plain && is_terminal,
                              .width = is_terminal ? vfj_terminal_width(fileno(out)) : 0,
                              .who_width = VFJ_WHO_WIDTH,
                              .before_us = INT64_MIN};
}

static void begin_column(struct line *line)
{
    line->begin = line->text.length;
    line->unseen = 0;
}

/* Fills the column with blanks up to its width, and adds two more blanks. */
static void end_column(struct line *line, size_t width)
{
    if (line->style->tabs) {
        vfj_text_add_char(&line->text, '\t');
        begin_column(line);
        return;
    }
    while (line->text.length - line->begin - line->unseen < width)
        vfj_text_add_char(&line->text, ' ');
    vfj_text_add(&line->text, "  ");
    begin_column(line);
}

static void sgr(struct line *line, const char *parameters)
{
    size_t before = line->text.length;
    if (!line->style->colour || parameters == NULL)
        return;
    vfj_text_add(&line->text, "\033[");
    vfj_text_add(&line->text, parameters);
    vfj_text_add(&line->text, "m");
    line->unseen += line->text.length - before;
    line->hidden += line->text.length - before;
}

static void add(struct line *line, const char *text)
{
    vfj_text_add(&line->text, text);
}

/* Adds a text in colour. The text comes from the program itself and needs no escapes. */
static void add_coloured(struct line *line, const char *parameters, const char *text)
{
    sgr(line, parameters);
    add(line, text);
    sgr(line, parameters != NULL ? "0" : NULL);
}

static void add_untrusted(struct line *line, struct vfj_span span)
{
    vfj_terminal_add(&line->text, span);
}

/* Returns the value of a key in a record's body, without quotes. Returns an empty span when the key
 * is missing. */
static struct vfj_span value_of(struct vfj_span body, const char *key, char *bytes, size_t size)
{
    struct vfj_kv pair;
    if (!vfj_kv_find(body, key, &pair) || !vfj_kv_value(&pair, bytes, size))
        return (struct vfj_span){"", 0};
    return vfj_span_of(bytes);
}

static void add_value(struct line *line, struct vfj_span body, const char *key)
{
    char bytes[4 * VFJ_ARGS_SIZE];
    add_untrusted(line, value_of(body, key, bytes, sizeof bytes));
}

/* Adds the advice about a finding. */
static void add_advice(struct line *line, enum vfj_reason reason)
{
    const char *advice = vfj_reason_advice(reason);
    if (advice == NULL)
        return;
    add(line, "; to do: ");
    add(line, advice);
}

/* Adds the text of the reason with this name. For a reason that only later versions know, adds its
 * name. */
static void add_reason(struct line *line, struct vfj_span name)
{
    for (unsigned i = 0; i < VFJ_REASON_COUNT; i++) {
        if (vfj_span_is(name, vfj_reason_name((enum vfj_reason)i))) {
            add(line, vfj_reason_text((enum vfj_reason)i));
            add_advice(line, (enum vfj_reason)i);
            return;
        }
    }
    add_untrusted(line, name);
}

static void add_note(struct line *line, const struct vfj_record *record)
{
    if (record->note.length == 0)
        return;
    add(line, " (");
    add_reason(line, record->note);
    add(line, ")");
}

/* Returns true when the difference of both times cannot overflow. A forged journal may contain any
 * times. */
static bool is_near(int64_t a, int64_t b)
{
    const int64_t half = INT64_MAX / 2;
    return a > -half && a < half && b > -half && b < half;
}

/* Returns true when the terminal has too few columns for the full format of a line. */
static bool is_narrow(const struct vfj_style *style)
{
    return style->width > 0 && style->width < NARROW;
}

/* Adds the record's time. In the layout DELTA, adds the time since the line before, such as
 * "+0.002100". */
static void add_time(struct line *line, int64_t wall_us)
{
    const struct vfj_style *style = line->style;
    struct vfj_text *text = &line->text;
    sgr(line, FAINT);
    bool is_delta = style->layout == VFJ_LAYOUT_DELTA && style->before_us != INT64_MIN;
    if (is_delta && is_near(wall_us, style->before_us)) {
        vfj_text_add(text, wall_us < style->before_us ? "" : "+");
        vfj_text_add_seconds(text, wall_us - style->before_us);
    } else if (is_narrow(style)) {
        vfj_time_add(text, wall_us, style->zone);
    } else {
        vfj_time_add_us(text, wall_us, style->zone);
    }
    sgr(line, "0");
    end_column(line, is_narrow(style) ? SHORT_TIME_WIDTH : TIME_WIDTH);
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
        (void)vfj_name_parse(value_of(record->body, "slot", bytes, sizeof bytes), &name);
    }
    return name;
}

/* Adds a duration, such as "2.1 ms", "1.5 s" or "120 s". */
static void add_duration(struct line *line, int64_t us)
{
    uint64_t tenths = us < 0 ? 0 : (uint64_t)us / 100;
    const char *unit = " ms";
    if (tenths >= 10000) {
        tenths /= 1000;
        unit = " s";
    }
    vfj_text_add_u64(&line->text, tenths / 10);
    if (tenths < 100 || tenths % 10 != 0) {
        vfj_text_add_char(&line->text, '.');
        vfj_text_add_u64(&line->text, tenths % 10);
    }
    add(line, unit);
}

static void add_end(struct line *line, const struct vfj_outcome *outcome)
{
    bool ok = vfj_outcome_ok(outcome);
    sgr(line, ok ? GOOD : BAD);
    switch ((enum vfj_outcome_kind)outcome->kind) {
    case VFJ_OUTCOME_EXITED:
        add(line, ok ? "ok" : "exit ");
        break;
    case VFJ_OUTCOME_SIGNALED:
        add(line, "signal ");
        break;
    case VFJ_OUTCOME_TIMEOUT:
        add(line, "timed out, signal ");
        break;
    case VFJ_OUTCOME_ABSENT:
        add(line, "not started, errno ");
        break;
    case VFJ_OUTCOME_SKIPPED:
        add(line, "not run: observe mode");
        break;
    case VFJ_OUTCOME_NOT_RUN:
        add(line, "not run: a command before it failed");
        break;
    case VFJ_OUTCOME_COUNT:
        break;
    }
    if (!ok && vfj_outcome_ran(outcome))
        vfj_text_add_i64(&line->text, outcome->status);
    sgr(line, "0");
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
static void add_outcome(struct line *line, const struct vfj_record *record, struct vfj_span command)
{
    struct vfj_event event;
    if (vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &event) != VFJ_OK) {
        add_untrusted(line, record->body);
        return;
    }
    const struct vfj_outcome *outcome = &event.as.finished;
    if (was_already_so(command, outcome))
        add_coloured(line, GOOD, "already so");
    else
        add_end(line, outcome);
    if (!vfj_outcome_ran(outcome))
        return;
    add(line, ", ");
    add_duration(line, outcome->duration_us);
    if (!vfj_outcome_ok(outcome) && outcome->output[0] != '\0') {
        add(line, ": ");
        add_untrusted(line, (struct vfj_span){outcome->output, strcspn(outcome->output, "\n")});
    }
}

static const char *colour_of_state(struct vfj_span state)
{
    if (vfj_span_is(state, vfj_slot_state_name(VFJ_SLOT_LAGGED))
        || vfj_span_is(state, vfj_slot_state_name(VFJ_SLOT_SWITCHED)))
        return GOOD;
    return vfj_span_is(state, vfj_slot_state_name(VFJ_SLOT_DETACHED)) ? BAD : MOVING;
}

static void add_states(struct line *line, struct vfj_span body)
{
    char bytes[16];
    add_value(line, body, "from");
    add(line, " -> ");
    struct vfj_span to = value_of(body, "to", bytes, sizeof bytes);
    sgr(line, colour_of_state(to));
    add_untrusted(line, to);
    sgr(line, "0");
    end_column(line, STATES_WIDTH);
}

static bool is_notice(struct vfj_span body)
{
    char from[16];
    char to[16];
    return vfj_span_is(value_of(body, "from", from, sizeof from),
                       value_of(body, "to", to, sizeof to).text);
}

static void add_transition(struct line *line, const struct vfj_record *record)
{
    char bytes[VFJ_RECORD_NAME + 1];
    struct vfj_span body = record->body;
    if (!is_notice(body))
        add_states(line, body);
    struct vfj_span vf = value_of(body, "vf", bytes, sizeof bytes);
    add_untrusted(line, vf);
    add(line, vf.length > 0 ? ": " : "");
    add_reason(line, value_of(body, "reason", bytes, sizeof bytes));
    struct vfj_span delay = value_of(body, "delay_us", bytes, sizeof bytes);
    int64_t us = 0;
    if (vfj_span_to_i64(delay, &us) && us > 0) {
        add(line, ", ");
        add_duration(line, us);
    }
}

static void add_command(struct line *line, const struct vfj_record *record,
                        const struct vfj_record *outcome)
{
    struct vfj_kv argv;
    if (vfj_kv_find(record->body, "argv", &argv))
        add_value(line, record->body, "argv");
    else
        add_untrusted(line, record->body);
    if (line->style->rows)
        return;
    end_column(line, is_narrow(line->style) ? 0 : ARGV_WIDTH);
    if (outcome != NULL)
        add_outcome(line, outcome, record->body);
    else
        add_coloured(line, MOVING, "has not ended");
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

static void add_devd(struct line *line, const struct vfj_record *record,
                     const struct vfj_devd *devd)
{
    const char *text = line->style->rows ? NULL : devd_text(devd);
    if (text == NULL) {
        add_untrusted(line, record->body);
        return;
    }
    add(line, text);
    if (devd->kind == VFJ_DEVD_RENAMED)
        add(line, devd->new_name.text);
}

static void add_started(struct line *line, const struct vfj_record *record)
{
    add_value(line, record->body, "mode");
    add(line, " mode, policy ");
    add_value(line, record->body, "policy");
    add(line, ", boot ");
    add_value(line, record->body, "boot");
}

static void add_scheduled(struct line *line, const struct vfj_record *record)
{
    char bytes[VFJ_SCHEDULED_TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_scheduled row;
    if (!vfj_scheduled_decode(record->body, &row)) {
        add_untrusted(line, record->body);
        return;
    }
    vfj_scheduled_describe(&text, &row);
    add(line, bytes);
}

static void add_word(struct line *line, const char *colour, const char *word)
{
    if (line->style->layout == VFJ_LAYOUT_TEXT)
        return;
    add_coloured(line, colour, word);
    end_column(line, WORD_WIDTH);
    line->indent = line->text.length - line->hidden;
}

static void add_decided(struct line *line, const struct vfj_record *record,
                        const struct vfj_record *outcome)
{
    char bytes[32];
    if (record->kind == VFJ_RECORD_TRANSITION) {
        add_word(line, NULL, is_notice(record->body) ? "notice" : "state");
        add_transition(line, record);
        return;
    }
    struct vfj_span kind = value_of(record->body, "kind", bytes, sizeof bytes);
    add_word(line, NULL, vfj_span_starts(kind, "probe-") ? "probe" : "run");
    add_command(line, record, outcome);
}

static void add_mib(struct line *line, struct vfj_span body, const char *key)
{
    char bytes[32];
    uint64_t value = 0;
    (void)vfj_span_to_u64(value_of(body, key, bytes, sizeof bytes), &value);
    vfj_text_add_u64(&line->text, value >> 20);
    add(line, " MiB");
}

/* Describes a record of kind "journal". A record that only later versions know is added
 * unchanged. */
static void add_journal(struct line *line, struct vfj_span body)
{
    char bytes[32];
    struct vfj_span about = value_of(body, "about", bytes, sizeof bytes);
    if (!line->style->rows && vfj_span_is(about, "pruned")) {
        add(line, "pruned, it begins with record ");
        add_value(line, body, "first");
    } else if (!line->style->rows && vfj_span_is(about, "low-disk")) {
        add(line, "the disk is nearly full: ");
        add_mib(line, body, "free");
        add(line, " free, limit ");
        add_mib(line, body, "limit");
    } else if (!line->style->rows && vfj_span_is(about, "rc-unread")) {
        add(line, "rc.conf can't be read, the last configuration stays: ");
        add_value(line, body, "why");
    } else if (!line->style->rows && vfj_span_is(about, "identity")) {
        add(line, "this is journal ");
        add_value(line, body, "journal");
        add(line, " of host ");
        add_value(line, body, "host");
    } else if (!line->style->rows && vfj_span_is(about, "devd-late")) {
        uint64_t delay_us = 0;
        (void)vfj_span_to_u64(value_of(body, "delay_us", bytes, sizeof bytes), &delay_us);
        add(line, "devd sent lines late, up to ");
        vfj_time_add_duration(&line->text, (int64_t)(delay_us < INT64_MAX ? delay_us : INT64_MAX));
        add(line, " after the kernel, lines: ");
        add_value(line, body, "lines");
    } else if (!line->style->rows && vfj_span_is(about, "moved")) {
        add(line, "the journal was moved, removed or replaced, and the daemon ends");
    } else {
        add_untrusted(line, body);
    }
}

/* Adds a record that is not meant for the machine. For a checkpoint, adds only its name, because
 * its body is long and repeats the state that earlier rows led to. */
static void add_unseen(struct line *line, const struct vfj_record *record)
{
    bool is_checkpoint = record->kind == VFJ_RECORD_CHECKPOINT;
    struct vfj_kv about;
    bool is_plain = is_checkpoint
        || (vfj_kv_find(record->body, "about", &about) && vfj_span_is(about.value, "identity"));
    add_word(line, is_plain ? NULL : BAD, vfj_record_kind_name(record->kind));
    if (!is_checkpoint) {
        add_journal(line, record->body);
        return;
    }
    char bytes[8];
    add(line, "part ");
    add_untrusted(line, value_of(record->body, "part", bytes, sizeof bytes));
    add(line, " of ");
    add_untrusted(line, value_of(record->body, "of", bytes, sizeof bytes));
}

/* With style->rows, adds the seq of the record that caused this one. */
static void add_cause(struct line *line, const struct vfj_record *record)
{
    if (!line->style->rows || record->cause == 0)
        return;
    add(line, " <- ");
    vfj_text_add_u64(&line->text, record->cause);
}

static void add_event(struct line *line, const struct vfj_record *record)
{
    struct vfj_devd devd = {.kind = VFJ_DEVD_OTHER};
    const char *word = vfj_event_kind_name((enum vfj_event_kind)record->kind);
    if (record->kind == VFJ_EVENT_DEVD)
        vfj_devd_parse(record->body, &devd);
    if (devd.kind != VFJ_DEVD_OTHER)
        word = vfj_devd_kind_name((enum vfj_devd_kind)devd.kind);
    add_word(line, record->kind == VFJ_EVENT_GAP ? BAD : NULL, word);
    if (record->kind == VFJ_EVENT_DEVD)
        add_devd(line, record, &devd);
    else if (record->kind == VFJ_EVENT_STARTED)
        add_started(line, record);
    else if (record->kind == VFJ_EVENT_STOPPING || record->kind == VFJ_EVENT_STOPPED
             || record->kind == VFJ_EVENT_GAP)
        add_value(line, record->body, "reason");
    else if (record->kind == VFJ_EVENT_FINISHED)
        add_outcome(line, record, (struct vfj_span){"", 0});
    else if (record->kind == VFJ_EVENT_SCHEDULED && !line->style->rows)
        add_scheduled(line, record);
    else
        add_untrusted(line, record->body);
    add_cause(line, record);
    add_note(line, record);
}

static void add_seq(struct line *line, uint64_t seq)
{
    struct vfj_text *text = &line->text;
    for (uint64_t rest = seq; rest < 100000; rest *= 10)
        vfj_text_add_char(text, ' ');
    vfj_text_add_u64(text, seq);
    end_column(line, 0);
}

static void begin_line(struct line *line, const struct vfj_style *style, char *bytes, size_t size)
{
    *line = (struct line){.style = style, .text = vfj_text_begin(bytes, size)};
}

/* Adds the text of a record. If the record is a row that stores a recovered record, adds the row
 * itself. */
static void add_plain(struct line *line, const struct vfj_record *record,
                      const struct vfj_record *outcome)
{
    if (vfj_record_is_event(record))
        add_event(line, record);
    else if (vfj_record_is_decided(record))
        add_decided(line, record, outcome);
    else
        add_unseen(line, record);
}

/* Adds the text of a record. If the record is a row that stores a recovered record, adds the text
 * of the stored record. */
static void add_text(struct line *line, const struct vfj_record *record,
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
    add_word(line, BAD, VFJ_WORD_UNVERIFIED);
    add(line, "record ");
    vfj_text_add_u64(&line->text, kept.record.seq);
    add(line, ", ");
    add(line, vfj_output_word(&kept.record));
    add(line, ": ");
    line->style = &inner;
    add_plain(line, &kept.record, NULL);
    line->style = style;
}

static size_t trimmed_length(const struct line *line)
{
    size_t length = line->text.length;
    while (length > 0 && line->text.bytes[length - 1] == ' ')
        length--;
    return length;
}

/* The buffer for a line. It has room for any line: in the worst case each of the VFJ_BODY_MAX bytes
 * of a body becomes four. */
static char line_bytes[LINE_SIZE];

/* Begins the line of a record: adds everything before the text. */
static void begin_record(struct line *line, const struct vfj_style *style,
                         const struct vfj_record *record, const char *who)
{
    begin_line(line, style, line_bytes, sizeof line_bytes);
    if (style->layout == VFJ_LAYOUT_CAT)
        return;
    if (style->rows)
        add_seq(line, record->seq);
    add_time(line, record->wall_us);
    add(line, who[0] != '\0' ? who : "-");
    end_column(line, (size_t)style->who_width);
}

/* Prints the line. When it is wrapped, its further lines are indented to the beginning of the
 * text. */
static void print_line(FILE *out, const struct line *line)
{
    struct vfj_span span = {line_bytes, trimmed_length(line)};
    vfj_terminal_print_wrapped(out, span, line->style->width, (int)line->indent);
}

void vfj_output_record(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                       const struct vfj_record *outcome)
{
    struct line line;
    struct vfj_name who = vfj_record_who(record);
    begin_record(&line, style, record, who.text);
    add_text(&line, record, outcome);
    print_line(out, &line);
}

static void add_link(struct line *line, const struct vfj_links *links, unsigned i)
{
    add(line, i > 0 ? ", " : "");
    add(line, links->names > 1 ? links->list[i].name.text : "link");
    add(line, links->list[i].is_up ? " up" : " down");
    if (links->list[i].changes == 1)
        return;
    add(line, ", the last of ");
    vfj_text_add_u64(&line->text, links->list[i].changes);
    add(line, " changes");
}

void vfj_output_links(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                      const struct vfj_links *links)
{
    struct line line;
    uint64_t listed = 0;
    begin_record(&line, style, record, links->names == 1 ? links->list[0].name.text : "");
    add_word(&line, NULL, vfj_devd_kind_name(VFJ_DEVD_LINK));
    for (unsigned i = 0; i < links->names; i++) {
        add_link(&line, links, i);
        listed += links->list[i].changes;
    }
    if (links->changes > listed) {
        add(&line, " and ");
        vfj_text_add_u64(&line.text, links->changes - listed);
        add(&line, " changes of other links");
    }
    if (links->last_us > links->first_us) {
        add(&line, " in ");
        vfj_time_add_duration(&line.text, links->last_us - links->first_us);
    }
    print_line(out, &line);
}

void vfj_output_cause(FILE *out, const struct vfj_style *style, const struct vfj_record *record)
{
    struct line line;
    struct vfj_style cause = *style;
    /* for a command, show the record itself, without the command's outcome */
    cause.rows = record->kind == VFJ_RECORD_COMMAND;
    cause.layout = VFJ_LAYOUT_CAT;
    cause.colour = false;
    begin_line(&line, &cause, line_bytes, sizeof line_bytes);
    add(&line, style->tabs ? "" : "    <- ");
    vfj_text_add_u64(&line.text, record->seq);
    vfj_text_add_char(&line.text, ' ');
    add_text(&line, record, NULL);
    if (line.text.length > CAUSE_WIDTH) {
        line.text.length = CAUSE_WIDTH;
        line.hidden = 0;
        add(&line, " ...");
    }
    print_line(out, &line);
}

const char *vfj_output_text(const struct vfj_record *record, enum vfj_layout layout, bool rows)
{
    struct line line;
    const struct vfj_style style = {.rows = rows, .layout = layout};
    begin_line(&line, &style, line_bytes, sizeof line_bytes);
    add_text(&line, record, NULL);
    line_bytes[trimmed_length(&line)] = '\0';
    return line_bytes;
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

static const char *print_time(char *bytes, size_t size, const struct vfj_style *style,
                              int64_t wall_us)
{
    struct vfj_text text = vfj_text_begin(bytes, size);
    vfj_time_add_us(&text, wall_us, style->zone);
    return bytes;
}

/* Prints the seqs of the records that caused a record, the nearest cause first, such as "495
 * 494". */
static void print_causes(FILE *out, const struct vfj_causes *why)
{
    for (unsigned i = 0; i < why->count; i++)
        (void)fprintf(out, "%s%llu", i > 0 ? " " : "", (unsigned long long)why->list[i]);
}

void vfj_output_csv(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                    const struct vfj_causes *why)
{
    char time[64];
    (void)fprintf(out, "%llu,", (unsigned long long)record->seq);
    vfj_csv_print_time(out, print_time(time, sizeof time, style, record->wall_us));
    /* These columns need no quotes: the word is one of this program's, and an interface's name
     * begins with a letter. */
    (void)fprintf(out, ",%llu,%s,%s,", (unsigned long long)record->boot, vfj_output_word(record),
                  vfj_record_who(record).text);
    vfj_csv_print(out, vfj_output_text(record, VFJ_LAYOUT_TEXT, true));
    if (why != NULL) {
        (void)fputc(',', out);
        print_causes(out, why);
    }
    (void)fputc('\n', out);
}

void vfj_output_csv_header(FILE *out, bool why)
{
    (void)fprintf(out, "seq,time,boot,word,interface,text%s\n", why ? ",why" : "");
}

static void print_pair(FILE *out, const char *key, struct vfj_span value)
{
    if (value.length == 0)
        return;
    (void)fprintf(out, "    %s=", key);
    vfj_terminal_print(out, value);
    (void)fputc('\n', out);
}

void vfj_output_verbose(FILE *out, const struct vfj_style *style, const struct vfj_record *record,
                        const struct vfj_causes *why)
{
    char bytes[64];
    (void)fprintf(out, "%s  record %llu\n", print_time(bytes, sizeof bytes, style, record->wall_us),
                  (unsigned long long)record->seq);
    print_pair(out, "kind", vfj_span_of(vfj_record_kind_name(record->kind)));
    (void)fprintf(out, "    boot=%llu\n    mono_us=%lld\n", (unsigned long long)record->boot,
                  (long long)record->mono_us);
    if (record->cause != 0)
        (void)fprintf(out, "    cause=%llu\n", (unsigned long long)record->cause);
    if (why != NULL && why->count > 0) {
        (void)fputs("    why=", out);
        print_causes(out, why);
        (void)fputc('\n', out);
    }
    print_pair(out, "interface", vfj_span_of(vfj_record_who(record).text));
    print_pair(out, "word", vfj_span_of(vfj_output_word(record)));
    print_pair(out, "text", vfj_span_of(vfj_output_text(record, VFJ_LAYOUT_TEXT, false)));
    print_pair(out, "body", record->body);
    print_pair(out, "note", record->note);
    struct vfj_text hash = vfj_text_begin(bytes, sizeof bytes);
    for (size_t i = 0; i < sizeof record->chain; i++)
        vfj_text_add_hex(&hash, (unsigned char)record->chain[i], 2);
    print_pair(out, "chain", vfj_span_of(bytes));
}
