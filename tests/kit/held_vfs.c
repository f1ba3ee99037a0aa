/* An SQLite VFS that holds its files in memory. */
#include "tests/kit/held_vfs.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HELD_MAX = 8,
    PATH_BYTES = 256,
    /* size of a database's header, the only content of a file that other processes can see */
    HEADER = 100,
    SHM_REGIONS = 16,
    SECTOR = 4096, /* as in SQLite's own VFS */
};

/* The shared memory of a database's WAL index. */
struct shm {
    unsigned users;
    void *regions[SHM_REGIONS];
    /* for each lock of the WAL index: how many files hold it as a shared lock */
    unsigned shared[SQLITE_SHM_NLOCK];
    /* the locks of the WAL index that a file holds exclusively, one bit for each lock */
    unsigned private;
};

/* A file whose content is in memory. The inode identifies it, because a file can be renamed after
 * it was closed. */
struct held {
    /* -1: this element is unused. The open descriptor prevents the system from reusing the inode */
    int fd;
    dev_t dev;
    ino_t ino;
    struct held_file *users; /* the open files of this inode */
    /* the content; the buffer is reused when another file takes this element */
    unsigned char *bytes;
    size_t room;
    sqlite3_int64 size, size_on_disk;
    /* the range of bytes that are not on disk yet; empty if both are equal */
    sqlite3_int64 changed_from, changed_to;
    struct shm shm;
};

/* An open file. */
struct held_file {
    sqlite3_file base;
    const char *name;
    struct held *held;
    struct held_file *next;
    int level; /* SQLITE_LOCK_… */
    bool read_only, mapped;
    bool lockless; /* lock operations succeed and have no effect */
    /* the locks of the WAL index that this file holds, one bit for each lock */
    unsigned shared, private;
};

static struct held all[HELD_MAX];
static sqlite3_vfs vfs, vfs_none;

static struct held_file *file_of(sqlite3_file *file)
{
    return (struct held_file *)file;
}

static struct held *held_of(sqlite3_file *file)
{
    return file_of(file)->held;
}

/* The functions below keep the contents of files in memory, and write them to disk. */

static void make_room(struct held *held, sqlite3_int64 size)
{
    size_t room = held->room > 0 ? held->room : 1 << 16;
    while (room < (size_t)size)
        room *= 2;
    if (room == held->room)
        return;
    held->bytes = realloc(held->bytes, room);
    if (held->bytes == NULL)
        abort();
    held->room = room;
}

static void note_change(struct held *held, sqlite3_int64 from, sqlite3_int64 to)
{
    if (held->changed_from == held->changed_to) {
        held->changed_from = from;
        held->changed_to = to;
        return;
    }
    if (from < held->changed_from)
        held->changed_from = from;
    if (to > held->changed_to)
        held->changed_to = to;
}

static void grow(struct held *held, sqlite3_int64 size)
{
    make_room(held, size);
    if (size <= held->size)
        return;
    memset(held->bytes + held->size, 0, (size_t)(size - held->size));
    note_change(held, held->size, size);
    held->size = size;
}

static void put(struct held *held, sqlite3_int64 from, sqlite3_int64 to)
{
    if (held->size != held->size_on_disk && ftruncate(held->fd, (off_t)held->size) != 0)
        abort();
    if (to > from
        && pwrite(held->fd, held->bytes + from, (size_t)(to - from), (off_t)from) != to - from)
        abort();
    held->size_on_disk = held->size;
}

static void flush(struct held *held)
{
    put(held, held->changed_from, held->changed_to < held->size ? held->changed_to : held->size);
    held->changed_from = held->changed_to = 0;
}

static void put_header(struct held *held)
{
    sqlite3_int64 size = held->size < HEADER ? held->size : HEADER;
    put(held, 0, held->changed_to > 0 && held->changed_from < size ? size : 0);
}

static void drop(struct held *held)
{
    (void)close(held->fd);
    held->fd = -1;
    held->size = held->size_on_disk = held->changed_from = held->changed_to = 0;
}

static bool has_name(const struct held *held)
{
    struct stat facts;
    return fstat(held->fd, &facts) == 0 && facts.st_nlink > 0;
}

