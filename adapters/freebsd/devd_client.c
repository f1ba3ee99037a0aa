/* A client of devd(8)'s sockets. */
#include "adapters/freebsd/devd_client.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/freebsd/clock.h"
#include "adapters/freebsd/devd_socket.h"
#include "adapters/freebsd/intake.h"
#include "adapters/freebsd/lines.h"
#include "core/event.h"
#include "core/limits.h"

enum {
    READS_A_TURN = 4096,      /* of the socket, at most, before lines are told */
    LINES_A_TURN = 1024,      /* told in a row before others in the loop have theirs */
    LINES_BETWEEN_READS = 32, /* devd drops a client whose buffer is full: it is emptied first and often */
    REASON_SIZE = 256,
};

struct vfj_devd_client {
    struct event_base *base;
    const struct vfj_devd_settings *settings;
    struct vfj_devd_listener listener;
    struct event readable, retry, deliver;
    int fd;       /* -1: not connected */
    bool records; /* a seqpacket socket */
    bool ended;   /* the connection has: told when the intake is empty */
    bool gap_told;
    uint32_t retry_ms;
    int64_t connected_us;
    struct vfj_intake intake;
    struct vfj_lines lines;
    char reason[REASON_SIZE];
    char bytes[VFJ_LINE_MAX + 1];
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

static void keep_line(void *context, struct vfj_span raw)
{
    struct vfj_devd_client *client = context;
    if (client->settings->network_only && !vfj_devd_is_network(raw))
        return;
    vfj_intake_add(&client->intake, raw, vfj_clock_wall_us(), vfj_clock_mono_us());
}

/* A cut-off line at the end is journalled as well: it came. */
static void end(struct vfj_devd_client *client, int error)
{
    set_reason(client, error == 0 ? "devd closed the connection" : "reading devd's socket", "", error);
    vfj_lines_end(&client->lines);
    event_del(&client->readable);
    close(client->fd);
    client->fd = -1;
    client->ended = true;
}

/* Empty the socket. Linux does not report MSG_EOR, so the record's end is where recv(2) ends. */
static void drain(struct vfj_devd_client *client)
{
    char bytes[VFJ_LINE_MAX + 2]; /* a line that is just too long, with its '\n' */
    for (unsigned reads = 0; reads < READS_A_TURN; reads++) {
        if (client->fd < 0 || !vfj_intake_has_room(&client->intake))
            return;
        ssize_t count = recv(client->fd, bytes, sizeof bytes, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return;
        if (count <= 0) {
            end(client, count < 0 ? errno : 0);
            return;
        }
        vfj_lines_feed(&client->lines, (struct vfj_span){bytes, (size_t)count});
        if (client->records)
            vfj_lines_end(&client->lines);
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
    tell_gap(client);
}

static unsigned tell_lines(struct vfj_devd_client *client)
{
    struct vfj_intake_line line;
    unsigned told = 0;
    while (told < LINES_A_TURN && vfj_intake_take(&client->intake, &line)) {
        client->listener.line(client->listener.context, line.raw, line.wall_us, line.mono_us);
        if (++told % LINES_BETWEEN_READS == 0)
            drain(client);
    }
    return told;
}

static void deliver(struct vfj_devd_client *client)
{
    unsigned told = tell_lines(client);
    bool more = !vfj_intake_is_empty(&client->intake);
    if (told > 0)
        client->listener.batch_end(client->listener.context, more);
    if (more)
        event_active(&client->deliver, EV_TIMEOUT, 0);
    else if (client->ended)
        end_connection(client);
}

static void on_deliver(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    drain(context);
    deliver(context);
}

/* The first of the sockets that is there. A path that is a socket of the other type is tried as that. */
static int connect_any(struct vfj_devd_client *client, const char **path)
{
    const struct vfj_devd_settings *settings = client->settings;
    int error = 0, error_stream = 0, fd = -1;
    client->records = !settings->stream_only;
    if (client->records) {
        *path = settings->seqpacket_path;
        fd = vfj_devd_socket_connect(*path, SOCK_SEQPACKET, &error);
        if (fd >= 0 || (error != ENOENT && error != EPROTOTYPE)) {
            set_reason(client, "connecting to ", *path, error);
            return fd;
        }
        set_reason(client, "connecting to ", *path, error);
    }
    client->records = false;
    *path = settings->stream_path;
    fd = vfj_devd_socket_connect(*path, SOCK_STREAM, &error_stream);
    if (error == 0)
        set_reason(client, "connecting to ", *path, error_stream);
    return fd;
}

static void connect_now(struct vfj_devd_client *client)
{
    const char *path = NULL;
    client->fd = connect_any(client, &path);
    if (client->fd < 0) {
        tell_gap(client);
        return;
    }
    client->gap_told = false;
    client->connected_us = vfj_clock_mono_us();
    event_assign(&client->readable, client->base, client->fd, EV_READ | EV_PERSIST, on_deliver, client);
    event_add(&client->readable, NULL);
    client->listener.connected(client->listener.context, path);
    client->listener.batch_end(client->listener.context, false);
}

static void on_retry(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    connect_now(context);
}

struct vfj_devd_client *vfj_devd_client_open(struct event_base *base,
                                             const struct vfj_devd_settings *settings,
                                             const struct vfj_devd_listener *listener)
{
    struct vfj_devd_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return NULL;
    client->base = base;
    client->settings = settings;
    client->listener = *listener;
    client->fd = -1;
    client->retry_ms = settings->retry_first_ms;
    client->lines = vfj_lines_begin(client->bytes, sizeof client->bytes, keep_line, client);
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
    if (client->fd >= 0) {
        event_del(&client->readable);
        close(client->fd);
    }
    event_del(&client->retry);
    event_del(&client->deliver);
    vfj_intake_free(&client->intake);
    free(client);
}
