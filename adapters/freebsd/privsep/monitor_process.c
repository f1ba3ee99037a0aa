/* The monitor process, which only serves requests. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares closefrom() only with this macro */
#endif
#include "adapters/freebsd/privsep/monitor_process.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/process.h"
#include "adapters/freebsd/privsep/capability.h"
#include "adapters/freebsd/privsep/server.h"
#include "adapters/freebsd/privsep/wire.h"

/* The monitor's descriptors. */
enum { SOCKET = STDERR_FILENO + 1, PIDFILE, OUTPUT, FIRST_OTHER, KEPT = FIRST_OTHER - SOCKET };
enum { DAEMON_ENDED = SIGALRM };
enum {
    EXIT_SYSTEM = 4,
    /* when poll(2) reports a pipe as writable, a write(2) of at most PIPE_BUF bytes does not
     * block */
    PART_SIZE = PIPE_BUF,
    /* number of parts that a pipe holds: it holds 64 KiB on Linux and FreeBSD */
    REST_PARTS = 65536 / PART_SIZE,
    OUTPUT_PAUSE_US = 100 * 1000
};

struct monitor {
    const struct vfj_monitor_settings *settings;
    struct event_base *base;
    struct event readable, output, output_pause;
    struct vfj_server *server;
    struct vfj_wire wire;
    struct vfj_request request; /* the request that is being received */
    uint64_t last_number;
    int exit_status;
};

/* A vfj_reply_fn. Sends a reply. Waits while the daemon does not read, since the daemon may be
 * busy with a commit. An ended daemon is not detected here, but at the monitor's next read. A
 * descriptor that is sent keeps only the rights to read. */
static void send_reply(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct monitor *monitor = context;
    if (descriptor >= 0)
        vfj_capability_limit(descriptor, VFJ_CAPABILITY_READ);
    (void)vfj_wire_send(&monitor->wire, reply, sizeof *reply, descriptor, true);
    if (descriptor >= 0)
        close(descriptor);
}

static void end(struct monitor *monitor, int exit_status)
{
    monitor->exit_status = exit_status;
    event_base_loopbreak(monitor->base);
}

/* Ends the monitor at the daemon's request END, and removes the pidfile. The daemon waits until
 * the monitor has ended. */
static void end_in_order(struct monitor *monitor)
{
    if (monitor->settings->pidfile[0] != '\0')
        (void)unlink(monitor->settings->pidfile);
    end(monitor, 0);
}

static bool is_allowed(const struct monitor *monitor)
{
    const struct vfj_request *request = &monitor->request;
    bool is_next = request->kind == VFJ_REQUEST_END ? request->number == 0
                                                    : request->number > monitor->last_number;
    if (!is_next || !vfj_request_check(request))
        return false;
    if (request->kind == VFJ_REQUEST_ACT_LOCK)
        return monitor->settings->acts && !vfj_server_has_act_lock(monitor->server);
    if (request->kind != VFJ_REQUEST_COMMAND)
        return true;
    return monitor->settings->acts || vfj_command_reads(&request->command);
}

static void obey(struct monitor *monitor)
{
    monitor->last_number = monitor->request.number;
    if (monitor->request.kind == VFJ_REQUEST_END)
        end_in_order(monitor);
    else
        vfj_server_serve(monitor->server, &monitor->request);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct monitor *monitor = context;
    int descriptor;
    (void)fd;
    (void)what;
    enum vfj_wire_state state
        = vfj_wire_receive(&monitor->wire, &monitor->request, sizeof monitor->request, &descriptor);
    if (state == VFJ_WIRE_END) {
        end(monitor, 0);
    } else if (state == VFJ_WIRE_WRONG
               || (state == VFJ_WIRE_DONE && (descriptor >= 0 || !is_allowed(monitor)))) {
        monitor->settings->log("monitor: a request that is none: it ends");
        end(monitor, EXIT_SYSTEM);
    } else if (state == VFJ_WIRE_DONE) {
        obey(monitor);
    }
}

/* Moves each descriptor to a fixed number, from SOCKET on, and closes all other descriptors. 0
 * in the list means that there is none. The descriptors are first copied to higher numbers, so
 * that none overwrites another. Returns false on failure. */
static bool keep_only(const int descriptors[KEPT])
{
    int copies[KEPT];
    bool kept = true;
    for (int i = 0; i < KEPT; i++) {
        copies[i] = descriptors[i] > 0 ? fcntl(descriptors[i], F_DUPFD_CLOEXEC, FIRST_OTHER) : -1;
        kept = kept && (descriptors[i] <= 0 || copies[i] >= 0);
    }
    for (int i = 0; i < KEPT; i++) {
        if (copies[i] >= 0)
            kept = dup3(copies[i], SOCKET + i, O_CLOEXEC) >= 0 && kept;
        else
            (void)close(SOCKET + i);
    }
    closefrom(FIRST_OTHER);
    return kept;
}

/* Replaces the standard descriptors by /dev/null. The process that started the daemon may wait
 * until the daemon's output is closed. */
static void let_go(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
}

/* Returns true when standard error accepts a part without blocking; a file always does. When
 * standard error is a pipe with a slow reader, the monitor leaves the daemon's output unread, so
 * that only the daemon waits. */
