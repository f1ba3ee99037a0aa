/* vfjournal migrations: lists the episodes, times in which a slot's traffic did not go through its
 * VF. */
#include <stdio.h>
#include <string.h>

#include "tools/audit/describe.h"
#include "tools/audit/source.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal migrations [OPTION]... [-J FILE | FILE]\n"
    "Lists how often slots were without the fast path, how long and why: from the row\n"
    "in which the VF left until the slot was lagged or switched again. The newest is\n"
    "the last.\n"
    "\n"
    "  -n, --lines N        the newest N, or all; default 20, and all with -S\n"
    "  -i, --interface IF   only of this hn or VF; may be repeated\n"
    "  -S, --since TIME     only those that lasted to TIME or began later\n"
    "  -U, --until TIME     only those that began until TIME\n"
    "  -V, --verdict VERDICT  only clean, slow, failed or unfinished ones; may be\n"
    "                       repeated\n"
    "      --slow DURATION  a longer one is slow; default 120s\n"
    "  -o, --output FORMAT  short (default), or json: one object a line\n"
    "      --utc            times in UTC, not in the local zone\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "The ID is the number of the first row: `vfjournal migration ID` tells more. TIME\n"
    "is as in vfjournal show, DURATION as 90s or 2m30s.\n"
    "\n"
    "Exit status: 0 printed; 1 none matches; 2 usage, or an unusable journal; 4 the\n"
    "system failed; 5 damaged, the readable records were used.\n";

enum { DEFAULT_COUNT = 20, OPTION_UTC = 256, OPTION_SLOW };

struct migrations {
    const char *path;
    uint64_t count; /* the value of -n; 0: the default */
    struct vfj_names names;
    int64_t since_us, until_us, slow_us;
    bool has_since;
    bool verdicts[VFJ_EPISODE_VERDICT_COUNT];
    bool has_verdicts;
    bool json;
    enum vfj_zone zone;
    struct vfj_audit_source source;
};

static int take_verdict(struct migrations *migrations, const char *value)
{
    static const char *const names[] = {
#define X(symbol, name, text) [VFJ_EPISODE_##symbol] = (name),
        VFJ_EPISODE_VERDICTS(X)
#undef X
            NULL};
    int verdict = vfj_option_choice(value, names);
    if (verdict < 0)
        return vfj_usage_error("migrations", "-V takes clean, slow, failed or unfinished, not",
                               value);
    migrations->verdicts[verdict] = true;
    migrations->has_verdicts = true;
    return VFJ_OPTIONS_READ;
}

static int take_count(struct migrations *migrations, const char *value)
{
    migrations->count = UINT64_MAX;
    if (strcmp(value, "all") == 0 || vfj_option_count(value, &migrations->count))
        return VFJ_OPTIONS_READ;
    return vfj_usage_error("migrations", "-n takes a number of at least 1, or all, not", value);
}

static int take(struct migrations *migrations, int option, const char *value)
{
    static const char *const formats[] = {"short", "json", NULL};
    switch (option) {
    case 'n':
        return take_count(migrations, value);
    case 'i':
        return vfj_option_interface("migrations", value, &migrations->names);
    case 'S':
        migrations->has_since = true;
        return vfj_option_time("migrations", 'S', value, migrations->zone, &migrations->since_us);
    case 'U':
        return vfj_option_time("migrations", 'U', value, migrations->zone, &migrations->until_us);
    case 'V':
        return take_verdict(migrations, value);
    case OPTION_SLOW:
        return vfj_option_slow("migrations", value, &migrations->slow_us);
    case 'o':
        migrations->json = vfj_option_choice(value, formats) == 1;
        return vfj_option_choice(value, formats) >= 0
            ? VFJ_OPTIONS_READ
            : vfj_usage_error("migrations", "-o takes short or json, not", value);
    case 'J':
        migrations->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct migrations *migrations, int argc, char **argv)
{
    static const struct option table[] = {
        {"lines", required_argument, NULL, 'n'},
        {"interface", required_argument, NULL, 'i'},
        {"since", required_argument, NULL, 'S'},
        {"until", required_argument, NULL, 'U'},
        {"verdict", required_argument, NULL, 'V'},
        {"slow", required_argument, NULL, OPTION_SLOW},
        {"output", required_argument, NULL, 'o'},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    migrations->zone = vfj_options_zone(argc, argv);
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("migrations", argc, argv, ":n:i:S:U:V:o:J:h", table)) != -1)
        parsed = option == OPTION_UTC ? VFJ_OPTIONS_READ : take(migrations, option, optarg);
    return parsed == VFJ_OPTIONS_READ
        ? vfj_option_journal("migrations", argc, argv, &migrations->path)
        : parsed;
}

