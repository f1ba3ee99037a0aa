/* The clients of devd's two sockets. */
#ifndef VFJ_TESTS_GUEST_DEVD_CLIENTS_H
#define VFJ_TESTS_GUEST_DEVD_CLIENTS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

enum { GUEST_CLIENTS_MAX = 64, GUEST_PENDING_SIZE = 8192 };

struct guest_client {
    int fd;
    bool stream;
    /* of a stream cut into chunks: what is not a whole chunk yet */
    char pending[GUEST_PENDING_SIZE];
    size_t pending_length;
};

struct guest_clients {
    int stream;    /* listening, var/run/devd.pipe */
    int seqpacket; /* listening, var/run/devd.seqpacket.pipe */
    size_t max;
    size_t chunk; /* 0: events go out whole */
    struct guest_client at[GUEST_CLIENTS_MAX];
    size_t count;
};

/* Binds and listens; ends the program when it cannot. */
void guest_clients_open(struct guest_clients *clients, size_t max, size_t chunk);
/* Accepts who already connected, so that an event misses nobody who was there before it. */
void guest_clients_accept(struct guest_clients *clients);
/* Sends one event, newline included, to all; drops those that do not take it whole. */
void guest_clients_send(struct guest_clients *clients, const char *event, size_t length);
/* True when a stream holds back a part of a chunk; guest_clients_flush() sends it as it is. */
bool guest_clients_pending(const struct guest_clients *clients);
void guest_clients_flush(struct guest_clients *clients);
/* Fills in what to wait for (at most GUEST_CLIENTS_MAX + 2) and acts on what came. At the limit of
 * clients nobody is accepted. */
size_t guest_clients_poll(const struct guest_clients *clients, struct pollfd *polled);
void guest_clients_polled(struct guest_clients *clients, const struct pollfd *polled, size_t count);

#endif
