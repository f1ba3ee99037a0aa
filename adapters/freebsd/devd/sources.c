/* The sources of devd's lines: devd's sockets, nlsysevent(4), or both. */
#include "adapters/freebsd/devd/sources.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <unistd.h>

#include "adapters/freebsd/devd/arrivals.h"
#include "adapters/freebsd/devd/reader.h"

static const char sysevent_name[] = "nlsysevent(4)";

enum { LINES_A_TURN = 512 }; /* largest number of lines in one turn of the event loop */

struct vfj_devd_sources {
    struct event_base *base;
    struct vfj_devd_sources_listener listener;
    struct vfj_devd_client *devd; /* NULL: devd is not a source */
    /* NULL: nlsysevent(4) is not used, or its socket has ended */
    struct vfj_devd_reader *reader;
    struct event readable;
    bool network_only;
    int socket; /* socket of nlsysevent(4), until a reader owns it; -1: none */
    uint16_t family;
    bool is_connected; /* the last call of `connected` or `gap` was `connected` */
    int64_t late_us;   /* longest delay of a line since the last `batch_end` without `more` */
    unsigned late_lines;
    struct vfj_arrivals arrivals;
};

static bool has_both(const struct vfj_devd_sources *sources)
{
    return sources->devd != NULL && sources->reader != NULL;
}

static void take_line(struct vfj_devd_sources *sources, enum vfj_source source, struct vfj_span raw,
                      int64_t wall_us, int64_t mono_us)
{
    int64_t apart_us = 0;
    /* newbus lines come from devd only */
    bool is_notice = raw.length > 0 && raw.text[0] == '!';
    if (has_both(sources) && is_notice
        && !vfj_arrivals_take(&sources->arrivals, source, raw, mono_us, &apart_us)) {
        if (source == VFJ_SOURCE_DEVD && apart_us >= VFJ_DEVD_LATE_US)
            sources->late_lines++;
        if (source == VFJ_SOURCE_DEVD && apart_us > sources->late_us)
            sources->late_us = apart_us;
        return;
    }
    sources->listener.devd.line(sources->listener.devd.context, raw, wall_us, mono_us);
}

static void end_batch(struct vfj_devd_sources *sources, bool more)
{
    sources->listener.devd.batch_end(sources->listener.devd.context, more);
    if (!more && sources->late_lines > 0)
        sources->listener.late(sources->listener.devd.context, sources->late_us,
                               sources->late_lines);
    if (!more)
        sources->late_us = sources->late_lines = 0;
}

static void tell_connected(struct vfj_devd_sources *sources, const char *path)
{
    sources->is_connected = true;
    sources->listener.devd.connected(sources->listener.devd.context, path);
}

static void tell_gap(struct vfj_devd_sources *sources, const char *reason)
{
    sources->is_connected = false;
    sources->listener.devd.gap(sources->listener.devd.context, reason);
}

/* The client of devd calls the next four functions. */

static void on_connected(void *context, const char *path)
{
    tell_connected(context, path);
}

/* Handles a gap of devd. Forgets all lines of nlsysevent(4) that wait for the same line of devd: a
 * devd that starts again does not send it. */
static void on_gap(void *context, const char *reason)
{
    struct vfj_devd_sources *sources = context;
    vfj_arrivals_forget(&sources->arrivals);
    tell_gap(sources, reason);
}

static void on_line(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us)
{
    take_line(context, VFJ_SOURCE_DEVD, raw, wall_us, mono_us);
}

static void on_batch_end(void *context, bool more)
{
    end_batch(context, more);
}

/* Reports a gap, since events of nlsysevent(4) were lost. If another source still works, then
 * also reports a connection, so that the machine observes the guest. Reports nothing when the
 * last report was a gap. */
static void lose(struct vfj_devd_sources *sources, const char *reason)
{
    vfj_arrivals_forget(&sources->arrivals);
    if (!sources->is_connected)
        return;
    tell_gap(sources, reason);
    if (sources->reader != NULL || sources->devd != NULL)
        tell_connected(sources, sysevent_name);
}

static void close_reader(struct vfj_devd_sources *sources)
{
    if (sources->reader == NULL)
        return;
    event_del(&sources->readable);
    vfj_devd_reader_close(sources->reader);
    sources->reader = NULL;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct vfj_devd_sources *sources = context;
    struct vfj_line_queue_line line;
    enum vfj_devd_taken taken = VFJ_DEVD_LINE;
    int error = 0;
    (void)fd;
    (void)what;
    for (unsigned i = 0; i < LINES_A_TURN; i++) {
        taken = vfj_devd_reader_take(sources->reader, &line, &error);
        if (taken != VFJ_DEVD_LINE)
            break;
        take_line(sources, VFJ_SOURCE_SYSEVENT, line.raw, line.wall_us, line.mono_us);
    }
    if (taken == VFJ_DEVD_LOST)
        lose(sources, "nlsysevent(4) lost messages: its buffer was full");
    if (taken == VFJ_DEVD_ENDED) {
        close_reader(sources);
        lose(sources, "the socket of nlsysevent(4) has ended");
    }
    end_batch(sources, taken == VFJ_DEVD_LINE);
}

static bool start_reader(struct vfj_devd_sources *sources)
{
    sources->reader = vfj_devd_reader_open(sources->socket, VFJ_DEVD_MESSAGES, sources->family,
                                           sources->network_only);
    sources->socket = -1;
    if (sources->reader == NULL)
        return false;
    event_assign(&sources->readable, sources->base, vfj_devd_reader_wakeup(sources->reader),
                 EV_READ | EV_PERSIST, on_readable, sources);
    event_add(&sources->readable, NULL);
    return true;
}

void vfj_devd_sources_connect(struct vfj_devd_sources *sources)
{
    bool is_started = sources->socket >= 0 && start_reader(sources);
    if (sources->devd != NULL) {
        vfj_devd_client_connect(sources->devd);
        return;
    }
    if (is_started)
        tell_connected(sources, sysevent_name);
    else
        tell_gap(sources, "no thread to read nlsysevent(4)");
    end_batch(sources, false);
}

struct vfj_devd_sources *vfj_devd_sources_open(
    struct event_base *base, struct vfj_dispatch *dispatch, const struct vfj_paths *paths,
    const struct vfj_devd_settings *settings, enum vfj_devd_choice choice, int socket,
    uint16_t family, const struct vfj_devd_sources_listener *listener)
{
    struct vfj_devd_sources *sources = calloc(1, sizeof *sources);
    if (sources == NULL) {
        if (socket >= 0)
            close(socket);
        return NULL;
    }
    const struct vfj_devd_listener client = {.connected = on_connected,
                                             .gap = on_gap,
                                             .line = on_line,
                                             .batch_end = on_batch_end,
                                             .context = sources};
    sources->base = base;
    sources->listener = *listener;
    sources->socket = socket;
    sources->family = family;
    sources->network_only = settings->network_only;
    bool has_devd = socket < 0 || choice != VFJ_DEVD_FROM_NLSYSEVENT;
    if (has_devd)
        sources->devd = vfj_devd_client_open(base, dispatch, paths, settings, &client);
    if (!has_devd || sources->devd != NULL)
        return sources;
    vfj_devd_sources_close(sources);
    return NULL;
}

void vfj_devd_sources_close(struct vfj_devd_sources *sources)
{
    if (sources == NULL)
        return;
    close_reader(sources);
    if (sources->socket >= 0)
        close(sources->socket);
    vfj_devd_client_close(sources->devd);
    free(sources);
}
