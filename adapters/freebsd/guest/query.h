/* Asking the guest one thing and waiting for the answer: for the verbs that look once and end. */
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

/* `paths` must outlive it. It catches SIGCHLD: one at a time in a process. NULL when memory is
 * short. */
struct vfj_query *vfj_query_open(const struct vfj_paths *paths);
void vfj_query_close(struct vfj_query *ask);

/* The answer to a PROBE_* command. */
void vfj_query_probe(struct vfj_query *ask, const struct vfj_command *command,
                     struct vfj_observation *answer);

/* The rc.conf values, by vfjournal-rcconf; and, of each, the file that gives it, by
 * vfjournal-rcorigin beside it. False, and why in `complaint` (its bytes safe for a terminal), when
 * the helper failed. */
bool vfj_query_rc(struct vfj_query *ask, struct vfj_rc *rc, char *complaint, size_t size);
bool vfj_query_rc_origin(struct vfj_query *ask, struct vfj_rc *origin, char *complaint,
                         size_t size);

/* Run a program that only reads, `argv` ended by NULL. Its output, cut to `size` - 1 bytes, with
 * what it says on standard error. */
void vfj_query_program(struct vfj_query *ask, const char *path, const char *const *argv,
                       char *output, size_t size, struct vfj_program_end *end);

#endif
