/* Prints the output of `vfjournal status` as text. */
#include <string.h>

#include "core/data/finding.h"
#include "core/data/reason.h"
#include "tools/status/report.h"
#include "tools/terminal.h"
#include "tools/time_format.h"

enum { LINE_SIZE = 4096, LABEL_WIDTH = 8 };

struct line {
    char bytes[LINE_SIZE];
    struct vfj_text text;
};

static struct vfj_text *begin(struct line *line, const char *label)
{
    line->text = vfj_text_begin(line->bytes, sizeof line->bytes);
    for (size_t length = strlen(label); length < LABEL_WIDTH; length++)
        vfj_text_add_char(&line->text, ' ');
    vfj_text_add(&line->text, label);
    vfj_text_add(&line->text, ": ");
    return &line->text;
}

static void end(FILE *out, struct line *line)
{
    (void)fputs(line->bytes, out);
    (void)fputc('\n', out);
}

static void add_untrusted(struct vfj_text *text, const char *string)
{
    vfj_terminal_add(text, vfj_span_of(string));
}

static void print_journal(FILE *out, const struct vfj_status_report *report)
{
    struct line line;
    struct vfj_text *text = begin(&line, "journal");
    const struct vfj_replay_result *result = &report->facts->result;
    add_untrusted(text, report->path);
    vfj_text_add(text, ", ");
    vfj_text_add_u64(text, result->records - (result->first - 1));
    vfj_text_add(text, " records");
    if (result->first > 1) {
        vfj_text_add(text, " from number ");
        vfj_text_add_u64(text, result->first);
        vfj_text_add(text, " on,");
    }
    if (result->records > 0) {
        vfj_text_add(text, " up to ");
        vfj_time_add(text, report->facts->newest_wall_us, report->zone);
    }
    vfj_text_add(text, ", ");
    vfj_text_add(text, vfj_verdict_name((enum vfj_verdict)result->verdict));
    end(out, &line);
}

static void print_daemon(FILE *out, const struct vfj_status_report *report)
{
    struct line line;
    struct vfj_text *text = begin(&line, "daemon");
    const struct vfj_head *head = &report->facts->machine.state.head;
    if (report->daemon > 0) {
        vfj_text_add(text, "running, pid ");
        vfj_text_add_i64(text, report->daemon);
    } else {
        vfj_text_add(text, report->daemon == 0 ? "not running" : "unknown");
    }
    /* a pruned journal may lack the row of the daemon's start, but has the state after it */
    if (report->facts->started_wall_us != 0 || head->running) {
        vfj_text_add(text, report->daemon == 0 ? "; the last one: mode " : ", mode ");
        vfj_text_add(text, vfj_mode_name((enum vfj_mode)head->mode));
        vfj_text_add(text, ", policy ");
        vfj_text_add(text, vfj_policy_name((enum vfj_policy)head->policy));
    }
    if (report->facts->started_wall_us != 0) {
        vfj_text_add(text, ", since ");
        vfj_time_add(text, report->facts->started_wall_us, report->zone);
    }
    end(out, &line);
}

static void print_instant(FILE *out, const struct vfj_status_report *report, const char *label,
                          const struct vfj_instant *instant, const char *none)
{
    struct line line;
    struct vfj_text *text = begin(&line, label);
    if (instant->wall_us == 0) {
        vfj_text_add(text, none);
    } else {
        vfj_time_add(text, instant->wall_us, report->zone);
        vfj_text_add(text, ": ");
        add_untrusted(text, instant->text);
    }
    end(out, &line);
}

/* Prints how many events wait in the daemon's memory. Printed first, because the records lack these
 * events. */
static void print_waiting(FILE *out, const struct vfj_status_report *report)
{
    if (report->waiting > 0)
        (void)fprintf(out, "%*s: %llu %s\n", LABEL_WIDTH, "trouble",
                      (unsigned long long)report->waiting, vfj_status_trouble(report, 0));
}

