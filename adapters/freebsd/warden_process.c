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

#include "adapters/freebsd/act_lock.h"
#include "adapters/freebsd/capability.h"
#include "adapters/freebsd/child.h"
#include "adapters/freebsd/devd_socket.h"
#include "adapters/freebsd/kernel_read.h"
#include "adapters/freebsd/pidfile.h"
#include "adapters/freebsd/process.h"
#include "adapters/freebsd/wire.h"
#include "core/check.h"

/* The descriptors that the warden begins with. */
enum { SOCKET = STDERR_FILENO + 1, PIDFILE, OUTPUT, FIRST_OTHER, KEPT = FIRST_OTHER - SOCKET };
enum { EXIT_SYSTEM = 4 };

struct warden {
    const struct vfj_warden_settings *settings;
    struct event_base *base;
    struct event readable, output;
    struct vfj_children *children;
    pid_t daemon;
    int lock; /* the act lock's descriptor; 0 until it is taken */
    struct vfj_wire wire;
    struct vfj_errand errand; /* under way */
    int exit_status;
};

/* A program under way. */
struct task {
    struct warden *warden;
    struct vfj_text complaint;
    struct vfj_warden_reply reply;
};

/* It waits while the daemon makes rows durable. That nobody hears it is seen by reading. A descriptor is
 * there to be read. */
static void answer(struct warden *warden, const struct vfj_warden_reply *reply, int descriptor)
{
    if (descriptor >= 0)
        vfj_capability_limit(descriptor, VFJ_CAPABILITY_READ);
    (void)vfj_wire_send(&warden->wire, reply, sizeof *reply, descriptor, true);
}

static struct vfj_warden_reply reply_of(const struct vfj_errand *errand, enum vfj_warden_reply_kind kind)
{
    return (struct vfj_warden_reply){.number = errand->number, .kind = kind};
}

/* Of a program that was not started. */
static void on_complaint(void *context, struct vfj_span bytes)
{
    struct task *task = context;
    vfj_text_add_span(&task->complaint, bytes);
}

static void on_ended(void *context, const struct vfj_child_end *end)
{
    struct task *task = context;
    task->reply.outcome = end->kind;
    task->reply.status = end->status;
    task->reply.duration_us = end->duration_us;
    answer(task->warden, &task->reply, -1);
    free(task);
}

static void run_program(struct warden *warden)
{
    struct task *task = calloc(1, sizeof *task);
    VFJ_CHECK(task != NULL);
    task->warden = warden;
    task->reply = reply_of(&warden->errand, VFJ_REPLY_ENDED);
    task->complaint = vfj_text_begin(task->reply.as.text, sizeof task->reply.as.text);
    const struct vfj_child_request request = {
        .errand = &warden->errand,
        .limit_ms = warden->errand.limit_ms,
        .output_max = VFJ_PATH_SIZE,
        .output = on_complaint,
        .ended = on_ended,
        .context = task,
    };
    int output = vfj_child_take_output(vfj_child_start(warden->children, &request));
    if (output < 0)
        return;
    struct vfj_warden_reply started = reply_of(&warden->errand, VFJ_REPLY_STARTED);
    answer(warden, &started, output);
    close(output);
}

/* A body in parts, of which the last, maybe the only one, says so. */
static void answer_body(struct warden *warden, struct vfj_span body)
{
    struct vfj_warden_reply reply = reply_of(&warden->errand, VFJ_REPLY_READ);
    struct vfj_reply_part *part = &reply.as.part;
    do {
        part->length = body.length < sizeof part->bytes ? (uint32_t)body.length : (uint32_t)sizeof part->bytes;
        memcpy(part->bytes, body.text, part->length);
        body = (struct vfj_span){body.text + part->length, body.length - part->length};
        part->more = body.length > 0;
        answer(warden, &reply, -1);
    } while (part->more);
}

static void read_guest(struct warden *warden)
{
    const struct vfj_command command = vfj_errand_command(&warden->errand);
    struct vfj_observation observation;
    char bytes[VFJ_BODY_MAX];
    struct vfj_text body = vfj_text_begin(bytes, sizeof bytes);
    if (vfj_kernel_read(&warden->settings->paths, &command, &observation)) {
        vfj_observation_encode(&observation, &body);
        VFJ_CHECK(!body.overflow);
        answer_body(warden, (struct vfj_span){body.bytes, body.length});
    } else {
        struct vfj_warden_reply reply = reply_of(&warden->errand, VFJ_REPLY_READ);
        reply.status = ENOSYS;
        answer(warden, &reply, -1);
    }
}

