/* The verbs of the program: one a file, one line each in the table of tools/main.c. */
#ifndef VFJ_TOOLS_VERB_H
#define VFJ_TOOLS_VERB_H

/* How the program ends. */
enum {
    VFJ_EXIT_OK = 0,
    /* it ran, and the answer is no: a replay that diverged, records missing */
    VFJ_EXIT_DIFFERENT = 1,
    VFJ_EXIT_UNUSABLE = 2, /* usage, or an input that can't be used; nothing was done */
    /* it ran, and there is no answer: cut off, or recorded under other rules */
    VFJ_EXIT_UNSURE = 3,
    VFJ_EXIT_SYSTEM = 4, /* the system failed: output, memory */
    /* of verify, and of those that verify what they made: which no it is */
    VFJ_EXIT_DAMAGED = 5,
    VFJ_EXIT_EDITED = 6,
    VFJ_EXIT_INCOMPLETE = 7,
    VFJ_EXIT_NOT_ANCHORED = 8,
};

/* Where the journal is unless --journal says otherwise. */
#define VFJ_JOURNAL_PATH "/var/db/vfjournal/journal.db"

/* argv[0] is the verb. Every verb answers --help by itself. */
int vfj_verb_backup(int argc, char **argv);
int vfj_verb_config(int argc, char **argv);
int vfj_verb_daemon(int argc, char **argv);
int vfj_verb_doctor(int argc, char **argv);
int vfj_verb_export(int argc, char **argv);
int vfj_verb_graph(int argc, char **argv);
int vfj_verb_prune(int argc, char **argv);
int vfj_verb_recover(int argc, char **argv);
int vfj_verb_replay(int argc, char **argv);
int vfj_verb_show(int argc, char **argv);
int vfj_verb_status(int argc, char **argv);
int vfj_verb_verify(int argc, char **argv);

#endif
