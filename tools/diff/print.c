/* Prints two migrations side by side. */
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "store/json.h"
#include "tools/audit/describe.h"
#include "tools/diff/diff.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { LINE_SIZE = 16384, CELL_SIZE = 64, TEXT_COLUMN = 40 };

static bool is_far(int64_t a_us, int64_t b_us)
{
    return a_us - b_us >= VFJ_DIFF_US || b_us - a_us >= VFJ_DIFF_US;
}

static const struct vfj_decided *decided_of(const struct vfj_diff_side *side, int32_t index)
{
    return index == VFJ_NO_INDEX ? NULL : &side->decisions.list[index];
}

/* Returns the character with which a line begins: '+' or '-' for a decision on one side only. */
static char mark_of(const struct vfj_decided *a, const struct vfj_decided *b)
{
    if (a == NULL || b == NULL)
        return a == NULL ? '+' : '-';
    bool is_same = a->is_failed == b->is_failed && !is_far(a->duration_us, b->duration_us);
    return is_same ? ' ' : '~';
}

static void set_cell(char cell[CELL_SIZE], bool has_time, int64_t us)
{
    struct vfj_text text = vfj_text_begin(cell, CELL_SIZE);
    if (has_time)
        vfj_time_add_duration(&text, us);
    else
        vfj_text_add_char(&text, '-');
}

/* Returns true when both sides decided the same for interfaces with different names. */
static bool has_other_names(const struct vfj_decided *a, const struct vfj_decided *b)
{
    return a != NULL && b != NULL && strcmp(a->text, b->text) != 0;
}

static void print_line(const struct vfj_decided *a, const struct vfj_decided *b)
{
    static const char *const words[] = {[VFJ_DECIDED_STATE] = "-> ",
                                        [VFJ_DECIDED_NOTICE] = "notice: ",
                                        [VFJ_DECIDED_COMMAND] = "run "};
    const struct vfj_decided *either = a != NULL ? a : b;
    char cells[4][CELL_SIZE];
    static char line[LINE_SIZE];
    VFJ_CHECK(either != NULL);
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    set_cell(cells[0], a != NULL, a != NULL ? a->after_us : 0);
    set_cell(cells[1], a != NULL && a->duration_us >= 0, a != NULL ? a->duration_us : 0);
    set_cell(cells[2], b != NULL, b != NULL ? b->after_us : 0);
    set_cell(cells[3], b != NULL && b->duration_us >= 0, b != NULL ? b->duration_us : 0);
    vfj_text_format(&text, "%c%9s%9s %9s%9s  %s", mark_of(a, b), cells[0], cells[1], cells[2],
                    cells[3], words[either->kind]);
    vfj_terminal_add(&text, vfj_span_of(either->text));
    if (has_other_names(a, b)) {
        vfj_text_add(&text, " (B: ");
        vfj_terminal_add(&text, vfj_span_of(b->text));
        vfj_text_add(&text, ")");
    }
    if (a != NULL && a->is_failed)
        vfj_text_add(&text, b != NULL && b->is_failed ? " (no success)" : " (no success in A)");
    else if (b != NULL && b->is_failed)
        vfj_text_add(&text, " (no success in B)");
    vfj_terminal_print_wrapped(stdout, (struct vfj_span){line, text.length}, vfj_terminal_width(1),
                               TEXT_COLUMN);
}

static void print_side(const struct vfj_diff_options *options, const char *letter,
                       const struct vfj_diff_side *side)
{
    static char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_format(&text, "%s: migration %llu of %s, ", letter,
                    (unsigned long long)side->episode.id, side->episode.slot.text);
    vfj_time_add(&text, side->episode.begin.wall_us, options->zone);
    if (side->remark[0] != '\0')
        vfj_text_format(&text, ", %s", side->remark);
    vfj_terminal_print_wrapped(stdout, (struct vfj_span){line, text.length}, vfj_terminal_width(1),
                               3);
}

static void print_end(size_t count, size_t differ, const struct vfj_diff_side *a,
                      const struct vfj_diff_side *b)
{
    char line[256];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    int64_t us = b->totals.slow_us - a->totals.slow_us;
    vfj_text_format(&text, "%zu of %zu decisions differ%s; ", differ, count,
                    differ == 1 ? "s" : "");
    if (us == 0) {
        vfj_text_add(&text, "both took the same time");
    } else {
        vfj_text_add(&text, "B took ");
        vfj_time_add_duration(&text, us < 0 ? -us : us);
        vfj_text_add(&text, us < 0 ? " less" : " more");
    }
    (void)printf("\n%s\n", line);
}

static void print_text(const struct vfj_diff_options *options, const struct vfj_diff_side *a,
                       const struct vfj_diff_side *b, const struct vfj_aligned *lines, size_t count,
                       size_t differ)
{
    print_side(options, "A", a);
    print_side(options, "B", b);
    (void)fputc('\n', stdout);
    vfj_totals_print(stdout, &a->totals, &b->totals);
    (void)printf("\n %9s%9s %9s%9s\n", "A AFTER", "A TOOK", "B AFTER", "B TOOK");
    for (size_t i = 0; i < count; i++)
        print_line(decided_of(a, lines[i].a), decided_of(b, lines[i].b));
    print_end(count, differ, a, b);
}

