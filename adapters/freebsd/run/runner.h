/* Runs the commands that change the guest. */
#ifndef VFJ_FREEBSD_RUN_RUNNER_H
#define VFJ_FREEBSD_RUN_RUNNER_H

#include "adapters/freebsd/run/child.h"
#include "core/data/command.h"
#include "core/data/event.h"

struct vfj_runner;

enum {
    /* read of a command's output; VFJ_OUTPUT_SIZE of it is kept */
    VFJ_RUNNER_OUTPUT_MAX = 64 * 1024,
    VFJ_RUNNER_LIMIT_DEFAULT_MS = 60000, /* of a command that names no limit */
};

/* `outcome` is borrowed for the call. Never called from inside vfj_runner_run(). */
typedef void vfj_finished_fn(void *context, const struct vfj_outcome *outcome);

/* A command that was forgotten has ended. */
typedef void vfj_stray_fn(void *context);

/* `children` must outlive it. NULL when memory is short. */
struct vfj_runner *vfj_runner_open(struct vfj_children *children, vfj_finished_fn *finished,
                                   vfj_stray_fn *stray, void *context);

/* Commands under way go on by themselves; nothing more is heard of them. */
void vfj_runner_close(struct vfj_runner *runner);

/* Drop the commands that wait; of those under way tell no more than that they end. */
void vfj_runner_forget(struct vfj_runner *runner);

/* Run the changing commands of one decision. Those of one slot (command->hn) are a batch: they run
 * one after the other, in order, and stop where vfj_command_stops_batch() says so. The outcome of
 * the rest is NOT_RUN. A command starts before the outcome of the one before it is told. A batch
 * waits for commands of its slot that still run. Slots do not wait for each other, and commands of
 * no slot wait for nothing. */
void vfj_runner_run(struct vfj_runner *runner, const struct vfj_command *commands, unsigned count);

/* Whether a command waits for the one before it. */
bool vfj_runner_is_in_batch(const struct vfj_runner *runner);

#endif
