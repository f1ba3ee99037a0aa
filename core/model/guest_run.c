/* The commands of the guest model. */
#include <string.h>

#include "core/check.h"
#include "core/data/route.h"
#include "core/model/guest.h"

/* Returns true when a word of a rule matches the argument. The words of a rule are written as a
 * transcript prints them, perhaps in quotes. */
static bool is_word(struct vfj_span word, const char *argument)
{
    char quoted[VFJ_RULE_SIZE];
    struct vfj_text text = vfj_text_begin(quoted, sizeof quoted);
    if (vfj_span_is(word, argument))
        return true;
    vfj_text_add_shell_word(&text, argument);
    return vfj_span_is(word, quoted);
}

/* Returns true when the argv begins with the words of a rule. `$` as the last word matches only the
 * end of the argv. */
static bool begins_with(const struct vfj_argv *argv, const char *words)
{
    struct vfj_span rest = vfj_span_of(words);
    struct vfj_span word;
    for (unsigned i = 0; vfj_span_word(&rest, &word); i++) {
        if (vfj_span_is(word, "$") && rest.length == 0)
            return i == argv->count;
        if (i >= argv->count || !is_word(word, argv->words[i]))
            return false;
    }
    return true;
}

const struct vfj_guest_rule *vfj_guest_take_failure(struct vfj_guest *guest,
                                                    const struct vfj_command *command,
                                                    unsigned index)
{
    struct vfj_argv argv;
    if (guest->fail_count == 0)
        return NULL;
    bool has_argv = vfj_guest_rule_argv(command, index, &argv);
    VFJ_CHECK(has_argv);
    for (unsigned i = 0; i < guest->fail_count; i++) {
        if (guest->fails[i].times == 0 || !begins_with(&argv, guest->fails[i].argv))
            continue;
        guest->fails[i].times--;
        return &guest->fails[i];
    }
    return NULL;
}

bool vfj_guest_rule_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv)
{
    if (command->kind == VFJ_COMMAND_PROBE_FILE) {
        argv->program = VFJ_PROGRAM_NONE;
        argv->count = 3;
        argv->words[0] = "test";
        argv->words[1] = "-f";
        argv->words[2] = command->text;
        argv->words[3] = NULL;
        return index == 0;
    }
    if (!vfj_command_argv(command, index, argv))
        return false;
    if (command->is_extra) {
        VFJ_CHECK(argv->count < VFJ_WORDS_MAX);
        memmove(&argv->words[1], &argv->words[0], (argv->count + 1) * sizeof argv->words[0]);
        argv->words[0] = "extra";
        argv->count++;
    }
    return true;
}

/* dhclient(8) waits this long for a link before its first request (dhclient.c, main()). */
static const int64_t link_wait_us = 11000000;

/* Returns the interface on which a dhclient command works, or NULL when it does not exist. */
static struct vfj_guest_if *dhclient_interface(const struct vfj_guest *guest,
                                               const struct vfj_argv *argv)
{
    struct vfj_name name;
    VFJ_CHECK(vfj_name_parse(vfj_span_of(argv->words[argv->count - 1]), &name));
    return vfj_guest_find((struct vfj_guest *)guest, name);
}

static bool waits_for_link(const struct vfj_guest *guest, const struct vfj_argv *argv)
{
    const struct vfj_guest_if *interface = argv->program == VFJ_PROGRAM_DHCLIENT
        ? dhclient_interface(guest, argv)
        : NULL;
    return interface != NULL && interface->dhclient == 0 && !vfj_guest_has_link(guest, interface);
}

/* Returns true when the rule's words end with `$`. The rule then gives the duration of the whole
 * command. */
static bool is_whole(const char *words)
{
    const char *last = strrchr(words, ' ');
    return last != NULL && strcmp(last, " $") == 0;
}

int64_t vfj_guest_duration_us(const struct vfj_guest *guest, const struct vfj_command *command)
{
    struct vfj_argv argv;
    int64_t duration_us = 0;
    for (unsigned i = 0; vfj_guest_rule_argv(command, i, &argv); i++) {
        bool is_exact = false;
        for (unsigned rule = guest->slow_count; rule-- > 0;) {
            if (begins_with(&argv, guest->slows[rule].argv)) { /* the newest rule that matches */
                is_exact = is_whole(guest->slows[rule].argv);
                if (guest->slows[rule].us > duration_us)
                    duration_us = guest->slows[rule].us;
                break;
            }
        }
        if (!is_exact && waits_for_link(guest, &argv) && duration_us < link_wait_us)
            duration_us = link_wait_us;
    }
    return duration_us;
}

