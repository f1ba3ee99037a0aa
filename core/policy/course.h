/* Policy vfjournal: the course of a slot, from a goal over looks and commands to its end. Used inside core/policy
 * only. */
#ifndef VFJ_CORE_POLICY_COURSE_H
#define VFJ_CORE_POLICY_COURSE_H

#include "core/work.h"

/* Have at least that goal. */
void vfj_course_want(struct vfj_slot *slot, enum vfj_goal goal);

/* Take the next step towards the goal, if there is one and no command is under way: look, issue a command, or end. */
void vfj_course_advance(struct vfj_work *work, struct vfj_slot *slot);

/* Look at the slot now, or when the plan under way has ended. */
void vfj_course_look_soon(struct vfj_work *work, struct vfj_slot *slot);

/* hn's link is back, or may be: devd's own rule may now start a dhclient on it, a lagg port. Look soon, and then again. */
void vfj_course_watch_link(struct vfj_work *work, struct vfj_slot *slot);

/* Whether a look is under way. */
bool vfj_course_is_looking(const struct vfj_slot *slot);

/* A look that began before something happened may not have seen it: its answer is not taken, the guest is looked at
 * again. */
void vfj_course_look_anew(struct vfj_work *work, struct vfj_slot *slot);

/* Begin hyperv_vf_delay. */
void vfj_course_start_delay(struct vfj_work *work, struct vfj_slot *slot);

/* LAGGED no more, for that reason; in any other state nothing. */
void vfj_course_leave_lagged(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason);

/* Look at the guest before anything else is done in the slot, and do something: begin with a look where there is no
 * plan. */
void vfj_course_look_first(struct vfj_work *work, struct vfj_slot *slot);

/* The pause after so many failures in a row: 1, 2, 4 … seconds, up to five minutes. */
int64_t vfj_course_backoff_us(unsigned times);

/* After the first failure `first_s` seconds, then twice as long each time, up to `most_s`. */
int64_t vfj_course_growing_us(int64_t first_s, int64_t most_s, unsigned failures);

/* The slot's look has its answer; its command has ended. */
void vfj_course_observed(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_observation *answer);
void vfj_course_finished(struct vfj_work *work, struct vfj_slot *slot, const struct vfj_outcome *outcome);

#endif