static void look_at_files(struct warden *warden)
{
    const struct vfj_command command = vfj_errand_command(&warden->errand);
    struct vfj_warden_reply reply = reply_of(&warden->errand, VFJ_REPLY_FILES);
    vfj_files_read(&warden->settings->paths, &command, &reply.as.files);
    answer(warden, &reply, -1);
}

static void look_at_rc(struct warden *warden)
{
    struct vfj_warden_reply reply = reply_of(&warden->errand, VFJ_REPLY_STAMP);
    vfj_rc_stamp_take(&warden->settings->paths, &reply.as.stamp);
    answer(warden, &reply, -1);
}

static void connect_to_devd(struct warden *warden)
{
    const struct vfj_paths *paths = &warden->settings->paths;
    struct vfj_warden_reply reply = reply_of(&warden->errand, VFJ_REPLY_DEVD);
    struct vfj_devd_connection connection;
    vfj_devd_socket_open(paths->devd_seqpacket, paths->devd_stream, warden->settings->stream_only, &connection);
    reply.records = connection.records;
    reply.status = connection.error;
    answer(warden, &reply, connection.fd);
    if (connection.fd >= 0)
        close(connection.fd);
}

/* Who has the lock's descriptor can write another pid into root's file: it stays here. */
static void take_act_lock(struct warden *warden)
{
    struct vfj_warden_reply reply = reply_of(&warden->errand, VFJ_REPLY_LOCK);
    int fd = vfj_act_lock_take(warden->settings->paths.act_lock, warden->daemon);
    reply.status = fd < 0 ? errno : 0;
    warden->lock = fd < 0 ? 0 : fd;
    answer(warden, &reply, -1);
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
        return warden->settings->acts && warden->lock == 0;
    if (errand->kind != VFJ_ERRAND_COMMAND)
        return true;
    const struct vfj_command command = vfj_errand_command(errand);
    return warden->settings->acts || vfj_command_reads(&command);
}

static void obey(struct warden *warden)
{
    switch ((enum vfj_errand_kind)warden->errand.kind) {
    case VFJ_ERRAND_COMMAND:
    case VFJ_ERRAND_RC:
    case VFJ_ERRAND_BOOT_ID:
    case VFJ_ERRAND_BOOT_TIME:
        run_program(warden);
        break;
    case VFJ_ERRAND_RC_STAMP:
        look_at_rc(warden);
        break;
    case VFJ_ERRAND_READ:
        read_guest(warden);
        break;
    case VFJ_ERRAND_FILES:
        look_at_files(warden);
        break;
    case VFJ_ERRAND_DEVD:
        connect_to_devd(warden);
        break;
    case VFJ_ERRAND_ACT_LOCK:
        take_act_lock(warden);
        break;
    case VFJ_ERRAND_END:
        end_in_order(warden);
        break;
    case VFJ_ERRAND_COUNT:
        VFJ_CHECK(false);
    }
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

/* Each to its place, by way of numbers that are no place; 0 leaves the place empty. */
static void keep_only(const int descriptors[KEPT])
{
    int copies[KEPT];
    for (int i = 0; i < KEPT; i++)
        copies[i] = descriptors[i] > 0 ? fcntl(descriptors[i], F_DUPFD_CLOEXEC, FIRST_OTHER) : -1;
    for (int i = 0; i < KEPT; i++) {
        if (copies[i] >= 0)
            (void)dup3(copies[i], SOCKET + i, O_CLOEXEC);
        else
            (void)close(SOCKET + i);
    }
    closefrom(FIRST_OTHER);
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
    char bytes[4096];
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

noreturn void vfj_warden_process(int socket, const struct vfj_warden_settings *settings)
{
    static struct warden warden;
    warden.daemon = getppid();
    keep_only((const int[KEPT]){socket, settings->pidfile_descriptor, settings->output});
    ignore_signals();
    vfj_process_set_title("warden");
    warden.settings = settings;
    warden.wire = (struct vfj_wire){.socket = SOCKET, .descriptor = -1};
    warden.base = event_base_new();
    if (warden.base == NULL || (warden.children = vfj_children_open(warden.base, &settings->paths, NULL)) == NULL)
        _exit(EXIT_SYSTEM);
    event_assign(&warden.readable, warden.base, SOCKET, EV_READ | EV_PERSIST, on_readable, &warden);
    if (event_add(&warden.readable, NULL) != 0 || !listen_to_output(&warden))
        _exit(EXIT_SYSTEM);
    event_base_dispatch(warden.base);
    while (settings->output > 0 && pass_output() > 0)
        continue;
    _exit(warden.exit_status);
}
