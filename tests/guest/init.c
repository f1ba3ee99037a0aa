/* The verbs init and start of vfj_guest. init makes a guest; start starts the programs that a guest
 * starts at boot. */
#include "tests/guest/control.h"
#include "tests/guest/host.h"
#include "tests/guest/net.h"
#include "tests/guest/root.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* An hn interface and its VF, as one argument of init describes them: hnN[=VF][,option]... */
struct pair {
    char hn[GUEST_NAME_SIZE];
    char vf[GUEST_NAME_SIZE];
    char mode[16];
    bool plugged;
    /* true for the first pair that has an address: the default route goes through its hn */
    bool default_route;
    unsigned unit;
};

static const char *const directories[] = {"sbin",    "bin",         "usr",
                                          "usr/bin", "usr/libexec", "usr/libexec/hyperv",
                                          "var",     "var/run",     "var/run/dhclient",
                                          "var/db",  "etc",         "state"};

static void make_directory(const char *path)
{
    if (mkdir(path, 0755) != 0 && errno != EEXIST) {
        guest_die("%s: %s", path, strerror(errno));
    }
}

static const char *directory_of(const char *program)
{
    if (strcmp(program, "netstat") == 0) {
        return "usr/bin";
    }
    return strcmp(program, "kill") == 0 ? "bin" : "sbin";
}

static void make_tree(const char *binary)
{
    char path[64];

    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++) {
        make_directory(directories[i]);
    }
    for (const struct guest_program *program = guest_programs; program->name != NULL; program++) {
        guest_print(path, sizeof path, "%s/%s", directory_of(program->name), program->name);
        if (symlink(binary, path) != 0 && errno != EEXIST) {
            guest_die("%s: %s", path, strerror(errno));
        }
    }
}

static bool is_mode(const char *word)
{
    return strcmp(word, "static") == 0 || strcmp(word, "dhcp") == 0 || strcmp(word, "syncdhcp") == 0
        || strcmp(word, "none") == 0;
}

static bool parse_pair(const char *word, struct pair *pair)
{
    char text[128];
    char *rest = text;

    if (strlen(word) >= sizeof text) {
        return false;
    }
    guest_copy(text, sizeof text, word);
    *pair = (struct pair){.mode = "static"};
    char *options = strchr(text, ',');
    if (options != NULL) {
        *options++ = '\0';
    }
    char *vf = strchr(rest, '=');
    if (vf != NULL) {
        *vf++ = '\0';
    }
    if (strncmp(rest, "hn", 2) != 0 || !guest_is_ifname(rest)
        || !guest_number(rest + 2, 99, &(unsigned long){0})
        || (vf != NULL && !guest_is_ifname(vf))) {
        return false;
    }
    guest_copy(pair->hn, sizeof pair->hn, rest);
    guest_copy(pair->vf, sizeof pair->vf, vf == NULL ? "" : vf);
    (void)guest_unit_of(pair->hn, &pair->unit);
    for (char *option = options == NULL ? NULL : strtok(options, ","); option != NULL;
         option = strtok(NULL, ",")) {
        if (strcmp(option, "plugged") == 0) {
            pair->plugged = true;
        } else if (is_mode(option)) {
            guest_copy(pair->mode, sizeof pair->mode, option);
        } else {
            return false;
        }
    }
    return !pair->plugged || pair->vf[0] != '\0';
}

static void write_rc(FILE *rc, const struct pair *pair)
{
    if (strcmp(pair->mode, "static") == 0) {
        fprintf(rc, "ifconfig_%s=\"inet 10.%u.0.4 netmask 255.255.255.0\"\n", pair->hn, pair->unit);
    } else if (strcmp(pair->mode, "none") != 0) {
        fprintf(rc, "ifconfig_%s=\"%s\"\n", pair->hn,
                strcmp(pair->mode, "dhcp") == 0 ? "DHCP" : "SYNCDHCP");
    }
}

/* Makes the interface hnN, up and with a link. It gets the address 10.N.0.4/24 by DHCP or from
 * rc.conf. Its router is 10.N.0.1. */
static void make_pair(struct guest_state *state, const struct pair *pair, FILE *rc)
{
    char mac[GUEST_MAC_SIZE];
    uint32_t net = 10u << 24 | (uint32_t)pair->unit << 16;
    struct guest_inet inet = {net | 4, 24};

    guest_print(mac, sizeof mac, "00:0d:3a:00:00:%02x", pair->unit);
    struct guest_if *hn = guest_if_attach(state, pair->hn, GUEST_HN, mac);
    guest_if_set_up(state, hn, true);
    if (strcmp(pair->mode, "static") == 0) {
        (void)guest_inet_add(state, hn, inet);
        if (pair->default_route && guest_route_add(state, 0, 0, net | 1) == 0) {
            fprintf(rc, "defaultrouter=\"10.%u.0.1\"\n", pair->unit);
        }
    }
    write_rc(rc, pair);
    struct guest_lease *lease = &state->leases[state->lease_count++];
    guest_copy(lease->mac, sizeof lease->mac, mac);
    lease->inet = inet;
    lease->router = net | 1;
    if (pair->vf[0] != '\0') {
        guest_setting_set(&state->pairs, pair->hn, pair->vf);
    }
    if (pair->plugged) {
        guest_host_plug(state, pair->vf, pair->hn, NULL);
    }
}

