/* The interface of a policy. Used inside core/ only. */
#ifndef VFJ_CORE_MACHINE_POLICY_H
#define VFJ_CORE_MACHINE_POLICY_H

#include "core/machine/context.h"

/* The functions of a policy. Each one but `reset` handles the context's event, and has the name
 * of the event's kind. They add notes, transitions and commands through core/machine/context.h. */
struct vfj_policy_entries {
    /* called after a boot, a restart or a change of policy, when no script or command of the
     * policy runs any more */
    void (*reset)(struct vfj_step_context *context);
    void (*connected)(struct vfj_step_context *context); /* a connection to devd begins */
    void (*devd)(struct vfj_step_context *context);      /* a line whose `note` is NONE */
    void (*observed)(struct vfj_step_context *context);  /* the answer to a probe of this policy */
    /* the outcome of a command of this policy */
    void (*finished)(struct vfj_step_context *context);
    void (*timer)(struct vfj_step_context *context);    /* timers are due at head.mono_us */
    void (*stopping)(struct vfj_step_context *context); /* the daemon stops */
};

/* The policy that repeats the steps of hyperv_vfattach and hyperv_vfup (core/policy/scripts.c). */
extern const struct vfj_policy_entries vfj_policy_scripts;
/* Returns true when no script of policy scripts runs or waits, and no sleeping script runs a
 * command. */
bool vfj_scripts_is_idle(const struct vfj_scripts *scripts);
/* Returns true when scripts that were read from a text are consistent. The policy's steps rely on
 * that. */
bool vfj_scripts_is_sound(const struct vfj_scripts *scripts);

#endif
