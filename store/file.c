/* Inspects, identifies and creates the files of a journal. Only vfj_file_create() uses SQLite. */
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/schema.h"
#include "store/uri.h"

enum { HEADER_SIZE = 100 };

enum vfj_status vfj_file_status_of(int error)
{
    static const int of_path[] = {EACCES, EPERM,  EROFS,  ENOENT,  ENOTDIR,      EEXIST,
                                  ELOOP,  EISDIR, EINVAL, ETXTBSY, ENAMETOOLONG, ENOTEMPTY};
    if (error == ENOSPC || error == EDQUOT)
        return VFJ_JOURNAL_FULL;
    for (size_t i = 0; i < sizeof of_path / sizeof of_path[0]; i++) {
        if (error == of_path[i])
            return VFJ_JOURNAL_ACCESS;
    }
    return VFJ_JOURNAL_IO;
}

bool vfj_file_write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t count = write(fd, at, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return false;
        at += count;
        size -= (size_t)count;
    }
    return true;
}

bool vfj_file_read_all(int fd, void *bytes, size_t size)
{
    char *at = bytes;
    while (size > 0) {
        ssize_t count = read(fd, at, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count == 0)
            errno = EPIPE;
        if (count <= 0)
            return false;
        at += count;
        size -= (size_t)count;
    }
    return true;
}

static enum vfj_status fail(enum vfj_status status, struct vfj_text *detail, const char *what)
{
    vfj_text_add(detail, what);
    return status;
}

static enum vfj_status fail_errno(struct vfj_text *detail, const char *what)
{
    int error = errno;
    vfj_text_add(detail, what);
    return fail(vfj_file_status_of(error), detail, strerror(error));
}

static bool add_suffix(const char *path, const char *suffix, char name[PATH_MAX])
{
    struct vfj_text text = vfj_text_begin(name, PATH_MAX);
    vfj_text_format(&text, "%s%s", path, suffix);
    return !text.overflow;
}

static bool has_wal(const char *path)
{
    char name[PATH_MAX];
    struct stat stat_wal;
    return add_suffix(path, "-wal", name) && stat(name, &stat_wal) == 0 && stat_wal.st_size > 0;
}

static bool has(const char *path, const char *suffix)
{
    char name[PATH_MAX];
    struct stat facts;
    return add_suffix(path, suffix, name) && lstat(name, &facts) == 0;
}

/* Returns true when the file PATH + `suffix` is absent or a regular file. SQLite opens such a
 * file by name. If it were a FIFO, open(2) would wait for a process at the other end. */
static bool is_regular_or_absent(const char *path, const char *suffix)
{
    char name[PATH_MAX];
    struct stat facts;
    return !add_suffix(path, suffix, name) || lstat(name, &facts) != 0 || S_ISREG(facts.st_mode);
}

static enum vfj_status inspect_companions(const char *path, struct vfj_text *detail)
{
    static const char *const suffixes[] = {"-wal", "-shm", "-journal"};
    for (size_t i = 0; i < sizeof suffixes / sizeof suffixes[0]; i++) {
        if (is_regular_or_absent(path, suffixes[i]))
            continue;
        vfj_text_add(detail, suffixes[i]);
        return fail(VFJ_JOURNAL_NOT_OURS, detail, " beside it is not a regular file");
    }
    return VFJ_OK;
}

