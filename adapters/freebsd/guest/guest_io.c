/* The guest as one object. Reports everything that happens in the guest as events, and runs
 * commands. */
#include "adapters/freebsd/guest/guest_io.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/devd/sources.h"
#include "adapters/freebsd/devd/sysevent.h"
#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/guest/probe.h"
#include "adapters/freebsd/guest/rc_conf.h"
#include "adapters/freebsd/run/alarm.h"
#include "adapters/freebsd/run/child.h"
#include "adapters/freebsd/run/clock.h"
#include "adapters/freebsd/run/runner.h"
#include "adapters/freebsd/scheduled/client.h"
#include "core/machine/step.h"

#ifdef SIGINFO
enum { SIGNAL_ASKED = SIGINFO };
#else
enum { SIGNAL_ASKED = SIGUSR1 };
#endif

enum { SIGNALS = 4 };

/* Pauses before rc.conf is read again after a failure: 5 s, 10 s, 20 s …, at most ten minutes. */
enum { RC_RETRY_FIRST_S = 5, RC_RETRY_LAST_S = 600 };

struct vfj_guest_io {
    struct vfj_guest_io_settings settings;
    struct vfj_guest_io_listener listener;
    struct event_base *base;
    struct event signals[SIGNALS];
    struct vfj_alarm deadline, wake, rc_retry, stop_by;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_runner *runner;
    struct vfj_prober *prober;
    struct vfj_rc_reader *rc;
    char rc_complaint[160]; /* why rc.conf could not be read; empty: the last reading succeeded */
    int64_t rc_retry_s;
    struct vfj_devd_sources *devd;
    struct vfj_scheduled_client *scheduled; /* NULL: the events are not read */
    struct vfj_scheduled_list open; /* the Azure Scheduled Events that are open in the journal */
    /* reason of a stop that was requested before vfj_guest_io_run(): the loop then ends when it
     * starts */
    const char *ending;
    bool running;
    bool connecting; /* connecting to devd has begun */
    bool stopping;   /* the listener was asked to end */
    bool stopped;    /* STOPPED was reported, or vfj_guest_io_break() was called */
    bool lost;       /* the monitor has ended */
    bool answering;  /* the listener is handling an observation or an outcome */
    bool rc_due;     /* after the next answer, check whether rc.conf's files have changed */
    int64_t mono_us; /* time of the newest event */
};

static void stamp(struct vfj_guest_io *guest_io, struct vfj_event *event, int64_t wall_us,
                  int64_t mono_us)
{
    if (mono_us > guest_io->mono_us)
        guest_io->mono_us = mono_us;
    event->wall_us = wall_us;
    event->mono_us = guest_io->mono_us;
}

void vfj_guest_io_stamp(struct vfj_guest_io *guest_io, struct vfj_event *event)
{
    stamp(guest_io, event, vfj_clock_wall_us(), vfj_clock_mono_us());
}

static void report(struct vfj_guest_io *guest_io, struct vfj_event *event, int64_t wall_us,
                   int64_t mono_us)
{
    stamp(guest_io, event, wall_us, mono_us);
    if (!guest_io->stopped)
        guest_io->listener.event(guest_io->listener.context, event);
}

static void report_now(struct vfj_guest_io *guest_io, struct vfj_event *event)
{
    report(guest_io, event, vfj_clock_wall_us(), vfj_clock_mono_us());
}

static void end_batch(void *context, bool more)
{
    struct vfj_guest_io *guest_io = context;
    if (!guest_io->stopped)
        guest_io->listener.batch_end(guest_io->listener.context, more);
}

static void report_text(struct vfj_guest_io *guest_io, enum vfj_event_kind kind, const char *text)
{
    struct vfj_event event = {.kind = (uint8_t)kind, .as.text = vfj_span_of(text)};
    report_now(guest_io, &event);
}

static void log_line(struct vfj_guest_io *guest_io, const char *what, const char *detail)
{
    char line[512];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_format(&text, "%s%s", what, detail);
    guest_io->listener.log(guest_io->listener.context, line);
}

