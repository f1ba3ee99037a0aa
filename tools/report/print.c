/* Prints the report of `vfjournal report`. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/json.h"
#include "tools/report/report.h"
#include "tools/terminal.h"

enum {
    LINE_SIZE = 1024,
    WIDTH = 80,
    SPARKS_MAX = 45,
    STATES_INDENT = 7,
    /* width of a duration such as "599.9s", "59m59s" or "366d23h", and of one blank */
    DURATION_WIDTH = 8,
};

/* Marks for the values of a small bar chart: one for 0, and eight of increasing height. */
static const char *const blocks[]
    = {"\u00b7", "\u2581", "\u2582", "\u2583", "\u2584", "\u2585", "\u2586", "\u2587", "\u2588"};
static const char *const letters[] = {".", "_", ",", "-", "~", "=", "+", "*", "#"};
enum { HEIGHTS = sizeof blocks / sizeof blocks[0] };

static bool is_utf8(void)
{
    const char *locale = getenv("LC_ALL");
    if (locale == NULL || locale[0] == '\0')
        locale = getenv("LC_CTYPE");
    if (locale == NULL || locale[0] == '\0')
        locale = getenv("LANG");
    return locale != NULL
        && (strstr(locale, "UTF-8") != NULL || strstr(locale, "utf8") != NULL
            || strstr(locale, "UTF8") != NULL);
}

/* Adds a duration in the form that options accept, such as "59m59s": without blanks, and with "m"
 * for minutes. */
static void add_duration_column(struct vfj_text *text, int64_t us)
{
    char bytes[64], typed[64];
    size_t length = 0;
    struct vfj_text duration = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add_duration(&duration, us);
    for (const char *at = bytes; *at != '\0'; at++) {
        if (*at != ' ' && *at != 'i' && *at != 'n')
            typed[length++] = *at;
    }
    typed[length] = '\0';
    vfj_text_format(text, "%-*s", (int)DURATION_WIDTH, us > 0 ? typed : "-");
}

static void add_stats(struct vfj_text *text, const struct vfj_stats *stats)
{
    vfj_text_format(text, "%-6u", stats->episodes);
    add_duration_column(text, stats->slow_us);
    add_duration_column(text, stats->p50_us);
    add_duration_column(text, stats->p95_us);
    add_duration_column(text, stats->max_us);
    vfj_text_format(text, "%-6u%u", stats->flaps, stats->failed_commands);
}

/* Appends the date of a day, which is the first ten characters of a printed time. */
static void add_date(struct vfj_text *text, int64_t wall_us, enum vfj_zone zone)
{
    char bytes[64];
    struct vfj_text time = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add(&time, wall_us, zone);
    vfj_text_format(text, "%.10s", bytes);
}

/* Prints the days of a period as a row of marks. If the period is long, a mark stands for several
 * days and shows the largest number among them. */
static void print_sparks(const struct vfj_report *report, const struct vfj_report_slot *slot)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    const char *const *marks = is_utf8() ? blocks : letters;
    unsigned group = (report->day_count + SPARKS_MAX - 1) / SPARKS_MAX, most = 0;
    for (unsigned i = 0; i < report->day_count; i++)
        most = slot->days[i].episodes > most ? slot->days[i].episodes : most;
    vfj_text_format(&text, "%-6s ", slot->slot.text);
    for (unsigned i = 0; i < report->day_count; i += group) {
        unsigned largest = 0;
        for (unsigned k = i; k < i + group && k < report->day_count; k++)
            largest = slot->days[k].episodes > largest ? slot->days[k].episodes : largest;
        unsigned height = most == 0 ? 0 : (largest * (HEIGHTS - 1) + most - 1) / most;
        vfj_text_add(&text, marks[height]);
    }
    vfj_text_format(&text, "  at most %u a day", most);
    (void)printf("%s\n", line);
}

static void add_share(struct vfj_text *text, int64_t part, double whole)
{
    uint64_t hundredths = (uint64_t)((double)part / whole * 10000.0 + 0.5);
    vfj_text_format(text, "%llu.%02llu %%", (unsigned long long)(hundredths / 100),
                    (unsigned long long)(hundredths % 100));
}

static void print_shares(const char *name, const struct vfj_stats *stats)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    double whole = 0;
    bool is_first = true;
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++)
        whole += (double)stats->state_us[i];
    vfj_text_format(&text, "%-6s ", name);
    for (unsigned i = VFJ_SLOT_STATE_COUNT; i-- > 0;) {
        if (stats->state_us[i] == 0)
            continue;
        vfj_text_format(&text, "%s%s ", is_first ? "" : ", ",
                        vfj_slot_state_name((enum vfj_slot_state)i));
        add_share(&text, stats->state_us[i], whole);
        is_first = false;
    }
    vfj_text_add(&text, is_first ? "no record tells" : "");
    vfj_terminal_print_wrapped(stdout, (struct vfj_span){line, text.length}, WIDTH, STATES_INDENT);
}