static void print_whole(FILE *out, const struct vfj_status_report *report)
{
    const struct vfj_status_facts *facts = report->facts;
    const char *trouble;
    print_waiting(out, report);
    print_journal(out, report);
    print_daemon(out, report);
    print_instant(out, report, "devd",
                  facts->listening || report->daemon == 0 ? &facts->connected
                                                          : &(struct vfj_instant){0},
                  facts->listening ? "connected" : "not connected");
    print_instant(out, report, "last gap", &facts->gap, "none");
    if (facts->machine.state.head.transparent)
        (void)fprintf(
            out, "%*s: transparent VF mode: hn(4) itself moves the data path, which is recorded\n",
            LABEL_WIDTH, "hn(4)");
    for (unsigned i = report->waiting > 0; (trouble = vfj_status_trouble(report, i)) != NULL; i++)
        (void)fprintf(out, "%*s: %s\n", LABEL_WIDTH, "trouble", trouble);
}

/* The number of columns of the table. Each column is as wide as its widest cell. */
enum { COLUMNS = 6 };
static const char *const headings[COLUMNS] = {"SLOT", "STATE", "VF", "GEN", "SINCE", "LAGG"};

struct row {
    char cells[COLUMNS][VFJ_NAME_SIZE * (VFJ_PORTS_MAX + 2)];
};

static void set(struct row *row, unsigned column, const char *string)
{
    vfj_span_copy(row->cells[column], sizeof row->cells[column],
                  vfj_span_of(string[0] != '\0' ? string : "-"));
}

static void set_lagg(struct row *row, const struct vfj_slot *slot, const struct vfj_lagg_seen *lagg)
{
    struct vfj_text text = vfj_text_begin(row->cells[5], sizeof row->cells[5]);
    if (lagg->wall_us == 0 || !lagg->exists) {
        vfj_text_add_char(&text, '-');
        return;
    }
    vfj_text_add(&text, vfj_name_lagg(slot->unit).text);
    vfj_text_add_char(&text, ':');
    for (unsigned i = 0; i < lagg->port_count; i++) {
        vfj_text_add_char(&text, ' ');
        vfj_text_add(&text, lagg->ports[i].text);
    }
    if (lagg->port_count == 0)
        vfj_text_add(&text, " no ports");
}

static void fill(struct row *row, const struct vfj_status_report *report,
                 const struct vfj_slot *slot, const struct vfj_slot_facts *facts)
{
    char bytes[64];
    set(row, 0, slot->hn.text);
    set(row, 1, vfj_slot_state_name((enum vfj_slot_state)slot->state));
    set(row, 2, slot->vf.text);
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add_u64(&text, slot->generation);
    set(row, 3, bytes);
    text = vfj_text_begin(bytes, sizeof bytes);
    if (facts->since_wall_us != 0)
        vfj_time_add(&text, facts->since_wall_us, report->zone);
    set(row, 4, bytes);
    set_lagg(row, slot, &facts->lagg);
}

static void print_cell(FILE *out, const char *cell, int width, bool last)
{
    (void)fprintf(out, "%-*s%s", last ? 0 : width, cell, last ? "\n" : "  ");
}

static void measure(const struct vfj_status_report *report, int widths[COLUMNS])
{
    const struct vfj_state *state = &report->facts->machine.state;
    struct row row;
    for (unsigned column = 0; column < COLUMNS; column++)
        widths[column] = (int)strlen(headings[column]);
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        fill(&row, report, &state->slots[i], &report->facts->slots[i]);
        for (unsigned column = 0; column < COLUMNS; column++) {
            int width = (int)strlen(row.cells[column]);
            widths[column] = width > widths[column] ? width : widths[column];
        }
    }
}

static void add_end(struct vfj_text *text, const struct vfj_outcome *outcome)
{
    switch ((enum vfj_outcome_kind)outcome->kind) {
    case VFJ_OUTCOME_EXITED:
        vfj_text_add(text, outcome->status == 0 ? "ok" : "exit ");
        break;
    case VFJ_OUTCOME_SIGNALED:
        vfj_text_add(text, "signal ");
        break;
    case VFJ_OUTCOME_TIMEOUT:
        vfj_text_add(text, "timed out, signal ");
        break;
    case VFJ_OUTCOME_ABSENT:
        vfj_text_add(text, "not started, errno ");
        break;
    case VFJ_OUTCOME_SKIPPED:
        vfj_text_add(text, "not run: observe mode");
        return;
    case VFJ_OUTCOME_NOT_RUN:
        vfj_text_add(text, "not run: a command before it failed");
        return;
    case VFJ_OUTCOME_COUNT:
        break;
    }
    if (!vfj_outcome_ok(outcome))
        vfj_text_add_i64(text, outcome->status);
    vfj_text_add(text, ", ");
    vfj_time_add_duration(text, outcome->duration_us);
    if (!vfj_outcome_ok(outcome) && outcome->output[0] != '\0') {
        vfj_text_add(text, ": ");
        vfj_terminal_add(text, (struct vfj_span){outcome->output, strcspn(outcome->output, "\n")});
    }
}

