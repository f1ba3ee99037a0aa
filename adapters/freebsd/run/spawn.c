/* Starts one program with posix_spawn(3), never with a shell. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares pipe2() and more only with this macro */
#endif
#include "adapters/freebsd/run/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(__GLIBC__)
#define HAVE_ADDCLOSEFROM (__GLIBC__ > 2 || (__GLIBC__ == 2 && __GLIBC_MINOR__ >= 34))
#elif defined(__FreeBSD__)
#include <sys/param.h>
#define HAVE_ADDCLOSEFROM \
    (__FreeBSD_version >= 1400043) /* posix_spawn_file_actions_addclosefrom_np(3) */
#else
#define HAVE_ADDCLOSEFROM 0
#endif

/* Sets the program's standard descriptors. No other descriptor must reach it: all have
 * O_CLOEXEC, and where the system permits, they are also closed explicitly. */
static int set_descriptors(posix_spawn_file_actions_t *actions, int output, enum vfj_stderr errors)
{
    int status = posix_spawn_file_actions_addopen(actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (status == 0)
        status = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    if (status == 0 && errors == VFJ_STDERR_WITH_STDOUT)
        status = posix_spawn_file_actions_adddup2(actions, output, STDERR_FILENO);
    if (status == 0 && errors == VFJ_STDERR_DROPPED)
        status = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if HAVE_ADDCLOSEFROM
    if (status == 0)
        status = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
#endif
    return status;
}

/* Adds the signals that must have their default action in the program. exec resets caught
 * signals, but not signals that this process or its parent ignores. SIGKILL is left out, since
 * FreeBSD's libc refuses to set it. */
static void add_ignorable(sigset_t *set)
{
    static const int signals[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGPIPE, SIGALRM, SIGTERM,
                                  SIGCHLD, SIGUSR1, SIGUSR2, SIGTSTP, SIGTTIN, SIGTTOU};
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
        sigaddset(set, signals[i]);
}

static int set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    add_ignorable(&defaults);
    int status = posix_spawnattr_setpgroup(attributes, 0);
    if (status == 0)
        status = posix_spawnattr_setsigmask(attributes, &none);
    if (status == 0)
        status = posix_spawnattr_setsigdefault(attributes, &defaults);
    if (status == 0)
        status = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return status;
}

static int start(const char *path, const char *const *argv,
                 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 pid_t *pid)
{
    static char home[] = "HOME=/", locale[] = "LC_ALL=C";
    static char search[] = "PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin";
    char *const environment[] = {home, locale, search, NULL};
    mode_t mask = umask(022);
    /* The cast is safe: posix_spawn(3) does not write to the words, although its prototype lacks
     * const. */
    int status = posix_spawn(pid, path, actions, attributes, (char *const *)(const void *)argv,
                             environment);
    umask(mask);
    return status;
}

static int start_with_output(const char *path, const char *const *argv, enum vfj_stderr errors,
                             int output, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int status = posix_spawn_file_actions_init(&actions);
    if (status != 0)
        return status;
    status = posix_spawnattr_init(&attributes);
    if (status == 0) {
        status = set_descriptors(&actions, output, errors);
        if (status == 0)
            status = set_attributes(&attributes);
        if (status == 0)
            status = start(path, argv, &actions, &attributes, pid);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&actions);
    return status;
}

int vfj_spawn(const char *path, const char *const *argv, enum vfj_stderr errors, pid_t *pid,
              int *output)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    int flags = fcntl(ends[0], F_GETFL);
    int status = flags < 0 || fcntl(ends[0], F_SETFL, flags | O_NONBLOCK) != 0 ? errno : 0;
    if (status == 0)
        status = start_with_output(path, argv, errors, ends[1], pid);
    close(ends[1]);
    if (status != 0) {
        close(ends[0]);
        return status;
    }
    *output = ends[0];
    return 0;
}
