/* Frames of one size on a local stream socket. Each may have a descriptor. */
#ifndef VFJ_FREEBSD_PRIVSEP_WIRE_H
#define VFJ_FREEBSD_PRIVSEP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* A stream socket. FreeBSD may cut records of a seqpacket socket in two when its buffer is nearly
 * full (sys/kern/uipc_socket.c, sosend_generic: local sockets are not PR_ATOMIC). */
struct vfj_wire {
    int socket;
    size_t sent;     /* bytes of the current frame to send */
    size_t received; /* bytes of the current frame to receive */
    int descriptor;  /* of that frame; -1: none */
};

enum vfj_wire_state {
    VFJ_WIRE_DONE,
    VFJ_WIRE_WAIT, /* the rest follows when the socket is ready */
    VFJ_WIRE_END,  /* the connection has ended */
    /* no frame: more than one descriptor, or one amid a frame, or other control data */
    VFJ_WIRE_WRONG,
};

/* Makes two connected ends, both closed on exec. Returns false with errno. */
bool vfj_wire_open(struct vfj_wire *one, struct vfj_wire *other);
void vfj_wire_close(struct vfj_wire *wire);

/* Sends a frame, or more of it. `descriptor`, unless -1, goes with the first byte, and stays the
 * caller's. With `waits`, returns when the whole frame is sent. The caller completes a frame before
 * the next. */
enum vfj_wire_state vfj_wire_send(struct vfj_wire *wire, const void *frame, size_t size,
                                  int descriptor, bool waits);

/* Receives a frame, or more of it, into `frame`, which is the same at each call. Never waits. On
 * DONE, *descriptor is the frame's, which the caller closes, or -1. On WRONG, vfj_wire_close()
 * closes received descriptors. */
enum vfj_wire_state vfj_wire_receive(struct vfj_wire *wire, void *frame, size_t size,
                                     int *descriptor);

#endif
