/* The daemon's connection to the helper that reads Azure Scheduled Events. */
#ifndef VFJ_FREEBSD_SCHEDULED_CLIENT_H
#define VFJ_FREEBSD_SCHEDULED_CLIENT_H

#include <stdbool.h>
#include <stdint.h>

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

/* The helper may cause at most VFJ_SCHEDULED_BUDGET_ROWS rows in VFJ_SCHEDULED_BUDGET_US of the
 * monotonic clock. */
#define VFJ_SCHEDULED_BUDGET_ROWS 64
#define VFJ_SCHEDULED_BUDGET_US   INT64_C(60000000)

struct vfj_scheduled_budget {
    int64_t since_us;
    unsigned used; /* rows since since_us */
};

/* Takes `rows` rows from the budget at the time `now_us`. Returns false, and takes nothing, when
 * the budget has fewer rows left. A new budget is all zeros. */
bool vfj_scheduled_budget_take(struct vfj_scheduled_budget *budget, unsigned rows, int64_t now_us);

/* Makes a client. `socket` is the result of vfj_helper_start(). The helper is not trusted: an
 * invalid line, or more rows than the budget has, end the connection. The helper ends when the
 * connection ends. Returns NULL when memory runs out. */
struct vfj_scheduled_client *vfj_scheduled_client_open(
    struct event_base *base, int socket, const struct vfj_scheduled_listener *listener);

/* Begins to read from the helper. `open` has the events that are open in the journal. */
void vfj_scheduled_client_start(struct vfj_scheduled_client *client,
                                const struct vfj_scheduled_list *open);

/* Closes the client, but not the socket. Does nothing for NULL. */
void vfj_scheduled_client_close(struct vfj_scheduled_client *client);

#endif
