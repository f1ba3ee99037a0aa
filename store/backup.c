/* Copies a journal while a daemon may write it. */
#include "store/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

#include "store/journal_impl.h"
#include "store/progress.h"
#include "store/publish.h"
#include "store/uri.h"

/* Number of attempts. An attempt fails when the journal file changes during it. A daemon that
 * starts or ends changes the file once. */
enum { TRIES = 5 };

enum { STEP_PAGES = 1024 };

static struct vfj_text begin_detail(struct vfj_backup *backup, const char *where)
{
    backup->where = where;
    return vfj_text_begin(backup->detail, sizeof backup->detail);
}

static enum vfj_status fail(struct vfj_backup *backup, const char *where, enum vfj_status status,
                            const char *detail)
{
    struct vfj_text text = begin_detail(backup, where);
    vfj_text_add(&text, detail);
    return status;
}

static enum vfj_status status_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_OK:
    case SQLITE_DONE:
        return VFJ_OK;
    case SQLITE_NOMEM:
        return VFJ_SYSTEM;
    case SQLITE_FULL:
        return VFJ_JOURNAL_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return VFJ_JOURNAL_DAMAGED;
    default:
        return VFJ_JOURNAL_IO;
    }
}

/* Creates the copy with mode 0600, then opens it by SQLite. The copy needs no rollback journal
 * and no syncs, since an unfinished copy is removed. */
static int open_copy(const char *path, sqlite3 **db)
{
    char uri[VFJ_URI_SIZE];
    *db = NULL;
    (void)unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || close(fd) != 0 || !vfj_uri_of(path, "", uri))
        return SQLITE_CANTOPEN;
    int code = sqlite3_open_v2(uri, db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(*db, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;", NULL, NULL,
                            NULL);
    return code;
}

static int copy_in_steps(struct vfj_journal *journal, sqlite3 *copy)
{
    sqlite3_backup *pages = sqlite3_backup_init(copy, "main", journal->db, "main");
    if (pages == NULL)
        return sqlite3_errcode(copy);
    int code;
    vfj_progress_begin("copying pages", "pages", 0);
    while ((code = sqlite3_backup_step(pages, STEP_PAGES)) == SQLITE_OK) {
        int total = sqlite3_backup_pagecount(pages);
        vfj_progress_size((uint64_t)total);
        vfj_progress_set((uint64_t)(total - sqlite3_backup_remaining(pages)));
    }
    int finished = sqlite3_backup_finish(pages);
    return code == SQLITE_DONE ? finished : code;
}

/* Copies all pages within one read transaction. Such a transaction blocks no writer. */
static int copy_pages(struct vfj_journal *journal, sqlite3 *copy)
{
    int code
        = sqlite3_exec(journal->db, "BEGIN; SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = copy_in_steps(journal, copy);
    if (sqlite3_get_autocommit(journal->db) == 0)
        (void)sqlite3_exec(journal->db, "COMMIT", NULL, NULL, NULL);
    return code;
}

static enum vfj_status copy_journal(struct vfj_backup *backup, struct vfj_journal *journal,
                                    const char *to, const struct vfj_publish *new_file)
{
    sqlite3 *copy = NULL;
    int code = open_copy(new_file->path, &copy);
    if (code == SQLITE_OK)
        code = copy_pages(journal, copy);
    int closed = sqlite3_close(copy);
    if (code == SQLITE_OK)
        code = closed;
    if (journal->immutable && vfj_file_changed(journal->path, &journal->facts))
        return fail(backup, journal->path, VFJ_JOURNAL_BUSY,
                    "the file changed during reading; try again");
    return code == SQLITE_OK ? VFJ_OK : fail(backup, to, status_of(code), sqlite3_errstr(code));
}

static enum vfj_status copy_path(struct vfj_backup *backup, const char *path, const char *to,
                                 const struct vfj_publish *new_file)
{
    struct vfj_journal *journal = NULL;
    enum vfj_status status = vfj_journal_open(&journal, path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = copy_journal(backup, journal, to, new_file);
    else
        (void)fail(backup, path, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    backup->where = status == VFJ_OK ? NULL : backup->where == to ? to : path;
    return status;
}

static enum vfj_status publish(struct vfj_backup *backup, struct vfj_publish *new_file)
{
    struct vfj_text text = vfj_text_begin(backup->detail, sizeof backup->detail);
    enum vfj_status status = vfj_publish_finish(new_file, &text);
    backup->kept = status == VFJ_OK;
    backup->where = status == VFJ_OK ? NULL : new_file->to;
    return status;
}

static enum vfj_status make(struct vfj_backup *backup, const char *path,
                            struct vfj_publish *new_file)
{
    enum vfj_status status = VFJ_JOURNAL_BUSY;
    for (unsigned i = 0; i < TRIES && status == VFJ_JOURNAL_BUSY; i++)
        status = copy_path(backup, path, new_file->to, new_file);
    if (status != VFJ_OK)
        return status;
    vfj_verify(new_file->path, NULL, &backup->verified);
    if (backup->verified.finding == VFJ_FINDING_UNUSABLE)
        return fail(backup, new_file->to, (enum vfj_status)backup->verified.status,
                    backup->verified.detail);
    return backup->verified.finding == VFJ_FINDING_DAMAGED ? VFJ_OK : publish(backup, new_file);
}

enum vfj_status vfj_backup(const char *path, const char *to, struct vfj_backup *backup)
{
    struct vfj_publish new_file;
    memset(backup, 0, sizeof *backup);
    struct vfj_text text = begin_detail(backup, to);
    enum vfj_status status = vfj_publish_begin(&new_file, to, &text);
    if (status == VFJ_OK)
        status = make(backup, path, &new_file);
    vfj_publish_end(&new_file);
    return status;
}
