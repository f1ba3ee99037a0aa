/* Runs a program on a pseudo-terminal, controlled by a script.
 *   usage: vfj_pty PROGRAM [ARGUMENT]... <SCRIPT
 * Lines of the script:
 *   await TEXT     waits until the program prints the text, after the text that was last awaited
 *   send KEYS      sends the keys; \e stands for escape, \n for return
 *   signal NUMBER  sends the signal
 *   end STATUS     waits until the program ends with this exit status, or with -SIGNAL; the
 *                  terminal's settings must then be those from before the program
 * Prints the first line that fails, and ends with status 1. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

enum { OUTPUT_MAX = 1 << 20, LINE_SIZE = 1024, LIMIT_S = 60 };

static struct {
    int master, slave;
    pid_t child;
    struct termios before;
    char output[OUTPUT_MAX + 1];
    /* number of bytes that the program printed, and how many of them precede the next `await` */
    size_t length, awaited;
} pty;

static int fail(const char *line, const char *why)
{
    printf("FAILED: %s: %s; after:\n", line, why);
    for (size_t i = pty.awaited; i < pty.length; i++)
        printf(pty.output[i] >= ' ' && pty.output[i] <= '~' ? "%c" : "\\x%02x",
               (unsigned char)pty.output[i]);
    printf("\n");
    if (pty.child > 0)
        kill(pty.child, SIGKILL);
    return 1;
}

static bool open_terminal(void)
{
    struct winsize size = {.ws_row = 10, .ws_col = 80};
    pty.master = posix_openpt(O_RDWR | O_NOCTTY);
    if (pty.master < 0 || grantpt(pty.master) != 0 || unlockpt(pty.master) != 0)
        return false;
    pty.slave = open(ptsname(pty.master), O_RDWR | O_NOCTTY);
    return pty.slave >= 0 && ioctl(pty.slave, TIOCSWINSZ, &size) == 0
        && tcgetattr(pty.slave, &pty.before) == 0;
}

static void start(char **argv)
{
    pty.child = fork();
    if (pty.child != 0)
        return;
    setsid();
    ioctl(pty.slave, TIOCSCTTY, 0);
    dup2(pty.slave, 0);
    dup2(pty.slave, 1);
    dup2(pty.slave, 2);
    close(pty.master);
    execv(argv[0], argv);
    _exit(127);
}

/* Reads what the program prints. Waits at most a tenth of a second for it. */
static void read_on(void)
{
    struct pollfd ready = {.fd = pty.master, .events = POLLIN};
    if (poll(&ready, 1, 100) <= 0 || pty.length == OUTPUT_MAX)
        return;
    ssize_t length = read(pty.master, pty.output + pty.length, OUTPUT_MAX - pty.length);
    if (length > 0)
        pty.length += (size_t)length;
}

static bool await_text(const char *text)
{
    time_t until = time(NULL) + LIMIT_S;
    size_t size = strlen(text);
    while (time(NULL) < until) {
        char *found = memmem(pty.output + pty.awaited, pty.length - pty.awaited, text, size);
        if (found != NULL) {
            pty.awaited = (size_t)(found - pty.output) + size;
            return true;
        }
        read_on();
    }
    return false;
}

static void send_keys(const char *keys)
{
    for (; *keys != '\0'; keys++) {
        char key = *keys;
        if (key == '\\' && (keys[1] == 'e' || keys[1] == 'n'))
            key = *++keys == 'e' ? '\033' : '\n';
        (void)!write(pty.master, &key, 1);
    }
}

static const char *await_end(int expected)
{
    static char why[128];
    time_t until = time(NULL) + LIMIT_S;
    struct termios after;
    int status = 0;
    while (waitpid(pty.child, &status, WNOHANG) == 0) {
        if (time(NULL) >= until)
            return "still runs";
        read_on();
    }
    pty.child = 0;
    int found = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    if (found != expected) {
        snprintf(why, sizeof why, "status %d", found);
        return why;
    }
    if (tcgetattr(pty.slave, &after) != 0 || after.c_lflag != pty.before.c_lflag
        || after.c_iflag != pty.before.c_iflag || after.c_oflag != pty.before.c_oflag)
        return "the terminal is another one than before";
    return NULL;
}

static int run_line(const char *line)
{
    if (strncmp(line, "await ", 6) == 0)
        return await_text(line + 6) ? 0 : fail(line, "not printed");
    if (strncmp(line, "send ", 5) == 0) {
        send_keys(line + 5);
        return 0;
    }
    if (strncmp(line, "signal ", 7) == 0)
        return kill(pty.child, atoi(line + 7)) == 0 ? 0 : fail(line, "no process");
    if (strncmp(line, "end ", 4) == 0) {
        const char *why = await_end(atoi(line + 4));
        return why == NULL ? 0 : fail(line, why);
    }
    return fail(line, "no line of a script");
}

int main(int argc, char **argv)
{
    char line[LINE_SIZE];
    if (argc < 2 || !open_terminal())
        return fail("start", "no terminal");
    start(argv + 1);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != '\0' && run_line(line) != 0)
            return 1;
    }
    return 0;
}
