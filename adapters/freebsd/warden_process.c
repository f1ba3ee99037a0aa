/* What the warden does: errands, and nothing else. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* closefrom: glibc hides it without */
#endif
#include "adapters/freebsd/warden_process.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/capability.h"
#include "adapters/freebsd/process.h"
#include "adapters/freebsd/server.h"
#include "adapters/freebsd/wire.h"

/* The descriptors that the warden begins with. */
enum { SOCKET = STDERR_FILENO + 1, PIDFILE, OUTPUT, FIRST_OTHER, KEPT = FIRST_OTHER - SOCKET };
enum { EXIT_SYSTEM = 4, PART_SIZE = 4096, REST_PARTS = 16 /* of a pipe, 64 KiB on Linux and FreeBSD */ };

struct warden {
    const struct vfj_warden_settings *settings;
    struct event_base *base;
    struct event readable, output;
    struct vfj_server *server;
    struct vfj_wire wire;
    struct vfj_errand errand; /* under way */
    uint64_t last_number;
    int exit_status;
};

/* A vfj_reply_fn: it waits while the daemon makes rows durable. A daemon that has ended shows up as the end of its requests. A
 * descriptor is there to be read. */
static void send_reply(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct warden *warden = context;
    if (descriptor >= 0)
        vfj_capability_limit(descriptor, VFJ_CAPABILITY_READ);
    (void)vfj_wire_send(&warden->wire, reply, sizeof *reply, descriptor, true);
    if (descriptor >= 0)
        close(descriptor);
}

static void end(struct warden *warden, int exit_status)
{
    warden->exit_status = exit_status;
    event_base_loopbreak(warden->base);
}

/* The daemon, which has the lock on it, waits for us. */
static void end_in_order(struct warden *warden)
{
    if (warden->settings->pidfile[0] != '\0')
        (void)unlink(warden->settings->pidfile);
    end(warden, 0);
}

static bool is_allowed(const struct warden *warden)
{
    const struct vfj_errand *errand = &warden->errand;
    bool is_next = errand->kind == VFJ_ERRAND_END ? errand->number == 0 : errand->number > warden->last_number;
    if (!is_next || !vfj_errand_check(errand))
        return false;
    if (errand->kind == VFJ_ERRAND_ACT_LOCK)
        return warden->settings->acts && !vfj_server_has_act_lock(warden->server);
    if (errand->kind != VFJ_ERRAND_COMMAND)
        return true;
    return warden->settings->acts || vfj_command_reads(&errand->command);
}

static void obey(struct warden *warden)
{
    warden->last_number = warden->errand.number;
    if (warden->errand.kind == VFJ_ERRAND_END)
        end_in_order(warden);
    else
        vfj_server_serve(warden->server, &warden->errand);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct warden *warden = context;
    int descriptor;
    (void)fd;
    (void)what;
    enum vfj_wire_state state = vfj_wire_receive(&warden->wire, &warden->errand, sizeof warden->errand, &descriptor);
    if (state == VFJ_WIRE_END) {
        end(warden, 0);
    } else if (state == VFJ_WIRE_WRONG || (state == VFJ_WIRE_DONE && (descriptor >= 0 || !is_allowed(warden)))) {
        warden->settings->log("warden: an errand that is none: it ends");
        end(warden, EXIT_SYSTEM);
    } else if (state == VFJ_WIRE_DONE) {
        obey(warden);
    }
}

/* Each to its place, by way of numbers that are no place; 0 leaves the place empty. False when one of them is lost. */
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

/* Nobody who started the daemon and waits for the end of its output shall wait for ours. */
static void let_go(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
}

/* What the daemon printed, in one write(2), with the bytes that steer a terminal made harmless. As read(2). */
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

/* The end of its output: a daemon that goes on in the background prints nothing any more. */
static void on_output(evutil_socket_t fd, short what, void *context)
{
    struct warden *warden = context;
    (void)fd;
    (void)what;
    ssize_t count = pass_output();
    if (count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR)))
        return;
    event_del(&warden->output);
    if (warden->settings->detached)
        let_go();
}

/* What an ended daemon left in the pipe, and no more: somebody else may have its other end, and print without end. */
static void pass_rest(const struct vfj_warden_settings *settings)
{
    for (unsigned i = 0; i < REST_PARTS && settings->output > 0 && pass_output() > 0; i++)
        continue;
}

static bool listen_to_output(struct warden *warden)
{
    if (warden->settings->output <= 0) {
        if (warden->settings->detached)
            let_go();
        return true;
    }
    int flags = fcntl(OUTPUT, F_GETFL);
    event_assign(&warden->output, warden->base, OUTPUT, EV_READ | EV_PERSIST, on_output, warden);
    return flags >= 0 && fcntl(OUTPUT, F_SETFL, flags | O_NONBLOCK) == 0 && event_add(&warden->output, NULL) == 0;
}

static void ignore_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], SIG_IGN);
}

static bool begin(struct warden *warden)
{
    warden->base = event_base_new();
    if (warden->base == NULL)
        return false;
    warden->server = vfj_server_open(warden->base, &warden->settings->paths, getppid(), send_reply, warden);
    event_assign(&warden->readable, warden->base, SOCKET, EV_READ | EV_PERSIST, on_readable, warden);
    return warden->server != NULL && event_add(&warden->readable, NULL) == 0 && listen_to_output(warden);
}

noreturn void vfj_warden_process(int socket, const struct vfj_warden_settings *settings)
{
    static struct warden warden;
    bool kept = keep_only((const int[KEPT]){socket, settings->pidfile_descriptor, settings->output});
    ignore_signals();
    vfj_process_set_title("warden");
    warden.settings = settings;
    warden.wire = (struct vfj_wire){.socket = SOCKET, .descriptor = -1};
    if (!kept || !begin(&warden)) {
        settings->log("warden: it can't start: too few descriptors, or no memory");
        _exit(EXIT_SYSTEM);
    }
    event_base_dispatch(warden.base);
    pass_rest(settings);
    _exit(warden.exit_status);
}
