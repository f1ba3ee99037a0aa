/* vfjournal check: reports the state of the guest's VFs to a monitoring system. */
#include "tools/check/check.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/run/clock.h"
#include "core/check.h"
#include "tools/act_as_owner.h"
#include "tools/options.h"
#include "tools/replace_file.h"
#include "tools/terminal.h"
#include "tools/time_format.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal check [OPTION]... [-J FILE | FILE]\n"
    "Prints one line for Nagios and its relatives, with performance data, and exits\n"
    "with their status.\n"
    "\n"
    "      --max-outage DURATION  critical when a slot is without the fast path for\n"
    "                       longer; a warning when it was in the window; default 120s\n"
    "      --max-flaps N/UNIT  a warning when the VF of a slot left more often;\n"
    "                       default 10/h\n"
    "      --max-failed N   a warning when more migrations failed in the window;\n"
    "                       default 0\n"
    "      --max-gap N      a warning when more gaps are in the window; default 0\n"
    "      --window DURATION  the time before now that counts; default 1h\n"
    "      --stale DURATION  critical when the newest record is older; not checked by\n"
    "                       default\n"
    "      --offline        no daemon need run, and now is the newest record's time\n"
    "      --prometheus FILE  also write metrics to FILE, for the textfile collector\n"
    "                       of node_exporter; -: print them instead of the line\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "It is critical, too, when no daemon runs, and when events wait in memory since\n"
    "the journal cannot be written. A DURATION is as 90s or 2m30s.\n"
    "\n"
    "Exit status: 0 OK; 1 warning; 2 critical; 3 unknown: usage, an unusable, empty\n"
    "or damaged journal, or a failure of the system.\n";

enum { TEXT_SIZE = 1024 };

enum {
    OPTION_MAX_OUTAGE = 256,
    OPTION_MAX_FLAPS,
    OPTION_MAX_FAILED,
    OPTION_MAX_GAP,
    OPTION_WINDOW,
    OPTION_STALE,
    OPTION_OFFLINE,
    OPTION_PROMETHEUS,
};

struct check {
    const char *path, *metrics;
    /* 0: do not check the age of the journal's newest record */
    int64_t max_outage_us, window_us, flaps_window_us, stale_us;
    uint64_t max_flaps, max_failed, max_gap;
    bool is_offline;
    struct vfj_audit_source source;
    struct vfj_check_facts facts;
    enum vfj_check_status status;
    char bytes[TEXT_SIZE];
    struct vfj_text text;
};

static int usage(const char *what, const char *value)
{
    (void)vfj_usage_error("check", what, value);
    return VFJ_CHECK_STATUS_UNKNOWN;
}

static int take_duration(const char *value, const char *what, int64_t *us)
{
    return vfj_option_age(value, us) ? VFJ_OPTIONS_READ : usage(what, value);
}

static int take_number(const char *value, const char *what, uint64_t *number)
{
    return vfj_span_to_u64(vfj_span_of(value), number) ? VFJ_OPTIONS_READ : usage(what, value);
}

/* Parses the argument of --max-flaps, such as "10/h" or "3/10m". */
static int take_flaps(struct check *check, const char *value)
{
    static const char what[] = "--max-flaps takes a number and a time as 10/h or 3/10m, not";
    char unit[32];
    const char *slash = strchr(value, '/');
    if (slash == NULL
        || !vfj_span_to_u64((struct vfj_span){value, (size_t)(slash - value)}, &check->max_flaps))
        return usage(what, value);
    struct vfj_text text = vfj_text_begin(unit, sizeof unit);
    vfj_text_add(&text, strlen(slash + 1) == 1 ? "1" : "");
    vfj_text_add(&text, slash + 1);
    return !text.overflow && vfj_option_age(unit, &check->flaps_window_us) ? VFJ_OPTIONS_READ
                                                                           : usage(what, value);
}

