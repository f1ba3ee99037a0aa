/* The guest as one object: it turns what happens into events and runs commands. */
#include "adapters/freebsd/world.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/alarm.h"
#include "adapters/freebsd/child.h"
#include "adapters/freebsd/clock.h"
#include "adapters/freebsd/devd_client.h"
#include "adapters/freebsd/dispatch.h"
#include "adapters/freebsd/probe.h"
#include "adapters/freebsd/rc_conf.h"
#include "adapters/freebsd/runner.h"
#include "core/machine/step.h"

#ifdef SIGINFO
enum { SIGNAL_ASKED = SIGINFO };
#else
enum { SIGNAL_ASKED = SIGUSR1 };
#endif

enum { SIGNALS = 4 };

/* rc.conf that can't be read is tried again after 5, 10, 20 … seconds, ten minutes at most. */
enum { RC_RETRY_FIRST_S = 5, RC_RETRY_LAST_S = 600 };

struct vfj_world {
    struct vfj_world_settings settings;
    struct vfj_world_listener listener;
    struct event_base *base;
    struct event signals[SIGNALS];
    struct vfj_alarm deadline, wake, rc_retry, stop_by;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_runner *runner;
    struct vfj_prober *prober;
    struct vfj_rc_reader *rc;
    char rc_complaint[160]; /* why it could not be read last; empty: it could */
    int64_t rc_retry_s;
    struct vfj_devd_client *devd;
    const char *ending; /* a signal ended it before it ran */
    bool running;
    bool connecting; /* devd is, or will be, listened to */
    bool stopping;   /* the listener was asked to end */
    bool stopped;    /* STOPPED was told, or the loop broken */
    bool lost;       /* the warden has ended */
    bool answering;  /* an answer or an outcome is being told */
    bool rc_due;     /* rc.conf's files are to be looked at, once the guest was */
    int64_t mono_us; /* of the newest event */
};

static void stamp(struct vfj_world *world, struct vfj_event *event, int64_t wall_us, int64_t mono_us)
{
    if (mono_us > world->mono_us)
        world->mono_us = mono_us;
    event->wall_us = wall_us;
    event->mono_us = world->mono_us;
}

void vfj_world_stamp(struct vfj_world *world, struct vfj_event *event)
{
    stamp(world, event, vfj_clock_wall_us(), vfj_clock_mono_us());
}

static void tell(struct vfj_world *world, struct vfj_event *event, int64_t wall_us, int64_t mono_us)
{
    stamp(world, event, wall_us, mono_us);
    if (!world->stopped)
        world->listener.event(world->listener.context, event);
}

static void tell_now(struct vfj_world *world, struct vfj_event *event)
{
    tell(world, event, vfj_clock_wall_us(), vfj_clock_mono_us());
}

static void end_batch(void *context, bool more)
{
    struct vfj_world *world = context;
    if (!world->stopped)
        world->listener.batch_end(world->listener.context, more);
}

static void tell_text(struct vfj_world *world, enum vfj_event_kind kind, const char *text)
{
    struct vfj_event event = {.kind = (uint8_t)kind, .as.text = vfj_span_of(text)};
    tell_now(world, &event);
}

static void log_line(struct vfj_world *world, const char *what, const char *detail)
{
    char line[512];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, what);
    vfj_text_add(&text, detail);
    world->listener.log(world->listener.context, line);
}

/* The parts' callbacks: each makes an event of what it is told. */

static void on_connected(void *context, const char *path)
{
    log_line(context, "devd: connected to ", path);
    tell_text(context, VFJ_EVENT_CONNECTED, path);
}

static void on_gap(void *context, const char *reason)
{
    log_line(context, "devd: events may be missed: ", reason);
    tell_text(context, VFJ_EVENT_GAP, reason);
}

static void on_line(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us)
{
    struct vfj_event event; /* not zeroed: that would be kilobytes for each line */
    event.kind = VFJ_EVENT_DEVD;
    event.as.devd.raw = raw;
    tell(context, &event, wall_us, mono_us);
}

static void tell_answer(struct vfj_world *world, struct vfj_event *event)
{
    world->answering = true;
    tell(world, event, vfj_clock_wall_us(), vfj_clock_mono_us());
    world->answering = false;
    end_batch(world, false);
}

/* What the answer led to is under way. */
static void on_observed(void *context, const struct vfj_observation *observation)
{
    struct vfj_world *world = context;
    struct vfj_event event = {.kind = VFJ_EVENT_OBSERVED, .as.observed = *observation};
    tell_answer(world, &event);
    if (world->rc_due)
        vfj_rc_reader_check(world->rc);
    world->rc_due = false;
}

static void on_finished(void *context, const struct vfj_outcome *outcome)
{
    struct vfj_event event = {.kind = VFJ_EVENT_FINISHED, .as.finished = *outcome};
    tell_answer(context, &event);
}

