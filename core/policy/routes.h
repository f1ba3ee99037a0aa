/* Policy vfjournal: routes that went with hn's addresses, or still go through hn. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_ROUTES_H
#define VFJ_CORE_POLICY_ROUTES_H

#include "core/work.h"

/* Issue the next command that gives laggN a route of hn's or of rc.conf's, the default ones first. True when there was
 * one. */
bool vfj_routes_next(struct vfj_work *work, struct vfj_slot *slot);

/* Whether a route may have gone with an address: a default one that is known, or is rc.conf's, does not go through laggN; or
 * rc.conf has static ones, which no look shows. */
bool vfj_routes_may_lack(const struct vfj_work *work, const struct vfj_slot *slot);

#endif