static int take(struct check *check, int option, const char *value)
{
    switch (option) {
    case OPTION_MAX_OUTAGE:
        return take_duration(value, "--max-outage takes a duration as 120s, not",
                             &check->max_outage_us);
    case OPTION_MAX_FLAPS:
        return take_flaps(check, value);
    case OPTION_MAX_FAILED:
        return take_number(value, "--max-failed takes a number, not", &check->max_failed);
    case OPTION_MAX_GAP:
        return take_number(value, "--max-gap takes a number, not", &check->max_gap);
    case OPTION_WINDOW:
        return take_duration(value, "--window takes a duration as 1h, not", &check->window_us);
    case OPTION_STALE:
        return take_duration(value, "--stale takes a duration as 1h, not", &check->stale_us);
    case OPTION_OFFLINE:
        check->is_offline = true;
        return VFJ_OPTIONS_READ;
    case OPTION_PROMETHEUS:
        check->metrics = value;
        return VFJ_OPTIONS_READ;
    case 'J':
        check->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help) == VFJ_EXIT_OK ? VFJ_CHECK_STATUS_OK
                                                            : VFJ_CHECK_STATUS_UNKNOWN;
    }
}

static int read_options(struct check *check, int argc, char **argv)
{
    static const struct option table[] = {
        {"max-outage", required_argument, NULL, OPTION_MAX_OUTAGE},
        {"max-flaps", required_argument, NULL, OPTION_MAX_FLAPS},
        {"max-failed", required_argument, NULL, OPTION_MAX_FAILED},
        {"max-gap", required_argument, NULL, OPTION_MAX_GAP},
        {"window", required_argument, NULL, OPTION_WINDOW},
        {"stale", required_argument, NULL, OPTION_STALE},
        {"offline", no_argument, NULL, OPTION_OFFLINE},
        {"prometheus", required_argument, NULL, OPTION_PROMETHEUS},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("check", argc, argv, ":J:h", table)) != -1)
        parsed = take(check, option, optarg);
    if (parsed != VFJ_OPTIONS_READ)
        return parsed;
    return vfj_option_journal("check", argc, argv, &check->path) == VFJ_OPTIONS_READ
        ? VFJ_OPTIONS_READ
        : VFJ_CHECK_STATUS_UNKNOWN;
}

/* Returns a number that is higher for a worse status. "Unknown" is between warning and critical. */
static unsigned rank(enum vfj_check_status status)
{
    static const unsigned ranks[] = {[VFJ_CHECK_STATUS_OK] = 0,
                                     [VFJ_CHECK_STATUS_WARNING] = 1,
                                     [VFJ_CHECK_STATUS_UNKNOWN] = 2,
                                     [VFJ_CHECK_STATUS_CRITICAL] = 3};
    return ranks[status];
}

/* Begins a text about a finding. Changes the result to `status` if that is worse. */
static void add_finding(struct check *check, enum vfj_check_status status)
{
    if (rank(status) > rank(check->status))
        check->status = status;
    if (check->text.length > 0)
        vfj_text_add(&check->text, "; ");
}

static bool is_within(const struct check *check, const struct vfj_point *at, int64_t window_us)
{
    return vfj_elapsed_us(at, &check->source.audit.now) <= window_us;
}

static void measure_episode(struct check *check, const struct vfj_episode *episode)
{
    struct vfj_check_facts *facts = &check->facts;
    int64_t us = vfj_episode_us(episode);
    if (episode->end.seq == 0) {
        facts->without++;
        if (us >= facts->outage_us) {
            facts->outage_us = us;
            facts->outage_slot = episode->slot;
        }
        return;
    }
    if (!episode->ended || !is_within(check, &episode->end, check->window_us))
        return;
    facts->unannounced += vfj_episode_is_unannounced(episode);
    if (us > facts->longest_us) {
        facts->longest_us = us;
        facts->longest_slot = episode->slot;
    }
    if (vfj_episode_verdict(episode, INT64_MAX) == VFJ_EPISODE_FAILED) {
        facts->failed++;
        facts->failed_slot = episode->slot;
    }
}

