/* dhclient of FreeBSD 13.2: a process with a pidfile and a lease file. A table in the guest's state
 * takes the place of the DHCP server.
 *
 * As on FreeBSD, dhclient holds a lock on var/run/dhclient/dhclient.IF.pid (pidfile(3)), and the
 * file remains when SIGTERM ends dhclient. In the background dhclient waits for a wake-up on its
 * socket (devctl.h) and reacts to changes as sbin/dhclient/dhclient.c reacts to routing messages.
 * When the link returns, it requests its address again, and sets it once more. It ends when its
 * interface no longer exists or is down. It also ends when its address is deleted more than 10 s
 * after it last ran its script. */
#include "tests/guest/devctl.h"
#include "tests/guest/lease.h"
#include "tests/guest/net.h"
#include "tests/guest/processes.h"
#include "tests/guest/programs.h"
#include "tests/guest/root.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Default values of the guest's settings, in milliseconds. */
enum {
    DISCOVER_MS = 200,
    REQUEST_MS = 20,
    TIMEOUT_MS = 60000,
    LINK_WAIT_MS = 11000,
    GRACE_MS = 10000
};

enum outcome { BOUND, NO_OFFER, NOT_FOUND };

struct client {
    char name[GUEST_NAME_SIZE];
    char pidfile_path[64];
    char bell_name[GUEST_NAME_SIZE + 16];
    int pidfile;
    int bell;
    bool background;
    bool bound;
    /* the address was deleted shortly after the script ran; dhclient now ignores further changes of
     * addresses */
    bool lost;
    uint32_t address;
    unsigned long
        linkups; /* how often the interface's link had come up when dhclient last got its address */
    double script_time;
};

