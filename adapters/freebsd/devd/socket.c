/* Connects to one of devd's sockets. */
#include "adapters/freebsd/devd/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/text/text.h"

enum { RECEIVE_BUFFER = 1024 * 1024 };

int vfj_devd_socket_connect(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int size = RECEIVE_BUFFER;
    if (!vfj_span_copy(address.sun_path, sizeof address.sun_path, vfj_span_of(path))) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    /* On FreeBSD 15 the receiver's buffer limits how many lines wait (sys/kern/uipc_usrreq.c). On
     * other systems this option has no effect. */
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

int vfj_devd_socket_open(const char *seqpacket_path, const char *stream_path, bool stream_only,
                         bool *records)
{
    *records = !stream_only;
    int fd = stream_only ? vfj_devd_socket_connect(stream_path, SOCK_STREAM)
                         : vfj_devd_socket_connect(seqpacket_path, SOCK_SEQPACKET);
    int error = errno;
    if (fd < 0 && !stream_only && (error == ENOENT || error == EPROTOTYPE)) {
        fd = vfj_devd_socket_connect(stream_path, SOCK_STREAM);
        *records = fd < 0;
    }
    errno = error;
    return fd;
}
