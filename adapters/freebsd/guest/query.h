/* Sends one request to the guest and waits for its answer. Used by verbs that run no event loop. */
#ifndef VFJ_FREEBSD_GUEST_QUERY_H
#define VFJ_FREEBSD_GUEST_QUERY_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/run/child.h"
#include "core/data/command.h"
#include "core/data/observation.h"
#include "core/machine/state.h"

struct vfj_query;

/* Makes a query object. `paths` must outlive it. A process has one at a time, since it catches
 * SIGCHLD. Returns NULL when memory runs out. */
struct vfj_query *vfj_query_open(const struct vfj_paths *paths);
void vfj_query_close(struct vfj_query *ask);

/* Runs a probe command. */
void vfj_query_probe(struct vfj_query *ask, const struct vfj_command *command,
                     struct vfj_observation *answer);

/* vfj_query_rc() reads the values of rc.conf by the helper vfjournal-rcconf.
 * vfj_query_rc_origin() reads the name of the file that sets each value, by the helper
 * vfjournal-rcorigin. Both return false when the helper failed, with the cause in `complaint`,
 * safe for a terminal. */
bool vfj_query_rc(struct vfj_query *ask, struct vfj_rc *rc, char *complaint, size_t size);
bool vfj_query_rc_origin(struct vfj_query *ask, struct vfj_rc *origin, char *complaint,
                         size_t size);

/* Runs a program that only reads, with `argv` ended by NULL. Stores its output and standard error
 * in `output`, joined and cut to `size` - 1 bytes. */
void vfj_query_program(struct vfj_query *ask, const char *path, const char *const *argv,
                       char *output, size_t size, struct vfj_program_end *end);

#endif
