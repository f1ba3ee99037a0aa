/* sysctl of FreeBSD 13.2. It has the names of hn(4), and names that a host command set.
 *
 * The values of hw.hn.vflist, hw.hn.vfmap and dev.hn.N are computed from the interfaces, unless a
 * host command set them. A name that a host command made absent is unknown, as on a kernel without
 * it. */
#include "tests/guest/net.h"
#include "tests/guest/programs.h"
#include "tests/guest/text.h"

#include <stdio.h>
#include <string.h>

enum { NAMES_MAX = GUEST_SETTINGS_MAX * 3 };

struct options {
    bool no_name;
    bool ignore_unknown;
    bool quiet;
    char separator[4];
};

static bool hn_list(const struct guest_state *state, const char *format_pair, char *to, size_t size)
{
    size_t used = 0;

    to[0] = '\0';
    for (size_t i = 0; i < state->if_count; i++) {
        const struct guest_if *hn = &state->ifs[i];
        if (hn->kind == GUEST_HN && hn->vf[0] != '\0') {
            guest_print(to + used, size - used, "%s%s%s%s", used == 0 ? "" : " ", hn->vf,
                        format_pair, *format_pair == '\0' ? "" : hn->name);
            used += strlen(to + used);
        }
    }
    return true;
}

static bool hn_leaf(struct guest_state *state, const struct guest_if *hn, const char *leaf,
                    char *to, size_t size)
{
    if (strcmp(leaf, "vf") == 0) {
        guest_copy(to, size, hn->vf);
        return true;
    }
    if (strcmp(leaf, "rxvf") == 0 && !guest_hn_transparent(state)) {
        guest_copy(to, size, hn->rxvf);
        return true;
    }
    if (strcmp(leaf, "vf_xpnt_enabled") == 0 && guest_hn_transparent(state)) {
        guest_copy(to, size, guest_hn_is_switched(state, hn) ? "1" : "0");
        return true;
    }
    return false;
}

/* Computes the value of a name that belongs to hn(4). Returns false for any other name. */
static bool hn_value(struct guest_state *state, const char *name, char *to, size_t size)
{
    unsigned unit;
    int used = 0;

    if (strcmp(name, "hw.hn.vflist") == 0) {
        return hn_list(state, "", to, size);
    }
    if (strcmp(name, "hw.hn.vfmap") == 0) {
        return hn_list(state, ":", to, size);
    }
    if (sscanf(name, "dev.hn.%u.%n", &unit, &used) != 1 || used == 0) {
        return false;
    }
    for (size_t i = 0; i < state->if_count; i++) {
        const struct guest_if *hn = &state->ifs[i];
        if (hn->kind == GUEST_HN && hn->unit == unit) {
            return hn_leaf(state, hn, name + used, to, size);
        }
    }
    return false;
}

static bool value_of(struct guest_state *state, const char *name, char *to, size_t size)
{
    const struct guest_setting *setting = guest_setting_find(&state->sysctls, name);

    if (setting == NULL) {
        return hn_value(state, name, to, size);
    }
    guest_copy(to, size, setting->value);
    return !setting->absent;
}

static void show(const struct options *options, const char *name, const char *value)
{
    if (!options->no_name) {
        printf("%s%s", name, options->separator);
    }
    printf("%s\n", value);
}

/* Prints all names below a node with their values. Returns false when the node has none. */
static bool show_node(struct guest_state *state, const struct options *options, const char *node)
{
    char names[NAMES_MAX][GUEST_VALUE_SIZE];
    char value[GUEST_LINE_SIZE * 4];
    size_t count = 0;
    size_t length = strlen(node);
    bool shown = false;

    guest_copy(names[count++], sizeof names[0], "hw.hn.vflist");
    guest_copy(names[count++], sizeof names[0], "hw.hn.vfmap");
    for (size_t i = 0; i < state->sysctls.count; i++) {
        if (strcmp(state->sysctls.at[i].name, names[0]) != 0
            && strcmp(state->sysctls.at[i].name, names[1]) != 0) {
            guest_copy(names[count++], sizeof names[0], state->sysctls.at[i].name);
        }
    }
    for (size_t i = 0; i < state->if_count && count + 2 < NAMES_MAX; i++) {
        if (state->ifs[i].kind == GUEST_HN) {
            guest_print(names[count++], sizeof names[0], "dev.hn.%u.rxvf", state->ifs[i].unit);
            guest_print(names[count++], sizeof names[0], "dev.hn.%u.vf", state->ifs[i].unit);
        }
    }
    for (size_t i = 0; i < count; i++) {
        if (strncmp(names[i], node, length) == 0 && names[i][length] == '.'
            && value_of(state, names[i], value, sizeof value)) {
            show(options, names[i], value);
            shown = true;
        }
    }
    return shown;
}

