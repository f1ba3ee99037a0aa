/* A bare machine that a trace is played to, and that a test looks into. */
#ifndef VFJ_TESTS_KIT_MACHINE_H
#define VFJ_TESTS_KIT_MACHINE_H

#include "core/machine/state.h"
#include "core/machine/step.h"
#include "core/model/play.h"

/* Large: keep it on the heap. */
struct kit_machine {
    struct vfj_state state; /* after the newest event */
    struct vfj_state next;
    struct vfj_decision decision; /* of the newest event */
    struct vfj_play play;
    uint64_t events;
    /* Called after each step, when it is set; `state` is as before the event yet, `next` as
     * decided. */
    void (*watch)(struct kit_machine *machine, const struct vfj_event *event);
    void *context;
};

/* A machine in that mode under that policy, nothing played yet; ends the test when there is no
 * memory. */
struct kit_machine *kit_machine_open(enum vfj_mode mode, enum vfj_policy policy);
void kit_machine_close(struct kit_machine *machine);

/* Begin again, as opened; what watches stays. */
void kit_machine_begin(struct kit_machine *machine, enum vfj_mode mode, enum vfj_policy policy);

/* Play the lines of a whole trace, up to its end; commands that take time stay under way. Fails the
 * test on an error in the text. */
void kit_machine_play(struct kit_machine *machine, const char *trace);

/* One more line. */
void kit_machine_line(struct kit_machine *machine, const char *line);

/* Give the machine an event that no trace can tell. */
void kit_machine_step(struct kit_machine *machine, const struct vfj_event *event);

/* The slot of an hn interface; NULL when there is none. */
const struct vfj_slot *kit_machine_slot(const struct kit_machine *machine, const char *hn);

/* Fails the test unless: the same input gives the same answer again, `now` is not written, and of
 * `next` only what the decision names. Returns the decision, borrowed until the next call. Steps
 * nothing forward. */
const struct vfj_decision *kit_machine_check_step(const struct vfj_state *now,
                                                  const struct vfj_event *event,
                                                  struct vfj_state *adopted);

/* Fails the test unless the state's index and head say of the parts what the parts are. */
void kit_machine_check_index(const struct vfj_state *state);

/* Let index and head fit slots that a test has written by itself. */
void kit_machine_index(struct vfj_state *state);

/* Write the state as text and read it: whether it is the state again, as far as any step looks at
 * it. */
bool kit_state_reads_back(const struct vfj_state *state);

#endif
