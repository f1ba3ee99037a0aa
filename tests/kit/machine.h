/* Plays a trace to a machine without writing a journal. A test can inspect the machine's state. */
#ifndef VFJ_TESTS_KIT_MACHINE_H
#define VFJ_TESTS_KIT_MACHINE_H

#include "core/machine/state.h"
#include "core/machine/step.h"
#include "core/model/play.h"

/* A machine and the guest that it acts on. The struct is large: allocate it on the heap. */
struct kit_machine {
    struct vfj_state state; /* the state after the newest event */
    struct vfj_state next;
    struct vfj_decision decision; /* the decision about the newest event */
    struct vfj_play play;
    uint64_t events;
    /* The function called after each step; NULL: none. During the call `state` is the state before
     * the event, and `next` is the state after it. */
    void (*watch)(struct kit_machine *machine, const struct vfj_event *event);
    void *context;
};

/* Makes a machine with this mode and policy that has received no event yet. Ends the test when
 * memory runs out. */
struct kit_machine *kit_machine_open(enum vfj_mode mode, enum vfj_policy policy);
void kit_machine_close(struct kit_machine *machine);

/* Resets the machine to its state before the first event, with this mode and policy. Does not
 * change `watch`. */
void kit_machine_begin(struct kit_machine *machine, enum vfj_mode mode, enum vfj_policy policy);

/* Plays all lines of a trace. Commands that would end after the last line remain unfinished. Fails
 * the test when the trace has a syntax error. */
void kit_machine_play(struct kit_machine *machine, const char *trace);

/* Plays one more line of a trace. */
void kit_machine_line(struct kit_machine *machine, const char *line);

/* Passes to the machine an event that a trace cannot express. */
void kit_machine_step(struct kit_machine *machine, const struct vfj_event *event);

/* Returns the slot of an hn interface, or NULL. */
const struct vfj_slot *kit_machine_slot(const struct kit_machine *machine, const char *hn);

/* Runs vfj_step() twice. Fails the test if the two results differ, if the state `now` is changed,
 * or if a part of the next state is written that the decision does not list. `adopted` gets the
 * next state. Returns the decision, which is valid until the next call. Changes no machine. */
const struct vfj_decision *kit_machine_check_step(const struct vfj_state *now,
                                                  const struct vfj_event *event,
                                                  struct vfj_state *adopted);

/* Fails the test unless the state's index and head are what its slots and other parts require. */
void kit_machine_check_index(const struct vfj_state *state);

/* Computes the index and the head of a state whose slots a test has filled in. */
void kit_machine_index(struct vfj_state *state);

/* Writes the state as text and reads the text back. Returns true when the result equals the state
 * in everything that a step reads. */
bool kit_state_reads_back(const struct vfj_state *state);

#endif
