/* A thread that keeps devd's socket empty. */
#ifndef VFJ_FREEBSD_DEVD_READER_H
#define VFJ_FREEBSD_DEVD_READER_H

#include <stdbool.h>

#include "adapters/freebsd/devd/line_queue.h"

/* devd drops a client on the first send that fails, for good (sbin/devd/devd.cc, notify_clients).
 * The socket holds some thousand lines, which a storm fills in milliseconds, and the loop does not
 * read while it makes rows durable: on a slow disk that takes seconds. So one thread does nothing
 * but receive lines into one bounded queue, and the loop takes them out. */
struct vfj_devd_reader;

/* Begin to read `fd`, a connected socket, which becomes the reader's. `records`: each receipt is
 * one line (seqpacket); else lines end with '\n'. NULL when no thread can be had; the socket is
 * closed then, too. */
struct vfj_devd_reader *vfj_devd_reader_open(int fd, bool records, bool network_only);

/* A descriptor that is readable when there may be something to take. */
int vfj_devd_reader_wakeup(const struct vfj_devd_reader *reader);

enum vfj_devd_taken {
    VFJ_DEVD_LINE,
    VFJ_DEVD_NONE,  /* no line is there; the descriptor says when there is one */
    VFJ_DEVD_ENDED, /* the connection has ended, and no line is left */
};

/* Take the oldest line out of the queue; it is borrowed until the next call. *error says why the
 * connection has ended: an errno, 0 when devd closed it. */
enum vfj_devd_taken vfj_devd_reader_take(struct vfj_devd_reader *reader,
                                         struct vfj_line_queue_line *line, int *error);

/* End the thread and close the socket; NULL is allowed. */
void vfj_devd_reader_close(struct vfj_devd_reader *reader);

#endif
