/* What the machine asks of a policy. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_POLICY_H
#define VFJ_CORE_MACHINE_POLICY_H

#include "core/machine/context.h"

/* Each entry handles the context's event, which is of the kind it is named for. Notes, transitions
 * and commands go through core/context.h. */
struct vfj_policy_entries {
    void (*reset)(
        /* after a boot, a restart or a change of policy: nothing is under way */
        struct vfj_step_context *context);
    void (*connected)(struct vfj_step_context *context); /* the stream begins, or was interrupted */
    void (*devd)(struct vfj_step_context *context);      /* a line that can be acted on */
    void (*observed)(struct vfj_step_context *context);  /* the answer to one of its probes */
    void (*finished)(struct vfj_step_context *context);  /* the outcome of one of its commands */
    void (*timer)(struct vfj_step_context *context);     /* whatever is due by head.mono_us */
    void (*stopping)(struct vfj_step_context *context);  /* the daemon is about to end */
};

/* hyperv_vfattach and hyperv_vfup, step for step (core/policy/scripts.c). */
extern const struct vfj_policy_entries vfj_policy_scripts;
/* Whether no script is under way, nor waits, nor has a sleeper that runs a command. */
bool vfj_scripts_is_idle(const struct vfj_scripts *scripts);
/* Whether a policy scripts that somebody wrote down is one that its steps can lead to, as far as
 * they rely on it. */
bool vfj_scripts_is_sound(const struct vfj_scripts *scripts);

#endif
