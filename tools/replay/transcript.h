/* Prints the transcript of a trace's replay: what happens line by line, with times. */
#ifndef VFJ_TOOLS_REPLAY_TRANSCRIPT_H
#define VFJ_TOOLS_REPLAY_TRANSCRIPT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/machine/state.h"
#include "core/machine/step.h"
#include "core/model/play.h"
#include "tools/replay/replay.h"

/* The sink of a play that steps the machine without a journal, and prints what happens. It is too
 * large for the stack. */
struct vfj_transcript {
    FILE *out;
    enum vfj_replay_output output; /* TEXT or COMMANDS; with JSON nothing is printed here */
    bool probes;
    struct vfj_state state;
    struct vfj_state next;
    struct vfj_decision decision;
};

void vfj_transcript_init(struct vfj_transcript *transcript, FILE *out,
                         enum vfj_replay_output output, bool probes);

/* Prints an event and the decision about it. Called by the sink. When a ledger steps the machine
 * instead of the sink, the owner of the ledger calls this function. */
void vfj_transcript_print(struct vfj_transcript *transcript, const struct vfj_event *event,
                          const struct vfj_decision *decision);

/* Returns the sink. Its context is the transcript. */
struct vfj_play_sink vfj_transcript_sink(struct vfj_transcript *transcript);

/* For TEXT, prints the slots and the model's guest as they are after the last line. */
void vfj_transcript_end(const struct vfj_transcript *transcript, const struct vfj_state *state,
                        const struct vfj_play *play);

#endif
