/* Asks Azure Scheduled Events again and again, and tells what changed, in lines. Only reads: it
 * sends GET requests, and never approves an event (POST). */
#ifndef VFJ_FREEBSD_SCHEDULED_WATCH_H
#define VFJ_FREEBSD_SCHEDULED_WATCH_H

#include "adapters/freebsd/scheduled/url.h"
#include "core/data/scheduled.h"

struct event_base;
struct vfj_watch;

/* Pauses, in units of a second unless the settings make them shorter. */
enum {
    VFJ_WATCH_IDLE_UNITS = 60,     /* no event is listed, or none that may be about this VM */
    VFJ_WATCH_BUSY_UNITS = 1,      /* while one is */
    VFJ_WATCH_BACKOFF_UNITS = 60,  /* longest pause after failures: 1, 2, 4 … */
    VFJ_WATCH_GIVE_UP_UNITS = 600, /* without any right answer since the start */
    VFJ_WATCH_FAILURES = 3,        /* in a row, until the service is reported silent */
    /* for a whole answer; the first one may take two minutes while Azure enables the service */
    VFJ_WATCH_DEADLINE_UNITS = 10,
    VFJ_WATCH_FIRST_DEADLINE_UNITS = 130,
    VFJ_WATCH_DEADLINE_LEAST_MS = 2000,
};

/* Reads a document into a list, as vfj_document_read() of the store. Returns NULL, or why not. */
typedef const char *vfj_watch_read_fn(struct vfj_span text, const char *vm,
                                      struct vfj_scheduled_list *list);

struct vfj_watch_settings {
    struct vfj_url url;
    uint32_t unit_ms; /* 1000 but in tests */
    vfj_watch_read_fn *read;
    /* Each line: "list", the bodies of the events that are listed now, "end"; or the body of a row
     * about the service. */
    void (*line)(void *context, const char *line);
    /* The service was never there, and is asked no more. A line said so. */
    void (*given_up)(void *context);
    void *context;
};

/* Asks for the first time at once. Returns NULL without memory. */
struct vfj_watch *vfj_watch_open(struct event_base *base,
                                 const struct vfj_watch_settings *settings);
void vfj_watch_close(struct vfj_watch *watch);

#endif
