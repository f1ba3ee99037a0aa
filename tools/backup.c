/* vfjournal backup: copies a journal, even while a daemon writes it. */
#include "store/backup.h"

#include <stdio.h>

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal backup [-J FILE | FILE] NEW\n"
    "Copies the journal FILE, as of one point in time, to the new file NEW with\n"
    "mode 0600, and verifies the copy. A daemon may write the journal meanwhile;\n"
    "backup does not delay it. backup never overwrites an existing file.\n"
    "\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 copied and verified; 2 usage, or an unusable file; 4 the system\n"
    "failed; 5 damaged, no copy was kept; 1, 3, 6, 7: copied, with the finding that\n"
    "verify reports by that status.\n";

struct options {
    const char *path, *to;
};

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = vfj_option_next("backup", argc, argv, ":J:h", table)) != -1) {
        if (option != 'J')
            return vfj_option_rest(option, help);
        options->path = optarg;
    }
    return vfj_option_journal_and_new("backup", argc, argv, &options->path, &options->to);
}

static int back_up(const struct vfj_input *input, const char *to)
{
    struct vfj_backup backup;
    enum vfj_status status = vfj_backup(input->path, to, &backup);
    vfj_progress_end();
    if (status != VFJ_OK)
        return vfj_complain_status(backup.where == input->path ? input->name
                                       : backup.where != NULL  ? backup.where
                                                               : to,
                                   status, backup.detail);
    vfj_finding_print(backup.kept ? stdout : stderr, backup.kept ? to : input->name,
                      &backup.verified);
    return vfj_finding_exit_status(&backup.verified);
}

int vfj_verb_backup(int argc, char **argv)
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
    vfj_progress_report("backup", false);
    exit_status = vfj_input_open_journal(&input, options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = back_up(&input, options.to);
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
