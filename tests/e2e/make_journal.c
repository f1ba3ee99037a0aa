/* Makes a journal for tests in sh(1): a migration, then enough lines for two checkpoints.
 *   usage: vfj_make_journal NEW */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "tests/kit/journal.h"

enum { LINES = 250, CHECKPOINT_ROWS = 100 };

int main(int argc, char **argv)
{
    if (argc != 2)
        return 2;
    kit_make_journal(argv[1]);
    struct vfj_ledger *ledger = kit_ledger_open(argv[1], VFJ_ON_ERROR_STOP);
    vfj_ledger_set_state_checkpoints(ledger, CHECKPOINT_ROWS, INT64_MAX / 4);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < LINES; i++) {
        kit_submit(ledger, kit_devd("!system=IFNET subsystem=epair0a type=ATTACH"));
        if (vfj_ledger_commit(ledger) != VFJ_OK)
            return 4;
        vfj_ledger_maintain(ledger);
    }
    vfj_ledger_close(ledger);
    return 0;
}
