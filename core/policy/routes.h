/* Policy vfjournal: routes that went with hn's addresses, or still go through hn. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_ROUTES_H
#define VFJ_CORE_POLICY_ROUTES_H

#include "core/work.h"

/* Issue the next command that gives laggN a route of hn's or of rc.conf's, the default ones first. True when there was
 * one. */
bool vfj_routes_next(struct vfj_work *work, struct vfj_slot *slot);

/* Believe that routes went with an address, and are due, if there may be such: a default one that is known, or is rc.conf's,
 * and that laggN can reach, or a static one. */
void vfj_routes_recall(const struct vfj_work *work, struct vfj_slot *slot);

#endif
