/* vfjournal report: prints how often, and for how long, the slots were without their VFs in a
 * period, compared with the period before it. */
#include "tools/report/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/audit/source.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal report [OPTION]... [-J FILE | FILE]\n"
    "Reports how often slots were without the fast path, for how long, and how it\n"
    "went: for each slot and day, and beside the period before.\n"
    "\n"
    "  -S, --since TIME     the period begins at TIME; default: 7 days before its end\n"
    "  -U, --until TIME     the period ends at TIME; default: now\n"
    "  -i, --interface IF   only this slot; may be repeated\n"
    "      --slow DURATION  a longer migration is slow; default 120s\n"
    "  -o, --output FORMAT  text (default), or json: one object for the whole, then\n"
    "                       one a line for each slot, and each of its days\n"
    "      --utc            times and days in UTC, not in the local zone\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "COUNT has migrations and fallbacks of vfjournal migrations; joins after a boot\n"
    "and first joins are left out. They count where they begin. FLAPS is how often\n"
    "the VF left, FAILED how many commands failed. Without a daemon, now is the time\n"
    "of the newest record.\n"
    "\n"
    "Exit status: 0 printed; 1 no record is of the period, or no record names an IF;\n"
    "2 usage, or an unusable journal; 4 the system failed; 5 damaged, the readable\n"
    "records were used.\n";

enum { OPTION_UTC = 256, OPTION_SLOW };

static const int64_t default_us = INT64_C(7) * 86400 * 1000000;

struct options {
    const char *path;
    struct vfj_names only;
    bool has_since, has_until, json;
    int64_t since_us, until_us, slow_us;
    enum vfj_zone zone;
};

struct run {
    struct options options;
    struct vfj_audit_source source;
    struct vfj_report report;
    /* All periods of the journal that slots spent in one state. They are stored until the period of
     * the report is known. */
    struct vfj_state_span *spans;
    size_t span_count, span_room;
    bool no_memory;
};

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'i':
        return vfj_option_interface("report", value, &options->only);
    case 'S':
        options->has_since = true;
        return vfj_option_time("report", 'S', value, options->zone, &options->since_us);
    case 'U':
        options->has_until = true;
        return vfj_option_time("report", 'U', value, options->zone, &options->until_us);
    case OPTION_SLOW:
        return vfj_option_slow("report", value, &options->slow_us);
    case 'o':
        return vfj_option_output("report", value, &options->json);
    case 'J':
        options->path = value;
        return VFJ_OPTIONS_READ;
    case OPTION_UTC:
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"interface", required_argument, NULL, 'i'},
        {"since", required_argument, NULL, 'S'},
        {"until", required_argument, NULL, 'U'},
        {"slow", required_argument, NULL, OPTION_SLOW},
        {"output", required_argument, NULL, 'o'},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    options->slow_us = VFJ_SLOW_US;
    options->zone = vfj_options_zone(argc, argv);
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("report", argc, argv, ":i:S:U:o:J:h", table)) != -1)
        parsed = take(options, option, optarg);
    return parsed == VFJ_OPTIONS_READ ? vfj_option_journal("report", argc, argv, &options->path)
                                      : parsed;
}

/* Returns the first midnight after the given time. A day may have 23 or 25 hours. */
static int64_t next_midnight(int64_t wall_us, enum vfj_zone zone)
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm parts;
    if ((zone == VFJ_ZONE_UTC ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts)) == NULL)
        return INT64_MAX;
    parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
    parts.tm_mday++;
    parts.tm_isdst = -1;
    time_t next = zone == VFJ_ZONE_UTC ? timegm(&parts) : mktime(&parts);
    return next > seconds ? (int64_t)next * 1000000 : (int64_t)seconds * 1000000 + 86400000000;
}

bool vfj_report_cut_days(struct vfj_report *report, enum vfj_zone zone)
{
    int64_t at_us = report->period.begin_us;
    report->day_count = 0;
    while (at_us < report->period.end_us) {
        if (report->day_count == VFJ_REPORT_DAYS_MAX)
            return false;
        report->days_us[report->day_count++] = at_us;
        at_us = next_midnight(at_us, zone);
    }
    report->days_us[report->day_count] = report->period.end_us;
    return true;
}

static void add_span(void *arg, const struct vfj_state_span *span)
{
    struct run *run = arg;
    if (run->span_count == run->span_room) {
        size_t room = run->span_room > 0 ? 2 * run->span_room : 64;
        struct vfj_state_span *spans = realloc(run->spans, room * sizeof *spans);
        if (spans == NULL) {
            run->no_memory = true;
            return;
        }
        run->spans = spans;
        run->span_room = room;
    }
    run->spans[run->span_count++] = *span;
}

