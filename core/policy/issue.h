/* Policy vfjournal: a command of a slot's plan. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_ISSUE_H
#define VFJ_CORE_POLICY_ISSUE_H

#include "core/work.h"

/* A command of that kind, the slot's command under way from now on, with its hn, and laggN as its first operand, whether its
 * words have one or not: the caller fills in what else it has. The routes, and an advertisement, are due from here on, not
 * from the outcome on: one that nobody heard of did its work all the same. */
struct vfj_command *vfj_issue(struct vfj_work *work, struct vfj_slot *slot, enum vfj_command_kind kind);

#endif
