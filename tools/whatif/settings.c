/* The settings of a what-if. */
#include "tools/whatif/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/guest/rc_password.h"
#include "core/data/event.h"
#include "core/limits.h"
#include "core/text/trace_quote.h"
#include "store/secret.h"
#include "tools/act_as_owner.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"
#include "tools/whatif/setting.h"

enum { NAME_MAX_BYTES = sizeof((struct vfj_setting *)0)->name - 1 };

static int take_policy(struct vfj_settings *settings, const char *verb, const char *value)
{
    enum vfj_policy policy;
    if (!vfj_policy_parse(vfj_span_of(value), &policy))
        return vfj_usage_error(verb, "--policy takes scripts or vfjournal, not", value);
    settings->policy = (int)policy;
    return VFJ_OPTIONS_READ;
}

static int take_mode(struct vfj_settings *settings, const char *verb, const char *value)
{
    enum vfj_mode mode;
    if (!vfj_mode_parse(vfj_span_of(value), &mode))
        return vfj_usage_error(verb, "--mode takes observe or act, not", value);
    settings->mode = (int)mode;
    return VFJ_OPTIONS_READ;
}

/* Returns true when the machine uses the variable of rc.conf with this name. */
static bool is_read(struct vfj_span name)
{
    static const char *const names[]
        = {"hyperv_vf_delay",      "vfjournal_link_wait", "defaultrouter",    "ipv6_defaultrouter",
           "static_routes",        "ipv6_static_routes",  "dhclient_program", "dhclient_flags",
           "synchronous_dhclient", "dhcpcd_enable",       "pfsync_enable",    "pfsync_syncdev"};
    static const char *const prefixes[]
        = {"ifconfig_",   "vlans_",     "create_args_",      "dhclient_flags_",       "route_",
           "ipv6_route_", "vfjournal_", "defaultrouter_fib", "ipv6_defaultrouter_fib"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (vfj_span_is(name, names[i]))
            return true;
    }
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        if (vfj_span_starts(name, prefixes[i]) && name.length > strlen(prefixes[i]))
            return true;
    }
    return false;
}

static bool is_variable(struct vfj_span name)
{
    for (size_t i = 0; i < name.length; i++) {
        char c = name.text[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        if (!is_letter && !(c >= '0' && c <= '9' && i > 0))
            return false;
    }
    return name.length > 0;
}

/* Returns true when the value of the sysctl is an integer. */
static bool is_integer_sysctl(struct vfj_span name)
{
    return vfj_span_is(name, "hw.hn.vf_transparent") || vfj_span_is(name, "hw.hn.vf_xpnt_attwait");
}

/* Returns true for the sysctls under hw.hn that the program reads, and for all under dev.hn. */
static bool is_sysctl(struct vfj_span name)
{
    bool is_of_hw = is_integer_sysctl(name) || vfj_span_is(name, "hw.hn.vflist")
        || vfj_span_is(name, "hw.hn.vfmap");
    if (!is_of_hw && !vfj_span_starts(name, "dev.hn."))
        return false;
    for (size_t i = 0; i < name.length; i++) {
        char c = name.text[i];
        bool is_word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
        if (!is_word)
            return false;
    }
    return name.text[name.length - 1] != '.';
}

static struct vfj_setting *find(const struct vfj_settings *settings, bool is_of_kernel,
                                struct vfj_span name)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct vfj_setting *setting = &settings->list[i];
        if (setting->is_sysctl == is_of_kernel && vfj_span_is(name, setting->name))
            return setting;
    }
    return NULL;
}

/* Returns the setting with this name, and adds it if it is new. Returns NULL when memory runs
 * out. */
static struct vfj_setting *open_setting(struct vfj_settings *settings, bool is_of_kernel,
                                        struct vfj_span name)
{
    struct vfj_setting *setting = find(settings, is_of_kernel, name);
    if (setting != NULL)
        return setting;
    if (settings->count == settings->room) {
        size_t room = 2 * settings->room + 16;
        struct vfj_setting *more = realloc(settings->list, room * sizeof *more);
        if (more == NULL)
            return NULL;
        settings->list = more;
        settings->room = room;
    }
    setting = &settings->list[settings->count++];
    *setting = (struct vfj_setting){.is_sysctl = is_of_kernel};
    vfj_span_copy(setting->name, sizeof setting->name, name);
    return setting;
}

