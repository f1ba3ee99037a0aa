/* vfjournal config: prints the settings that vfjournal reads from rc.conf. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/data/rc.h"
#include "core/text/kv.h"
#include "store/secret.h"
#include "tools/guest_names.h"
#include "tools/guest_observation.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal config [-i IF] [--root DIR]\n"
    "Prints the settings of rc.conf for each hn interface, their effect on vfjournal,\n"
    "and the file of each. The guest's own rc.subr(8) reads the files. The daemon\n"
    "reads the same values.\n"
    "\n"
    "  -i, --interface IF  only this hn; may be repeated\n"
    "      --root DIR      directory of the guest's files and programs; default /\n"
    "\n"
    "Exit status: 0 printed; 1 an IF is no hn interface; 2 usage, or an unreadable\n"
    "rc.conf; 4 the system failed.\n";

enum { OPTION_ROOT = 256, LABEL_WIDTH = 8 };

struct config {
    const char *root;
    struct vfj_names only; /* the interfaces of -i; empty: all */
    struct vfj_paths paths;
    struct vfj_rc rc, origin;
    struct vfj_map map;
    struct vfj_hns hns;
};

static int take(struct config *config, int option, const char *value)
{
    switch (option) {
    case 'i':
        return vfj_option_interface("config", value, &config->only);
    case OPTION_ROOT:
        config->root = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct config *config, int argc, char **argv)
{
    static const struct option options[] = {
        {"interface", required_argument, NULL, 'i'},
        {"root", required_argument, NULL, OPTION_ROOT},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("config", argc, argv, ":i:h", options)) != -1)
        parsed = take(config, option, optarg);
    return parsed == VFJ_OPTIONS_READ ? vfj_option_end("config", argc, argv) : parsed;
}

static void print_label(const char *label)
{
    (void)printf("%*s: ", LABEL_WIDTH, label);
}

