/* kill(1), restricted to this guest: it signals only processes that hold a pidfile of the guest. It
 * reports every other pid as not existing. */
#include "tests/guest/processes.h"
#include "tests/guest/programs.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static int signal_of(const char *name)
{
    static const struct {
        const char *name;
        int number;
    } signals[] = {{"HUP", SIGHUP}, {"INT", SIGINT}, {"KILL", SIGKILL}, {"TERM", SIGTERM}};
    unsigned long number;

    if (strncmp(name, "SIG", 3) == 0) {
        name += 3;
    }
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (strcmp(signals[i].name, name) == 0) {
            return signals[i].number;
        }
    }
    return guest_number(name, 31, &number) ? (int)number : -1;
}

static int kill_one(const char *word, int number)
{
    unsigned long pid;

    if (!guest_number(word, 0x7fffffff, &pid)) {
        fprintf(stderr, "kill: illegal process id: %s\n", word);
        return 2;
    }
    if (!guest_process_is_ours((long)pid) || kill((pid_t)pid, number) != 0) {
        fprintf(stderr, "kill: %s: %s\n", word, strerror(ESRCH));
        return 1;
    }
    return 0;
}

int guest_kill(int argc, char **argv)
{
    int number = SIGTERM;
    int first = 1;
    int status = 0;

    if (argc > 2 && strcmp(argv[1], "-s") == 0) {
        number = signal_of(argv[2]);
        first = 3;
    } else if (argc > 1 && argv[1][0] == '-') {
        number = signal_of(argv[1] + 1);
        first = 2;
    }
    if (number < 0 || first >= argc) {
        fprintf(stderr, "usage: kill [-s signal_name] pid ...\n");
        return 2;
    }
    for (int i = first; i < argc; i++) {
        int one = kill_one(argv[i], number);
        status = one == 0 ? status : one;
    }
    return status;
}
