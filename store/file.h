/* The journal as a file, before SQLite sees it. */
#ifndef VFJ_STORE_FILE_H
#define VFJ_STORE_FILE_H

#include <stdbool.h>
#include <sys/stat.h>

#include "core/status.h"
#include "core/text.h"

struct vfj_file_facts {
    struct stat stat;
    bool wal;      /* there is a -wal file with something in it */
    bool shm;      /* there is a -shm file: somebody may have the WAL open */
    bool rollback; /* there is a -journal file: SQLite may put the database back by it */
};

/* Look at PATH by its first 100 bytes (sqlite.org/fileformat2.html#the_database_header), reading nothing else
 * and changing nothing. VFJ_OK: worth being opened by SQLite. Else as vfj_journal_open, with *detail. */
enum vfj_status vfj_file_inspect(const char *path, struct vfj_file_facts *facts, struct vfj_text *detail);

/* Whether PATH is no longer as it was when it was inspected. */
bool vfj_file_changed(const char *path, const struct vfj_file_facts *facts);

/* Make PATH a new, empty journal: under another name first, so that there is no moment with half a journal.
 */
enum vfj_status vfj_file_create(const char *path, struct vfj_text *detail);

#endif
