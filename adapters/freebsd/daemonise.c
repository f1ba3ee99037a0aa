/* Puts the daemon into the background by fork(2) and setsid(2). The parent waits on a pipe. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares pipe2() only with this macro */
#endif
#include "adapters/freebsd/daemonise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SYSTEM = 4 }; /* the exit status of the program's other system failures */

static int report = -1; /* the pipe to the waiting parent; -1: none */

/* Waits for one byte or for the end of the child, then ends this process. The exit status of this
 * process is 0 after the byte, otherwise that of the child. */
static void wait_and_exit(pid_t child, int from)
{
    char byte;
    int status = 0;
    ssize_t count;
    do {
        count = read(from, &byte, 1);
    } while (count < 0 && errno == EINTR);
    if (count == 1)
        _exit(0);
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SYSTEM);
}

bool vfj_daemonise(void)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t child = fork();
    if (child > 0) {
        close(ends[1]);
        wait_and_exit(child, ends[0]);
    }
    close(ends[0]);
    if (child < 0) {
        int error = errno;
        close(ends[1]);
        errno = error;
        return false;
    }
    report = ends[1];
    (void)signal(SIGPIPE, SIG_IGN); /* the parent may be killed while it waits */
    (void)setsid();
    return chdir("/") == 0;
}

void vfj_daemonise_ready(void)
{
    if (report < 0)
        return;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = STDIN_FILENO; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    if (null > STDERR_FILENO)
        close(null);
    (void)!write(report, "", 1);
    close(report);
    report = -1;
}
