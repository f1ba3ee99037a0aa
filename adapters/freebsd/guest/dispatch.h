/* Requests to the guest: this process or the privileged one serves them. The caller does not see
 * which. */
#ifndef VFJ_FREEBSD_GUEST_DISPATCH_H
#define VFJ_FREEBSD_GUEST_DISPATCH_H

#include "adapters/freebsd/guest/reply.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/request.h"

struct event_base;
struct vfj_dispatch;
struct vfj_monitor;

/* With a monitor, it serves all requests. `gone`, unless NULL, is called when the monitor has
 * ended, and for each later request. Without a monitor (NULL), this process serves them below
 * `paths`, and catches SIGCHLD. Both must outlive the dispatch. No other part of the program
 * depends on that choice. Returns NULL when libevent fails. */
struct vfj_dispatch *vfj_dispatch_open(struct event_base *base, const struct vfj_paths *paths,
                                       struct vfj_monitor *monitor, void (*gone)(void *context),
                                       void *context);

/* No callback is called any more. Does nothing for NULL. */
void vfj_dispatch_close(struct vfj_dispatch *dispatch);

/* Sends a request. The loop calls `replied`, never this function. A program that starts has the
 * replies STARTED and, later, ENDED. An observation has a reply for each of its parts. Any other
 * request has one reply. */
void vfj_dispatch_ask(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      vfj_reply_fn *replied, void *context);

/* Runs a program without a request kind, its standard error joined with its output, for at most
 * request->command.limit_ms. Only without a monitor. */
void vfj_dispatch_run(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      const char *path, const char *const *argv, vfj_reply_fn *replied,
                      void *context);

#endif
