/* Requests of the guest, as whoever asks sees them: this process serves them, or the privileged one
 * does. */
#ifndef VFJ_FREEBSD_GUEST_DISPATCH_H
#define VFJ_FREEBSD_GUEST_DISPATCH_H

#include "adapters/freebsd/guest/reply.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/request.h"

struct event_base;
struct vfj_dispatch;
struct vfj_monitor;

/* With a monitor it serves all requests, and `gone`, if not NULL, is told when it has ended, and
 * again for each request that is asked after that. Without (NULL) this process does, catching
 * SIGCHLD; `paths` is then where. Both must outlive it. This is the only place that knows which it
 * is. NULL when libevent can't. */
struct vfj_dispatch *vfj_dispatch_open(struct event_base *base, const struct vfj_paths *paths,
                                       struct vfj_monitor *monitor, void (*gone)(void *context),
                                       void *context);

/* Forget who asked; nothing is replied any more. NULL is allowed. */
void vfj_dispatch_close(struct vfj_dispatch *dispatch);

/* Ask. `replied` is called from the loop, never from inside: once; for a program that starts twice,
 * STARTED and later ENDED; for an observation once for each of its parts. */
void vfj_dispatch_ask(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      vfj_reply_fn *replied, void *context);

/* The same for a program that no request stands for, its standard error with its output, for at
 * most request->command.limit_ms. Without a monitor only. */
void vfj_dispatch_run(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      const char *path, const char *const *argv, vfj_reply_fn *replied,
                      void *context);

#endif
