/* Connects to devd(8)'s sockets, and receives devd's lines. */
#ifndef VFJ_FREEBSD_DEVD_CLIENT_H
#define VFJ_FREEBSD_DEVD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/dispatch.h"
#include "core/text/text.h"

struct vfj_devd_client;

/* Callbacks of the client. All arguments are borrowed for the call. `connected` and `gap`
 * alternate; either may be the first. `batch_end` is called after a batch of lines, perhaps an
 * empty one. A batch ends when no line is left, or after a fixed number of lines. `more` is true
 * when lines are left for the next turn of the event loop. */
struct vfj_devd_listener {
    void (*connected)(void *context, const char *path);
    void (*gap)(void *context, const char *reason);
    /* Called for each line, without its '\n' and with every byte kept. A line longer than
     * VFJ_LINE_MAX is cut to VFJ_LINE_MAX + 1 bytes. The times are those of the line's receipt. */
    void (*line)(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us);
    void (*batch_end)(void *context, bool more);
    void *context;
};

struct vfj_devd_settings {
    bool stream_only;  /* use devd's stream socket, not its seqpacket socket */
    bool network_only; /* pass on only lines for which vfj_devd_is_network() returns true */
    /* first pause before connecting again, doubled after each failure; 0: 250 ms */
    uint32_t retry_first_ms;
    /* longest pause; 0: 30 s. A connection that lasted longer than this resets the pause to
     * retry_first_ms. */
    uint32_t retry_last_ms;
    /* time after the first attempt in which a failure to connect is no gap, and the pause does not
     * grow; 0: 30 s */
    uint32_t first_wait_ms;
};

/* Makes a client. All arguments except `listener` must outlive it. Returns NULL when memory runs
 * out. */
struct vfj_devd_client *vfj_devd_client_open(struct event_base *base, struct vfj_dispatch *dispatch,
                                             const struct vfj_paths *paths,
                                             const struct vfj_devd_settings *settings,
                                             const struct vfj_devd_listener *listener);

/* Connects, and connects again whenever the connection is lost. The event loop calls `connected`
 * when a connection is open. It calls `gap` when a connection is lost or cannot be opened, but
 * only once until the next connection. A first connection that is opened within first_wait_ms has
 * no gap before it. */
void vfj_devd_client_connect(struct vfj_devd_client *client);

/* Closes the connection. The caller must close the dispatch first, so that no new connection
 * arrives. */
void vfj_devd_client_close(struct vfj_devd_client *client);

#endif
