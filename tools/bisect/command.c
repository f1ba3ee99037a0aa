/* Runs the command that the user has given to vfjournal bisect. */
#include "tools/bisect/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/publish.h"
#include "tools/progress.h"

extern char **environ;

static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
/* process group of the command that runs now; 0: no command runs */
static volatile sig_atomic_t group;

static void on_signal(int number)
{
    if (group != 0)
        (void)kill(-(pid_t)group, number);
    vfj_progress_clear();
    vfj_publish_abandon();
    (void)signal(number, SIG_DFL);
    /* the signal is delivered again when the handler returns, and ends this process */
    (void)raise(number);
}

void vfj_bisect_handle_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
    struct sigaction before;
    (void)sigfillset(&action.sa_mask);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
}

/* Blocks or unblocks the signals while the command is started. A signal that came before `group` is
 * set would not be passed to the command. */
static void block(bool on)
{
    sigset_t set;
    (void)sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        (void)sigaddset(&set, numbers[i]);
    (void)sigprocmask(on ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

static int start(char *const arguments[], pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    int error = posix_spawn_file_actions_init(&actions);
    if (error != 0)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (error == 0) {
        (void)sigemptyset(&none);
        (void)posix_spawnattr_setsigmask(&attributes, &none);
        (void)posix_spawnattr_setpgroup(&attributes, 0);
        (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
        (void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        (void)posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
        block(true);
        error = posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environ);
        group = error == 0 ? (sig_atomic_t)*pid : 0;
        block(false);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

int vfj_bisect_run(const char *command, const char *file, uint64_t seq)
{
    char number[32];
    char *const arguments[] = {"sh", "-c", (char *)command, "vfjournal", (char *)file, NULL};
    pid_t pid = 0;
    int status = 0;
    (void)snprintf(number, sizeof number, "%" PRIu64, seq);
    if (setenv("VFJ_FILE", file, 1) != 0 || setenv("VFJ_SEQ", number, 1) != 0)
        return -1;
    errno = start(arguments, &pid);
    if (errno != 0)
        return -1;
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR)
            return -1;
    }
    group = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
