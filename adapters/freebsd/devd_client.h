/* A client of devd(8)'s sockets. */
#ifndef VFJ_FREEBSD_DEVD_CLIENT_H
#define VFJ_FREEBSD_DEVD_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/devd_socket.h"
#include "core/text.h"

struct event_base;
struct vfj_devd_client;

/* What it tells. Everything is borrowed for the call. Between the first `connected` or `gap` and the next,
 * each is told once. After any of these, `batch_end` follows when nothing more is at hand or enough was told
 * in a row; then `more` says that it goes on at once. */
struct vfj_devd_listener {
    void (*connected)(void *context, const char *path);
    void (*gap)(void *context, const char *reason);
    /* A line without its '\n', every byte kept; a longer one than VFJ_LINE_MAX cut to VFJ_LINE_MAX + 1 bytes.
     * The times are those of its receipt. */
    void (*line)(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us);
    void (*batch_end)(void *context, bool more);
    void *context;
};

struct vfj_devd_settings {
    const char *seqpacket_path;
    const char *stream_path; /* when there is no seqpacket socket */
    bool stream_only;
    bool network_only;          /* only lines for which vfj_devd_is_network() */
    void (*ask)(void *context); /* who connects for us, and then calls vfj_devd_client_take(); NULL: nobody */
    void *ask_context;
    uint32_t retry_first_ms; /* doubled after each failure … */
    uint32_t retry_last_ms;  /* … up to this; begins anew after a connection that held so long */
};

enum { VFJ_DEVD_RETRY_FIRST_MS = 250, VFJ_DEVD_RETRY_LAST_MS = 30000 };

/* `settings` and the paths in it must outlive it. NULL when memory is short. */
struct vfj_devd_client *vfj_devd_client_open(struct event_base *base, const struct vfj_devd_settings *settings,
                                             const struct vfj_devd_listener *listener);

/* Connect now, and again whenever the connection is lost. The outcome is told from the loop. */
void vfj_devd_client_connect(struct vfj_devd_client *client);

/* The connection that was asked for, or why there is none; its descriptor becomes the client's. */
void vfj_devd_client_take(struct vfj_devd_client *client, const struct vfj_devd_connection *connection);

void vfj_devd_client_close(struct vfj_devd_client *client);

#endif
