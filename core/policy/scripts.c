/* Policy scripts: the steps of devd, hyperv_vfattach and hyperv_vfup, as FreeBSD ships them.
 *
 * devd(8) runs one action at a time. While a script runs, later events wait. hyperv_vfattach IF 0
 * starts a process that sleeps hyperv_vf_delay seconds and then ups the VF. No event ends that
 * process early. The scripts remember nothing: each script reads the guest again, in the order of
 * the steps here.
 *
 * This program adds two reads: of hw.hn.vfmap, which shows the hn of a VF, and of the lagg's
 * ports at the end of hyperv_vfup. They only serve to record the right states of slots. */
#include <string.h>

#include "core/machine/facts.h"
#include "core/policy/script.h"

static void vf_up(struct vfj_step_context *context, struct vfj_name hn)
{
    unsigned index = vfj_step_open_hn(context, hn);
    if (index < VFJ_SLOTS_MAX) {
        struct vfj_slot *slot = vfj_step_edit_slot(context, index);
        if (vfj_slot_is_on_vf(slot))
            vfj_step_note(context, VFJ_REASON_LOST_VF_DOWN);
        slot->data_path = VFJ_DATA_PATH_VF_REPORTED;
    }
    vfj_script_enqueue(context, VFJ_SCRIPT_VFUP, hn);
}

