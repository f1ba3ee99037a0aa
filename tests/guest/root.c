/* Code that all programs of the guest share: the guest's root, faults that a test has set, logs,
 * pidfiles, rc.conf and child processes. */
#include "tests/guest/root.h"

#include "tests/guest/state.h"
#include "tests/guest/text.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__) || defined(__FreeBSD__)
#include <sys/auxv.h>
#endif

const char *guest_base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == NULL ? path : slash + 1;
}

/* Writes into `to` the path with which execve(2) was called, or argv0 on systems that do not
 * provide this path. */
static void executed_path(char *to, size_t size, const char *argv0)
{
#if defined(__linux__)
    const char *path = (const char *)getauxval(AT_EXECFN);
    guest_copy(to, size, path != NULL ? path : argv0);
#elif defined(__FreeBSD__)
    if (elf_aux_info(AT_EXECPATH, to, (int)size) != 0) {
        guest_copy(to, size, argv0);
    }
#else
    guest_copy(to, size, argv0);
#endif
}

void guest_root_enter_dir(const char *directory)
{
    if (chdir(directory) != 0 || access("state/lock", F_OK) != 0) {
        guest_die("%s: no guest there", directory);
    }
}

void guest_root_enter(const char *argv0)
{
    char path[PATH_MAX];

    if (strchr(argv0, '/') != NULL) {
        guest_copy(path, sizeof path, argv0);
    } else {
        executed_path(path, sizeof path, argv0);
    }
    char *slash = strrchr(path, '/');
    if (slash == NULL) {
        guest_die("%s: run me by my path in a guest", argv0);
    }
    slash[1] = '\0';
    if (chdir(path) != 0) {
        guest_die("%s: %s", path, strerror(errno));
    }
    /* the programs are in DIR/bin, DIR/sbin and DIR/usr/bin */
    guest_root_enter_dir(access("../state/lock", F_OK) == 0 ? ".." : "../..");
}

/* Returns true when a command begins with all words of `order`, the command that a test wants to
 * fail. */
static bool begins(const char *order, const char *command)
{
    size_t length = strlen(order);

    return strncmp(order, command, length) == 0
        && (command[length] == '\0' || command[length] == ' ');
}

static void command_text(char *to, size_t size, int argc, char **argv)
{
    int length = snprintf(to, size, "%s", guest_base_name(argv[0]));

    for (int i = 1; i < argc && length >= 0 && (size_t)length < size; i++) {
        length += snprintf(to + length, size - (size_t)length, " %s", argv[i]);
    }
}

/* Finds the first fault that makes this command fail, fills in the exit status, and counts one
 * failure. Returns false when there is no such fault. */
static bool use_fail(struct guest_state *state, const char *command, int *status)
{
    for (size_t i = 0; i < state->fault_count; i++) {
        struct guest_fault *fault = &state->faults[i];
        if (fault->kind != GUEST_FAIL || !begins(fault->argv, command)) {
            continue;
        }
        *status = (int)fault->status;
        if (--fault->count == 0) {
            memmove(fault, fault + 1, (state->fault_count - i - 1) * sizeof *fault);
            state->fault_count--;
        }
        return true;
    }
    return false;
}

static void append(const char *path, const char *status, int argc, char **argv)
{
    char command[GUEST_LINE_SIZE - 32];
    char line[GUEST_LINE_SIZE];
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

    command_text(command, sizeof command, argc, argv);
    guest_print(line, sizeof line, "%s %s\n", status, command);
    if (fd < 0 || write(fd, line, strlen(line)) != (ssize_t)strlen(line)) {
        guest_die("%s: %s", path, strerror(errno));
    }
    close(fd);
}

bool guest_fault_strikes(int argc, char **argv, int *status)
{
    char command[GUEST_LINE_SIZE];
    double delay = 0;
    bool hangs = false;
    struct guest_state *state = guest_state_open();

    command_text(command, sizeof command, argc, argv);
    for (size_t i = 0; i < state->fault_count; i++) {
        const struct guest_fault *fault = &state->faults[i];
        if (fault->kind != GUEST_FAIL && begins(fault->argv, command)) {
            hangs = hangs || fault->kind == GUEST_HANG;
            delay += fault->seconds;
        }
    }
    bool fails = use_fail(state, command, status);
    if (fails) {
        guest_state_commit(state);
    } else {
        guest_state_close(state);
    }
    if (hangs) {
        guest_log(true, "hang", argc, argv);
    }
    while (hangs) {
        pause();
    }
    if (delay > 0) {
        /* state/slow gets a line when a slow command begins. state/log gets one when the command
         * ends. */
        append("state/slow", "slow", argc, argv);
    }
    guest_sleep(delay);
    if (fails) {
        fprintf(stderr, "%s: told to fail\n", guest_base_name(argv[0]));
    }
    return fails;
}

void guest_log(bool changes, const char *status, int argc, char **argv)
{
    append(changes ? "state/log" : "state/probes", status, argc, argv);
}

static long read_pid(int fd)
{
    char text[32];
    ssize_t length = pread(fd, text, sizeof text - 1, 0);

    text[length < 0 ? 0 : length] = '\0';
    return strtol(text, NULL, 10);
}

/* Locks a pidfile. Returns false when another process holds the lock for more than 50 ms. A process
 * that only checks the file also locks it, but for a shorter time. */
static bool lock_for_good(int fd)
{
    for (int tries = 0; tries < 10; tries++) {
        if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
            return true;
        }
        guest_sleep(0.005);
    }
    return false;
}

int guest_pidfile_open(const char *path, long *other)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

    if (fd < 0) {
        guest_die("%s: %s", path, strerror(errno));
    }
    if (!lock_for_good(fd)) {
        *other = read_pid(fd);
        close(fd);
        return -1;
    }
    if (ftruncate(fd, 0) != 0) {
        guest_die("%s: %s", path, strerror(errno));
    }
    return fd;
}

void guest_pidfile_write(int fd, long pid)
{
    char text[32];

    guest_print(text, sizeof text, "%ld", pid);
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text, strlen(text), 0) != (ssize_t)strlen(text)) {
        guest_die("pidfile: %s", strerror(errno));
    }
}

long guest_pidfile_holder(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long pid = 0;

    if (fd < 0) {
        return 0;
    }
    if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        pid = read_pid(fd);
    }
    close(fd);
    return pid;
}

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);

    for (const char *at = text; *at != '\0'; at++) {
        bool begin = at == text || !isalnum((unsigned char)at[-1]);
        if (begin && strncasecmp(at, word, length) == 0 && !isalnum((unsigned char)at[length])) {
            return true;
        }
    }
    return false;
}

bool guest_rc_is_dhcp(const char *interface)
{
    char line[GUEST_LINE_SIZE];
    char prefix[GUEST_NAME_SIZE + 16];
    bool dhcp = false;
    FILE *file = fopen("etc/rc.conf", "re");

    guest_print(prefix, sizeof prefix, "ifconfig_%s=", interface);
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, prefix, strlen(prefix)) == 0) {
            const char *value = line + strlen(prefix);
            dhcp = has_word(value, "DHCP") || has_word(value, "SYNCDHCP");
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return dhcp;
}

int guest_spawn(char *const *argv)
{
    static char *const environment[] = {NULL};
    pid_t pid;
    int status;

    if (posix_spawn(&pid, argv[0], NULL, NULL, argv, environment) != 0) {
        guest_die("%s: cannot be run", argv[0]);
    }
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            guest_die("%s: %s", argv[0], strerror(errno));
        }
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}