/* Sets the period of the report and the period before it. They follow from the options and the
 * present time. */
static int set_periods(struct run *run, int64_t now_us)
{
    struct options *options = &run->options;
    struct vfj_report *report = &run->report;
    const int64_t limit_us = INT64_C(1) << 60;
    int64_t end_us = options->has_until ? options->until_us : now_us;
    bool is_usable = end_us > -limit_us && end_us < limit_us;
    int64_t begin_us = options->has_since ? options->since_us : is_usable ? end_us - default_us : 0;
    if (begin_us >= end_us) {
        vfj_complain(run->source.input.name,
                     options->has_until || !options->has_since
                         ? "-S is not before -U: the period is empty"
                         : "-S is not before the newest record: the period is empty");
        return VFJ_EXIT_DIFFERENT;
    }
    if (begin_us < -limit_us || !is_usable) {
        vfj_complain(run->source.input.name, "the period has more than 366 days");
        return VFJ_EXIT_UNUSABLE;
    }
    report->period = (struct vfj_period){begin_us, end_us};
    report->before = (struct vfj_period){begin_us - (end_us - begin_us), begin_us};
    report->slow_limit_us = options->slow_us;
    if (vfj_report_cut_days(report, options->zone))
        return VFJ_EXIT_OK;
    vfj_complain(run->source.input.name, "the period has more than 366 days");
    return VFJ_EXIT_UNUSABLE;
}

static bool is_known(const struct vfj_report *report, struct vfj_name name)
{
    bool found = false;
    for (unsigned i = 0; i < report->slot_count; i++)
        found |= vfj_name_equal(report->slots[i].slot, name);
    return found;
}

static int check_answer(const struct run *run)
{
    const struct vfj_audit *audit = &run->source.audit;
    const struct vfj_period *period = &run->report.period;
    if (audit->newest.wall_us < period->begin_us || audit->oldest.wall_us >= period->end_us) {
        vfj_complain(run->source.input.name, "no record is of the period");
        return VFJ_EXIT_DIFFERENT;
    }
    for (unsigned i = 0; i < run->options.only.count; i++) {
        char line[128];
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        if (is_known(&run->report, run->options.only.list[i]))
            continue;
        vfj_text_format(&text, "no record names the slot %s", run->options.only.list[i].text);
        vfj_complain(run->source.input.name, line);
        return VFJ_EXIT_DIFFERENT;
    }
    return VFJ_EXIT_OK;
}

static enum vfj_status count_commands(struct run *run)
{
    struct vfj_audit *audit = &run->source.audit;
    enum vfj_status status = VFJ_OK;
    for (size_t i = 0; i < audit->count && status == VFJ_OK; i++) {
        if (vfj_report_counts(&run->report, &audit->episodes[i]))
            status = vfj_audit_count_commands(run->source.journal, &audit->episodes[i]);
    }
    return status;
}

static int print(struct run *run)
{
    const struct options *options = &run->options;
    enum vfj_status status = count_commands(run);
    if (status != VFJ_OK && status != VFJ_JOURNAL_DAMAGED)
        return vfj_audit_source_fail(&run->source, status);
    if (!vfj_report_add(&run->report, &run->source.audit))
        return vfj_complain_status(run->source.input.name, VFJ_SYSTEM, "");
    if (!options->json)
        vfj_report_print(&run->report, &options->only, options->zone,
                         run->source.audit.oldest.wall_us);
    else if (!vfj_report_print_json(&run->report, &options->only, options->zone))
        return vfj_complain_status(run->source.input.name, VFJ_SYSTEM, "");
    if (status != VFJ_OK)
        return vfj_audit_source_fail(&run->source, status);
    return vfj_audit_source_report(&run->source);
}

static int report(struct run *run)
{
    int exit_status = set_periods(run, run->source.audit.now.wall_us);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    if (run->no_memory)
        return vfj_complain_status(run->source.input.name, VFJ_SYSTEM, "");
    for (size_t i = 0; i < run->span_count; i++)
        vfj_report_add_span(&run->report, &run->spans[i]);
    exit_status = check_answer(run);
    return exit_status == VFJ_EXIT_OK ? print(run) : exit_status;
}

int vfj_verb_report(int argc, char **argv)
{
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return vfj_complain_status("report", VFJ_SYSTEM, "");
    int exit_status = read_options(&run->options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ) {
        free(run);
        return exit_status;
    }
    run->source.verb = "report";
    run->source.put_span = add_span;
    run->source.arg = run;
    exit_status = vfj_audit_source_open(&run->source, run->options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = report(run);
    vfj_audit_source_close(&run->source);
    free(run->spans);
    free(run);
    return vfj_finish_output(exit_status);
}
