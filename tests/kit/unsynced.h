/* Records the writes to files that were not synced since. A simulated power cut loses some or all
 * of them. */
#ifndef VFJ_TESTS_KIT_UNSYNCED_H
#define VFJ_TESTS_KIT_UNSYNCED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Call this before `amount` bytes from `from` are written to an open file at `offset`. `size` is
 * the file's present size. Records the old and the new bytes. For a truncation `from` is NULL and
 * `offset` is the new size. */
void kit_unsynced_note(const char *path, sqlite3_file *file, sqlite3_int64 size, const void *from,
                       int amount, sqlite3_int64 offset);

/* Call this when a file was synced or removed. Forgets the writes to this file, because a power cut
 * cannot lose them any more. */
void kit_unsynced_settle(const char *path);

/* Simulates a power cut. The random number *random decides which sectors of 512 bytes of each
 * recorded write, and which truncations, are on the disk. All files must be closed. */
void kit_unsynced_cut(uint64_t *random);

#endif
