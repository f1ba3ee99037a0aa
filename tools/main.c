/* vfjournal: the table of verbs. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tools/bus_error.h"
#include "tools/nearest.h"
#include "tools/terminal.h"
#include "tools/verb.h"

const struct vfj_verb vfj_verbs[] = {
    {"daemon", vfj_verb_daemon, "journal the events of the guest and, with --act, act on them"},
    {"show", vfj_verb_show, "print the journal, newest record last"},
    {"explain", vfj_verb_explain, "explain a record: cause, rule, effects, remedy"},
    {"migrations", vfj_verb_migrations, "list how long slots were without their VF, and why"},
    {"migration", vfj_verb_migration, "tell all about one of them"},
    {"report", vfj_verb_report, "report their number and length by slot and day"},
    {"fleet", vfj_verb_fleet, "draw the migrations of many guests"},
    {"timeline", vfj_verb_timeline, "draw a migration, or a time, as a picture or text"},
    {"status", vfj_verb_status, "report the present state by the journal"},
    {"check", vfj_verb_check, "check the VFs for a monitoring system, and write metrics"},
    {"doctor", vfj_verb_doctor, "check the guest, and print faults with their remedies"},
    {"config", vfj_verb_config, "print the settings of rc.conf, and their files"},
    {"replay", vfj_verb_replay, "check the decisions of a journal, or play a trace"},
    {"diff", vfj_verb_diff, "compare two migrations, or one under other settings"},
    {"bisect", vfj_verb_bisect, "find the first record at which a command fails"},
    {"verify", vfj_verb_verify, "check that a journal is whole and unedited"},
    {"backup", vfj_verb_backup, "copy the journal while a daemon writes it"},
    {"prune", vfj_verb_prune, "remove the oldest records, or archive them"},
    {"recover", vfj_verb_recover, "save the intact records of a damaged journal"},
    {"graph", vfj_verb_graph, "print the states and activities of a slot"},
    {"export", vfj_verb_export, "write a journal as lines of JSON, or as a trace"},
    {"import", vfj_verb_import, "make journals of such lines, or of a trace"},
    {"bundle", vfj_verb_bundle, "make one file for a ticket: records, pictures, findings"},
    {"complete", vfj_verb_complete, "print the words that can complete a command line"},
    {NULL, NULL, NULL},
};

static int print_help(void)
{
    (void)fputs("usage: vfjournal VERB [options]\n"
                "The journal and failover driver for SR-IOV VFs of a FreeBSD guest on Hyper-V.\n"
                "\n",
                stdout);
    for (const struct vfj_verb *verb = vfj_verbs; verb->name != NULL; verb++)
        (void)printf("  %-10s %s\n", verb->name, verb->summary);
    (void)printf("  %-10s %s\n\n", "help VERB", "print the options of a verb, as VERB --help does");
    (void)fputs("Each verb that reads a journal takes it from the operand FILE or from -J FILE.\n"
                "The default is " VFJ_JOURNAL_PATH ". - is standard input.\n"
                "\n"
                "Exit status: 0 done, the answer is yes; 1 done, the answer is no; 2 usage, or\n"
                "an unusable input; 3 done, without an answer; 4 the system failed; 5 damaged;\n"
                "6 edited; 7 the end is cut off; 8 the anchor does not match.\n",
                stdout);
    return vfj_finish_output(VFJ_EXIT_OK);
}

static int report_unknown(const char *word)
{
    struct vfj_nearest nearest = vfj_nearest_begin(word);
    for (const struct vfj_verb *verb = vfj_verbs; verb->name != NULL; verb++)
        vfj_nearest_try(&nearest, verb->name);
    (void)fputs("vfjournal: no such verb: ", stderr);
    vfj_terminal_print(stderr, vfj_span_of(word));
    if (nearest.name != NULL)
        (void)fprintf(stderr, "; the nearest is %s", nearest.name);
    (void)fputs(" (try: vfjournal --help)\n", stderr);
    return VFJ_EXIT_UNUSABLE;
}

static int help_on(int argc, char **argv)
{
    char option[] = "--help";
    if (argc < 2)
        return print_help();
    const struct vfj_verb *verb = vfj_verb_find(argv[1]);
    if (verb == NULL)
        return report_unknown(argv[1]);
    char *arguments[] = {argv[1], option, NULL};
    return verb->run(2, arguments);
}

/* Opens those of the standard descriptors that are closed, so that no file opened later becomes a
 * standard stream. Reads from them fail, as they would on a closed descriptor. Returns false when a
 * descriptor can't be opened. */
static bool occupy_standard_descriptors(void)
{
    int fd;
    do {
        fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (fd == STDOUT_FILENO || fd == STDERR_FILENO) {
            (void)close(fd);
            fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
        }
    } while (fd >= 0 && fd <= STDERR_FILENO);
    return fd >= 0 && close(fd) == 0;
}

int main(int argc, char **argv)
{
    if (!occupy_standard_descriptors())
        return VFJ_EXIT_SYSTEM;
    /* while this signal is ignored, the exit status of a child is lost */
    (void)signal(SIGCHLD, SIG_DFL);
    vfj_bus_error_catch(NULL);
    if (argc < 2) {
        (void)fputs("usage: vfjournal VERB [options] (try: vfjournal --help)\n", stderr);
        return VFJ_EXIT_UNUSABLE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_help();
    if (strcmp(argv[1], "--version") == 0) {
        (void)printf("vfjournal %s\n", VFJ_VERSION);
        return vfj_finish_output(VFJ_EXIT_OK);
    }
    if (strcmp(argv[1], "help") == 0)
        return help_on(argc - 1, argv + 1);
    const struct vfj_verb *verb = vfj_verb_find(argv[1]);
    return verb != NULL ? verb->run(argc - 1, argv + 1) : report_unknown(argv[1]);
}
