/* Connecting to one of devd's sockets. */
#ifndef VFJ_FREEBSD_DEVD_SOCKET_H
#define VFJ_FREEBSD_DEVD_SOCKET_H

#include <stdbool.h>

/* A non-blocking local socket of that type (SOCK_SEQPACKET, SOCK_STREAM) connected to `path`; -1
 * and errno when it can't be had. */
int vfj_devd_socket_connect(const char *path, int type);

/* The first of devd's sockets that is there; a path that is a socket of the other type is tried as
 * that. *records: each receipt is one line; else lines end with '\n'. -1 when there is none: errno
 * is of the first. */
int vfj_devd_socket_open(const char *seqpacket_path, const char *stream_path, bool stream_only,
                         bool *records);

#endif
