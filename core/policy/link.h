/* Policy vfjournal: a VF that is up and has no link. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_LINK_H
#define VFJ_CORE_POLICY_LINK_H

#include "core/work.h"

/* A look, which the belief has taken in, shows whether the VF has its link. */
void vfj_link_see(struct vfj_work *work, struct vfj_slot *slot);

/* A line told that the VF's link came or went. */
void vfj_link_changed(struct vfj_work *work, struct vfj_slot *slot, bool is_up);

/* slot->link_us has come: the VF waited long enough for its link, or was down long enough to be tried again. */
void vfj_link_due(struct vfj_work *work, struct vfj_slot *slot);

/* Take the VF down: the command; and when it is down. */
void vfj_link_take_down(struct vfj_work *work, struct vfj_slot *slot);
void vfj_link_held(struct vfj_work *work, struct vfj_slot *slot);

/* A plan has ended: a VF that is still down after another try was to be made is tried later. */
void vfj_link_rest(struct vfj_work *work, struct vfj_slot *slot);

/* NO_LINK from the time that was reported until the VF has its link, or NONE. */
enum vfj_reason vfj_link_fault(const struct vfj_slot *slot);

#endif
