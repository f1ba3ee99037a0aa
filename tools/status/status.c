/* vfjournal status: how things stand, by the journal. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "adapters/freebsd/run/clock.h"
#include "store/lock.h"
#include "tools/act_as_owner.h"
#include "tools/options.h"
#include "tools/status/report.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal status [-i IF] [-o text|json] [--journal FILE]\n"
    "Says how things stand: the daemon, the last gap, and each hn interface with its VF, its state "
    "and since when, "
    "its\n"
    "lagg, what is left of a delay, the last command and how it ended, and what is at fault. All "
    "of it comes from the\n"
    "journal, which is only read and replayed; a daemon may be writing it.\n"
    "\n"
    "  -i, --interface IF   only this hn, or the hn of this VF\n"
    "  -o, --output FORMAT  text (default), or json: an object for the whole, then one a line for "
    "each hn\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Times are UTC.\n"
    "Exit status: 0 a daemon runs and all is well, 1 something needs attention, 2 usage or a "
    "journal that can't be\n"
    "used, 4 the system failed.\n";

enum { PARSED_RUN = -1 };

struct status {
    const char *path;
    struct vfj_name only;
    bool json;
};

static int take_output(struct status *status, const char *value)
{
    static const char *const formats[] = {"text", "json", NULL};
    int format = vfj_option_choice(value, formats);
    status->json = format == 1;
    return format >= 0 ? PARSED_RUN
                       : vfj_usage_error("status", "-o takes text or json, not", value);
}

static int take(struct status *status, int option, const char *value)
{
    switch (option) {
    case 'i':
        if (vfj_name_parse(vfj_span_of(value), &status->only))
            return PARSED_RUN;
        return vfj_usage_error("status", "-i takes the name of an interface, not", value);
    case 'o':
        return take_output(status, value);
    case 'J':
        status->path = value;
        return PARSED_RUN;
    default:
        return vfj_option_rest(option, "status", help);
    }
}

static int read_options(struct status *status, int argc, char **argv)
{
    static const struct option options[] = {
        {"interface", required_argument, NULL, 'i'},
        {"output", required_argument, NULL, 'o'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal status"; /* what getopt_long(3) puts before its complaints */
    int option;
    int parsed = PARSED_RUN;
    argv[0] = name;
    while (parsed == PARSED_RUN
           && (option = getopt_long(argc, argv, "i:o:J:h", options, NULL)) != -1)
        parsed = take(status, option, optarg);
    if (parsed == PARSED_RUN && optind < argc)
        parsed = vfj_usage_error("status", "an argument too many", argv[optind]);
    return parsed;
}

static bool is_known(const struct status *status, const struct vfj_state *state)
{
    bool known = vfj_name_is_empty(status->only);
    for (unsigned i = 0; i < state->head.slot_count; i++)
        known |= vfj_name_equal(status->only, state->slots[i].hn)
            || vfj_name_equal(status->only, state->slots[i].vf);
    return known;
}

/* The lock is looked at before the journal is read: a daemon that starts meanwhile is said not to
 * run, and never the other way round. */
static int report(const struct status *status, struct vfj_journal *journal,
                  struct vfj_status_facts *facts)
{
    char bytes[128];
    struct vfj_text detail = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_status_report report = {.path = status->path, .facts = facts, .only = status->only};
    report.daemon = vfj_lock_holder(status->path, &detail);
    vfj_status_facts_gather(journal, facts);
    if (facts->result.verdict == VFJ_VERDICT_UNUSABLE)
        return vfj_complain_status(status->path, (enum vfj_status)facts->result.status,
                                   vfj_journal_detail(journal));
    if (!is_known(status, &facts->machine.state))
        return vfj_usage_error("status", "the journal knows no such interface", status->only.text);
    report.mono_us = report.daemon > 0 ? vfj_clock_mono_us() : facts->newest_mono_us;
    if (!status->json)
        vfj_status_print(stdout, &report);
    else if (!vfj_status_print_json(stdout, &report))
        return vfj_complain_status(status->path, VFJ_SYSTEM, "");
    return vfj_status_needs_attention(&report) ? VFJ_EXIT_DIFFERENT : VFJ_EXIT_OK;
}

int vfj_verb_status(int argc, char **argv)
{
    struct status status = {.path = VFJ_JOURNAL_PATH};
    struct vfj_journal *journal = NULL;
    int exit_status = read_options(&status, argc, argv);
    if (exit_status != PARSED_RUN)
        return exit_status;
    exit_status = vfj_act_as_owner(status.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    struct vfj_status_facts *facts = malloc(sizeof *facts);
    if (facts == NULL)
        return vfj_complain_status(status.path, VFJ_SYSTEM, "");
    enum vfj_status opened = vfj_journal_open(&journal, status.path, VFJ_JOURNAL_READ);
    if (opened == VFJ_OK)
        exit_status = report(&status, journal, facts);
    else
        exit_status = vfj_complain_status(status.path, opened, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    free(facts);
    return vfj_finish_output(exit_status);
}
