/* The verbs of the program, such as `show` and `verify`. Each has a file and a line in the table in
 * tools/main.c. */
#ifndef VFJ_TOOLS_VERB_H
#define VFJ_TOOLS_VERB_H

#include <getopt.h>
#include <stdbool.h>

/* The exit statuses of the program. The same result has the same status in every verb, except in
 * `check`, which uses the statuses of monitoring plugins. */
enum {
    VFJ_EXIT_OK = 0,
    /* the verb ran, and its result is negative: a replay diverged, no record matches, or there is
     * no record */
    VFJ_EXIT_DIFFERENT = 1,
    VFJ_EXIT_UNUSABLE = 2, /* wrong usage or unusable input; the verb did nothing */
    /* the verb has no result, because other rules than this program's recorded the journal */
    VFJ_EXIT_UNSURE = 3,
    /* the system failed: for example memory ran out, or the disk is full */
    VFJ_EXIT_SYSTEM = 4,
    VFJ_EXIT_DAMAGED = 5,    /* the file is damaged */
    VFJ_EXIT_EDITED = 6,     /* a record was changed or removed */
    VFJ_EXIT_INCOMPLETE = 7, /* the journal's end is missing */
    VFJ_EXIT_NOT_ANCHORED = 8,
};

/* The default path of the journal, used when neither -J nor FILE is given. */
#define VFJ_JOURNAL_PATH "/var/db/vfjournal/journal.db"

struct vfj_verb {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

/* All verbs, in the order in which the help lists them (main.c). The last entry has no name. */
extern const struct vfj_verb vfj_verbs[];

/* Returns the verb with this name, or NULL. */
const struct vfj_verb *vfj_verb_find(const char *name);

/* Finds the options of a verb, in the form that getopt_long(3) uses. For this, runs the verb until
 * it asks for its first option. Returns false when the verb has no options. */
bool vfj_verb_options(const struct vfj_verb *verb, const char **shorts,
                      const struct option **options);

/* The functions of the verbs. Each gets its name in argv[0], has the option --help, and returns the
 * exit status. */
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
