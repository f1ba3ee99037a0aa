/* What `vfjournal replay` asks of its two ways: a journal's and a trace's. */
#ifndef VFJ_TOOLS_REPLAY_REPLAY_H
#define VFJ_TOOLS_REPLAY_REPLAY_H

#include <stdbool.h>
#include <stdio.h>

enum vfj_replay_output { VFJ_REPLAY_TEXT, VFJ_REPLAY_COMMANDS, VFJ_REPLAY_JSON };

struct vfj_replay_options {
    enum vfj_replay_output output;
    bool probes;         /* with COMMANDS: reading ones, too */
    int mode;            /* enum vfj_mode, or -1: as the trace says */
    int policy;          /* enum vfj_policy, or -1: as the trace says */
    const char *journal; /* write what happens to this new journal, too; NULL for none */
};

/* Replay a trace, or a journal, and print to `out`; complaints go to standard error. The exit
 * status (tools/verb.h). */
int vfj_replay_trace(const char *path, const struct vfj_replay_options *options, FILE *out);
int vfj_replay_journal(const char *path, const struct vfj_replay_options *options, FILE *out);

#endif
