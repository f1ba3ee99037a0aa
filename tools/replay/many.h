/* Replays several files and reports the results, for continuous integration. */
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
    char *text;     /* what the replay printed: untrusted bytes */
    char *messages; /* what it printed to standard error: untrusted bytes */
};

/* Replays a file, and prints to `out`. Returns the exit status. */
typedef int vfj_replay_one(void *arg, const char *path, FILE *out);

/* Replays the files in their order, and prints what each replay printed. With `brief`, only the
 * first line is printed for a file that passes. With `fail_fast`, the files after the first
 * failure are skipped. If `junit` is not NULL, writes JUnit's XML to that file. Returns
 * VFJ_EXIT_OK, the status of the first file that failed, or VFJ_EXIT_SYSTEM when the XML cannot
 * be written. */
int vfj_replay_many(char *const *paths, size_t count, bool fail_fast, bool brief, const char *junit,
                    vfj_replay_one *replay, void *arg);

/* Writes the results as JUnit's XML, which is valid whatever bytes they hold. Returns false and
 * sets errno on a failure. */
bool vfj_junit_print(FILE *out, const struct vfj_case *cases, size_t count);

#endif