static void vf_down(struct vfj_step_context *context, struct vfj_name hn)
{
    unsigned index = vfj_step_open_hn(context, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_step_edit_slot(context, index);
    slot->data_path = VFJ_DATA_PATH_HN;
    slot->joined = 0;
    vfj_step_cause(context, slot, VFJ_REASON_VF_DOWN);
}

static void renamed(struct vfj_step_context *context, const struct vfj_devd *devd)
{
    unsigned index = vfj_step_find_vf(context, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_step_edit_slot(context, index)->vf = devd->new_name;
    index = vfj_step_find_hn(context, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_step_edit_slot(context, index)->hn = devd->new_name;
}

static void scripts_devd(struct vfj_step_context *context)
{
    const struct vfj_devd *devd = &context->event->as.devd;
    unsigned index;
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        vfj_script_enqueue(context, VFJ_SCRIPT_VFATTACH, devd->name);
        break;
    case VFJ_DEVD_VF_DETACHED:
        index = vfj_step_find_vf(context, devd->name);
        if (index < VFJ_SLOTS_MAX)
            vfj_facts_detach(context, vfj_step_edit_slot(context, index), VFJ_REASON_VF_DETACHED);
        break;
    case VFJ_DEVD_VF_UP:
        vf_up(context, devd->name);
        break;
    case VFJ_DEVD_VF_DOWN:
        vf_down(context, devd->name);
        break;
    case VFJ_DEVD_RENAMED:
        renamed(context, devd);
        break;
    case VFJ_DEVD_LINK:
    case VFJ_DEVD_ADDRESS:
    case VFJ_DEVD_OTHER:
    case VFJ_DEVD_COUNT:
        break;
    }
}

static bool probe_matches(enum vfj_script_step step, uint8_t probe)
{
    switch ((int)step) {
    case VFJ_STEP_UP_SCRIPT_PROBE:
    case VFJ_STEP_UP_PIDFILE:
        return probe == VFJ_PROBE_FILE;
    case VFJ_STEP_UP_LAGG_PROBE:
    case VFJ_STEP_UP_COUNT_ADDRESSES:
    case VFJ_STEP_UP_PORTS:
    case VFJ_STEP_UP_CONFIRM:
        return probe == VFJ_PROBE_IFCONFIG;
    case VFJ_STEP_ATTACH_TRANSPARENT_PROBE:
    case VFJ_STEP_ATTACH_TRANSPARENT_READ:
    case VFJ_STEP_ATTACH_LIST_PROBE:
    case VFJ_STEP_ATTACH_LIST_READ:
    case VFJ_STEP_ATTACH_MAP:
    case VFJ_STEP_SLEEPER_TRANSPARENT_PROBE:
    case VFJ_STEP_SLEEPER_TRANSPARENT_READ:
    case VFJ_STEP_UP_VF:
        return probe == VFJ_PROBE_SYSCTL;
    default:
        return false;
    }
}

static void scripts_observed(struct vfj_step_context *context)
{
    const struct vfj_observation *answer = &context->event->as.observed;
    const struct vfj_script_run *run = &vfj_step_scripts(context)->run;
    struct vfj_sleeper *sleeper = vfj_sleeper_of(context, answer->command);
    if (sleeper != NULL && probe_matches((enum vfj_script_step)sleeper->step, answer->probe)) {
        vfj_sleeper_observed(context, sleeper);
    } else if (run->pending == answer->command && run->pending != 0
               && probe_matches((enum vfj_script_step)run->step, answer->probe)) {
        enum vfj_script_step step = (enum vfj_script_step)run->step;
        if (run->script == VFJ_SCRIPT_VFATTACH)
            vfj_vfattach_observed(context, answer, step);
        else
            vfj_vfup_observed(context, answer, step);
    } else {
        vfj_step_note(context, VFJ_REASON_STALE);
    }
}

static void scripts_finished(struct vfj_step_context *context)
{
    const struct vfj_outcome *outcome = &context->event->as.finished;
    const struct vfj_script_run *run = &vfj_step_scripts(context)->run;
    struct vfj_sleeper *sleeper = vfj_sleeper_of(context, outcome->command);
    if (sleeper != NULL && sleeper->step == VFJ_STEP_SLEEPER_UP) {
        vfj_sleeper_end(context, sleeper);
        return;
    }
    if (run->pending == 0 || run->pending != outcome->command || run->script != VFJ_SCRIPT_VFUP) {
        vfj_step_note(context, VFJ_REASON_STALE);
        return;
    }
    vfj_vfup_finished(context, (enum vfj_script_step)run->step, vfj_outcome_ok(outcome));
}

/* Does nothing. After a gap, the scripts still learn of events from devd only. */
static void scripts_connected(struct vfj_step_context *context)
{
    (void)context;
}

/* Does nothing: a running script continues to its end. A sleeping script wakes only when the
 * next daemon runs. */
static void scripts_stopping(struct vfj_step_context *context)
{
    (void)context;
}

/* Ends the running script and all waiting ones, since they ended with the daemon. Scripts that
 * sleep continue within a boot. */
static void scripts_reset(struct vfj_step_context *context)
{
    const struct vfj_scripts *before = vfj_step_scripts(context);
    bool same = context->next->head.boot == context->now->head.boot
        && context->next->head.policy == VFJ_POLICY_SCRIPTS;
    /* while no script runs, no script waits */
    if (before->run.script == VFJ_SCRIPT_NONE && before->sleeping == 0)
        return;
    struct vfj_scripts *scripts = vfj_step_edit_scripts(context);
    memset(&scripts->run, 0, sizeof scripts->run);
    memset(scripts->queue, 0, sizeof scripts->queue);
    scripts->first = scripts->waiting = 0;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        sleeper->pending = 0;
        if (sleeper->due_us != VFJ_NEVER_US && (!same || sleeper->step == VFJ_STEP_SLEEPER_UP))
            vfj_sleeper_end(context, sleeper);
    }
}

bool vfj_scripts_is_idle(const struct vfj_scripts *scripts)
{
    /* while no script runs, no script waits */
    bool is_idle = scripts->run.script == VFJ_SCRIPT_NONE;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX && scripts->sleeping > 0; i++)
        is_idle &= scripts->sleepers[i].pending == 0;
    return is_idle;
}

const struct vfj_policy_entries vfj_policy_scripts = {
    .reset = scripts_reset,
    .connected = scripts_connected,
    .devd = scripts_devd,
    .observed = scripts_observed,
    .finished = scripts_finished,
    .timer = vfj_sleepers_timer,
    .stopping = scripts_stopping,
};
