/* ifconfig of FreeBSD 13.2: its arguments, the order in which they take effect, and its errors.
 *
 * Arguments take effect from left to right, except that addresses come last, as in
 * sbin/ifconfig/ifconfig.c. After an error the later arguments have no effect, but earlier changes
 * remain. A refused laggport is the exception: the later arguments still take effect, and the exit
 * status is 1. */
#include "tests/guest/ifconfig_show.h"
#include "tests/guest/net.h"
#include "tests/guest/programs.h"
#include "tests/guest/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct change {
    struct guest_state *state;
    char name[GUEST_NAME_SIZE];
    bool inet6;    /* the arguments that follow belong to the address family inet6, not inet */
    int alias;     /* keyword before the address; 1: alias, -1: delete, 0: neither */
    bool has_inet; /* the command has an address */
    bool set;      /* the command sets or deletes at least one address */
    struct guest_inet inet;
    bool has_length;
    char inet6_address[GUEST_IN6_SIZE];
    unsigned inet6_length;
    bool renamed;
    int status;
};

/* A keyword of the command line. `run` returns true when ifconfig continues with the next word. */
struct keyword {
    const char *word;
    bool takes_argument;
    bool (*run)(struct change *change, const char *word, const char *argument);
};

/* Prints the error as ifconfig does and sets the exit status. Returns false, so that the command
 * ends. */