/* Callbacks of devd, the prober, the runner and the other parts. Each one reports an event. */

static void on_connected(void *context, const char *path)
{
    log_line(context, "devd: connected to ", path);
    report_text(context, VFJ_EVENT_CONNECTED, path);
}

static void on_gap(void *context, const char *reason)
{
    log_line(context, "devd: events may be missed: ", reason);
    report_text(context, VFJ_EVENT_GAP, reason);
}

static void on_line(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us)
{
    /* The event is not zeroed as a whole, which would write kilobytes for each line. */
    struct vfj_event event;
    event.kind = VFJ_EVENT_DEVD;
    event.as.devd.raw = raw;
    report(context, &event, wall_us, mono_us);
}

static void on_scheduled(void *context, const struct vfj_scheduled *row)
{
    struct vfj_event event = {.kind = VFJ_EVENT_SCHEDULED, .as.scheduled = *row};
    report_now(context, &event);
}

static void on_scheduled_end(void *context)
{
    end_batch(context, false);
}

static void report_answer(struct vfj_guest_io *guest_io, struct vfj_event *event)
{
    guest_io->answering = true;
    report(guest_io, event, vfj_clock_wall_us(), vfj_clock_mono_us());
    guest_io->answering = false;
    end_batch(guest_io, false);
}

/* Reports an observation, then checks whether rc.conf's files have changed. The check comes
 * last, so that the commands that the observation requires are issued first. */
static void on_observed(void *context, const struct vfj_observation *observation)
{
    struct vfj_guest_io *guest_io = context;
    struct vfj_event event = {.kind = VFJ_EVENT_OBSERVED, .as.observed = *observation};
    report_answer(guest_io, &event);
    if (guest_io->rc_due)
        vfj_rc_reader_check(guest_io->rc);
    guest_io->rc_due = false;
}

static void on_finished(void *context, const struct vfj_outcome *outcome)
{
    struct vfj_event event = {.kind = VFJ_EVENT_FINISHED, .as.finished = *outcome};
    report_answer(context, &event);
}

static void on_late_exit(void *context)
{
    struct vfj_guest_io *guest_io = context;
    if (!guest_io->stopped)
        guest_io->listener.late_exit(guest_io->listener.context);
}

static void on_deadline(void *context)
{
    struct vfj_event event = {.kind = VFJ_EVENT_TIMER};
    report_now(context, &event);
    end_batch(context, false);
}

static void on_wake(void *context)
{
    struct vfj_guest_io *guest_io = context;
    if (!guest_io->stopped)
        guest_io->listener.wake(guest_io->listener.context);
}

static void on_rc_retry(void *context)
{
    struct vfj_guest_io *guest_io = context;
    vfj_rc_reader_read(guest_io->rc);
}

static void rc_was_read(struct vfj_guest_io *guest_io, struct vfj_span rc)
{
    struct vfj_event event = {.kind = VFJ_EVENT_CONFIGURED, .as.rc = rc};
    guest_io->rc_complaint[0] = '\0';
    guest_io->rc_retry_s = 0;
    vfj_alarm_set(&guest_io->rc_retry, INT64_MAX);
    report_now(guest_io, &event);
    end_batch(guest_io, false);
}

static void rc_was_not_read(struct vfj_guest_io *guest_io, const char *complaint)
{
    int64_t pause_s = guest_io->rc_retry_s > 0 ? 2 * guest_io->rc_retry_s : RC_RETRY_FIRST_S;
    guest_io->rc_retry_s = pause_s < RC_RETRY_LAST_S ? pause_s : RC_RETRY_LAST_S;
    vfj_alarm_set(&guest_io->rc_retry, vfj_clock_mono_us() + guest_io->rc_retry_s * 1000000);
    if (strcmp(guest_io->rc_complaint, complaint) == 0)
        return;
    vfj_span_copy(guest_io->rc_complaint, sizeof guest_io->rc_complaint, vfj_span_of(complaint));
    log_line(guest_io, "rc.conf: not read, the last configuration stays: ", complaint);
    if (!guest_io->stopped)
        guest_io->listener.unread(guest_io->listener.context, complaint);
}