static void make_lo(struct guest_state *state)
{
    struct guest_if *lo = guest_if_attach(state, "lo0", GUEST_LO, "");

    lo->nd6 = GUEST_ND6_PERFORMNUD | GUEST_ND6_AUTO_LINKLOCAL;
    (void)guest_inet_add(state, lo, (struct guest_inet){0x7f000001, 8});
    (void)guest_inet6_add(lo, "::1", 128);
    (void)guest_inet6_add(lo, "fe80::1", 64);
    /* FreeBSD has a host route to 127.0.0.1 but no route to 127.0.0.0/8. The stand-in guest needs
     * neither. */
    (void)guest_route_delete(state, 0x7f000000, 8);
}

static void make_sysctls(struct guest_state *state)
{
    char text[GUEST_VALUE_SIZE];
    unsigned char random[16] = {0};
    time_t now = time(NULL);
    int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);

    if (fd < 0 || read(fd, random, sizeof random) != (ssize_t)sizeof random) {
        guest_die("/dev/urandom cannot be read");
    }
    close(fd);
    guest_print(text, sizeof text,
                "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", random[0],
                random[1], random[2], random[3], random[4], random[5], random[6], random[7],
                random[8], random[9], random[10], random[11], random[12], random[13], random[14],
                random[15]);
    guest_setting_set(&state->sysctls, "kern.boot_id", text);
    guest_print(text, sizeof text, "{ sec = %ld, usec = 0 } %s", (long)now, ctime(&now));
    text[strcspn(text, "\n")] = '\0';
    guest_setting_set(&state->sysctls, "kern.boottime", text);
    guest_setting_set(&state->sysctls, "kern.hostuuid", "00000000-0000-0000-0000-000d3a000000");
    guest_setting_set(&state->sysctls, "kern.osrelease", "13.2-RELEASE");
    guest_setting_set(&state->sysctls, "kern.vm_guest", "hv");
    guest_setting_set(&state->sysctls, "hw.bus.devctl_queue", "1000");
    guest_setting_set(&state->sysctls, "hw.hn.vf_transparent", "0");
    guest_setting_set(&state->sysctls, "hw.hn.vf_xpnt_accbpf", "0");
    guest_setting_set(&state->sysctls, "hw.hn.vf_xpnt_attwait", "2");
}

int guest_init(const char *binary, const char *directory, int argc, char **argv)
{
    char path[PATH_MAX];
    struct pair pairs[GUEST_LEASES_MAX];
    bool has_default = false;

    for (int i = 0; i < argc; i++) {
        if (i == GUEST_LEASES_MAX || !parse_pair(argv[i], &pairs[i])) {
            fprintf(stderr, "vfj_guest: bad pair: %s\n", argv[i]);
            return 64;
        }
        pairs[i].default_route = !has_default && strcmp(pairs[i].mode, "none") != 0;
        has_default = has_default || pairs[i].default_route;
    }
    if (realpath(binary, path) == NULL) {
        guest_die("%s: run me by my path: %s", binary, strerror(errno));
    }
    make_directory(directory);
    if (chdir(directory) != 0) {
        guest_die("%s: %s", directory, strerror(errno));
    }
    if (access("state/guest", F_OK) == 0) {
        fprintf(stderr, "vfj_guest: %s: there is a guest already\n", directory);
        return 73;
    }
    make_tree(path);
    FILE *rc = fopen("etc/rc.conf", "we");
    if (rc == NULL) {
        guest_die("etc/rc.conf: %s", strerror(errno));
    }
    struct guest_state *state = guest_state_create();
    make_sysctls(state);
    for (int i = 0; i < argc; i++) {
        make_pair(state, &pairs[i], rc);
    }
    make_lo(state);
    fclose(rc);
    guest_state_commit(state);
    return 0;
}

/* Starts the dhclients. As with rc.d/netif, this is done before devd starts, so that the interfaces
 * have their addresses when devd handles its first event. */
static int start_dhclients(void)
{
    static char program[] = "sbin/dhclient";
    char names[GUEST_IFS_MAX][GUEST_NAME_SIZE];
    size_t count = 0;
    int status = 0;
    struct guest_state *state = guest_state_open();

    for (size_t i = 0; i < state->if_count; i++) {
        if (guest_rc_is_dhcp(state->ifs[i].name)) {
            guest_copy(names[count++], sizeof names[0], state->ifs[i].name);
        }
    }
    guest_state_close(state);
    for (size_t i = 0; i < count; i++) {
        char *argv[] = {program, names[i], NULL};
        status |= guest_spawn(argv);
    }
    return status;
}

int guest_start(int argc, char **argv)
{
    static char program[] = "sbin/devd";
    char *words[GUEST_WORDS_MAX] = {program};

    if (argc + 2 > GUEST_WORDS_MAX) {
        return 64;
    }
    for (int i = 0; i < argc; i++) {
        words[i + 1] = argv[i];
    }
    int status = start_dhclients();
    return status != 0 ? status : guest_spawn(words);
}
