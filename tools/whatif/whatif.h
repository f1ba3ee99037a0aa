/* A what-if: plays the same trace as it is, and with other settings, each into a journal. */
#ifndef VFJ_TOOLS_WHATIF_WHATIF_H
#define VFJ_TOOLS_WHATIF_WHATIF_H

#include "core/model/play.h"
#include "store/journal.h"
#include "store/publish.h"
#include "tools/input.h"
#include "tools/whatif/pass.h"
#include "tools/whatif/settings.h"

/* The state of one play. This struct is too large for the stack. */
struct vfj_side {
    struct vfj_publish file;
    struct vfj_journal *journal; /* opened for reading after the play */
    struct vfj_play play;        /* the play at its end, with its guest */
};

/* Where two journals begin to differ. */
struct vfj_first_difference {
    /* number of the first row that differs, counting rows of events and decisions from 1; 0: no
     * row differs */
    uint64_t row;
    uint64_t seq; /* seq of that row in the first journal; 0: this journal ends before it */
    /* number of events before the first difference, including the event itself when only its
     * decisions differ */
    uint64_t common;
    int64_t wall_us;
};

struct vfj_whatif {
    const char *name;  /* name of the input in messages */
    bool is_trace;     /* the input is a trace, which has no recorded answers */
    struct vfj_side a; /* the play as it is; a journal is played by the rules of this program */
    struct vfj_side b; /* the play with the settings */
    /* the first difference between `a` and `b`, with seqs of `a` */
    struct vfj_first_difference difference;
    uint64_t b_seq; /* seq of the same row in `b`; 0: this journal ends before it */
    /* For a journal, the first record from which on an answer in `a`, and in `b`, is assumed.
     * Row 0: all answers are recorded ones. */
    struct vfj_first_difference a_assumed, b_assumed;
    char *exported; /* the trace that a journal was exported to; otherwise NULL */
    char *played;   /* the lines of the first play */
    struct vfj_effects effects;
    struct vfj_pass pass; /* the pass of the current play */
};

/* Plays the input twice. A journal is first exported as a trace (tools/export/trace.h). The
 * guest model then gives the recorded answers as long as commands and times are the recorded
 * ones. The journal of `b` is to be published at `to`; it is a temporary file when `to` is NULL.
 * Returns VFJ_EXIT_OK, or the exit status after a message. In any case the caller has to call
 * vfj_whatif_close(). */
int vfj_whatif_open(struct vfj_whatif *whatif, const struct vfj_input *input,
                    const struct vfj_settings *settings, const char *to);

/* Reads the wall time at which both sides end: that of the newest record of either. */
enum vfj_status vfj_whatif_end(const struct vfj_whatif *whatif, int64_t *wall_us);

/* Publishes the journal of `b`. Returns VFJ_EXIT_OK, or the exit status after a message. */
int vfj_whatif_publish(struct vfj_whatif *whatif);

/* Returns whether the rules of this program decide otherwise than those that recorded the
 * journal, even without other settings. */
bool vfj_whatif_has_other_rules(const struct vfj_whatif *whatif);

/* Appends a sentence that names the first record from which on answers are assumed. The sentence
 * has no full stop. */
void vfj_whatif_add_assumed(const struct vfj_whatif *whatif, struct vfj_text *text);

void vfj_whatif_close(struct vfj_whatif *whatif);

#endif
