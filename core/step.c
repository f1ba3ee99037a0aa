/* The one function of the machine: what is the same under every policy, and the way to the policy in force. */
#include "core/step.h"

#include <string.h>

#include "core/check.h"
#include "core/policy/policy.h"
#include "core/rc.h"
#include "core/work.h"

static const struct vfj_policy_entries *policy_of(const struct vfj_work *work)
{
    return work->next->head.policy == VFJ_POLICY_SCRIPTS ? &vfj_policy_scripts : &vfj_policy_vfjournal;
}

static void boot_slot(struct vfj_work *work, unsigned index)
{
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    vfj_work_detach(work, slot, VFJ_REASON_BOOTED);
    vfj_work_disarm(slot);
    slot->goal = VFJ_GOAL_NONE;
    slot->fault = VFJ_REASON_NONE;
    slot->failures = 0;
    slot->pending = 0;
    slot->doubt = 1;
    memset(&slot->belief, 0, sizeof slot->belief);
}

/* Another boot: timers, pids and beliefs about interfaces are void. */
static void boot(struct vfj_work *work, const struct vfj_started *started)
{
    struct vfj_head *head = &work->next->head;
    head->boot++;
    memcpy(head->boot_id, started->boot_id, sizeof head->boot_id);
    for (unsigned i = 0; i < head->slot_count; i++)
        boot_slot(work, i);
}

/* Within a boot, time stands or goes on; the first event of a boot sets it. */
static void advance_clock(struct vfj_work *work, bool is_boot)
{
    struct vfj_head *head = &work->next->head;
    if (is_boot || work->event->mono_us > head->mono_us)
        head->mono_us = work->event->mono_us;
}

static bool is_new_boot(const struct vfj_work *work)
{
    return work->event->kind == VFJ_EVENT_STARTED
        && (work->now->head.boot == 0 || strcmp(work->now->head.boot_id, work->event->as.started.boot_id) != 0);
}

/* The daemon before did not say that it ended: what it did last may not have been written. */
static void doubt(struct vfj_work *work)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++)
        vfj_work_edit_slot(work, i)->doubt = 1;
}

static void start(struct vfj_work *work, bool is_boot)
{
    const struct vfj_started *started = &work->event->as.started;
    struct vfj_head *head = &work->next->head;
    if (is_boot)
        boot(work, started);
    else if (head->running)
        doubt(work);
    head->mode = started->mode;
    head->policy = started->policy;
    head->running = 1;
    head->map_pending = 0;
    head->map_again = 0;
    head->map_retry_us = VFJ_NEVER_US;
    vfj_policy_scripts.reset(work);
    vfj_policy_vfjournal.reset(work);
}

static void configure(struct vfj_work *work)
{
    struct vfj_rc *rc = &work->next->rc;
    VFJ_CHECK(work->event->as.rc.length < sizeof rc->text);
    vfj_span_copy(rc->text, sizeof rc->text, work->event->as.rc);
    work->decision->touched.rc = true;
    if (vfj_rc_delay_s(rc) == VFJ_PAUSE_MAX_S || vfj_rc_link_wait_s(rc) == VFJ_PAUSE_MAX_S)
        vfj_work_note(work, VFJ_REASON_DELAY_TOO_LONG);
}

static void handle(struct vfj_work *work, bool is_boot)
{
    switch ((enum vfj_event_kind)work->event->kind) {
    case VFJ_EVENT_STARTED:
        start(work, is_boot);
        break;
    case VFJ_EVENT_STOPPED:
        work->next->head.running = 0;
        break;
    case VFJ_EVENT_CONFIGURED:
        configure(work);
        break;
    case VFJ_EVENT_CONNECTED:
        policy_of(work)->settle(work);
        break;
    case VFJ_EVENT_GAP:
        break;
    case VFJ_EVENT_DEVD:
        vfj_work_note(work, (enum vfj_reason)work->event->as.devd.note);
        if (work->decision->note == VFJ_REASON_NONE)
            policy_of(work)->devd(work);
        break;
    case VFJ_EVENT_OBSERVED:
        policy_of(work)->observed(work);
        break;
    case VFJ_EVENT_FINISHED:
        policy_of(work)->finished(work);
        break;
    case VFJ_EVENT_TIMER:
        policy_of(work)->timer(work);
        break;
    case VFJ_EVENT_COUNT:
        VFJ_CHECK(false);
    }
}

static void put_earliest(struct vfj_work *work)
{
    const struct vfj_touched *touched = &work->decision->touched;
    struct vfj_head *head = &work->next->head;
    head->due_us = (touched->scripts ? work->next : work->now)->index.due_us[VFJ_SLOTS_MAX];
    for (unsigned i = 0; i < head->slot_count; i++) {
        int64_t due_us = ((touched->slots >> i & 1) != 0 ? work->next : work->now)->index.due_us[i];
        if (due_us != VFJ_NEVER_US && (head->due_us == VFJ_NEVER_US || due_us < head->due_us))
            head->due_us = due_us;
    }
}

/* Let the head sum up the part as it is now. */
static void fold_part(struct vfj_work *work, unsigned part)
{
    work->next->head.parts ^= work->now->index.digests[part] ^ work->next->index.digests[part];
}

/* Bring the index, and the head's summary of it, up to date with the parts that the step wrote. */
static void close_parts(struct vfj_work *work)
{
    const struct vfj_touched *touched = &work->decision->touched;
    bool is_due_anew = touched->scripts;
    for (uint64_t left = touched->slots; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        vfj_state_index_slot(work->next, i);
        fold_part(work, i);
        is_due_anew |= work->next->index.due_us[i] != work->now->index.due_us[i];
    }
    if (touched->rc) {
        vfj_state_index_rc(work->next);
        fold_part(work, VFJ_SLOTS_MAX);
    }
    if (touched->scripts) {
        vfj_state_index_scripts(work->next);
        fold_part(work, VFJ_SLOTS_MAX + 1);
    }
    if (is_due_anew)
        put_earliest(work);
}

static int64_t next_deadline(const struct vfj_head *head)
{
    int64_t deadline = head->map_retry_us != VFJ_NEVER_US ? head->map_retry_us : INT64_MAX;
    if (head->due_us != VFJ_NEVER_US && head->due_us < deadline)
        deadline = head->due_us;
    return head->running ? deadline : INT64_MAX;
}

void vfj_step(const struct vfj_state *now, const struct vfj_event *event, struct vfj_state *next,
              struct vfj_decision *decision)
{
    struct vfj_work work = {.now = now, .next = next, .decision = decision, .event = event};
    VFJ_CHECK(now != next);
    next->head = now->head;
    decision->note = VFJ_REASON_NONE;
    decision->command_count = 0;
    decision->transition_count = 0;
    decision->touched = (struct vfj_touched){0};

    bool is_boot = is_new_boot(&work);
    advance_clock(&work, is_boot);
    handle(&work, is_boot);

    close_parts(&work);
    decision->deadline_us = next_deadline(&next->head);
}