static void say(const struct client *client, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(const struct client *client, const char *format, ...)
{
    va_list args;

    if (client->background) {
        return;
    }
    va_start(args, format);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
}

static int fail(const struct client *client, const char *text)
{
    say(client, "%s", text);
    say(client, "exiting.");
    return 1;
}

static const struct guest_lease *offer_for(struct guest_state *state, const struct guest_if *ifp)
{
    bool hears = ifp->up && ifp->link == GUEST_LINK_UP && guest_tune(state, "dhcp_server", 1) != 0;

    for (size_t i = 0; hears && i < state->lease_count; i++) {
        if (strcmp(state->leases[i].mac, ifp->mac) == 0) {
            return &state->leases[i];
        }
    }
    return NULL;
}

/* Does what dhclient-script does for BOUND and REBOOT: `ifconfig IF inet ADDR`, which replaces the
 * first address even when it is the same, then `route add default`. */
static void run_script(struct guest_state *state, struct client *client,
                       const struct guest_lease *lease)
{
    struct guest_if *ifp = guest_if_find(state, client->name);

    if (ifp->inet_count > 0) {
        (void)guest_inet_delete(state, ifp, ifp->inet[0].address);
    }
    (void)guest_inet_add(state, ifp, lease->inet);
    (void)guest_route_add(state, 0, 0, lease->router);
    client->bound = true;
    client->lost = false;
    client->address = lease->inet.address;
    client->linkups = ifp->linkups;
    client->script_time = guest_now();
}

/* Reads from the guest's state the server's offer for the interface, and how many ms a DISCOVER and
 * a REQUEST take. Returns NOT_FOUND when the interface does not exist, NO_OFFER when the server
 * offers nothing, and otherwise BOUND. */
static enum outcome look(const struct client *client, struct guest_lease *lease,
                         unsigned long *discover_ms, unsigned long *request_ms)
{
    struct guest_state *state = guest_state_open();
    const struct guest_if *ifp = guest_if_find(state, client->name);
    const struct guest_lease *offer = ifp == NULL ? NULL : offer_for(state, ifp);

    *discover_ms = guest_tune(state, "dhcp_discover_ms", DISCOVER_MS);
    *request_ms = guest_tune(state, "dhcp_request_ms", REQUEST_MS);
    if (offer != NULL) {
        *lease = *offer;
    }
    guest_state_close(state);
    if (ifp == NULL) {
        return NOT_FOUND;
    }
    return offer == NULL ? NO_OFFER : BOUND;
}

static enum outcome bind_lease(struct client *client, const struct guest_lease *lease)
{
    char address[GUEST_MASK_SIZE];
    char router[GUEST_MASK_SIZE];
    struct guest_state *state = guest_state_open();

    if (guest_if_find(state, client->name) == NULL) {
        guest_state_close(state);
        return NOT_FOUND;
    }
    run_script(state, client, lease);
    guest_lease_append(client->name, lease);
    guest_state_commit(state);
    guest_inet_print(address, sizeof address, lease->inet.address);
    guest_inet_print(router, sizeof router, lease->router);
    say(client, "DHCPACK from %s", router);
    say(client, "bound to %s -- renewal in 43200 seconds.", address);
    return BOUND;
}

/* Gets an address from the server. First requests the address of the lease file. Without a lease,
 * or when the server offers another address, sends DISCOVER. */
static enum outcome acquire(struct client *client)
{
    struct guest_lease lease;
    unsigned long discover_ms;
    unsigned long request_ms;
    uint32_t wanted;
    enum outcome outcome = look(client, &lease, &discover_ms, &request_ms);

    bool known = guest_lease_read(client->name, &wanted);
    if (known) {
        say(client, "DHCPREQUEST on %s to 255.255.255.255 port 67", client->name);
        guest_sleep((double)request_ms / 1000);
        known = outcome == BOUND && wanted == lease.inet.address;
    }
    if (!known) {
        say(client, "DHCPDISCOVER on %s to 255.255.255.255 port 67 interval 3", client->name);
        guest_sleep((double)discover_ms / 1000);
    }
    return outcome == BOUND ? bind_lease(client, &lease) : outcome;
}

/* Gets the first address. Repeats the exchange until the server makes an offer or the timeout
 * passes. */
static enum outcome acquire_first(struct client *client)
{
    double end = guest_now();
    struct guest_state *state = guest_state_open();

    end += (double)guest_tune(state, "dhcp_timeout_ms", TIMEOUT_MS) / 1000;
    guest_state_close(state);
    for (;;) {
        enum outcome outcome = acquire(client);
        if (outcome != NO_OFFER || guest_now() >= end || client->background) {
            return outcome;
        }
    }
}

static void leave(const struct client *client)
{
    char path[GUEST_NAME_SIZE + 32];

    guest_print(path, sizeof path, "state/%s", client->bell_name);
    (void)unlink(client->pidfile_path);
    (void)unlink(path);
    exit(1);
}

static bool has_address(const struct guest_if *ifp, uint32_t address)
{
    for (size_t i = 0; i < ifp->inet_count; i++) {
        if (ifp->inet[i].address == address) {
            return true;
        }
    }
    return false;
}

/* Reacts to a change in the guest: requests the address again, ends the process, or does
 * nothing. */
static void check(struct client *client)
{
    struct guest_state *state = guest_state_open();
    const struct guest_if *ifp = guest_if_find(state, client->name);
    double grace = (double)guest_tune(state, "dhclient_grace_ms", GRACE_MS) / 1000;

    guest_state_close(state);
    if (ifp == NULL || !ifp->up) {
        leave(client);
    }
    if (!client->bound || ifp->linkups != client->linkups) {
        client->linkups = ifp->linkups;
        (void)acquire(client);
    } else if (!client->lost && !has_address(ifp, client->address)) {
        if (guest_now() - client->script_time >= grace) {
            leave(client);
        }
        client->lost = true;
    }
}

static void watch(struct client *client)
{
    char bells[64];

    for (;;) {
        check(client);
        if (recv(client->bell, bells, sizeof bells, 0) < 0 && errno != EINTR) {
            exit(1);
        }
        while (recv(client->bell, bells, sizeof bells, MSG_DONTWAIT) >= 0) {
        }
    }
}

/* Forks. Returns false in the child. Returns true in the parent, after it has written the child's
 * pid to the pidfile. */
static bool go_background(struct client *client)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        guest_die("fork: %s", strerror(errno));
    }
    if (pid > 0) {
        guest_pidfile_write(client->pidfile, (long)pid);
        return true;
    }
    int null = open("/dev/null", O_RDWR);
    if (setsid() < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) {
        exit(1);
    }
    if (null > 2) {
        close(null);
    }
    client->background = true;
    return false;
}

