/* Policy scripts: what devd does with hyperv_vfattach and hyperv_vfup, step for step, as FreeBSD ships them.
 *
 * devd(8) runs one action at a time: while a script runs, later events wait. hyperv_vfattach IF 0 leaves a process
 * behind that sleeps hyperv_vf_delay seconds and then ups the VF; nothing ever ends that process early. Both scripts
 * forget everything when they end, so all they know they read from the guest each time, in the order kept here.
 *
 * Two reads are ours, not the scripts': which hn the VF belongs to (hw.hn.vfmap), and, at the end of hyperv_vfup,
 * whether the lagg really holds both. They only keep the slots' states true. */
#include <string.h>

#include "core/policy/script.h"

static void vf_up(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index < VFJ_SLOTS_MAX) {
        struct vfj_slot *slot = vfj_work_edit_slot(work, index);
        if (slot->rxvf)
            vfj_work_note(work, VFJ_REASON_LOST_VF_DOWN);
        slot->rxvf = 1;
    }
    vfj_script_enqueue(work, VFJ_SCRIPT_VFUP, hn);
}

static void vf_down(struct vfj_work *work, struct vfj_name hn)
{
    unsigned index = vfj_work_open_hn(work, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    slot->rxvf = 0;
    if (slot->state == VFJ_SLOT_LAGGED)
        vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, VFJ_REASON_VF_DOWN);
}

static void renamed(struct vfj_work *work, const struct vfj_devd *devd)
{
    unsigned index = vfj_work_find_vf(work, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_work_edit_slot(work, index)->vf = devd->new_name;
    index = vfj_work_find_hn(work, devd->name);
    if (index < VFJ_SLOTS_MAX)
        vfj_work_edit_slot(work, index)->hn = devd->new_name;
}

static void scripts_devd(struct vfj_work *work)
{
    const struct vfj_devd *devd = &work->event->as.devd;
    unsigned index;
    switch ((enum vfj_devd_kind)devd->kind) {
    case VFJ_DEVD_VF_ATTACHED:
        vfj_script_enqueue(work, VFJ_SCRIPT_VFATTACH, devd->name);
        break;
    case VFJ_DEVD_VF_DETACHED:
        index = vfj_work_find_vf(work, devd->name);
        if (index < VFJ_SLOTS_MAX)
            vfj_work_detach(work, vfj_work_edit_slot(work, index), VFJ_REASON_VF_DETACHED);
        break;
    case VFJ_DEVD_VF_UP:
        vf_up(work, devd->name);
        break;
    case VFJ_DEVD_VF_DOWN:
        vf_down(work, devd->name);
        break;
    case VFJ_DEVD_RENAMED:
        renamed(work, devd);
        break;
    case VFJ_DEVD_LINK:
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

static void scripts_observed(struct vfj_work *work)
{
    const struct vfj_observation *answer = &work->event->as.observed;
    const struct vfj_script_run *run = &vfj_work_scripts(work)->run;
    struct vfj_sleeper *sleeper = vfj_sleeper_of(work, answer->command);
    if (sleeper != NULL && probe_matches((enum vfj_script_step)sleeper->step, answer->probe)) {
        vfj_sleeper_observed(work, sleeper);
    } else if (run->pending == answer->command && run->pending != 0
               && probe_matches((enum vfj_script_step)run->step, answer->probe)) {
        enum vfj_script_step step = (enum vfj_script_step)run->step;
        if (run->script == VFJ_SCRIPT_VFATTACH)
            vfj_vfattach_observed(work, answer, step);
        else
            vfj_vfup_observed(work, answer, step);
    } else {
        vfj_work_note(work, VFJ_REASON_STALE);
    }
}

static void scripts_finished(struct vfj_work *work)
{
    const struct vfj_outcome *outcome = &work->event->as.finished;
    const struct vfj_script_run *run = &vfj_work_scripts(work)->run;
    struct vfj_sleeper *sleeper = vfj_sleeper_of(work, outcome->command);
    if (sleeper != NULL && sleeper->step == VFJ_STEP_SLEEPER_UP) {
        vfj_sleeper_end(work, sleeper);
        return;
    }
    if (run->pending == 0 || run->pending != outcome->command || run->script != VFJ_SCRIPT_VFUP) {
        vfj_work_note(work, VFJ_REASON_STALE);
        return;
    }
    vfj_vfup_finished(work, (enum vfj_script_step)run->step, vfj_outcome_ok(outcome));
}

/* The scripts know nothing of gaps: what devd did not tell them never happened to them. */
static void scripts_settle(struct vfj_work *work)
{
    (void)work;
}

/* The script under way, and what waited for it, ended with the daemon; the sleepers sleep on within a boot. */
static void scripts_reset(struct vfj_work *work)
{
    const struct vfj_scripts *before = vfj_work_scripts(work);
    bool same = work->next->head.boot == work->now->head.boot && work->next->head.policy == VFJ_POLICY_SCRIPTS;
    if (before->run.script == VFJ_SCRIPT_NONE && before->sleeping == 0) /* and so nothing waits */
        return;
    struct vfj_scripts *scripts = vfj_work_edit_scripts(work);
    memset(&scripts->run, 0, sizeof scripts->run);
    memset(scripts->queue, 0, sizeof scripts->queue);
    scripts->first = scripts->waiting = 0;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        sleeper->pending = 0;
        if (sleeper->due_us != VFJ_NEVER_US && (!same || sleeper->step == VFJ_STEP_SLEEPER_UP))
            vfj_sleeper_end(work, sleeper);
    }
}

const struct vfj_policy_entries vfj_policy_scripts = {
    .reset = scripts_reset,
    .settle = scripts_settle,
    .devd = scripts_devd,
    .observed = scripts_observed,
    .finished = scripts_finished,
    .timer = vfj_sleepers_timer,
};
