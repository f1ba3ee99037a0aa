/* vfjournal: the table of verbs. */
#include <stdio.h>
#include <string.h>

#include "tools/bus_error.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const struct verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} verbs[] = {
    {"daemon", vfj_verb_daemon, "journal what devd says and, with --act, do what follows from it"},
    {"show", vfj_verb_show, "print the journal, newest last"},
    {"status", vfj_verb_status, "say how things stand, by the journal"},
    {"doctor", vfj_verb_doctor, "look at the guest, and say what is wrong and what to do"},
    {"config", vfj_verb_config, "print what rc.conf says for each hn interface, and where"},
    {"replay", vfj_verb_replay, "check a journal, or play a trace"},
    {"verify", vfj_verb_verify,
     "check that a journal is whole and unedited, against a head kept elsewhere as well"},
    {"backup", vfj_verb_backup, "copy the journal while a daemon writes it"},
    {"prune", vfj_verb_prune, "take the oldest records away, into an archive or for good"},
    {"recover", vfj_verb_recover, "make a new journal of what a damaged one still proves"},
    {"graph", vfj_verb_graph,
     "print the states and activities of an hn and its VF, as text, for dot(1), or as a picture"},
    {"export", vfj_verb_export, "write a journal as a trace"},
};

enum { VERB_COUNT = sizeof verbs / sizeof verbs[0] };

static int print_help(void)
{
    (void)printf("usage: vfjournal VERB [options]\n"
                 "A journal and a driver for SR-IOV VFs that come and go on a FreeBSD guest of "
                 "Hyper-V.\n\n");
    for (unsigned i = 0; i < VERB_COUNT; i++)
        (void)printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
    (void)printf("  %-10s %s\n\n", "help VERB",
                 "say more about one of these; the same as VERB --help");
    (void)printf(
        "Exit status: 0 done, and the answer is yes; 1 done, and the answer is no; 2 usage, or an "
        "input that\n"
        "can't be used; 3 done, and there is no answer; 4 the system failed. verify has more.\n");
    return vfj_finish_output(VFJ_EXIT_OK);
}

static const struct verb *find(const char *name)
{
    for (unsigned i = 0; i < VERB_COUNT; i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    }
    return NULL;
}

static int unknown(const char *name)
{
    (void)fputs("vfjournal: no such verb: ", stderr);
    vfj_terminal_print(stderr, vfj_span_of(name));
    (void)fputs("\ntry: vfjournal --help\n", stderr);
    return VFJ_EXIT_UNUSABLE;
}

static int help_on(int argc, char **argv)
{
    char option[] = "--help";
    if (argc < 2)
        return print_help();
    const struct verb *verb = find(argv[1]);
    if (verb == NULL)
        return unknown(argv[1]);
    char *arguments[] = {argv[1], option, NULL};
    return verb->run(2, arguments);
}

int main(int argc, char **argv)
{
    vfj_bus_error_catch(NULL);
    if (argc < 2) {
        (void)fputs("usage: vfjournal VERB [options]\ntry: vfjournal --help\n", stderr);
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
    const struct verb *verb = find(argv[1]);
    return verb != NULL ? verb->run(argc - 1, argv + 1) : unknown(argv[1]);
}
