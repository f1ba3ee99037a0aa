/* Serves requests of the guest, in the process that has the rights to. */
#ifndef VFJ_FREEBSD_PRIVSEP_SERVER_H
#define VFJ_FREEBSD_PRIVSEP_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "adapters/freebsd/guest/reply.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/request.h"

struct event_base;
struct vfj_server;

/* `paths` must outlive it. `daemon` is the pid that the act lock names. NULL when libevent can't.
 */
struct vfj_server *vfj_server_open(struct event_base *base, const struct vfj_paths *paths,
                                   pid_t daemon, vfj_reply_fn *replied, void *context);
void vfj_server_close(struct vfj_server *server);

/* Whether the act lock was taken; the server holds it until it is closed. */
bool vfj_server_has_act_lock(const struct vfj_server *server);

/* Do what the request asks for, which vfj_request_check() allows, and reply: at once, but for the
 * end of a program, which is told from the loop. An observation is replied in parts; a program that
 * starts by STARTED and ENDED, one that does not by ENDED. */
void vfj_server_serve(struct vfj_server *server, const struct vfj_request *request);

/* The same for a program that no request stands for, with request->number and
 * request->command.limit_ms. */
void vfj_server_run(struct vfj_server *server, const struct vfj_request *request, const char *path,
                    const char *const *argv, enum vfj_stderr errors);

#endif
