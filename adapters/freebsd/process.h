/* What only the system knows about processes: each tells in its own way. */
#ifndef VFJ_FREEBSD_PROCESS_H
#define VFJ_FREEBSD_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The name of the program that `pid` runs, cut to `size` - 1 bytes; false when the system doesn't tell. */
bool vfj_process_name(pid_t pid, char *name, size_t size);

/* The path of the program that we are; false when the system doesn't tell or it does not fit. */
bool vfj_process_executable(char *path, size_t size);

#endif
