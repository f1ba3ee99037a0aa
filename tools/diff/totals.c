/* Totals of a migration or of a whole journal: numbers of decisions, and sums of times. */
#include "tools/diff/totals.h"

#include <inttypes.h>

#include "tools/audit/read.h"
#include "tools/time_format.h"

enum { LABEL_WIDTH = 26, CELL_WIDTH = 16, CELL_SIZE = 64 };

void vfj_totals_add(struct vfj_totals *totals, const struct vfj_decisions *decisions)
{
    for (size_t i = 0; i < decisions->count; i++) {
        const struct vfj_decided *decided = &decisions->list[i];
        int64_t us = decided->duration_us > 0 ? decided->duration_us : 0;
        switch ((enum vfj_decided_kind)decided->kind) {
        case VFJ_DECIDED_STATE:
            totals->changes++;
            if (decided->state < VFJ_SLOT_STATE_COUNT)
                totals->state_us[decided->state] += us;
            break;
        case VFJ_DECIDED_NOTICE:
            totals->notices++;
            break;
        case VFJ_DECIDED_COMMAND:
            totals->commands++;
            totals->failed += decided->is_failed;
            totals->commands_us += us;
            break;
        }
    }
}

enum vfj_status vfj_totals_add_migrations(struct vfj_totals *totals, struct vfj_journal *journal,
                                          int64_t now_us)
{
    struct vfj_audit audit = {0};
    enum vfj_status status = vfj_audit_read(journal, now_us, NULL, NULL, &audit);
    for (size_t i = 0; status == VFJ_OK && i < audit.count; i++)
        totals->slow_us += vfj_episode_us(&audit.episodes[i]);
    totals->migrations += audit.count;
    vfj_audit_free(&audit);
    return status;
}

static void print_cells(FILE *out, const char *label, const char *a, const char *b,
                        const char *change)
{
    (void)fprintf(out, "%-*s%*s%*s%*s\n", LABEL_WIDTH, label, CELL_WIDTH, a, CELL_WIDTH, b,
                  CELL_WIDTH, change);
}

static void print_count(FILE *out, const char *label, uint64_t a, uint64_t b)
{
    char cells[3][CELL_SIZE];
    if (a == 0 && b == 0)
        return;
    (void)snprintf(cells[0], CELL_SIZE, "%" PRIu64, a);
    (void)snprintf(cells[1], CELL_SIZE, "%" PRIu64, b);
    (void)snprintf(cells[2], CELL_SIZE, "%s%" PRIu64, a == b ? "" : (b > a ? "+" : "-"),
                   b > a ? b - a : a - b);
    print_cells(out, label, cells[0], cells[1], cells[2]);
}

static void set_duration(char *cell, const char *sign, int64_t us)
{
    struct vfj_text text = vfj_text_begin(cell, CELL_SIZE);
    vfj_text_add(&text, sign);
    vfj_time_add_duration(&text, us);
}

/* Prints a row. A change that is too short for the printed digits has no sign. */
static void print_duration(FILE *out, const char *label, int64_t a_us, int64_t b_us)
{
    char cells[3][CELL_SIZE];
    if (a_us == 0 && b_us == 0)
        return;
    set_duration(cells[0], "", a_us);
    set_duration(cells[1], "", b_us);
    int64_t change_us = b_us > a_us ? b_us - a_us : a_us - b_us;
    if (change_us < 100)
        (void)snprintf(cells[2], CELL_SIZE, "0");
    else
        set_duration(cells[2], b_us > a_us ? "+" : "-", change_us);
    print_cells(out, label, cells[0], cells[1], cells[2]);
}

void vfj_totals_print(FILE *out, const struct vfj_totals *a, const struct vfj_totals *b)
{
    char label[LABEL_WIDTH];
    print_cells(out, "", "A", "B", "B - A");
    print_count(out, "migrations", a->migrations, b->migrations);
    print_duration(out, "on the slow path", a->slow_us, b->slow_us);
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
        (void)snprintf(label, sizeof label, "  in state %s",
                       vfj_slot_state_name((enum vfj_slot_state)i));
        print_duration(out, label, a->state_us[i], b->state_us[i]);
    }
    print_count(out, "changes of state", a->changes, b->changes);
    print_count(out, "notices", a->notices, b->notices);
    print_count(out, "commands", a->commands, b->commands);
    print_count(out, "  without success", a->failed, b->failed);
    print_duration(out, "  time of all", a->commands_us, b->commands_us);
}

void vfj_totals_add_json(struct vfj_json *json, const struct vfj_totals *totals)
{
    vfj_json_add_integer(json, "migrations", (int64_t)totals->migrations);
    vfj_json_add_duration(json, "slow_path", totals->slow_us);
    vfj_json_add_integer(json, "changes", (int64_t)totals->changes);
    vfj_json_add_integer(json, "notices", (int64_t)totals->notices);
    vfj_json_add_integer(json, "commands", (int64_t)totals->commands);
    vfj_json_add_integer(json, "failed_commands", (int64_t)totals->failed);
    vfj_json_add_duration(json, "command_time", totals->commands_us);
}
