/* Decides whether the guest needs the attention of an admin. */
#include "tools/status/report.h"

#include "core/data/reason.h"

static bool runs(const struct vfj_status_report *report)
{
    return report->daemon > 0;
}

/* The texts about faults of the daemon and the journal, the worst first. */
static const char *const troubles[] = {
    "events wait in memory: the daemon can't write the journal",
    "the journal differs from the machine's decisions: see vfjournal replay",
    "the journal's end is cut off: see vfjournal replay",
    "whether a daemon runs is unknown: its lock can't be read",
    "no daemon runs, and the last one ended without a record",
    "no daemon runs",
    "the daemon is not connected to devd: events are missed",
};

static bool is_so(const struct vfj_status_report *report, unsigned index)
{
    const struct vfj_status_facts *facts = report->facts;
    bool running = facts->machine.state.head.running != 0;
    uint8_t verdict = facts->result.verdict;
    switch (index) {
    case 0:
        return report->waiting > 0;
    case 1:
        return verdict == VFJ_VERDICT_DIVERGED || verdict == VFJ_VERDICT_EDITED;
    case 2:
        return verdict == VFJ_VERDICT_INCOMPLETE;
    case 3:
        return report->daemon < 0;
    case 4:
        return report->daemon == 0 && running;
    case 5:
        return report->daemon == 0 && !running;
    default:
        return runs(report) && !facts->listening;
    }
}

const char *vfj_status_trouble(const struct vfj_status_report *report, unsigned index)
{
    for (unsigned i = 0; i < sizeof troubles / sizeof troubles[0]; i++) {
        if (is_so(report, i) && index-- == 0)
            return troubles[i];
    }
    return NULL;
}

bool vfj_status_shows(const struct vfj_status_report *report, const struct vfj_slot *slot)
{
    return vfj_names_choose(report->only, slot->hn)
        || (!vfj_name_is_empty(slot->vf) && vfj_names_choose(report->only, slot->vf));
}

bool vfj_status_needs_attention(const struct vfj_status_report *report)
{
    const struct vfj_state *state = &report->facts->machine.state;
    bool found = vfj_status_trouble(report, 0) != NULL;
    for (unsigned i = 0; i < state->head.slot_count; i++)
        found |= state->slots[i].fault != VFJ_REASON_NONE
            && vfj_status_shows(report, &state->slots[i]);
    return found;
}

/* Returns when the VF's delay ends with the policy "scripts". A process of the scripts sleeps until
 * then, so that the slot has no timer. */
static int64_t sleeper_due_us(const struct vfj_scripts *scripts, struct vfj_name vf)
{
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX && !vfj_name_is_empty(vf); i++) {
        const struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us != VFJ_NEVER_US && sleeper->pending == 0
            && vfj_name_equal(sleeper->iface, vf))
            return sleeper->due_us;
    }
    return VFJ_NEVER_US;
}

const char *vfj_status_timer(const struct vfj_status_report *report, const struct vfj_slot *slot,
                             int64_t *left_us)
{
    const struct vfj_timers *timers = &slot->timers;
    int64_t sleeper_us = sleeper_due_us(&report->facts->machine.state.scripts, slot->vf);
    bool is_held = slot->link.monitor == VFJ_LINK_MONITOR_HELD;
    const struct {
        const char *what;
        int64_t due_us;
    } rows[] = {
        {"delay", timers->delay_us},
        {"delay", sleeper_us},
        {slot->fault != VFJ_REASON_NONE ? "retry" : "recheck", timers->observe_us},
        {"retry", is_held ? timers->link_us : VFJ_NEVER_US},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].due_us == VFJ_NEVER_US)
            continue;
        *left_us = rows[i].due_us > report->mono_us ? rows[i].due_us - report->mono_us : 0;
        return rows[i].what;
    }
    return NULL;
}
