/* vfjournal backup: a copy of the journal, taken while a daemon may be writing it. */
#include "store/backup.h"

#include <getopt.h>
#include <stdio.h>

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal backup [--journal FILE] NEW\n"
    "Copies the journal, as it is in one moment, to the new file NEW with mode 0600, and verifies "
    "the copy. A daemon\n"
    "may be writing meanwhile, and is not held up. An existing file is never overwritten.\n"
    "\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 copied and verified, 2 usage, or a file that can't be used, 4 the system "
    "failed, 5 it is\n"
    "damaged, and not kept; 1, 3, 6, 7: copied, but not in order, as verify has it.\n";

enum { PARSED_RUN = -1 };

static int read_options(int argc, char **argv, const char **path)
{
    static const struct option options[] = {
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char name[] = "vfjournal backup";
    int option;
    argv[0] = name;
    while ((option = getopt_long(argc, argv, "J:h", options, NULL)) != -1) {
        switch (option) {
        case 'J':
            *path = optarg;
            break;
        default:
            return vfj_option_rest(option, "backup", help);
        }
    }
    if (optind == argc)
        return vfj_usage_error("backup", "to which file?", "");
    return optind + 1 < argc ? vfj_usage_error("backup", "an argument too many", argv[optind + 1])
                             : PARSED_RUN;
}

int vfj_verb_backup(int argc, char **argv)
{
    const char *path = VFJ_JOURNAL_PATH;
    struct vfj_backup backup;
    int exit_status = read_options(argc, argv, &path);
    if (exit_status != PARSED_RUN)
        return exit_status;
    const char *to = argv[optind];
    exit_status = vfj_act_as_owners(path, to);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    enum vfj_status status = vfj_backup(path, to, &backup);
    if (status != VFJ_OK) {
        exit_status
            = vfj_complain_status(backup.where != NULL ? backup.where : to, status, backup.detail);
        return status == VFJ_JOURNAL_DAMAGED ? VFJ_EXIT_DAMAGED : exit_status;
    }
    vfj_finding_print(backup.kept ? stdout : stderr, backup.kept ? to : path, &backup.verified);
    return vfj_finish_output(vfj_finding_exit_status(&backup.verified));
}
