/* Policy vfjournal: which VF the kernel maps to which hn, and VFs that come and go. */
#include "core/policy/vfmap.h"

#include "core/policy/belief.h"
#include "core/policy/course.h"

void vfj_vfmap_ask(struct vfj_work *work)
{
    struct vfj_head *head = &work->next->head;
    if (head->map_pending != 0) {
        head->map_again = 1;
        return;
    }
    head->map_retry_us = VFJ_NEVER_US;
    head->map_pending = vfj_work_command(work, VFJ_COMMAND_PROBE_MAP)->id;
}

static void attach(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name vf, bool is_found)
{
    vfj_work_attach(work, slot, vf, is_found ? VFJ_REASON_VF_FOUND : VFJ_REASON_VF_ATTACHED);
    slot->paper = 0;
    slot->rechecks = 0;
    vfj_belief_script_anew(slot);
    vfj_course_look_anew(work, slot);
    if (is_found) {
        slot->found = VFJ_FOUND_NEW;
        vfj_course_look_soon(work, slot);
    } else {
        vfj_course_start_delay(work, slot);
    }
}

/* The VF is gone; what of the configuration is on its way still has to arrive. */
void vfj_vfmap_detach(struct vfj_work *work, struct vfj_slot *slot, enum vfj_reason reason)
{
    vfj_work_detach(work, slot, reason);
    vfj_course_look_anew(work, slot);
    if (slot->goal == VFJ_GOAL_NONE)
        slot->fault = VFJ_REASON_NONE;
    if (slot->goal >= VFJ_GOAL_JOIN)
        slot->goal = VFJ_GOAL_BASE;
    slot->belief.fresh = 0;
    vfj_course_advance(work, slot); /* what it waited for went with the VF */
}

/* Two slots in each other's place: the one of that unit has the other's name. */
static void rename_slot(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name hn)
{
    unsigned namesake = vfj_work_find_hn(work, hn);
    if (namesake < VFJ_SLOTS_MAX) {
        struct vfj_slot *other = vfj_work_edit_slot(work, namesake);
        other->hn = slot->hn;
        if (vfj_name_is_empty(other->unit)) { /* opened by a line that had the new name */
            slot->rxvf |= other->rxvf;
            vfj_work_detach(work, other, VFJ_REASON_HN_RENAMED);
            other->fault = VFJ_REASON_NONE;
        }
    }
    slot->hn = hn;
    vfj_work_notice(work, slot, VFJ_REASON_HN_RENAMED);
    vfj_course_look_anew(work, slot);
    vfj_course_look_soon(work, slot);
}

/* What was believed of the lagg was another unit's. */
static void set_unit(struct vfj_work *work, struct vfj_slot *slot, struct vfj_name unit)
{
    slot->unit = unit;
    slot->belief.lagg_has_hn = slot->belief.lagg_ours = 0;
    vfj_course_look_anew(work, slot);
    slot->belief.fresh = 0;
    if (slot->fault != VFJ_REASON_NO_UNIT)
        return;
    slot->fault = VFJ_REASON_NONE;
    slot->found = VFJ_FOUND_NEW;
    vfj_course_look_soon(work, slot);
}

static void learn_unit(struct vfj_work *work, const struct vfj_pair *pair)
{
    unsigned owner = vfj_work_find_unit(work, pair->unit);
    if (owner < VFJ_SLOTS_MAX)
        rename_slot(work, vfj_work_edit_slot(work, owner), pair->hn);
    else if ((owner = vfj_work_open_hn(work, pair->hn)) < VFJ_SLOTS_MAX)
        set_unit(work, vfj_work_edit_slot(work, owner), pair->unit);
}

static bool has_unit(const struct vfj_slot *slot, const struct vfj_pair *pair)
{
    return vfj_name_is_empty(pair->unit) || vfj_name_equal(slot->unit, pair->unit);
}

static bool is_known(const struct vfj_work *work, const struct vfj_pair *pair)
{
    if (vfj_name_is_empty(pair->hn) || vfj_name_is_empty(pair->unit))
        return true;
    unsigned owner = vfj_work_find_hn(work, pair->hn);
    return owner < VFJ_SLOTS_MAX && has_unit(vfj_work_slot(work, owner), pair);
}

/* What a map says that is known. Bit i: the slot of pair i has that unit and that VF; slot i has the VF of a pair. */
struct known {
    uint64_t pairs, slots;
};

static struct known find_known(const struct vfj_work *work, const struct vfj_map *map)
{
    struct known known = {0, 0};
    for (unsigned i = 0; i < map->pair_count; i++) {
        const struct vfj_pair *pair = &map->pairs[i];
        unsigned index = vfj_work_find_hn(work, pair->hn);
        if (index == VFJ_SLOTS_MAX || !vfj_name_equal(vfj_work_slot(work, index)->vf, pair->vf))
            continue;
        known.pairs |= (uint64_t)has_unit(vfj_work_slot(work, index), pair) << i;
        known.slots |= (uint64_t)1 << index;
    }
    return known;
}

