/* Sends and receives frames of one size on a local stream socket. A frame may carry a
 * descriptor. */
#ifndef VFJ_FREEBSD_PRIVSEP_WIRE_H
#define VFJ_FREEBSD_PRIVSEP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* One end of a connection. The connection is a stream socket, since FreeBSD may cut a record of
 * a seqpacket socket in two when the socket's buffer is nearly full (sys/kern/uipc_socket.c,
 * sosend_generic: local sockets are not PR_ATOMIC). */
struct vfj_wire {
    int socket;
    size_t sent;     /* bytes already sent of the current frame */
    size_t received; /* bytes already received of the current frame */
    int descriptor;  /* descriptor of the frame that is being received; -1: none */
};

enum vfj_wire_state {
    VFJ_WIRE_DONE,
    VFJ_WIRE_WAIT, /* the rest of the frame must wait until the socket is ready */
    VFJ_WIRE_END,  /* the connection has ended */
    /* a malformed frame: more than one descriptor, a descriptor after the first byte, or other
     * control data */
    VFJ_WIRE_WRONG,
};

/* Makes two connected ends, both closed on exec. Returns false, with errno, on failure. */
bool vfj_wire_open(struct vfj_wire *one, struct vfj_wire *other);
void vfj_wire_close(struct vfj_wire *wire);

/* Sends a frame, or the bytes of it that were not sent yet. Unless -1, `descriptor` is sent with
 * the first byte; the caller still has to close it. With `waits`, returns only when the whole
 * frame is sent. The caller completes a frame before it sends another. */
enum vfj_wire_state vfj_wire_send(struct vfj_wire *wire, const void *frame, size_t size,
                                  int descriptor, bool waits);

/* Receives a frame, or the next bytes of it, into `frame`. The caller passes the same `frame`
 * until the frame is complete. Never waits. When it returns DONE, *descriptor is the frame's
 * descriptor, which the caller closes, or -1. When it returns WRONG, vfj_wire_close() closes
 * received descriptors. */
enum vfj_wire_state vfj_wire_receive(struct vfj_wire *wire, void *frame, size_t size,
                                     int *descriptor);

#endif
