/* The two kinds of replay: of a journal, and of a trace. */
#ifndef VFJ_TOOLS_REPLAY_REPLAY_H
#define VFJ_TOOLS_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stdio.h>

#include "core/data/decision.h"
#include "tools/input.h"
#include "tools/whatif/settings.h"

enum vfj_replay_output { VFJ_REPLAY_TEXT, VFJ_REPLAY_COMMANDS, VFJ_REPLAY_JSON };

struct vfj_replay_options {
    enum vfj_replay_output output;
    bool probes;         /* with COMMANDS: also prints the commands that only read */
    const char *journal; /* a new journal to write; NULL: none */
    uint64_t seq;        /* the record given by --goto or --state; 0: none */
    bool is_goto;
    bool plays;
    const char *junit; /* NULL for none */
    bool fail_fast;
    struct vfj_settings settings;
};

/* Replay a trace or a journal, and print the result to `out`. Messages go to standard error.
 * Return the exit status (tools/verb.h). */
int vfj_replay_trace(const struct vfj_input *input, const struct vfj_replay_options *options,
                     FILE *out);
int vfj_replay_journal(const struct vfj_input *input, const struct vfj_replay_options *options,
                       FILE *out);

/* Plays a journal or a trace with other settings, and prints what the settings change. */
int vfj_replay_whatif(const struct vfj_input *input, const struct vfj_replay_options *options,
                      FILE *out);

/* Prints the machine's state after the record options->seq. */
int vfj_replay_state(const struct vfj_input *input, const struct vfj_replay_options *options,
                     FILE *out);

/* Plays the records in the terminal, slowly enough for people. */
int vfj_replay_play(const struct vfj_input *input, const struct vfj_replay_options *options);

/* Prints the commands of a decision, each on a line and quoted for sh(1). With `probes`, also
 * prints those that only read. */
void vfj_replay_print_commands(FILE *out, const struct vfj_decision *decision, bool probes);

#endif
