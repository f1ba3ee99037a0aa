/* Runs child programs: reads their output, and reports their end. The dispatch decides which
 * process starts them. */
#include "adapters/freebsd/run/child.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "core/check.h"

struct vfj_child {
    LIST_ENTRY(vfj_child) link;
    struct vfj_children *children;
    struct event input, linger;
    struct vfj_child_spec spec;
    size_t taken; /* bytes of output passed on */
    /* reading end of the output; -1: the program has not started, or its output has ended */
    int output;
    bool paused;
    bool reaped; /* the child was reaped, or was never started */
    struct vfj_program_end end;
};

struct vfj_children {
    struct event_base *base;
    struct vfj_dispatch *dispatch;
    LIST_HEAD(, vfj_child) list;
};

static void on_output(evutil_socket_t fd, short what, void *context);

static void close_output(struct vfj_child *child)
{
    if (child->output < 0)
        return;
    event_del(&child->input);
    close(child->output);
    child->output = -1;
}

static void release(struct vfj_child *child)
{
    close_output(child);
    LIST_REMOVE(child, link);
    event_del(&child->linger);
    free(child);
}

static void finish(struct vfj_child *child)
{
    close_output(child);
    child->spec.ended(child->spec.context, &child->end);
    release(child);
}

/* Returns true when the output has reached its limit, so that further output is dropped. */
static bool is_capped(const struct vfj_child *child)
{
    return child->taken == child->spec.output_max;
}

/* Makes the event loop wait for output. When further output is dropped, makes the loop wait for
 * the time of the next read instead. */
static void watch_output(struct vfj_child *child)
{
    struct timeval later = {0, VFJ_CHILD_DROP_MS * 1000};
    short what = is_capped(child) ? 0 : EV_READ | EV_PERSIST;
    event_del(&child->input);
    event_assign(&child->input, child->children->base, child->output, what, on_output, child);
    event_add(&child->input, is_capped(child) ? &later : NULL);
}

/* Passes output on, up to the cap. */
static void take(struct vfj_child *child, struct vfj_span bytes)
{
    size_t room = child->spec.output_max - child->taken;
    if (bytes.length > room)
        bytes.length = room;
    child->taken += bytes.length;
    if (bytes.length > 0 && child->spec.output != NULL)
        child->spec.output(child->spec.context, bytes);
}

/* Reads a bounded amount of the available output. Returns false at the end of the output. */
static bool read_some(struct vfj_child *child)
{
    char bytes[16384];
    for (unsigned turn = 0; turn < 8; turn++) {
        ssize_t count = read(child->output, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            break;
        if (count <= 0)
            return false;
        take(child, (struct vfj_span){bytes, (size_t)count});
    }
    if (is_capped(child))
        watch_output(child);
    return true;
}

static void on_output(evutil_socket_t fd, short what, void *context)
{
    struct vfj_child *child = context;
    (void)fd;
    (void)what;
    if (read_some(child))
        return;
    close_output(child);
    if (child->reaped)
        finish(child);
}

static void on_linger(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    finish(context);
}

static void linger(struct vfj_child *child)
{
    const struct timeval after = {0, VFJ_CHILD_LINGER_MS * 1000};
    event_add(&child->linger, &after);
}

static bool set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

static void take_started(struct vfj_child *child, int output)
{
    if (output < 0 || child->output >= 0 || !set_nonblocking(output)) {
        if (output >= 0)
            close(output);
        return;
    }
    child->output = output;
    event_assign(&child->input, child->children->base, output, EV_READ | EV_PERSIST, on_output,
                 child);
    if (!child->paused)
        watch_output(child);
}

/* Handles a reply about the child. The child has ended when it was reaped and its output has
 * ended. */
static void on_reply(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct vfj_child *child = context;
    if (reply->kind == VFJ_REPLY_STARTED) {
        take_started(child, descriptor);
        return;
    }
    if (descriptor >= 0)
        close(descriptor);
    child->end = reply->as.ended.end;
    child->reaped = true;
    take(child, vfj_span_of(reply->as.ended.complaint));
    if (child->paused)
        return;
    if (child->output >= 0 && read_some(child))
        linger(child);
    else
        finish(child);
}

struct vfj_children *vfj_children_open(struct event_base *base, struct vfj_dispatch *dispatch)
{
    struct vfj_children *children = calloc(1, sizeof *children);
    if (children == NULL)
        return NULL;
    children->base = base;
    children->dispatch = dispatch;
    LIST_INIT(&children->list);
    return children;
}

void vfj_children_close(struct vfj_children *children)
{
    if (children == NULL)
        return;
    while (!LIST_EMPTY(&children->list))
        release(LIST_FIRST(&children->list));
    free(children);
}

struct event_base *vfj_children_base(const struct vfj_children *children)
{
    return children->base;
}

struct vfj_child *vfj_child_start(struct vfj_children *children, const struct vfj_child_spec *spec)
{
    struct vfj_child *child = calloc(1, sizeof *child);
    struct vfj_request request = spec->request != NULL ? *spec->request : (struct vfj_request){0};
    VFJ_CHECK(child != NULL);
    child->children = children;
    child->spec = *spec;
    child->output = -1;
    LIST_INSERT_HEAD(&children->list, child, link);
    event_assign(&child->linger, children->base, -1, 0, on_linger, child);
    request.command.limit_ms = spec->limit_ms;
    if (spec->request != NULL)
        vfj_dispatch_ask(children->dispatch, &request, on_reply, child);
    else
        vfj_dispatch_run(children->dispatch, &request, spec->path, spec->argv, on_reply, child);
    return child;
}

void vfj_child_pause(struct vfj_child *child)
{
    child->paused = true;
    if (child->output >= 0)
        event_del(&child->input);
}

void vfj_child_resume(struct vfj_child *child)
{
    child->paused = false;
    if (child->output >= 0)
        watch_output(child);
    if (child->reaped)
        linger(child);
}