/* Returns the address that the DHCP server gives: the last lease of the interface or of one of
 * its ports. Returns NULL when there is no lease. */
static const struct vfj_address *lease_of(struct vfj_guest *guest,
                                          const struct vfj_guest_if *interface)
{
    if (interface->lease.text[0] != '\0')
        return &interface->lease;
    for (unsigned i = 0; i < interface->facts.port_count; i++) {
        const struct vfj_guest_if *port = vfj_guest_find(guest, interface->facts.ports[i]);
        if (port != NULL && port->lease.text[0] != '\0')
            return &port->lease;
    }
    return NULL;
}

static bool has_address(const struct vfj_interface *interface, const struct vfj_address *address)
{
    for (unsigned i = 0; i < interface->address_count; i++) {
        if (strcmp(interface->addresses[i].text, address->text) == 0)
            return true;
    }
    return false;
}

static int32_t run_dhclient(struct vfj_guest *guest, const struct vfj_argv *argv,
                            struct vfj_text *output)
{
    struct vfj_guest_if *interface = dhclient_interface(guest, argv);
    if (interface == NULL) {
        vfj_text_add(output, "interface not found");
        return 1;
    }
    if (interface->dhclient != 0) {
        vfj_text_add(output, "dhclient already running, pid: ");
        vfj_text_add_u64(output, interface->dhclient);
        return 1;
    }
    if (!vfj_guest_has_link(guest, interface)) {
        vfj_text_add(output, interface->facts.name.text);
        vfj_text_add(output, ": no link .............. giving up");
        return 1;
    }
    const struct vfj_address *lease = lease_of(guest, interface);
    interface->dhclient = ++guest->pid_last;
    interface->facts.up = true;
    if (lease != NULL && !has_address(&interface->facts, lease))
        vfj_interface_add_address(&interface->facts, lease);
    return 0;
}

static int32_t run_kill(struct vfj_guest *guest, const struct vfj_argv *argv,
                        struct vfj_text *output)
{
    int32_t status = argv->count > 2 ? 0 : 2;
    for (unsigned i = 2; i < argv->count; i++) {
        uint64_t pid = 0;
        bool found = false;
        vfj_span_to_u64(vfj_span_of(argv->words[i]), &pid);
        for (unsigned k = 0; k < guest->if_count; k++) {
            if (guest->ifs[k].dhclient == pid && pid != 0) {
                guest->ifs[k].dhclient = 0;
                found = true;
            }
        }
        if (!found) {
            vfj_text_add(output, "No such process");
            status = 1;
        }
    }
    return status;
}

/* Returns the interface that leads to the router. That is the interface of the router's scope, an
 * interface whose subnet contains the router, or the interface of a route without a gateway whose
 * destination contains the router. Returns NULL when there is none. */
static struct vfj_guest_if *interface_of(struct vfj_guest *guest, struct vfj_span router)
{
    const char *percent = memchr(router.text, '%', router.length);
    struct vfj_span scope = {"", 0};
    if (percent != NULL)
        scope
            = (struct vfj_span){percent + 1, (size_t)(router.text + router.length - (percent + 1))};
    for (unsigned i = 0; i < guest->if_count; i++) {
        const struct vfj_interface *facts = &guest->ifs[i].facts;
        /* the kernel deletes the routes of an interface that goes down */
        if (!facts->exists || !facts->up)
            continue;
        if (vfj_span_is(scope, facts->name.text))
            return &guest->ifs[i];
        for (unsigned k = 0; k < facts->address_count; k++) {
            if (vfj_address_covers(&facts->addresses[k], router))
                return &guest->ifs[i];
        }
    }
    for (unsigned i = 0; i < guest->routes.count; i++) {
        const struct vfj_guest_route *route = &guest->routes.list[i];
        if (route->gateway.text[0] == '\0' && vfj_address_covers(&route->destination, router))
            return vfj_guest_find(guest, route->interface);
    }
    return NULL;
}