static int read_one(struct guest_state *state, const struct options *options, const char *name)
{
    char value[GUEST_LINE_SIZE * 4];

    if (value_of(state, name, value, sizeof value)) {
        show(options, name, value);
        return 0;
    }
    if (show_node(state, options, name) || options->ignore_unknown) {
        return 0;
    }
    if (!options->quiet) {
        fprintf(stderr, "sysctl: unknown oid '%s'\n", name);
    }
    return 1;
}

static int set_one(struct guest_state *state, const struct options *options, const char *name,
                   const char *value)
{
    static const char *const writable[] = {"hw.hn.vf_xpnt_attwait", "hw.bus.devctl_queue"};
    char before[GUEST_LINE_SIZE * 4];

    if (!value_of(state, name, before, sizeof before)) {
        return read_one(state, options, name);
    }
    for (size_t i = 0; i < sizeof writable / sizeof *writable; i++) {
        if (strcmp(name, writable[i]) == 0) {
            guest_setting_set(&state->sysctls, name, value);
            if (!options->no_name) {
                printf("%s%s", name, options->separator);
            }
            printf("%s -> %s\n", before, value);
            return 0;
        }
    }
    if (strcmp(name, "hw.hn.vf_transparent") == 0) {
        fprintf(stderr, "sysctl: oid '%s' is a read only tunable\n", name);
        fprintf(stderr, "sysctl: Tunable values are set in /boot/loader.conf\n");
    } else {
        fprintf(stderr, "sysctl: oid '%s' is read only\n", name);
    }
    return 1;
}

/* Handles one argument: prints the value of NAME, or sets NAME=VALUE. Returns 1 when that fails,
 * and 0 otherwise. */
static int do_one(struct guest_state *state, const struct options *options, const char *word)
{
    char name[GUEST_LINE_SIZE];

    if (strlen(word) >= GUEST_VALUE_SIZE) {
        fprintf(stderr, "sysctl: oid too long: '%s'\n", word);
        return 1;
    }
    guest_copy(name, sizeof name, word);
    char *value = strchr(name, '=');
    if (value == NULL) {
        return read_one(state, options, name);
    }
    *value++ = '\0';
    return set_one(state, options, name, value);
}

static bool take_options(const char *word, struct options *options)
{
    for (const char *at = word + 1; *at != '\0'; at++) {
        switch (*at) {
        case 'n':
            options->no_name = true;
            break;
        case 'i':
            options->ignore_unknown = true;
            break;
        case 'q':
            options->quiet = true;
            break;
        case 'e':
            guest_copy(options->separator, sizeof options->separator, "=");
            break;
        default:
            return false;
        }
    }
    return true;
}

bool guest_sysctl_changes(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (strchr(argv[i], '=') != NULL) {
            return true;
        }
    }
    return false;
}

/* Returns the exit status: the number of names that failed, as in sbin/sysctl/sysctl.c. */
int guest_sysctl(int argc, char **argv)
{
    struct options options = {.separator = ": "};
    int first = 1;
    int failed = 0;

    while (first < argc && argv[first][0] == '-' && take_options(argv[first], &options)) {
        first++;
    }
    if (first == argc || argv[first][0] == '-') {
        fprintf(stderr, "usage: sysctl [-einq] name[=value] ...\n");
        return 1;
    }
    struct guest_state *state = guest_state_open();
    for (int i = first; i < argc; i++) {
        failed += do_one(state, &options, argv[i]);
    }
    if (guest_sysctl_changes(argc, argv)) {
        guest_state_commit(state);
    } else {
        guest_state_close(state);
    }
    return failed;
}
