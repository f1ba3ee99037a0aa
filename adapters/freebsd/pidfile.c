/* The daemon's pidfile. */
#include "adapters/freebsd/pidfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.h"

static bool write_pid(int fd)
{
    char line[24];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add_i64(&text, getpid());
    vfj_text_add_char(&text, '\n');
    return ftruncate(fd, 0) == 0 && fchmod(fd, 0644) == 0 && write(fd, line, text.length) == (ssize_t)text.length;
}

int vfj_pidfile_open(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0 && write_pid(fd))
        return fd;
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

void vfj_pidfile_close(const char *path, int fd)
{
    if (fd < 0)
        return;
    (void)unlink(path);
    close(fd);
}
