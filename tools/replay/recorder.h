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
    bool has_checkpoints;      /* the journal is for the user: it can be pruned, and recovered */
    int64_t commit_wall_us;    /* of the last commit; 0 for none */
    vfj_recorder_watch *watch; /* is called after each event; NULL: none */
    void *arg;
};

/* Opens a new journal at `path`. Sets the ledger in any case; the caller closes it. The caller has
 * set the other members. */
enum vfj_status vfj_recorder_open(struct vfj_recorder *recorder, const char *path);

/* The sink; its context is the recorder. */
struct vfj_play_sink vfj_recorder_sink(struct vfj_recorder *recorder);

/* Commits the rows that wait. */
enum vfj_status vfj_recorder_end(struct vfj_recorder *recorder);

#endif
