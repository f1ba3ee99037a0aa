/* The write-ahead log of the journal file: how long it is, and when it goes into the database. */
#include <string.h>

#include "store/journal_impl.h"

enum {
    CHECKPOINT_PAGES = 1000, /* SQLite's own default */
    LENGTHEN_BYTES = 1 << 20,
    ZEROS_BYTES = 1 << 16,
};

static int note_length(void *context, sqlite3 *db, const char *name, int pages)
{
    struct vfj_journal *journal = context;
    (void)db;
    (void)name;
    journal->wal_pages = pages;
    return SQLITE_OK;
}

void vfj_journal_defer_wal_checkpoints(struct vfj_journal *journal)
{
    (void)sqlite3_wal_hook(journal->db, note_length, journal); /* takes the place of the automatic checkpoints */
}

/* One that fails, or can't get past a reader, loses nothing: the next one tries again. */
void vfj_journal_checkpoint_wal(struct vfj_journal *journal)
{
    if (journal->wal_pages < CHECKPOINT_PAGES)
        return;
    (void)sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    journal->wal_pages = 0;
}

/* As closing does, but closing first asks by name whether the file is still there, and leaves the WAL as it is when it
 * can't be told: in a process without names the file alone would not be the whole journal. */
void vfj_journal_empty_wal(struct vfj_journal *journal)
{
    if (journal->mode == VFJ_JOURNAL_WRITE && journal->db != NULL)
        (void)sqlite3_wal_checkpoint_v2(journal->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

/* NULL when it is not open. */
static sqlite3_file *file_of(struct vfj_journal *journal)
{
    sqlite3_file *file = NULL;
    int code = sqlite3_file_control(journal->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&file);
    return code == SQLITE_OK && file != NULL && file->pMethods != NULL ? file : NULL;
}

static int add_zeros(sqlite3_file *file, sqlite3_int64 from, sqlite3_int64 to)
{
    char zeros[ZEROS_BYTES];
    int code = SQLITE_OK;
    memset(zeros, 0, sizeof zeros);
    while (from < to && code == SQLITE_OK) {
        int count = to - from < ZEROS_BYTES ? (int)(to - from) : ZEROS_BYTES;
        code = file->pMethods->xWrite(file, zeros, count, from);
        from += count;
    }
    return code == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : code;
}

/* By a part. */
static bool lengthen(sqlite3_file *file, sqlite3_int64 size)
{
    sqlite3_int64 now = 0;
    if (file->pMethods->xFileSize(file, &now) != SQLITE_OK)
        return false;
    return add_zeros(file, now, size - now > LENGTHEN_BYTES ? now + LENGTHEN_BYTES : size) == SQLITE_OK;
}

void vfj_journal_lengthen_wal(struct vfj_journal *journal, uint32_t bytes)
{
    sqlite3_int64 now = 0;
    sqlite3_file *file = journal->wal_is_as_is ? NULL : file_of(journal);
    if (file == NULL || file->pMethods->xFileSize(file, &now) != SQLITE_OK || now >= bytes)
        return;
    if (vfj_journal_begin(journal) == VFJ_OK) /* nobody else appends frames meanwhile */
        journal->wal_is_as_is = !lengthen(file, bytes);
    vfj_journal_rollback(journal);
}