/* An hn may have been renamed, and no line told of it: the unit that the kernel says goes before the one known, or taken
 * from the name. */
static struct known learn_units(struct vfj_work *work, const struct vfj_map *map)
{
    const struct known known = find_known(work, map);
    bool learned = false;
    for (unsigned i = 0; i < map->pair_count; i++) {
        if ((known.pairs >> i & 1) != 0 || is_known(work, &map->pairs[i]))
            continue;
        learn_unit(work, &map->pairs[i]);
        learned = true;
    }
    return learned ? find_known(work, map) : known;
}

static void compare_map(struct vfj_work *work, const struct vfj_map *map, const struct known *known, bool settle)
{
    if (map->truncated) /* what it does not show may be there all the same */
        vfj_work_note(work, VFJ_REASON_TOO_MANY_SLOTS);
    for (unsigned i = 0; i < work->next->head.slot_count && !map->truncated; i++) {
        const struct vfj_slot *slot = vfj_work_slot(work, i);
        if ((known->slots >> i & 1) != 0 || vfj_name_is_empty(slot->vf))
            continue;
        bool carries = slot->state == VFJ_SLOT_LAGGED && slot->rxvf; /* a VF that was renamed, which hn(4) forgets */
        if (carries)
            vfj_course_look_soon(work, vfj_work_edit_slot(work, i));
        else
            vfj_vfmap_detach(work, vfj_work_edit_slot(work, i), VFJ_REASON_VF_LOST);
    }
    for (unsigned i = 0; i < map->pair_count; i++) {
        if ((known->pairs >> i & 1) != 0 || vfj_name_is_empty(map->pairs[i].hn))
            continue;
        unsigned index = vfj_work_open_hn(work, map->pairs[i].hn);
        if (index < VFJ_SLOTS_MAX && !vfj_name_equal(vfj_work_slot(work, index)->vf, map->pairs[i].vf))
            attach(work, vfj_work_edit_slot(work, index), map->pairs[i].vf, settle || vfj_work_slot(work, index)->rxvf);
    }
}

/* What was seen or asked before a gap says nothing of what happened in it: a plan whose command is under way goes on from a
 * new look, too. */
static void forget_looks(struct vfj_work *work)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        struct vfj_slot *slot = vfj_work_edit_slot(work, i);
        slot->belief.fresh = 0;
        if (vfj_course_is_looking(slot))
            slot->pending = 0;
    }
}

/* After a gap every slot is looked at: at once, or when the plan that was under way has gone on from what is seen and
 * has ended. */
static void settle_slot(struct vfj_work *work, struct vfj_slot *slot)
{
    if (slot->state != VFJ_SLOT_DETACHED && slot->found == VFJ_FOUND_NOT)
        slot->found = VFJ_FOUND_AGAIN;
    if (slot->goal != VFJ_GOAL_LOOK)
        vfj_course_look_soon(work, slot);
    vfj_course_advance(work, slot);
    if (!slot->rxvf) /* the LINK_UP of hn may be among what was lost */
        vfj_course_watch_link(work, slot);
}

static void settle_slots(struct vfj_work *work)
{
    for (unsigned i = 0; i < work->next->head.slot_count; i++) {
        const struct vfj_slot *slot = vfj_work_slot(work, i);
        bool is_name_alone = vfj_name_is_empty(slot->unit) && vfj_name_is_empty(slot->vf);
        if (!is_name_alone) /* left behind by a renaming */
            settle_slot(work, vfj_work_edit_slot(work, i));
    }
}

static void take_map(struct vfj_work *work, const struct vfj_map *map)
{
    struct vfj_head *head = &work->next->head;
    bool settle = head->settle != 0;
    head->transparent = map->transparent > 0;
    head->settle = 0;
    if (head->transparent) {
        vfj_work_note(work, VFJ_REASON_TRANSPARENT);
        return;
    }
    if (settle)
        forget_looks(work);
    const struct known known = learn_units(work, map);
    compare_map(work, map, &known, settle);
    if (settle)
        settle_slots(work);
}

void vfj_vfmap_observed(struct vfj_work *work, const struct vfj_observation *answer)
{
    struct vfj_head *head = &work->next->head;
    head->map_pending = 0;
    if (answer->ok) {
        head->map_failures = 0;
        take_map(work, &answer->as.map);
    } else {
        vfj_work_note(work, VFJ_REASON_PROBE_FAILED);
        head->map_retry_us = head->mono_us + vfj_course_backoff_us(head->map_failures);
        vfj_work_count_up(&head->map_failures);
    }
    if (head->map_again) {
        head->map_again = 0;
        vfj_vfmap_ask(work);
    }
}
