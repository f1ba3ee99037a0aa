/* Replays several files and reports the results, for use in continuous integration. */
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
    char *text;     /* output of the replay; bytes that must not be trusted */
    char *messages; /* what the replay printed to standard error; bytes that must not be trusted */
};

/* Replays a file, and prints to `out`. Returns the exit status. */
typedef int vfj_replay_one(void *arg, const char *path, FILE *out);

/* Replays the files one after the other, and prints the output of each replay. With `brief`, prints
 * only the first line for a file that passes. With `fail_fast`, skips the files after the first
 * failure. If `junit` is not NULL, writes the results to this file as JUnit's XML. Returns
 * VFJ_EXIT_OK, the exit status of the first file that failed, or VFJ_EXIT_SYSTEM when the XML
 * cannot be written. */
int vfj_replay_many(char *const *paths, size_t count, bool fail_fast, bool brief, const char *junit,
                    vfj_replay_one *replay, void *arg);

/* Writes the results as JUnit's XML. The XML is valid, whatever bytes the results contain. Returns
 * false and sets errno when it fails. */
bool vfj_junit_print(FILE *out, const struct vfj_case *cases, size_t count);

#endif
