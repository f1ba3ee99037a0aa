/* Connecting to one of devd's sockets. */
#ifndef VFJ_FREEBSD_DEVD_SOCKET_H
#define VFJ_FREEBSD_DEVD_SOCKET_H

#include <stdbool.h>

/* Connects a non-blocking local socket of that type (SOCK_SEQPACKET, SOCK_STREAM) to `path`.
 * Returns -1, with errno, on failure. */
int vfj_devd_socket_connect(const char *path, int type);

/* Connects to the first of devd's sockets that exists. Tries a socket of the other type with that
 * type. With *records each receipt is one line; otherwise '\n' ends lines. Returns -1 when both
 * fail, with the errno of the first. */
int vfj_devd_socket_open(const char *seqpacket_path, const char *stream_path, bool stream_only,
                         bool *records);

#endif
