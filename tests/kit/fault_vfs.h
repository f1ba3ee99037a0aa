/* An SQLite VFS that fails when it is told to. */
#ifndef VFJ_TESTS_KIT_FAULT_VFS_H
#define VFJ_TESTS_KIT_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

/* Put it before the default VFS, for good. */
void kit_fault_install(void);

/* From now on SQLite never sleeps: what waits for a lock or makes room for another process finds
 * neither here. */
void kit_fault_no_sleep(void);

/* Fail the `count`th write, sync, truncation or opening from now on (1: the next) with the SQLite
 * result code; `stay`: and every one after it. 0 fails nothing. */
void kit_fault_arm(unsigned count, int code, bool stay);

/* Whether reads, looks at sizes and locks count as well from now on. */
void kit_fault_reads(bool count);

/* Fail nothing any more. Whether something was failed since it was armed. */
bool kit_fault_disarm(void);

/* The process dies at the `count`th write, sync, truncation, opening or removal from now on (1: the
 * next; 0: at none): that one and all after it fail and change nothing, so that what is on disk is
 * what a dead process left there. */
void kit_fault_die(unsigned count);
bool kit_fault_is_dead(void);

/* From now on remember what is written and not synced; kit_fault_revive() then needs all files to
 * be closed. */
void kit_fault_track(void);

/* A new process: nothing fails. `power`: not NULL when it was the power that went; then what was
 * not synced is lost, or torn, as this random number decides. */
void kit_fault_revive(uint64_t *power);

#endif
