/* Connecting to one of devd's sockets. */
#include "adapters/freebsd/devd_socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/text.h"

enum { RECEIVE_BUFFER = 1024 * 1024 };

int vfj_devd_socket_connect(const char *path, int type, int *error)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int size = RECEIVE_BUFFER;
    if (!vfj_span_copy(address.sun_path, sizeof address.sun_path, vfj_span_of(path))) {
        *error = ENAMETOOLONG;
        return -1;
    }
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        *error = errno;
        return -1;
    }
    /* Where the receiver's buffer counts (FreeBSD 15, sys/kern/uipc_usrreq.c), a bigger one; elsewhere no
     * harm. */
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        *error = errno;
        close(fd);
        return -1;
    }
    return fd;
}

void vfj_devd_socket_open(const char *seqpacket_path, const char *stream_path, bool stream_only,
                          struct vfj_devd_connection *connection)
{
    int ignored = 0;
    *connection = (struct vfj_devd_connection){.fd = -1, .records = !stream_only};
    connection->fd = vfj_devd_socket_connect(stream_only ? stream_path : seqpacket_path,
                                             stream_only ? SOCK_STREAM : SOCK_SEQPACKET, &connection->error);
    if (connection->fd < 0 && !stream_only && (connection->error == ENOENT || connection->error == EPROTOTYPE)) {
        connection->fd = vfj_devd_socket_connect(stream_path, SOCK_STREAM, &ignored);
        connection->records = connection->fd < 0;
    }
}