static void print_value(const char *value)
{
    char shown[8 * VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(shown, sizeof shown);
    vfj_secret_add_value(&text, vfj_span_of(value));
    vfj_terminal_print(stdout, (struct vfj_span){text.bytes, text.length});
}

/* Prints " (NAME in FILE)", which says where a variable was set, and ends the line. */
static void end_with_origin(const struct config *config, const char *variable)
{
    char file[VFJ_VALUE_SIZE];
    (void)printf(" (%s", variable);
    if (vfj_rc_get(&config->origin, variable, file, sizeof file)) {
        (void)fputs(" in ", stdout);
        print_value(file);
    }
    (void)fputs(")\n", stdout);
}

static void print_delay(const struct config *config)
{
    char value[VFJ_VALUE_SIZE];
    char exact[24];
    int64_t delay_s = vfj_rc_delay_s(&config->rc);
    bool set = vfj_rc_get(&config->rc, "hyperv_vf_delay", value, sizeof value);
    struct vfj_text text = vfj_text_begin(exact, sizeof exact);
    vfj_text_add_i64(&text, delay_s);
    print_label("delay");
    (void)printf("%s s", exact);
    if (!set) {
        (void)fputs(", the least (hyperv_vf_delay is not set)\n", stdout);
        return;
    }
    if (vfj_delay_is_clamped(value, delay_s)) {
        (void)fputs(", clamped: \"", stdout);
        print_value(value);
        (void)fputs("\" is not a number of at least 2", stdout);
    }
    end_with_origin(config, "hyperv_vf_delay");
}

static void print_link_wait(const struct config *config)
{
    char value[VFJ_VALUE_SIZE];
    char seconds[24];
    int64_t wait_s = vfj_rc_link_wait_s(&config->rc);
    struct vfj_text text = vfj_text_begin(seconds, sizeof seconds);
    vfj_text_add_i64(&text, wait_s);
    print_label("link");
    (void)printf("a VF without it is taken down %s%s", wait_s > 0 ? "after " : "",
                 wait_s > 0 ? seconds : "never");
    (void)fputs(wait_s > 0 ? " s" : "", stdout);
    if (vfj_rc_get(&config->rc, "vfjournal_link_wait", value, sizeof value))
        end_with_origin(config, "vfjournal_link_wait");
    else
        (void)fputs(" (vfjournal_link_wait is not set)\n", stdout);
}

static void print_routes(const struct config *config)
{
    char args[VFJ_VALUE_SIZE];
    print_label("router");
    if (vfj_rc_default_router(&config->rc, args, sizeof args)) {
        print_value(args);
        end_with_origin(config, "defaultrouter");
    } else {
        (void)fputs("none in rc.conf\n", stdout);
    }
    if (vfj_rc_default_router6(&config->rc, args, sizeof args)) {
        print_label("router6");
        print_value(args);
        end_with_origin(config, "ipv6_defaultrouter");
    }
}

/* Makes the name of the rc.conf variable ifconfig_IF. Characters of the interface's name are
 * replaced as in get_if_var() of network.subr. */
static void variable_of(char *variable, size_t size, struct vfj_name interface)
{
    struct vfj_text text = vfj_text_begin(variable, size);
    vfj_text_add(&text, "ifconfig_");
    for (const char *c = interface.text; *c != '\0'; c++)
        vfj_text_add_char(&text, strchr(".-/+", *c) != NULL ? '_' : *c);
}

static const char *what_dhcp(const struct config *config, struct vfj_name hn)
{
    return vfj_rc_is_sync_dhcp(&config->rc, hn) ? "DHCP, waited for by rc(8) and the stock script"
                                                : "DHCP";
}

static void print_ipv4(const struct config *config, struct vfj_name hn)
{
    char variable[64], words[VFJ_VALUE_SIZE], args[VFJ_VALUE_SIZE];
    variable_of(variable, sizeof variable, hn);
    print_label("inet");
    if (!vfj_rc_get(&config->rc, variable, words, sizeof words))
        vfj_span_copy(variable, sizeof variable, vfj_span_of("ifconfig_DEFAULT"));
    bool set = vfj_rc_get(&config->rc, variable, words, sizeof words);
    bool fits = vfj_rc_ifconfig_args(&config->rc, hn, args, sizeof args);
    if (!set) {
        (void)fputs("not configured: laggN gets what hn has, and nothing else\n", stdout);
        return;
    }
    if (vfj_rc_is_dhcp(&config->rc, hn))
        print_value(what_dhcp(config, hn));
    else
        print_value(args[0] != '\0' ? args : "nothing");
    if (!fits)
        (void)fputs(" ... longer than one command can carry, or with a password", stdout);
    end_with_origin(config, variable);
    if (vfj_rc_is_dhcp(&config->rc, hn) && args[0] != '\0') {
        print_label("besides");
        print_value(args);
        (void)fputc('\n', stdout);
    }
}

/* Removes the prefix from the beginning of the span. Returns false when the span does not begin
 * with the prefix. */
static bool take_prefix(struct vfj_span *span, const char *prefix)
{
    size_t length = strlen(prefix);
    if (!vfj_span_starts(*span, prefix))
        return false;
    *span = (struct vfj_span){span->text + length, span->length - length};
    return true;
}

/* Returns true when the text is "_alias", or "_alias" followed by a number. */
static bool is_alias(struct vfj_span rest)
{
    if (!take_prefix(&rest, "_alias"))
        return false;
    while (rest.length > 0 && rest.text[0] >= '0' && rest.text[0] <= '9')
        rest = (struct vfj_span){rest.text + 1, rest.length - 1};
    return rest.length == 0;
}

/* Returns true when the variable `key` configures the interface `hn` in network.subr. Examples are
 * ifconfig_IF and its aliases. A variable that only begins with the same text can belong to another
 * interface: ifconfig_hn0_10 is that of hn0.10. */
static bool is_more_of(struct vfj_span key, struct vfj_name hn)
{
    static const char *const forms[]
        = {"ifconfig_", "ipv4_addrs_", "ipv6_ifconfig_", "ipv6_prefix_"};
    static const char *const words[] = {"_aliases", "_descr", "_ipv6", "_name"};
    char variable[64];
    variable_of(variable, sizeof variable, hn);
    const char *name = variable + sizeof "ifconfig_" - 1;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        struct vfj_span rest = key;
        bool is_first = i == 0;
        if (!take_prefix(&rest, forms[i]) || !take_prefix(&rest, name))
            continue;
        if (is_alias(rest) || (!is_first && rest.length == 0))
            return true;
        for (size_t word = 0; is_first && word < sizeof words / sizeof words[0]; word++) {
            if (vfj_span_is(rest, words[word]))
                return true;
        }
    }
    return false;
}

