/* Records the writes to a file since its last sync. A power cut loses some or all of them. */
#ifndef VFJ_TESTS_KIT_UNSYNCED_H
#define VFJ_TESTS_KIT_UNSYNCED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Call this before a write of `amount` bytes to an open file, which has the given size. Records
 * what the write changes. For a truncation `from` is NULL and `offset` is the new size. */
void kit_unsynced_note(const char *path, sqlite3_file *file, sqlite3_int64 size, const void *from,
                       int amount, sqlite3_int64 offset);

/* Forgets the writes to a file that was synced or removed: a power cut cannot lose them any
 * more. */
void kit_unsynced_settle(const char *path);

/* Simulates a power cut. *random decides for each sector of 512 bytes of each recorded write,
 * and for each truncation, whether it is on the disk. All files must be closed. */
void kit_unsynced_cut(uint64_t *random);

#endif
