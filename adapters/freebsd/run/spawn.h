/* Starting one program: posix_spawn(3), never a shell. */
#ifndef VFJ_FREEBSD_RUN_SPAWN_H
#define VFJ_FREEBSD_RUN_SPAWN_H

#include <sys/types.h>

enum vfj_stderr { VFJ_STDERR_WITH_STDOUT, VFJ_STDERR_DROPPED };

/* Start the program file `path` with `argv`. It leads a process group of its own, has /dev/null as
 * standard input, a pipe as standard output and, as said, standard error; no other descriptor;
 * default signals, umask 022 (dhclient's script writes resolv.conf) and a fixed environment. 0, and
 * *pid and *output (the pipe's reading end, non-blocking, the caller's to close); else an errno:
 * the program could not be started. */
int vfj_spawn(const char *path, const char *const *argv, enum vfj_stderr errors, pid_t *pid,
              int *output);

#endif
