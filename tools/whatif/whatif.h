/* A what-if: the same trace played as it is, and with other settings, each into a journal. */
#ifndef VFJ_TOOLS_WHATIF_WHATIF_H
#define VFJ_TOOLS_WHATIF_WHATIF_H

#include "core/model/play.h"
#include "store/journal.h"
#include "store/publish.h"
#include "tools/input.h"
#include "tools/whatif/pass.h"
#include "tools/whatif/settings.h"

/* One play. Large: keep it on the heap. */
struct vfj_side {
    struct vfj_publish file;
    struct vfj_journal *journal; /* open for reading after the play */
    struct vfj_play play;        /* as the play ended: the guest is in it */
};

/* The first row that differs. */
struct vfj_first_difference {
    uint64_t row;    /* number among the rows of events and decisions, from 1; 0: no row differs */
    uint64_t seq;    /* of that row in the first journal; 0: that journal ends before it */
    uint64_t common; /* number of events before the first one that differs, or that one's when only
                      * its decisions do */
    int64_t wall_us;
};

struct vfj_whatif {
    const char *name;  /* of the input, for messages */
    bool is_trace;     /* without recorded answers */
    struct vfj_side a; /* as it is: a journal is played under the present rules */
    struct vfj_side b; /* with the settings */
    struct vfj_first_difference difference; /* of `a` and `b`, with the seq of `a` */
    uint64_t b_seq; /* of the same row in `b`; 0: that journal ends before it */
    /* A journal: the first record from which on an answer of `a`, and of `b`, is assumed. Row 0: all
     * answers are the recorded ones. */
    struct vfj_first_difference a_assumed, b_assumed;
    char *exported; /* the trace of a journal; NULL for none */
    char *played;   /* the lines of the first play */
    struct vfj_effects effects;
    struct vfj_pass pass; /* of the play that runs */
};

/* Plays the input twice. A journal is exported as a trace first (tools/export/trace.h): the guest
 * model then gives the recorded answers as long as commands and times are the recorded ones. `b`
 * is made for publication at `to`, or is temporary without. Returns VFJ_EXIT_OK, or the exit status
 * after a message. The caller calls vfj_whatif_close() in any case. */
int vfj_whatif_open(struct vfj_whatif *whatif, const struct vfj_input *input,
                    const struct vfj_settings *settings, const char *to);

/* Reads the wall time to which both sides last: that of the newest record of either. */
enum vfj_status vfj_whatif_end(const struct vfj_whatif *whatif, int64_t *wall_us);

/* Publishes the journal of `b`. Returns VFJ_EXIT_OK, or the exit status after a message. */
int vfj_whatif_publish(struct vfj_whatif *whatif);

/* Returns whether the present rules decide otherwise than those that recorded the journal, even
 * without other settings. */
bool vfj_whatif_has_other_rules(const struct vfj_whatif *whatif);

/* Appends from where on answers are assumed, as a sentence without a full stop. */
void vfj_whatif_add_assumed(const struct vfj_whatif *whatif, struct vfj_text *text);

void vfj_whatif_close(struct vfj_whatif *whatif);

#endif