/* A number for each slot. Slots beyond VFJ_SLOTS_MAX are not counted; no machine has so many. */
struct tally {
    unsigned count;
    struct {
        struct vfj_name slot;
        unsigned number;
    } list[VFJ_SLOTS_MAX];
};

/* Adds one to the slot's number. Returns the new number. */
static unsigned tally_add(struct tally *tally, struct vfj_name slot)
{
    unsigned i = 0;
    while (i < tally->count && !vfj_name_equal(tally->list[i].slot, slot))
        i++;
    if (i == VFJ_SLOTS_MAX)
        return 0;
    if (i == tally->count)
        tally->list[tally->count++].slot = slot;
    return ++tally->list[i].number;
}

static void measure_marks(struct check *check)
{
    const struct vfj_audit *audit = &check->source.audit;
    struct vfj_check_facts *facts = &check->facts;
    struct tally leaves = {.count = 0}, slots = {.count = 0};
    for (size_t i = audit->leaves.count;
         i-- > 0 && is_within(check, &audit->leaves.list[i].at, check->flaps_window_us);) {
        unsigned count = tally_add(&leaves, audit->leaves.list[i].slot);
        if (count > facts->flaps) {
            facts->flaps = count;
            facts->flaps_slot = audit->leaves.list[i].slot;
        }
    }
    for (size_t i = audit->gaps.count;
         i-- > 0 && is_within(check, &audit->gaps.list[i].at, check->window_us);)
        facts->gaps++;
    for (size_t i = 0; i < audit->count; i++)
        (void)tally_add(&slots, audit->episodes[i].slot);
    facts->slots = slots.count;
}

static enum vfj_status measure(struct check *check)
{
    struct vfj_audit *audit = &check->source.audit;
    enum vfj_status status = VFJ_OK;
    for (size_t i = audit->count; i-- > 0 && status == VFJ_OK;) {
        struct vfj_episode *episode = &audit->episodes[i];
        bool matters = episode->end.seq == 0 || is_within(check, &episode->end, check->window_us);
        if (matters)
            status = vfj_audit_count_commands(check->source.journal, episode);
        if (matters)
            measure_episode(check, episode);
    }
    measure_marks(check);
    /* A hostile journal may contain any time. A record from the future has the age 0. */
    int64_t now_us = check->is_offline ? audit->now.wall_us : vfj_clock_wall_us();
    if (__builtin_sub_overflow(now_us, audit->newest.wall_us, &check->facts.age_us))
        check->facts.age_us = now_us > audit->newest.wall_us ? INT64_MAX : 0;
    if (check->facts.age_us < 0)
        check->facts.age_us = 0;
    return status;
}

static void check_writer(struct check *check)
{
    uint64_t waiting = check->source.waiting;
    if (waiting > 0) {
        add_finding(check, VFJ_CHECK_STATUS_CRITICAL);
        vfj_text_format(&check->text,
                        "the journal cannot be written: %llu event%s in the daemon's memory",
                        (unsigned long long)waiting, waiting == 1 ? " waits" : "s wait");
    }
    if (check->source.daemon <= 0 && !check->is_offline) {
        add_finding(check, VFJ_CHECK_STATUS_CRITICAL);
        vfj_text_add(&check->text, "no daemon writes the journal");
    }
    if (check->stale_us > 0 && check->facts.age_us > check->stale_us) {
        add_finding(check, VFJ_CHECK_STATUS_CRITICAL);
        vfj_text_add(&check->text, "the newest record is old: ");
        vfj_time_add_duration(&check->text, check->facts.age_us);
    }
}

