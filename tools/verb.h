/* The verbs of the program. Each has a file, and one line in the table of tools/main.c. */
#ifndef VFJ_TOOLS_VERB_H
#define VFJ_TOOLS_VERB_H

#include <getopt.h>
#include <stdbool.h>

/* The exit statuses of the program. The same fact has the same status in every verb except
 * `check`, which has the statuses of monitoring plugins. */
enum {
    VFJ_EXIT_OK = 0,
    /* the verb ran, and the result is negative: a replay diverged, no record matches, no record
     * exists */
    VFJ_EXIT_DIFFERENT = 1,
    VFJ_EXIT_UNUSABLE = 2, /* usage error or unusable input; the verb did nothing */
    /* the verb ran without a result: the journal was recorded under other rules */
    VFJ_EXIT_UNSURE = 3,
    VFJ_EXIT_SYSTEM = 4,     /* the system failed, such as memory, output or a full disk */
    VFJ_EXIT_DAMAGED = 5,    /* the file is damaged */
    VFJ_EXIT_EDITED = 6,     /* a record was changed or removed */
    VFJ_EXIT_INCOMPLETE = 7, /* the end is missing */
    VFJ_EXIT_NOT_ANCHORED = 8,
};

/* The path of the journal when neither -J nor FILE is given. */
#define VFJ_JOURNAL_PATH "/var/db/vfjournal/journal.db"

struct vfj_verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

/* The verbs in the order of the help (main.c). The last entry is blank. */
extern const struct vfj_verb vfj_verbs[];

/* Returns the verb with that name, or NULL. */
const struct vfj_verb *vfj_verb_find(const char *name);

/* Fills in the options of a verb in the form of getopt_long(3). Returns false when the verb has
 * no options. Runs the verb only until it asks for its first option. */
bool vfj_verb_options(const struct vfj_verb *verb, const char **shorts,
                      const struct option **options);

/* The verbs. Each takes its name in argv[0], returns the exit status, and has the option --help. */
int vfj_verb_backup(int argc, char **argv);
int vfj_verb_bisect(int argc, char **argv);
int vfj_verb_bundle(int argc, char **argv);
int vfj_verb_check(int argc, char **argv);
int vfj_verb_complete(int argc, char **argv);
int vfj_verb_config(int argc, char **argv);
int vfj_verb_daemon(int argc, char **argv);
int vfj_verb_diff(int argc, char **argv);
int vfj_verb_doctor(int argc, char **argv);
int vfj_verb_explain(int argc, char **argv);
int vfj_verb_export(int argc, char **argv);
int vfj_verb_fleet(int argc, char **argv);
int vfj_verb_graph(int argc, char **argv);
int vfj_verb_import(int argc, char **argv);
int vfj_verb_migration(int argc, char **argv);
int vfj_verb_migrations(int argc, char **argv);
int vfj_verb_prune(int argc, char **argv);
int vfj_verb_recover(int argc, char **argv);
int vfj_verb_replay(int argc, char **argv);
int vfj_verb_report(int argc, char **argv);
int vfj_verb_show(int argc, char **argv);
int vfj_verb_status(int argc, char **argv);
int vfj_verb_timeline(int argc, char **argv);
int vfj_verb_verify(int argc, char **argv);

#endif
