/* vfjournal migrations: lists the times in which slots were without the fast path. */
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
    uint64_t count; /* 0: the default */
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
        return vfj_option_time("migrations", "-S takes a time, not", value, migrations->zone,
                               &migrations->since_us);
    case 'U':
        return vfj_option_time("migrations", "-U takes a time, not", value, migrations->zone,
                               &migrations->until_us);
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

static void print_header(void)
{
    (void)printf("%-8s %-6s %-26s %-12s %-11s %-14s %s\n", "ID", "SLOT", "BEGAN", "SLOW PATH",
                 "VERDICT", "VF", "NOTES");
}

static void print_line(const struct migrations *migrations, const struct vfj_episode *episode,
                       unsigned others, bool colour)
{
    char began[64], lasted[64], vf[64], notes[512];
    struct vfj_text text = vfj_text_begin(began, sizeof began);
    enum vfj_episode_verdict verdict = vfj_episode_verdict(episode, migrations->slow_us);
    vfj_time_add(&text, episode->begin.wall_us, migrations->zone);
    text = vfj_text_begin(lasted, sizeof lasted);
    vfj_time_add_duration(&text, vfj_episode_us(episode));
    text = vfj_text_begin(vf, sizeof vf);
    vfj_episode_add_vf(&text, episode);
    text = vfj_text_begin(notes, sizeof notes);
    vfj_episode_add_notes(&text, episode, others);
    (void)printf("%-8llu %-6s %-26s %-12s %s%-11s%s %s%*s%s%s\n", (unsigned long long)episode->id,
                 episode->slot.text, began, lasted, colour ? colour_of(verdict) : "",
                 vfj_episode_verdict_name(verdict), colour ? "\033[0m" : "", vf,
                 notes[0] != '\0' && strlen(vf) < 14 ? 14 - (int)strlen(vf) : 0, "",
                 notes[0] != '\0' ? " " : "", notes);
}

static bool print_json(const struct migrations *migrations, struct vfj_json *json,
                       const struct vfj_episode *episode)
{
    vfj_episode_add_json(json, episode, migrations->slow_us);
    struct vfj_span object = vfj_json_end(json);
    if (object.length == 0)
        return false;
    vfj_terminal_print_json(stdout, object);
    (void)fputc('\n', stdout);
    return true;
}

/* Chooses the newest episodes, and counts their commands: the verdict depends on them. Marks the
 * others by an empty slot. Returns how many are chosen. */
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
    struct vfj_json *json = migrations->json ? vfj_json_open() : NULL;
    bool right = json != NULL || !migrations->json;
    bool colour = vfj_style_of(stdout).colour;
    if (!migrations->json)
        print_header();
    for (size_t i = 0; i < audit->count && right; i++) {
        const struct vfj_episode *episode = &audit->episodes[i];
        if (vfj_name_is_empty(episode->slot))
            continue;
        if (migrations->json)
            right = print_json(migrations, json, episode);
        else
            print_line(migrations, episode,
                       vfj_episode_count_others(audit->episodes, audit->count, i), colour);
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
    struct migrations migrations
        = {.since_us = INT64_MIN, .until_us = INT64_MAX, .slow_us = VFJ_SLOW_US};
    int exit_status = read_options(&migrations, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_audit_source_open(&migrations.source, migrations.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = run(&migrations);
    vfj_audit_source_close(&migrations.source);
    return vfj_finish_output(exit_status);
}
