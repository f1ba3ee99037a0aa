/* One step under way: reading, editing and answering. */
#include "core/work.h"

#include <stddef.h>
#include <string.h>

#include "core/check.h"

void vfj_work_note(struct vfj_work *work, enum vfj_reason note)
{
    if (work->decision->note == VFJ_REASON_NONE)
        work->decision->note = (uint8_t)note;
}

const struct vfj_rc *vfj_work_rc(const struct vfj_work *work)
{
    VFJ_CHECK(!work->decision->touched.rc); /* no event that writes it reads it */
    return &work->now->rc;
}

const struct vfj_scripts *vfj_work_scripts(const struct vfj_work *work)
{
    return work->decision->touched.scripts ? &work->next->scripts : &work->now->scripts;
}

struct vfj_scripts *vfj_work_edit_scripts(struct vfj_work *work)
{
    if (!work->decision->touched.scripts) {
        work->next->scripts = work->now->scripts;
        work->decision->touched.scripts = true;
    }
    return &work->next->scripts;
}

struct vfj_slot *vfj_work_edit_slot(struct vfj_work *work, unsigned index)
{
    if (!vfj_work_is_written(work, index)) {
        vfj_slot_copy(&work->next->slots[index], &work->now->slots[index]);
        work->decision->touched.slots |= (uint64_t)1 << index;
    }
    return &work->next->slots[index];
}

/* Of the slots that this step has written, the first one with the name; `member` is the name's offset in a slot. */
static unsigned find_touched(const struct vfj_work *work, struct vfj_name name, size_t member)
{
    for (uint64_t left = work->decision->touched.slots; left != 0; left &= left - 1) {
        unsigned i = (unsigned)__builtin_ctzll(left);
        if (memcmp((const char *)&work->next->slots[i] + member, &name, sizeof name) == 0)
            return i;
    }
    return VFJ_SLOTS_MAX;
}

/* Of the first `count` slots and of those not written, by the index of names. */
static unsigned find_untouched(const struct vfj_work *work, struct vfj_name name, const struct vfj_name *names,
                               const uint8_t *tags, unsigned count)
{
    const uint8_t *end = tags + count;
    const uint8_t *at = tags;
    while (at < end && (at = memchr(at, vfj_name_tag(name), (size_t)(end - at))) != NULL) {
        unsigned i = (unsigned)(at - tags);
        if (!vfj_work_is_written(work, i) && vfj_name_equal(names[i], name))
            return i;
        at++;
    }
    return VFJ_SLOTS_MAX;
}

static unsigned find(const struct vfj_work *work, struct vfj_name name, size_t member, const struct vfj_name *names,
                     const uint8_t *tags)
{
    unsigned touched = find_touched(work, name, member);
    unsigned count = touched < VFJ_SLOTS_MAX ? touched : work->next->head.slot_count;
    unsigned untouched = find_untouched(work, name, names, tags, count);
    return untouched < VFJ_SLOTS_MAX ? untouched : touched;
}

unsigned vfj_work_find_hn(const struct vfj_work *work, struct vfj_name hn)
{
    const struct vfj_index *index = &work->now->index;
    return find(work, hn, offsetof(struct vfj_slot, hn), index->hn, index->hn_tags);
}

unsigned vfj_work_find_vf(const struct vfj_work *work, struct vfj_name vf)
{
    const struct vfj_index *index = &work->now->index;
    return find(work, vf, offsetof(struct vfj_slot, vf), index->vf, index->vf_tags);
}

unsigned vfj_work_find_unit(const struct vfj_work *work, struct vfj_name unit)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        if (vfj_name_equal(vfj_work_slot(work, i)->unit, unit))
            return i;
    }
    return VFJ_SLOTS_MAX;
}

unsigned vfj_work_find_pending(const struct vfj_work *work, uint64_t command)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        if (work->now->index.pending[i] == command)
            return i;
    }
    return VFJ_SLOTS_MAX;
}

unsigned vfj_work_open_hn(struct vfj_work *work, struct vfj_name hn)
{
    struct vfj_head *head = &work->next->head;
    unsigned index = vfj_work_find_hn(work, hn);
    if (index < VFJ_SLOTS_MAX)
        return index;
    if (head->slot_count == VFJ_SLOTS_MAX) {
        vfj_work_note(work, VFJ_REASON_TOO_MANY_SLOTS);
        return VFJ_SLOTS_MAX;
    }
    index = head->slot_count++;
    struct vfj_slot *slot = vfj_work_edit_slot(work, index);
    slot->hn = hn; /* else it is blank, as vfj_state_init() made it */
    slot->doubt = 1;
    struct vfj_name unit = vfj_name_digits(hn);
    if (vfj_name_has_driver(hn, "hn") && vfj_work_find_unit(work, unit) == VFJ_SLOTS_MAX)
        slot->unit = unit;
    return index;
}

