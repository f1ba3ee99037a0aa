/* The step function of the machine. */
#ifndef VFJ_CORE_MACHINE_STEP_H
#define VFJ_CORE_MACHINE_STEP_H

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/machine/state.h"

/* The version of the rules. Every change of the program after which the decision differs for
 * some state and event raises this number. */
enum { VFJ_RULES = 5 };

/* The time in seconds that a stopping daemon has for its unfinished plans. */
enum { VFJ_STOP_WITHIN_S = 10 };

/* Returns true when a daemon that ends now leaves no plan unfinished. */
bool vfj_state_is_idle(const struct vfj_state *state);

/* Computes the state and the decision that follow from `event` in state `now`. Total: every pair
 * of state and event has a result. Pure: equal `now` and `event` give an equal `next` and
 * decision. Writes only the head of `next` and the parts in decision->touched, which
 * vfj_state_adopt() copies. Gives the commands their ids. `now` and `next` are different
 * objects. */
void vfj_step(const struct vfj_state *now, const struct vfj_event *event, struct vfj_state *next,
              struct vfj_decision *decision);

#endif
