/* Serves requests, in the process that has root's rights. */
#ifndef VFJ_FREEBSD_PRIVSEP_SERVER_H
#define VFJ_FREEBSD_PRIVSEP_SERVER_H

#include <stdbool.h>
#include <sys/types.h>

#include "adapters/freebsd/guest/reply.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/request.h"

struct event_base;
struct vfj_server;

/* Opens a server. `paths` must outlive the server. The server writes the pid `daemon` into the act
 * lock, and calls `replied` with `context` for each reply. Returns NULL when libevent fails. */
struct vfj_server *vfj_server_open(struct event_base *base, const struct vfj_paths *paths,
                                   pid_t daemon, vfj_reply_fn *replied, void *context);
void vfj_server_close(struct vfj_server *server);

/* Returns true when the server holds the act lock. The server then holds it until it is closed. */
bool vfj_server_has_act_lock(const struct vfj_server *server);

/* Serves a request that vfj_request_check() accepts, and replies. Sends the replies before it
 * returns, except for the end of a program, which the event loop reports later. An observation
 * has one reply for each part. A program has the replies STARTED and ENDED, or only ENDED when
 * it does not start. */
void vfj_server_serve(struct vfj_server *server, const struct vfj_request *request);

/* Runs the program `path` with `argv`, for which no kind of request exists. `errors` says where its
 * standard error goes. `request` has only the number and the time limit (command.limit_ms). */
void vfj_server_run(struct vfj_server *server, const struct vfj_request *request, const char *path,
                    const char *const *argv, enum vfj_stderr errors);

#endif
