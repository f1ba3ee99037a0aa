/* Receives what devd sends: by the loop's thread, or by one of its own while the loop is busy. */
#ifndef VFJ_FREEBSD_DEVD_READER_H
#define VFJ_FREEBSD_DEVD_READER_H

#include <stdbool.h>

#include "adapters/freebsd/intake.h"

/* devd drops a client whose queue is full, at once and for good (sbin/devd/devd.cc, notify_clients), and while the journal
 * is made durable the loop does not read: a slow disk would cost us the stream. So the loop says when it may be busy, and
 * if that lasts, a thread does nothing but receive until it comes back. When the loop waits for lines it receives them
 * itself, so that a line wakes one thread, not two; the other then sleeps until it is needed.
 *
 * All functions are the loop's thread's. */
struct vfj_devd_reader;

/* Read `fd`, a connected socket, which becomes the reader's. `records`: each receipt is one line (seqpacket); else lines
 * end with '\n'. NULL when no thread can be had; the socket is closed then, too. */
struct vfj_devd_reader *vfj_devd_reader_open(int fd, bool records, bool network_only);

/* From now on the thread looks after the socket, from the second millisecond on. vfj_devd_reader_take() is to be called
 * when the caller is free again, before it waits for anything: no line would wake it. */
void vfj_devd_reader_lend(struct vfj_devd_reader *reader);

/* Whether the socket is the thread's: by vfj_devd_reader_lend(), or because more came than the caller could take at once. */
bool vfj_devd_reader_is_lent(const struct vfj_devd_reader *reader);

/* Take into *intake, which is empty, what the thread has received; when that is nothing, the socket is the caller's again,
 * and what it has is received. False when there are no lines and will be none: the connection has ended, by *error (an
 * errno; 0: devd closed it). */
bool vfj_devd_reader_take(struct vfj_devd_reader *reader, struct vfj_intake *intake, int *error);

/* End the thread and close the socket; NULL is allowed. */
void vfj_devd_reader_close(struct vfj_devd_reader *reader);

#endif