static void check_slots(struct check *check)
{
    const struct vfj_check_facts *facts = &check->facts;
    if (facts->outage_us > check->max_outage_us)
        add_finding(check, VFJ_CHECK_STATUS_CRITICAL);
    else if (facts->without > 0)
        add_finding(check, VFJ_CHECK_STATUS_OK);
    if (facts->without > 0) {
        vfj_text_format(&check->text, "%s is without the fast path for ", facts->outage_slot.text);
        vfj_time_add_duration(&check->text, facts->outage_us);
    }
    if (facts->longest_us > check->max_outage_us) {
        add_finding(check, VFJ_CHECK_STATUS_WARNING);
        vfj_text_format(&check->text, "%s was without the fast path for ",
                        facts->longest_slot.text);
        vfj_time_add_duration(&check->text, facts->longest_us);
    }
    if (facts->failed > check->max_failed) {
        add_finding(check, VFJ_CHECK_STATUS_WARNING);
        vfj_text_format(&check->text, "%u migration%s failed, the last of %s", facts->failed,
                        facts->failed == 1 ? "" : "s", facts->failed_slot.text);
    }
    if (facts->flaps > check->max_flaps) {
        add_finding(check, VFJ_CHECK_STATUS_WARNING);
        vfj_text_format(&check->text, "the VF of %s left %u time%s within ", facts->flaps_slot.text,
                        facts->flaps, facts->flaps == 1 ? "" : "s");
        vfj_time_add_duration(&check->text, check->flaps_window_us);
    }
    if (facts->gaps > check->max_gap) {
        add_finding(check, VFJ_CHECK_STATUS_WARNING);
        vfj_text_format(&check->text, "events may be missing: %u gap%s", facts->gaps,
                        facts->gaps == 1 ? "" : "s");
    }
}

/* Adds the number of migrations that Azure did not announce. Such a migration may come from a
 * failure of the host, but it is not a fault of this guest. The number therefore does not change
 * the check's result. */
static void check_announcements(struct check *check)
{
    unsigned count = check->facts.unannounced;
    if (count > 0)
        vfj_text_format(&check->text, "; %u migration%s not announced", count,
                        count == 1 ? " was" : "s were");
}

static void print_line(enum vfj_check_status status, const char *text, const char *data)
{
    static const char *const names[] = {[VFJ_CHECK_STATUS_OK] = "OK",
                                        [VFJ_CHECK_STATUS_WARNING] = "WARNING",
                                        [VFJ_CHECK_STATUS_CRITICAL] = "CRITICAL",
                                        [VFJ_CHECK_STATUS_UNKNOWN] = "UNKNOWN"};
    char line[2 * TEXT_SIZE];
    struct vfj_text safe = vfj_text_begin(line, sizeof line);
    vfj_terminal_add(&safe, vfj_span_of(text));
    for (char *c = line; *c != '\0'; c++)
        *c = *c == '|' ? '/' : *c; /* a '|' would begin the performance data */
    (void)printf("VFJOURNAL %s - %s%s%s\n", names[status], line, data[0] != '\0' ? " | " : "",
                 data);
}

static void add_seconds(struct vfj_text *text, const char *name, int64_t us, int64_t warn_us,
                        int64_t critical_us)
{
    vfj_text_format(text, "%s%s=", text->length > 0 ? " " : "", name);
    vfj_text_add_seconds(text, us);
    vfj_text_add(text, "s;");
    if (warn_us > 0)
        vfj_text_add_i64(text, warn_us / 1000000);
    vfj_text_add(text, ";");
    if (critical_us > 0)
        vfj_text_add_i64(text, critical_us / 1000000);
    vfj_text_add(text, ";0");
}

