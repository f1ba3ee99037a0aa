/* Children under way: their output, their time limit, their end. */
#include "adapters/freebsd/child.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/freebsd/clock.h"
#include "adapters/freebsd/warden.h"
#include "core/check.h"

/* What the child's timer is for. */
enum stage {
    STAGE_LIMIT,  /* it runs */
    STAGE_ASKED,  /* the warden has it */
    STAGE_TERM,   /* its time is over: SIGTERM was sent */
    STAGE_KILL,   /* SIGKILL was sent */
    STAGE_LINGER, /* reaped; its output has not ended */
    STAGE_ABSENT, /* never started: told from the loop */
    STAGE_LEFT,   /* survived SIGKILL: its end was told, only the zombie is waited for */
};

struct vfj_child {
    struct vfj_children *children;
    struct vfj_child *next;
    struct event input, timer;
    struct vfj_child_request request;
    size_t taken; /* bytes of output handed over */
    pid_t pid;    /* 0: reaped, or never started */
    int output;   /* -1: ended */
    enum stage stage;
    bool paused, settled;
    int64_t started_us;
    struct vfj_child_end end;
    char complaint[VFJ_PATH_SIZE]; /* why it was not started */
};

struct vfj_children {
    struct event_base *base;
    const struct vfj_paths *paths;
    struct vfj_warden *warden; /* NULL: we start them ourselves */
    struct event died;
    struct vfj_child *first;
    unsigned count;
};

static void on_output(evutil_socket_t fd, short what, void *context);

static void arm(struct event *timer, uint32_t ms)
{
    struct timeval after = {(time_t)(ms / 1000), (suseconds_t)(ms % 1000 * 1000)};
    event_add(timer, &after);
}

static void release(struct vfj_child *child)
{
    struct vfj_child **link = &child->children->first;
    while (*link != child)
        link = &(*link)->next;
    *link = child->next;
    child->children->count--;
    event_del(&child->timer);
    free(child);
}

static void close_output(struct vfj_child *child)
{
    if (child->output < 0)
        return;
    event_del(&child->input);
    close(child->output);
    child->output = -1;
}

/* Tell its end; a zombie that is still to come keeps the child in the list. */
static void finish(struct vfj_child *child)
{
    close_output(child);
    event_del(&child->timer);
    child->stage = STAGE_LEFT;
    child->request.ended(child->request.context, &child->end);
    if (child->pid == 0)
        release(child);
}

static void set_end(struct vfj_child *child, int status)
{
    if (child->stage == STAGE_TERM || child->stage == STAGE_KILL)
        child->end.kind = VFJ_OUTCOME_TIMEOUT;
    else
        child->end.kind = WIFSIGNALED(status) ? VFJ_OUTCOME_SIGNALED : VFJ_OUTCOME_EXITED;
    if (WIFSIGNALED(status))
        child->end.status = WTERMSIG(status);
    else
        child->end.status = WEXITSTATUS(status);
    child->end.duration_us = vfj_clock_mono_us() - child->started_us;
}

/* Whether it is reaped. What a timed out program started goes with it: while it is a zombie its process group
 * is surely its own. */
static bool reap(struct vfj_child *child)
{
    siginfo_t info = {0};
    int status = 0;
    if (child->stage == STAGE_ASKED)
        return child->settled;
    if (child->pid == 0)
        return child->stage != STAGE_ABSENT;
    if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0)
        return false;
    if (child->stage == STAGE_TERM)
        kill(-child->pid, SIGKILL);
    if (waitpid(child->pid, &status, WNOHANG) != child->pid)
        return false;
    child->pid = 0;
    if (child->stage != STAGE_LEFT)
        set_end(child, status);
    return true;
}

/* Whether more output will only be dropped. */
static bool sated(const struct vfj_child *child)
{
    return child->taken == child->request.output_max;
}

/* Wait for output, or, past the cap, for the time of the next sip. */
static void watch_output(struct vfj_child *child)
{
    struct timeval later = {0, VFJ_CHILD_SIP_MS * 1000};
    short what = sated(child) ? 0 : EV_READ | EV_PERSIST;
    event_del(&child->input);
    event_assign(&child->input, child->children->base, child->output, what, on_output, child);
    event_add(&child->input, sated(child) ? &later : NULL);
}

