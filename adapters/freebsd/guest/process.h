/* Functions about processes. Each operating system has its own implementation. */
#ifndef VFJ_FREEBSD_GUEST_PROCESS_H
#define VFJ_FREEBSD_GUEST_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Reads the name of the program that `pid` runs, cut to `size` - 1 bytes. Returns false when the
 * name cannot be read. */
bool vfj_process_name(pid_t pid, char *name, size_t size);

/* Sets this process's name in process listings. `title` has at most 15 bytes. */
void vfj_process_set_title(const char *title);

/* Keeps programs that this process starts from gaining rights, even if they are set-user-ID. Has
 * no effect where the system has no means for this. */
void vfj_process_forgo_rights(void);

/* Makes the kernel send `signal` to this process when its parent ends. A later change of user IDs
 * may cancel this setting. Returns false, with errno, when the kernel refuses. */
bool vfj_process_signal_at_parents_end(int signal);

/* Reads the path of this program. Returns false when the path cannot be read or does not fit. */
bool vfj_process_executable(char *path, size_t size);

#endif
