/* vfjournal recover: a new journal of what a damaged one still proves. */
#include <getopt.h>
#include <stdio.h>
#include <time.h>

#include "store/recover.h"
#include "tools/act_as_owner.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal recover [--rows] DAMAGED NEW\n"
    "Looks through every page of the damaged journal for records, and writes to the new file NEW "
    "those from the first\n"
    "or a checkpoint on, as long as the chain of hashes holds and the machine decides the same; "
    "says what is missing,\n"
    "and what can be read but not be saved, for nothing vouches for it. DAMAGED is only read.\n"
    "\n"
    "  -r, --rows   print those records that can be read and were not saved, a line each\n"
    "\n"
    "Exit status: 0 all was saved, 1 saved, but something is missing, 2 usage, or a file that "
    "can't be used, 4 the\n"
    "system failed, 5 nothing can be saved.\n";

enum { PARSED_RUN = -1 };

/* What was seen after what was saved: runs of records, and between them what is missing. */
struct rest {
    const char *path;
    const struct vfj_recovered *recovered;
    struct vfj_style style;
    bool rows;
    uint64_t first, last; /* of the run under way; 0 none */
};

static int read_options(int argc, char **argv, bool *rows)
{
    static const struct option options[] = {
        {"rows", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal recover";
    int option;
    argv[0] = name;
    while ((option = getopt_long(argc, argv, "rh", options, NULL)) != -1) {
        switch (option) {
        case 'r':
            *rows = true;
            break;
        default:
            return vfj_option_rest(option, "recover", help);
        }
    }
    if (optind + 1 >= argc)
        return vfj_usage_error("recover", optind == argc ? "which journal?" : "to which file?", "");
    return optind + 2 < argc ? vfj_usage_error("recover", "an argument too many", argv[optind + 2])
                             : PARSED_RUN;
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

static void end_run(const struct rest *rest)
{
    if (rest->first != 0)
        print_range(rest->path, rest->first, rest->last,
                    "can be read, but nothing vouches for them: not saved");
}

static void see(void *arg, const struct vfj_record *record)
{
    struct rest *rest = arg;
    uint64_t before = rest->first != 0 ? rest->last : rest->recovered->saved.seq;
    if (rest->rows) {
        vfj_output_record(stdout, &rest->style, record, NULL);
        return;
    }
    if (rest->first == 0 || record->seq != before + 1) {
        end_run(rest);
        print_range(rest->path, before + 1, record->seq - 1, "missing");
        rest->first = record->seq;
    }
    rest->last = record->seq;
}

static void print_saved(const char *to, const struct vfj_recovered *recovered)
{
    char bytes[VFJ_ANCHOR_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_anchor_print(&recovered->saved, &text);
    vfj_terminal_print(stdout, vfj_span_of(to));
    uint64_t count = recovered->saved.seq > 0 ? recovered->saved.seq - recovered->first + 1 : 0;
    (void)printf(": %llu records saved, head %s\n", (unsigned long long)count, bytes);
}

static int report(const char *path, const char *to, const struct rest *rest)
{
    const struct vfj_recovered *recovered = rest->recovered;
    if (!rest->rows)
        end_run(rest);
    if (recovered->first > 1)
        print_range(path, 1, recovered->first - 1,
                    "pruned, or lost: what is saved begins with a checkpoint");
    print_saved(to, recovered);
    if (!recovered->lost)
        return VFJ_EXIT_OK;
    if (recovered->newest <= recovered->saved.seq) {
        vfj_terminal_print(stdout, vfj_span_of(path));
        (void)printf(": whether there were records after %llu can't be told\n",
                     (unsigned long long)recovered->saved.seq);
    }
    return VFJ_EXIT_DIFFERENT;
}

int vfj_verb_recover(int argc, char **argv)
{
    struct vfj_recovered recovered;
    struct rest rest = {.recovered = &recovered, .style = vfj_style_of(stdout)};
    int exit_status = read_options(argc, argv, &rest.rows);
    if (exit_status != PARSED_RUN)
        return exit_status;
    const char *path = argv[optind];
    const char *to = argv[optind + 1];
    exit_status = vfj_act_as_owners(path, to);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    rest.path = path;
    rest.style.rows = true;
    enum vfj_status status
        = vfj_recover(path, to, (int64_t)time(NULL) * 1000000, see, &rest, &recovered);
    if (status == VFJ_OK)
        return vfj_finish_output(report(path, to, &rest));
    exit_status = vfj_complain_status(recovered.where != NULL ? recovered.where : to, status,
                                      recovered.detail);
    return vfj_finish_output(status == VFJ_JOURNAL_DAMAGED ? VFJ_EXIT_DAMAGED : exit_status);
}
