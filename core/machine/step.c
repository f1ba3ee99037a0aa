/* The step function. It does the work that all policies have in common, and calls the policy in
 * force. */
#include "core/machine/step.h"

#include <string.h>

#include "core/check.h"
#include "core/data/rc.h"
#include "core/machine/context.h"
#include "core/machine/facts.h"
#include "core/machine/map.h"
#include "core/machine/policy.h"
#include "core/machine/reconcile.h"
#include "core/machine/transparent.h"

/* Policy vfjournal: handlers record facts, then each touched slot is reconciled. */

static void vfjournal_connected(struct vfj_step_context *context)
{
    context->next->head.observe_all = 1;
    vfj_map_request(context);
}

static struct vfj_slot *take_subject(struct vfj_step_context *context, uint64_t command,
                                     enum vfj_activity activity)
{
    unsigned index = command != 0 ? vfj_step_find_command(context, command) : VFJ_SLOTS_MAX;
    if (index == VFJ_SLOTS_MAX || vfj_step_slot(context, index)->activity != activity) {
        vfj_step_note(context, VFJ_REASON_STALE);
        return NULL;
    }
    return context->subject = vfj_step_edit_slot(context, index);
}

/* Returns true when a slot waits for an observation of this kind. An observation that belongs to
 * no slot is treated like one of a slot in ordinary mode. */
static bool is_awaited(const struct vfj_step_context *context, const struct vfj_observation *answer)
{
    unsigned index
        = answer->command != 0 ? vfj_step_find_command(context, answer->command) : VFJ_SLOTS_MAX;
    bool is_transparent
        = index < VFJ_SLOTS_MAX && vfj_slot_is_transparent(vfj_step_slot(context, index));
    return answer->probe == (is_transparent ? VFJ_PROBE_SNAPSHOT : VFJ_PROBE_SLOT);
}

static void vfjournal_observed(struct vfj_step_context *context)
{
    const struct vfj_observation *answer = &context->event->as.observed;
    if (answer->command == context->next->head.map_pending && answer->command != 0
        && answer->probe == VFJ_PROBE_MAP) {
        vfj_map_observed(context, answer);
        return;
    }
    struct vfj_slot *slot = take_subject(context, is_awaited(context, answer) ? answer->command : 0,
                                         VFJ_ACTIVITY_OBSERVING);
    if (slot != NULL && answer->probe == VFJ_PROBE_SNAPSHOT)
        vfj_transparent_observed(context, slot, answer);
    else if (slot != NULL)
        vfj_facts_observed(context, slot, answer);
}

static void vfjournal_finished(struct vfj_step_context *context)
{
    const struct vfj_outcome *outcome = &context->event->as.finished;
    struct vfj_slot *slot = take_subject(context, outcome->command, VFJ_ACTIVITY_RUNNING);
    if (slot != NULL)
        vfj_facts_finished(context, slot, outcome);
}

static void vfjournal_timer(struct vfj_step_context *context)
{
    struct vfj_head *head = &context->next->head;
    if (!vfj_step_is_stopping(context) && head->map_retry_us != VFJ_NEVER_US
        && head->map_retry_us <= head->mono_us)
        vfj_map_request(context);
    for (unsigned i = 0; i < head->slot_count; i++) {
        int64_t due_us = vfj_step_timer_us(context, i);
        if (due_us != VFJ_NEVER_US && due_us <= head->mono_us)
            vfj_facts_timer(context, vfj_step_edit_slot(context, i));
    }
}

/* Touches the slots with an unfinished plan, so that vfj_reconcile() shortens their waits for a
 * VF's link. */
static void vfjournal_stopping(struct vfj_step_context *context)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        if (vfj_slot_is_unfinished(vfj_step_slot(context, i), false))
            vfj_facts_stopping(vfj_step_edit_slot(context, i));
    }
}

static const struct vfj_policy_entries policy_vfjournal = {
    .connected = vfjournal_connected,
    .devd = vfj_facts_line,
    .observed = vfjournal_observed,
    .finished = vfjournal_finished,
    .timer = vfjournal_timer,
    .stopping = vfjournal_stopping,
};

static const struct vfj_policy_entries *policy_of(const struct vfj_step_context *context)
{
    return context->next->head.policy == VFJ_POLICY_SCRIPTS ? &vfj_policy_scripts
                                                            : &policy_vfjournal;
}

/* Begins another boot. Timers, pids and observations from before the boot are void. */
static void boot(struct vfj_step_context *context, const struct vfj_started *started)
{
    struct vfj_head *head = &context->next->head;
    head->boot++;
    memcpy(head->boot_id, started->boot_id, sizeof head->boot_id);
    for (unsigned i = 0; i < head->slot_count; i++)
        vfj_facts_boot(context, vfj_step_edit_slot(context, i));
}

