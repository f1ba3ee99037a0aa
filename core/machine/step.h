/* The one function of the machine. */
#ifndef VFJ_CORE_MACHINE_STEP_H
#define VFJ_CORE_MACHINE_STEP_H

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/machine/state.h"

/* Counts the versions of the rules: a change that makes any (state, event) decide otherwise raises
 * it. */
enum { VFJ_RULES = 2 };

/* A daemon that is told to end has so long to finish what it has begun. */
enum { VFJ_STOP_WITHIN_S = 10 };

/* Whether a daemon that ends now leaves nothing half-done. */
bool vfj_state_is_idle(const struct vfj_state *state);

/* What follows from `event` in state `now`. Total: every pair has an answer. Pure: the same now and
 * event give the same next and decision. Of `next` only what decision->touched names, and the head,
 * is written; vfj_state_adopt() takes it over. `now` and `next` must be different objects. Commands
 * get their ids here. */
void vfj_step(const struct vfj_state *now, const struct vfj_event *event, struct vfj_state *next,
              struct vfj_decision *decision);

#endif