static bool refuse(struct change *change, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static bool refuse(struct change *change, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("ifconfig: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    change->status = 1;
    return false;
}

/* Returns the text that FreeBSD has for an errno. */
static const char *error_text(int error)
{
    switch (error) {
    case EBUSY:
        return "Device busy";
    case EADDRNOTAVAIL:
        return "Can't assign requested address";
    case EPROTONOSUPPORT:
        return "Protocol not supported";
    default:
        return strerror(error);
    }
}

static struct guest_if *target(struct change *change)
{
    return guest_if_find(change->state, change->name);
}

static bool set_up(struct change *change, const char *word, const char *argument)
{
    (void)argument;
    guest_if_set_up(change->state, target(change), strcmp(word, "up") == 0);
    return true;
}

static bool set_mtu(struct change *change, const char *word, const char *argument)
{
    unsigned long mtu;

    (void)word;
    if (!guest_number(argument, UINT32_MAX, &mtu)) {
        return refuse(change, "%s: bad value", argument);
    }
    int error = guest_if_set_mtu(change->state, target(change), (unsigned)mtu);
    return error == 0 || refuse(change, "ioctl SIOCSIFMTU (set mtu): %s", error_text(error));
}

static bool set_name(struct change *change, const char *word, const char *argument)
{
    int error = guest_if_rename(change->state, target(change), argument);

    (void)word;
    if (error != 0) {
        return refuse(change, "ioctl SIOCSIFNAME (set name): %s", error_text(error));
    }
    guest_copy(change->name, sizeof change->name, argument);
    change->renamed = true;
    return true;
}

static bool set_ether(struct change *change, const char *word, const char *argument)
{
    struct guest_if *ifp = target(change);
    unsigned m[6];

    (void)word;
    if (sscanf(argument, "%2x:%2x:%2x:%2x:%2x:%2x", &m[0], &m[1], &m[2], &m[3], &m[4], &m[5])
        != 6) {
        return refuse(change, "malformed link-level address");
    }
    guest_print(ifp->mac, sizeof ifp->mac, "%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2], m[3],
                m[4], m[5]);
    return true;
}

static bool set_proto(struct change *change, const char *word, const char *argument)
{
    struct guest_if *ifp = target(change);

    (void)word;
    if (ifp->kind != GUEST_LAGG) {
        return refuse(change, "SIOCSLAGG: %s", error_text(EINVAL));
    }
    return guest_lagg_set_proto(ifp, argument) == 0
        || refuse(change, "Invalid aggregation protocol: %s", argument);
}

static bool add_port(struct change *change, const char *word, const char *argument)
{
    int error = guest_lagg_join(change->state, target(change), argument);

    (void)word;
    if (error != 0 && error != EEXIST) {
        (void)refuse(change, "%s %s: SIOCSLAGGPORT: %s", change->name, argument, error_text(error));
    }
    return true;
}

static bool delete_port(struct change *change, const char *word, const char *argument)
{
    int error = guest_lagg_leave(change->state, target(change), argument);

    (void)word;
    return error == 0 || refuse(change, "SIOCSLAGGDELPORT: %s", error_text(error));
}

static bool destroy(struct change *change, const char *word, const char *argument)
{
    (void)word;
    (void)argument;
    if (target(change)->kind != GUEST_LAGG) {
        return refuse(change, "SIOCIFDESTROY: %s", error_text(EINVAL));
    }
    guest_if_detach(change->state, change->name);
    return false;
}

static bool set_alias(struct change *change, const char *word, const char *argument)
{
    (void)argument;
    change->alias = strcmp(word, "alias") == 0 || strcmp(word, "add") == 0 ? 1 : -1;
    change->set = true;
    return true;
}

static bool set_mask(struct change *change, const char *word, const char *argument)
{
    (void)word;
    change->has_length = true;
    return guest_mask_parse(argument, &change->inet.length)
        || refuse(change, "%s: bad value", argument);
}

static bool set_prefix_length(struct change *change, const char *word, const char *argument)
{
    unsigned long length;

    (void)word;
    if (!guest_number(argument, 128, &length)) {
        return refuse(change, "%s: bad value", argument);
    }
    change->inet6_length = (unsigned)length;
    return true;
}

static bool ignore(struct change *change, const char *word, const char *argument)
{
    (void)change;
    (void)word;
    (void)argument;
    return true;
}

static bool set_nd6(struct change *change, const char *word, const char *argument)
{
    static const struct {
        const char *word;
        unsigned bit;
    } bits[] = {{"no_dad", GUEST_ND6_NO_DAD},
                {"accept_rtadv", GUEST_ND6_ACCEPT_RTADV},
                {"ifdisabled", GUEST_ND6_IFDISABLED},
                {"auto_linklocal", GUEST_ND6_AUTO_LINKLOCAL}};
    struct guest_if *ifp = target(change);

    (void)argument;
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        if (strcmp(word, bits[i].word) == 0) {
            ifp->nd6 |= bits[i].bit;
        } else if (word[0] == '-' && strcmp(word + 1, bits[i].word) == 0) {
            ifp->nd6 &= ~bits[i].bit;
        }
    }
    guest_if_autoconf(ifp);
    return true;
}

static const struct keyword keywords[] = {
    {"up", false, set_up},
    {"down", false, set_up},
    {"mtu", true, set_mtu},
    {"name", true, set_name},
    {"ether", true, set_ether},
    {"lladdr", true, set_ether},
    {"laggproto", true, set_proto},
    {"laggport", true, add_port},
    {"-laggport", true, delete_port},
    {"destroy", false, destroy},
    {"alias", false, set_alias},
    {"add", false, set_alias},
    {"-alias", false, set_alias},
    {"delete", false, set_alias},
    {"remove", false, set_alias},
    {"netmask", true, set_mask},
    {"broadcast", true, ignore},
    {"prefixlen", true, set_prefix_length},
};

static const struct keyword inet6_keywords[] = {
    {"no_dad", false, set_nd6},         {"-no_dad", false, set_nd6},
    {"accept_rtadv", false, set_nd6},   {"-accept_rtadv", false, set_nd6},
    {"ifdisabled", false, set_nd6},     {"-ifdisabled", false, set_nd6},
    {"auto_linklocal", false, set_nd6}, {"-auto_linklocal", false, set_nd6},
};

static const struct keyword *keyword_in(const struct keyword *table, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].word, word) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static const struct keyword *keyword_of(const struct change *change, const char *word)
{
    const struct keyword *found = keyword_in(keywords, sizeof keywords / sizeof *keywords, word);

    if (found == NULL && change->inet6) {
        found = keyword_in(inet6_keywords, sizeof inet6_keywords / sizeof *inet6_keywords, word);
    }
    return found;
}

