/* Writes a status report of the daemon into its log. */
#include "tools/daemon/status.h"

#include <inttypes.h>

#include "core/data/reason.h"
#include "core/text/text.h"
#include "tools/daemon/log.h"
#include "tools/time_format.h"

enum { LINE_SIZE = 512 };

static void log_head(const struct vfj_head *head, const char *connected, uint64_t seq)
{
    vfj_daemon_log("status", "mode %s, policy %s, record %" PRIu64 "%s%s%s",
                   vfj_mode_name((enum vfj_mode)head->mode),
                   vfj_policy_name((enum vfj_policy)head->policy), seq,
                   connected[0] != '\0' ? ", connected to " : ", not connected to devd", connected,
                   head->transparent ? ", transparent VF mode" : "");
}

static void log_slot(const struct vfj_slot *slot, int64_t mono_us)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_format(&text, "%s%s%s", vfj_slot_state_name((enum vfj_slot_state)slot->state),
                    vfj_name_is_empty(slot->vf) ? "" : ", VF ", slot->vf.text);
    if (slot->timers.delay_us != VFJ_NEVER_US) {
        vfj_text_add(&text, ", delay ");
        vfj_time_add_duration(&text, slot->timers.delay_us - mono_us);
        vfj_text_add(&text, " left");
    }
    if (slot->batch.count > 0) {
        vfj_text_format(&text, ", command %" PRIu64 " runs", slot->batch.first + slot->batch.ended);
    }
    vfj_text_format(&text, "%s%s", slot->fault != VFJ_REASON_NONE ? ", fault: " : "",
                    vfj_reason_text((enum vfj_reason)slot->fault));
    vfj_daemon_log(slot->hn.text, "%s", line);
}

static void log_waiting(const struct vfj_ledger *ledger)
{
    uint64_t events = vfj_ledger_waiting_events(ledger);
    if (events > 0)
        vfj_daemon_log("status",
                       "%" PRIu64 " events wait in memory, the journal can't be written: %s",
                       events, vfj_ledger_detail(ledger));
}

void vfj_daemon_status_log(const struct vfj_ledger *ledger, const char *connected, int64_t mono_us)
{
    const struct vfj_state *state = vfj_ledger_state(ledger);
    log_waiting(ledger);
    log_head(&state->head, connected, vfj_ledger_durable_seq(ledger));
    for (unsigned i = 0; i < state->head.slot_count; i++)
        log_slot(&state->slots[i], mono_us);
}