static int32_t refuse_route(const struct vfj_argv *argv, struct vfj_span destination,
                            struct vfj_span gateway, const char *why, struct vfj_text *output)
{
    vfj_text_add(output, argv->words[1]);
    vfj_text_add(output, " net ");
    vfj_text_add_span(output, destination);
    vfj_text_add(output, ": gateway ");
    vfj_text_add_span(output, gateway);
    vfj_text_add(output, " fib 0: ");
    vfj_text_add(output, why);
    return 1;
}

static int32_t run_default(struct vfj_guest *guest, const struct vfj_argv *argv,
                           struct vfj_text *output)
{
    struct vfj_span router = vfj_span_of(argv->words[3]);
    if (!vfj_name_is_empty(guest->default_if))
        return refuse_route(argv, vfj_span_of("default"), router, "route already in table", output);
    const struct vfj_guest_if *through = interface_of(guest, router);
    if (through == NULL)
        return refuse_route(argv, vfj_span_of("default"), router, "Network is unreachable", output);
    guest->default_if = through->facts.name;
    vfj_address_parse(router, &guest->default_gateway);
    return 0;
}

/* Adds or changes the IPv6 default route. The messages are those of FreeBSD 13.2. */
static int32_t run_default6(struct vfj_guest *guest, const struct vfj_argv *argv,
                            struct vfj_text *output)
{
    struct vfj_span router = vfj_span_of(argv->words[4]);
    struct vfj_address gateway;
    bool is_change = strcmp(argv->words[1], "change") == 0;
    bool is_there = vfj_guest_default6(guest) != NULL;
    if (is_change != is_there)
        return refuse_route(argv, vfj_span_of("default"), router,
                            is_there ? "route already in table" : "not in table", output);
    struct vfj_guest_if *through = interface_of(guest, router);
    if (through == NULL)
        return refuse_route(argv, vfj_span_of("default"), router, "Network is unreachable", output);
    const char *scope = strchr(router.text, '%');
    router.length = scope != NULL ? (size_t)(scope - router.text) : router.length;
    /* the grammar of the command's operands allows only addresses */
    VFJ_CHECK(vfj_address_parse(router, &gateway));
    vfj_guest_set_default6(guest, through, &gateway);
    return 0;
}

/* Removes the length of a host, which the kernel's table does not have. */
static void cut_host_length(struct vfj_address *destination)
{
    char *slash = strchr(destination->text, '/');
    const char *whole = vfj_address_is_inet6(destination) ? "/128" : "/32";
    if (slash != NULL && strcmp(slash, whole) == 0)
        memset(slash, 0, strlen(whole));
}

/* Fills in the interface and the gateway of a route. Returns false when no interface leads to the
 * gateway. */
static bool aim_route(struct vfj_guest *guest, const struct vfj_route *words,
                      struct vfj_guest_route *route)
{
    const struct vfj_guest_if *through;
    if (words->is_interface)
        return vfj_name_parse(words->gateway, &route->interface)
            && vfj_guest_find(guest, route->interface) != NULL;
    struct vfj_span router = words->gateway;
    through = interface_of(guest, router);
    if (through == NULL)
        return false;
    const char *scope = memchr(router.text, '%', router.length);
    router.length = scope != NULL ? (size_t)(scope - router.text) : router.length;
    route->interface = through->facts.name;
    return vfj_address_parse(router, &route->gateway);
}

/* Changes a route. A route without a router keeps its interface unless -ifp names one, as in
 * sys/net/route/route_ctl.c, change_nhop(). A route keeps its MTU unless -mtu gives one
 * (set_nhop_mtu_from_info() in sys/net/route/nhop_ctl.c). */
static void change_route(struct vfj_guest_route *route, const struct vfj_guest_route *to,
                         const struct vfj_route *words)
{
    const struct vfj_guest_route before = *route;
    *route = *to;
    if (before.gateway.text[0] == '\0' && words->ifp.length == 0)
        route->interface = before.interface;
    if (words->mtu.length == 0)
        route->mtu = before.mtu;
}

static uint16_t mtu_of(const struct vfj_route *words)
{
    uint64_t mtu = 0;
    (void)vfj_span_to_u64(words->mtu, &mtu);
    return (uint16_t)mtu;
}

/* Adds or changes a route other than a default route. A route with a router that the model cannot
 * reach, a destination in a form that the model does not read, and a route of another FIB have no
 * effect: a trace need not give the addresses that its static routes need. */