static bool is_chosen(const struct migrations *migrations, const struct vfj_episode *episode)
{
    return (vfj_names_choose(&migrations->names, episode->slot)
            || vfj_names_choose(&migrations->names, episode->vf_before)
            || vfj_names_choose(&migrations->names, episode->vf_after))
        && episode->begin.wall_us <= migrations->until_us
        && episode->end.wall_us >= migrations->since_us;
}

static const char *colour_of(enum vfj_episode_verdict verdict)
{
    switch (verdict) {
    case VFJ_EPISODE_CLEAN:
        return "\033[32m";
    case VFJ_EPISODE_SLOW:
        return "\033[33m";
    case VFJ_EPISODE_FAILED:
    case VFJ_EPISODE_UNFINISHED:
        return "\033[31m";
    case VFJ_EPISODE_VERDICT_COUNT:
        break;
    }
    return "";
}

/* The columns of the table. Each is as wide as its widest cell. The column NOTES is the last and
 * gets the rest of the line. */
enum { COLUMNS = 7, VERDICT_COLUMN = 4, CELL_SIZE = 512 };

struct row {
    char cells[COLUMNS][CELL_SIZE];
};

static void fill(struct row *row, const struct migrations *migrations, size_t index)
{
    const struct vfj_audit *audit = &migrations->source.audit;
    const struct vfj_episode *episode = &audit->episodes[index];
    struct vfj_text texts[COLUMNS];
    for (unsigned i = 0; i < COLUMNS; i++)
        texts[i] = vfj_text_begin(row->cells[i], CELL_SIZE);
    vfj_text_add_u64(&texts[0], episode->id);
    vfj_text_add(&texts[1], episode->slot.text);
    vfj_time_add(&texts[2], episode->begin.wall_us, migrations->zone);
    vfj_time_add_duration(&texts[3], vfj_episode_us(episode));
    vfj_text_add(&texts[VERDICT_COLUMN],
                 vfj_episode_verdict_name(vfj_episode_verdict(episode, migrations->slow_us)));
    vfj_episode_add_vf(&texts[5], episode);
    vfj_episode_add_notes(&texts[6], episode,
                          vfj_episode_count_others(audit->episodes, audit->count, index));
}

static void measure(const struct row *row, int widths[COLUMNS])
{
    for (unsigned i = 0; i < COLUMNS; i++) {
        int width = (int)strlen(row->cells[i]);
        widths[i] = width > widths[i] ? width : widths[i];
    }
}

/* Prints a row of the table. On a terminal, long notes continue on the next line, below their
 * column. */
static void print_row(const struct row *row, const int widths[COLUMNS],
                      const struct vfj_style *style, const char *colour)
{
    static char line[COLUMNS * (CELL_SIZE + 2) + 32];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    unsigned count = COLUMNS;
    int indent = 0;
    while (count > 1 && row->cells[count - 1][0] == '\0')
        count--;
    for (unsigned i = 0; i < count; i++) {
        bool is_coloured = i == VERDICT_COLUMN && colour[0] != '\0';
        int width = i + 1 < count ? widths[i] : 0;
        vfj_text_add(&text, i > 0 ? "  " : "");
        if (is_coloured)
            vfj_text_add(&text, colour);
        vfj_text_format(&text, "%-*s", width, row->cells[i]);
        if (is_coloured)
            vfj_text_add(&text, "\033[0m");
        indent += i + 1 < COLUMNS ? widths[i] + 2 : 0;
    }
    vfj_terminal_print_wrapped(stdout, (struct vfj_span){line, text.length}, style->width, indent);
}