static const char columns[] = "COUNT TIME    P50     P95     MAX     FLAPS FAILED";

static void print_slots(const struct vfj_report *report, const struct vfj_names *only)
{
    char line[LINE_SIZE];
    (void)printf("\nSLOT   PERIOD  %s\n", columns);
    for (unsigned i = 0; i < report->slot_count; i++) {
        const struct vfj_report_slot *slot = &report->slots[i];
        if (!vfj_names_choose(only, slot->slot))
            continue;
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_format(&text, "%-6s this    ", slot->slot.text);
        add_stats(&text, &slot->now);
        vfj_text_format(&text, "\n%-6s before  ", "");
        add_stats(&text, &slot->before);
        (void)printf("%s\n", line);
    }
}

/* Prints how many episodes Azure had announced. Prints nothing when the daemon did not ask Azure's
 * service. */
static void print_announced(const struct vfj_report *report, const struct vfj_names *only)
{
    unsigned counts[4] = {0};
    for (unsigned i = 0; i < report->slot_count; i++) {
        const struct vfj_report_slot *slot = &report->slots[i];
        if (!vfj_names_choose(only, slot->slot))
            continue;
        counts[0] += slot->now.announced;
        counts[1] += slot->now.unannounced;
        counts[2] += slot->before.announced;
        counts[3] += slot->before.unannounced;
    }
    if (counts[0] + counts[1] + counts[2] + counts[3] > 0)
        (void)printf("\nAnnounced by Azure: %u, not announced: %u; and before: %u, %u\n", counts[0],
                     counts[1], counts[2], counts[3]);
}

static void print_day(const struct vfj_report *report, const struct vfj_names *only, unsigned day,
                      enum vfj_zone zone)
{
    char line[LINE_SIZE];
    bool is_printed = false;
    for (unsigned i = 0; i <= report->slot_count; i++) {
        const struct vfj_report_slot *slot = i < report->slot_count ? &report->slots[i] : NULL;
        const struct vfj_stats none = {.episodes = 0};
        const struct vfj_stats *stats = slot != NULL ? &slot->days[day] : &none;
        bool has_any = stats->episodes > 0 || stats->flaps > 0;
        bool is_last = slot == NULL && report->day_gaps[day] > 0 && !is_printed;
        if (!is_last && (!has_any || !vfj_names_choose(only, slot->slot)))
            continue;
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        add_date(&text, report->days_us[day], zone);
        vfj_text_format(&text, "  %-6s ", slot != NULL ? slot->slot.text : "-");
        add_stats(&text, stats);
        if (report->day_gaps[day] > 0)
            vfj_text_format(&text, ", %u gap%s", report->day_gaps[day],
                            report->day_gaps[day] == 1 ? "" : "s");
        (void)printf("%s\n", line);
        is_printed = true;
    }
}

static bool has_days(const struct vfj_report *report, const struct vfj_names *only)
{
    bool found = false;
    for (unsigned day = 0; day < report->day_count; day++) {
        found |= report->day_gaps[day] > 0;
        for (unsigned i = 0; i < report->slot_count; i++)
            found |= vfj_names_choose(only, report->slots[i].slot)
                && (report->slots[i].days[day].episodes > 0
                    || report->slots[i].days[day].flaps > 0);
    }
    return found;
}

static void print_title(const struct vfj_report *report, enum vfj_zone zone, int64_t begin_us)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_time_add(&text, report->period.begin_us, zone);
    vfj_text_add(&text, " to ");
    vfj_time_add(&text, report->period.end_us, zone);
    vfj_text_add(&text, ", and the ");
    vfj_time_add_duration(&text, report->period.end_us - report->period.begin_us);
    vfj_text_add(&text, " before");
    if (begin_us > report->before.begin_us) {
        vfj_text_add(&text, "\nThe journal begins at ");
        vfj_time_add(&text, begin_us, zone);
        vfj_text_add(&text, ": it lacks a part of that time.");
    }
    vfj_text_format(&text, "\nGaps, where events may be missing: %u, and %u before", report->gaps,
                    report->gaps_before);
    (void)printf("%s\n", line);
}

