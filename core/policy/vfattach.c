/* Policy scripts: hyperv_vfattach IF 0, and its sleeping process. */
#include <string.h>

#include "core/check.h"
#include "core/data/rc.h"
#include "core/machine/facts.h"
#include "core/machine/reconcile.h"
#include "core/policy/script.h"

static void sleeper_ask(struct vfj_step_context *context, struct vfj_sleeper *sleeper,
                        enum vfj_script_step step)
{
    struct vfj_command *command = vfj_step_command(context, VFJ_COMMAND_PROBE_SYSCTL);
    vfj_span_copy(command->text, sizeof command->text, vfj_span_of("hw.hn.vf_transparent"));
    sleeper->step = (uint8_t)step;
    sleeper->pending = command->id;
}

static void leave_sleeper(struct vfj_step_context *context)
{
    struct vfj_scripts *scripts = vfj_step_edit_scripts(context);
    int64_t delay_us = scripts->run.delay_us;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us != VFJ_NEVER_US)
            continue;
        *sleeper = (struct vfj_sleeper){.due_us = context->next->head.mono_us + delay_us,
                                        .delay_us = delay_us,
                                        .iface = scripts->run.iface};
        scripts->sleeping++;
        sleeper_ask(context, sleeper, VFJ_STEP_SLEEPER_TRANSPARENT_PROBE);
        return;
    }
    vfj_step_note(context, VFJ_REASON_TOO_MANY_TIMERS);
}

static bool lists(const char *list, struct vfj_name iface)
{
    struct vfj_span rest = vfj_span_of(list);
    struct vfj_span word;
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_is(word, iface.text))
            return true;
    }
    return false;
}

/* Finds the hn of a VF in the value of hw.hn.vfmap, which has the form "vf:hn vf:hn". Returns false
 * when the VF has none. */
static bool mapped_hn(const char *map, struct vfj_name vf, struct vfj_name *hn)
{
    struct vfj_span rest = vfj_span_of(map);
    struct vfj_span word;
    size_t length = strlen(vf.text);
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_starts(word, vf.text) && word.text[length] == ':')
            return vfj_name_parse(
                (struct vfj_span){word.text + length + 1, word.length - length - 1}, hn);
    }
    return false;
}

static void attach_mapped(struct vfj_step_context *context, const struct vfj_observation *answer)
{
    struct vfj_name vf = vfj_step_scripts(context)->run.iface;
    struct vfj_name hn;
    if (!answer->ok || !mapped_hn(answer->as.value, vf, &hn))
        return;
    unsigned index = vfj_step_open_hn(context, hn);
    if (index == VFJ_SLOTS_MAX)
        return;
    struct vfj_slot *slot = vfj_step_edit_slot(context, index);
    if (!vfj_name_equal(slot->vf, vf))
        vfj_facts_attach(context, slot, vf, VFJ_REASON_VF_ATTACHED);
    vfj_reconcile_state(context, index);
    if (slot->state != VFJ_SLOT_ATTACHED)
        return;
    slot->delay = VFJ_DELAY_RUNNING;
    vfj_step_move(context, slot, VFJ_SLOT_DELAYED, VFJ_REASON_DELAY_STARTED)->delay_us
        = vfj_step_scripts(context)->run.delay_us;
}

/* Reads hyperv_vf_delay from rc.conf. The script does this at this point, before it searches for
 * the VF. */
static void attach_list(struct vfj_step_context *context)
{
    vfj_script_run_of(context)->delay_us = vfj_rc_delay_s(vfj_step_rc(context)) * 1000000;
    vfj_script_issue_sysctl(context, VFJ_STEP_ATTACH_LIST_PROBE, "hw.hn.vflist");
}

static void attach_listed(struct vfj_step_context *context, const struct vfj_observation *answer)
{
    if (!answer->ok || !lists(answer->as.value, vfj_step_scripts(context)->run.iface)) {
        vfj_step_note(context, VFJ_REASON_NOT_A_VF);
        vfj_script_end(context);
        return;
    }
    leave_sleeper(context);
    vfj_script_issue_sysctl(context, VFJ_STEP_ATTACH_MAP, "hw.hn.vfmap")->is_extra = true;
}