static int32_t run_other_route(struct vfj_guest *guest, const struct vfj_route *words,
                               const struct vfj_argv *argv, struct vfj_text *output)
{
    struct vfj_guest_route made = {.mtu = mtu_of(words)};
    bool is_aimed = aim_route(guest, words, &made);
    if (!is_aimed && words->is_interface)
        return refuse_route(argv, words->destination, words->gateway, "Network is unreachable",
                            output);
    if (!is_aimed || words->is_other_fib || !vfj_route_destination(words, &made.destination))
        return 0;
    cut_host_length(&made.destination);
    struct vfj_guest_route *known = vfj_guest_find_route(guest, &made.destination);
    if (known == NULL)
        vfj_guest_add_route(&guest->routes, &made);
    else if (strcmp(argv->words[1], "add") == 0)
        return refuse_route(argv, words->destination, words->gateway, "route already in table",
                            output);
    else
        change_route(known, &made, words);
    return 0;
}

/* Runs route(8). */
static int32_t run_route(struct vfj_guest *guest, const struct vfj_argv *argv,
                         struct vfj_text *output)
{
    char bytes[VFJ_ARGS_SIZE];
    struct vfj_text words = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_route route;
    for (unsigned i = 2; i < argv->count; i++)
        vfj_text_add_word(&words, vfj_span_of(argv->words[i]));
    if (argv->count == 4 && strcmp(argv->words[2], "default") == 0)
        return run_default(guest, argv, output);
    if (argv->count == 5 && strcmp(argv->words[2], "-inet6") == 0
        && strcmp(argv->words[3], "default") == 0)
        return run_default6(guest, argv, output);
    return vfj_route_read(vfj_span_of(bytes), &route) ? run_other_route(guest, &route, argv, output)
                                                      : 0;
}

/* Returns rtsol(8)'s exit status. rtsol(8) solicits only on an interface that accepts
 * advertisements. */
static int32_t run_rtsol(struct vfj_guest *guest, const struct vfj_argv *argv)
{
    struct vfj_name name;
    VFJ_CHECK(vfj_name_parse(vfj_span_of(argv->words[argv->count - 1]), &name));
    const struct vfj_guest_if *interface = vfj_guest_find(guest, name);
    return interface != NULL && interface->facts.rtadv && !interface->facts.ifdisabled ? 0 : 1;
}

static int32_t run_script(const struct vfj_guest *guest, const struct vfj_argv *argv)
{
    for (unsigned i = 0; i < guest->file_count; i++) {
        if (strcmp(guest->files[i].path, argv->words[0]) == 0)
            return (guest->files[i].mode & 0111) != 0 ? 0 : 126;
    }
    return 127;
}

void vfj_guest_run(struct vfj_guest *guest, const struct vfj_command *command,
                   struct vfj_outcome *outcome)
{
    struct vfj_argv argv;
    struct vfj_text output = vfj_text_begin(outcome->output, sizeof outcome->output);
    VFJ_CHECK(vfj_command_argv(command, 0, &argv));
    outcome->command = command->id;
    outcome->kind = VFJ_OUTCOME_EXITED;
    outcome->duration_us = vfj_guest_duration_us(guest, command);
    const struct vfj_guest_rule *failure = vfj_guest_take_failure(guest, command, 0);
    if (failure != NULL) {
        outcome->kind = failure->outcome;
        outcome->status = failure->status;
        vfj_text_add(&output, failure->says);
        return;
    }
    switch (argv.program) {
    case VFJ_PROGRAM_IFCONFIG:
        outcome->status = vfj_guest_ifconfig(guest, &argv, &output);
        break;
    case VFJ_PROGRAM_DHCLIENT:
        outcome->status = run_dhclient(guest, &argv, &output);
        break;
    case VFJ_PROGRAM_KILL:
        outcome->status = run_kill(guest, &argv, &output);
        break;
    case VFJ_PROGRAM_ROUTE:
        outcome->status = run_route(guest, &argv, &output);
        break;
    case VFJ_PROGRAM_RTSOL:
        outcome->status = run_rtsol(guest, &argv);
        break;
    case VFJ_PROGRAM_SCRIPT:
        outcome->status = run_script(guest, &argv);
        break;
    case VFJ_PROGRAM_LEASE:
        outcome->status = 0;
        break;
    case VFJ_PROGRAM_NONE:
    case VFJ_PROGRAM_SYSCTL:
    case VFJ_PROGRAM_NETSTAT:
    case VFJ_PROGRAM_COUNT:
        VFJ_CHECK(false);
    }
}
