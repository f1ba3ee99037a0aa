/* The interface between the files of core/policy, which contain policy scripts. Only core/policy
 * includes this file. */
#ifndef VFJ_CORE_POLICY_SCRIPT_H
#define VFJ_CORE_POLICY_SCRIPT_H

#include "core/machine/policy.h"

/* The command that a script is running. The comments quote the command in the script. */
enum vfj_script_step {
    /* hyperv_vfattach IF 0 */
    VFJ_STEP_ATTACH_TRANSPARENT_PROBE, /* sysctl -n hw.hn.vf_transparent > /dev/null */
    VFJ_STEP_ATTACH_TRANSPARENT_READ,  /* vf_transparent=`sysctl -n hw.hn.vf_transparent` */
    VFJ_STEP_ATTACH_LIST_PROBE,        /* sysctl -n hw.hn.vflist > /dev/null */
    VFJ_STEP_ATTACH_LIST_READ,         /* vf_list=`sysctl -n hw.hn.vflist` */
    /* a command that only this program issues; it finds the hn */
    VFJ_STEP_ATTACH_MAP,
    /* hyperv_vfattach IF DELAY */
    VFJ_STEP_SLEEPER_TRANSPARENT_PROBE,
    VFJ_STEP_SLEEPER_TRANSPARENT_READ, /* followed by `sleep DELAY`, which is no step */
    VFJ_STEP_SLEEPER_UP,               /* ifconfig IF up */
    /* hyperv_vfup HN */
    VFJ_STEP_UP_SCRIPT_PROBE,  /* [ -f /usr/libexec/hyperv/hyperv_vfup.HN ] */
    VFJ_STEP_UP_SCRIPT,        /* the script of that path */
    VFJ_STEP_UP_VF,            /* vf=`sysctl -n dev.hn.UNIT.vf` */
    VFJ_STEP_UP_LAGG_PROBE,    /* ifconfig LAGG > /dev/null */
    VFJ_STEP_UP_CREATE,        /* ifconfig LAGG create */
    VFJ_STEP_UP_JOIN_BOTH,     /* ifconfig LAGG laggproto failover laggport HN laggport VF */
    VFJ_STEP_UP_NO_DAD,        /* ifconfig LAGG inet6 no_dad */
    VFJ_STEP_UP_PIDFILE,       /* [ -f /var/run/dhclient.HN.pid ] */
    VFJ_STEP_UP_DHCLIENT_STOP, /* kill -TERM `cat pidfile` */
    /* a command that only this program issues; it counts how often -alias will succeed */
    VFJ_STEP_UP_COUNT_ADDRESSES,
    VFJ_STEP_UP_STRIP,   /* ifconfig HN -alias */
    VFJ_STEP_UP_LAGG_UP, /* ifconfig LAGG up */
    VFJ_STEP_UP_PORTS,   /* ifconfig LAGG | grep "laggport: VF" */
    /* dhclient [-b] LAGG, ifconfig LAGG ARGS or ifconfig LAGG laggport VF */
    VFJ_STEP_UP_LAST,
    /* a command that only this program issues; it checks that the lagg has both ports */
    VFJ_STEP_UP_CONFIRM,
};

/* Returns the run of the script in the next state, so that the caller can change it. */
struct vfj_script_run *vfj_script_run_of(struct vfj_step_context *context);

/* Runs a script as devd does: when other scripts run or wait, this one waits until they have
 * ended. */
void vfj_script_enqueue(struct vfj_step_context *context, enum vfj_script script,
                        struct vfj_name iface);

/* Ends the running script and begins the next one that waits. */
void vfj_script_end(struct vfj_step_context *context);

/* Issue the script's next command, and make `step` the current step. vfj_script_issue() sets no
 * operand. vfj_script_issue_lagg() sets operand a to the lagg. vfj_script_issue_text() sets the
 * text to `before`, `name` and `after`, joined. vfj_script_issue_sysctl() issues a PROBE_SYSCTL of
 * `name`. */
struct vfj_command *vfj_script_issue(struct vfj_step_context *context, enum vfj_script_step step,
                                     enum vfj_command_kind kind);
struct vfj_command *vfj_script_issue_lagg(struct vfj_step_context *context,
                                          enum vfj_script_step step, enum vfj_command_kind kind);
struct vfj_command *vfj_script_issue_text(struct vfj_step_context *context,
                                          enum vfj_script_step step, enum vfj_command_kind kind,
                                          const char *before, struct vfj_name name,
                                          const char *after);
struct vfj_command *vfj_script_issue_sysctl(struct vfj_step_context *context,
                                            enum vfj_script_step step, const char *name);

/* Returns the result of `[ $value -ne 0 ]`. For a value that is no number, test(1) fails, so the
 * result is false and the script continues. */
bool vfj_script_is_nonzero(const char *value);

/* Continues hyperv_vfattach after the answer to the probe of `step`. */
void vfj_vfattach_observed(struct vfj_step_context *context, const struct vfj_observation *answer,
                           enum vfj_script_step step);

/* A sleeper is a process of hyperv_vfattach that sleeps. vfj_sleeper_of() returns the sleeper that
 * waits for a command, or NULL. vfj_sleeper_observed() continues a sleeper after the answer to its
 * probe. vfj_sleeper_end() ends a sleeper. vfj_sleepers_timer() continues the sleepers that are
 * due. */
struct vfj_sleeper *vfj_sleeper_of(struct vfj_step_context *context, uint64_t command);
void vfj_sleeper_observed(struct vfj_step_context *context, struct vfj_sleeper *sleeper);
void vfj_sleeper_end(struct vfj_step_context *context, struct vfj_sleeper *sleeper);
void vfj_sleepers_timer(struct vfj_step_context *context);

/* Continue hyperv_vfup after the answer to the probe of `step`, or after the end of the command of
 * `step`. */
void vfj_vfup_observed(struct vfj_step_context *context, const struct vfj_observation *answer,
                       enum vfj_script_step step);
void vfj_vfup_finished(struct vfj_step_context *context, enum vfj_script_step step, bool ok);

#endif
