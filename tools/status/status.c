/* vfjournal status: reports the present state of the daemon and of each slot, as the journal shows
 * it. */
#include <stdio.h>
#include <stdlib.h>

#include "adapters/freebsd/run/clock.h"
#include "store/lock.h"
#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/status/report.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal status [-i IF] [-o text|json] [--utc] [-J FILE | FILE]\n"
    "Reports the present state by the journal: the daemon, the last gap, and each hn\n"
    "interface with its VF, its state and the time of its last change, its lagg, the\n"
    "rest of a delay, the last command with its outcome, and faults. status only\n"
    "reads the journal, and replays it. A daemon may write it meanwhile.\n"
    "\n"
    "  -i, --interface IF   only this hn, or the hn of this VF; may be repeated\n"
    "  -o, --output FORMAT  text (default), or json: one object for the whole, then\n"
    "                       one a line for each hn\n"
    "      --utc            times in UTC, not in the local zone; json always has UTC\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 a daemon runs and all is well; 1 something needs attention, no\n"
    "record names an IF, or the journal holds no records; 2 usage, or an unusable\n"
    "journal; 4 the system failed; 5 damaged; 6 edited; 7 the end is cut off.\n";

enum { OPTION_UTC = 256 };

struct status {
    const char *path;
    struct vfj_names only;
    bool json, utc;
};

static int take(struct status *status, int option, const char *value)
{
    switch (option) {
    case 'i':
        return vfj_option_interface("status", value, &status->only);
    case 'o':
        return vfj_option_output("status", value, &status->json);
    case 'J':
        status->path = value;
        return VFJ_OPTIONS_READ;
    case OPTION_UTC:
        status->utc = true;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct status *status, int argc, char **argv)
{
    static const struct option options[] = {
        {"interface", required_argument, NULL, 'i'},
        {"output", required_argument, NULL, 'o'},
        {"journal", required_argument, NULL, 'J'},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("status", argc, argv, ":i:o:J:h", options)) != -1)
        parsed = take(status, option, optarg);
    return parsed == VFJ_OPTIONS_READ ? vfj_option_journal("status", argc, argv, &status->path)
                                      : parsed;
}

static bool is_known(struct vfj_name name, const struct vfj_state *state)
{
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        if (vfj_name_equal(name, state->slots[i].hn) || vfj_name_equal(name, state->slots[i].vf))
            return true;
    }
    return false;
}

/* Prints a message for each name in an option -i that is neither an hn nor a VF in the journal.
 * Returns false when it printed a message. */
static bool report_unknown(const struct status *status, const struct vfj_input *input,
                           const struct vfj_state *state)
{
    bool found = false;
    for (unsigned i = 0; i < status->only.count; i++) {
        char what[64];
        struct vfj_text text = vfj_text_begin(what, sizeof what);
        if (is_known(status->only.list[i], state))
            continue;
        vfj_text_add(&text, "no slot has the interface ");
        vfj_text_add(&text, status->only.list[i].text);
        vfj_complain(input->name, what);
        found = true;
    }
    return found;
}

/* Returns the exit status. A damaged or edited journal has the same exit status as in all other
 * verbs. */
static int exit_status_of(const struct vfj_status_report *report)
{
    int exit_status = vfj_verdict_exit_status((enum vfj_verdict)report->facts->result.verdict);
    if (exit_status != VFJ_EXIT_OK && exit_status != VFJ_EXIT_UNSURE)
        return exit_status;
    return vfj_status_needs_attention(report) ? VFJ_EXIT_DIFFERENT : VFJ_EXIT_OK;
}

/* Reads the daemon's lock before the journal. If a daemon starts in between, the report says that
 * no daemon runs. But if a daemon ends in between, it is never reported with the state of a later
 * daemon. */
static int report(const struct status *status, const struct vfj_input *input,
                  struct vfj_journal *journal, struct vfj_status_facts *facts)
{
    char bytes[128];
    struct vfj_text detail = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_status_report report = {.path = input->name,
                                       .facts = facts,
                                       .only = &status->only,
                                       .zone = status->utc ? VFJ_ZONE_UTC : VFJ_ZONE_LOCAL};
    report.daemon = vfj_lock_holder(input->path, &detail);
    report.waiting = vfj_lock_waiting(input->path);
    vfj_status_facts_gather(journal, facts);
    vfj_progress_end();
    if (facts->result.verdict == VFJ_VERDICT_UNUSABLE)
        return vfj_complain_status(input->name, (enum vfj_status)facts->result.status,
                                   vfj_journal_detail(journal));
    bool is_empty = facts->result.records == 0 && facts->result.verdict == VFJ_VERDICT_SAME;
    if (is_empty && report.waiting == 0) {
        vfj_complain(input->name, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    if (report_unknown(status, input, &facts->machine.state))
        return VFJ_EXIT_DIFFERENT;
    report.mono_us = report.daemon > 0 ? vfj_clock_mono_us() : facts->newest_mono_us;
    if (!status->json)
        vfj_status_print(stdout, &report);
    else if (!vfj_status_print_json(stdout, &report))
        return vfj_complain_status(input->name, VFJ_SYSTEM, "");
    return exit_status_of(&report);
}

static int read_journal(const struct status *status, const struct vfj_input *input)
{
    struct vfj_journal *journal = NULL;
    int exit_status;
    struct vfj_status_facts *facts = malloc(sizeof *facts);
    if (facts == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "");
    enum vfj_status opened = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    if (opened == VFJ_OK)
        exit_status = report(status, input, journal, facts);
    else
        exit_status = vfj_complain_status(input->name, opened, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    free(facts);
    return exit_status;
}

int vfj_verb_status(int argc, char **argv)
{
    struct status status = {.path = NULL};
    struct vfj_input input;
    int exit_status = read_options(&status, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owner(status.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("status", false);
    exit_status = vfj_input_open_journal(&input, status.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = read_journal(&status, &input);
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
