/* Sends a new journal to a privileged process, which publishes it in a directory that this
 * process may not write. */
#include "store/handover.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text/text.h"
#include "store/file.h"
#include "store/publish.h"

enum { BUFFER_SIZE = 64 * 1024 };

static struct {
    int socket;
    const char *prefix;
} publisher = {.socket = -1};

void vfj_handover_use(int socket, const char *prefix)
{
    publisher.socket = socket;
    publisher.prefix = prefix;
}

const char *vfj_handover_prefix(void)
{
    return publisher.prefix;
}

/* Copies exactly `length` bytes. When the file `from` has become shorter, the copy fails. */
static bool copy_bytes(int from, int to, uint64_t length)
{
    static char buffer[BUFFER_SIZE];
    while (length > 0) {
        size_t size = length < sizeof buffer ? (size_t)length : sizeof buffer;
        if (!vfj_file_read_all(from, buffer, size) || !vfj_file_write_all(to, buffer, size))
            return false;
        length -= size;
    }
    return true;
}

static bool receive_answer(void)
{
    int32_t error;
    if (!vfj_file_read_all(publisher.socket, &error, sizeof error))
        return false;
    errno = error;
    return error == 0;
}

bool vfj_handover_begin(void)
{
    return receive_answer();
}

bool vfj_handover_send(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return false;
    bool sent = fstat(fd, &status) == 0;
    uint64_t length = sent ? (uint64_t)status.st_size : 0;
    sent = sent && vfj_file_write_all(publisher.socket, &length, sizeof length)
        && copy_bytes(fd, publisher.socket, length);
    int error = errno;
    (void)close(fd);
    errno = error;
    return sent && receive_answer();
}

static bool answer(int socket, int error)
{
    int32_t value = error;
    return vfj_file_write_all(socket, &value, sizeof value);
}

void vfj_handover_refuse(int socket, int error)
{
    (void)answer(socket, error);
}

/* Makes a new file with mode 0600 in the directory of `to`. Returns its descriptor. Returns -1
 * with errno when `to` exists or the file cannot be made. */
static int make_file(const char *to, char name[PATH_MAX])
{
    struct stat status;
    struct vfj_text text = vfj_text_begin(name, PATH_MAX);
    vfj_text_format(&text, "%s.XXXXXX", to);
    errno = ENAMETOOLONG;
    if (text.overflow)
        return -1;
    if (lstat(to, &status) == 0) {
        errno = EEXIST;
        return -1;
    }
    return errno == ENOENT ? mkstemp(name) : -1;
}

static bool receive_file(int socket, int fd)
{
    uint64_t length;
    return vfj_file_read_all(socket, &length, sizeof length) && copy_bytes(socket, fd, length);
}

void vfj_handover_serve(int socket, const char *to)
{
    char name[PATH_MAX];
    int fd = make_file(to, name);
    if (fd < 0) {
        (void)answer(socket, errno);
        return;
    }
    if (answer(socket, 0)) {
        int error = receive_file(socket, fd) && vfj_publish_file(name, to) ? 0 : errno;
        (void)answer(socket, error);
    }
    (void)close(fd);
    (void)unlink(name);
}
