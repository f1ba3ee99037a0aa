/* The lock of a journal, which allows only one writer at a time: flock(2) on a file beside the
 * journal. */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/file.h"

/* A killed owner's child may still hold the lock for a short time. The lock is then tried again
 * for 2 s. */
enum { STRAGGLER_TRIES = 100, STRAGGLER_PAUSE_MS = 20 };

enum {
    OWNER_SIZE = 48,   /* two numbers, a line each */
    WAITING_SIZE = 21, /* size of the third line of the lock file, the number of waiting events */
};

static bool lock_path(const char *path, char *to, size_t size)
{
    struct vfj_text text = vfj_text_begin(to, size);
    vfj_text_format(&text, "%s.lock", path);
    return !text.overflow;
}

/* Returns true when `name` still names the open file `fd`. The owner removes the lock's file when
 * it releases the lock. */
static bool same_file(int fd, const char *name)
{
    struct stat by_fd;
    struct stat by_name;
    return fstat(fd, &by_fd) == 0 && stat(name, &by_name) == 0 && by_fd.st_ino == by_name.st_ino
        && by_fd.st_dev == by_name.st_dev;
}

static void write_owner(int fd)
{
    char bytes[OWNER_SIZE + WAITING_SIZE + 1];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_format(&text, "%ld\n", (long)getpid());
    while (text.length < OWNER_SIZE)
        vfj_text_add_char(&text, '\n');
    vfj_text_format(&text, "%-20u\n", 0U);
    /* A failure of the write, for example on a full disk, is ignored. The lock is valid without
     * the pid. */
    bool written
        = ftruncate(fd, 0) == 0 && pwrite(fd, bytes, text.length, 0) == (ssize_t)text.length;
    (void)written;
}

void vfj_lock_name_file(int fd, uint64_t inode)
{
    char bytes[OWNER_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_format(&text, "%ld\n%" PRIu64 "\n", (long)getpid(), inode);
    /* A failure of the write is ignored. The lock is valid without the inode. */
    bool written = pwrite(fd, bytes, text.length, 0) == (ssize_t)text.length;
    (void)written;
}

/* The content of the lock file: the owner's pid, and the inode of its journal. 0: unknown. */
struct owner {
    long pid;
    uint64_t inode;
};

static uint64_t take_number(struct vfj_span *rest)
{
    struct vfj_span word;
    uint64_t number = 0;
    return vfj_span_word(rest, &word) && vfj_span_to_u64(word, &number) ? number : 0;
}

static struct owner read_file(int fd)
{
    char bytes[OWNER_SIZE];
    ssize_t length = pread(fd, bytes, sizeof bytes, 0);
    struct vfj_span rest = {bytes, length > 0 ? (size_t)length : 0};
    uint64_t pid = take_number(&rest);
    uint64_t inode = take_number(&rest);
    bool is_whole = rest.length > 0; /* a newline follows the inode, so the number is complete */
    return (struct owner){.pid = pid <= INT_MAX ? (long)pid : 0, .inode = is_whole ? inode : 0};
}

static long read_owner(int fd)
{
    return read_file(fd).pid;
}

/* Returns true when the process whose pid is in the lock file has ended. Its child may still
 * hold the lock: a process can be killed between a fork and the child's exec. */
static bool owner_is_gone(int fd)
{
    long pid = read_owner(fd);
    return pid > 0 && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

static enum vfj_status fail_errno(struct vfj_text *detail, const char *name)
{
    enum vfj_status status = vfj_file_status_of(errno);
    vfj_text_format(detail, "%s: %s", name, strerror(errno));
    return status;
}

enum vfj_status vfj_lock_take(const char *path, int *fd, struct vfj_text *detail)
{
    char name[PATH_MAX];
    unsigned tries = 0;
    *fd = -1;
    if (!lock_path(path, name, sizeof name)) {
        vfj_text_add(detail, strerror(ENAMETOOLONG));
        return VFJ_JOURNAL_ACCESS;
    }
    for (;;) {
        int file = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        if (file < 0)
            return fail_errno(detail, name);
        if (flock(file, LOCK_EX | LOCK_NB) != 0) {
            bool busy = errno == EWOULDBLOCK;
            enum vfj_status status = busy ? VFJ_JOURNAL_BUSY : fail_errno(detail, name);
            long owner = busy ? read_owner(file) : 0;
            if (busy && tries++ < STRAGGLER_TRIES && owner_is_gone(file)) {
                (void)close(file);
                (void)poll(NULL, 0, STRAGGLER_PAUSE_MS);
                continue;
            }
            if (owner > 0)
                vfj_text_format(detail, "pid %ld", owner);
            (void)close(file);
            return status;
        }
        if (same_file(file, name)) {
            write_owner(file);
            *fd = file;
            return VFJ_OK;
        }
        (void)close(file);
    }
}

long vfj_lock_holder(const char *path, struct vfj_text *detail)
{
    char name[PATH_MAX];
    if (!lock_path(path, name, sizeof name))
        return 0;
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0) {
        bool absent = errno == ENOENT || errno == ENOTDIR;
        if (!absent)
            vfj_text_add(detail, strerror(errno));
        return absent ? 0 : -1;
    }
    long pid = read_owner(file);
    /* When the owner has ended, flock(2) is not called. A daemon that starts at this time might
     * otherwise find the lock held by this process. */
    if (owner_is_gone(file) || flock(file, LOCK_SH | LOCK_NB) == 0)
        pid = 0;
    else if (errno != EWOULDBLOCK || pid == 0)
        pid = -1;
    (void)close(file);
    return pid;
}

bool vfj_lock_is_of_other_file(const char *path)
{
    char name[PATH_MAX];
    struct stat facts;
    if (!lock_path(path, name, sizeof name))
        return false;
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return false;
    struct owner owner = read_file(file);
    bool is_held = owner.inode != 0 && !owner_is_gone(file) && flock(file, LOCK_SH | LOCK_NB) != 0;
    (void)close(file);
    if (!is_held)
        return false;
    return stat(path, &facts) != 0 ? errno == ENOENT : facts.st_ino != owner.inode;
}

void vfj_lock_set_waiting(int fd, uint64_t events)
{
    char bytes[WAITING_SIZE + 1];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    if (fd < 0)
        return;
    vfj_text_format(&text, "%-20" PRIu64 "\n", events);
    /* A failure of the write is ignored. The lock file then keeps the old number, which only
     * informs readers. */
    bool written = pwrite(fd, bytes, text.length, OWNER_SIZE) == (ssize_t)text.length;
    (void)written;
}

uint64_t vfj_lock_waiting(const char *path)
{
    char name[PATH_MAX], bytes[WAITING_SIZE], why[64];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    if (vfj_lock_holder(path, &detail) <= 0 || !lock_path(path, name, sizeof name))
        return 0;
    int file = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t length = file >= 0 ? pread(file, bytes, sizeof bytes, OWNER_SIZE) : 0;
    if (file >= 0)
        (void)close(file);
    struct vfj_span rest = {bytes, length > 0 ? (size_t)length : 0};
    return take_number(&rest);
}

void vfj_lock_release(const char *path, int fd)
{
    char name[PATH_MAX];
    if (fd < 0)
        return;
    /* The file is removed while it is still locked. A process that opened it earlier detects the
     * removal by same_file(). */
    if (lock_path(path, name, sizeof name) && same_file(fd, name))
        (void)unlink(name);
    (void)close(fd);
}
