/* Plays a trace to a machine without a ledger, whose state a test can inspect. */
#ifndef VFJ_TESTS_KIT_MACHINE_H
#define VFJ_TESTS_KIT_MACHINE_H

#include "core/machine/state.h"
#include "core/machine/step.h"
#include "core/model/play.h"

/* This struct is large: allocate it on the heap. */
struct kit_machine {
    struct vfj_state state; /* the state after the newest event */
    struct vfj_state next;
    struct vfj_decision decision; /* the decision about the newest event */
    struct vfj_play play;
    uint64_t events;
    /* Called after each step, unless NULL. `state` is still the state before the event, and
     * `next` is the state after it. */
    void (*watch)(struct kit_machine *machine, const struct vfj_event *event);
    void *context;
};

/* Makes a machine in that mode under that policy, before its first event. Ends the test when
 * memory runs out. */
struct kit_machine *kit_machine_open(enum vfj_mode mode, enum vfj_policy policy);
void kit_machine_close(struct kit_machine *machine);

/* Returns the machine to its beginning, in that mode under that policy. `watch` remains. */
void kit_machine_begin(struct kit_machine *machine, enum vfj_mode mode, enum vfj_policy policy);

/* Plays all lines of a trace. Commands that take longer remain unfinished. Fails the test on a
 * syntax error. */
void kit_machine_play(struct kit_machine *machine, const char *trace);

/* Plays one more line. */
void kit_machine_line(struct kit_machine *machine, const char *line);

/* Submits an event that a trace cannot express. */
void kit_machine_step(struct kit_machine *machine, const struct vfj_event *event);

/* Returns the slot of an hn interface, or NULL. */
const struct vfj_slot *kit_machine_slot(const struct kit_machine *machine, const char *hn);

/* Runs the step twice. Fails the test if the two results differ, if `now` changes, or if the
 * step writes parts of `next` that the decision does not name. Returns the decision, which is
 * valid until the next call. Changes no machine. */
const struct vfj_decision *kit_machine_check_step(const struct vfj_state *now,
                                                  const struct vfj_event *event,
                                                  struct vfj_state *adopted);

/* Fails the test unless the state's index and head agree with its parts. */
void kit_machine_check_index(const struct vfj_state *state);

/* Computes the index and the head of a state whose slots a test has filled in. */
void kit_machine_index(struct vfj_state *state);

/* Writes the state as text and reads it back. Returns whether the result equals the state in
 * everything that a step reads. */
bool kit_state_reads_back(const struct vfj_state *state);

#endif
