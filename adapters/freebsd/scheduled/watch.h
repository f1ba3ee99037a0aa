/* Reads the list of Azure Scheduled Events periodically, and reports each change of the list in
 * lines of text. Sends only GET requests: a POST request would approve an event. */
#ifndef VFJ_FREEBSD_SCHEDULED_WATCH_H
#define VFJ_FREEBSD_SCHEDULED_WATCH_H

#include "adapters/freebsd/scheduled/url.h"
#include "core/data/scheduled.h"

struct event_base;
struct vfj_watch;

/* Pauses and time limits, in units of vfj_watch_settings.unit_ms; also the number of failures
 * after which the service counts as silent. */
enum {
    /* pause between requests while no listed event can be about this VM */
    VFJ_WATCH_IDLE_UNITS = 60,
    /* pause between requests while a listed event may be about this VM */
    VFJ_WATCH_BUSY_UNITS = 1,
    /* longest pause after failures; the pauses are 1, 2, 4 … units */
    VFJ_WATCH_BACKOFF_UNITS = 60,
    /* the watch ends when it has received no valid list for this time after its start */
    VFJ_WATCH_GIVE_UP_UNITS = 600,
    /* number of failures in a row after which the service is reported as silent */
    VFJ_WATCH_FAILURES = 3,
    /* Time limits of a request. FIRST holds until the first valid list, since Azure may take two
     * minutes to enable the service. No time limit is shorter than LEAST, in milliseconds. */
    VFJ_WATCH_DEADLINE_UNITS = 10,
    VFJ_WATCH_FIRST_DEADLINE_UNITS = 130,
    VFJ_WATCH_DEADLINE_LEAST_MS = 2000,
};

/* Reads a document into a list. `vm` is the name of this VM, empty when unknown. The store's
 * vfj_document_read() is such a function. Returns NULL on success, or the reason why the text is no
 * such document. */
typedef const char *vfj_watch_read_fn(struct vfj_span text, const char *vm,
                                      struct vfj_scheduled_list *list);

struct vfj_watch_settings {
    struct vfj_url url;
    uint32_t unit_ms; /* the unit of all times in milliseconds: 1000, or less in tests */
    vfj_watch_read_fn *read;
    /* Called for each line. A list consists of the line "list", a line with the body of each
     * listed event, and the line "end". Any other line is the body of a row about the service. */
    void (*line)(void *context, const char *line);
    /* Called when the service gave no valid list for VFJ_WATCH_GIVE_UP_UNITS after the start. A
     * row SILENT was reported before. The watch sends no further request. */
    void (*given_up)(void *context);
    void *context;
};

/* Starts a watch. It sends its first request as soon as the event loop runs. Returns NULL when
 * memory runs out. */
struct vfj_watch *vfj_watch_open(struct event_base *base,
                                 const struct vfj_watch_settings *settings);
void vfj_watch_close(struct vfj_watch *watch);

#endif
