/* An SQLite VFS that makes file operations fail when a test requests it. It passes all other
 * operations to the default VFS. */
#include "tests/kit/fault_vfs.h"

#include <sqlite3.h>
#include <string.h>

#include "tests/kit/unsynced.h"

struct fault_file {
    sqlite3_file base;
    const char *name;
    /* the file object of the default VFS, which is stored behind this struct */
    sqlite3_file *real;
    /* the file's size, or -1 when it is unknown; it is known after the first tracked write, because
     * nothing else writes to the file */
    sqlite3_int64 size;
};

static struct {
    /* counts down to the operation that fails, which is reached at 1; 0: none fails */
    unsigned left;
    int code;
    bool stay;
    bool struck;
    bool reads; /* reads, size queries and locks are counted too */
    /* counts down to the operation at which the process dies; 0: it does not die */
    unsigned left_to_live;
    bool dead;
    bool track;
} plan;

static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct fault_file *)file)->real;
}

static void note(sqlite3_file *file, const void *from, int amount, sqlite3_int64 offset)
{
    struct fault_file *mine = (struct fault_file *)file;
    if (!plan.track || mine->name == NULL)
        return;
    if (mine->size < 0)
        (void)mine->real->pMethods->xFileSize(mine->real, &mine->size);
    kit_unsynced_note(mine->name, file, mine->size, from, amount, offset);
    if (from == NULL || mine->size < offset + amount)
        mine->size = offset + amount;
}

static bool is_dying(void)
{
    if (plan.left_to_live > 0 && --plan.left_to_live == 0)
        plan.dead = true;
    return plan.dead;
}

/* Counts one operation. Returns the result code with which it must fail, or SQLITE_OK. */
static int strike(void)
{
    if (is_dying())
        return SQLITE_IOERR;
    if (plan.left == 0)
        return SQLITE_OK;
    if (plan.left > 1) {
        plan.left--;
        return SQLITE_OK;
    }
    plan.struck = true;
    if (!plan.stay)
        plan.left = 0;
    return plan.code;
}

static int strike_read(void)
{
    return plan.reads ? strike() : SQLITE_OK;
}

static int fault_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int fault_read(sqlite3_file *file, void *to, int amount, sqlite3_int64 offset)
{
    int code = strike_read();
    return code != SQLITE_OK ? code
                             : real_of(file)->pMethods->xRead(real_of(file), to, amount, offset);
}

static int fault_write(sqlite3_file *file, const void *from, int amount, sqlite3_int64 offset)
{
    int code = strike();
    if (code != SQLITE_OK)
        return code;
    note(file, from, amount, offset);
    return real_of(file)->pMethods->xWrite(real_of(file), from, amount, offset);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = strike();
    if (code != SQLITE_OK)
        return code;
    note(file, NULL, 0, size);
    return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int fault_sync(sqlite3_file *file, int flags)
{
    int code = strike();
    /* while writes are tracked, tests/kit/unsynced.c decides what a power cut leaves on disk, so
     * nothing is synced */
    if (code == SQLITE_OK && !plan.track)
        code = real_of(file)->pMethods->xSync(real_of(file), flags);
    if (code == SQLITE_OK && plan.track && ((struct fault_file *)file)->name != NULL)
        kit_unsynced_settle(((struct fault_file *)file)->name);
    return code;
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *size)
{
    int code = strike_read();
    return code != SQLITE_OK ? code : real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int fault_lock(sqlite3_file *file, int level)
{
    int code = strike_read();
    return code != SQLITE_OK ? code : real_of(file)->pMethods->xLock(real_of(file), level);
}

static int fault_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int fault_reserved(sqlite3_file *file, int *answer)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), answer);
}

static int fault_control(sqlite3_file *file, int operation, void *argument)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int fault_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int fault_traits(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
    int code = strike_read();
    return code != SQLITE_OK
        ? code
        : real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, memory);
}

static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    int code = (flags & SQLITE_SHM_UNLOCK) == 0 ? strike_read() : SQLITE_OK;
    return code != SQLITE_OK
        ? code
        : real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

static void fault_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int fault_shm_unmap(sqlite3_file *file, int delete)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), delete);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = fault_close,
    .xRead = fault_read,
    .xWrite = fault_write,
    .xTruncate = fault_truncate,
    .xSync = fault_sync,
    .xFileSize = fault_size,
    .xLock = fault_lock,
    .xUnlock = fault_unlock,
    .xCheckReservedLock = fault_reserved,
    .xFileControl = fault_control,
    .xSectorSize = fault_sector,
    .xDeviceCharacteristics = fault_traits,
    .xShmMap = fault_shm_map,
    .xShmLock = fault_shm_lock,
    .xShmBarrier = fault_shm_barrier,
    .xShmUnmap = fault_shm_unmap,
};

static int fault_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
                      int *out_flags)
{
    struct fault_file *mine = (struct fault_file *)file;
    (void)self;
    mine->base.pMethods = NULL;
    mine->name = name;
    mine->size = -1;
    mine->real = (sqlite3_file *)(void *)&mine[1];
    int code = strike();
    if (code == SQLITE_OK)
        code = real_vfs->xOpen(real_vfs, name, mine->real, flags, out_flags);
    if (code == SQLITE_OK)
        mine->base.pMethods = &methods;
    return code;
}

static int fault_delete(sqlite3_vfs *self, const char *name, int sync_directory)
{
    int code = is_dying() ? SQLITE_IOERR : SQLITE_OK;
    (void)self;
    if (code == SQLITE_OK)
        code = real_vfs->xDelete(real_vfs, name, plan.track ? 0 : sync_directory);
    if (code == SQLITE_OK && plan.track)
        kit_unsynced_settle(name);
    return code;
}

void kit_fault_install(void)
{
    if (real_vfs != NULL)
        return;
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = "fault";
    vfs.pNext = NULL;
    vfs.szOsFile = (int)sizeof(struct fault_file) + real_vfs->szOsFile;
    vfs.xOpen = fault_open;
    vfs.xDelete = fault_delete;
    (void)sqlite3_vfs_register(&vfs, 1);
}

static int fault_no_sleep(sqlite3_vfs *self, int sleep_us)
{
    (void)self;
    return sleep_us;
}

void kit_fault_no_sleep(void)
{
    vfs.xSleep = fault_no_sleep;
}

void kit_fault_arm(unsigned count, int code, bool stay)
{
    plan.left = count;
    plan.code = code;
    plan.stay = stay;
    plan.struck = false;
}

void kit_fault_reads(bool count)
{
    plan.reads = count;
}

bool kit_fault_disarm(void)
{
    bool struck = plan.struck;
    plan.left = 0;
    plan.struck = false;
    return struck;
}

void kit_fault_die(unsigned count)
{
    plan.left_to_live = count;
}

bool kit_fault_is_dead(void)
{
    return plan.dead;
}

void kit_fault_track(void)
{
    plan.track = true;
}

void kit_fault_revive(uint64_t *power)
{
    plan.left = 0;
    plan.left_to_live = 0;
    plan.dead = false;
    if (power != NULL)
        kit_unsynced_cut(power);
}
