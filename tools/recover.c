/* vfjournal recover: copies the readable records of a damaged journal to a new journal. */
#include <stdio.h>
#include <time.h>

#include "store/recover.h"
#include "tools/act_as_owner.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal recover [-r] [--utc] [-J DAMAGED | DAMAGED] NEW\n"
    "Searches every page of the damaged journal for records, and saves them to the\n"
    "new file NEW. The verified records begin with the first record or a checkpoint,\n"
    "and end where the chain of hashes breaks or the machine decides otherwise. Every\n"
    "other readable record follows in a row of kind journal that says so. Prints\n"
    "which records are missing and which are not verified. recover only reads\n"
    "DAMAGED.\n"
    "\n"
    "  -r, --rows              print the readable records that are not verified\n"
    "      --utc               times in UTC, not in the local zone\n"
    "  -J, --journal DAMAGED   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 all records were saved; 1 saved, but records are missing or not\n"
    "verified; 2 usage, or an unusable file; 4 the system failed; 5 no record can be\n"
    "read.\n";

enum { OPTION_UTC = 256 };

struct options {
    const char *path, *to;
    bool rows, utc;
};

/* The report about the damaged journal, and how far it has come. It names the records in the order
 * of their seqs. */
struct rest {
    const char *path;
    const struct vfj_recovered *recovered;
    struct vfj_style style;
    bool rows;
    uint64_t reported; /* every record up to this seq was saved or reported */
    /* first and last seq of the current run of readable records; 0: no run has begun */
    uint64_t first, last;
};

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'r':
        options->rows = true;
        return VFJ_OPTIONS_READ;
    case OPTION_UTC:
        options->utc = true;
        return VFJ_OPTIONS_READ;
    case 'J':
        options->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"rows", no_argument, NULL, 'r'},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("recover", argc, argv, ":rJ:h", table)) != -1)
        parsed = take(options, option, optarg);
    return parsed == VFJ_OPTIONS_READ
        ? vfj_option_journal_and_new("recover", argc, argv, &options->path, &options->to)
        : parsed;
}

static void print_range(const char *path, uint64_t first, uint64_t last, const char *what)
{
    if (first > last)
        return;
    vfj_terminal_print(stdout, vfj_span_of(path));
    (void)printf(": record%s %llu", first < last ? "s" : "", (unsigned long long)first);
    if (first < last)
        (void)printf(" to %llu", (unsigned long long)last);
    (void)printf(": %s\n", what);
}

static void end_run(struct rest *rest)
{
    if (rest->first != 0)
        print_range(rest->path, rest->first, rest->last, "saved, but not verified");
    rest->first = 0;
}

/* Reports the records from `reported` + 1 to `last` as missing, except for those that were
 * saved. */
static void report_missing(struct rest *rest, uint64_t last)
{
    uint64_t from = rest->reported + 1;
    uint64_t first = rest->recovered->first, saved = rest->recovered->saved.seq;
    if (rest->rows || last < from)
        return;
    rest->reported = last;
    if (saved == 0) {
        print_range(rest->path, from, last, "missing");
        return;
    }
    print_range(rest->path, from, last < first ? last : first - 1,
                from == 1 ? "pruned or missing" : "missing");
    print_range(rest->path, from > saved ? from : saved + 1, last, "missing");
}

static void report_unverified(void *arg, const struct vfj_record *record)
{
    struct rest *rest = arg;
    if (rest->rows) {
        vfj_output_record(stdout, &rest->style, record, NULL);
        return;
    }
    if (rest->first == 0 || record->seq != rest->last + 1) {
        end_run(rest);
        report_missing(rest, record->seq - 1);
        rest->first = record->seq;
    }
    rest->last = record->seq;
    rest->reported = record->seq;
}

static void print_saved(const char *to, const struct vfj_recovered *recovered)
{
    char bytes[VFJ_ANCHOR_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_anchor_print(&recovered->saved, &text);
    vfj_terminal_print(stdout, vfj_span_of(to));
    uint64_t count = recovered->saved.seq > 0 ? recovered->saved.seq - recovered->first + 1 : 0;
    (void)printf(": %llu record%s saved, head %s\n", (unsigned long long)count,
                 count == 1 ? "" : "s", bytes);
    if (recovered->unverified > 0) {
        vfj_terminal_print(stdout, vfj_span_of(to));
        (void)printf(": %llu more saved in rows of kind journal, not verified\n",
                     (unsigned long long)recovered->unverified);
    }
    if (recovered->unsaved > 0) {
        vfj_terminal_print(stdout, vfj_span_of(to));
        (void)printf(": %llu not saved: together they are longer than the file\n",
                     (unsigned long long)recovered->unsaved);
    }
}

static int report(const char *to, struct rest *rest)
{
    const struct vfj_recovered *recovered = rest->recovered;
    end_run(rest);
    if (recovered->saved.seq > 0)
        report_missing(rest, recovered->first - 1);
    print_saved(to, recovered);
    if (!recovered->lost && recovered->saved.seq == 0) {
        vfj_complain(rest->path, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    if (!recovered->lost)
        return VFJ_EXIT_OK;
    if (recovered->newest <= recovered->saved.seq) {
        vfj_terminal_print(stdout, vfj_span_of(rest->path));
        (void)printf(": no record after %llu was found; records may be missing there\n",
                     (unsigned long long)recovered->saved.seq);
    }
    return VFJ_EXIT_DIFFERENT;
}

static int recover(const struct options *options, const struct vfj_input *input)
{
    struct vfj_recovered recovered;
    struct rest rest = {.path = input->name,
                        .recovered = &recovered,
                        .style = vfj_style_of(stdout),
                        .rows = options->rows};
    rest.style.rows = true;
    rest.style.zone = options->utc ? VFJ_ZONE_UTC : VFJ_ZONE_LOCAL;
    enum vfj_status status = vfj_recover(input->path, options->to, (int64_t)time(NULL) * 1000000,
                                         report_unverified, &rest, &recovered);
    vfj_progress_end();
    if (status == VFJ_OK)
        return report(options->to, &rest);
    end_run(&rest);
    return vfj_complain_status(recovered.where == input->path ? input->name
                                   : recovered.where != NULL  ? recovered.where
                                                              : options->to,
                               status, recovered.detail);
}

int vfj_verb_recover(int argc, char **argv)
{
    struct options options = {.path = NULL};
    struct vfj_input input;
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owners(options.path, options.to);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("recover", options.rows);
    exit_status = vfj_input_open_journal(&input, options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = recover(&options, &input);
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