static bool is_output_taken(void)
{
    struct pollfd out = {.fd = STDERR_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) != 0;
}

/* Copies output of the daemon in one write(2). Replaces bytes that a terminal might interpret.
 * Returns the result of read(2). */
static ssize_t pass_output(void)
{
    char bytes[PART_SIZE];
    ssize_t count = read(OUTPUT, bytes, sizeof bytes);
    for (ssize_t i = 0; i < count; i++) {
        if ((bytes[i] < ' ' || bytes[i] > '~') && bytes[i] != '\n')
            bytes[i] = '?';
    }
    if (count > 0)
        (void)!write(STDERR_FILENO, bytes, (size_t)count);
    return count;
}

/* Copies output of the daemon. When the output has ended, the daemon has gone into the
 * background and prints nothing more. */
static void on_output(evutil_socket_t fd, short what, void *context)
{
    static const struct timeval pause = {.tv_usec = OUTPUT_PAUSE_US};
    struct monitor *monitor = context;
    (void)fd;
    (void)what;
    if (!is_output_taken()) {
        event_del(&monitor->output);
        event_add(&monitor->output_pause, &pause);
        return;
    }
    ssize_t count = pass_output();
    if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    event_del(&monitor->output);
    if (monitor->settings->detached)
        let_go();
}

static void on_output_pause(evutil_socket_t fd, short what, void *context)
{
    struct monitor *monitor = context;
    (void)fd;
    (void)what;
    event_add(&monitor->output, NULL);
}

/* Copies the output that an ended daemon left in the pipe, but at most as much as a pipe holds,
 * since another process may hold the writing end and print without end. */
static void pass_rest(const struct vfj_monitor_settings *settings)
{
    unsigned parts = 0;
    while (parts++ < REST_PARTS && settings->output > 0 && is_output_taken() && pass_output() > 0)
        continue;
}

static bool listen_to_output(struct monitor *monitor)
{
    if (monitor->settings->output <= 0) {
        if (monitor->settings->detached)
            let_go();
        return true;
    }
    int flags = fcntl(OUTPUT, F_GETFL);
    event_assign(&monitor->output, monitor->base, OUTPUT, EV_READ | EV_PERSIST, on_output, monitor);
    evtimer_assign(&monitor->output_pause, monitor->base, on_output_pause, monitor);
    return flags >= 0 && fcntl(OUTPUT, F_SETFL, flags | O_NONBLOCK) == 0
        && event_add(&monitor->output, NULL) == 0;
}

static void ignore_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], SIG_IGN);
}

static pid_t daemon_pid;
static const struct vfj_monitor_settings *settings_at_end;

/* Handles the signal that the daemon has ended, and ends the monitor. The end of the connection
 * may come late: a process that the daemon started may still hold the daemon's socket. The
 * monitor must release its locks immediately, even while a reply waits to be sent, since the
 * kernel may give the pid in the pidfile to any program. When another process sent the signal,
 * this function does nothing. */
static void on_daemon_ended(int number)
{
    int error = errno;
    (void)number;
    if (getppid() != daemon_pid) {
        pass_rest(settings_at_end);
        _exit(0);
    }
    errno = error;
}

/* Makes the kernel send a signal when the daemon ends. Returns false when the daemon has ended
 * already, or the kernel refuses. */
static bool watch_daemon(const struct vfj_monitor_settings *settings)
{
    struct sigaction action = {.sa_handler = on_daemon_ended, .sa_flags = SA_RESTART};
    sigset_t number;
    sigemptyset(&action.sa_mask);
    sigemptyset(&number);
    sigaddset(&number, DAEMON_ENDED);
    daemon_pid = getppid();
    settings_at_end = settings;
    return sigaction(DAEMON_ENDED, &action, NULL) == 0
        && sigprocmask(SIG_UNBLOCK, &number, NULL) == 0
        && vfj_process_signal_at_parents_end(DAEMON_ENDED) && getppid() == daemon_pid;
}

static bool begin(struct monitor *monitor)
{
    monitor->base = event_base_new();
    if (monitor->base == NULL)
        return false;
    monitor->server = vfj_server_open(monitor->base, &monitor->settings->paths, daemon_pid,
                                      send_reply, monitor);
    event_assign(&monitor->readable, monitor->base, SOCKET, EV_READ | EV_PERSIST, on_readable,
                 monitor);
    return monitor->server != NULL && event_add(&monitor->readable, NULL) == 0
        && listen_to_output(monitor);
}

noreturn void vfj_monitor_process(int socket, const struct vfj_monitor_settings *settings)
{
    static struct monitor monitor;
    bool kept
        = keep_only((const int[KEPT]){socket, settings->pidfile_descriptor, settings->output});
    ignore_signals();
    vfj_process_set_title("monitor");
    monitor.settings = settings;
    monitor.wire = (struct vfj_wire){.socket = SOCKET, .descriptor = -1};
    if (!kept || !watch_daemon(settings) || !begin(&monitor)) {
        settings->log("monitor: it can't start: too few descriptors, or no memory");
        _exit(EXIT_SYSTEM);
    }
    event_base_dispatch(monitor.base);
    pass_rest(settings);
    _exit(monitor.exit_status);
}
