/* What only the system knows about processes: each tells in its own way. */
#ifndef VFJ_FREEBSD_GUEST_PROCESS_H
#define VFJ_FREEBSD_GUEST_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The name of the program that `pid` runs, cut to `size` - 1 bytes; false when the system doesn't
 * tell. */
bool vfj_process_name(pid_t pid, char *name, size_t size);

/* What process listings call us. `title` is at most 15 bytes. */
void vfj_process_set_title(const char *title);

/* No program that we start, not even a set-user-ID one, gets more rights than we have; where the
 * system can. */
void vfj_process_forgo_rights(void);

/* The path of the program that we are; false when the system doesn't tell or it does not fit. */
bool vfj_process_executable(char *path, size_t size);

#endif