static void print_table(const struct migrations *migrations)
{
    static const struct row header
        = {{"ID", "SLOT", "BEGAN", "SLOW PATH", "VERDICT", "VF", "NOTES"}};
    static struct row row;
    const struct vfj_audit *audit = &migrations->source.audit;
    struct vfj_style style = vfj_style_of(stdout);
    int widths[COLUMNS] = {0};
    measure(&header, widths);
    for (size_t i = 0; i < audit->count; i++) {
        if (vfj_name_is_empty(audit->episodes[i].slot))
            continue;
        fill(&row, migrations, i);
        measure(&row, widths);
    }
    print_row(&header, widths, &style, "");
    for (size_t i = 0; i < audit->count; i++) {
        const struct vfj_episode *episode = &audit->episodes[i];
        if (vfj_name_is_empty(episode->slot))
            continue;
        fill(&row, migrations, i);
        print_row(&row, widths, &style,
                  style.colour ? colour_of(vfj_episode_verdict(episode, migrations->slow_us)) : "");
    }
}

static bool print_json(const struct migrations *migrations, struct vfj_json *json,
                       const struct vfj_episode *episode)
{
    vfj_episode_add_json(json, episode, migrations->slow_us);
    return vfj_print_object(stdout, json);
}

/* Chooses the newest episodes and counts their commands, because the verdict depends on the
 * commands. Marks all other episodes by an empty slot. Adds the number of chosen episodes to
 * *chosen. */
static enum vfj_status choose(struct migrations *migrations, uint64_t *chosen)
{
    struct vfj_audit *audit = &migrations->source.audit;
    uint64_t most = migrations->count > 0 ? migrations->count
        : migrations->has_since           ? UINT64_MAX
                                          : DEFAULT_COUNT;
    enum vfj_status status = VFJ_OK;
    for (size_t i = audit->count; i-- > 0 && status == VFJ_OK;) {
        struct vfj_episode *episode = &audit->episodes[i];
        bool right = *chosen < most && is_chosen(migrations, episode);
        if (right)
            status = vfj_audit_count_commands(migrations->source.journal, episode);
        if (right && migrations->has_verdicts)
            right = migrations->verdicts[vfj_episode_verdict(episode, migrations->slow_us)];
        *chosen += right;
        if (!right)
            episode->slot.text[0] = '\0';
    }
    return status;
}

static int print(struct migrations *migrations)
{
    const struct vfj_audit *audit = &migrations->source.audit;
    if (!migrations->json) {
        print_table(migrations);
        return VFJ_EXIT_OK;
    }
    struct vfj_json *json = vfj_json_open();
    bool right = json != NULL;
    for (size_t i = 0; i < audit->count && right; i++) {
        if (!vfj_name_is_empty(audit->episodes[i].slot))
            right = print_json(migrations, json, &audit->episodes[i]);
    }
    vfj_json_close(json);
    return right ? VFJ_EXIT_OK : vfj_complain_status(migrations->source.input.name, VFJ_SYSTEM, "");
}

static int run(struct migrations *migrations)
{
    const struct vfj_audit_source *source = &migrations->source;
    uint64_t chosen = 0;
    size_t all = source->audit.count;
    if (migrations->since_us > migrations->until_us) {
        vfj_complain(source->input.name, "-S is later than -U: no migration can match");
        return VFJ_EXIT_DIFFERENT;
    }
    enum vfj_status status = choose(migrations, &chosen);
    if (status != VFJ_OK && status != VFJ_JOURNAL_DAMAGED)
        return vfj_audit_source_fail(source, status);
    int exit_status = chosen > 0 ? print(migrations) : VFJ_EXIT_DIFFERENT;
    if (chosen == 0)
        vfj_complain(source->input.name,
                     all == 0 ? "no slot was ever without the fast path" : "no migration matches");
    if (status == VFJ_JOURNAL_DAMAGED)
        return vfj_audit_source_fail(source, status);
    int damage = vfj_audit_source_report(source);
    return damage != VFJ_EXIT_OK ? damage : exit_status;
}

int vfj_verb_migrations(int argc, char **argv)
{
    struct migrations migrations = {.source = {.verb = "migrations"},
                                    .since_us = INT64_MIN,
                                    .until_us = INT64_MAX,
                                    .slow_us = VFJ_SLOW_US};
    int exit_status = read_options(&migrations, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_audit_source_open(&migrations.source, migrations.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = run(&migrations);
    vfj_audit_source_close(&migrations.source);
    return vfj_finish_output(exit_status);
}
