/* The host commands: changes of the guest from outside, caused by the Hyper-V host, the kernel or a
 * test. */
#include "tests/guest/host.h"

#include "tests/guest/control.h"
#include "tests/guest/net.h"
#include "tests/guest/processes.h"
#include "tests/guest/reach.h"
#include "tests/guest/root.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int complain(const char *text)
{
    fprintf(stderr, "vfj_guest: %s\n", text);
    return 1;
}

/* Writes the devctl line for the attachment of the device that `vf` names, without the '+' in
 * front. The line has the device's driver, vendor and device id. */
static void make_bus(char *to, size_t size, const char *vf)
{
    static const struct {
        const char *prefix;
        const char *driver;
        const char *ids;
    } drivers[] = {
        {"mlxen", "mlx4_core", "vendor=0x15b3 device=0x1004"},
        {"mce", "mlx5_core", "vendor=0x15b3 device=0x1016"},
        {"mana", "gdma", "vendor=0x1414 device=0x00ba"},
        {"ixv", "ixv", "vendor=0x8086 device=0x1515"},
        {"iavf", "iavf", "vendor=0x8086 device=0x1889"},
        {"", "virtio_pci", "vendor=0x1af4 device=0x1041"},
    };
    unsigned unit = 0;
    size_t i = 0;

    (void)guest_unit_of(vf, &unit);
    while (strncmp(vf, drivers[i].prefix, strlen(drivers[i].prefix)) != 0) {
        i++;
    }
    guest_print(to, size,
                "%s%u at slot=2 function=0 dbsf=pci%u:0:2:0 %s subvendor=0x0000 subdevice=0x0000 "
                "class=0x020000 on pci%u",
                drivers[i].driver, unit, unit + 2, drivers[i].ids, unit + 1);
}

void guest_host_plug(struct guest_state *state, const char *vf, const char *hn, const char *bus)
{
    struct guest_if *ifp = guest_if_attach(state, vf, GUEST_ETHER, guest_if_find(state, hn)->mac);

    if (bus != NULL) {
        guest_copy(ifp->bus, sizeof ifp->bus, bus);
    } else {
        make_bus(ifp->bus, sizeof ifp->bus, vf);
    }
    guest_hn_map(state, ifp, hn);
    guest_event(state, "+%s", ifp->bus);
}

static const char *hn_of_pair(struct guest_state *state, const char *vf)
{
    for (size_t i = 0; i < state->pairs.count; i++) {
        if (strcmp(state->pairs.at[i].value, vf) == 0) {
            return state->pairs.at[i].name;
        }
    }
    return "";
}

static int plug(struct guest_state *state, int argc, char **argv)
{
    char bus[GUEST_BUS_SIZE];
    const char *hn = argc > 1 ? argv[1] : hn_of_pair(state, argv[0]);
    const struct guest_if *owner = guest_if_find(state, hn);

    if (owner == NULL || owner->kind != GUEST_HN) {
        return complain("plug: no such hn interface");
    }
    if (!guest_is_ifname(argv[0]) || guest_if_find(state, argv[0]) != NULL) {
        return complain("plug: there is such an interface already");
    }
    if (argc > 2) {
        guest_join(bus, sizeof bus, (size_t)argc - 2, argv + 2);
    }
    guest_host_plug(state, argv[0], hn, argc > 2 ? bus : NULL);
    return 0;
}

static int unplug(struct guest_state *state, int argc, char **argv)
{
    const struct guest_if *ifp = guest_if_find(state, argv[0]);

    (void)argc;
    if (ifp == NULL || ifp->kind != GUEST_ETHER) {
        return complain("unplug: no such interface");
    }
    guest_if_detach(state, argv[0]);
    return 0;
}

/* Runs the host command that attaches an Ethernet interface other than a VF, such as epair, tap or
 * ue. */
static int attach(struct guest_state *state, int argc, char **argv)
{
    (void)argc;
    if (!guest_is_ifname(argv[0]) || guest_if_find(state, argv[0]) != NULL) {
        return complain("attach: there is such an interface already");
    }
    guest_if_attach(state, argv[0], GUEST_ETHER, "02:00:00:00:00:0a");
    return 0;
}

static int line(struct guest_state *state, int argc, char **argv)
{
    char text[GUEST_LINE_SIZE];

    guest_join(text, sizeof text, (size_t)argc, argv);
    guest_event(state, "%s", text);
    return 0;
}

static int set_link(struct guest_state *state, int argc, char **argv)
{
    struct guest_if *ifp = guest_if_find(state, argv[0]);
    bool up = strcmp(argv[1], "up") == 0;

    (void)argc;
    if (ifp == NULL || (!up && strcmp(argv[1], "down") != 0)) {
        return complain("link: which interface, up or down?");
    }
    guest_if_set_carrier(state, ifp, up);
    return 0;
}