static uint32_t big_endian(const unsigned char *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

/* Checks a header of SQLite's file format. Offsets: 16 page size; 28 number of pages, valid when
 * the counters at 24 and 92 are equal; 56 encoding; 60 user_version; 68 application_id. */
static enum vfj_status inspect_header(const unsigned char *header,
                                      const struct vfj_file_facts *facts, struct vfj_text *detail)
{
    uint64_t page_size = (uint64_t)header[16] << 8 | header[17];
    uint64_t pages = big_endian(header + 28);
    if (page_size == 1)
        page_size = 65536;
    if (big_endian(header + 68) != VFJ_APPLICATION_ID)
        return fail(VFJ_JOURNAL_NOT_OURS, detail, "a database of another program");
    if (big_endian(header + 60) > VFJ_SCHEMA_VERSION) {
        vfj_text_format(detail, "its format is %" PRIu32 ", this program knows up to %d",
                        big_endian(header + 60), VFJ_SCHEMA_VERSION);
        return VFJ_JOURNAL_NEWER;
    }
    if (big_endian(header + 56) != 1)
        return fail(VFJ_JOURNAL_NOT_OURS, detail, "its text is not UTF-8");
    if (!facts->wal && big_endian(header + 24) == big_endian(header + 92)
        && (uint64_t)facts->stat.st_size < pages * page_size) {
        vfj_text_format(detail, "truncated: %" PRId64 " of %" PRIu64, (int64_t)facts->stat.st_size,
                        pages * page_size);
        return fail(VFJ_JOURNAL_DAMAGED, detail, " bytes");
    }
    return VFJ_OK;
}

static enum vfj_status inspect_start(const unsigned char *header, size_t length,
                                     const struct vfj_file_facts *facts, struct vfj_text *detail)
{
    static const char magic[] = "SQLite format 3";
    if (length == 0)
        return fail(VFJ_JOURNAL_DAMAGED, detail,
                    "the file is empty, not a journal (remove it to begin a new one)");
    if (memcmp(header, magic, length < sizeof magic ? length : sizeof magic) != 0)
        return fail(VFJ_JOURNAL_NOT_OURS, detail, "not a database");
    if (length < HEADER_SIZE)
        return fail(VFJ_JOURNAL_DAMAGED, detail, "truncated within its header");
    return inspect_header(header, facts, detail);
}

static enum vfj_status inspect_file(int fd, const char *path, struct vfj_file_facts *facts,
                                    struct vfj_text *detail)
{
    unsigned char header[HEADER_SIZE] = {0};
    if (fstat(fd, &facts->stat) != 0)
        return fail_errno(detail, "");
    if (S_ISDIR(facts->stat.st_mode))
        return fail(VFJ_JOURNAL_NOT_OURS, detail, "a directory, not a journal");
    if (!S_ISREG(facts->stat.st_mode))
        return fail(VFJ_JOURNAL_NOT_OURS, detail, "not a regular file");
    enum vfj_status status = inspect_companions(path, detail);
    if (status != VFJ_OK)
        return status;
    ssize_t length = pread(fd, header, sizeof header, 0);
    if (length < 0)
        return fail_errno(detail, "");
    facts->wal = has_wal(path);
    facts->shm = has(path, "-shm");
    facts->rollback = has(path, "-journal");
    return inspect_start(header, (size_t)length, facts, detail);
}

enum vfj_status vfj_file_inspect(const char *path, struct vfj_file_facts *facts,
                                 struct vfj_text *detail)
{
    memset(facts, 0, sizeof *facts);
    /* With O_NONBLOCK, open(2) does not wait when the file is a FIFO. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return VFJ_JOURNAL_ABSENT;
    if (fd < 0)
        return fail_errno(detail, "");
    /* The descriptor is closed before SQLite opens the file. A close of any descriptor of a file
     * drops all fcntl(2) locks that this process has on the file, and SQLite uses such locks. */
    enum vfj_status status = inspect_file(fd, path, facts, detail);
    (void)close(fd);
    return status;
}

bool vfj_file_changed(const char *path, const struct vfj_file_facts *facts)
{
    struct stat now;
    const struct stat *then = &facts->stat;
    return stat(path, &now) != 0 || now.st_ino != then->st_ino || now.st_size != then->st_size
        || now.st_mtim.tv_sec != then->st_mtim.tv_sec
        || now.st_mtim.tv_nsec != then->st_mtim.tv_nsec || has_wal(path) != facts->wal;
}

struct vfj_file_identity vfj_file_identify(const char *path)
{
    char name[PATH_MAX];
    struct stat facts;
    struct vfj_file_identity identity = {0};
    if (stat(path, &facts) != 0)
        return identity;
    identity.device = facts.st_dev;
    identity.file = facts.st_ino;
    if (add_suffix(path, "-wal", name) && stat(name, &facts) == 0)
        identity.wal = facts.st_ino;
    return identity;
}

static bool is_gone(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

/* Returns true when `path` no longer names the file with that device and inode. In capability
 * mode no path can be looked up; then this function looks the last part of `path` up in
 * `directory`. */
static bool names_another(const char *path, int directory, dev_t device, ino_t inode)
{
    struct stat facts;
    const char *slash = strrchr(path, '/');
    int failed = stat(path, &facts);
    if (failed != 0 && !is_gone(errno) && directory >= 0)
        failed = fstatat(directory, slash != NULL ? slash + 1 : path, &facts, 0);
    if (failed != 0)
        return is_gone(errno);
    return facts.st_dev != device || facts.st_ino != inode;
}

bool vfj_file_is_moved(const char *path, int directory, const struct vfj_file_identity *identity)
{
    char wal[PATH_MAX];
    if (identity->file == 0)
        return false;
    return names_another(path, directory, identity->device, identity->file)
        || (identity->wal != 0 && add_suffix(path, "-wal", wal)
            && names_another(wal, directory, identity->device, identity->wal));
}

static enum vfj_status sync_directory(const char *path, struct vfj_text *detail)
{
    char name[PATH_MAX];
    if (!add_suffix(path, "", name))
        return VFJ_OK;
    char *slash = strrchr(name, '/');
    if (slash == NULL)
        (void)strcpy(name, ".");
    else
        slash[slash == name ? 1 : 0] = '\0';
    int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fail_errno(detail, "its directory: ");
    int failed = fsync(fd);
    enum vfj_status status = failed ? fail_errno(detail, "its directory: ") : VFJ_OK;
    (void)close(fd);
    return status;
}

/* Makes an empty file with mode 0600. SQLite gives the -wal, -shm and -journal files the mode of
 * the database file. */
static bool make_private(const char *name)
{
    if (unlink(name) != 0 && errno != ENOENT)
        return false;
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    return fd >= 0 && close(fd) == 0;
}

static int write_schema(const char *name)
{
    char uri[VFJ_URI_SIZE];
    sqlite3 *db = NULL;
    if (!vfj_uri_of(name, "", uri))
        return SQLITE_CANTOPEN;
    int code = sqlite3_open_v2(uri, &db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(
            db,
            "PRAGMA page_size = 4096; PRAGMA encoding = 'UTF-8'; PRAGMA synchronous = FULL;"
            /* With auto_vacuum, pruning can shrink the file. */
            "PRAGMA auto_vacuum = INCREMENTAL;",
            NULL, NULL, NULL);
    if (code == SQLITE_OK)
        code = vfj_schema_migrate(db, 0);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, "PRAGMA journal_mode = WAL;", NULL, NULL, NULL);
    int closed = sqlite3_close(db);
    return code != SQLITE_OK ? code : closed;
}

enum vfj_status vfj_file_create(const char *path, struct vfj_text *detail)
{
    char name[PATH_MAX];
    if (!add_suffix(path, ".new", name))
        return fail(VFJ_JOURNAL_ACCESS, detail, strerror(ENAMETOOLONG));
    if (!make_private(name))
        return fail_errno(detail, "");
    int code = write_schema(name);
    if (code == SQLITE_OK && rename(name, path) == 0)
        return sync_directory(path, detail);
    enum vfj_status status = code == SQLITE_OK
        ? fail_errno(detail, "")
        : fail(code == SQLITE_FULL ? VFJ_JOURNAL_FULL : VFJ_JOURNAL_IO, detail,
               sqlite3_errstr(code));
    (void)unlink(name);
    return status;
}
