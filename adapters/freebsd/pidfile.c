/* The daemon's pidfile. While the daemon runs, it holds a lock on the file.
 *
 * pidfile_open(3) does not serve here: it follows symbolic links, and cannot report the owner
 * without making the file. Also, the daemon and the monitor share the descriptor, and the monitor
 * removes the file. On Linux pidfile_open(3) would need libbsd. */
#include "adapters/freebsd/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text/text.h"

enum { TRIES_MAX = 8 };

/* Returns true when `path` still names the open file `fd`. The last owner may have removed the
 * file after this process opened it and before this process locked it. */
static bool is_named(int fd, const char *path)
{
    struct stat ours, named;
    return fstat(fd, &ours) == 0 && stat(path, &named) == 0 && ours.st_dev == named.st_dev
        && ours.st_ino == named.st_ino;
}

static int close_with(int fd, int error)
{
    close(fd);
    errno = error;
    return -1;
}

int vfj_pidfile_open(const char *path)
{
    for (int i = 0; i < TRIES_MAX; i++) {
        int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW, 0600);
        if (fd < 0)
            return -1;
        if (flock(fd, LOCK_EX | LOCK_NB) != 0)
            return close_with(fd, errno);
        if (!is_named(fd, path)) {
            close(fd);
            continue;
        }
        if (fchmod(fd, 0600) != 0 || ftruncate(fd, 0) != 0)
            return close_with(fd, errno);
        return fd;
    }
    errno = EAGAIN;
    return -1;
}

bool vfj_pidfile_write(int fd, pid_t pid)
{
    char line[24];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_format(&text, "%ld\n", (long)pid);
    return ftruncate(fd, 0) == 0 && pwrite(fd, line, text.length, 0) == (ssize_t)text.length;
}

void vfj_pidfile_close(const char *path, int fd)
{
    if (fd < 0)
        return;
    (void)unlink(path);
    close(fd);
}

pid_t vfj_pidfile_owner(const char *path)
{
    char line[24];
    uint64_t pid = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    if (fd < 0)
        return 0;
    /* The lock is shared, so that two processes that call this function at the same time do not
     * take each other for the owner. */
    bool locked = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    ssize_t length = locked ? read(fd, line, sizeof line) : 0;
    close(fd);
    if (length < 2 || line[length - 1] != '\n'
        || !vfj_span_to_u64((struct vfj_span){line, (size_t)length - 1}, &pid) || pid > INT32_MAX)
        return 0;
    return (pid_t)pid;
}
