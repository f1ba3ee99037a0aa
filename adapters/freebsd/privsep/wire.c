/* Sends and receives frames of one size on a local stream socket. A frame may carry a
 * descriptor. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares MSG_CMSG_CLOEXEC only with this macro */
#endif
#include "adapters/freebsd/privsep/wire.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BUFFER = 256 * 1024,
    /* room for descriptors of one message; Linux (SCM_MAX_FD, 253) and FreeBSD permit fewer */
    DESCRIPTORS_MAX = 512,
};

/* Buffers for control messages; unions give the alignment. The first one has room for one
 * descriptor to send, the second one for all descriptors that can be received. */
union control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(sizeof(int))];
};
union received_control {
    struct cmsghdr header;
    char bytes[CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
};

static void make_room(int socket)
{
    int size = BUFFER;
    (void)setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    (void)setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
}

bool vfj_wire_open(struct vfj_wire *one, struct vfj_wire *other)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        return false;
    make_room(ends[0]);
    make_room(ends[1]);
    *one = (struct vfj_wire){.socket = ends[0], .descriptor = -1};
    *other = (struct vfj_wire){.socket = ends[1], .descriptor = -1};
    return true;
}

void vfj_wire_close(struct vfj_wire *wire)
{
    if (wire->descriptor >= 0)
        close(wire->descriptor);
    if (wire->socket >= 0)
        close(wire->socket);
    wire->descriptor = -1;
    wire->socket = -1;
}

static void attach(struct msghdr *message, union control *control, int descriptor)
{
    memset(control, 0, sizeof *control);
    message->msg_control = control->bytes;
    message->msg_controllen = sizeof control->bytes;
    struct cmsghdr *header = CMSG_FIRSTHDR(message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptor);
    memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
}

enum vfj_wire_state vfj_wire_send(struct vfj_wire *wire, const void *frame, size_t size,
                                  int descriptor, bool waits)
{
    union control control;
    while (wire->sent < size) {
        struct iovec rest = {(char *)(uintptr_t)frame + wire->sent, size - wire->sent};
        struct msghdr message = {.msg_iov = &rest, .msg_iovlen = 1};
        if (descriptor >= 0 && wire->sent == 0)
            attach(&message, &control, descriptor);
        ssize_t count = sendmsg(wire->socket, &message, MSG_NOSIGNAL | (waits ? 0 : MSG_DONTWAIT));
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && (errno == EAGAIN || errno == ENOBUFS))
            return VFJ_WIRE_WAIT;
        if (count <= 0)
            return VFJ_WIRE_END;
        wire->sent += (size_t)count;
    }
    wire->sent = 0;
    return VFJ_WIRE_DONE;
}

static size_t count_of(const struct cmsghdr *header)
{
    return header->cmsg_len >= CMSG_LEN(0) ? (header->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
}

/* Keeps the first descriptor of the control message, and closes the others. */
static void take_rights(struct vfj_wire *wire, struct cmsghdr *header)
{
    for (size_t i = 0; i < count_of(header); i++) {
        int fd;
        memcpy(&fd, CMSG_DATA(header) + i * sizeof fd, sizeof fd);
        if (wire->descriptor < 0)
            wire->descriptor = fd;
        else
            (void)close(fd);
    }
}

/* Handles the descriptors that a message brought, which are open in this process already.
 * Returns true when there is none, or exactly one that came with the first byte of a frame. */
static bool take_control(struct vfj_wire *wire, struct msghdr *message)
{
    size_t headers = 0, descriptors = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header != NULL;
         header = CMSG_NXTHDR(message, header)) {
        headers++;
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS)
            continue;
        descriptors += count_of(header);
        take_rights(wire, header);
    }
    bool is_whole = (message->msg_flags & MSG_CTRUNC) == 0;
    return is_whole && (headers == 0 || (headers == 1 && descriptors == 1 && wire->received == 0));
}

enum vfj_wire_state vfj_wire_receive(struct vfj_wire *wire, void *frame, size_t size,
                                     int *descriptor)
{
    union received_control control;
    while (wire->received < size) {
        struct iovec rest = {(char *)frame + wire->received, size - wire->received};
        struct msghdr message = {.msg_iov = &rest,
                                 .msg_iovlen = 1,
                                 .msg_control = control.bytes,
                                 .msg_controllen = sizeof control.bytes};
        ssize_t count = recvmsg(wire->socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return VFJ_WIRE_WAIT;
        if (count <= 0)
            return VFJ_WIRE_END;
        if (!take_control(wire, &message))
            return VFJ_WIRE_WRONG;
        wire->received += (size_t)count;
    }
    *descriptor = wire->descriptor;
    wire->descriptor = -1;
    wire->received = 0;
    return VFJ_WIRE_DONE;
}
