/* Sends a new journal to a privileged process, which publishes it in a directory that this
 * process may not write. */
#ifndef VFJ_STORE_HANDOVER_H
#define VFJ_STORE_HANDOVER_H

#include <stdbool.h>

/* The maker and the publisher share a stream socket. First the publisher reports whether the new
 * file can be made. Then the maker sends the length of the file and its bytes. The publisher
 * answers when the file is durable at the new path. Both answers are errno values, 0 for success.
 * The publisher reads nothing else and does not interpret the bytes. */

/* Maker: from now on, all new files (store/publish.h) are made at PREFIX.XXXXXX and published
 * through `socket`. `prefix` is borrowed until the process ends. A process calls this function
 * once, and ignores SIGPIPE. */
void vfj_handover_use(int socket, const char *prefix);

/* Returns the prefix of vfj_handover_use(), or NULL when that function was not called. */
const char *vfj_handover_prefix(void);

/* Maker: waits for the publisher's first answer. Returns false, with errno, when the file cannot
 * be made. */
bool vfj_handover_begin(void);

/* Maker: sends the file at `path`. Returns false, with errno, when the file cannot be read, sent
 * or published. */
bool vfj_handover_send(const char *path);

/* Publisher: serves one maker, then returns. Leaves no file beside `to` when the maker ends
 * early. */
void vfj_handover_serve(int socket, const char *to);

/* Publisher: sends `error` as the first answer. The publisher calls this function instead of
 * vfj_handover_serve() when it cannot serve the maker. */
void vfj_handover_refuse(int socket, int error);

#endif
