/* A client of devd(8)'s sockets. */
#ifndef VFJ_FREEBSD_DEVD_CLIENT_H
#define VFJ_FREEBSD_DEVD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/dispatch.h"
#include "core/text/text.h"

struct vfj_devd_client;

/* Callbacks. All arguments are borrowed for the call. `connected` and `gap` alternate. `batch_end`
 * is called when no more is at hand, or after enough lines in a row. `more` then says that the
 * client goes on at once. A batch may be empty. */
struct vfj_devd_listener {
    void (*connected)(void *context, const char *path);
    void (*gap)(void *context, const char *reason);
    /* A line without its '\n', every byte kept. A line longer than VFJ_LINE_MAX is cut to
     * VFJ_LINE_MAX + 1 bytes. The times are those of its receipt. */
    void (*line)(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us);
    void (*batch_end)(void *context, bool more);
    void *context;
};

struct vfj_devd_settings {
    bool stream_only;        /* devd's stream socket, not the seqpacket one */
    bool network_only;       /* only lines for which vfj_devd_is_network() */
    uint32_t retry_first_ms; /* doubled after each failure … 0: 250 ms */
    /* … up to this; a connection that lasted so long resets the pause. 0: 30 s */
    uint32_t retry_last_ms;
};

/* The arguments except `listener` must outlive the client. Returns NULL without memory. */
struct vfj_devd_client *vfj_devd_client_open(struct event_base *base, struct vfj_dispatch *dispatch,
                                             const struct vfj_paths *paths,
                                             const struct vfj_devd_settings *settings,
                                             const struct vfj_devd_listener *listener);

/* Connects, and connects again whenever the connection is lost. The loop reports the outcome. */
void vfj_devd_client_connect(struct vfj_devd_client *client);

/* The caller has closed the dispatch before, so that no new connection arrives. */
void vfj_devd_client_close(struct vfj_devd_client *client);

#endif