/* Hand over what came, up to the cap. */
static void take(struct vfj_child *child, struct vfj_span bytes)
{
    size_t room = child->request.output_max - child->taken;
    if (bytes.length > room)
        bytes.length = room;
    child->taken += bytes.length;
    if (bytes.length > 0 && child->request.output != NULL)
        child->request.output(child->request.context, bytes);
}

/* Read what is there, but not for ever; false at the end of the output. */
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
    if (sated(child))
        watch_output(child);
    return true;
}

static void linger(struct vfj_child *child)
{
    child->stage = STAGE_LINGER;
    arm(&child->timer, VFJ_CHILD_LINGER_MS);
}

/* It was reaped: it has ended when its output has. */
static void settle(struct vfj_child *child)
{
    child->settled = true;
    event_del(&child->timer);
    if (child->paused)
        return;
    if (child->output >= 0 && read_some(child))
        linger(child);
    else
        finish(child);
}

static void on_output(evutil_socket_t fd, short what, void *context)
{
    struct vfj_child *child = context;
    (void)fd;
    (void)what;
    if (read_some(child))
        return;
    close_output(child);
    if (reap(child))
        finish(child);
}

/* As the output of a program that was not started. */
static void tell_complaint(struct vfj_child *child)
{
    struct vfj_span complaint = vfj_span_of(child->complaint);
    if (complaint.length > 0 && child->request.output != NULL)
        child->request.output(child->request.context, complaint);
}

static struct vfj_child *find_unsettled(struct vfj_children *children)
{
    struct vfj_child *child = children->first;
    while (child != NULL && (child->settled || child->pid != 0 || child->stage == STAGE_ABSENT))
        child = child->next;
    return child;
}

static struct vfj_child *find_pid(struct vfj_children *children, pid_t pid)
{
    struct vfj_child *child = children->first;
    while (child != NULL && child->pid != pid)
        child = child->next;
    return child;
}

/* A zombie that is not ours is left to whoever started it, and hides ours from waitid(2): then each is asked.
 */
static void reap_all(struct vfj_children *children)
{
    siginfo_t info = {0};
    struct vfj_child *child;
    while (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0) {
        child = find_pid(children, info.si_pid);
        if (child == NULL || !reap(child))
            break;
        info.si_pid = 0;
    }
    if (info.si_pid == 0)
        return;
    for (child = children->first; child != NULL; child = child->next)
        reap(child);
}

/* A callback may start other children: the list is looked through anew after each. */
static void on_died(evutil_socket_t fd, short what, void *context)
{
    struct vfj_children *children = context;
    struct vfj_child *child;
    (void)fd;
    (void)what;
    reap_all(children);
    while ((child = find_unsettled(children)) != NULL) {
        if (child->stage == STAGE_LEFT)
            release(child);
        else
            settle(child);
    }
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
    struct vfj_child *child = context;
    (void)fd;
    (void)what;
    switch (child->stage) {
    case STAGE_LIMIT:
        child->stage = STAGE_TERM;
        kill(-child->pid, SIGTERM);
        arm(&child->timer, VFJ_CHILD_TERM_GRACE_MS);
        break;
    case STAGE_TERM:
        child->stage = STAGE_KILL;
        kill(-child->pid, SIGKILL);
        arm(&child->timer, VFJ_CHILD_TERM_GRACE_MS);
        break;
    case STAGE_KILL:
        child->end.kind = VFJ_OUTCOME_TIMEOUT;
        child->end.status = SIGKILL;
        child->end.duration_us = vfj_clock_mono_us() - child->started_us;
        finish(child);
        break;
    case STAGE_ABSENT:
        tell_complaint(child);
        finish(child);
        break;
    case STAGE_LINGER:
        finish(child);
        break;
    case STAGE_ASKED:
    case STAGE_LEFT:
        break;
    }
}

