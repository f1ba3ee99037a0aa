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

enum { SOCKET = STDERR_FILENO + 1, EXIT_SYSTEM = 4 };

struct warden {
    const struct vfj_warden_settings *settings;
    struct event_base *base;
    struct event readable;
    struct vfj_server *server;
    struct vfj_wire wire;
    struct vfj_errand errand; /* under way */
    int exit_status;
};

/* A vfj_reply_fn: it waits while the daemon makes rows durable. A daemon that has ended shows up as the end of its requests. A
 * descriptor, but for the lock, is there to be read. */
static void send_reply(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct warden *warden = context;
    if (descriptor >= 0)
        vfj_capability_limit(descriptor, reply->kind == VFJ_REPLY_LOCK ? VFJ_CAPABILITY_WORK : VFJ_CAPABILITY_READ);
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
    if (!vfj_errand_check(errand))
        return false;
    if (errand->kind == VFJ_ERRAND_ACT_LOCK)
        return warden->settings->acts;
    if (errand->kind != VFJ_ERRAND_COMMAND)
        return true;
    return warden->settings->acts || vfj_command_reads(&errand->command);
}

static void obey(struct warden *warden)
{
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
    } else if (state == VFJ_WIRE_DONE && (descriptor >= 0 || !is_allowed(warden))) {
        warden->settings->log("warden: an errand that is none: it ends");
        end(warden, EXIT_SYSTEM);
    } else if (state == VFJ_WIRE_DONE) {
        obey(warden);
    }
}

static void keep_only(int socket)
{
    if (socket != SOCKET)
        (void)dup3(socket, SOCKET, O_CLOEXEC);
    closefrom(SOCKET + 1);
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

static void ignore_signals(void)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGPIPE, SIGUSR1, SIGUSR2};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)signal(signals[i], SIG_IGN);
}

noreturn void vfj_warden_process(int socket, const struct vfj_warden_settings *settings)
{
    static struct warden warden;
    keep_only(socket);
    if (settings->detached)
        let_go();
    ignore_signals();
    vfj_process_set_title("warden");
    warden.settings = settings;
    warden.wire = (struct vfj_wire){.socket = SOCKET, .descriptor = -1};
    warden.base = event_base_new();
    if (warden.base == NULL
        || (warden.server = vfj_server_open(warden.base, &settings->paths, send_reply, &warden)) == NULL)
        _exit(EXIT_SYSTEM);
    event_assign(&warden.readable, warden.base, SOCKET, EV_READ | EV_PERSIST, on_readable, &warden);
    if (event_add(&warden.readable, NULL) != 0)
        _exit(EXIT_SYSTEM);
    event_base_dispatch(warden.base);
    _exit(warden.exit_status);
}