static int set_max_mtu(struct guest_state *state, int argc, char **argv)
{
    struct guest_if *ifp = guest_if_find(state, argv[0]);
    unsigned long mtu;

    (void)argc;
    if (ifp == NULL || !guest_number(argv[1], 65535, &mtu)) {
        return complain("maxmtu: which interface, how much?");
    }
    ifp->max_mtu = (unsigned)mtu;
    return 0;
}

static int rename_interface(struct guest_state *state, int argc, char **argv)
{
    struct guest_if *ifp = guest_if_find(state, argv[0]);

    (void)argc;
    if (ifp == NULL || guest_if_rename(state, ifp, argv[1]) != 0) {
        return complain("rename: no such interface, or the new name is taken");
    }
    return 0;
}

static int set_sysctl(struct guest_state *state, int argc, char **argv)
{
    char value[GUEST_VALUE_SIZE];
    bool absent = strcmp(argv[0], "--absent") == 0;

    if (absent && argc != 2) {
        return complain("sysctl --absent: which name?");
    }
    const char *name = absent ? argv[1] : argv[0];
    guest_join(value, sizeof value, absent ? 0 : (size_t)argc - 1, argv + 1);
    guest_setting_set(&state->sysctls, name, value);
    guest_setting_find(&state->sysctls, name)->absent = absent;
    return 0;
}

static int set_tune(struct guest_state *state, int argc, char **argv)
{
    (void)argc;
    guest_setting_set(&state->tunes, argv[0], argv[1]);
    return 0;
}

static int add_fault(struct guest_state *state, struct guest_fault fault, int argc, char **argv)
{
    if (state->fault_count == GUEST_FAULTS_MAX) {
        return complain("too many faults");
    }
    guest_join(fault.argv, sizeof fault.argv, (size_t)argc, argv);
    state->faults[state->fault_count++] = fault;
    return 0;
}

static int fail(struct guest_state *state, int argc, char **argv)
{
    unsigned long count;
    unsigned long status;

    if (!guest_number(argv[0], 1000000, &count) || count == 0
        || !guest_number(argv[1], 255, &status)) {
        return complain("fail: how many, which status?");
    }
    struct guest_fault fault
        = {.kind = GUEST_FAIL, .count = (unsigned)count, .status = (unsigned)status};
    return add_fault(state, fault, argc - 2, argv + 2);
}

static int slow(struct guest_state *state, int argc, char **argv)
{
    struct guest_fault fault = {.kind = GUEST_SLOW};

    if (!guest_seconds(argv[0], &fault.seconds)) {
        return complain("slow: how many seconds?");
    }
    return add_fault(state, fault, argc - 1, argv + 1);
}

static int hang(struct guest_state *state, int argc, char **argv)
{
    return add_fault(state, (struct guest_fault){.kind = GUEST_HANG}, argc, argv);
}

/* Runs the host command that removes faults: all of them, or only those that were set with exactly
 * the words in argv. */
static int clear(struct guest_state *state, int argc, char **argv)
{
    char words[GUEST_VALUE_SIZE];
    size_t kept = 0;

    guest_join(words, sizeof words, (size_t)argc, argv);
    for (size_t i = 0; i < state->fault_count; i++) {
        if (argc > 0 && strcmp(state->faults[i].argv, words) != 0) {
            state->faults[kept++] = state->faults[i];
        }
    }
    state->fault_count = kept;
    return 0;
}

static const struct {
    const char *name;
    int arguments; /* the least number of arguments */
    int (*run)(struct guest_state *state, int argc, char **argv);
} commands[] = {
    {"plug", 1, plug},
    {"unplug", 1, unplug},
    {"attach", 1, attach},
    {"line", 1, line},
    {"link", 2, set_link},
    {"maxmtu", 2, set_max_mtu},
    {"rename", 2, rename_interface},
    {"sysctl", 1, set_sysctl},
    {"tune", 2, set_tune},
    {"fail", 3, fail},
    {"slow", 2, slow},
    {"hang", 1, hang},
    {"clear", 0, clear},
};

static int devd(int argc, char **argv)
{
    if (argc > 0 && strcmp(argv[0], "stop") == 0) {
        guest_devd_stop();
        return 0;
    }
    if (argc > 0 && strcmp(argv[0], "start") == 0) {
        static char program[] = "sbin/devd";
        argv[0] = program;
        return guest_spawn(argv);
    }
    return complain("devd: start or stop?");
}

int guest_host(int argc, char **argv)
{
    if (strcmp(argv[0], "reach") == 0) {
        return guest_reach(argc > 1 ? argv[1] : NULL);
    }
    if (strcmp(argv[0], "devd") == 0) {
        return devd(argc - 1, argv + 1);
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (strcmp(commands[i].name, argv[0]) == 0 && argc - 1 >= commands[i].arguments) {
            struct guest_state *state = guest_state_open();
            int status = commands[i].run(state, argc - 1, argv + 1);
            if (status == 0) {
                guest_state_commit(state);
            } else {
                guest_state_close(state);
            }
            if (status == 0 && commands[i].run == plug) {
                guest_hn_switch_later(argv[1]);
            }
            return status;
        }
    }
    return complain("host: no such command, or words are missing");
}
