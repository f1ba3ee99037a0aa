/* Passes requests to the process that serves them: this process or the privileged monitor. The
 * caller does not see the difference. */
#ifndef VFJ_FREEBSD_GUEST_DISPATCH_H
#define VFJ_FREEBSD_GUEST_DISPATCH_H

#include "adapters/freebsd/guest/reply.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/request.h"

struct event_base;
struct vfj_dispatch;
struct vfj_monitor;

/* Makes a dispatch. With `monitor`, the monitor serves all requests. `gone`, unless NULL, is
 * called when the monitor has ended, and again for each later request. When `monitor` is NULL,
 * this process serves the requests with the files below `paths`, and catches SIGCHLD. `paths`
 * and `monitor` must outlive the dispatch. Returns NULL when libevent fails. */
struct vfj_dispatch *vfj_dispatch_open(struct event_base *base, const struct vfj_paths *paths,
                                       struct vfj_monitor *monitor, void (*gone)(void *context),
                                       void *context);

/* Closes the dispatch. No callback is called any more. Does nothing for NULL. */
void vfj_dispatch_close(struct vfj_dispatch *dispatch);

/* Sends a request. The event loop calls `replied` later, never this function itself. A request
 * that runs a program gets the reply STARTED and later the reply ENDED. An observation gets a
 * reply for each of its parts. Any other request gets one reply. */
void vfj_dispatch_ask(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      vfj_reply_fn *replied, void *context);

/* Runs a program that no kind of request describes. Its standard error goes into the same pipe
 * as its output. It may run for request->command.limit_ms. Works only for a dispatch without a
 * monitor. */
void vfj_dispatch_run(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      const char *path, const char *const *argv, vfj_reply_fn *replied,
                      void *context);

#endif