/* Reports the result of reading rc.conf. Connects to devd only after the first reading, so that
 * the machine has the configuration before it gets an event about a VF. */
static void on_rc(void *context, const struct vfj_rc_answer *answer)
{
    struct vfj_guest_io *guest_io = context;
    if (answer->status == VFJ_OK)
        rc_was_read(guest_io, answer->rc);
    else
        rc_was_not_read(guest_io, answer->complaint);
    if (!guest_io->connecting)
        vfj_devd_sources_connect(guest_io->devd);
    guest_io->connecting = true;
}

void vfj_guest_io_end(struct vfj_guest_io *guest_io, const char *reason)
{
    guest_io->ending = reason;
    if (!guest_io->running || guest_io->stopped)
        return;
    report_text(guest_io, VFJ_EVENT_STOPPED, reason);
    end_batch(guest_io, false);
    vfj_guest_io_break(guest_io);
}

static void on_stop_by(void *context)
{
    struct vfj_guest_io *guest_io = context;
    log_line(guest_io, "stop: the time to finish what was begun is over", "");
    vfj_guest_io_end(guest_io, "a signal, and something is half-done");
}

/* The first call asks the listener to end. A second call ends the event loop. */
void vfj_guest_io_stop(struct vfj_guest_io *guest_io, const char *reason)
{
    if (!guest_io->running) {
        guest_io->ending = reason;
    } else if (guest_io->stopping) {
        vfj_guest_io_end(guest_io, "a second signal");
    } else {
        guest_io->stopping = true;
        vfj_alarm_set(&guest_io->stop_by,
                      vfj_clock_mono_us() + VFJ_STOP_WITHIN_S * INT64_C(1000000));
        guest_io->listener.stopping(guest_io->listener.context, reason);
    }
}

static void on_monitor_gone(void *context)
{
    struct vfj_guest_io *guest_io = context;
    if (!guest_io->lost) {
        log_line(guest_io, "monitor: it has ended, and so does the daemon", "");
        guest_io->lost = true;
        vfj_guest_io_end(guest_io, "the monitor has ended");
    }
    /* A function that starts the daemon may run the event loop before vfj_guest_io_run() does. */
    event_base_loopbreak(guest_io->base);
}

static void on_signal(evutil_socket_t number, short what, void *context)
{
    struct vfj_guest_io *guest_io = context;
    (void)what;
    if (number == SIGHUP) {
        /* after SIGHUP, a complaint is logged again even when it is the same one */
        guest_io->rc_complaint[0] = '\0';
        vfj_rc_reader_read(guest_io->rc);
    } else if (number != SIGNAL_ASKED) {
        vfj_guest_io_stop(context, number == SIGTERM ? "SIGTERM" : "SIGINT");
    } else if (guest_io->running) {
        guest_io->listener.asked(guest_io->listener.context);
    }
}

static bool open_signals(struct vfj_guest_io *guest_io)
{
    static const int numbers[SIGNALS] = {SIGTERM, SIGINT, SIGHUP, SIGNAL_ASKED};
    for (unsigned i = 0; i < SIGNALS; i++) {
        event_assign(&guest_io->signals[i], guest_io->base, numbers[i], EV_SIGNAL | EV_PERSIST,
                     on_signal, guest_io);
        if (event_add(&guest_io->signals[i], NULL) != 0)
            return false;
    }
    return signal(SIGPIPE, SIG_IGN) != SIG_ERR;
}

static void on_late(void *context, int64_t delay_us, unsigned lines)
{
    struct vfj_guest_io *guest_io = context;
    if (!guest_io->stopped)
        guest_io->listener.late(guest_io->listener.context, delay_us, lines);
}

/* Opens the socket of nlsysevent(4) if the settings make it a source. Returns -1 when the settings
 * do not, or when the socket cannot be opened. Logs a socket that cannot be opened, unless the
 * source is AUTO. */