/* Returns true when the clock may have this time. Only a forged event has another one. */
static bool is_clock_time(int64_t mono_us)
{
    return mono_us <= VFJ_CLOCK_MAX_US && mono_us >= -VFJ_CLOCK_MAX_US;
}

/* Advances the time to that of the event. The time never decreases within a boot. The first
 * event of a boot may set the time to any value within the limits. */
static void advance_clock(struct vfj_step_context *context, bool is_boot)
{
    struct vfj_head *head = &context->next->head;
    const int64_t mono_us = context->event->mono_us;
    if (is_clock_time(mono_us) && (is_boot || mono_us > head->mono_us))
        head->mono_us = mono_us;
}

static bool is_new_boot(const struct vfj_step_context *context)
{
    return context->event->kind == VFJ_EVENT_STARTED
        && (context->now->head.boot == 0
            || strcmp(context->now->head.boot_id, context->event->as.started.boot_id) != 0);
}

static void start(struct vfj_step_context *context, bool is_boot)
{
    const struct vfj_started *started = &context->event->as.started;
    struct vfj_head *head = &context->next->head;
    bool was_running = head->running != 0;
    if (is_boot)
        boot(context, started);
    head->mode = started->mode;
    head->policy = started->policy;
    head->running = VFJ_RUNNING_YES;
    head->map_pending = 0;
    head->map_again = 0;
    head->map_retry_us = VFJ_NEVER_US;
    vfj_policy_scripts.reset(context);
    for (unsigned i = 0; i < head->slot_count; i++)
        vfj_facts_restart(context, vfj_step_edit_slot(context, i), was_running);
}

static void stopping(struct vfj_step_context *context)
{
    if (context->next->head.running == VFJ_RUNNING_NOT)
        return;
    context->next->head.running = VFJ_RUNNING_STOPPING;
    policy_of(context)->stopping(context);
}

static void configure(struct vfj_step_context *context)
{
    struct vfj_rc *rc = &context->next->rc;
    VFJ_CHECK(context->event->as.rc.length < sizeof rc->text);
    vfj_span_copy(rc->text, sizeof rc->text, context->event->as.rc);
    context->decision->touched.rc = true;
    vfj_facts_configured(context);
    if (vfj_rc_delay_s(rc) == VFJ_PAUSE_MAX_S || vfj_rc_link_wait_s(rc) == VFJ_PAUSE_MAX_S)
        vfj_step_note(context, VFJ_REASON_DELAY_TOO_LONG);
}

static void handle(struct vfj_step_context *context, bool is_boot)
{
    switch ((enum vfj_event_kind)context->event->kind) {
    case VFJ_EVENT_STARTED:
        start(context, is_boot);
        break;
    case VFJ_EVENT_STOPPING:
        stopping(context);
        break;
    case VFJ_EVENT_STOPPED:
        context->next->head.running = VFJ_RUNNING_NOT;
        break;
    case VFJ_EVENT_CONFIGURED:
        configure(context);
        break;
    case VFJ_EVENT_CONNECTED:
        policy_of(context)->connected(context);
        break;
    case VFJ_EVENT_GAP:
    case VFJ_EVENT_SCHEDULED:
        break;
    case VFJ_EVENT_DEVD:
        vfj_step_note(context, (enum vfj_reason)context->event->as.devd.note);
        if (context->decision->note == VFJ_REASON_NONE)
            policy_of(context)->devd(context);
        break;
    case VFJ_EVENT_OBSERVED:
        policy_of(context)->observed(context);
        break;
    case VFJ_EVENT_FINISHED:
        policy_of(context)->finished(context);
        break;
    case VFJ_EVENT_TIMER:
        policy_of(context)->timer(context);
        break;
    case VFJ_EVENT_COUNT:
        VFJ_CHECK(false);
    }
}

static void put_earliest(struct vfj_step_context *context)
{
    const struct vfj_touched *touched = &context->decision->touched;
    struct vfj_head *head = &context->next->head;
    head->due_us = (touched->scripts ? context->next : context->now)->index.due_us[VFJ_SLOTS_MAX];
    for (unsigned i = 0; i < head->slot_count; i++) {
        int64_t due_us
            = ((touched->slots >> i & 1) != 0 ? context->next : context->now)->index.due_us[i];
        if (due_us != VFJ_NEVER_US && (head->due_us == VFJ_NEVER_US || due_us < head->due_us))
            head->due_us = due_us;
    }
}

