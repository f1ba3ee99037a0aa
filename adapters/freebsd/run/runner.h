/* Runs the commands that change the guest. */
#ifndef VFJ_FREEBSD_RUN_RUNNER_H
#define VFJ_FREEBSD_RUN_RUNNER_H

#include "adapters/freebsd/run/child.h"
#include "core/data/command.h"
#include "core/data/event.h"

struct vfj_runner;

enum {
    /* number of bytes of a command's output that are read; the first VFJ_OUTPUT_SIZE are kept */
    VFJ_RUNNER_OUTPUT_MAX = 64 * 1024,
    /* time limit of a command that has no time limit of its own */
    VFJ_RUNNER_LIMIT_DEFAULT_MS = 60000,
};

/* Called when a command has ended, but never from inside vfj_runner_run(). `outcome` is borrowed
 * for the call. */
typedef void vfj_finished_fn(void *context, const struct vfj_outcome *outcome);

/* Called when a command that vfj_runner_forget() dropped has ended. Its effects are complete
 * then. */
typedef void vfj_late_exit_fn(void *context);

/* Makes a runner. `children` must outlive it. Returns NULL when memory runs out. */
struct vfj_runner *vfj_runner_open(struct vfj_children *children, vfj_finished_fn *finished,
                                   vfj_late_exit_fn *late_exit, void *context);

/* Closes the runner. Commands that run continue. No callback is called any more. */
void vfj_runner_close(struct vfj_runner *runner);

/* Drops the commands that wait, and the outcomes of commands that run. When a running command
 * ends, `late_exit` is called. */
void vfj_runner_forget(struct vfj_runner *runner);

/* Runs the changing commands of one decision. The commands of one slot (command->hn) are a
 * batch, and run one after the other, in order. After a failure for which
 * vfj_command_stops_batch() returns true, the rest of the batch gets the outcome NOT_RUN. Each
 * command is started before the outcome of the previous one is reported. A batch waits until
 * earlier commands of its slot have ended. Slots do not wait for each other, and commands
 * without a slot do not wait. */
void vfj_runner_run(struct vfj_runner *runner, const struct vfj_command *commands, unsigned count);

/* Returns true when a command waits until an earlier command of its slot has ended. */
bool vfj_runner_is_in_batch(const struct vfj_runner *runner);

#endif