static struct held *find(const struct stat *facts)
{
    for (unsigned i = 0; i < HELD_MAX; i++) {
        if (all[i].fd >= 0 && all[i].ino == facts->st_ino && all[i].dev == facts->st_dev)
            return &all[i];
    }
    return NULL;
}

/* Returns an element of `all` for one more file: an unused one, or that of a file that is not
 * open. */
static struct held *find_place(void)
{
    struct held *closed = NULL;
    for (unsigned i = 0; i < HELD_MAX; i++) {
        if (all[i].fd < 0)
            return &all[i];
        if (all[i].users == NULL && (closed == NULL || !has_name(&all[i])))
            closed = &all[i];
    }
    if (closed == NULL)
        abort();
    if (has_name(closed))
        flush(closed);
    drop(closed);
    return closed;
}

static struct held *load(const char *path, bool create)
{
    struct stat facts;
    int fd = open(path, O_RDWR | O_CLOEXEC | (create ? O_CREAT : 0), 0600);
    if (fd < 0)
        return NULL;
    struct held *held = find_place();
    if (fstat(fd, &facts) != 0)
        abort();
    held->fd = fd;
    held->dev = facts.st_dev;
    held->ino = facts.st_ino;
    make_room(held, facts.st_size);
    if (pread(fd, held->bytes, (size_t)facts.st_size, 0) != facts.st_size)
        abort();
    held->size = held->size_on_disk = facts.st_size;
    return held;
}

void kit_held_show(void)
{
    for (unsigned i = 0; i < HELD_MAX; i++) {
        if (all[i].fd >= 0)
            put_header(&all[i]);
    }
}

void kit_held_release(void)
{
    for (unsigned i = 0; i < HELD_MAX; i++) {
        if (all[i].users != NULL)
            abort();
        if (all[i].fd < 0)
            continue;
        flush(&all[i]);
        drop(&all[i]);
    }
}

/* The functions below are SQLite's methods for an open file. */

static int held_read(sqlite3_file *file, void *to, int amount, sqlite3_int64 offset)
{
    const struct held *held = held_of(file);
    sqlite3_int64 there = held->size > offset ? held->size - offset : 0;
    if (there >= amount) {
        memcpy(to, held->bytes + offset, (size_t)amount);
        return SQLITE_OK;
    }
    memcpy(to, held->bytes + (there > 0 ? offset : 0), (size_t)there);
    memset((char *)to + there, 0, (size_t)(amount - there));
    return SQLITE_IOERR_SHORT_READ;
}

static int held_write(sqlite3_file *file, const void *from, int amount, sqlite3_int64 offset)
{
    struct held *held = held_of(file);
    sqlite3_int64 end = offset + amount;
    grow(held, offset);
    make_room(held, end);
    memcpy(held->bytes + offset, from, (size_t)amount);
    if (held->size < end)
        held->size = end;
    note_change(held, offset, end);
    return SQLITE_OK;
}

static int held_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct held *held = held_of(file);
    grow(held, size);
    held->size = size;
    return SQLITE_OK;
}

