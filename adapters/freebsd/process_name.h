/* What a process is called: each system tells in its own way. */
#ifndef VFJ_FREEBSD_PROCESS_NAME_H
#define VFJ_FREEBSD_PROCESS_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The name of the program that `pid` runs, cut to `size` - 1 bytes; false when the system doesn't tell. */
bool vfj_process_name(pid_t pid, char *name, size_t size);

#endif