static void on_stray(void *context)
{
    struct vfj_world *world = context;
    if (!world->stopped)
        world->listener.stray(world->listener.context);
}

static void on_deadline(void *context)
{
    struct vfj_event event = {.kind = VFJ_EVENT_TIMER};
    tell_now(context, &event);
    end_batch(context, false);
}

static void on_wake(void *context)
{
    struct vfj_world *world = context;
    if (!world->stopped)
        world->listener.wake(world->listener.context);
}

static void on_rc_retry(void *context)
{
    struct vfj_world *world = context;
    vfj_rc_reader_read(world->rc);
}

static void rc_was_read(struct vfj_world *world, struct vfj_span rc)
{
    struct vfj_event event = {.kind = VFJ_EVENT_CONFIGURED, .as.rc = rc};
    world->rc_complaint[0] = '\0';
    world->rc_retry_s = 0;
    vfj_alarm_set(&world->rc_retry, INT64_MAX);
    tell_now(world, &event);
    end_batch(world, false);
}

static void rc_was_not_read(struct vfj_world *world, const char *complaint)
{
    int64_t pause_s = world->rc_retry_s > 0 ? 2 * world->rc_retry_s : RC_RETRY_FIRST_S;
    world->rc_retry_s = pause_s < RC_RETRY_LAST_S ? pause_s : RC_RETRY_LAST_S;
    vfj_alarm_set(&world->rc_retry, vfj_clock_mono_us() + world->rc_retry_s * 1000000);
    if (strcmp(world->rc_complaint, complaint) == 0)
        return;
    vfj_span_copy(world->rc_complaint, sizeof world->rc_complaint, vfj_span_of(complaint));
    log_line(world, "rc.conf: not read, the last configuration stays: ", complaint);
    if (!world->stopped)
        world->listener.unread(world->listener.context, complaint);
}

/* The first reading is waited for, so that the machine knows the configuration before it hears of a VF. */
static void on_rc(void *context, const struct vfj_rc_answer *answer)
{
    struct vfj_world *world = context;
    if (answer->status == VFJ_OK)
        rc_was_read(world, answer->rc);
    else
        rc_was_not_read(world, answer->complaint);
    if (!world->connecting)
        vfj_devd_client_connect(world->devd);
    world->connecting = true;
}

void vfj_world_end(struct vfj_world *world, const char *reason)
{
    world->ending = reason;
    if (!world->running || world->stopped)
        return;
    tell_text(world, VFJ_EVENT_STOPPED, reason);
    end_batch(world, false);
    vfj_world_break(world);
}

static void on_stop_by(void *context)
{
    struct vfj_world *world = context;
    log_line(world, "stop: the time to finish what was begun is over", "");
    vfj_world_end(world, "a signal, and something is half-done");
}

/* The first signal asks, a second one insists. */
static void stop(struct vfj_world *world, const char *reason)
{
    if (!world->running) {
        world->ending = reason;
    } else if (world->stopping) {
        vfj_world_end(world, "a second signal");
    } else {
        world->stopping = true;
        vfj_alarm_set(&world->stop_by, vfj_clock_mono_us() + VFJ_STOP_WITHIN_S * INT64_C(1000000));
        world->listener.stopping(world->listener.context, reason);
    }
}

static void on_warden_gone(void *context)
{
    struct vfj_world *world = context;
    if (!world->lost) {
        log_line(world, "warden: it has ended, and so does the daemon", "");
        world->lost = true;
        vfj_world_end(world, "the warden has ended");
    }
    event_base_loopbreak(world->base); /* whoever waits for an answer before it runs */
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    struct vfj_world *world = context;
    (void)what;
    if (number == SIGHUP) {
        world->rc_complaint[0] = '\0'; /* who asks is told again */
        vfj_rc_reader_read(world->rc);
    } else if (number != SIGNAL_ASKED) {
        stop(context, number == SIGTERM ? "SIGTERM" : "SIGINT");
    } else if (world->running) {
        world->listener.asked(world->listener.context);
    }
}

static bool open_signals(struct vfj_world *world)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP, SIGNAL_ASKED};
    for (unsigned i = 0; i < SIGNALS; i++) {
        event_assign(&world->signals[i], world->base, numbers[i], EV_SIGNAL | EV_PERSIST, on_signal, world);
        if (event_add(&world->signals[i], NULL) != 0)
            return false;
    }
    return signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

static bool open_devd(struct vfj_world *world)
{
    const struct vfj_devd_listener listener
        = {.connected = on_connected, .gap = on_gap, .line = on_line, .batch_end = end_batch, .context = world};
    world->devd
        = vfj_devd_client_open(world->base, world->dispatch, &world->settings.paths, &world->settings.devd, &listener);
    return world->devd != NULL;
}

