/* The daemon's end of the helper that asks Azure Scheduled Events. */
#ifndef VFJ_FREEBSD_SCHEDULED_CLIENT_H
#define VFJ_FREEBSD_SCHEDULED_CLIENT_H

#include "core/data/scheduled.h"

struct event_base;
struct vfj_scheduled_client;

/* Callbacks. The event loop calls `row` for each change, and `batch_end` after all changes that
 * one read from the socket brought. */
struct vfj_scheduled_listener {
    void (*row)(void *context, const struct vfj_scheduled *row);
    void (*batch_end)(void *context);
    void *context;
};

/* `socket` is the result of vfj_helper_start(). The helper is not trusted: the first line that a
 * helper may not send ends the connection. Returns NULL when memory runs out. */
struct vfj_scheduled_client *vfj_scheduled_client_open(
    struct event_base *base, int socket, const struct vfj_scheduled_listener *listener);

/* Begins to read from the helper. `open` has the events that are open in the journal. */
void vfj_scheduled_client_start(struct vfj_scheduled_client *client,
                                const struct vfj_scheduled_list *open);

/* Leaves the socket open. Does nothing for NULL. */
void vfj_scheduled_client_close(struct vfj_scheduled_client *client);

#endif
