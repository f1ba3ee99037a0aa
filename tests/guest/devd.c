/* devd of the stand-in guest. It sends the lines from the queue of devctl.h to the clients of its
 * two sockets.
 *
 * As sbin/devd/devd.cc does, this devd sends an event to its clients after the actions of all
 * earlier events, and before the event's own action. It drops a client whose socket does not take a
 * whole event. It stores no event for later clients. */
#include "tests/guest/devctl.h"
#include "tests/guest/devd_clients.h"
#include "tests/guest/processes.h"
#include "tests/guest/programs.h"
#include "tests/guest/root.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    LINGER_MS = 20 /* an incomplete chunk is sent when no further event arrives within this time */
};

struct options {
    bool foreground;
    bool dhclient_rule;
    size_t max_clients;
    size_t chunk;
};

/* Runs the action of this rule in devd.conf, if it matches the line: `notify 0 { match "type"
 * "LINK_UP"; ... action "service dhclient quietstart $subsystem" }`. */
static void run_dhclient_rule(const char *line)
{
    char name[16];
    char path[64];
    char end[16];
    static char program[] = "sbin/dhclient";

    if (sscanf(line, "!system=IFNET subsystem=%15s type=%15s", name, end) != 2
        || strcmp(end, "LINK_UP") != 0 || !guest_rc_is_dhcp(name)) {
        return;
    }
    guest_print(path, sizeof path, GUEST_DHCLIENT_DIRECTORY "/dhclient.%s.pid", name);
    if (guest_pidfile_holder(path) == 0) {
        char *argv[] = {program, name, NULL};
        (void)guest_spawn(argv);
    }
}

static void drain(const struct options *options, struct guest_clients *clients)
{
    char *lines;

    while ((lines = guest_devctl_take()) != NULL) {
        for (char *line = lines; *line != '\0';) {
            size_t length = strcspn(line, "\n") + 1;
            guest_clients_accept(clients);
            guest_clients_send(clients, line, length);
            if (options->dhclient_rule) {
                run_dhclient_rule(line);
            }
            line += length;
        }
        free(lines);
    }
}

static void hear_bell(int bell)
{
    char bells[64];

    while (recv(bell, bells, sizeof bells, MSG_DONTWAIT) >= 0) {
    }
}

static void serve(const struct options *options, struct guest_clients *clients, int bell)
{
    struct pollfd polled[GUEST_CLIENTS_MAX + 3];

    for (;;) {
        polled[0] = (struct pollfd){.fd = bell, .events = POLLIN};
        size_t count = 1 + guest_clients_poll(clients, polled + 1);
        int ready = poll(polled, (nfds_t)count, guest_clients_pending(clients) ? LINGER_MS : -1);
        if (ready < 0 && errno != EINTR) {
            guest_die("poll: %s", strerror(errno));
        }
        if (ready == 0) {
            guest_clients_flush(clients);
        } else if (ready > 0) {
            guest_clients_polled(clients, polled + 1, count - 1);
            if (polled[0].revents != 0) {
                hear_bell(bell);
                drain(options, clients);
            }
        }
    }
}

static bool take_options(int argc, char **argv, struct options *options)
{
    unsigned long number;

    for (int i = 1; i < argc; i++) {
        bool counted = strcmp(argv[i], "-l") == 0 || strcmp(argv[i], "--stream-chunk") == 0;
        if (counted
            && (i + 1 == argc || !guest_number(argv[i + 1], GUEST_CLIENTS_MAX * 64, &number))) {
            return false;
        }
        if (strcmp(argv[i], "-l") == 0) {
            options->max_clients = number < GUEST_CLIENTS_MAX ? number : GUEST_CLIENTS_MAX;
        } else if (strcmp(argv[i], "--stream-chunk") == 0) {
            options->chunk = number;
        } else if (strcmp(argv[i], "--stock-dhclient-rule") == 0) {
            options->dhclient_rule = true;
        } else if (argv[i][0] == '-' && argv[i][1] != '\0'
                   && strspn(argv[i] + 1, "dnq") == strlen(argv[i] + 1)) {
            options->foreground = options->foreground || strchr(argv[i], 'd') != NULL;
        } else {
            return false;
        }
        i += counted;
    }
    return true;
}

static void detach(void)
{
    int null = open("/dev/null", O_RDWR);

    if (setsid() < 0 || null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) {
        exit(1);
    }
    if (null > 2) {
        close(null);
    }
}

int guest_devd(int argc, char **argv)
{
    struct options options = {.max_clients = 10};
    static struct guest_clients clients;
    long other = 0;

    if (!take_options(argc, argv, &options)) {
        fprintf(
            stderr,
            "usage: devd [-dnq] [-l connlimit] [--stream-chunk bytes] [--stock-dhclient-rule]\n");
        return 1;
    }
    int pidfile = guest_pidfile_open(GUEST_DEVD_PIDFILE, &other);
    if (pidfile < 0) {
        fprintf(stderr, "devd: devd already running, pid: %ld\n", other);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    int bell = guest_devctl_listen("devctl");
    /* handles the lines queued so far before any client can connect */
    drain(&options, &clients);
    guest_clients_open(&clients, options.max_clients, options.chunk);
    fflush(NULL);
    pid_t pid = options.foreground ? 0 : fork();
    if (pid != 0) {
        guest_pidfile_write(pidfile, (long)pid);
        return pid < 0;
    }
    if (options.foreground) {
        guest_pidfile_write(pidfile, (long)getpid());
    } else {
        detach();
    }
    serve(&options, &clients, bell);
    return 0;
}
