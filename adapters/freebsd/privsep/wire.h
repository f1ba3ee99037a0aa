/* Frames of one size on a local stream socket, each with a descriptor or without. */
#ifndef VFJ_FREEBSD_PRIVSEP_WIRE_H
#define VFJ_FREEBSD_PRIVSEP_WIRE_H

#include <stdbool.h>
#include <stddef.h>

/* A stream socket, for records of a seqpacket one may be cut in two on FreeBSD when its buffer is
 * nearly full (sys/kern/uipc_socket.c, sosend_generic: local ones are not PR_ATOMIC). */
struct vfj_wire {
    int socket;
    size_t sent;     /* of the frame that is being sent */
    size_t received; /* of the frame that is being received */
    int descriptor;  /* that came with it; -1 none */
};

enum vfj_wire_state {
    VFJ_WIRE_DONE,
    VFJ_WIRE_WAIT, /* the rest when the socket is ready */
    VFJ_WIRE_END,  /* of the connection */
    /* received what is no frame: more than one descriptor, or one amid a frame, or other control
       data */
    VFJ_WIRE_WRONG,
};

/* Two ends, both closed on exec; false with errno. */
bool vfj_wire_open(struct vfj_wire *one, struct vfj_wire *other);
void vfj_wire_close(struct vfj_wire *wire);

/* Go on sending a frame; `descriptor`, or none when -1, goes with its first byte and stays the
 * caller's. With `waits` it does not return before the frame is sent. A frame that was begun is to
 * be ended before the next. */
enum vfj_wire_state vfj_wire_send(struct vfj_wire *wire, const void *frame, size_t size,
                                  int descriptor, bool waits);

/* Go on receiving a frame into `frame`, the same at each call; it never waits. When DONE,
 * *descriptor is the one that came with it, the caller's to close, or -1. When WRONG,
 * vfj_wire_close() closes what was received. */
enum vfj_wire_state vfj_wire_receive(struct vfj_wire *wire, void *frame, size_t size,
                                     int *descriptor);

#endif
