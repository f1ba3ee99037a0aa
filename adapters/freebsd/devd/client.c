/* Connects to devd(8)'s sockets, and receives devd's lines. */
#include "adapters/freebsd/devd/client.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/devd/reader.h"
#include "adapters/freebsd/run/clock.h"

enum {
    /* largest number of lines in one turn of the event loop; then the loop handles other events */
    LINES_A_TURN = 512,
    RETRY_FIRST_MS = 250,
    RETRY_LAST_MS = 30000,
    FIRST_WAIT_MS = 30000,
};

struct vfj_devd_client {
    struct event_base *base;
    struct vfj_dispatch *dispatch;
    const struct vfj_paths *paths;
    const struct vfj_devd_settings *settings;
    struct vfj_devd_listener listener;
    struct event readable, retry;
    struct vfj_devd_reader *reader; /* NULL: not connected */
    bool was_connected;
    bool gap_told;
    uint32_t retry_ms;
    int64_t began_us; /* time of the first attempt to connect; 0: none yet */
    int64_t connected_us;
    char reason[256];
};

static void set_reason(struct vfj_devd_client *client, const char *what, const char *path,
                       int error)
{
    struct vfj_text text = vfj_text_begin(client->reason, sizeof client->reason);
    vfj_text_format(&text, "%s%s", what, path);
    if (error != 0) {
        vfj_text_format(&text, ": %s", strerror(error));
    }
}

static uint32_t retry_first_ms(const struct vfj_devd_client *client)
{
    return client->settings->retry_first_ms > 0 ? client->settings->retry_first_ms : RETRY_FIRST_MS;
}

static uint32_t retry_last_ms(const struct vfj_devd_client *client)
{
    return client->settings->retry_last_ms > 0 ? client->settings->retry_last_ms : RETRY_LAST_MS;
}

/* Returns true until the first connection, and at most for first_wait_ms after the first attempt.
 * At boot, the daemon starts before devd. The kernel keeps its events until devd starts, so none is
 * lost. */
static bool awaits_first(const struct vfj_devd_client *client)
{
    uint32_t wait_ms = client->settings->first_wait_ms > 0 ? client->settings->first_wait_ms
                                                           : (uint32_t)FIRST_WAIT_MS;
    return !client->was_connected
        && vfj_clock_mono_us() - client->began_us < (int64_t)wait_ms * 1000;
}

/* Tries again after a pause, and doubles the next pause. The pause does not grow while the first
 * connection is awaited, since the daemon first observes the guest when that connection is open. */
static void retry_later(struct vfj_devd_client *client)
{
    struct timeval after
        = {(time_t)(client->retry_ms / 1000), (suseconds_t)(client->retry_ms % 1000 * 1000)};
    event_add(&client->retry, &after);
    if (awaits_first(client))
        return;
    client->retry_ms *= 2;
    if (client->retry_ms > retry_last_ms(client))
        client->retry_ms = retry_last_ms(client);
}

static void tell_gap(struct vfj_devd_client *client)
{
    retry_later(client);
    if (client->gap_told || awaits_first(client))
        return;
    client->gap_told = true;
    client->listener.gap(client->listener.context, client->reason);
    client->listener.batch_end(client->listener.context, false);
}

static void end_connection(struct vfj_devd_client *client)
{
    int64_t held_us = vfj_clock_mono_us() - client->connected_us;
    if (held_us > (int64_t)retry_last_ms(client) * 1000)
        client->retry_ms = retry_first_ms(client);
    event_del(&client->readable);
    vfj_devd_reader_close(client->reader);
    client->reader = NULL;
    tell_gap(client);
}

/* Passes lines to the listener. The descriptor stays readable as long as the reader has lines. */
static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct vfj_devd_client *client = context;
    struct vfj_line_queue_line line;
    enum vfj_devd_taken taken = VFJ_DEVD_LINE;
    int error = 0;
    (void)fd;
    (void)what;
    for (unsigned i = 0; i < LINES_A_TURN; i++) {
        taken = vfj_devd_reader_take(client->reader, &line, &error);
        if (taken != VFJ_DEVD_LINE)
            break;
        client->listener.line(client->listener.context, line.raw, line.wall_us, line.mono_us);
    }
    client->listener.batch_end(client->listener.context, taken == VFJ_DEVD_LINE);
    if (taken == VFJ_DEVD_ENDED) {
        set_reason(client,
                   error == 0              ? "devd closed the connection"
                       : error == EMSGSIZE ? "a record of devd was cut off"
                                           : "reading devd's socket",
                   "", error != EMSGSIZE ? error : 0);
        end_connection(client);
    }
}

static const char *path_of(const struct vfj_devd_client *client, bool records)
{
    return records ? client->paths->devd_seqpacket : client->paths->devd_stream;
}

/* Handles the reply to a request to connect to devd. The reply has a descriptor or an error. */
static void on_connection(void *context, const struct vfj_reply *reply, int fd)
{
    struct vfj_devd_client *client = context;
    const char *path = path_of(client, reply->records != 0);
    if (fd >= 0) {
        client->reader
            = vfj_devd_reader_open(fd, reply->records != 0 ? VFJ_DEVD_RECORDS : VFJ_DEVD_STREAM, 0,
                                   client->settings->network_only);
        set_reason(client, "no thread to read devd's socket", "", errno);
    } else {
        set_reason(client, "connecting to ", path, reply->status);
    }
    if (client->reader == NULL) {
        tell_gap(client);
        return;
    }
    client->gap_told = false;
    client->was_connected = true;
    client->connected_us = vfj_clock_mono_us();
    event_assign(&client->readable, client->base, vfj_devd_reader_wakeup(client->reader),
                 EV_READ | EV_PERSIST, on_readable, client);
    event_add(&client->readable, NULL);
    client->listener.connected(client->listener.context, path);
    client->listener.batch_end(client->listener.context, false);
}

void vfj_devd_client_connect(struct vfj_devd_client *client)
{
    if (client->began_us == 0)
        client->began_us = vfj_clock_mono_us();
    const struct vfj_request request
        = {.kind = VFJ_REQUEST_DEVD,
           .index = client->settings->stream_only ? VFJ_DEVD_STREAM_ONLY : VFJ_DEVD_ANY};
    vfj_dispatch_ask(client->dispatch, &request, on_connection, client);
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    vfj_devd_client_connect(context);
}

struct vfj_devd_client *vfj_devd_client_open(struct event_base *base, struct vfj_dispatch *dispatch,
                                             const struct vfj_paths *paths,
                                             const struct vfj_devd_settings *settings,
                                             const struct vfj_devd_listener *listener)
{
    struct vfj_devd_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->base = base;
    client->dispatch = dispatch;
    client->paths = paths;
    client->settings = settings;
    client->listener = *listener;
    client->retry_ms = retry_first_ms(client);
    event_assign(&client->retry, base, -1, 0, on_retry, client);
    return client;
}

void vfj_devd_client_close(struct vfj_devd_client *client)
{
    if (client == NULL)
        return;
    if (client->reader != NULL)
        event_del(&client->readable);
    vfj_devd_reader_close(client->reader);
    event_del(&client->retry);
    free(client);
}
