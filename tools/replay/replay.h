/* The two kinds of replay: that of a journal, and that of a trace. */
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
    bool probes;         /* with COMMANDS: also print the commands that only read the guest */
    const char *journal; /* path of a new journal to write; NULL: write no journal */
    /* seq of the record in the option --goto or --state; 0: neither was given */
    uint64_t seq;
    bool is_goto;
    bool plays;
    const char *junit; /* path of the file for JUnit's XML; NULL: the option was not given */
    bool fail_fast;
    struct vfj_settings settings;
};

/* These two functions replay a trace or a journal, and print the result to `out`. Messages go to
 * standard error. They return the exit status (tools/verb.h). */
int vfj_replay_trace(const struct vfj_input *input, const struct vfj_replay_options *options,
                     FILE *out);
int vfj_replay_journal(const struct vfj_input *input, const struct vfj_replay_options *options,
                       FILE *out);

/* Plays a journal or a trace twice, the second time with other settings, and prints the
 * differences. */
int vfj_replay_whatif(const struct vfj_input *input, const struct vfj_replay_options *options,
                      FILE *out);

/* Prints the machine's state after the record options->seq. */
int vfj_replay_state(const struct vfj_input *input, const struct vfj_replay_options *options,
                     FILE *out);

/* Shows the records one after the other in the terminal, slowly enough for people to follow. */
int vfj_replay_play(const struct vfj_input *input, const struct vfj_replay_options *options);

/* Prints the commands of a decision, each on a separate line and quoted for sh(1). With `probes`,
 * also prints the commands that only read the guest. */
void vfj_replay_print_commands(FILE *out, const struct vfj_decision *decision, bool probes);

#endif
