/* The daemon's connection to the helper that reads Azure Scheduled Events. */
#include "adapters/freebsd/scheduled/client.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/freebsd/devd/lines.h"
#include "adapters/freebsd/run/clock.h"

struct vfj_scheduled_client {
    struct event readable;
    int socket;
    struct vfj_scheduled_listener listener;
    struct vfj_lines lines;
    /* a line that the helper sent; a longer line is invalid */
    char bytes[VFJ_SCHEDULED_BODY_SIZE + 1];
    bool in_list;      /* the line "list" was received, and "end" was not received yet */
    const char *wrong; /* the reason why the helper is ended; NULL: it is not ended */
    bool is_silent;    /* the last row about the service was SILENT: the service does not answer */
    struct vfj_scheduled_budget budget;
    struct vfj_scheduled_list open, document;
};

bool vfj_scheduled_budget_take(struct vfj_scheduled_budget *budget, unsigned rows, int64_t now_us)
{
    if (now_us - budget->since_us >= VFJ_SCHEDULED_BUDGET_US) {
        budget->since_us = now_us;
        budget->used = 0;
    }
    if (rows > VFJ_SCHEDULED_BUDGET_ROWS - budget->used)
        return false;
    budget->used += rows;
    return true;
}

/* Reports the rows. When there are too many, reports none of them and ends the helper. */
static void report(struct vfj_scheduled_client *client, const struct vfj_scheduled *rows,
                   unsigned count)
{
    if (!vfj_scheduled_budget_take(&client->budget, count, vfj_clock_mono_us())) {
        client->wrong = "the process that asks for them sent too many changes";
        return;
    }
    for (unsigned i = 0; i < count; i++)
        client->listener.row(client->listener.context, &rows[i]);
}

static void end_list(struct vfj_scheduled_client *client)
{
    struct vfj_scheduled rows[2 * VFJ_SCHEDULED_MAX];
    unsigned count = vfj_scheduled_compare(&client->open, &client->document, rows);
    client->in_list = false;
    report(client, rows, count);
}

/* Handles a line that is the body of a row: an event of a list, or a row about the service.
 * Returns false for any other line. */
static bool take_row(struct vfj_scheduled_client *client, struct vfj_span line)
{
    struct vfj_scheduled row;
    if (!vfj_scheduled_decode(line, &row))
        return false;
    bool is_event = vfj_scheduled_is_event(&row);
    if (is_event != client->in_list || row.phase == VFJ_SCHEDULED_OVER)
        return false;
    if (!is_event) {
        client->is_silent = row.phase == VFJ_SCHEDULED_SILENT;
        report(client, &row, 1);
        return true;
    }
    if (client->document.count == VFJ_SCHEDULED_MAX
        || vfj_scheduled_find(&client->document, row.id) != NULL)
        return false;
    client->document.events[client->document.count++] = row;
    return true;
}

static void take_line(void *context, struct vfj_span line)
{
    struct vfj_scheduled_client *client = context;
    if (client->wrong != NULL)
        return;
    if (vfj_span_is(line, "list") && !client->in_list) {
        client->in_list = true;
        memset(&client->document, 0, sizeof client->document);
    } else if (vfj_span_is(line, "end") && client->in_list) {
        end_list(client);
    } else if (!take_row(client, line)) {
        client->wrong = "the process that asks for them sent a line that is none";
    }
}

/* Stops reading, and shuts the socket down, so that the helper ends. Reports a row SILENT, since no
 * process asks the service any more. Reports none when the helper has ended by itself and its last
 * row about the service was SILENT. */
static void end(struct vfj_scheduled_client *client)
{
    const char *why
        = client->wrong != NULL ? client->wrong : "the process that asks for them has ended";
    struct vfj_scheduled row = vfj_scheduled_of(VFJ_SCHEDULED_SILENT);
    vfj_scheduled_set_text(row.text, sizeof row.text, vfj_span_of(why));
    event_del(&client->readable);
    (void)shutdown(client->socket, SHUT_RDWR);
    if (client->wrong != NULL || !client->is_silent)
        client->listener.row(client->listener.context, &row);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct vfj_scheduled_client *client = context;
    char bytes[4096];
    (void)fd;
    (void)what;
    ssize_t count = read(client->socket, bytes, sizeof bytes);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count > 0)
        vfj_lines_feed(&client->lines, (struct vfj_span){bytes, (size_t)count});
    if (client->wrong != NULL || count <= 0)
        end(client);
    client->listener.batch_end(client->listener.context);
}

struct vfj_scheduled_client *vfj_scheduled_client_open(
    struct event_base *base, int socket, const struct vfj_scheduled_listener *listener)
{
    struct vfj_scheduled_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->socket = socket;
    client->listener = *listener;
    client->lines = vfj_lines_begin(client->bytes, sizeof client->bytes, take_line, client);
    event_assign(&client->readable, base, socket, EV_READ | EV_PERSIST, on_readable, client);
    return client;
}

void vfj_scheduled_client_start(struct vfj_scheduled_client *client,
                                const struct vfj_scheduled_list *open)
{
    client->open = *open;
    (void)event_add(&client->readable, NULL);
}

void vfj_scheduled_client_close(struct vfj_scheduled_client *client)
{
    if (client == NULL)
        return;
    event_del(&client->readable);
    free(client);
}
