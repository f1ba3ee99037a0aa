/* Connecting to one of devd's sockets. */
#ifndef VFJ_FREEBSD_DEVD_SOCKET_H
#define VFJ_FREEBSD_DEVD_SOCKET_H

/* A non-blocking local socket of that type (SOCK_SEQPACKET, SOCK_STREAM) connected to `path`; -1 and *error,
 * an errno, when it can't be had. */
int vfj_devd_socket_connect(const char *path, int type, int *error);

#endif