/* Returns the prefix length that ifconfig assumes for an IPv4 address given without one. */
static unsigned class_length(uint32_t address)
{
    if (address < 0x80000000u) {
        return 8;
    }
    return address < 0xc0000000u ? 16 : 24;
}

static bool take_inet(struct change *change, char *text, const char *slash)
{
    unsigned long length = 0;

    if (slash != NULL && (change->has_length = true, !guest_number(slash, 32, &length))) {
        return false;
    }
    if (!guest_inet_parse(text, &change->inet.address)) {
        return false;
    }
    if (slash != NULL) {
        change->inet.length = (unsigned)length;
    } else if (!change->has_length) {
        change->inet.length = class_length(change->inet.address);
    }
    return true;
}

static bool take_inet6(struct change *change, char *text, const char *slash)
{
    unsigned long length = 64;

    if (slash != NULL && !guest_number(slash, 128, &length)) {
        return false;
    }
    if (slash != NULL || change->inet6_length == 0) {
        change->inet6_length = (unsigned)length;
    }
    return guest_inet6_parse(text, change->inet6_address, sizeof change->inet6_address);
}

/* Parses a word that is not a keyword as an address of the current family. */
static bool take_address(struct change *change, const char *word)
{
    char text[128];

    if (strlen(word) >= sizeof text) {
        return refuse(change, "%s: bad value", word);
    }
    guest_copy(text, sizeof text, word);
    char *slash = strchr(text, '/');
    if (slash != NULL) {
        *slash++ = '\0';
    }
    bool good = change->inet6 ? take_inet6(change, text, slash) : take_inet(change, text, slash);
    change->has_inet = true;
    change->set = true;
    return good || refuse(change, "%s: bad value", word);
}

static bool delete_address(struct change *change)
{
    struct guest_if *ifp = target(change);
    int error;

    if (change->inet6) {
        error = guest_inet6_delete(ifp, change->inet6_address);
    } else if (change->has_inet) {
        error = guest_inet_delete(change->state, ifp, change->inet.address);
    } else if (ifp->inet_count > 0) {
        error = guest_inet_delete(change->state, ifp, ifp->inet[0].address);
    } else {
        error = EADDRNOTAVAIL;
    }
    return error == 0 || refuse(change, "ioctl (SIOCDIFADDR): %s", error_text(error));
}

/* Adds the address of the command. An IPv4 address without the keyword alias replaces the
 * interface's first address. An IPv6 address never replaces another. */
static bool add_address(struct change *change)
{
    struct guest_if *ifp = target(change);

    if (!change->has_inet) {
        return true;
    }
    if (change->inet6) {
        int error = guest_inet6_add(ifp, change->inet6_address, change->inet6_length);
        return error == 0 || refuse(change, "ioctl (SIOCAIFADDR): %s", error_text(error));
    }
    if (change->alias == 0 && ifp->inet_count > 0) {
        (void)guest_inet_delete(change->state, ifp, ifp->inet[0].address);
    }
    int error = guest_inet_add(change->state, ifp, change->inet);
    return error == 0 || refuse(change, "ioctl (SIOCAIFADDR): %s", error_text(error));
}

static bool obey(struct change *change, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const struct keyword *keyword = keyword_of(change, argv[i]);
        if (keyword == NULL && (strcmp(argv[i], "inet") == 0 || strcmp(argv[i], "inet6") == 0)) {
            change->inet6 = strcmp(argv[i], "inet6") == 0;
        } else if (keyword == NULL) {
            if (!take_address(change, argv[i])) {
                return false;
            }
        } else if (keyword->takes_argument && i + 1 == argc) {
            return refuse(change, "'%s' requires argument", argv[i]);
        } else {
            const char *argument = keyword->takes_argument ? argv[i + 1] : NULL;
            if (!keyword->run(change, argv[i], argument)) {
                return false;
            }
            i += keyword->takes_argument;
        }
    }
    if (change->set && !(change->alias < 0 ? delete_address(change) : add_address(change))) {
        return false;
    }
    return true;
}

static void name_first_free(struct guest_state *state, char *name, size_t size)
{
    unsigned unit = 0;

    do {
        guest_print(name, size, "lagg%u", unit++);
    } while (guest_if_find(state, name) != NULL);
}

