/* The daemon's end of the helper that asks Azure Scheduled Events. */
#ifndef VFJ_FREEBSD_SCHEDULED_CLIENT_H
#define VFJ_FREEBSD_SCHEDULED_CLIENT_H

#include "core/data/scheduled.h"

struct event_base;
struct vfj_scheduled_client;

/* Callbacks, from the loop. `row` is called for each change, `batch_end` after those that came
 * together. */
struct vfj_scheduled_listener {
    void (*row)(void *context, const struct vfj_scheduled *row);
    void (*batch_end)(void *context);
    void *context;
};

/* `socket` is that of vfj_helper_start(). The helper is not trusted: a line that it may not send
 * ends the connection. Returns NULL without memory. */
struct vfj_scheduled_client *vfj_scheduled_client_open(
    struct event_base *base, int socket, const struct vfj_scheduled_listener *listener);

/* Begins to read. `open` has the events that are open in the journal. */
void vfj_scheduled_client_start(struct vfj_scheduled_client *client,
                                const struct vfj_scheduled_list *open);

/* Leaves the socket open. Does nothing for NULL. */
void vfj_scheduled_client_close(struct vfj_scheduled_client *client);

#endif