static int held_sync(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static int held_size(sqlite3_file *file, sqlite3_int64 *size)
{
    *size = held_of(file)->size;
    return SQLITE_OK;
}

/* Returns the highest lock level that other users of the file hold. */
static int others_level(const struct held_file *mine)
{
    int level = SQLITE_LOCK_NONE;
    for (const struct held_file *other = mine->held->users; other != NULL; other = other->next) {
        if (other != mine && other->level > level)
            level = other->level;
    }
    return level;
}

static int held_lock(sqlite3_file *file, int level)
{
    struct held_file *mine = file_of(file);
    int others = others_level(mine);
    if (level <= mine->level || mine->lockless)
        return SQLITE_OK;
    /* fcntl(2) refuses a write lock on a read-only file */
    if (mine->read_only && level > SQLITE_LOCK_SHARED)
        return SQLITE_IOERR_LOCK;
    if (others >= (level == SQLITE_LOCK_SHARED ? SQLITE_LOCK_PENDING : SQLITE_LOCK_RESERVED))
        return SQLITE_BUSY;
    bool waits = level == SQLITE_LOCK_EXCLUSIVE && others >= SQLITE_LOCK_SHARED;
    mine->level = waits ? SQLITE_LOCK_PENDING : level;
    return waits ? SQLITE_BUSY : SQLITE_OK;
}

static int held_unlock(sqlite3_file *file, int level)
{
    if (level < file_of(file)->level)
        file_of(file)->level = level;
    return SQLITE_OK;
}

static int held_reserved(sqlite3_file *file, int *answer)
{
    *answer = file_of(file)->level >= SQLITE_LOCK_RESERVED
        || others_level(file_of(file)) >= SQLITE_LOCK_RESERVED;
    return SQLITE_OK;
}

static int held_control(sqlite3_file *file, int operation, void *argument)
{
    (void)file;
    (void)operation;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int held_sector(sqlite3_file *file)
{
    (void)file;
    return SECTOR;
}

static int held_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

/* The functions below are the methods for the WAL index, and what these need. */

static bool name_shm(const struct held_file *mine, char name[PATH_BYTES])
{
    return snprintf(name, PATH_BYTES, "%s-shm", mine->name) < PATH_BYTES;
}

/* Creates the file NAME-shm. Other processes see by this file that the database's WAL is in use.
 * The file remains until SQLite asks to remove it. */
static void make_shm_file(const struct held_file *mine)
{
    char name[PATH_BYTES];
    int fd = name_shm(mine, name) ? open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600) : -1;
    if (fd < 0)
        abort();
    (void)close(fd);
}

static int held_shm_map(sqlite3_file *file, int region, int size, int extend,
                        void volatile **memory)
{
    struct held_file *mine = file_of(file);
    struct shm *shm = &mine->held->shm;
    if (!mine->mapped && shm->users++ == 0)
        make_shm_file(mine);
    mine->mapped = true;
    if (region >= SHM_REGIONS)
        abort();
    if (shm->regions[region] == NULL && extend
        && (shm->regions[region] = calloc(1, (size_t)size)) == NULL)
        abort();
    *memory = shm->regions[region];
    return SQLITE_OK;
}

static void shm_unlock(struct held_file *mine, unsigned slots)
{
    struct shm *shm = &mine->held->shm;
    for (unsigned slot = 0; slot < SQLITE_SHM_NLOCK; slot++)
        shm->shared[slot] -= (mine->shared & slots) >> slot & 1;
    shm->private &= ~(mine->private & slots);
    mine->shared &= ~slots;
    mine->private &= ~slots;
}

static int shm_lock_shared(struct held_file *mine, unsigned slot)
{
    struct shm *shm = &mine->held->shm;
    if ((shm->private >> slot & 1) != 0)
        return SQLITE_BUSY;
    shm->shared[slot]++;
    mine->shared |= 1u << slot;
    return SQLITE_OK;
}

static int shm_lock_private(struct held_file *mine, unsigned slots)
{
    struct shm *shm = &mine->held->shm;
    for (unsigned slot = 0; slot < SQLITE_SHM_NLOCK; slot++) {
        if ((slots >> slot & 1) != 0 && (shm->shared[slot] > 0 || (shm->private >> slot & 1) != 0))
            return SQLITE_BUSY;
    }
    shm->private |= slots;
    mine->private |= slots;
    return SQLITE_OK;
}

static int held_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    struct held_file *mine = file_of(file);
    unsigned slots = ((1u << count) - 1) << offset;
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        shm_unlock(mine, slots);
        return SQLITE_OK;
    }
    return (flags & SQLITE_SHM_SHARED) != 0 ? shm_lock_shared(mine, (unsigned)offset)
                                            : shm_lock_private(mine, slots);
}

static void held_shm_barrier(sqlite3_file *file)
{
    (void)file;
}

/* Frees the WAL index when its last user unmaps it. The next user builds a new one, as SQLite does
 * for a WAL that no process has open. */
static int held_shm_unmap(sqlite3_file *file, int delete)
{
    struct held_file *mine = file_of(file);
    struct shm *shm = &mine->held->shm;
    char name[PATH_BYTES];
    if (!mine->mapped)
        return SQLITE_OK;
    shm_unlock(mine, (1u << SQLITE_SHM_NLOCK) - 1);
    mine->mapped = false;
    if (--shm->users > 0)
        return SQLITE_OK;
    if (delete &&name_shm(mine, name))
        (void)unlink(name);
    for (unsigned i = 0; i < SHM_REGIONS; i++)
        free(shm->regions[i]);
    memset(shm, 0, sizeof *shm);
    return SQLITE_OK;
}