/* Handles the keyword `create`. The guest can create lagg interfaces only. The name "lagg" without
 * a number gets the first free number. */
static bool create(struct change *change)
{
    const char *unit = change->name + 4;
    bool is_lagg
        = strncmp(change->name, "lagg", 4) == 0 && strspn(unit, "0123456789") == strlen(unit);

    if (!is_lagg) {
        return refuse(change, "SIOCIFCREATE2 (%s): %s", change->name, error_text(EINVAL));
    }
    if (*unit == '\0') {
        name_first_free(change->state, change->name, sizeof change->name);
        change->renamed = true;
    } else if (target(change) != NULL) {
        return refuse(change, "interface %s already exists", change->name);
    }
    struct guest_if *lagg
        = guest_if_attach(change->state, change->name, GUEST_LAGG, "00:00:00:00:00:00");
    guest_copy(lagg->proto, sizeof lagg->proto, "failover");
    return true;
}

static int change_interface(int argc, char **argv)
{
    struct change change = {.state = guest_state_open()};
    int skip = 2;
    bool exists;

    guest_copy(change.name, sizeof change.name,
               strlen(argv[1]) < sizeof change.name ? argv[1] : "toolongname");
    if (strcmp(argv[2], "create") == 0 || strcmp(argv[2], "plumb") == 0) {
        exists = create(&change);
        skip = 3;
    } else {
        exists = target(&change) != NULL || refuse(&change, "interface %s does not exist", argv[1]);
    }
    if (exists) {
        (void)obey(&change, argc - skip, argv + skip);
    }
    guest_state_commit(change.state);
    if (change.renamed) {
        printf("%s\n", change.name);
    }
    return change.status;
}

static void list_names(const struct guest_state *state)
{
    for (size_t i = 0; i < state->if_count; i++) {
        printf("%s%s", i == 0 ? "" : " ", state->ifs[i].name);
    }
    putchar('\n');
}

static void list_group(const struct guest_state *state, const char *group)
{
    for (size_t i = 0; i < state->if_count; i++) {
        enum guest_kind kind = state->ifs[i].kind;
        if ((kind == GUEST_LAGG && strcmp(group, "lagg") == 0)
            || (kind == GUEST_LO && strcmp(group, "lo") == 0) || strcmp(group, "all") == 0) {
            printf("%s\n", state->ifs[i].name);
        }
    }
}

static int show(int argc, char **argv)
{
    struct guest_state *state = guest_state_open();
    const char *what = argc > 1 ? argv[1] : "-a";
    const char *family = argc > 2 ? argv[2] : NULL;
    int status = 0;

    guest_state_close(state);
    if (family != NULL && strcmp(family, "link") == 0) {
        family = "ether";
    }
    if (strcmp(what, "-l") == 0) {
        list_names(state);
    } else if (strcmp(what, "-g") == 0 && family != NULL) {
        list_group(state, family);
    } else if (strcmp(what, "-a") == 0) {
        for (size_t i = 0; i < state->if_count; i++) {
            guest_ifconfig_show(state, &state->ifs[i], family);
        }
    } else if (what[0] == '-') {
        fprintf(stderr, "usage: ifconfig [-a | -l | -g group | interface [family] [words]]\n");
        status = 1;
    } else if (guest_if_find(state, what) == NULL) {
        fprintf(stderr, "ifconfig: interface %s does not exist\n", what);
        status = 1;
    } else {
        guest_ifconfig_show(state, guest_if_find(state, what), family);
    }
    return status;
}

static bool is_family(const char *word)
{
    return strcmp(word, "inet") == 0 || strcmp(word, "inet6") == 0 || strcmp(word, "ether") == 0
        || strcmp(word, "link") == 0;
}

bool guest_ifconfig_changes(int argc, char **argv)
{
    return argc > 2 && argv[1][0] != '-' && (argc > 3 || !is_family(argv[2]));
}

int guest_ifconfig(int argc, char **argv)
{
    return guest_ifconfig_changes(argc, argv) ? change_interface(argc, argv) : show(argc, argv);
}
