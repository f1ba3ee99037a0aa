/* A client of devd(8)'s sockets. */
#ifndef VFJ_FREEBSD_DEVD_CLIENT_H
#define VFJ_FREEBSD_DEVD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/dispatch.h"
#include "core/text/text.h"

struct vfj_devd_client;

/* What it tells. Everything is borrowed for the call. Between the first `connected` or `gap` and
 * the next, each is told once. After any of these, `batch_end` follows when nothing more is at hand
 * or enough was told in a row; then `more` says that it goes on at once. It may follow when nothing
 * was told, too. */
struct vfj_devd_listener {
    void (*connected)(void *context, const char *path);
    void (*gap)(void *context, const char *reason);
    /* A line without its '\n', every byte kept; a longer one than VFJ_LINE_MAX cut to VFJ_LINE_MAX
     * + 1 bytes. The times are those of its receipt. */
    void (*line)(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us);
    void (*batch_end)(void *context, bool more);
    void *context;
};

struct vfj_devd_settings {
    bool stream_only;        /* devd's stream socket, not the seqpacket one */
    bool network_only;       /* only lines for which vfj_devd_is_network() */
    uint32_t retry_first_ms; /* doubled after each failure … 0: 250 ms */
    /* … up to this; begins anew after a connection that held so long. 0: 30 s */
    uint32_t retry_last_ms;
};

/* What is given must outlive it, but for `listener`. NULL when memory is short. */
struct vfj_devd_client *vfj_devd_client_open(struct event_base *base, struct vfj_dispatch *dispatch,
                                             const struct vfj_paths *paths,
                                             const struct vfj_devd_settings *settings,
                                             const struct vfj_devd_listener *listener);

/* Connect now, and again whenever the connection is lost. The outcome is told from the loop. */
void vfj_devd_client_connect(struct vfj_devd_client *client);

/* To be closed after the dispatch, so that no connection is on its way. */
void vfj_devd_client_close(struct vfj_devd_client *client);

#endif