static int held_close(sqlite3_file *file)
{
    struct held_file *mine = file_of(file);
    struct held_file **at = &mine->held->users;
    (void)held_shm_unmap(file, 0);
    while (*at != mine)
        at = &(*at)->next;
    *at = mine->next;
    if (mine->held->users == NULL)
        put_header(mine->held);
    return SQLITE_OK;
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = held_close,
    .xRead = held_read,
    .xWrite = held_write,
    .xTruncate = held_truncate,
    .xSync = held_sync,
    .xFileSize = held_size,
    .xLock = held_lock,
    .xUnlock = held_unlock,
    .xCheckReservedLock = held_reserved,
    .xFileControl = held_control,
    .xSectorSize = held_sector,
    .xDeviceCharacteristics = held_traits,
    .xShmMap = held_shm_map,
    .xShmLock = held_shm_lock,
    .xShmBarrier = held_shm_barrier,
    .xShmUnmap = held_shm_unmap,
};

/* The functions below are SQLite's methods for files that it gives by name. */

/* Opens a file by its name. SQLite opens no nameless temporary files here, because store/journal.c
 * makes SQLite keep them in memory. */
static int held_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
                     int *out_flags)
{
    struct held_file *mine = file_of(file);
    struct stat facts;
    memset(mine, 0, sizeof *mine);
    if (name == NULL)
        return SQLITE_CANTOPEN;
    mine->name = name;
    mine->lockless = self == &vfs_none;
    mine->read_only = (flags & SQLITE_OPEN_READONLY) != 0;
    mine->held = stat(name, &facts) == 0 ? find(&facts) : NULL;
    if (mine->held == NULL)
        mine->held = load(name, (flags & SQLITE_OPEN_CREATE) != 0);
    if (mine->held == NULL)
        return SQLITE_CANTOPEN;
    mine->next = mine->held->users;
    mine->held->users = mine;
    mine->base.pMethods = &methods;
    if (out_flags != NULL)
        *out_flags = flags;
    return SQLITE_OK;
}

static int held_delete(sqlite3_vfs *self, const char *name, int sync_directory)
{
    struct stat facts;
    (void)self;
    (void)sync_directory;
    struct held *held = stat(name, &facts) == 0 ? find(&facts) : NULL;
    if (unlink(name) != 0)
        return errno == ENOENT ? SQLITE_IOERR_DELETE_NOENT : SQLITE_IOERR_DELETE;
    if (held != NULL && held->users == NULL)
        drop(held);
    return SQLITE_OK;
}

/* Fills in whether the file exists. An empty file counts as missing, as in SQLite's own VFS. */
static int held_access(sqlite3_vfs *self, const char *name, int flags, int *answer)
{
    struct stat facts;
    (void)self;
    (void)flags;
    bool there = stat(name, &facts) == 0;
    const struct held *held = there ? find(&facts) : NULL;
    *answer = there && (held != NULL ? held->size : facts.st_size) > 0;
    return SQLITE_OK;
}

/* Copies the name unchanged: all callers give absolute names without symbolic links. */
static int held_full_name(sqlite3_vfs *self, const char *name, int size, char *full)
{
    (void)self;
    return snprintf(full, (size_t)size, "%s", name) < size ? SQLITE_OK : SQLITE_CANTOPEN;
}

void kit_held_install(void)
{
    for (unsigned i = 0; i < HELD_MAX; i++)
        all[i].fd = -1;
    vfs = *sqlite3_vfs_find(NULL);
    vfs.zName = "held";
    vfs.pNext = NULL;
    vfs.szOsFile = (int)sizeof(struct held_file);
    vfs.xOpen = held_open;
    vfs.xDelete = held_delete;
    vfs.xAccess = held_access;
    vfs.xFullPathname = held_full_name;
    vfs_none = vfs;
    vfs_none.zName = "unix-none"; /* store/journal.c opens files with this VFS by its name */
    (void)sqlite3_vfs_register(&vfs, 1);
    (void)sqlite3_vfs_register(&vfs_none, 0);
}
