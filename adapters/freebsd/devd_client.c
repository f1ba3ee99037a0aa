/* A client of devd(8)'s sockets. */
#include "adapters/freebsd/devd_client.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/clock.h"
#include "adapters/freebsd/devd_reader.h"
#include "adapters/freebsd/intake.h"

enum { LINES_A_TURN = 512 }; /* told in a row before others in the loop have theirs */

struct vfj_devd_client {
    struct event_base *base;
    const struct vfj_devd_settings *settings;
    struct vfj_devd_listener listener;
    struct event readable, retry, deliver;
    struct vfj_devd_reader *reader; /* NULL: not connected */
    bool ended;                     /* the connection has: told when the intake is empty */
    bool gap_told;
    uint32_t retry_ms;
    int64_t connected_us;
    struct vfj_intake intake; /* taken from the reader, to be told */
    char reason[256];
};

static void set_reason(struct vfj_devd_client *client, const char *what, const char *path, int error)
{
    struct vfj_text text = vfj_text_begin(client->reason, sizeof client->reason);
    vfj_text_add(&text, what);
    vfj_text_add(&text, path);
    if (error != 0) {
        vfj_text_add(&text, ": ");
        vfj_text_add(&text, strerror(error));
    }
}

static void retry_later(struct vfj_devd_client *client)
{
    struct timeval after = {(time_t)(client->retry_ms / 1000), (suseconds_t)(client->retry_ms % 1000 * 1000)};
    event_add(&client->retry, &after);
    client->retry_ms *= 2;
    if (client->retry_ms > client->settings->retry_last_ms)
        client->retry_ms = client->settings->retry_last_ms;
}

static void tell_gap(struct vfj_devd_client *client)
{
    client->ended = false;
    retry_later(client);
    if (client->gap_told)
        return;
    client->gap_told = true;
    client->listener.gap(client->listener.context, client->reason);
    client->listener.batch_end(client->listener.context, false);
}

static void end_connection(struct vfj_devd_client *client)
{
    int64_t held_us = vfj_clock_mono_us() - client->connected_us;
    if (held_us > (int64_t)client->settings->retry_last_ms * 1000)
        client->retry_ms = client->settings->retry_first_ms;
    event_del(&client->readable);
    vfj_devd_reader_close(client->reader);
    client->reader = NULL;
    tell_gap(client);
}

/* Lines of the reader, when ours are told. */
static void refill(struct vfj_devd_client *client)
{
    int error = 0;
    if (client->reader == NULL || client->ended || !vfj_intake_is_empty(&client->intake))
        return;
    client->ended = !vfj_devd_reader_take(client->reader, &client->intake, &error);
    if (client->ended)
        set_reason(client, error == 0 ? "devd closed the connection" : "reading devd's socket", "", error);
}

static unsigned tell_lines(struct vfj_devd_client *client)
{
    struct vfj_intake_line line;
    unsigned told = 0;
    while (told < LINES_A_TURN && vfj_intake_take(&client->intake, &line)) {
        client->listener.line(client->listener.context, line.raw, line.wall_us, line.mono_us);
        told++;
    }
    return told;
}

/* After the last line the reader is asked once more: so `more` is said while a burst lasts. */
static void on_deliver(evutil_socket_t fd, short what, void *context)
{
    struct vfj_devd_client *client = context;
    (void)fd;
    (void)what;
    refill(client);
    unsigned told = tell_lines(client);
    refill(client);
    bool more = !vfj_intake_is_empty(&client->intake);
    if (told > 0)
        client->listener.batch_end(client->listener.context, more);
    if (more)
        event_active(&client->deliver, EV_TIMEOUT, 0);
    else if (client->ended)
        end_connection(client);
}

static const char *path_of(const struct vfj_devd_client *client, bool records)
{
    return records ? client->settings->seqpacket_path : client->settings->stream_path;
}

void vfj_devd_client_take(struct vfj_devd_client *client, const struct vfj_devd_connection *connection)
{
    const char *path = path_of(client, connection->records);
    if (connection->fd >= 0) {
        client->reader = vfj_devd_reader_open(connection->fd, connection->records, client->settings->network_only);
        set_reason(client, "no thread to read devd's socket", "", errno);
    } else {
        set_reason(client, "connecting to ", path, connection->error);
    }
    if (client->reader == NULL) {
        tell_gap(client);
        return;
    }
    client->gap_told = false;
    client->connected_us = vfj_clock_mono_us();
    event_assign(&client->readable, client->base, vfj_devd_reader_wakeup(client->reader), EV_READ | EV_PERSIST,
                 on_deliver, client);
    event_add(&client->readable, NULL);
    client->listener.connected(client->listener.context, path);
    client->listener.batch_end(client->listener.context, false);
}

static void connect_now(struct vfj_devd_client *client)
{
    const struct vfj_devd_settings *settings = client->settings;
    struct vfj_devd_connection connection;
    if (settings->ask != NULL) {
        settings->ask(settings->ask_context);
        return;
    }
    vfj_devd_socket_open(settings->seqpacket_path, settings->stream_path, settings->stream_only, &connection);
    vfj_devd_client_take(client, &connection);
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    connect_now(context);
}

struct vfj_devd_client *vfj_devd_client_open(struct event_base *base, const struct vfj_devd_settings *settings,
                                             const struct vfj_devd_listener *listener)
{
    struct vfj_devd_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->base = base;
    client->settings = settings;
    client->listener = *listener;
    client->retry_ms = settings->retry_first_ms;
    event_assign(&client->retry, base, -1, 0, on_retry, client);
    event_assign(&client->deliver, base, -1, 0, on_deliver, client);
    return client;
}

void vfj_devd_client_connect(struct vfj_devd_client *client)
{
    event_active(&client->retry, EV_TIMEOUT, 0);
}

void vfj_devd_client_close(struct vfj_devd_client *client)
{
    if (client == NULL)
        return;
    if (client->reader != NULL)
        event_del(&client->readable);
    vfj_devd_reader_close(client->reader);
    event_del(&client->retry);
    event_del(&client->deliver);
    vfj_intake_free(&client->intake);
    free(client);
}
