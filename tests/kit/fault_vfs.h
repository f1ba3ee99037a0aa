/* An SQLite VFS that makes operations fail at the request of a test. */
#ifndef VFJ_TESTS_KIT_FAULT_VFS_H
#define VFJ_TESTS_KIT_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

/* Makes this VFS the default one, in front of the old default. It remains until the process
 * ends. */
void kit_fault_install(void);

/* From now on SQLite's sleeps return at once. A busy timeout then only retries. */
void kit_fault_no_sleep(void);

/* Makes one write, sync, truncation or opening fail with the SQLite result code: the `count`th
 * from now on (1: the next; 0: none). `stay` makes all later ones fail too. */
void kit_fault_arm(unsigned count, int code, bool stay);

/* Sets whether reads, size queries and locks count as operations too. */
void kit_fault_reads(bool count);

/* Makes no further operation fail. Returns whether one failed since kit_fault_arm(). */
bool kit_fault_disarm(void);

/* Simulates the death of the process at a write, sync, truncation, opening or removal: the
 * `count`th from now on (1: the next; 0: none). That operation and all later ones fail and
 * change nothing, so the disk holds what a dead process leaves. */
void kit_fault_die(unsigned count);
/* Returns whether that operation was reached. */
bool kit_fault_is_dead(void);

/* From now on records the writes that are not synced. All files must then be closed before
 * kit_fault_revive(). */
void kit_fault_track(void);

/* Starts a new process in the simulation: no operation fails. A `power` that is not NULL means
 * that a power cut ended the old one. Each write that was not synced is then lost, kept or torn,
 * as this random number decides. */
void kit_fault_revive(uint64_t *power);

#endif
