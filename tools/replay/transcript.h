/* The transcript of a trace's replay: what happens line by line, with times. */
#ifndef VFJ_TOOLS_REPLAY_TRANSCRIPT_H
#define VFJ_TOOLS_REPLAY_TRANSCRIPT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/machine/state.h"
#include "core/machine/step.h"
#include "core/model/play.h"
#include "tools/replay/replay.h"

/* A bare machine as the sink of a play, that writes down what it does. Large: keep it on the heap.
 */
struct vfj_transcript {
    FILE *out;
    enum vfj_replay_output output; /* TEXT or COMMANDS */
    bool probes;
    struct vfj_state state;
    struct vfj_state next;
    struct vfj_decision decision;
};

void vfj_transcript_init(struct vfj_transcript *transcript, FILE *out,
                         enum vfj_replay_output output, bool probes);

/* Write down one event and what was decided about it: used by the sink, and where a ledger steps
 * instead. */
void vfj_transcript_print(struct vfj_transcript *transcript, const struct vfj_event *event,
                          const struct vfj_decision *decision);

/* The sink; its context is the transcript. */
struct vfj_play_sink vfj_transcript_sink(struct vfj_transcript *transcript);

/* After the last line, TEXT only: the slots as they are, and the guest as the model has it. */
void vfj_transcript_end(const struct vfj_transcript *transcript, const struct vfj_state *state,
                        const struct vfj_play *play);

#endif
