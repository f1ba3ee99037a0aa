/* The two kinds of replay: of a journal and of a trace. */
#ifndef VFJ_TOOLS_REPLAY_REPLAY_H
#define VFJ_TOOLS_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stdio.h>

#include "tools/input.h"

enum vfj_replay_output { VFJ_REPLAY_TEXT, VFJ_REPLAY_COMMANDS, VFJ_REPLAY_JSON };

struct vfj_replay_options {
    enum vfj_replay_output output;
    bool probes;         /* with COMMANDS: also print those that only read */
    int mode;            /* enum vfj_mode, or -1 for the trace's own */
    int policy;          /* enum vfj_policy, or -1 for the trace's own */
    const char *journal; /* a new journal to write; NULL for none */
};

/* Replays a trace, or a journal, and prints to `out`. Messages go to standard error. Returns the
 * exit status (tools/verb.h). */
int vfj_replay_trace(const struct vfj_input *input, const struct vfj_replay_options *options,
                     FILE *out);
int vfj_replay_journal(const struct vfj_input *input, const struct vfj_replay_options *options,
                       FILE *out);

#endif