void vfj_report_print(const struct vfj_report *report, const struct vfj_names *only,
                      enum vfj_zone zone, int64_t begin_us)
{
    print_title(report, zone, begin_us);
    print_slots(report, only);
    print_announced(report, only);
    if (has_days(report, only)) {
        (void)printf("\nDAY         SLOT   %s\n", columns);
        for (unsigned day = 0; day < report->day_count; day++)
            print_day(report, only, day, zone);
    }
    (void)printf("\nMigrations a day:\n");
    for (unsigned i = 0; i < report->slot_count; i++) {
        if (vfj_names_choose(only, report->slots[i].slot))
            print_sparks(report, &report->slots[i]);
    }
    (void)printf("\nShare of the time in each state, and before:\n");
    for (unsigned i = 0; i < report->slot_count; i++) {
        if (!vfj_names_choose(only, report->slots[i].slot))
            continue;
        print_shares(report->slots[i].slot.text, &report->slots[i].now);
        print_shares("", &report->slots[i].before);
    }
}

static void add_key(char key[64], const char *prefix, const char *name)
{
    struct vfj_text text = vfj_text_begin(key, 64);
    vfj_text_add(&text, prefix);
    vfj_text_add(&text, name);
}

static void add_integer(struct vfj_json *json, const char *prefix, const char *name, int64_t value)
{
    char key[64];
    add_key(key, prefix, name);
    vfj_json_add_integer(json, key, value);
}

static void add_duration(struct vfj_json *json, const char *prefix, const char *name, int64_t us)
{
    char key[64];
    add_key(key, prefix, name);
    vfj_json_add_duration(json, key, us);
}

static void add_stats_json(struct vfj_json *json, const char *prefix, const struct vfj_stats *stats)
{
    char key[64];
    struct vfj_text text;
    add_integer(json, prefix, "migrations", stats->episodes);
    add_integer(json, prefix, "unfinished", stats->unfinished);
    add_integer(json, prefix, "failed", stats->failed);
    add_integer(json, prefix, "slow", stats->slow);
    add_duration(json, prefix, "slow_path", stats->slow_us);
    add_duration(json, prefix, "p50", stats->p50_us);
    add_duration(json, prefix, "p95", stats->p95_us);
    add_duration(json, prefix, "max", stats->max_us);
    add_integer(json, prefix, "flaps", stats->flaps);
    add_integer(json, prefix, "failed_commands", stats->failed_commands);
    add_integer(json, prefix, "announced", stats->announced);
    add_integer(json, prefix, "unannounced", stats->unannounced);
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
        text = vfj_text_begin(key, sizeof key);
        vfj_text_format(&text, "%sstates.%s", prefix, vfj_slot_state_name((enum vfj_slot_state)i));
        vfj_json_add_duration(json, key, stats->state_us[i]);
    }
}

static void add_time(struct vfj_json *json, const char *key, int64_t wall_us)
{
    char bytes[64];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add_rfc3339(&text, wall_us);
    vfj_json_add_string(json, key, bytes);
}

static bool print_whole_json(const struct vfj_report *report, struct vfj_json *json)
{
    add_time(json, "begin", report->period.begin_us);
    add_time(json, "end", report->period.end_us);
    add_time(json, "before.begin", report->before.begin_us);
    add_time(json, "before.end", report->before.end_us);
    vfj_json_add_integer(json, "gaps", report->gaps);
    vfj_json_add_integer(json, "before.gaps", report->gaps_before);
    return vfj_print_object(stdout, json);
}

static bool print_slot_json(const struct vfj_report *report, const struct vfj_report_slot *slot,
                            struct vfj_json *json, enum vfj_zone zone)
{
    vfj_json_add_string(json, "slot", slot->slot.text);
    add_stats_json(json, "", &slot->now);
    add_stats_json(json, "before.", &slot->before);
    bool right = vfj_print_object(stdout, json);
    for (unsigned day = 0; day < report->day_count && right; day++) {
        char date[64];
        struct vfj_text text = vfj_text_begin(date, sizeof date);
        add_date(&text, report->days_us[day], zone);
        vfj_json_add_string(json, "slot", slot->slot.text);
        vfj_json_add_string(json, "day", date);
        add_stats_json(json, "", &slot->days[day]);
        vfj_json_add_integer(json, "gaps", report->day_gaps[day]);
        right = vfj_print_object(stdout, json);
    }
    return right;
}

bool vfj_report_print_json(const struct vfj_report *report, const struct vfj_names *only,
                           enum vfj_zone zone)
{
    struct vfj_json *json = vfj_json_open();
    bool right = json != NULL && print_whole_json(report, json);
    for (unsigned i = 0; i < report->slot_count && right; i++) {
        if (vfj_names_choose(only, report->slots[i].slot))
            right = print_slot_json(report, &report->slots[i], json, zone);
    }
    vfj_json_close(json);
    return right;
}
