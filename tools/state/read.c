/* Finds the machine's state after a given record of a journal. */
#include "tools/state/read.h"

#include "store/state_checkpoint.h"
#include "tools/finding.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { LINE_SIZE = 256 };

/* Finds the checkpoint of the state nearest before the record `seq`, among those that were written
 * by the rules of this program. Returns the seq of its first part and sets *last to that of its
 * last part. Returns 0 when there is none. */
static uint64_t find_checkpoint(struct vfj_journal *journal, uint64_t seq, uint64_t *last)
{
    struct vfj_record record;
    struct vfj_head_hash head;
    uint32_t rules;
    uint64_t first = 0;
    *last = 0;
    vfj_journal_walk(journal, seq, VFJ_BACKWARD);
    while (first == 0 && vfj_journal_next(journal, &record) == VFJ_OK) {
        if (record.kind != VFJ_RECORD_CHECKPOINT) {
            if (*last != 0)
                break;
            continue;
        }
        if (*last == 0 && vfj_state_checkpoint_is_last(record.body))
            *last = record.seq;
        if (*last != 0 && vfj_state_checkpoint_first(record.body, &head, &rules)) {
            if (rules != VFJ_RULES)
                break;
            first = record.seq;
        }
    }
    vfj_journal_walk_end(journal);
    return first;
}

/* Sets the machine to the state in the checkpoint. Returns false when this fails. */
static bool restore(struct vfj_journal *journal, uint64_t first, uint64_t last,
                    struct vfj_machine *machine)
{
    struct vfj_state_checkpoint_reader reader;
    struct vfj_record record;
    enum vfj_state_checkpoint_read read = VFJ_STATE_CHECKPOINT_MORE;
    vfj_state_checkpoint_read_begin(&reader, machine);
    vfj_journal_walk(journal, first, VFJ_FORWARD);
    for (uint64_t seq = first; seq <= last && read == VFJ_STATE_CHECKPOINT_MORE; seq++) {
        if (vfj_journal_next_raw(journal, &record) != VFJ_OK || record.seq != seq)
            break;
        read = vfj_state_checkpoint_read(&reader, record.body);
    }
    vfj_journal_walk_end(journal);
    return read == VFJ_STATE_CHECKPOINT_READ;
}

static int report_absent(const char *name, uint64_t seq, uint64_t first, uint64_t last)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (last == 0)
        vfj_text_add(&text, VFJ_NO_RECORDS);
    else
        vfj_text_format(&text, "no record %llu: the journal holds records %llu to %llu",
                        (unsigned long long)seq, (unsigned long long)first,
                        (unsigned long long)last);
    vfj_complain(name, line);
    return VFJ_EXIT_DIFFERENT;
}

static int report_verdict(struct vfj_journal *journal, const char *name,
                          const struct vfj_replay_result *result)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    enum vfj_verdict verdict = (enum vfj_verdict)result->verdict;
    if (verdict == VFJ_VERDICT_SAME)
        return VFJ_EXIT_OK;
    if (verdict == VFJ_VERDICT_UNUSABLE)
        return vfj_complain_status(name, (enum vfj_status)result->status,
                                   vfj_journal_detail(journal));
    vfj_text_format(&text, "record %llu: %s", (unsigned long long)result->seq,
                    vfj_verdict_text(verdict));
    vfj_complain(name, line);
    /* if other rules recorded the journal, the result is the state to which this program's rules
     * lead */
    return verdict == VFJ_VERDICT_RULES_CHANGED ? VFJ_EXIT_OK : vfj_verdict_exit_status(verdict);
}

int vfj_state_read_at(struct vfj_journal *journal, const char *name, uint64_t seq, bool shortly,
                      struct vfj_machine *machine)
{
    struct vfj_replay_from from = {0};
    struct vfj_replay_checks checks = {.last = seq, .skip_chain = shortly};
    struct vfj_replay_result result;
    uint64_t first = 0, last = 0;
    enum vfj_status status = vfj_journal_first(journal, &first);
    if (status == VFJ_OK)
        status = vfj_journal_last(journal, &last);
    if (status != VFJ_OK)
        return vfj_complain_status(name, status, vfj_journal_detail(journal));
    if (last == 0 || seq < first || seq > last)
        return report_absent(name, seq, first, last);
    vfj_machine_init(machine);
    uint64_t checkpoint = shortly ? find_checkpoint(journal, seq, &from.seq) : 0;
    if (checkpoint != 0 && restore(journal, checkpoint, from.seq, machine)) {
        checks.from = &from;
        if (from.seq == seq)
            return VFJ_EXIT_OK;
    } else {
        vfj_machine_init(machine);
    }
    vfj_replay_run(journal, machine, &checks, &result);
    return report_verdict(journal, name, &result);
}
