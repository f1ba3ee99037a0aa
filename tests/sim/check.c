/* Checks that are made at every step of a simulated run. */
#include <stdlib.h>
#include <string.h>

#include "core/text/digest.h"
#include "store/replay.h"
#include "tests/kit/held_vfs.h"
#include "tests/sim/sim.h"

bool sim_is_ours(const struct sim *sim)
{
    return sim->mode == VFJ_MODE_ACT && sim->policy == VFJ_POLICY_VFJOURNAL && !sim->is_transparent;
}

/* The functions below check commands. */

static void check_not_again(struct sim *sim, struct sim_nic *nic, const struct vfj_command *command)
{
    struct vfj_argv argv;
    char line[VFJ_ARGS_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (!vfj_command_argv(command, 0, &argv))
        sim_fail(sim, "a command without words");
    vfj_argv_print(&argv, &text);
    uint64_t digest = vfj_digest(line, text.length, 0);
    for (unsigned i = 0; i < nic->given_count; i++) {
        if (nic->given[i] == digest)
            sim_fail(sim, "given again, and nothing was learnt since: %s", line);
    }
    if (nic->given_count < sizeof nic->given / sizeof nic->given[0])
        nic->given[nic->given_count++] = digest;
}

static void check_delete(struct sim *sim, const struct sim_nic *nic,
                         const struct vfj_command *command)
{
    if (vfj_name_equal(command->a, nic->hn) && vfj_guest_lagg_of(&sim->guest, nic->hn) == NULL)
        sim_fail(sim, "an address is taken off %s before that is a port", nic->hn.text);
}

static void check_dhclient(struct sim *sim, const struct vfj_command *command)
{
    const struct vfj_guest_if *interface = sim_interface(sim, command->a);
    if (interface != NULL && interface->dhclient != 0)
        sim_fail(sim, "a second dhclient for %s", command->a.text);
    if (vfj_guest_lagg_of(&sim->guest, command->a) != NULL)
        sim_fail(sim, "a dhclient for %s, which is a port", command->a.text);
}

void sim_check_command(struct sim *sim, const struct vfj_command *command)
{
    struct sim_nic *nic = sim_nic_of(sim, command->hn);
    const struct vfj_ledger *ledger = sim->loop.ledger;
    if (sim->is_transparent && sim->policy == VFJ_POLICY_VFJOURNAL)
        sim_fail(sim, "a command that changes the guest, in transparent mode");
    if (sim->mode != VFJ_MODE_ACT)
        sim_fail(sim, "a command that changes the guest, in observe mode");
    if (vfj_ledger_waiting(ledger) && !vfj_ledger_detached(ledger))
        sim_fail(sim, "a command runs before its record is durable");
    if (!sim_is_ours(sim))
        return;
    if (nic == NULL)
        sim_fail(sim, "a command for an unknown interface: %s", command->hn.text);
    check_not_again(sim, nic, command);
}

static void check_join(struct sim *sim, const struct sim_nic *nic)
{
    if (nic->use != SIM_USE_NONE && !nic->is_late)
        sim_fail(sim, "%s becomes a port, and something uses it that a port can't serve",
                 nic->hn.text);
}

void sim_check_begin(struct sim *sim, const struct vfj_command *command)
{
    const struct sim_nic *nic = sim_nic_of(sim, command->hn);
    if (!sim_is_ours(sim) || nic == NULL || nic->meddled)
        return;
    if (command->kind == VFJ_COMMAND_JOIN_FIRST)
        check_join(sim, nic);
    if (command->kind == VFJ_COMMAND_ADDRESS_DELETE || command->kind == VFJ_COMMAND_STRIP)
        check_delete(sim, nic, command);
    if (command->kind == VFJ_COMMAND_DHCLIENT_BACKGROUND || command->kind == VFJ_COMMAND_DHCLIENT)
        check_dhclient(sim, command);
}

/* The functions below check the guest when a plan ends. */

static void check_port(struct sim *sim, const struct vfj_guest_if *lagg, struct vfj_name name)
{
    const struct vfj_guest_if *port = sim_interface(sim, name);
    if (port == NULL || !vfj_interface_has_port(&lagg->facts, name))
        return;
    if (port->facts.address_count > 0)
        sim_fail(sim, "a plan ended, and %s, a port, has an address", name.text);
    if (port->dhclient != 0)
        sim_fail(sim, "a plan ended, and %s, a port, has a dhclient", name.text);
}

/* Returns true when the daemon can know that the VF belongs to this hn. hn(4) forgets a VF that is
 * renamed; the daemon then knows the VF only if it was joined before. */
static bool is_vf_known(const struct sim *sim, const struct sim_nic *nic,
                        const struct vfj_slot *slot)
{
    return vfj_guest_mapped_vf(&sim->guest, nic->hn) != NULL || vfj_name_equal(slot->vf, nic->vf);
}

void sim_note_plans(struct sim *sim)
{
    const struct vfj_state *state = vfj_ledger_state(sim->loop.ledger);
    sim->went_back = false;
    /* a daemon that is stopping observes slots that have no plan, too; these do not count */
    bool is_stopping = state->head.running == VFJ_RUNNING_STOPPING;
    for (unsigned i = 0; i < state->head.slot_count; i++)
        sim->had_plan[i] = vfj_slot_has_plan(&state->slots[i])
            && (!is_stopping || state->slots[i].plan.phase == VFJ_PLAN_ACTIVE);
}

/* Checks the network of each hn for which the daemon has nothing left to do. The network must work
 * at least as well as it would without a VF and without the daemon. */
static void check_moment(struct sim *sim)
{
    const struct vfj_state *state = vfj_ledger_state(sim->loop.ledger);
    if (state->head.map_pending != 0)
        /* the list of VFs is being read: a VF may have left or come back since it was last read */
        return;
    for (unsigned i = 0; i < state->head.slot_count && sim_is_ours(sim); i++) {
        const struct vfj_slot *slot = &state->slots[i];
        const struct sim_nic *nic = sim_nic_of(sim, slot->hn);
        if (nic == NULL || !nic->is_seen || !vfj_name_equal(slot->hn, nic->hn))
            continue;
        if (sim_is_settled(sim, nic, slot))
            sim_check_network(sim, nic);
        else if (sim_is_held_up(sim, nic, slot))
            sim_check_reachable(sim, nic);
    }
}

void sim_check_plans(struct sim *sim)
{
    check_moment(sim);
    const struct vfj_state *state = vfj_ledger_state(sim->loop.ledger);
    if (sim->went_back)
        return; /* lost rows have reset the state, so no plan ended in this step */
    for (unsigned i = 0; i < state->head.slot_count && sim_is_ours(sim); i++) {
        const struct vfj_slot *slot = &state->slots[i];
        const struct sim_nic *nic = sim_nic_of(sim, slot->hn);
        if (!sim->had_plan[i] || vfj_slot_has_plan(slot) || slot->fault != VFJ_REASON_NONE
            || nic == NULL || nic->meddled || nic->has_script)
            continue;
        if (!vfj_name_equal(slot->hn, nic->hn))
            /* hn was renamed, and the journal lost the row about this: the hn of the slot does not
             * exist */
            continue;
        const struct vfj_guest_if *lagg = sim_lagg(sim, nic);
        if (lagg == NULL || !vfj_interface_has_port(&lagg->facts, nic->hn))
            continue;
        check_port(sim, lagg, nic->hn);
        if (is_vf_known(sim, nic, slot))
            check_port(sim, lagg, nic->vf);
    }
}

/* The functions below check the journal. */

/* Replays the journal. Closes the journal before sim_fail() ends the run, because it would
 * otherwise remain open during later runs. */
static void read_journal(struct sim *sim, struct vfj_machine *machine,
                         struct vfj_replay_result *result)
{
    struct vfj_journal *journal = NULL;
    char detail[256];
    struct vfj_text text = vfj_text_begin(detail, sizeof detail);
    vfj_machine_init(machine);
    kit_held_show();
    enum vfj_status status = vfj_journal_open(&journal, sim->journal, VFJ_JOURNAL_READ);
    vfj_text_add(&text, vfj_journal_detail(journal));
    if (status == VFJ_OK)
        vfj_replay_run(journal, machine, NULL, result);
    vfj_journal_close(journal);
    if (status != VFJ_OK)
        sim_fail(sim, "the journal can't be read: %s: %s", vfj_status_text(status), detail);
    if (result->verdict != VFJ_VERDICT_SAME)
        sim_fail(sim, "the journal: %s at %llu",
                 vfj_verdict_text((enum vfj_verdict)result->verdict),
                 (unsigned long long)result->seq);
}

void sim_check_journal(struct sim *sim)
{
    static struct vfj_machine machine;
    struct vfj_replay_result result;
    const struct vfj_ledger *ledger = sim->loop.ledger;
    read_journal(sim, &machine, &result);
    if (result.records != vfj_ledger_durable_seq(ledger)
        || result.records != vfj_ledger_seq(ledger))
        sim_fail(sim, "the journal has %llu records, the ledger says %llu",
                 (unsigned long long)result.records, (unsigned long long)vfj_ledger_seq(ledger));
    /* The digest covers everything that a step reads. A checkpoint stores nothing else of the
     * state. */
    if (vfj_state_digest(&machine.state) != vfj_state_digest(vfj_ledger_state(ledger)))
        sim_fail(sim, "the journal replayed is not the live state");
}

/* Reads a record's hash in the hash chain from the journal file. */
static void read_head(struct sim *sim, uint64_t seq, struct vfj_head_hash *head)
{
    struct vfj_journal *journal = NULL;
    struct vfj_record record;
    kit_held_show();
    enum vfj_status status = vfj_journal_open(&journal, sim->journal, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = vfj_journal_get(journal, seq, &record);
    if (status == VFJ_OK)
        memcpy(head->bytes, record.chain, VFJ_CHAIN_SIZE);
    vfj_journal_close(journal);
    if (status != VFJ_OK)
        sim_fail(sim, "record %llu can't be read: %s", (unsigned long long)seq,
                 vfj_status_text(status));
}

void sim_check_opened(struct sim *sim)
{
    const struct vfj_ledger *ledger = sim->loop.ledger;
    const struct sim_durable *durable = &sim->durable;
    struct vfj_head_hash head = vfj_ledger_head(ledger);
    uint64_t seq = vfj_ledger_seq(ledger);
    if (seq < durable->seq)
        sim_fail(sim, "committed, and lost: records %llu to %llu", (unsigned long long)seq + 1,
                 (unsigned long long)durable->seq);
    if (seq > durable->seq && durable->seq > 0)
        read_head(sim, durable->seq, &head);
    if (durable->seq > 0 && memcmp(head.bytes, durable->head.bytes, VFJ_CHAIN_SIZE) != 0)
        sim_fail(sim, "record %llu is another one than was committed",
                 (unsigned long long)durable->seq);
    if (seq == durable->seq && durable->has_digest
        && vfj_state_digest(vfj_ledger_state(ledger)) != durable->digest)
        sim_fail(sim, "another state than before the crash");
}
