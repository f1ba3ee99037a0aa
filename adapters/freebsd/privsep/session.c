/* Leaves the controlling terminal. If that needs a fork, the parent process waits for its child,
 * and ends with the child's exit status or signal. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares closefrom() only with this macro */
#endif
#include "adapters/freebsd/privsep/session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SYSTEM = 4 };

static volatile pid_t passed_to;

/* Sends a signal to all processes of the child's group, as a terminal does. If the child leads
 * no process group, sends the signal only to the child. */
static void send_signal(int number)
{
    if (kill(-passed_to, number) != 0)
        (void)kill(passed_to, number);
}

static void pass_signal(int number)
{
    int error = errno;
    send_signal(number);
    errno = error;
}

/* Stops the child and this process, and later continues the child. A terminal stops only this
 * process, since the child may be in another session. */
static void stop_both(int number)
{
    int error = errno;
    (void)number;
    send_signal(SIGSTOP);
    (void)raise(SIGSTOP);
    send_signal(SIGCONT);
    errno = error;
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    if (sigaction(number, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        (void)sigaction(number, &action, NULL);
}

void vfj_session_pass_signals(pid_t child)
{
    static const int numbers[] = {
        SIGHUP,  SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2,
#ifdef SIGINFO
        SIGINFO,
#endif
    };
    passed_to = child;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        handle(numbers[i], pass_signal);
    handle(SIGTSTP, stop_both);
}

noreturn void vfj_session_end_as(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    if (WIFSIGNALED(status)) {
        (void)signal(WTERMSIG(status), SIG_DFL);
        (void)raise(WTERMSIG(status));
    }
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SYSTEM);
}

/* Leaves the terminal without a fork. Fails for the leader of a session, since a leader would
 * take the terminal from its whole session. FreeBSD lets only a leader leave, so this function
 * always fails there. */
static bool leave_alone(int terminal)
{
    return getsid(0) != getpid() && ioctl(terminal, TIOCNOTTY) == 0;
}

/* Leaves the terminal in a child process. Signals are blocked until the parent can pass them on. */
static bool leave_by_child(void)
{
    sigset_t all, before;
    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, &before);
    pid_t child = fork();
    if (child > 0) {
        closefrom(STDERR_FILENO + 1);
        vfj_session_pass_signals(child);
    }
    int error = errno;
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    if (child > 0)
        vfj_session_end_as(child);
    errno = error;
    return child == 0 && setsid() >= 0;
}

static bool has_open_terminal(void)
{
    return isatty(STDIN_FILENO) || isatty(STDOUT_FILENO) || isatty(STDERR_FILENO);
}

bool vfj_session_leave_terminal(void)
{
    int terminal = open("/dev/tty", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (terminal < 0 && (errno == ENXIO || !has_open_terminal()))
        return true; /* this process has no terminal, or the terminal cannot be opened */
    bool left = leave_alone(terminal);
    if (terminal >= 0)
        (void)close(terminal);
    return left || leave_by_child();
}
