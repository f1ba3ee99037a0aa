/* Runs the commands that change the guest. */
#ifndef VFJ_FREEBSD_RUN_RUNNER_H
#define VFJ_FREEBSD_RUN_RUNNER_H

#include "adapters/freebsd/run/child.h"
#include "core/data/command.h"
#include "core/data/event.h"

struct vfj_runner;

enum {
    /* bytes read of a command's output; VFJ_OUTPUT_SIZE of them are kept */
    VFJ_RUNNER_OUTPUT_MAX = 64 * 1024,
    VFJ_RUNNER_LIMIT_DEFAULT_MS = 60000, /* for a command without time limit */
};

/* `outcome` is borrowed for the call. The callback is never called from inside vfj_runner_run(). */
typedef void vfj_finished_fn(void *context, const struct vfj_outcome *outcome);

/* Called when a forgotten command has ended. Its effects are complete now. */
typedef void vfj_late_exit_fn(void *context);

/* `children` must outlive the runner. Returns NULL without memory. */
struct vfj_runner *vfj_runner_open(struct vfj_children *children, vfj_finished_fn *finished,
                                   vfj_late_exit_fn *late_exit, void *context);

/* Running commands go on. No callback is called any more. */
void vfj_runner_close(struct vfj_runner *runner);

/* Drops the commands that wait. Forgets the running ones: of these only their end is reported. */
void vfj_runner_forget(struct vfj_runner *runner);

/* Runs the changing commands of one decision. Those of one slot (command->hn) are a batch: they run
 * in order, one after the other. vfj_command_stops_batch() ends a batch, and the rest of it gets
 * the outcome NOT_RUN. A command starts before the outcome of the one before it is reported. A
 * batch waits for running commands of its slot. Slots do not wait for each other, and commands
 * without slot do not wait. */
void vfj_runner_run(struct vfj_runner *runner, const struct vfj_command *commands, unsigned count);

/* Returns whether a command waits for the one before it. */
bool vfj_runner_is_in_batch(const struct vfj_runner *runner);

#endif