void vfj_vfattach_observed(struct vfj_step_context *context, const struct vfj_observation *answer,
                           enum vfj_script_step step)
{
    switch ((int)step) {
    case VFJ_STEP_ATTACH_TRANSPARENT_PROBE:
        if (answer->ok)
            vfj_script_issue_sysctl(context, VFJ_STEP_ATTACH_TRANSPARENT_READ,
                                    "hw.hn.vf_transparent");
        else
            attach_list(context);
        break;
    case VFJ_STEP_ATTACH_TRANSPARENT_READ:
        if (answer->ok && vfj_script_is_nonzero(answer->as.value)) {
            vfj_step_note(context, VFJ_REASON_TRANSPARENT);
            vfj_script_end(context);
        } else {
            attach_list(context);
        }
        break;
    case VFJ_STEP_ATTACH_LIST_PROBE:
        if (answer->ok) {
            vfj_script_issue_sysctl(context, VFJ_STEP_ATTACH_LIST_READ, "hw.hn.vflist");
        } else {
            vfj_step_note(context, VFJ_REASON_NO_VF_LIST);
            vfj_script_end(context);
        }
        break;
    case VFJ_STEP_ATTACH_LIST_READ:
        attach_listed(context, answer);
        break;
    case VFJ_STEP_ATTACH_MAP:
        attach_mapped(context, answer);
        vfj_script_end(context);
        break;
    default:
        VFJ_CHECK(false);
    }
}

struct vfj_sleeper *vfj_sleeper_of(struct vfj_step_context *context, uint64_t command)
{
    const struct vfj_scripts *scripts = vfj_step_scripts(context);
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX && command != 0; i++) {
        if (scripts->sleepers[i].pending == command)
            return &vfj_step_edit_scripts(context)->sleepers[i];
    }
    return NULL;
}

void vfj_sleeper_end(struct vfj_step_context *context, struct vfj_sleeper *sleeper)
{
    *sleeper = (struct vfj_sleeper){.due_us = VFJ_NEVER_US};
    vfj_step_edit_scripts(context)->sleeping--;
}

void vfj_sleeper_observed(struct vfj_step_context *context, struct vfj_sleeper *sleeper)
{
    const struct vfj_observation *answer = &context->event->as.observed;
    if (sleeper->step == VFJ_STEP_SLEEPER_TRANSPARENT_PROBE && answer->ok) {
        sleeper_ask(context, sleeper, VFJ_STEP_SLEEPER_TRANSPARENT_READ);
        return;
    }
    if (sleeper->step == VFJ_STEP_SLEEPER_TRANSPARENT_READ && answer->ok
        && vfj_script_is_nonzero(answer->as.value)) {
        vfj_step_note(context, VFJ_REASON_TRANSPARENT);
        vfj_sleeper_end(context, sleeper);
        return;
    }
    sleeper->due_us = context->next->head.mono_us + sleeper->delay_us;
    sleeper->pending = 0;
}

static void sleeper_wake(struct vfj_step_context *context, struct vfj_sleeper *sleeper)
{
    struct vfj_command *command = vfj_step_command(context, VFJ_COMMAND_UP);
    command->a = sleeper->iface;
    sleeper->step = VFJ_STEP_SLEEPER_UP;
    sleeper->pending = command->id;
}

/* Returns true when `a` wakes before `b`. When both are due at the same time, the sleeper that
 * began to sleep first wakes first. */
static bool wakes_before(const struct vfj_sleeper *a, const struct vfj_sleeper *b)
{
    return a->due_us < b->due_us || (a->due_us == b->due_us && a->delay_us > b->delay_us);
}

static struct vfj_sleeper *earliest_due(struct vfj_step_context *context)
{
    const struct vfj_scripts *scripts = vfj_step_scripts(context);
    unsigned found = VFJ_SLEEPERS_MAX;
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        const struct vfj_sleeper *sleeper = &scripts->sleepers[i];
        if (sleeper->due_us == VFJ_NEVER_US || sleeper->pending != 0
            || sleeper->due_us > context->next->head.mono_us)
            continue;
        if (found == VFJ_SLEEPERS_MAX || wakes_before(sleeper, &scripts->sleepers[found]))
            found = i;
    }
    return found < VFJ_SLEEPERS_MAX ? &vfj_step_edit_scripts(context)->sleepers[found] : NULL;
}

void vfj_sleepers_timer(struct vfj_step_context *context)
{
    struct vfj_sleeper *sleeper;
    _Static_assert((int)VFJ_SLEEPERS_MAX < (int)VFJ_COMMANDS_MAX,
                   "one decision has room for all sleepers");
    while ((sleeper = earliest_due(context)) != NULL)
        sleeper_wake(context, sleeper);
}
