/* A what-if: plays the same trace with its own settings and with other ones. Each play writes a
 * journal. */
#ifndef VFJ_TOOLS_WHATIF_WHATIF_H
#define VFJ_TOOLS_WHATIF_WHATIF_H

#include "core/model/play.h"
#include "store/journal.h"
#include "store/publish.h"
#include "tools/input.h"
#include "tools/whatif/pass.h"
#include "tools/whatif/settings.h"

/* One of the two plays, and its results. This struct is too large for the stack. */
struct vfj_side {
    struct vfj_publish file;
    struct vfj_journal *journal; /* the journal of the play, opened for reading after the play */
    struct vfj_play play;        /* the end of the play, with the guest model */
};

/* The place of the first difference between two journals. */
struct vfj_first_difference {
    /* number of the first row that differs, where rows of events and decisions are counted from 1;
     * 0: no row differs */
    uint64_t row;
    /* seq of the differing row in the first journal; 0: the first journal ends before it */
    uint64_t seq;
    /* number of events before the first difference; if only the decisions about an event differ,
     * this event is included */
    uint64_t common;
    int64_t wall_us;
};

struct vfj_whatif {
    const char *name; /* name of the input in messages */
    bool is_trace;    /* the input is a trace, which has no recorded results of commands */
    /* the play with the input's own settings; a journal is played by the rules of this program */
    struct vfj_side a;
    struct vfj_side b; /* the play with the other settings */
    /* the first difference between `a` and `b`; its seq is the one in `a` */
    struct vfj_first_difference difference;
    uint64_t b_seq; /* seq of the differing row in `b`; 0: the journal of `b` ends before it */
    /* If the input is a journal: the first record after which results of commands in `a` (and in
     * `b`) are not recorded ones but assumed by the guest model. Row 0: all results are recorded
     * ones. */
    struct vfj_first_difference a_assumed, b_assumed;
    char *exported; /* the trace to which the input, a journal, was exported; otherwise NULL */
    char *played;   /* the lines of the trace as the first play had them */
    struct vfj_effects effects;
    struct vfj_pass pass; /* the pass of the play that runs now */
};

/* Plays the input twice. A journal is first exported as a trace (tools/export/trace.h). The guest
 * model then returns the recorded results as long as the commands and their times are the recorded
 * ones. The journal of `b` will be published at `to`; when `to` is NULL, it is a temporary file.
 * Returns VFJ_EXIT_OK, or the exit status after a message. The caller calls vfj_whatif_close() in
 * any case. */
int vfj_whatif_open(struct vfj_whatif *whatif, const struct vfj_input *input,
                    const struct vfj_settings *settings, const char *to);

/* Sets *wall_us to the time at which both sides end, which is that of the newest record of
 * either. */
enum vfj_status vfj_whatif_end(const struct vfj_whatif *whatif, int64_t *wall_us);

/* Publishes the journal of `b` at the path that vfj_whatif_open() was given. Returns VFJ_EXIT_OK,
 * or the exit status after a message. */
int vfj_whatif_publish(struct vfj_whatif *whatif);

/* Returns true when the rules of this program decide otherwise than the rules that recorded the
 * journal, even without other settings. */
bool vfj_whatif_has_other_rules(const struct vfj_whatif *whatif);

/* Appends a sentence that names the first record after which results are assumed. It has no full
 * stop. */
void vfj_whatif_add_assumed(const struct vfj_whatif *whatif, struct vfj_text *text);

void vfj_whatif_close(struct vfj_whatif *whatif);

#endif