/* Waits until the interface has a link, before the first request. Returns 0, or the exit status
 * when the link did not come up in time. */
static int wait_for_link(const struct client *client)
{
    double began = guest_now();
    double dots = 0;

    for (bool first = true;; first = false) {
        struct guest_state *state = guest_state_open();
        const struct guest_if *ifp = guest_if_find(state, client->name);
        double limit = (double)guest_tune(state, "link_wait_ms", LINK_WAIT_MS) / 1000;
        guest_state_close(state);
        if (ifp == NULL || ifp->kind == GUEST_LO || ifp->link == GUEST_LINK_UP) {
            fputs(first ? "" : " got link\n", stderr);
            return 0;
        }
        if (first) {
            fprintf(stderr, "%s: no link ...", client->name);
        }
        if (guest_now() - began >= limit) {
            fputs(" giving up\n", stderr);
            return 1;
        }
        if (guest_now() - began >= dots + 1) {
            fputc('.', stderr);
            dots++;
        }
        guest_sleep(0.05);
    }
}

/* Takes the interface up, as dhclient-script does for PREINIT. Returns false when the interface
 * does not exist. */
static bool preinit(const struct client *client)
{
    struct guest_state *state = guest_state_open();
    struct guest_if *ifp = guest_if_find(state, client->name);

    if (ifp == NULL || ifp->up) {
        guest_state_close(state);
        return ifp != NULL;
    }
    guest_if_set_up(state, ifp, true);
    guest_state_commit(state);
    return true;
}

static int open_client(struct client *client)
{
    long other = 0;
    char text[64];

    guest_print(client->pidfile_path, sizeof client->pidfile_path,
                GUEST_DHCLIENT_DIRECTORY "/dhclient.%s.pid", client->name);
    guest_print(client->bell_name, sizeof client->bell_name, "dhclient.%s", client->name);
    client->pidfile = guest_pidfile_open(client->pidfile_path, &other);
    if (client->pidfile >= 0) {
        client->bell = guest_devctl_listen(client->bell_name);
        return 0;
    }
    if (other == 0) {
        return fail(client, "dhclient already running.");
    }
    guest_print(text, sizeof text, "dhclient already running, pid: %ld.", other);
    return fail(client, text);
}

static int run(struct client *client, bool at_once)
{
    char text[64];
    enum outcome outcome = NO_OFFER;

    if (open_client(client) != 0 || wait_for_link(client) != 0) {
        return 1;
    }
    guest_print(text, sizeof text, "%s: not found", client->name);
    if (!preinit(client)) {
        return fail(client, text);
    }
    if (!at_once) {
        outcome = acquire_first(client);
    }
    if (outcome == NOT_FOUND) {
        return fail(client, text);
    }
    if (outcome == NO_OFFER && !at_once) {
        say(client, "No DHCPOFFERS received.");
        say(client, "No working leases in persistent database - sleeping.");
    }
    if (go_background(client)) {
        return 0;
    }
    watch(client);
    return 0;
}

int guest_dhclient(int argc, char **argv)
{
    struct client client = {.background = false};
    bool at_once = false;

    int i = 1;
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-b") == 0) {
            at_once = true;
        } else if (strcmp(argv[i], "-q") != 0) {
            break;
        }
    }
    if (i + 1 != argc || !guest_is_ifname(argv[i])) {
        fprintf(stderr, "usage: dhclient [-bq] interface\n");
        return 1;
    }
    guest_copy(client.name, sizeof client.name, argv[i]);
    return run(&client, at_once);
}
