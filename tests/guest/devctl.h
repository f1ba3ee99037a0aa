/* The way of a devctl line from the kernel to devd: a bounded queue file and a bell.
 *
 * As in FreeBSD's devctl(4) the queue holds 1000 events and the oldest goes first, without a mark,
 * when nobody reads. state/devq is the queue, one event a line; state/devctl is devd's datagram
 * socket: whatever arrives there only says that the queue is worth a look. */
#ifndef VFJ_TESTS_GUEST_DEVCTL_H
#define VFJ_TESTS_GUEST_DEVCTL_H

#include <stddef.h>

enum {
    GUEST_DEVCTL_QUEUE = 1000 /* hw.bus.devctl_queue */
};

/* Queues lines, each ended by a newline. */
void guest_devctl_append(const char *lines);
/* Takes all that is queued: a malloc'ed text, or NULL when there is nothing. */
char *guest_devctl_take(void);
/* Rings at devd's and every dhclient's socket; never waits. */
void guest_devctl_wake(void);
/* Binds a datagram socket at state/NAME in place of what is there. */
int guest_devctl_listen(const char *name);

#endif