/* Time limits in milliseconds, by what a command can need on a slow guest. */
static uint32_t limit_ms(enum vfj_command_kind kind)
{
    switch (kind) {
    case VFJ_COMMAND_PROBE_SYSCTL:
    case VFJ_COMMAND_PROBE_IFCONFIG:
    case VFJ_COMMAND_PROBE_FILE:
    case VFJ_COMMAND_PROBE_MAP:
    case VFJ_COMMAND_PROBE_SLOT:
    case VFJ_COMMAND_DHCLIENT_STOP:
    case VFJ_COMMAND_RTSOL: /* it asks at once, and again after 4 s (RFC 4861, RTR_SOLICITATION_INTERVAL) */
        return 5000;
    case VFJ_COMMAND_UP:
    case VFJ_COMMAND_DOWN:
    case VFJ_COMMAND_CREATE:
    case VFJ_COMMAND_JOIN_BOTH:
    case VFJ_COMMAND_JOIN_FIRST:
    case VFJ_COMMAND_JOIN:
    case VFJ_COMMAND_LEAVE:
    case VFJ_COMMAND_NO_DAD:
    case VFJ_COMMAND_RTADV:
    case VFJ_COMMAND_STRIP:
    case VFJ_COMMAND_ADDRESS_DELETE:
    case VFJ_COMMAND_ADDRESS_ADD:
    case VFJ_COMMAND_CONFIGURE:
    case VFJ_COMMAND_LEASE:
    case VFJ_COMMAND_ROUTE_ADD:
    case VFJ_COMMAND_ROUTE_CHANGE:
        return 15000;
    case VFJ_COMMAND_DHCLIENT_BACKGROUND:
        return 30000;
    case VFJ_COMMAND_DHCLIENT:
    case VFJ_COMMAND_SCRIPT:
        return 300000;
    case VFJ_COMMAND_COUNT:
        break;
    }
    VFJ_CHECK(false);
}

struct vfj_command *vfj_work_command(struct vfj_work *work, enum vfj_command_kind kind)
{
    struct vfj_decision *decision = work->decision;
    VFJ_CHECK(decision->command_count < VFJ_COMMANDS_MAX);
    struct vfj_command *command = &decision->commands[decision->command_count++];
    memset(command, 0, sizeof *command);
    command->id = ++work->next->head.command_last;
    command->kind = (uint8_t)kind;
    command->limit_ms = limit_ms(kind);
    return command;
}

static struct vfj_transition *transition(struct vfj_work *work, const struct vfj_slot *slot, enum vfj_reason reason)
{
    struct vfj_decision *decision = work->decision;
    VFJ_CHECK(decision->transition_count < VFJ_TRANSITIONS_MAX);
    struct vfj_transition *made = &decision->transitions[decision->transition_count++];
    *made = (struct vfj_transition){
        .hn = slot->hn,
        .vf = slot->vf,
        .generation = slot->generation,
        .from = slot->state,
        .to = slot->state,
        .reason = (uint8_t)reason,
    };
    return made;
}

void vfj_work_move(struct vfj_work *work, struct vfj_slot *slot, enum vfj_slot_state to, enum vfj_reason reason)
{
    transition(work, slot, reason)->to = (uint8_t)to;
    slot->state = (uint8_t)to;
}

void vfj_work_notice(struct vfj_work *work, const struct vfj_slot *slot, enum vfj_reason reason)
{
    transition(work, slot, reason);
}

void vfj_work_attach(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name vf, enum vfj_reason reason)
{
    if (!vfj_name_is_empty(slot->vf))
        vfj_work_detach(work, slot, VFJ_REASON_VF_REPLACED);
    slot->vf = vf;
    slot->generation++;
    vfj_work_move(work, slot, VFJ_SLOT_ATTACHED, reason);
}

void vfj_work_detach(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason)
{
    if (slot->state != VFJ_SLOT_DETACHED)
        vfj_work_move(work, slot, VFJ_SLOT_DETACHED, reason);
    memset(&slot->vf, 0, sizeof slot->vf);
    slot->rxvf = 0;
    slot->up_heard = 0;
    vfj_work_forget_link(slot);
    if (slot->timer != VFJ_TIMER_RECHECK) /* hn is still to be looked at */
        vfj_work_disarm(slot);
}

void vfj_work_arm(struct vfj_work *work, struct vfj_slot *slot, enum vfj_timer timer, int64_t delay_us)
{
    slot->timer = (uint8_t)timer;
    slot->timer_us = work->next->head.mono_us + delay_us;
}

void vfj_work_disarm(struct vfj_slot *slot)
{
    slot->timer = VFJ_TIMER_NONE;
    slot->timer_us = VFJ_NEVER_US;
}

void vfj_work_count_up(uint8_t *count)
{
    if (*count < UINT8_MAX)
        ++*count;
}

void vfj_work_forget_link(struct vfj_slot *slot)
{
    slot->watch = VFJ_WATCH_NOT;
    slot->link_us = VFJ_NEVER_US;
    slot->link_tries = 0;
}
