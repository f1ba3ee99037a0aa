/* Prints the transcript of a replayed trace: one line with a time for everything that happens. */
#ifndef VFJ_TOOLS_REPLAY_TRANSCRIPT_H
#define VFJ_TOOLS_REPLAY_TRANSCRIPT_H

#include <stdbool.h>
#include <stdio.h>

#include "core/machine/state.h"
#include "core/machine/step.h"
#include "core/model/play.h"
#include "tools/replay/replay.h"

/* A replay of a trace without a journal: it steps the machine and prints what happens. This struct
 * is too large for the stack. */
struct vfj_transcript {
    FILE *out;
    enum vfj_replay_output output; /* TEXT or COMMANDS; with JSON, the transcript prints nothing */
    bool probes;
    struct vfj_state state;
    struct vfj_state next;
    struct vfj_decision decision;
};

void vfj_transcript_init(struct vfj_transcript *transcript, FILE *out,
                         enum vfj_replay_output output, bool probes);

/* Prints an event and the decision about it. The functions of vfj_transcript_sink() call this. When
 * a ledger steps the machine instead, the owner of the ledger calls it. */
void vfj_transcript_print(struct vfj_transcript *transcript, const struct vfj_event *event,
                          const struct vfj_decision *decision);

/* Returns the functions through which a play passes its events to the transcript, with the
 * transcript as their context. */
struct vfj_play_sink vfj_transcript_sink(struct vfj_transcript *transcript);

/* For TEXT, prints the slots and the interfaces of the guest model as they are after the last
 * line. */
void vfj_transcript_end(const struct vfj_transcript *transcript, const struct vfj_state *state,
                        const struct vfj_play *play);

#endif