static bool print_side_json(struct vfj_json *json, const char *letter,
                            const struct vfj_diff_side *side)
{
    vfj_json_add_string(json, "side", letter);
    vfj_json_add_integer(json, "migration", (int64_t)side->episode.id);
    vfj_json_add_string(json, "slot", side->episode.slot.text);
    vfj_point_add_json(json, "began", &side->episode.begin);
    if (side->remark[0] != '\0')
        vfj_json_add_string(json, "remark", side->remark);
    vfj_totals_add_json(json, &side->totals);
    return vfj_print_object(stdout, json);
}

static bool print_states_json(struct vfj_json *json, const struct vfj_diff_side *a,
                              const struct vfj_diff_side *b)
{
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
        if (a->totals.state_us[i] == 0 && b->totals.state_us[i] == 0)
            continue;
        vfj_json_add_string(json, "state", vfj_slot_state_name((enum vfj_slot_state)i));
        vfj_json_add_duration(json, "time_a", a->totals.state_us[i]);
        vfj_json_add_duration(json, "time_b", b->totals.state_us[i]);
        if (!vfj_print_object(stdout, json))
            return false;
    }
    return true;
}

static void add_decided(struct vfj_json *json, const struct vfj_decided *decided,
                        const char *const keys[4])
{
    if (decided == NULL)
        return;
    vfj_json_add_integer(json, keys[0], (int64_t)decided->seq);
    vfj_json_add_duration(json, keys[1], decided->after_us);
    if (decided->duration_us >= 0)
        vfj_json_add_duration(json, keys[2], decided->duration_us);
    if (decided->kind == VFJ_DECIDED_COMMAND)
        vfj_json_add_bool(json, keys[3], decided->is_failed);
}

static bool print_line_json(struct vfj_json *json, const struct vfj_decided *a,
                            const struct vfj_decided *b)
{
    static const char *const kinds[] = {[VFJ_DECIDED_STATE] = "state",
                                        [VFJ_DECIDED_NOTICE] = "notice",
                                        [VFJ_DECIDED_COMMAND] = "run"};
    static const char *const of_a[] = {"seq_a", "after_a", "duration_a", "failed_a"};
    static const char *const of_b[] = {"seq_b", "after_b", "duration_b", "failed_b"};
    const struct vfj_decided *either = a != NULL ? a : b;
    VFJ_CHECK(either != NULL);
    vfj_json_add_string(json, "decision", kinds[either->kind]);
    vfj_json_add_string(json, "text", either->text);
    if (has_other_names(a, b))
        vfj_json_add_string(json, "text_b", b->text);
    vfj_json_add_bool(json, "same", mark_of(a, b) == ' ');
    add_decided(json, a, of_a);
    add_decided(json, b, of_b);
    return vfj_print_object(stdout, json);
}

static bool print_json(const struct vfj_diff_side *a, const struct vfj_diff_side *b,
                       const struct vfj_aligned *lines, size_t count, size_t differ, bool is_same)
{
    struct vfj_json *json = vfj_json_open();
    bool is_printed = json != NULL && print_side_json(json, "a", a) && print_side_json(json, "b", b)
        && print_states_json(json, a, b);
    for (size_t i = 0; i < count && is_printed; i++)
        is_printed = print_line_json(json, decided_of(a, lines[i].a), decided_of(b, lines[i].b));
    if (is_printed) {
        vfj_json_add_bool(json, "same", is_same);
        vfj_json_add_integer(json, "decisions", (int64_t)count);
        vfj_json_add_integer(json, "differ", (int64_t)differ);
        is_printed = vfj_print_object(stdout, json);
    }
    vfj_json_close(json);
    return is_printed;
}

int vfj_diff_print(const struct vfj_diff_options *options, const struct vfj_diff_side *a,
                   const struct vfj_diff_side *b, const char *name)
{
    size_t count = 0, differ = 0;
    struct vfj_aligned *lines = vfj_decisions_align(&a->decisions, &b->decisions, &count);
    if (lines == NULL)
        return vfj_complain_status(name, VFJ_SYSTEM, "out of memory");
    for (size_t i = 0; i < count; i++)
        differ += mark_of(decided_of(a, lines[i].a), decided_of(b, lines[i].b)) != ' ';
    bool is_same = differ == 0 && !is_far(a->totals.slow_us, b->totals.slow_us);
    bool is_printed = true;
    if (options->json)
        is_printed = print_json(a, b, lines, count, differ, is_same);
    else
        print_text(options, a, b, lines, count, differ);
    free(lines);
    if (!is_printed)
        return vfj_complain_status(name, VFJ_SYSTEM, "out of memory");
    return is_same ? VFJ_EXIT_OK : VFJ_EXIT_DIFFERENT;
}
