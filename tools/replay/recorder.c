/* Stores every row of a play in a journal. */
#include "tools/replay/recorder.h"

enum {
    /* After this number of rows, or this wall time in seconds, the new journal gets a commit. A
     * commit may write a checkpoint of the state. */
    COMMIT_ROWS = VFJ_STATE_CHECKPOINT_ROWS / 4,
    COMMIT_S = VFJ_STATE_CHECKPOINT_S / 4,
};

enum vfj_status vfj_recorder_open(struct vfj_recorder *recorder, const char *path)
{
    recorder->commit_wall_us = 0;
    return vfj_ledger_open(&recorder->ledger, path, VFJ_ON_ERROR_STOP);
}

/* Commits the rows, and writes a checkpoint of the state when one is due. A journal without such
 * checkpoints can be neither pruned nor recovered after damage. */
static enum vfj_status commit(struct vfj_recorder *recorder, int64_t wall_us)
{
    enum vfj_status status = vfj_ledger_commit(recorder->ledger);
    recorder->commit_wall_us = wall_us;
    if (status == VFJ_OK && recorder->has_checkpoints)
        vfj_ledger_maintain(recorder->ledger);
    return status;
}

static bool is_commit_due(const struct vfj_recorder *recorder, int64_t wall_us)
{
    uint64_t waiting = vfj_ledger_seq(recorder->ledger) - vfj_ledger_durable_seq(recorder->ledger);
    return recorder->has_checkpoints
        && (waiting >= COMMIT_ROWS
            || wall_us - recorder->commit_wall_us >= COMMIT_S * INT64_C(1000000));
}

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct vfj_recorder *recorder = context;
    enum vfj_status status = VFJ_OK;
    if (recorder->commit_wall_us == 0)
        recorder->commit_wall_us = event->wall_us;
    if (is_commit_due(recorder, event->wall_us))
        status = commit(recorder, event->wall_us);
    if (status == VFJ_OK)
        status = vfj_ledger_submit(recorder->ledger, event, decision);
    if (status == VFJ_OK && recorder->watch != NULL)
        recorder->watch(recorder->arg, event, *decision);
    return status;
}

struct vfj_play_sink vfj_recorder_sink(struct vfj_recorder *recorder)
{
    return (struct vfj_play_sink){.context = recorder, .submit = submit};
}

enum vfj_status vfj_recorder_end(struct vfj_recorder *recorder)
{
    return commit(recorder, 0);
}