static bool open_parts(struct vfj_world *world)
{
    const struct vfj_world_settings *settings = &world->settings;
    world->base = event_base_new();
    if (world->base == NULL)
        return false;
    vfj_alarm_open(&world->deadline, world->base, on_deadline, world);
    vfj_alarm_open(&world->wake, world->base, on_wake, world);
    vfj_alarm_open(&world->rc_retry, world->base, on_rc_retry, world);
    vfj_alarm_open(&world->stop_by, world->base, on_stop_by, world);
    world->dispatch = vfj_dispatch_open(world->base, &settings->paths, settings->warden, on_warden_gone, world);
    if (world->dispatch == NULL)
        return false;
    world->children = vfj_children_open(world->base, world->dispatch);
    if (world->children == NULL)
        return false;
    world->runner = vfj_runner_open(world->children, on_finished, on_stray, world);
    world->prober = vfj_prober_open(world->children, world->dispatch, settings->probe_way, on_observed, world);
    world->rc = vfj_rc_reader_open(world->children, world->dispatch, VFJ_RC_VALUES, on_rc, world);
    return world->runner != NULL && world->prober != NULL && world->rc != NULL && open_devd(world)
        && open_signals(world);
}

enum vfj_status vfj_world_open(struct vfj_world **world, const struct vfj_world_settings *settings,
                               const struct vfj_world_listener *listener)
{
    *world = calloc(1, sizeof **world);
    if (*world == NULL)
        return VFJ_SYSTEM;
    (*world)->settings = *settings;
    (*world)->listener = *listener;
    if (open_parts(*world))
        return VFJ_OK;
    vfj_world_close(*world);
    *world = NULL;
    return VFJ_SYSTEM;
}

void vfj_world_close(struct vfj_world *world)
{
    if (world == NULL)
        return;
    if (world->base != NULL) {
        vfj_dispatch_close(world->dispatch);
        vfj_devd_client_close(world->devd);
        vfj_children_close(world->children);
        vfj_runner_close(world->runner);
        vfj_prober_close(world->prober);
        vfj_rc_reader_close(world->rc);
        for (unsigned i = 0; i < SIGNALS; i++) {
            if (event_initialized(&world->signals[i]))
                event_del(&world->signals[i]);
        }
        vfj_alarm_close(&world->deadline);
        vfj_alarm_close(&world->wake);
        vfj_alarm_close(&world->rc_retry);
        vfj_alarm_close(&world->stop_by);
        event_base_free(world->base);
    }
    free(world);
}

bool vfj_world_boot_id(struct vfj_world *world, char id[VFJ_BOOT_ID_SIZE])
{
    bool known = vfj_boot_id_read(world->base, world->children, id);
    if (!known)
        log_line(world, "boot: sysctl tells neither kern.boot_id nor kern.boottime: taken for a new boot", "");
    return known;
}

bool vfj_world_is_lost(const struct vfj_world *world)
{
    return world->lost;
}

struct lock_answer {
    bool came;
    int error;
};

static void on_lock(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct lock_answer *answer = context;
    *answer = (struct lock_answer){.came = true, .error = reply->status};
    if (descriptor >= 0)
        close(descriptor);
}

bool vfj_world_take_act_lock(struct vfj_world *world)
{
    struct lock_answer answer = {.error = EPIPE};
    const struct vfj_errand errand = {.kind = VFJ_ERRAND_ACT_LOCK};
    vfj_dispatch_ask(world->dispatch, &errand, on_lock, &answer);
    while (!answer.came && !world->lost && event_base_loop(world->base, EVLOOP_ONCE) == 0)
        continue;
    errno = answer.error;
    return answer.error == 0;
}

void vfj_world_run(struct vfj_world *world)
{
    world->running = true;
    if (world->ending != NULL)
        vfj_world_end(world, world->ending);
    if (world->stopped)
        return;
    vfj_rc_reader_read(world->rc);
    event_base_dispatch(world->base);
}

void vfj_world_break(struct vfj_world *world)
{
    world->stopped = true;
    event_base_loopbreak(world->base);
}

/* A look that an answer brings is one more of the same plan, for which rc.conf's files were looked at. */
void vfj_world_probe(struct vfj_world *world, const struct vfj_command *command)
{
    vfj_prober_run(world->prober, command);
    world->rc_due = world->rc_due || !world->answering;
}

void vfj_world_change(struct vfj_world *world, const struct vfj_command *commands, unsigned count)
{
    vfj_runner_run(world->runner, commands, count);
}

bool vfj_world_is_in_batch(const struct vfj_world *world)
{
    return vfj_runner_is_in_batch(world->runner);
}

void vfj_world_forget(struct vfj_world *world)
{
    vfj_runner_forget(world->runner);
    vfj_prober_forget(world->prober);
}

void vfj_world_configure(struct vfj_world *world)
{
    vfj_rc_reader_read(world->rc);
}

void vfj_world_set_deadline(struct vfj_world *world, int64_t due_us)
{
    vfj_alarm_set(&world->deadline, due_us);
}

void vfj_world_wake_at(struct vfj_world *world, int64_t due_us)
{
    vfj_alarm_set(&world->wake, due_us);
}
