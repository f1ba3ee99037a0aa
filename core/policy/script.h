/* The interface between the files of policy scripts. Used inside core/policy only. */
#ifndef VFJ_CORE_POLICY_SCRIPT_H
#define VFJ_CORE_POLICY_SCRIPT_H

#include "core/machine/policy.h"

/* The current command of a script. */
enum vfj_script_step {
    /* hyperv_vfattach IF 0 */
    VFJ_STEP_ATTACH_TRANSPARENT_PROBE, /* sysctl -n hw.hn.vf_transparent > /dev/null */
    VFJ_STEP_ATTACH_TRANSPARENT_READ,  /* vf_transparent=`sysctl -n hw.hn.vf_transparent` */
    VFJ_STEP_ATTACH_LIST_PROBE,        /* sysctl -n hw.hn.vflist > /dev/null */
    VFJ_STEP_ATTACH_LIST_READ,         /* vf_list=`sysctl -n hw.hn.vflist` */
    VFJ_STEP_ATTACH_MAP,               /* command of this program: finds the hn */
    /* hyperv_vfattach IF DELAY */
    VFJ_STEP_SLEEPER_TRANSPARENT_PROBE,
    VFJ_STEP_SLEEPER_TRANSPARENT_READ, /* then sleep DELAY, without a command */
    VFJ_STEP_SLEEPER_UP,               /* ifconfig IF up */
    /* hyperv_vfup HN */
    VFJ_STEP_UP_SCRIPT_PROBE,    /* [ -f /usr/libexec/hyperv/hyperv_vfup.HN ] */
    VFJ_STEP_UP_SCRIPT,          /* the script of that path */
    VFJ_STEP_UP_VF,              /* vf=`sysctl -n dev.hn.UNIT.vf` */
    VFJ_STEP_UP_LAGG_PROBE,      /* ifconfig LAGG > /dev/null */
    VFJ_STEP_UP_CREATE,          /* ifconfig LAGG create */
    VFJ_STEP_UP_JOIN_BOTH,       /* ifconfig LAGG laggproto failover laggport HN laggport VF */
    VFJ_STEP_UP_NO_DAD,          /* ifconfig LAGG inet6 no_dad */
    VFJ_STEP_UP_PIDFILE,         /* [ -f /var/run/dhclient.HN.pid ] */
    VFJ_STEP_UP_DHCLIENT_STOP,   /* kill -TERM `cat pidfile` */
    VFJ_STEP_UP_COUNT_ADDRESSES, /* command of this program: counts how often -alias will succeed */
    VFJ_STEP_UP_STRIP,           /* ifconfig HN -alias */
    VFJ_STEP_UP_LAGG_UP,         /* ifconfig LAGG up */
    VFJ_STEP_UP_PORTS,           /* ifconfig LAGG | grep "laggport: VF" */
    /* dhclient [-b] LAGG, ifconfig LAGG ARGS or ifconfig LAGG laggport VF */
    VFJ_STEP_UP_LAST,
    VFJ_STEP_UP_CONFIRM, /* command of this program: checks that the lagg has both ports */
};

/* Returns the running script, for writing. */
struct vfj_script_run *vfj_script_run_of(struct vfj_step_context *context);

/* Runs an action of devd now, or after the actions before it. */
void vfj_script_enqueue(struct vfj_step_context *context, enum vfj_script script,
                        struct vfj_name iface);

/* Ends the running script and begins the next one that waits. */
void vfj_script_end(struct vfj_step_context *context);

/* Issue the script's next command, and make `step` the current one. vfj_script_issue() sets no
 * operand. vfj_script_issue_lagg() sets operand a to the lagg. vfj_script_issue_text() sets the
 * text to before, name and after, joined. */
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

/* `[ $value -ne 0 ]`: a value that is no number is an error of test(1), and the script
 * continues. */
bool vfj_script_is_nonzero(const char *value);

/* hyperv_vfattach: handles the answer to the probe of `step`. */
void vfj_vfattach_observed(struct vfj_step_context *context, const struct vfj_observation *answer,
                           enum vfj_script_step step);

/* The sleeping processes of hyperv_vfattach. The functions find the sleeper that waits for a
 * command (or NULL), handle its answers, end it, and run the sleepers that are due. */
struct vfj_sleeper *vfj_sleeper_of(struct vfj_step_context *context, uint64_t command);
void vfj_sleeper_observed(struct vfj_step_context *context, struct vfj_sleeper *sleeper);
void vfj_sleeper_end(struct vfj_step_context *context, struct vfj_sleeper *sleeper);
void vfj_sleepers_timer(struct vfj_step_context *context);

/* hyperv_vfup: handles the answer to the probe, or the end of the command, of `step`. */
void vfj_vfup_observed(struct vfj_step_context *context, const struct vfj_observation *answer,
                       enum vfj_script_step step);
void vfj_vfup_finished(struct vfj_step_context *context, enum vfj_script_step step, bool ok);

#endif
