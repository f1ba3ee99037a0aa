/* A guest in transparent mode (option --transparent): what its kernel does, and what the daemon
 * must know about it at the end. The daemon changes nothing in such a guest. */
#include "core/data/finding.h"
#include "tests/sim/sim.h"

static const int64_t ms = 1000, second = 1000000;

void sim_transparent_set_up(struct sim *sim)
{
    if (sim->is_transparent)
        sim_direct(sim, "%%sysctl hw.hn.vf_transparent=1");
}

void sim_transparent_plugged(struct sim *sim, unsigned number)
{
    if (sim->is_transparent)
        sim_later(sim, SIM_HOST_SWITCH, number, 2 * second + sim_between(sim, 0, 600 * ms));
}

/* Takes the VF up and gives it the data path, as hn_xpnt_vf_init() of hn(4) does. The only devd
 * line about this is that of the VF's link. */
void sim_transparent_switch(struct sim *sim, unsigned number)
{
    struct vfj_guest_if *vf = sim_interface(sim, sim->nics[number].vf);
    if (vf == NULL)
        return;
    vf->facts.up = true;
    if (vf->facts.link != VFJ_LINK_DOWN)
        sim_emit(sim, "!system=IFNET subsystem=%s type=LINK_UP", vf->facts.name.text);
}

/* Returns true when the fault that the daemon reports exists in the guest. */
static bool is_true(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot,
                    enum vfj_reason fault)
{
    const struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    if (fault == VFJ_REASON_VF_ABSENT)
        return vf == NULL;
    if (fault == VFJ_REASON_NOT_SWITCHED)
        return vf != NULL && vf->facts.link != VFJ_LINK_UP;
    if (fault == VFJ_REASON_VF_CONFIGURED)
        return vf != NULL && (vf->facts.address_count > 0 || vf->dhclient != 0);
    return fault == VFJ_REASON_FLAPPING && slot->transparent.leaves > 4;
}

static bool stands(const struct vfj_slot *slot, enum vfj_finding_kind kind)
{
    return (slot->transparent.findings >> kind & 1) != 0;
}

static void check_without_vf(struct sim *sim, const struct sim_nic *nic,
                             const struct vfj_slot *slot)
{
    if (slot == NULL)
        return;
    if (slot->state != VFJ_SLOT_DETACHED)
        sim_fail(sim, "%s has no VF, and is %s", nic->hn.text,
                 vfj_slot_state_name((enum vfj_slot_state)slot->state));
    if (vfj_slot_is_transparent(slot) && !stands(slot, VFJ_FOUND_VF_ABSENT))
        sim_fail(sim, "%s has had no VF for long, and nothing tells so", nic->hn.text);
}

static void check_with_vf(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot)
{
    const struct vfj_guest_if *vf = sim_interface(sim, nic->vf);
    if (slot == NULL || !vfj_name_equal(slot->vf, nic->vf))
        sim_fail(sim, "%s has the VF %s, and the daemon does not know", nic->hn.text, nic->vf.text);
    bool is_switched = vf->facts.link == VFJ_LINK_UP;
    if ((slot->state == VFJ_SLOT_SWITCHED) != is_switched)
        sim_fail(sim, "%s: the VF %s the data path, and the slot is %s", nic->hn.text,
                 is_switched ? "has" : "lacks",
                 vfj_slot_state_name((enum vfj_slot_state)slot->state));
    if (!is_switched && !stands(slot, VFJ_FOUND_NOT_SWITCHED))
        sim_fail(sim, "%s: the VF lacks the data path, and nothing tells so", nic->hn.text);
    if (is_switched && vfj_slot_due_us(slot) != VFJ_NEVER_US && !stands(slot, VFJ_FOUND_FLAPPING))
        sim_fail(sim, "%s: the VF has the data path, and the daemon polls", nic->hn.text);
}

void sim_transparent_check_end(struct sim *sim)
{
    if (sim->policy != VFJ_POLICY_VFJOURNAL)
        return;
    for (unsigned i = 0; i < sim->nic_count; i++) {
        const struct sim_nic *nic = &sim->nics[i];
        const struct vfj_slot *slot = sim_slot_of(sim, nic->hn);
        const struct vfj_guest_if *hn = sim_interface(sim, nic->hn);
        if (vfj_name_is_empty(nic->vf))
            check_without_vf(sim, nic, slot);
        else
            check_with_vf(sim, nic, slot);
        if (slot != NULL && slot->fault != VFJ_REASON_NONE
            && !is_true(sim, nic, slot, (enum vfj_reason)slot->fault))
            sim_fail(sim, "%s: a finding about nothing: %s", nic->hn.text,
                     vfj_reason_text((enum vfj_reason)slot->fault));
        if (!sim_has_address(hn, nic->address))
            sim_fail(sim, "%s lacks %s", nic->hn.text, nic->address);
    }
}
