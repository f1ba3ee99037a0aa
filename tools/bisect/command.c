/* Runs the command that the user has given to vfjournal bisect. */
#include "tools/bisect/command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tools/interrupt.h"

extern char **environ;

#define NAME_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-"

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
        vfj_interrupt_block(true);
        error = posix_spawn(pid, "/bin/sh", &actions, &attributes, arguments, environ);
        vfj_interrupt_set_child(error == 0 ? *pid : 0);
        vfj_interrupt_block(false);
        (void)posix_spawnattr_destroy(&attributes);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Returns true when the command is the name of one program, without arguments. */
static bool is_program(const char *command)
{
    size_t length = strspn(command, NAME_CHARACTERS);
    return length > 0 && command[length] == '\0';
}

int vfj_bisect_run(const char *command, const char *file, uint64_t seq)
{
    char number[32], with_file[PATH_MAX + 8];
    (void)snprintf(with_file, sizeof with_file, "%s \"$1\"", command);
    bool has_room = strlen(command) < PATH_MAX;
    const char *script = is_program(command) && has_room ? with_file : command;
    char *const arguments[] = {"sh", "-c", (char *)script, "vfjournal", (char *)file, NULL};
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
    vfj_interrupt_set_child(0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
