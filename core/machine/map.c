/* The kernel's map of VFs to hn interfaces. */
#include "core/machine/map.h"

#include <string.h>

#include "core/machine/facts.h"
#include "core/machine/transparent.h"

void vfj_map_request(struct vfj_step_context *context)
{
    struct vfj_head *head = &context->next->head;
    if (head->map_pending != 0) {
        head->map_again = 1;
        return;
    }
    head->map_retry_us = VFJ_NEVER_US;
    head->map_pending = vfj_step_command(context, VFJ_COMMAND_PROBE_MAP)->id;
}

/* Records that the map shows a new VF. When a devd line announced the VF, its delay begins. When
 * only the map shows the VF (`is_rediscovered`), an observation comes first. */
static void attach(struct vfj_step_context *context, struct vfj_slot *slot, struct vfj_name vf,
                   bool is_rediscovered)
{
    vfj_facts_attach(context, slot, vf,
                     is_rediscovered ? VFJ_REASON_VF_FOUND : VFJ_REASON_VF_ATTACHED);
    if (is_rediscovered)
        vfj_request_observation(slot, VFJ_OBSERVE_REDISCOVERED);
    else
        slot->delay = VFJ_DELAY_DUE;
    if (slot->activity == VFJ_ACTIVITY_OBSERVING)
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

/* Gives the slot the name `hn`. When another slot has that name, the other slot gets this slot's
 * old name. */
static void rename_slot(struct vfj_step_context *context, struct vfj_slot *slot, struct vfj_name hn)
{
    unsigned namesake = vfj_step_find_hn(context, hn);
    if (namesake < VFJ_SLOTS_MAX) {
        struct vfj_slot *other = vfj_step_edit_slot(context, namesake);
        other->hn = slot->hn;
        /* a devd line with the new name has opened the slot `other` */
        if (vfj_name_is_empty(other->unit)) {
            if (slot->data_path < other->data_path)
                slot->data_path = other->data_path;
            vfj_facts_detach(context, other, VFJ_REASON_HN_RENAMED);
            other->request.wanted = VFJ_OBSERVE_NOT;
            other->fault = VFJ_REASON_NONE;
        }
    }
    slot->hn = hn;
    vfj_step_notice(context, slot, VFJ_REASON_HN_RENAMED);
    vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
}

/* Sets the slot's unit. Clears the facts about laggN, which belong to another unit. */
static void set_unit(struct vfj_slot *slot, struct vfj_name unit)
{
    slot->unit = unit;
    slot->lagg_ours = 0;
    memset(&slot->observed.lagg, 0, sizeof slot->observed.lagg);
    if (slot->activity == VFJ_ACTIVITY_OBSERVING)
        vfj_request_observation(slot, VFJ_OBSERVE_CHANGE);
    if (slot->fault != VFJ_REASON_NO_UNIT)
        return;
    slot->fault = VFJ_REASON_NONE;
    vfj_request_observation(slot, VFJ_OBSERVE_REDISCOVERED);
}

static void learn_unit(struct vfj_step_context *context, const struct vfj_pair *pair)
{
    unsigned owner = vfj_step_find_unit(context, pair->unit);
    if (owner < VFJ_SLOTS_MAX)
        rename_slot(context, vfj_step_edit_slot(context, owner), pair->hn);
    else if ((owner = vfj_step_open_hn(context, pair->hn)) < VFJ_SLOTS_MAX)
        set_unit(vfj_step_edit_slot(context, owner), pair->unit);
}

static bool has_unit(const struct vfj_slot *slot, const struct vfj_pair *pair)
{
    return vfj_name_is_empty(pair->unit) || vfj_name_equal(slot->unit, pair->unit);
}

static bool is_known(const struct vfj_step_context *context, const struct vfj_pair *pair)
{
    if (vfj_name_is_empty(pair->hn) || vfj_name_is_empty(pair->unit))
        return true;
    unsigned owner = vfj_step_find_hn(context, pair->hn);
    return owner < VFJ_SLOTS_MAX && has_unit(vfj_step_slot(context, owner), pair);
}

/* The pairs of a map that agree with the slots. Bit i of `pairs`: the slot of pair i has the pair's
 * unit and VF. Bit i of `slots`: slot i has the VF of a pair. */
struct known {
    uint64_t pairs, slots;
};

static struct known find_known(const struct vfj_step_context *context, const struct vfj_map *map)
{
    struct known known = {0, 0};
    for (unsigned i = 0; i < map->pair_count; i++) {
        const struct vfj_pair *pair = &map->pairs[i];
        unsigned index = vfj_step_find_hn(context, pair->hn);
        if (index == VFJ_SLOTS_MAX || !vfj_name_equal(vfj_step_slot(context, index)->vf, pair->vf))
            continue;
        known.pairs |= (uint64_t)has_unit(vfj_step_slot(context, index), pair) << i;
        known.slots |= (uint64_t)1 << index;
    }
    return known;
}

/* Copies units from the map to the slots. hn may have been renamed without a line, and a slot's
 * unit may be only the number in its name. Returns the pairs that afterwards agree with the
 * slots. */
static struct known learn_units(struct vfj_step_context *context, const struct vfj_map *map)
{
    const struct known known = find_known(context, map);
    bool learned = false;
    for (unsigned i = 0; i < map->pair_count; i++) {
        if ((known.pairs >> i & 1) != 0 || is_known(context, &map->pairs[i]))
            continue;
        learn_unit(context, &map->pairs[i]);
        learned = true;
    }
    return learned ? find_known(context, map) : known;
}

static bool is_mapped(const struct vfj_map *map, struct vfj_name hn)
{
    bool found = false;
    for (unsigned i = 0; i < map->pair_count; i++)
        found |= vfj_name_equal(map->pairs[i].hn, hn);
    return found;
}

static void compare_map(struct vfj_step_context *context, const struct vfj_map *map,
                        const struct known *known, bool is_after_gap)
{
    if (map->truncated) /* a truncated map may lack VFs that are attached */
        vfj_step_note(context, VFJ_REASON_TOO_MANY_SLOTS);
    for (unsigned i = 0; i < context->next->head.slot_count && !map->truncated; i++) {
        const struct vfj_slot *slot = vfj_step_slot(context, i);
        bool lacks_vf = vfj_name_is_empty(slot->vf);
        if (lacks_vf && slot->fault == VFJ_REASON_NO_UNIT && !is_mapped(map, slot->hn))
            /* a slot without a VF needs no unit */
            vfj_step_edit_slot(context, i)->fault = VFJ_REASON_NONE;
        /* A VF may have attached after the probe for this map began. When another map probe is
         * to follow, its map decides. */
        bool may_be_late = context->next->head.map_again != 0;
        if ((known->slots >> i & 1) != 0 || lacks_vf || may_be_late)
            continue;
        /* hn(4) drops a renamed VF from its map, but the VF keeps the data path */
        bool keeps_data_path = slot->joined && vfj_slot_is_on_vf(slot);
        if (keeps_data_path)
            vfj_request_observation(vfj_step_edit_slot(context, i), VFJ_OBSERVE_CHANGE);
        else
            vfj_facts_detach(context, vfj_step_edit_slot(context, i), VFJ_REASON_VF_LOST);
    }
    for (unsigned i = 0; i < map->pair_count; i++) {
        if ((known->pairs >> i & 1) != 0 || vfj_name_is_empty(map->pairs[i].hn))
            continue;
        unsigned index = vfj_step_open_hn(context, map->pairs[i].hn);
        if (index < VFJ_SLOTS_MAX
            && !vfj_name_equal(vfj_step_slot(context, index)->vf, map->pairs[i].vf))
            attach(context, vfj_step_edit_slot(context, index), map->pairs[i].vf,
                   is_after_gap || vfj_slot_is_on_vf(vfj_step_slot(context, index)));
    }
}

/* Requests the observation of a slot after a gap. The probe begins in this step, or when the
 * running batch has ended. */
static void observe_after_gap(struct vfj_slot *slot)
{
    vfj_request_observation(slot, VFJ_OBSERVE_GAP);
    if (!vfj_slot_is_on_vf(slot)) /* hn's LINK_UP may be among the missed events */
        slot->plan.rechecks = 1;
}

static void observe_slots(struct vfj_step_context *context)
{
    for (unsigned i = 0; i < context->next->head.slot_count; i++) {
        const struct vfj_slot *slot = vfj_step_slot(context, i);
        bool is_name_alone = vfj_name_is_empty(slot->unit) && vfj_name_is_empty(slot->vf);
        /* a renaming may leave a slot with only a name, without unit and VF: nothing to observe */
        if (!is_name_alone)
            observe_after_gap(vfj_step_edit_slot(context, i));
    }
}

static void take_map(struct vfj_step_context *context, const struct vfj_map *map)
{
    struct vfj_head *head = &context->next->head;
    bool is_after_gap = head->observe_all != 0;
    head->transparent = map->transparent > 0;
    head->observe_all = 0;
    if (!head->transparent)
        vfj_transparent_end(context);
    const struct known known = learn_units(context, map);
    if (head->transparent) {
        vfj_transparent_map(context, map, is_after_gap);
        return;
    }
    compare_map(context, map, &known, is_after_gap);
    if (is_after_gap)
        observe_slots(context);
}

void vfj_map_observed(struct vfj_step_context *context, const struct vfj_observation *answer)
{
    struct vfj_head *head = &context->next->head;
    head->map_pending = 0;
    if (answer->ok) {
        head->map_failures = 0;
        take_map(context, &answer->as.map);
    } else {
        vfj_step_note(context, VFJ_REASON_PROBE_FAILED);
        head->map_retry_us = head->mono_us + vfj_step_pause_us(1, 300, head->map_failures + 1u);
        vfj_step_count_up(&head->map_failures);
    }
    if (head->map_again) {
        head->map_again = 0;
        vfj_map_request(context);
    }
}
