/* Finds the machine's state after a given record of a journal. */
#ifndef VFJ_TOOLS_STATE_READ_H
#define VFJ_TOOLS_STATE_READ_H

#include "store/journal.h"
#include "store/machine.h"
#include "store/replay.h"

/* Sets machine->state to the state after the record `seq`. If the record is a decision, this is the
 * state after the event that led to it.
 *
 * `name` is the journal's name for messages. With `shortly`, begins at the nearest checkpoint of
 * the state before the record, and checks neither the hash chain nor anything before this
 * checkpoint.
 *
 * Returns VFJ_EXIT_OK, or the exit status after a message. The status is VFJ_EXIT_DIFFERENT when
 * the journal does not have the record. When the machine's decisions differ from the recorded
 * ones before the record, the status is that of the verdict. */
int vfj_state_read_at(struct vfj_journal *journal, const char *name, uint64_t seq, bool shortly,
                      struct vfj_machine *machine);

#endif
