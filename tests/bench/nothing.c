/* A program that takes the place of all programs of the simulated guest and changes nothing. It
 * reports that it ran and prints prepared output.
 *
 * DIR/sbin/NAME prints DIR/answers/ANSWER and sends its start time and its effect to the socket
 * DIR/times. `ifconfig INTERFACE ... VERB ARGUMENT` replaces DIR/answers/ifconfig by
 * DIR/answers/VERB-ARGUMENT, if that file exists. */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/daemon.h"

static char directory[sizeof((struct sockaddr_un *)0)->sun_path - 16];

static void tell(const struct bench_run *run)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/times", directory);
    (void)!sendto(fd, run, sizeof *run, MSG_DONTWAIT, (const struct sockaddr *)&address,
                  sizeof address);
}

static void print(const char *answer)
{
    char path[256], bytes[16384];
    ssize_t count;
    (void)snprintf(path, sizeof path, "%s/answers/%s", directory, answer);
    int fd = open(path, O_RDONLY);
    while (fd >= 0 && (count = read(fd, bytes, sizeof bytes)) > 0)
        (void)!write(STDOUT_FILENO, bytes, (size_t)count);
}

static void replace(const char *answer, const char *verb, const char *argument)
{
    char from[256], to[256];
    (void)snprintf(from, sizeof from, "%s/answers/%s-%s", directory, verb, argument);
    (void)snprintf(to, sizeof to, "%s/answers/%s", directory, answer);
    if (access(from, F_OK) != 0)
        return;
    (void)unlink(to);
    (void)!link(from, to);
}

static enum bench_effect effect_of(const char *name, int argc, char **argv)
{
    if (strcmp(name, "ifconfig") != 0 || argc < 3)
        return BENCH_READS;
    if (strcmp(argv[1], "mce0") == 0 && strcmp(argv[2], "up") == 0)
        return BENCH_UPS_VF;
    return BENCH_CHANGES;
}

static void answer(const char *name, int argc, char **argv)
{
    const char *last = argv[argc - 1];
    if (strcmp(name, "sysctl") == 0 && strcmp(last, "kern.boot_id") == 0)
        (void)!write(STDOUT_FILENO, "bench\n", 6);
    else if (strcmp(name, "sysctl") == 0)
        print(argc > 3 && strcmp(argv[3], "hw.hn.vflist") == 0 ? "map" : "slot");
    else if (strcmp(name, "ifconfig") == 0 && strcmp(last, "-a") == 0)
        print("ifconfig");
    else if (argc > 2)
        replace("ifconfig", argv[argc - 2], last);
    if (effect_of(name, argc, argv) == BENCH_UPS_VF)
        replace("slot", "slot", "up");
}

int main(int argc, char **argv)
{
    struct timespec now;
    struct bench_run run = {0};
    clock_gettime(CLOCK_MONOTONIC, &now);
    run.ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    (void)snprintf(directory, sizeof directory, "%s", argv[0]);
    for (unsigned up = 0; up < 2; up++) {
        char *slash = strrchr(directory, '/');
        if (slash == NULL)
            return 1;
        *slash = '\0';
    }
    const char *name = strrchr(argv[0], '/') + 1;
    run.effect = effect_of(name, argc, argv);
    tell(&run);
    answer(name, argc, argv);
    return 0;
}
