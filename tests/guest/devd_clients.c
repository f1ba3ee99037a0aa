/* The clients of devd's two sockets. */
#include "tests/guest/devd_clients.h"

#include "tests/guest/text.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    SEND_BUFFER = 262144, /* CLIENT_BUFSIZE of devd.cc */
    BACKLOG = 4
};

static int listen_at(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);

    guest_copy(address.sun_path, sizeof address.sun_path, path);
    (void)unlink(path);
    if (fd < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0
        || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0
        || chmod(path, 0666) != 0 || listen(fd, BACKLOG) != 0) {
        guest_die("%s: %s", path, strerror(errno));
    }
    return fd;
}

void guest_clients_open(struct guest_clients *clients, size_t max, size_t chunk)
{
    clients->seqpacket = listen_at("var/run/devd.seqpacket.pipe", SOCK_SEQPACKET);
    clients->stream = listen_at("var/run/devd.pipe", SOCK_STREAM);
    clients->max = max;
    clients->chunk = chunk;
}

static void drop(struct guest_clients *clients, size_t at)
{
    close(clients->at[at].fd);
    clients->at[at] = clients->at[--clients->count];
}

static bool send_whole(int fd, const char *bytes, size_t length, bool stream)
{
    int flags = MSG_NOSIGNAL | MSG_DONTWAIT | (stream ? 0 : MSG_EOR);

    return send(fd, bytes, length, flags) == (ssize_t)length;
}

/* Adds the event to the bytes that wait for a client and sends every whole chunk of them. Pauses
 * after each chunk, so that the client reads chunk by chunk. Returns false when the caller must
 * drop the client. */
static bool send_chunks(struct guest_client *client, size_t chunk, const char *event, size_t length)
{
    if (client->pending_length + length > sizeof client->pending) {
        return false;
    }
    memcpy(client->pending + client->pending_length, event, length);
    client->pending_length += length;
    while (client->pending_length >= chunk) {
        if (!send_whole(client->fd, client->pending, chunk, true)) {
            return false;
        }
        client->pending_length -= chunk;
        memmove(client->pending, client->pending + chunk, client->pending_length);
        guest_sleep(0.001);
    }
    return true;
}

void guest_clients_send(struct guest_clients *clients, const char *event, size_t length)
{
    for (size_t i = clients->count; i-- > 0;) {
        struct guest_client *client = &clients->at[i];
        bool sent = client->stream && clients->chunk > 0
            ? send_chunks(client, clients->chunk, event, length)
            : send_whole(client->fd, event, length, client->stream);
        if (!sent) {
            drop(clients, i);
        }
    }
}

bool guest_clients_pending(const struct guest_clients *clients)
{
    for (size_t i = 0; i < clients->count; i++) {
        if (clients->at[i].pending_length > 0) {
            return true;
        }
    }
    return false;
}

void guest_clients_flush(struct guest_clients *clients)
{
    for (size_t i = clients->count; i-- > 0;) {
        struct guest_client *client = &clients->at[i];
        if (client->pending_length > 0) {
            bool sent = send_whole(client->fd, client->pending, client->pending_length, true);
            client->pending_length = 0;
            if (!sent) {
                drop(clients, i);
            }
        }
    }
}

size_t guest_clients_poll(const struct guest_clients *clients, struct pollfd *polled)
{
    size_t count = 0;

    for (size_t i = 0; i < clients->count; i++) {
        polled[count++] = (struct pollfd){.fd = clients->at[i].fd};
    }
    if (clients->count < clients->max) {
        polled[count++] = (struct pollfd){.fd = clients->stream, .events = POLLIN};
        polled[count++] = (struct pollfd){.fd = clients->seqpacket, .events = POLLIN};
    }
    return count;
}

/* Accepts one client that waits to be accepted. Returns false when none waits or the limit is
 * reached. */
static bool accept_one(struct guest_clients *clients, int listener)
{
    int size = SEND_BUFFER;
    int fd = clients->count < clients->max ? accept(listener, NULL, NULL) : -1;

    if (fd < 0) {
        return false;
    }
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0
        || setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size) != 0
        || shutdown(fd, SHUT_RD) != 0) {
        close(fd);
        return true;
    }
    struct guest_client *client = &clients->at[clients->count++];
    client->fd = fd;
    client->stream = listener == clients->stream;
    client->pending_length = 0;
    return true;
}

void guest_clients_accept(struct guest_clients *clients)
{
    while (accept_one(clients, clients->stream) || accept_one(clients, clients->seqpacket)) {
    }
}

void guest_clients_polled(struct guest_clients *clients, const struct pollfd *polled, size_t count)
{
    for (size_t i = count; i-- > 0;) {
        if (polled[i].revents == 0) {
            continue;
        }
        if (polled[i].fd == clients->stream || polled[i].fd == clients->seqpacket) {
            (void)accept_one(clients, polled[i].fd);
        } else if (i < clients->count && clients->at[i].fd == polled[i].fd) {
            drop(clients, i);
        }
    }
}
