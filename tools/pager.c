/* Sends standard output to a pager. */
#include "tools/pager.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/text/text.h"
#include "tools/act_as_owner.h"

enum { LINE_SIZE = 1024, WORDS_MAX = 32 };

extern char **environ;

static pid_t pager; /* 0: no pager runs */
/* The settings before the pager was started, which are restored when it ends. */
static struct {
    int terminal; /* the original standard output */
    struct sigaction on_interrupt, on_pipe;
} before;

/* Splits the pager's command line into words, in place. Returns false when it has no word or too
 * many words. */
static bool split(char *line, char *words[WORDS_MAX + 1])
{
    unsigned count = 0;
    for (char *at = line; *at != '\0';) {
        at += strspn(at, " \t");
        if (*at == '\0')
            break;
        if (count == WORDS_MAX)
            return false;
        words[count++] = at;
        at += strcspn(at, " \t");
        if (*at != '\0')
            *at++ = '\0';
    }
    words[count] = NULL;
    return count > 0;
}

/* Starts the pager. The signals that a terminal sends have their default action in it. */
static bool spawn(const char *command, int input)
{
    static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGPIPE, SIGTERM};
    char line[LINE_SIZE];
    char *words[WORDS_MAX + 1];
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t defaults, none;
    (void)sigemptyset(&none);
    (void)sigemptyset(&defaults);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        (void)sigaddset(&defaults, signals[i]);
    if (!vfj_span_copy(line, sizeof line, vfj_span_of(command)) || !split(line, words))
        return false;
    if (posix_spawn_file_actions_init(&files) != 0)
        return false;
    if (posix_spawnattr_init(&attributes) != 0) {
        (void)posix_spawn_file_actions_destroy(&files);
        return false;
    }
    int error = posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    if (error == 0)
        error = posix_spawnattr_setsigdefault(&attributes, &defaults);
    if (error == 0)
        error = posix_spawnattr_setsigmask(&attributes, &none);
    if (error == 0)
        error
            = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    if (error == 0)
        error = posix_spawnp(&pager, words[0], &files, &attributes, words, environ);
    (void)posix_spawnattr_destroy(&attributes);
    (void)posix_spawn_file_actions_destroy(&files);
    pager = error == 0 ? pager : 0;
    return error == 0;
}

static bool start(int input)
{
    const char *command = getenv("PAGER");
    if (command != NULL)
        return spawn(command, input);
    return spawn("less", input) || spawn("more", input);
}

/* Returns true when a pager should run. A process that gave up root's rights must not start a
 * pager. Otherwise the user that the process became could trace the pager, which has root's
 * terminal and environment. */
static bool is_wanted(void)
{
    const char *command = getenv("PAGER");
    const char *term = getenv("TERM");
    bool is_none = command != NULL && (command[0] == '\0' || strcmp(command, "cat") == 0);
    return pager == 0 && !is_none && term != NULL && strcmp(term, "dumb") != 0
        && isatty(STDOUT_FILENO) == 1 && vfj_owner_became()[0] == '\0';
}

/* Ignores the signals with which a user could end this program while the pager is shown. When the
 * user has left the pager, writing to its pipe fails. */
static void ignore_signals(void)
{
    const struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGINT, &ignore, &before.on_interrupt);
    (void)sigaction(SIGPIPE, &ignore, &before.on_pipe);
}

static void restore_signals(void)
{
    (void)sigaction(SIGINT, &before.on_interrupt, NULL);
    (void)sigaction(SIGPIPE, &before.on_pipe, NULL);
}

static bool close_on_exec(int fd)
{
    return fd >= 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0;
}

void vfj_pager_begin(void)
{
    int ends[2];
    if (!is_wanted() || pipe(ends) != 0)
        return;
    before.terminal = dup(STDOUT_FILENO);
    (void)setenv("LESS", "FRXMK", 0);
    (void)setenv("LESSSECURE", "1", 0);
    (void)fflush(stdout);
    if (close_on_exec(ends[0]) && close_on_exec(ends[1]) && close_on_exec(before.terminal)
        && start(ends[0])) {
        ignore_signals();
        (void)dup2(ends[1], STDOUT_FILENO);
    } else {
        (void)close(before.terminal);
    }
    (void)close(ends[0]);
    (void)close(ends[1]);
}

bool vfj_pager_is_left(void)
{
    return pager != 0 && ferror(stdout) != 0;
}

void vfj_pager_end(void)
{
    if (pager == 0)
        return;
    (void)fflush(stdout);
    clearerr(stdout);
    (void)dup2(before.terminal, STDOUT_FILENO);
    (void)close(before.terminal);
    while (waitpid(pager, NULL, 0) < 0 && errno == EINTR)
        continue;
    pager = 0;
    restore_signals();
}
