/* The warden: the part of the daemon that stays root when the rest does not, as the rest sees it. */
#ifndef VFJ_FREEBSD_WARDEN_H
#define VFJ_FREEBSD_WARDEN_H

#include <stdbool.h>
#include <sys/types.h>

#include "adapters/freebsd/errand.h"
#include "adapters/freebsd/warden_reply.h"

struct event_base;
struct vfj_warden;

/* What it is told before it is alone; it keeps a copy. */
struct vfj_warden_settings {
    struct vfj_paths paths;
    bool acts;                       /* else no errand that changes the guest is one */
    bool stream_only;                /* of devd's sockets */
    bool detached;                   /* what it says goes nowhere but to the log */
    char pidfile[VFJ_PATHNAME_SIZE]; /* removed by it when the daemon ends in order; empty: none */
    int pidfile_descriptor;          /* holds the lock as long as the warden runs; 0: none */
    int output;                      /* a pipe: what the daemon prints goes to standard error; 0: none */
    void (*log)(const char *line);   /* a line for people */
};

/* `descriptor`, -1 when there is none, becomes the callee's. `reply` is borrowed. */
typedef void vfj_warden_reply_fn(void *context, const struct vfj_warden_reply *reply, int descriptor);

/* Fork the warden off: before any thread is started and any database opened. It has no other descriptor than 0 to 2,
 * its end of a socket pair, and those of the settings. NULL, with errno, when it can't be. */
struct vfj_warden *vfj_warden_start(const struct vfj_warden_settings *settings);
pid_t vfj_warden_pid(const struct vfj_warden *warden);

/* From now on hear it in the loop; `gone` is told once, when it has ended. False when libevent can't. */
bool vfj_warden_listen(struct vfj_warden *warden, struct event_base *base, void (*gone)(void *context), void *context);

/* Hear no more, and forget who asked. */
void vfj_warden_ignore(struct vfj_warden *warden);

/* Ask. `replied` is told from the loop, once; but
 * for a program that is started twice, STARTED and later ENDED, and for an observation once for each of its parts. */
void vfj_warden_ask(struct vfj_warden *warden, const struct vfj_errand *errand, vfj_warden_reply_fn *replied,
                    void *context);

/* Let it end, and wait for that; NULL is allowed. */
void vfj_warden_end(struct vfj_warden *warden);

#endif