/* Returns true when a line of a trace can contain the value. */
static bool is_printable(const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    }
    return true;
}

static int take(struct vfj_settings *settings, const char *verb, const char *value, bool of_kernel)
{
    const char *equals = strchr(value, '=');
    const char *option = of_kernel ? "--sysctl" : "--set";
    char what[256];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    vfj_text_add(&text, option);
    if (equals == NULL) {
        vfj_text_add(&text, " takes NAME=VALUE, not");
        return vfj_usage_error(verb, what, value);
    }
    struct vfj_span name = {value, (size_t)(equals - value)};
    bool is_known = name.length <= NAME_MAX_BYTES
        && (of_kernel ? is_sysctl(name) : is_variable(name) && is_read(name));
    if (!is_known) {
        vfj_text_add(&text,
                     of_kernel ? " takes a sysctl that vfjournal reads, as hw.hn.vf_transparent,"
                                 " hw.hn.vf_xpnt_attwait, dev.hn.N.vf, not"
                               : " takes a variable that vfjournal reads, as hyperv_vf_delay,"
                                 " vfjournal_link_wait, ifconfig_IF, defaultrouter, not");
        return vfj_usage_error(verb, what, value);
    }
    if (strlen(equals + 1) >= VFJ_VALUE_SIZE || !is_printable(equals + 1)) {
        vfj_text_add(&text, " takes at most 1023 bytes in one line as VALUE, not");
        return vfj_usage_error(verb, what, value);
    }
    int64_t number;
    if (of_kernel && is_integer_sysctl(name)
        && !vfj_span_to_i64(vfj_span_of(equals + 1), &number)) {
        vfj_text_add(&text, " takes an integer as the value of this sysctl, not");
        return vfj_usage_error(verb, what, value);
    }
    struct vfj_setting *setting = open_setting(settings, of_kernel, name);
    if (setting == NULL)
        return vfj_complain_status(option, VFJ_SYSTEM, "out of memory");
    setting->is_of_file = false;
    vfj_span_copy(setting->value, sizeof setting->value, vfj_span_of(equals + 1));
    vfj_rc_password_blank(setting->value, sizeof setting->value);
    return VFJ_OPTIONS_READ;
}

static void skip_blanks(struct vfj_span *rest)
{
    while (rest->length > 0 && (rest->text[0] == ' ' || rest->text[0] == '\t')) {
        rest->text++;
        rest->length--;
    }
}

/* Reads one line of the file given by --rc. Returns NULL, or the reason why the line is wrong. */
static const char *read_line(struct vfj_settings *settings, struct vfj_span line)
{
    char value[VFJ_VALUE_SIZE];
    const char *opened;
    skip_blanks(&line);
    if (line.length == 0 || line.text[0] == '#')
        return NULL;
    const char *equals = memchr(line.text, '=', line.length);
    struct vfj_span name = {line.text, equals != NULL ? (size_t)(equals - line.text) : 0};
    if (!is_variable(name))
        return "not NAME=VALUE";
    if (memchr(line.text, '\0', line.length) != NULL)
        return "a NUL byte";
    if (memchr(line.text, '$', line.length) != NULL || memchr(line.text, '`', line.length) != NULL)
        return "only sh(1) can expand the value; `vfjournal config' prints values as read";
    line = (struct vfj_span){equals + 1, line.length - name.length - 1};
    switch (vfj_quoted_read(&line, value, sizeof value, &opened)) {
    case VFJ_QUOTED_READ:
        break;
    case VFJ_QUOTED_OPEN:
        return "a quote is not closed";
    case VFJ_QUOTED_TOO_LONG:
        return "a value longer than 1023 bytes";
    }
    skip_blanks(&line);
    if (line.length > 0 && line.text[0] != '#')
        return "more words than one assignment has";
    if (!is_read(name) || name.length > NAME_MAX_BYTES)
        return NULL;
    const struct vfj_setting *present = find(settings, false, name);
    if (present != NULL && !present->is_of_file)
        return NULL; /* --set has given the variable a value already, which stays */
    struct vfj_setting *setting = open_setting(settings, false, name);
    if (setting == NULL)
        return "out of memory";
    setting->is_of_file = true;
    vfj_span_copy(setting->value, sizeof setting->value, vfj_span_of(value));
    vfj_rc_password_blank(setting->value, sizeof setting->value);
    return NULL;
}

