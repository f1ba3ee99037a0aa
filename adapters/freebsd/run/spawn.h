/* Starts one program with posix_spawn(3), never with a shell. */
#ifndef VFJ_FREEBSD_RUN_SPAWN_H
#define VFJ_FREEBSD_RUN_SPAWN_H

#include <sys/types.h>

enum vfj_stderr { VFJ_STDERR_WITH_STDOUT, VFJ_STDERR_DROPPED };

/* Starts the program file `path` with `argv`. The program leads its own process group, and gets
 * default signal actions, umask 022 (since dhclient's script writes resolv.conf) and a fixed
 * environment. Its standard input is /dev/null, its standard output a pipe, its standard error
 * as `errors` requires; it has no other descriptor. Returns 0 and sets *pid and *output, the
 * non-blocking reading end of the pipe, which the caller closes. Returns an errno when the
 * program cannot be started. */
int vfj_spawn(const char *path, const char *const *argv, enum vfj_stderr errors, pid_t *pid,
              int *output);

#endif
