/* The socket of nlsysevent(4). */
#include "adapters/freebsd/devd/sysevent.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "adapters/freebsd/devd/sysevent_message.h"

/* Numbers of <netlink/netlink.h>, which releases before 13.2 do not have, and of <sys/socket.h>. */
enum {
    FAMILY_NETLINK = 38,          /* AF_NETLINK */
    PROTOCOL_GENERIC = 16,        /* NETLINK_GENERIC */
    LEVEL_NETLINK = 270,          /* SOL_NETLINK */
    ADD_MEMBERSHIP = 1,           /* NETLINK_ADD_MEMBERSHIP */
    REPORT_OVERFLOW = 0x00020000, /* SO_RERROR: recv(2) fails with ENOBUFS after a loss */
    ANSWER_SIZE = 16384,
    BUFFER_SIZE = 1 << 20,
};

static bool read_family(int fd, bool network_only, struct vfj_sysevent_family *family)
{
    uint8_t request[VFJ_SYSEVENT_REQUEST_SIZE];
    char answer[ANSWER_SIZE];
    size_t length = vfj_sysevent_request(request);
    const struct timeval limit = {.tv_sec = 2}, none = {.tv_sec = 0};
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0
        || send(fd, request, length, 0) != (ssize_t)length)
        return false;
    ssize_t count = recv(fd, answer, sizeof answer, 0);
    if (count < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none, sizeof none) != 0)
        return false;
    errno = ENOENT;
    return vfj_sysevent_read_family((struct vfj_span){answer, (size_t)count}, network_only, family);
}

/* Enlarges the socket's buffer for a storm of events, and makes the kernel report when the
 * buffer was too small. The socket also works without these options, so failures are ignored. */
static void set_options(int fd)
{
    const int size = BUFFER_SIZE, on = 1;
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    (void)setsockopt(fd, SOL_SOCKET, REPORT_OVERFLOW, &on, sizeof on);
}

static bool join(int fd, const struct vfj_sysevent_family *family)
{
    for (unsigned i = 0; i < family->group_count; i++) {
        if (setsockopt(fd, LEVEL_NETLINK, ADD_MEMBERSHIP, &family->groups[i],
                       sizeof family->groups[i])
            != 0)
            return false;
    }
    return true;
}

int vfj_sysevent_open(bool network_only, uint16_t *family_id)
{
    struct vfj_sysevent_family family;
    int fd = socket(FAMILY_NETLINK, SOCK_RAW | SOCK_CLOEXEC, PROTOCOL_GENERIC);
    if (fd < 0)
        return -1;
    set_options(fd);
    if (read_family(fd, network_only, &family) && join(fd, &family)) {
        *family_id = family.id;
        return fd;
    }
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}
