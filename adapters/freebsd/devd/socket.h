/* Connects to one of devd's sockets. */
#ifndef VFJ_FREEBSD_DEVD_SOCKET_H
#define VFJ_FREEBSD_DEVD_SOCKET_H

#include <stdbool.h>

/* Connects a non-blocking local socket of type `type` (SOCK_SEQPACKET or SOCK_STREAM) to `path`.
 * Returns -1, with errno, on failure. */
int vfj_devd_socket_connect(const char *path, int type);

/* Connects to devd's seqpacket socket. When that socket does not exist or is of another type,
 * connects to devd's stream socket. With `stream_only`, connects to the stream socket only. Sets
 * *records to true for the seqpacket socket, whose every receipt is one line, and to false for
 * the stream socket, where '\n' ends a line. Returns -1, with the errno of the first attempt,
 * when no socket can be connected. */
int vfj_devd_socket_open(const char *seqpacket_path, const char *stream_path, bool stream_only,
                         bool *records);

#endif