static int open_sysevent(struct vfj_guest_io *guest_io, uint16_t *family)
{
    enum vfj_devd_choice choice = guest_io->settings.source;
    if (choice == VFJ_DEVD_FROM_DEVD)
        return -1;
    int fd = vfj_sysevent_open(guest_io->settings.devd.network_only, family);
    if (fd < 0 && choice != VFJ_DEVD_FROM_AUTO)
        log_line(guest_io, "devd: nlsysevent(4) is not here: ", strerror(errno));
    return fd;
}

static bool open_devd(struct vfj_guest_io *guest_io)
{
    const struct vfj_devd_sources_listener listener = {.devd = {.connected = on_connected,
                                                                .gap = on_gap,
                                                                .line = on_line,
                                                                .batch_end = end_batch,
                                                                .context = guest_io},
                                                       .late = on_late};
    uint16_t family = 0;
    int fd = open_sysevent(guest_io, &family);
    if (fd < 0 && guest_io->settings.source == VFJ_DEVD_FROM_NLSYSEVENT)
        return false;
    guest_io->devd = vfj_devd_sources_open(guest_io->base, guest_io->dispatch,
                                           &guest_io->settings.paths, &guest_io->settings.devd,
                                           guest_io->settings.source, fd, family, &listener);
    return guest_io->devd != NULL;
}

static bool open_scheduled(struct vfj_guest_io *guest_io)
{
    const struct vfj_scheduled_listener listener
        = {.row = on_scheduled, .batch_end = on_scheduled_end, .context = guest_io};
    if (guest_io->settings.scheduled_socket <= 0)
        return true;
    guest_io->scheduled
        = vfj_scheduled_client_open(guest_io->base, guest_io->settings.scheduled_socket, &listener);
    return guest_io->scheduled != NULL;
}

static bool open_parts(struct vfj_guest_io *guest_io)
{
    const struct vfj_guest_io_settings *settings = &guest_io->settings;
    guest_io->base = event_base_new();
    if (guest_io->base == NULL)
        return false;
    vfj_alarm_open(&guest_io->deadline, guest_io->base, on_deadline, guest_io);
    vfj_alarm_open(&guest_io->wake, guest_io->base, on_wake, guest_io);
    vfj_alarm_open(&guest_io->rc_retry, guest_io->base, on_rc_retry, guest_io);
    vfj_alarm_open(&guest_io->stop_by, guest_io->base, on_stop_by, guest_io);
    guest_io->dispatch = vfj_dispatch_open(guest_io->base, &settings->paths, settings->monitor,
                                           on_monitor_gone, guest_io);
    if (guest_io->dispatch == NULL)
        return false;
    guest_io->children = vfj_children_open(guest_io->base, guest_io->dispatch);
    if (guest_io->children == NULL)
        return false;
    guest_io->runner = vfj_runner_open(guest_io->children, on_finished, on_late_exit, guest_io);
    guest_io->prober = vfj_prober_open(guest_io->children, guest_io->dispatch, settings->probe_way,
                                       on_observed, guest_io);
    guest_io->rc = vfj_rc_reader_open(guest_io->children, guest_io->dispatch, VFJ_RC_VALUES, on_rc,
                                      guest_io);
    return guest_io->runner != NULL && guest_io->prober != NULL && guest_io->rc != NULL
        && open_devd(guest_io) && open_scheduled(guest_io) && open_signals(guest_io);
}

enum vfj_status vfj_guest_io_open(struct vfj_guest_io **guest_io,
                                  const struct vfj_guest_io_settings *settings,
                                  const struct vfj_guest_io_listener *listener)
{
    *guest_io = calloc(1, sizeof **guest_io);
    if (*guest_io == NULL)
        return VFJ_SYSTEM;
    (*guest_io)->settings = *settings;
    (*guest_io)->listener = *listener;
    if (open_parts(*guest_io))
        return VFJ_OK;
    vfj_guest_io_close(*guest_io);
    *guest_io = NULL;
    return VFJ_SYSTEM;
}

