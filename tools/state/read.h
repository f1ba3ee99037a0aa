/* Finds the machine's state after a record of a journal. */
#ifndef VFJ_TOOLS_STATE_READ_H
#define VFJ_TOOLS_STATE_READ_H

#include "store/journal.h"
#include "store/machine.h"
#include "store/replay.h"

/* Sets machine->state to the state after the record. After the record of a decision, this is the
 * state after its event.
 *
 * With `shortly`, begins at the nearest state checkpoint before the record, and checks neither
 * the chain nor anything before that checkpoint.
 *
 * Returns VFJ_EXIT_OK, or the exit status after a message. It is VFJ_EXIT_DIFFERENT when the
 * journal has no such record, and the status of the verdict when the machine decides otherwise
 * than recorded before the record. */
int vfj_state_read_at(struct vfj_journal *journal, const char *name, uint64_t seq, bool shortly,
                      struct vfj_machine *machine);

#endif
