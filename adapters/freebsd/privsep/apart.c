/* Runs a function in a child process, so that the data that it reads never enter the caller's
 * memory. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares closefrom() and pipe2() only with this macro */
#endif
#include "adapters/freebsd/privsep/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <stdnoreturn.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_DESCRIPTOR = STDERR_FILENO + 1 };

static bool read_result(int fd, void *result, size_t size)
{
    char *at = result;
    char more;
    while (size > 0) {
        ssize_t count = read(fd, at, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        at += count;
        size -= (size_t)count;
    }
    return read(fd, &more, 1) == 0;
}

static bool write_result(const char *result, size_t size)
{
    while (size > 0) {
        ssize_t count = write(FIRST_DESCRIPTOR, result, size);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        result += count;
        size -= (size_t)count;
    }
    return true;
}

static noreturn void work_apart(vfj_apart_fn *work, void *context, int fd, void *result,
                                size_t size)
{
    if (fd != FIRST_DESCRIPTOR)
        (void)dup2(fd, FIRST_DESCRIPTOR);
    closefrom(FIRST_DESCRIPTOR + 1);
    bool done = work(context, result) && write_result(result, size);
    /* _exit(2), unlike exit(3), does not flush streams that the caller has filled */
    _exit(done ? 0 : 1);
}

bool vfj_apart_run(vfj_apart_fn *work, void *context, void *result, size_t size)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t child = fork();
    if (child == 0)
        work_apart(work, context, ends[1], result, size);
    (void)close(ends[1]);
    bool is_whole = child > 0 && read_result(ends[0], result, size);
    (void)close(ends[0]);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return is_whole && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