/* Updates the combined digest in the head after a step has changed the digest of one part. */
static void fold_part(struct vfj_step_context *context, unsigned part)
{
    context->next->head.parts
        ^= context->now->index.digests[part] ^ context->next->index.digests[part];
}

/* Updates the index entries of the parts that the step wrote, and the head's earliest due time
 * and combined digest. */
static void close_parts(struct vfj_step_context *context)
{
    const struct vfj_touched *touched = &context->decision->touched;
    bool is_due_anew = touched->scripts;
    for (uint64_t left = touched->slots; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        vfj_state_index_slot(context->next, i);
        fold_part(context, i);
        is_due_anew |= context->next->index.due_us[i] != context->now->index.due_us[i];
    }
    if (touched->rc) {
        vfj_state_index_rc(context->next);
        fold_part(context, VFJ_SLOTS_MAX);
    }
    if (touched->scripts) {
        vfj_state_index_scripts(context->next);
        fold_part(context, VFJ_SLOTS_MAX + 1);
    }
    if (is_due_anew)
        put_earliest(context);
}

/* Returns the time of the next timer that a stopping daemon still handles. */
static int64_t last_deadline(const struct vfj_step_context *context)
{
    int64_t deadline = INT64_MAX;
    for (unsigned i = 0;
         i < context->next->head.slot_count && policy_of(context) == &policy_vfjournal; i++) {
        int64_t due_us = vfj_step_timer_us(context, i);
        if (due_us != VFJ_NEVER_US && due_us < deadline)
            deadline = due_us;
    }
    return deadline;
}

static int64_t next_deadline(const struct vfj_step_context *context)
{
    const struct vfj_head *head = &context->next->head;
    int64_t deadline = head->map_retry_us != VFJ_NEVER_US ? head->map_retry_us : INT64_MAX;
    if (head->due_us != VFJ_NEVER_US && head->due_us < deadline)
        deadline = head->due_us;
    switch ((enum vfj_running)head->running) {
    case VFJ_RUNNING_NOT:
        break;
    case VFJ_RUNNING_YES:
        return deadline;
    case VFJ_RUNNING_STOPPING:
        return last_deadline(context);
    }
    return INT64_MAX;
}

/* Returns true when no plan is unfinished in the state after a step: `now` with the head and the
 * touched parts of `next`. In observe mode the result is true, since no command changes the
 * guest. */
static bool is_idle(const struct vfj_state *now, const struct vfj_state *next,
                    const struct vfj_touched *touched)
{
    const struct vfj_head *head = &next->head;
    if (head->mode != VFJ_MODE_ACT)
        return true;
    if (head->policy == VFJ_POLICY_SCRIPTS)
        return vfj_scripts_is_idle(touched->scripts ? &next->scripts : &now->scripts);
    bool observes_all = head->map_pending != 0 && head->observe_all != 0;
    for (unsigned i = 0; i < head->slot_count; i++) {
        const struct vfj_slot *slot = &((touched->slots >> i & 1) != 0 ? next : now)->slots[i];
        if (vfj_slot_is_unfinished(slot, head->running == VFJ_RUNNING_STOPPING)
            || (observes_all && slot->recovering))
            return false;
    }
    return true;
}

bool vfj_state_is_idle(const struct vfj_state *state)
{
    const struct vfj_touched nothing = {0};
    return is_idle(state, state, &nothing);
}

static void reconcile_touched(struct vfj_step_context *context)
{
    for (uint64_t left = context->decision->touched.slots; left != 0; left &= left - 1) {
        unsigned index = (unsigned)__builtin_ctzll(left);
        if (context->next->head.policy == VFJ_POLICY_VFJOURNAL)
            vfj_reconcile(context, index);
        else
            vfj_reconcile_state(context, index);
    }
}

void vfj_step(const struct vfj_state *now, const struct vfj_event *event, struct vfj_state *next,
              struct vfj_decision *decision)
{
    struct vfj_step_context context
        = {.now = now, .next = next, .decision = decision, .event = event};
    VFJ_CHECK(now != next);
    next->head = now->head;
    decision->note = VFJ_REASON_NONE;
    decision->command_count = 0;
    decision->transition_count = 0;
    decision->touched = (struct vfj_touched){0};

    bool is_boot = is_new_boot(&context);
    advance_clock(&context, is_boot);
    handle(&context, is_boot);
    reconcile_touched(&context);

    close_parts(&context);
    decision->deadline_us = next_deadline(&context);
    decision->is_idle = vfj_step_is_stopping(&context) && is_idle(now, next, &decision->touched);
}
