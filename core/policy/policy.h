/* What the machine asks of a policy. Used inside core/ only. */
#ifndef VFJ_CORE_POLICY_POLICY_H
#define VFJ_CORE_POLICY_POLICY_H

#include "core/work.h"

/* Each entry handles the work's event, which is of the kind it is named for. Notes, transitions and commands go
 * through core/work.h. */
struct vfj_policy_entries {
    void (*reset)(struct vfj_work *work);    /* after a boot, a restart or a change of policy: nothing is under way */
    void (*settle)(struct vfj_work *work);   /* the stream begins, or was interrupted */
    void (*devd)(struct vfj_work *work);     /* a line that can be acted on */
    void (*observed)(struct vfj_work *work); /* the answer to one of its probes */
    void (*finished)(struct vfj_work *work); /* the outcome of one of its commands */
    void (*timer)(struct vfj_work *work);    /* whatever is due by head.mono_us */
};

/* hyperv_vfattach and hyperv_vfup, step for step (core/policy/scripts.c). */
extern const struct vfj_policy_entries vfj_policy_scripts;
/* Whether a policy scripts that somebody wrote down is one that its steps can lead to, as far as they rely on it. */
bool vfj_scripts_is_sound(const struct vfj_scripts *scripts);

/* What they should have done (core/policy/vfjournal.c). */
extern const struct vfj_policy_entries vfj_policy_vfjournal;

#endif