/* Adds the performance data in the form name=value[unit];warning;critical;minimum. */
static void add_data(const struct check *check, struct vfj_text *text)
{
    const struct vfj_check_facts *facts = &check->facts;
    add_seconds(text, "outage", facts->outage_us, 0, check->max_outage_us);
    add_seconds(text, "longest", facts->longest_us, check->max_outage_us, 0);
    vfj_text_format(text, " without=%u;;;0;%u flaps=%u;%llu;;0 failed=%u;%llu;;0 gaps=%u;%llu;;0",
                    facts->without, facts->slots, facts->flaps,
                    (unsigned long long)check->max_flaps, facts->failed,
                    (unsigned long long)check->max_failed, facts->gaps,
                    (unsigned long long)check->max_gap);
    vfj_text_format(text, " waiting=%llu;;0;0", (unsigned long long)check->source.waiting);
    add_seconds(text, "age", facts->age_us, 0, check->stale_us);
}

/* Writes the metrics to `out`. `source` is the check's source of the episodes. */
static bool print_metrics(FILE *out, const void *source)
{
    return vfj_check_print_metrics(out, source);
}

/* Replaces the metrics file as a whole, so that a collector reads either the old metrics or the new
 * ones. All users may read the file, because the collector runs as another user. */
static bool write_metrics(const struct check *check)
{
    int error = vfj_replace_file(check->metrics, 0644, print_metrics, &check->source);
    if (error != 0)
        vfj_complain(check->metrics, strerror(error));
    return error == 0;
}

static bool report_metrics(const struct check *check)
{
    if (check->metrics == NULL)
        return true;
    if (strcmp(check->metrics, "-") == 0)
        return vfj_check_print_metrics(stdout, &check->source);
    return write_metrics(check);
}

static enum vfj_check_status run(struct check *check)
{
    char data[TEXT_SIZE];
    struct vfj_text text = vfj_text_begin(data, sizeof data);
    enum vfj_status status = measure(check);
    if (check->source.audit.damage[0] != '\0' || status != VFJ_OK) {
        add_finding(check, VFJ_CHECK_STATUS_UNKNOWN);
        vfj_text_format(&check->text, "%s: %s", check->source.input.name,
                        vfj_status_text(status != VFJ_OK ? status : VFJ_JOURNAL_DAMAGED));
    }
    check_writer(check);
    check_slots(check);
    if (check->text.length == 0)
        vfj_text_format(&check->text, "%u slot%s, all on the fast path", check->facts.slots,
                        check->facts.slots == 1 ? "" : "s");
    check_announcements(check);
    add_data(check, &text);
    bool written = report_metrics(check);
    if (check->metrics == NULL || strcmp(check->metrics, "-") != 0)
        print_line(check->status, check->bytes, data);
    return written ? check->status : VFJ_CHECK_STATUS_UNKNOWN;
}

int vfj_verb_check(int argc, char **argv)
{
    struct check *check = calloc(1, sizeof *check);
    if (check == NULL)
        return VFJ_CHECK_STATUS_UNKNOWN;
    const int64_t hour_us = INT64_C(3600000000);
    check->max_outage_us = VFJ_SLOW_US;
    check->window_us = check->flaps_window_us = hour_us;
    check->max_flaps = 10;
    check->source.quiet = true;
    check->text = vfj_text_begin(check->bytes, sizeof check->bytes);
    int status = read_options(check, argc, argv);
    if (status != VFJ_OPTIONS_READ) {
        free(check);
        return status;
    }
    status = VFJ_CHECK_STATUS_UNKNOWN;
    check->source.verb = "check";
    if (check->metrics != NULL && strcmp(check->metrics, "-") != 0)
        check->source.replaced_file = check->metrics;
    if (vfj_audit_source_open(&check->source, check->path) == VFJ_EXIT_OK)
        status = (int)run(check);
    else
        print_line(VFJ_CHECK_STATUS_UNKNOWN,
                   check->source.problem[0] != '\0' ? check->source.problem
                                                    : "the journal cannot be read",
                   "");
    vfj_audit_source_close(&check->source);
    free(check);
    return vfj_finish_output(VFJ_EXIT_OK) == VFJ_EXIT_OK ? status : VFJ_CHECK_STATUS_UNKNOWN;
}
