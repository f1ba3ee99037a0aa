/* The sink of a play that keeps every row in a journal. */
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
    bool has_checkpoints;   /* the journal is one that the user asked for, so it gets checkpoints */
    int64_t commit_wall_us; /* wall time of the last commit; 0: there was none */
    vfj_recorder_watch *watch; /* called after each event; NULL: none */
    void *arg;
};

/* Opens a new journal at `path`. The caller has set the other members. In any case the ledger is
 * set, and the caller has to close it. */
enum vfj_status vfj_recorder_open(struct vfj_recorder *recorder, const char *path);

/* Returns the sink. Its context is the recorder. */
struct vfj_play_sink vfj_recorder_sink(struct vfj_recorder *recorder);

/* Commits the rows that are not committed yet. */
enum vfj_status vfj_recorder_end(struct vfj_recorder *recorder);

#endif
