/* A thread that receives devd's lines, so that the socket's buffer never fills up. */
#ifndef VFJ_FREEBSD_DEVD_READER_H
#define VFJ_FREEBSD_DEVD_READER_H

#include <stdbool.h>

#include "adapters/freebsd/devd/line_queue.h"

/* devd drops a client for good on the first failed send (sbin/devd/devd.cc, notify_clients). The
 * client's socket holds some thousand lines, and a storm of lines fills it in milliseconds. The
 * event loop does not read during a commit, which takes seconds on a slow disk. A thread
 * therefore receives lines into a bounded queue, from which the event loop takes them. */
struct vfj_devd_reader;

/* The form of the data that a socket delivers. */
enum vfj_devd_form {
    VFJ_DEVD_STREAM,   /* '\n' ends a line */
    VFJ_DEVD_RECORDS,  /* each receipt is a line with its '\n' (seqpacket) */
    VFJ_DEVD_MESSAGES, /* each receipt has messages of nlsysevent(4) */
};

/* Starts a thread that reads `fd`, a connected socket. The reader owns `fd` from then on.
 * `family` is the id of the netlink family, and used only for the form MESSAGES. With
 * `network_only` the thread keeps only lines for which vfj_devd_is_network() returns true.
 * Returns NULL, and closes the socket, when no thread can be started. */
struct vfj_devd_reader *vfj_devd_reader_open(int fd, enum vfj_devd_form form, uint16_t family,
                                             bool network_only);

/* Returns a descriptor that becomes readable when the queue has lines or the connection has
 * ended. */
int vfj_devd_reader_wakeup(const struct vfj_devd_reader *reader);

enum vfj_devd_taken {
    VFJ_DEVD_LINE,
    VFJ_DEVD_NONE, /* no line; the descriptor becomes readable when the next line comes */
    /* the queue is empty, and the kernel has dropped messages since the last line */
    VFJ_DEVD_LOST,
    VFJ_DEVD_ENDED, /* the connection has ended, and the queue is empty */
};

/* Takes the oldest line out of the queue. The line is borrowed until the next call. When it
 * returns ENDED, *error is the cause of the connection's end: an errno, or 0 when devd closed
 * the connection. EMSGSIZE means that a record was cut off and dropped: on FreeBSD 15.0 a full
 * buffer splits a record. */
enum vfj_devd_taken vfj_devd_reader_take(struct vfj_devd_reader *reader,
                                         struct vfj_line_queue_line *line, int *error);

/* Ends the thread and closes the socket. Does nothing for NULL. */
void vfj_devd_reader_close(struct vfj_devd_reader *reader);

#endif