void vfj_guest_io_close(struct vfj_guest_io *guest_io)
{
    if (guest_io == NULL)
        return;
    if (guest_io->base != NULL) {
        vfj_dispatch_close(guest_io->dispatch);
        vfj_devd_sources_close(guest_io->devd);
        vfj_scheduled_client_close(guest_io->scheduled);
        vfj_children_close(guest_io->children);
        vfj_runner_close(guest_io->runner);
        vfj_prober_close(guest_io->prober);
        vfj_rc_reader_close(guest_io->rc);
        for (unsigned i = 0; i < SIGNALS; i++) {
            if (event_initialized(&guest_io->signals[i]))
                event_del(&guest_io->signals[i]);
        }
        vfj_alarm_close(&guest_io->deadline);
        vfj_alarm_close(&guest_io->wake);
        vfj_alarm_close(&guest_io->rc_retry);
        vfj_alarm_close(&guest_io->stop_by);
        event_base_free(guest_io->base);
    }
    free(guest_io);
}

bool vfj_guest_io_boot_id(struct vfj_guest_io *guest_io, char id[VFJ_BOOT_ID_SIZE])
{
    bool known = vfj_boot_id_read(guest_io->base, guest_io->children, id);
    if (!known)
        log_line(guest_io,
                 "boot: sysctl tells neither kern.boot_id nor kern.boottime: taken for a new boot",
                 "");
    return known;
}

bool vfj_guest_io_is_lost(const struct vfj_guest_io *guest_io)
{
    return guest_io->lost;
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

bool vfj_guest_io_take_act_lock(struct vfj_guest_io *guest_io)
{
    struct lock_answer answer = {.error = EPIPE};
    const struct vfj_request request = {.kind = VFJ_REQUEST_ACT_LOCK};
    vfj_dispatch_ask(guest_io->dispatch, &request, on_lock, &answer);
    while (!answer.came && !guest_io->lost && event_base_loop(guest_io->base, EVLOOP_ONCE) == 0)
        continue;
    errno = answer.error;
    return answer.error == 0;
}

void vfj_guest_io_set_scheduled(struct vfj_guest_io *guest_io,
                                const struct vfj_scheduled_list *open)
{
    guest_io->open = *open;
}

void vfj_guest_io_run(struct vfj_guest_io *guest_io)
{
    guest_io->running = true;
    if (guest_io->ending != NULL)
        vfj_guest_io_end(guest_io, guest_io->ending);
    if (guest_io->stopped)
        return;
    vfj_rc_reader_read(guest_io->rc);
    if (guest_io->scheduled != NULL)
        vfj_scheduled_client_start(guest_io->scheduled, &guest_io->open);
    event_base_dispatch(guest_io->base);
}

void vfj_guest_io_break(struct vfj_guest_io *guest_io)
{
    guest_io->stopped = true;
    event_base_loopbreak(guest_io->base);
}

/* Runs a probe. After the answer to the first probe of a plan, rc.conf's files are checked. When
 * a probe is issued while an answer is being handled, its plan has begun earlier. */
void vfj_guest_io_probe(struct vfj_guest_io *guest_io, const struct vfj_command *command)
{
    vfj_prober_run(guest_io->prober, command);
    guest_io->rc_due = guest_io->rc_due || !guest_io->answering;
}

void vfj_guest_io_change(struct vfj_guest_io *guest_io, const struct vfj_command *commands,
                         unsigned count)
{
    vfj_runner_run(guest_io->runner, commands, count);
}

bool vfj_guest_io_is_in_batch(const struct vfj_guest_io *guest_io)
{
    return vfj_runner_is_in_batch(guest_io->runner);
}

void vfj_guest_io_forget(struct vfj_guest_io *guest_io)
{
    vfj_runner_forget(guest_io->runner);
    vfj_prober_forget(guest_io->prober);
}

void vfj_guest_io_configure(struct vfj_guest_io *guest_io)
{
    vfj_rc_reader_read(guest_io->rc);
}

void vfj_guest_io_set_deadline(struct vfj_guest_io *guest_io, int64_t due_us)
{
    vfj_alarm_set(&guest_io->deadline, due_us);
}

void vfj_guest_io_wake_at(struct vfj_guest_io *guest_io, int64_t due_us)
{
    vfj_alarm_set(&guest_io->wake, due_us);
}
