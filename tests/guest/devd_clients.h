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
    /* bytes that wait until they fill a chunk, when the stream is cut into chunks */
    char pending[GUEST_PENDING_SIZE];
    size_t pending_length;
};

struct guest_clients {
    int stream;    /* the listening socket var/run/devd.pipe */
    int seqpacket; /* the listening socket var/run/devd.seqpacket.pipe */
    size_t max;
    size_t chunk; /* size of the pieces that a stream is cut into; 0: each event is sent whole */
    struct guest_client at[GUEST_CLIENTS_MAX];
    size_t count;
};

/* Creates both sockets and listens on them. Ends the program when that fails. */
void guest_clients_open(struct guest_clients *clients, size_t max, size_t chunk);
/* Accepts every client that waits to be accepted, so that each gets the next event. */
void guest_clients_accept(struct guest_clients *clients);
/* Sends one event, newline included, to all clients. Drops a client that does not take the whole
 * event. */
void guest_clients_send(struct guest_clients *clients, const char *event, size_t length);
/* Returns true when a client has bytes that wait because they do not fill a chunk. */
bool guest_clients_pending(const struct guest_clients *clients);
/* Sends to each client the waiting bytes that do not fill a chunk. */
void guest_clients_flush(struct guest_clients *clients);
/* Fills in the descriptors to poll, at most GUEST_CLIENTS_MAX + 2. Leaves out the listening sockets
 * when the limit of clients is reached. Returns the number of descriptors. */
size_t guest_clients_poll(const struct guest_clients *clients, struct pollfd *polled);
/* Acts on the result of poll(2): accepts new clients and drops those that hung up. */
void guest_clients_polled(struct guest_clients *clients, const struct pollfd *polled, size_t count);

#endif
