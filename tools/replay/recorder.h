/* Stores every row of a play in a journal. */
#ifndef VFJ_TOOLS_REPLAY_RECORDER_H
#define VFJ_TOOLS_REPLAY_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/model/play.h"
#include "store/ledger.h"

typedef void vfj_recorder_watch(void *arg, const struct vfj_event *event,
                                const struct vfj_decision *decision);

struct vfj_recorder {
    struct vfj_ledger *ledger;
    /* the user asked for the journal, so that it gets checkpoints; a temporary journal gets none */
    bool has_checkpoints;
    int64_t commit_wall_us;    /* wall time of the last commit; 0: there was no commit */
    vfj_recorder_watch *watch; /* called after each event; NULL: none */
    void *arg;
};

/* Opens a new journal at `path`. The caller has set the other members before. Sets `ledger`, even
 * on a failure; the caller closes it. */
enum vfj_status vfj_recorder_open(struct vfj_recorder *recorder, const char *path);

/* Returns the functions through which a play passes its events to the recorder, with the recorder
 * as their context. */
struct vfj_play_sink vfj_recorder_sink(struct vfj_recorder *recorder);

/* Commits all rows that are not committed yet. */
enum vfj_status vfj_recorder_end(struct vfj_recorder *recorder);

#endif
