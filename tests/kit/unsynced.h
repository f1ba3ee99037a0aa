/* What was written to a file and not yet synced: a power cut loses it, all or in part. */
#ifndef VFJ_TESTS_KIT_UNSYNCED_H
#define VFJ_TESTS_KIT_UNSYNCED_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

/* Before a write or a truncation (`from` NULL: to size `offset`) of an open file of that size:
 * remember what it changes. */
void kit_unsynced_note(const char *path, sqlite3_file *file, sqlite3_int64 size, const void *from,
                       int amount, sqlite3_int64 offset);

/* The file was synced, or is gone: nothing of it can be lost any more. */
void kit_unsynced_settle(const char *path);

/* The power is cut: of what was not synced, each sector of 512 bytes is on the disk or is not, as
 * *random decides; a truncation likewise. All files are closed by now. */
void kit_unsynced_cut(uint64_t *random);

#endif
