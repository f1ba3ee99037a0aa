/* Puts the daemon into the background by fork(2) and setsid(2). The parent waits on a pipe until
 * the daemon has started. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares pipe2() only with this macro */
#endif
#include "adapters/freebsd/daemonise.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

/* exit status after a system failure, the same as elsewhere in the program */
enum { EXIT_SYSTEM = 4 };

static int report = -1; /* descriptor of the pipe to the waiting parent; -1: no parent waits */

/* Waits until the child sends one byte or ends, then ends this process. Its exit status is 0
 * after the byte, otherwise that of the child. */
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
    /* when the parent was killed, a write to its pipe fails without a signal */
    (void)signal(SIGPIPE, SIG_IGN);
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