int vfj_settings_take(struct vfj_settings *settings, const char *verb, int option,
                      const char *value, const char *help)
{
    switch (option) {
    case VFJ_SETTINGS_POLICY:
        return take_policy(settings, verb, value);
    case VFJ_SETTINGS_MODE:
        return take_mode(settings, verb, value);
    case VFJ_SETTINGS_SET:
        return take(settings, verb, value, false);
    case VFJ_SETTINGS_SYSCTL:
        return take(settings, verb, value, true);
    case VFJ_SETTINGS_RC:
        settings->rc = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int report_line(const char *path, unsigned long number, const char *what)
{
    (void)fputs("vfjournal: ", stderr);
    vfj_terminal_print(stderr, vfj_span_of(path));
    (void)fprintf(stderr, ":%lu: %s\n", number, what);
    return VFJ_EXIT_UNUSABLE;
}

int vfj_settings_read_rc(struct vfj_settings *settings)
{
    char *line = NULL;
    size_t size = 0;
    ssize_t length;
    int exit_status = VFJ_OPTIONS_READ;
    if (settings->rc == NULL)
        return exit_status;
    if (!vfj_owner_may_replace(settings->rc))
        return VFJ_EXIT_UNUSABLE;
    FILE *file = fopen(settings->rc, "r");
    if (file == NULL) {
        vfj_complain(settings->rc, strerror(errno));
        return VFJ_EXIT_UNUSABLE;
    }
    for (unsigned long number = 1;
         exit_status == VFJ_OPTIONS_READ && (length = getline(&line, &size, file)) >= 0; number++) {
        while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
            length--;
        const char *wrong = read_line(settings, (struct vfj_span){line, (size_t)length});
        if (wrong != NULL)
            exit_status = report_line(settings->rc, number, wrong);
    }
    if (ferror(file)) {
        vfj_complain(settings->rc, strerror(errno));
        exit_status = VFJ_EXIT_UNUSABLE;
    }
    (void)fclose(file);
    free(line);
    return exit_status;
}

bool vfj_settings_has_values(const struct vfj_settings *settings)
{
    return settings->count > 0 || settings->rc != NULL;
}

bool vfj_settings_any(const struct vfj_settings *settings)
{
    return vfj_settings_has_values(settings) || settings->mode >= 0 || settings->policy >= 0;
}

static void begin_item(struct vfj_text *text, bool *is_first)
{
    vfj_text_add(text, *is_first ? "" : ", ");
    *is_first = false;
}

void vfj_settings_describe(const struct vfj_settings *settings, struct vfj_text *text)
{
    bool is_first = true;
    for (size_t i = 0; i < settings->count; i++) {
        const struct vfj_setting *setting = &settings->list[i];
        char value[2 * VFJ_VALUE_SIZE];
        struct vfj_text shown = vfj_text_begin(value, sizeof value);
        if (setting->is_of_file)
            continue;
        begin_item(text, &is_first);
        vfj_secret_add_value(&shown, vfj_span_of(setting->value));
        vfj_text_format(text, "%s=", setting->name);
        vfj_terminal_add(text, (struct vfj_span){value, shown.length});
    }
    if (settings->rc != NULL) {
        begin_item(text, &is_first);
        vfj_text_add(text, "rc.conf of ");
        vfj_terminal_add(text, vfj_span_of(settings->rc));
    }
    if (settings->policy >= 0) {
        begin_item(text, &is_first);
        vfj_text_format(text, "policy %s", vfj_policy_name((enum vfj_policy)settings->policy));
    }
    if (settings->mode >= 0) {
        begin_item(text, &is_first);
        vfj_text_format(text, "mode %s", vfj_mode_name((enum vfj_mode)settings->mode));
    }
}

void vfj_settings_free(struct vfj_settings *settings)
{
    free(settings->list);
    settings->list = NULL;
    settings->count = settings->room = 0;
}
