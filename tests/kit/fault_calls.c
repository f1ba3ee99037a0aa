/* Makes system calls and calls of SQLite fail when a test requests it. */
#include "tests/kit/fault_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

static struct {
    unsigned
        left[2]; /* counts down to the call that fails, which is reached at 1; 0: no call fails */
    bool stay;
    bool struck;
} plan;

static bool strike(enum kit_calls calls)
{
    unsigned *left = &plan.left[calls];
    if (*left == 0)
        return false;
    if (*left > 1) {
        --*left;
        return false;
    }
    plan.struck = true;
    if (!plan.stay)
        *left = 0;
    errno = EIO;
    return true;
}

/* Defines the function that the linker calls in place of the system call NAME (option --wrap). The
 * function fails when a test has requested it, and otherwise calls NAME. */
#define SYSTEM(type, name, parameters, arguments)                       \
    type __real_##name parameters;                                      \
    type __wrap_##name parameters;                                      \
    type __wrap_##name parameters                                       \
    {                                                                   \
        return strike(KIT_CALLS_SYSTEM) ? -1 : __real_##name arguments; \
    }

SYSTEM(ssize_t, read, (int fd, void *to, size_t size), (fd, to, size))
SYSTEM(ssize_t, pread, (int fd, void *to, size_t size, off_t offset), (fd, to, size, offset))
SYSTEM(ssize_t, write, (int fd, const void *from, size_t size), (fd, from, size))
SYSTEM(ssize_t, pwrite, (int fd, const void *from, size_t size, off_t offset),
       (fd, from, size, offset))
SYSTEM(int, fsync, (int fd), (fd))
SYSTEM(int, ftruncate, (int fd, off_t size), (fd, size))
SYSTEM(int, flock, (int fd, int operation), (fd, operation))
SYSTEM(int, fstat, (int fd, struct stat *facts), (fd, facts))
SYSTEM(int, stat, (const char *path, struct stat *facts), (path, facts))
SYSTEM(int, lstat, (const char *path, struct stat *facts), (path, facts))
SYSTEM(int, link, (const char *from, const char *to), (from, to))
SYSTEM(int, rename, (const char *from, const char *to), (from, to))
SYSTEM(int, renameat, (int at, const char *from, int to_at, const char *to), (at, from, to_at, to))

int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);
int __real_openat(int at, const char *path, int flags, ...);
int __wrap_openat(int at, const char *path, int flags, ...);

static mode_t mode_of(int flags, va_list rest)
{
    return (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
}

int __wrap_open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return strike(KIT_CALLS_SYSTEM) ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int at, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = mode_of(flags, rest);
    va_end(rest);
    return strike(KIT_CALLS_SYSTEM) ? -1 : __real_openat(at, path, flags, mode);
}

char *__real_mkdtemp(char *name);
char *__wrap_mkdtemp(char *name);

char *__wrap_mkdtemp(char *name)
{
    return strike(KIT_CALLS_SYSTEM) ? NULL : __real_mkdtemp(name);
}

/* Defines the function that the linker calls in place of an SQLite function. `nothing` is the code
 * that runs when the call fails. */
#define SQLITE(name, parameters, arguments, nothing) \
    int __real_sqlite3_##name parameters;            \
    int __wrap_sqlite3_##name parameters;            \
    int __wrap_sqlite3_##name parameters             \
    {                                                \
        if (!strike(KIT_CALLS_SQLITE))               \
            return __real_sqlite3_##name arguments;  \
        nothing;                                     \
        return SQLITE_IOERR;                         \
    }

SQLITE(open_v2, (const char *name, sqlite3 **db, int flags, const char *vfs),
       (name, db, flags, vfs), *db = NULL)
SQLITE(prepare_v2,
       (sqlite3 * db, const char *sql, int length, sqlite3_stmt **stmt, const char **tail),
       (db, sql, length, stmt, tail), *stmt = NULL)
SQLITE(prepare_v3,
       (sqlite3 * db, const char *sql, int length, unsigned flags, sqlite3_stmt **stmt,
        const char **tail),
       (db, sql, length, flags, stmt, tail), *stmt = NULL)
SQLITE(step, (sqlite3_stmt * stmt), (stmt), (void)0)
SQLITE(exec,
       (sqlite3 * db, const char *sql, int (*row)(void *, int, char **, char **), void *arg,
        char **error),
       (db, sql, row, arg, error), (void)0)
SQLITE(wal_checkpoint_v2, (sqlite3 * db, const char *name, int mode, int *log, int *done),
       (db, name, mode, log, done), (void)0)
SQLITE(backup_step, (sqlite3_backup * backup, int pages), (backup, pages), (void)0)
SQLITE(create_function_v2,
       (sqlite3 * db, const char *name, int count, int flags, void *arg,
        void (*call)(sqlite3_context *, int, sqlite3_value **),
        void (*step)(sqlite3_context *, int, sqlite3_value **), void (*final)(sqlite3_context *),
        void (*destroy)(void *)),
       (db, name, count, flags, arg, call, step, final, destroy), (void)0)
SQLITE(create_module_v2,
       (sqlite3 * db, const char *name, const sqlite3_module *module, void *arg,
        void (*destroy)(void *)),
       (db, name, module, arg, destroy), (void)0)

void kit_calls_arm(enum kit_calls calls, unsigned count, bool stay)
{
    plan.left[calls] = count;
    plan.stay = stay;
    plan.struck = false;
}

bool kit_calls_disarm(void)
{
    bool struck = plan.struck;
    plan.left[KIT_CALLS_SYSTEM] = plan.left[KIT_CALLS_SQLITE] = 0;
    plan.struck = false;
    return struck;
}
