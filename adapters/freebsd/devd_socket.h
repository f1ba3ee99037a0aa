/* Connecting to one of devd's sockets. */
#ifndef VFJ_FREEBSD_DEVD_SOCKET_H
#define VFJ_FREEBSD_DEVD_SOCKET_H

#include <stdbool.h>

/* A non-blocking local socket of that type (SOCK_SEQPACKET, SOCK_STREAM) connected to `path`; -1 and *error,
 * an errno, when it can't be had. */
int vfj_devd_socket_connect(const char *path, int type, int *error);

struct vfj_devd_connection {
    int fd;       /* -1: there is none */
    bool records; /* each receipt is one line; else lines end with '\n' */
    int error;    /* an errno: why there is none */
};

/* The first of devd's sockets that is there; a path that is a socket of the other type is tried as that. The error is
 * of the first. */
void vfj_devd_socket_open(const char *seqpacket_path, const char *stream_path, bool stream_only,
                          struct vfj_devd_connection *connection);

#endif
