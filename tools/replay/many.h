/* Replays many files, and reports the results for continuous integration. */
#ifndef VFJ_TOOLS_REPLAY_MANY_H
#define VFJ_TOOLS_REPLAY_MANY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The result of one file. */
struct vfj_case {
    const char *path;
    bool is_skipped;
    int exit_status;
    double seconds;
    char *text;     /* the output; untrusted bytes */
    char *messages; /* those of standard error; untrusted bytes */
};

/* Replays a file, and prints to `out`. Returns the exit status. */
typedef int vfj_replay_one(void *arg, const char *path, FILE *out);

/* Replays the files in their order. With `fail_fast` those after the first failure are skipped.
 * Prints what each gave: the first line of its output when it passed and `brief` is set. Writes
 * JUnit's XML to the file `junit`, unless that is NULL. Returns the status of the first file that
 * failed, VFJ_EXIT_OK without one, or VFJ_EXIT_SYSTEM when the report cannot be written. */
int vfj_replay_many(char *const *paths, size_t count, bool fail_fast, bool brief, const char *junit,
                    vfj_replay_one *replay, void *arg);

/* Writes the cases as JUnit's XML, which is valid for any bytes. Returns false with errno. */
bool vfj_junit_print(FILE *out, const struct vfj_case *cases, size_t count);

#endif
