/* An SQLite VFS that makes file operations fail when a test requests it. */
#ifndef VFJ_TESTS_KIT_FAULT_VFS_H
#define VFJ_TESTS_KIT_FAULT_VFS_H

#include <stdbool.h>
#include <stdint.h>

/* Makes this VFS the default one. It passes operations to the VFS that was the default before. It
 * remains installed until the process ends. */
void kit_fault_install(void);

/* Makes all later sleeps of SQLite return immediately. SQLite then repeats a blocked operation
 * without waiting, as often as its busy timeout allows. */
void kit_fault_no_sleep(void);

/* Makes the `count`th operation from now on fail with the SQLite result code `code` (1: the next
 * one, 0: none). Operations are writes, syncs, truncations and openings of files. With `stay`, all
 * later operations fail too. */
void kit_fault_arm(unsigned count, int code, bool stay);

/* Sets whether reads, size queries and locks are operations that count and can fail, too. */
void kit_fault_reads(bool count);

/* Ends the effect of kit_fault_arm(). Returns true when an operation failed since then. */
bool kit_fault_disarm(void);

/* Simulates that the process dies at the `count`th write, sync, truncation, opening or removal from
 * now on (1: the next one, 0: none). This operation and all later ones fail and change nothing, so
 * that the disk has the content that a dead process would leave. */
void kit_fault_die(unsigned count);
/* Returns true when the operation given to kit_fault_die() was reached. */
bool kit_fault_is_dead(void);

/* Begins to record all writes that are not synced yet. All files must be closed before
 * kit_fault_revive() is called. */
void kit_fault_track(void);

/* Starts a new process in the simulation, in which no operation fails. When `power` is not NULL, a
 * power cut ended the old process: the random number *power decides for each write that was not
 * synced whether it is lost, kept or torn. */
void kit_fault_revive(uint64_t *power);

#endif
