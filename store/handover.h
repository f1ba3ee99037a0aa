/* Sends a new journal to a privileged process, which publishes it in a directory that this
 * process may not write. */
#ifndef VFJ_STORE_HANDOVER_H
#define VFJ_STORE_HANDOVER_H

#include <stdbool.h>

/* Two processes share a stream socket. The maker is the process that makes the new file. The
 * publisher is the process that may write the directory of the new path. First the publisher
 * reports whether the new file can be made. Then the maker sends the length of the file and its
 * bytes. The publisher answers when the file is durable at the new path. Both answers are errno
 * values, 0 for success. The publisher reads nothing else and does not interpret the bytes. */

/* Called by the maker. From then on, all new files (store/publish.h) are made at PREFIX.XXXXXX
 * and published through `socket`. `prefix` is borrowed until the process ends. A process calls
 * this function once, and ignores SIGPIPE. */
void vfj_handover_use(int socket, const char *prefix);

/* Returns the prefix that the caller gave to vfj_handover_use(). Returns NULL when that function
 * was not called. */
const char *vfj_handover_prefix(void);

/* Called by the maker. Waits for the publisher's first answer. Returns false, with errno, when
 * the file cannot be made. */
bool vfj_handover_begin(void);

/* Called by the maker. Sends the file at `path`. Returns false, with errno, when the file cannot
 * be read, sent or published. */
bool vfj_handover_send(const char *path);

/* Called by the publisher. Receives one file from the maker, publishes it as `to`, and returns.
 * When the maker ends before it has sent the whole file, the publisher leaves no temporary file in
 * the directory of `to`. */
void vfj_handover_serve(int socket, const char *to);

/* Called by the publisher in place of vfj_handover_serve() when it cannot serve the maker. Sends
 * `error` as the first answer. */
void vfj_handover_refuse(int socket, int error);

#endif
