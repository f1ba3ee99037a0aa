/* The stand-in guest: one binary that acts as ifconfig, sysctl, dhclient, route, rtsol, kill or
 * devd, depending on the name under which it is called.
 *
 * Under the name vfj_guest it makes, changes and stops a guest. README.md has the grammar. */
#include "tests/guest/control.h"
#include "tests/guest/programs.h"
#include "tests/guest/root.h"
#include "tests/guest/text.h"

#include <stdio.h>
#include <string.h>

const struct guest_program guest_programs[] = {
    {"ifconfig", guest_ifconfig, guest_ifconfig_changes},
    {"sysctl", guest_sysctl, guest_sysctl_changes},
    {"route", guest_route, guest_route_changes},
    {"netstat", guest_netstat, guest_netstat_changes},
    {"rtsol", guest_rtsol, NULL},
    {"dhclient", guest_dhclient, NULL},
    {"kill", guest_kill, NULL},
    {"devd", guest_devd, NULL},
    {NULL, NULL, NULL},
};

static int run_program(const struct guest_program *program, int argc, char **argv)
{
    char text[16];
    int status = 0;

    guest_root_enter(argv[0]);
    bool changes = program->changes == NULL || program->changes(argc, argv);
    if (!guest_fault_strikes(argc, argv, &status)) {
        status = program->run(argc, argv);
    }
    guest_print(text, sizeof text, "%d", status);
    if (program->run != guest_devd) {
        guest_log(changes, text, argc, argv);
    }
    return status;
}

/* Removes the option -n of ifconfig from argv, since the stand-in guest has no kernel modules.
 * Returns the new argc. */
static int without_n(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "-n") != 0) {
        return argc;
    }
    memmove(&argv[1], &argv[2], (size_t)(argc - 1) * sizeof argv[0]);
    return argc - 1;
}

int main(int argc, char **argv)
{
    const char *name = guest_base_name(argc > 0 ? argv[0] : "");

    if (strcmp(name, "ifconfig") == 0) {
        argc = without_n(argc, argv);
    }

    for (const struct guest_program *program = guest_programs; program->name != NULL; program++) {
        if (strcmp(program->name, name) == 0) {
            return run_program(program, argc, argv);
        }
    }
    return guest_control(argc, argv);
}
