/* Runs the verbs of vfj_guest: init, start, stop, host, play and others. */
#include "tests/guest/control.h"

#include "tests/guest/listen.h"
#include "tests/guest/processes.h"
#include "tests/guest/root.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int usage(void)
{
    fputs("usage: vfj_guest init DIR [hnN[=VF][,static|dhcp|syncdhcp|none][,plugged]]...\n"
          "       vfj_guest start DIR [devd options]\n"
          "       vfj_guest host DIR COMMAND [ARGUMENT]...\n"
          "       vfj_guest play DIR FILE [--speed X]\n"
          "       vfj_guest listen DIR seqpacket|stream [--reads]\n"
          "       vfj_guest log | probes | state DIR\n"
          "       vfj_guest stop DIR\n",
          stderr);
    return 64;
}

static int print_file(const char *path)
{
    char line[GUEST_LINE_SIZE];
    FILE *file = fopen(path, "re");

    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        fputs(line, stdout);
    }
    if (file != NULL) {
        fclose(file);
    }
    return 0;
}

static int play(int argc, char **argv)
{
    double speed = 1;

    bool good = argc == 4
        || (argc == 6 && strcmp(argv[4], "--speed") == 0 && guest_seconds(argv[5], &speed));
    if (!good || speed <= 0) {
        return usage();
    }
    FILE *file = fopen(argv[3], "re");
    if (file == NULL) {
        fprintf(stderr, "vfj_guest: %s: %s\n", argv[3], strerror(errno));
        return 66;
    }
    guest_root_enter_dir(argv[2]);
    int status = guest_play(file, argv[3], speed);
    fclose(file);
    return status;
}

int guest_control(int argc, char **argv)
{
    if (argc < 3) {
        return usage();
    }
    const char *verb = argv[1];
    if (strcmp(verb, "init") == 0) {
        return guest_init(argv[0], argv[2], argc - 3, argv + 3);
    }
    if (strcmp(verb, "play") == 0) {
        return play(argc, argv);
    }
    guest_root_enter_dir(argv[2]);
    if (strcmp(verb, "start") == 0) {
        return guest_start(argc - 3, argv + 3);
    }
    if (strcmp(verb, "host") == 0 && argc > 3) {
        return guest_host(argc - 3, argv + 3);
    }
    if (strcmp(verb, "listen") == 0) {
        return guest_listen(argc - 3, argv + 3);
    }
    if (strcmp(verb, "stop") == 0) {
        guest_processes_stop();
        return 0;
    }
    if (strcmp(verb, "log") == 0) {
        return print_file("state/log");
    }
    if (strcmp(verb, "probes") == 0) {
        return print_file("state/probes");
    }
    return strcmp(verb, "state") == 0 ? print_file("state/guest") : usage();
}
