/* Serves requests to the guest, in the process that has root's rights. */
#ifndef VFJ_FREEBSD_PRIVSEP_SERVER_H
#define VFJ_FREEBSD_PRIVSEP_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "adapters/freebsd/guest/reply.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/request.h"

struct event_base;
struct vfj_server;

/* `paths` must outlive the server. The act lock names the pid `daemon`. Returns NULL when libevent
 * fails. */
struct vfj_server *vfj_server_open(struct event_base *base, const struct vfj_paths *paths,
                                   pid_t daemon, vfj_reply_fn *replied, void *context);
void vfj_server_close(struct vfj_server *server);

/* Returns whether the server holds the act lock. It does until it is closed. */
bool vfj_server_has_act_lock(const struct vfj_server *server);

/* Serves a request that vfj_request_check() accepts, and replies. All replies come at once, but for
 * the end of a program, which the loop reports. The replies are the parts of an observation;
 * STARTED and ENDED for a program; ENDED alone for a program that does not start. */
void vfj_server_serve(struct vfj_server *server, const struct vfj_request *request);

/* Runs a program without a request kind, with request->number and request->command.limit_ms. */
void vfj_server_run(struct vfj_server *server, const struct vfj_request *request, const char *path,
                    const char *const *argv, enum vfj_stderr errors);

#endif