static void print_more(const struct config *config, struct vfj_name hn)
{
    struct vfj_kv pair;
    char variable[128], value[VFJ_VALUE_SIZE];
    for (struct vfj_span rest = vfj_span_of(config->rc.text);
         vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;) {
        if (!is_more_of(pair.key, hn) || !vfj_span_copy(variable, sizeof variable, pair.key))
            continue;
        bool alias = strstr(variable, "_alias") != NULL || vfj_span_starts(pair.key, "ipv4_addrs_");
        print_label(alias ? "alias" : strstr(variable, "ipv6") != NULL ? "inet6" : "more");
        print_value(vfj_kv_value(&pair, value, sizeof value) ? value : "?");
        end_with_origin(config, variable);
    }
}

static void print_static_routes(const struct config *config, struct vfj_name hn)
{
    char args[VFJ_VALUE_SIZE];
    for (unsigned i = 0;
         i < VFJ_ROUTES_MAX && vfj_rc_static_route(&config->rc, hn, i, args, sizeof args); i++) {
        print_label("route");
        print_value(args);
        end_with_origin(config,
                        vfj_span_starts(vfj_span_of(args), "-inet6 ") ? "ipv6_static_routes"
                                                                      : "static_routes");
    }
}

static void print_file(void *context, const char *file, unsigned line)
{
    (void)context;
    print_label("named");
    (void)printf("in %s:%u, which has to name the lagg, too, once hn is joined\n", file, line);
}

static void print_hn(const struct config *config, struct vfj_name hn)
{
    (void)printf("\n%s\n", hn.text);
    print_ipv4(config, hn);
    print_more(config, hn);
    print_static_routes(config, hn);
    print_label("lagg");
    struct vfj_name unit = vfj_guest_unit(&config->map, hn);
    (void)printf("%s\n",
                 !vfj_name_is_empty(unit)
                     ? vfj_name_lagg(unit).text
                     : "laggN, N the unit of dev.hn.N, which shows when it has a VF");
    vfj_guest_find_names(&config->paths, hn, print_file, NULL);
}

/* Reports each argument of -i that is not the name of an hn interface. Returns the exit status. */
static int report_unknown(const struct config *config)
{
    int exit_status = VFJ_EXIT_OK;
    for (unsigned i = 0; i < config->only.count; i++) {
        bool found = false;
        for (unsigned k = 0; k < config->hns.count; k++)
            found |= vfj_name_equal(config->only.list[i], config->hns.names[k]);
        if (found)
            continue;
        vfj_complain(config->only.list[i].text, "no such hn interface");
        exit_status = VFJ_EXIT_DIFFERENT;
    }
    return exit_status;
}

static int print(const struct config *config)
{
    bool any = false;
    print_delay(config);
    print_link_wait(config);
    print_routes(config);
    for (unsigned i = 0; i < config->hns.count; i++) {
        if (!vfj_names_choose(&config->only, config->hns.names[i]))
            continue;
        print_hn(config, config->hns.names[i]);
        any = true;
    }
    if (!any && config->only.count == 0)
        (void)fputs("\nNo hn interface.\n", stdout);
    return report_unknown(config);
}

static int print_config(struct config *config, struct vfj_query *ask)
{
    char complaint[256];
    if (!vfj_query_rc(ask, &config->rc, complaint, sizeof complaint)) {
        vfj_complain(config->paths.rc_conf, complaint);
        return VFJ_EXIT_UNUSABLE;
    }
    (void)vfj_query_rc_origin(ask, &config->origin, complaint, sizeof complaint);
    (void)vfj_guest_observe_map(ask, &config->map);
    vfj_guest_hns(ask, &config->paths, &config->map, &config->rc, &config->hns);
    return print(config);
}

int vfj_verb_config(int argc, char **argv)
{
    static struct config config;
    char journal[VFJ_PATHNAME_SIZE];
    config.root = "/";
    int exit_status = read_options(&config, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    if (!vfj_guest_paths(&config.paths, journal, config.root))
        return vfj_usage_error("config", "not a path that can be used", config.root);
    if (!vfj_guest_is_roots(&config.paths))
        return VFJ_EXIT_UNUSABLE;
    struct vfj_query *ask = vfj_query_open(&config.paths);
    if (ask == NULL)
        return vfj_complain_status(config.paths.rc_conf, VFJ_SYSTEM, "");
    exit_status = print_config(&config, ask);
    vfj_query_close(ask);
    return vfj_finish_output(exit_status);
}
