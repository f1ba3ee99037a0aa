/* A thread that keeps devd's socket empty. */
#ifndef VFJ_FREEBSD_DEVD_READER_H
#define VFJ_FREEBSD_DEVD_READER_H

#include <stdbool.h>

#include "adapters/freebsd/intake.h"

/* devd drops a client whose socket buffer is full, at once and for good (sbin/devd/devd.cc, notify_clients), and while
 * the journal is made durable we don't read: a slow disk would cost us the stream. So one thread does nothing but
 * receive; all else happens in the loop of the thread that opened it. */
struct vfj_devd_reader;

/* Begin to read `fd`, a connected socket, which becomes the reader's. `records`: each receipt is one line (seqpacket);
 * else lines end with '\n'. NULL when no thread can be had; the socket is closed then, too. */
struct vfj_devd_reader *vfj_devd_reader_open(int fd, bool records, bool network_only);

/* A descriptor that is readable when there may be something to take. */
int vfj_devd_reader_wakeup(const struct vfj_devd_reader *reader);

/* Take all lines there are into *intake, which is empty. False when there are none and will be none: the connection
 * has ended, by *error (an errno; 0: devd closed it). */
bool vfj_devd_reader_take(struct vfj_devd_reader *reader, struct vfj_intake *intake, int *error);

/* End the thread and close the socket; NULL is allowed. */
void vfj_devd_reader_close(struct vfj_devd_reader *reader);

#endif
