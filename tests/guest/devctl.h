/* Carries devctl lines from the simulated kernel to devd, through a bounded queue file and a
 * wake-up socket.
 *
 * The file state/devq is the queue and holds one event a line. As in FreeBSD's devctl(4) it holds
 * 1000 events: when devd does not read, a new event silently removes the oldest. The datagram
 * socket state/devctl belongs to devd. Any datagram on it means that the queue may have new
 * lines. */
#ifndef VFJ_TESTS_GUEST_DEVCTL_H
#define VFJ_TESTS_GUEST_DEVCTL_H

#include <stddef.h>

enum {
    GUEST_DEVCTL_QUEUE = 1000 /* hw.bus.devctl_queue */
};

/* Adds lines to the queue. Each line ends with a newline. */
void guest_devctl_append(const char *lines);
/* Removes all lines from the queue. Returns them as a malloc'ed text, or NULL when the queue is
 * empty. */
char *guest_devctl_take(void);
/* Sends a wake-up to the sockets of devd and of every dhclient. Never blocks. */
void guest_devctl_wake(void);
/* Binds a datagram socket at state/NAME and replaces an older one. Returns the descriptor. */
int guest_devctl_listen(const char *name);

#endif
