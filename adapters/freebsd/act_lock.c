/* The act lock: a file lock that a daemon in act mode holds. */
#include "adapters/freebsd/act_lock.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/pidfile.h"
#include "core/text/text.h"

enum { TRIES_MAX = 100, TRY_EVERY_MS = 10 };

static bool make_directory_of(const char *path)
{
    char directory[VFJ_PATHNAME_SIZE];
    if (!vfj_span_copy(directory, sizeof directory, vfj_span_of(path))) {
        errno = ENAMETOOLONG;
        return false;
    }
    char *slash = strrchr(directory, '/');
    if (slash == NULL || slash == directory)
        return true;
    *slash = '\0';
    return mkdir(directory, 0755) == 0 || errno == EEXIST;
}

int vfj_act_lock_take(const char *path, pid_t daemon)
{
    const struct timespec pause = {0, TRY_EVERY_MS * 1000 * 1000};
    mode_t mask = umask(022);
    bool made = make_directory_of(path);
    umask(mask);
    if (!made)
        return -1;
    int fd = vfj_pidfile_open(path);
    for (int i = 1; i < TRIES_MAX && fd < 0 && errno == EWOULDBLOCK; i++) {
        nanosleep(&pause, NULL);
        fd = vfj_pidfile_open(path);
    }
    if (fd >= 0 && !vfj_pidfile_write(fd, daemon)) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

void vfj_act_lock_drop(int fd)
{
    if (fd >= 0)
        close(fd);
}