struct vfj_children *vfj_children_open(struct event_base *base, const struct vfj_paths *paths,
                                       struct vfj_warden *warden)
{
    struct vfj_children *children = calloc(1, sizeof *children);
    if (children == NULL)
        return NULL;
    children->base = base;
    children->paths = paths;
    children->warden = warden;
    if (warden != NULL)
        return children;
    event_assign(&children->died, base, SIGCHLD, EV_SIGNAL | EV_PERSIST, on_died, children);
    if (event_add(&children->died, NULL) != 0) {
        free(children);
        return NULL;
    }
    return children;
}

void vfj_children_close(struct vfj_children *children)
{
    if (children == NULL)
        return;
    while (children->first != NULL) {
        close_output(children->first);
        release(children->first);
    }
    if (children->warden == NULL)
        event_del(&children->died);
    free(children);
}

static int spawn_errand(struct vfj_child *child)
{
    struct vfj_errand_program program;
    int error = vfj_errand_prepare(child->request.errand, child->children->paths, &program);
    vfj_span_copy(child->complaint, sizeof child->complaint, vfj_span_of(program.complaint));
    return error != 0 ? error
                      : vfj_spawn(program.path, program.argv.words, program.errors, &child->pid, &child->output);
}

static int spawn(struct vfj_child *child)
{
    const struct vfj_child_request *request = &child->request;
    if (child->children->count > VFJ_CHILDREN_MAX)
        return EAGAIN;
    if (request->path == NULL)
        return spawn_errand(child);
    return vfj_spawn(request->path, request->argv, request->errors, &child->pid, &child->output);
}

static void watch(struct vfj_child *child)
{
    event_assign(&child->input, child->children->base, child->output, EV_READ | EV_PERSIST, on_output, child);
    watch_output(child);
    arm(&child->timer, child->request.limit_ms);
}

/* A process that was to be ended and is gone: kill(1) would have said that and ended with 1. */
static void fail(struct vfj_child *child, int error)
{
    bool is_gone = error == ESRCH;
    child->stage = STAGE_ABSENT;
    child->end.kind = is_gone ? VFJ_OUTCOME_EXITED : VFJ_OUTCOME_ABSENT;
    child->end.status = is_gone ? 1 : error;
    arm(&child->timer, 0);
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
    event_assign(&child->input, child->children->base, output, EV_READ | EV_PERSIST, on_output, child);
    if (!child->paused)
        watch_output(child);
}

static void take_ended(struct vfj_child *child, const struct vfj_warden_reply *reply)
{
    child->end.kind = (enum vfj_outcome_kind)reply->outcome;
    child->end.status = reply->status;
    child->end.duration_us = reply->duration_us;
    vfj_span_copy(child->complaint, sizeof child->complaint, vfj_span_of(reply->as.text));
    tell_complaint(child);
    settle(child);
}

static void on_reply(void *context, const struct vfj_warden_reply *reply, int descriptor)
{
    if (reply->kind == VFJ_REPLY_STARTED) {
        take_started(context, descriptor);
        return;
    }
    if (descriptor >= 0)
        close(descriptor);
    take_ended(context, reply);
}

static void ask(struct vfj_child *child)
{
    struct vfj_errand errand = *child->request.errand;
    errand.limit_ms = child->request.limit_ms;
    child->stage = STAGE_ASKED;
    vfj_warden_ask(child->children->warden, &errand, on_reply, child);
}

struct vfj_child *vfj_child_start(struct vfj_children *children, const struct vfj_child_request *request)
{
    struct vfj_child *child = calloc(1, sizeof *child);
    VFJ_CHECK(child != NULL);
    child->children = children;
    child->request = *request;
    child->output = -1;
    child->next = children->first;
    children->first = child;
    children->count++;
    child->started_us = vfj_clock_mono_us();
    event_assign(&child->timer, children->base, -1, 0, on_timer, child);
    if (children->warden != NULL) {
        VFJ_CHECK(request->errand != NULL);
        ask(child);
        return child;
    }
    int error = spawn(child);
    if (error != 0)
        fail(child, error);
    else
        watch(child);
    return child;
}

int vfj_child_take_output(struct vfj_child *child)
{
    int output = child->output;
    if (output >= 0)
        event_del(&child->input);
    child->output = -1;
    return output;
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
    if (child->settled)
        linger(child);
}