static void print_last(FILE *out, const struct vfj_last_command *last)
{
    struct line line;
    struct vfj_text *text = begin(&line, "last");
    if (last->id == 0)
        return;
    add_untrusted(text, last->argv);
    vfj_text_add(text, ": ");
    if (last->ended)
        add_end(text, &last->outcome);
    else
        vfj_text_add(text, "has not ended");
    end(out, &line);
}

static void print_timer(FILE *out, const struct vfj_status_report *report,
                        const struct vfj_slot *slot)
{
    int64_t left_us = 0;
    struct line line;
    const char *what = vfj_status_timer(report, slot, &left_us);
    if (what == NULL)
        return;
    struct vfj_text *text = begin(&line, what);
    vfj_time_add_duration(text, left_us);
    vfj_text_add(text, report->daemon > 0 ? " left" : " left when the journal ends");
    end(out, &line);
}

static void print_fault(FILE *out, const struct vfj_slot *slot)
{
    struct line line;
    if (slot->fault == VFJ_REASON_NONE)
        return;
    struct vfj_text *text = begin(&line, "fault");
    vfj_text_add(text, vfj_reason_text((enum vfj_reason)slot->fault));
    vfj_status_add_user(text, slot);
    if (slot->plan.failures > 1) {
        vfj_text_add(text, "; ");
        vfj_text_add_u64(text, slot->plan.failures);
        vfj_text_add(text, " times in a row");
    }
    end(out, &line);
}

/* Prints the findings about a slot in transparent mode, each with the advice for it. */
static void print_findings(FILE *out, const struct vfj_slot *slot)
{
    for (unsigned kind = 0; kind < VFJ_FOUND_COUNT; kind++) {
        enum vfj_reason reason = vfj_found_reason((enum vfj_finding_kind)kind);
        if ((slot->transparent.findings >> kind & 1) == 0)
            continue;
        (void)fprintf(out, "%*s: %s: %s\n", LABEL_WIDTH, "finding", vfj_reason_name(reason),
                      vfj_reason_text(reason));
        (void)fprintf(out, "%*s  %s\n", LABEL_WIDTH, "",
                      vfj_found_advice((enum vfj_finding_kind)kind));
    }
}

static void print_slot(FILE *out, const struct vfj_status_report *report, unsigned index,
                       const int widths[COLUMNS])
{
    const struct vfj_slot *slot = &report->facts->machine.state.slots[index];
    const struct vfj_slot_facts *facts = &report->facts->slots[index];
    struct row row;
    fill(&row, report, slot, facts);
    for (unsigned column = 0; column < COLUMNS; column++)
        print_cell(out, row.cells[column], widths[column], column + 1 == COLUMNS);
    if (slot->state == VFJ_SLOT_LAGGED && !vfj_slot_is_on_vf(slot))
        (void)fprintf(out, "%*s: not yet on the VF\n", LABEL_WIDTH, "traffic");
    print_timer(out, report, slot);
    print_last(out, &facts->last);
    if (slot->transparent.findings == 0 || slot->plan.failures > 0)
        print_fault(out, slot);
    print_findings(out, slot);
}

void vfj_status_print(FILE *out, const struct vfj_status_report *report)
{
    const struct vfj_state *state = &report->facts->machine.state;
    int widths[COLUMNS];
    bool any = false;
    print_whole(out, report);
    measure(report, widths);
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        if (!vfj_status_shows(report, &state->slots[i]))
            continue;
        if (!any)
            (void)fputc('\n', out);
        for (unsigned column = 0; column < COLUMNS && !any; column++)
            print_cell(out, headings[column], widths[column], column + 1 == COLUMNS);
        any = true;
        print_slot(out, report, i, widths);
    }
    if (!any)
        (void)fputs("\nNo VF has been seen.\n", out);
}
