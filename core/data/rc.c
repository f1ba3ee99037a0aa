/* Reads values of rc.conf as network.subr, hyperv_vfattach and hyperv_vfup do. */
#include "core/data/rc.h"

#include <string.h>

#include "core/text/kv.h"

/* Returns true when the name begins with that of a driver other than hn(4). An administrator may
 * still have given an hn such a name. */
static bool is_of_other_driver(struct vfj_span name)
{
    static const char *const drivers[]
        = {"lo", "bridge", "tap",   "tun",  "epair", "vlan", "vxlan", "lagg",  "gif",   "gre",
           "wg", "mce",    "mlxen", "mana", "ixv",   "iavf", "ipfw",  "pflog", "vtnet", "em"};
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        size_t length = strlen(drivers[i]);
        if (vfj_span_starts(name, drivers[i]) && name.length > length && name.text[length] >= '0'
            && name.text[length] <= '9')
            return true;
    }
    return false;
}

/* Returns true when the name has the form hnN_TAG. In the name of a variable, hnN_TAG stands for
 * the VLAN hnN.TAG. */
static bool is_vlan_of_hn(struct vfj_span name)
{
    size_t digits = 0;
    if (!vfj_span_starts(name, "hn"))
        return false;
    while (2 + digits < name.length && name.text[2 + digits] >= '0' && name.text[2 + digits] <= '9')
        digits++;
    return digits > 0 && name.length > 2 + digits + 1 && name.text[2 + digits] == '_'
        && name.text[2 + digits + 1] >= '0' && name.text[2 + digits + 1] <= '9';
}

/* Returns true when the name is INTERFACE_aliasN, and this program does not need that alias. */
static bool is_surplus_alias(struct vfj_span name)
{
    static const char suffix[] = "_alias";
    const size_t length = sizeof suffix - 1;
    uint64_t number = 0;
    for (size_t at = 1; at + length <= name.length; at++) {
        if (memcmp(name.text + at, suffix, length) != 0)
            continue;
        struct vfj_span rest = {name.text + at + length, name.length - at - length};
        return is_of_other_driver(name) || is_vlan_of_hn(name)
            || (vfj_span_to_u64(rest, &number) && number > VFJ_ADDRESSES_MAX);
    }
    return false;
}

bool vfj_rc_is_surplus(struct vfj_span name)
{
    static const char *const prefixes[] = {"ifconfig_", "ipv6_ifconfig_", "vfjournal_"};
    static const char all[] = "ipv4_addrs_";
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i]);
        if (vfj_span_starts(name, prefixes[i]))
            return is_surplus_alias((struct vfj_span){name.text + length, name.length - length});
    }
    if (!vfj_span_starts(name, all))
        return false;
    struct vfj_span interface = {name.text + sizeof all - 1, name.length - (sizeof all - 1)};
    return is_of_other_driver(interface) || is_vlan_of_hn(interface);
}

/* Finds the last pair of the variable. Most variables are not set, and strstr(3) detects that
 * faster than the tokenizer. */
static bool find(const struct vfj_rc *rc, const char *name, struct vfj_kv *pair)
{
    return strstr(rc->text, name) != NULL && vfj_kv_find(vfj_span_of(rc->text), name, pair);
}

bool vfj_rc_value(const struct vfj_kv *pair, char *value, size_t size)
{
    bool is_whole = vfj_kv_value(pair, value, size);
    for (char *at = value; *at != '\0'; at++) {
        if ((unsigned char)*at < ' ' || *at == 0x7f)
            *at = ' ';
    }
    return is_whole;
}

bool vfj_rc_get(const struct vfj_rc *rc, const char *name, char *value, size_t size)
{
    struct vfj_kv pair;
    value[0] = '\0';
    if (!find(rc, name, &pair))
        return false;
    vfj_rc_value(&pair, value, size);
    return true;
}

/* Reads a number as test(1) does: the whole word must be a decimal number for strtoimax(3). */
static bool test_number(struct vfj_span word, int64_t *number)
{
    if (word.length > 1 && word.text[0] == '+' && word.text[1] != '-')
        word = (struct vfj_span){word.text + 1, word.length - 1};
    return vfj_span_to_i64(word, number);
}

int64_t vfj_rc_delay_s(const struct vfj_rc *rc)
{
    const int64_t least_s = 2;
    const int64_t most_s = VFJ_PAUSE_MAX_S;
    char value[VFJ_VALUE_SIZE];
    struct vfj_span word, more;
    int64_t delay_s = 0;
    vfj_rc_get(rc, "hyperv_vf_delay", value, sizeof value);
    struct vfj_span rest = vfj_span_of(value);
    if (!vfj_span_word(&rest, &word) || vfj_span_word(&rest, &more) || !test_number(word, &delay_s)
        || delay_s < least_s)
        return least_s;
    return delay_s < most_s ? delay_s : most_s;
}

int64_t vfj_rc_link_wait_s(const struct vfj_rc *rc)
{
    const int64_t usual_s = 10;
    const int64_t most_s = VFJ_PAUSE_MAX_S;
    char value[VFJ_VALUE_SIZE];
    struct vfj_span word, more;
    int64_t wait_s = 0;
    vfj_rc_get(rc, "vfjournal_link_wait", value, sizeof value);
    struct vfj_span rest = vfj_span_of(value);
    if (!vfj_span_word(&rest, &word) || vfj_span_word(&rest, &more) || !test_number(word, &wait_s)
        || wait_s < 0)
        return usual_s;
    return wait_s < most_s ? wait_s : most_s;
}

void vfj_rc_variable(char *variable, size_t size, const char *prefix, struct vfj_name interface,
                     const char *suffix)
{
    struct vfj_text text = vfj_text_begin(variable, size);
    vfj_text_add(&text, prefix);
    for (const char *c = interface.text; *c != '\0'; c++)
        vfj_text_add_char(&text, strchr(".-/+", *c) != NULL ? '_' : *c);
    vfj_text_add(&text, suffix);
}

void vfj_rc_if_words(const struct vfj_rc *rc, struct vfj_name interface, char *words, size_t size)
{
    char variable[64];
    vfj_rc_variable(variable, sizeof variable, "ifconfig_", interface, "");
    if (!vfj_rc_get(rc, variable, words, size))
        vfj_rc_get(rc, "ifconfig_DEFAULT", words, size);
}

/* Returns true when the interface's name is the driver's name and a number. */
static bool starts_with_driver(struct vfj_name interface, const char *driver)
{
    size_t length = strlen(driver);
    return strncmp(interface.text, driver, length) == 0 && interface.text[length] >= '0'
        && interface.text[length] <= '9';
}

static bool is_without_address(struct vfj_name interface)
{
    static const char *const drivers[] = {"pflog", "pfsync", "usbus", "an", "ath", "ipw", "ipfw",
                                          "iwi",   "iwn",    "ral",   "wi", "wl",  "wpi"};
    for (size_t i = 0; i < sizeof drivers / sizeof drivers[0]; i++) {
        if (starts_with_driver(interface, drivers[i]))
            return true;
    }
    return false;
}

static bool is_never_dhcp(struct vfj_name interface)
{
    return starts_with_driver(interface, "lo") || starts_with_driver(interface, "stf")
        || starts_with_driver(interface, "lp") || starts_with_driver(interface, "sl");
}

bool vfj_rc_is_dhcp(const struct vfj_rc *rc, struct vfj_name interface)
{
    char words[VFJ_VALUE_SIZE];
    struct vfj_span word;
    if (is_never_dhcp(interface) || is_without_address(interface))
        return false;
    vfj_rc_if_words(rc, interface, words, sizeof words);
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        if (vfj_span_is_nocase(word, "DHCP") || vfj_span_is_nocase(word, "NOSYNCDHCP")
            || vfj_span_is_nocase(word, "SYNCDHCP"))
            return true;
    }
    return false;
}

bool vfj_rc_is_yes(const struct vfj_rc *rc, const char *name)
{
    char value[VFJ_VALUE_SIZE];
    vfj_rc_get(rc, name, value, sizeof value);
    struct vfj_span span = vfj_span_of(value);
    return vfj_span_is_nocase(span, "YES") || vfj_span_is_nocase(span, "TRUE")
        || vfj_span_is_nocase(span, "ON") || vfj_span_is(span, "1");
}

bool vfj_rc_is_sync_dhcp(const struct vfj_rc *rc, struct vfj_name interface)
{
    char words[VFJ_VALUE_SIZE];
    struct vfj_span word;
    if (is_without_address(interface))
        return false;
    vfj_rc_if_words(rc, interface, words, sizeof words);
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        if (vfj_span_is_nocase(word, "NOSYNCDHCP"))
            return false;
        if (vfj_span_is_nocase(word, "SYNCDHCP"))
            return true;
    }
    return vfj_rc_is_yes(rc, "synchronous_dhclient");
}

static bool is_pseudo_word(struct vfj_span word)
{
    static const char *const pseudo[]
        = {"DHCP", "NOAUTO", "NOSYNCDHCP", "SYNCDHCP", "WPA", "HOSTAP"};
    for (size_t i = 0; i < sizeof pseudo / sizeof pseudo[0]; i++) {
        if (vfj_span_is_nocase(word, pseudo[i]))
            return true;
    }
    return false;
}

bool vfj_rc_is_refused(struct vfj_span word)
{
    static const char *const refused[] = {VFJ_RC_BLANK, "create", "create2", "plumb", "destroy",
                                          "unplumb",    "name",   "vnet",    "-vnet"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if (vfj_span_is(word, refused[i]))
            return true;
    }
    return false;
}

/* Removes the scope of the interface itself from addresses such as fe80::4%hn0/64. laggN, which gets
 * these addresses, refuses that scope. */
static void drop_scopes(char *args, struct vfj_name interface)
{
    size_t length = strlen(interface.text);
    char *at = args;
    while ((at = strchr(at, '%')) != NULL) {
        const char *end = at + 1 + length;
        if (strncmp(at + 1, interface.text, length) == 0 && strchr(" /", *end) != NULL)
            memmove(at, end, strlen(end) + 1);
        else
            at++;
    }
}

bool vfj_rc_ifconfig_args(const struct vfj_rc *rc, struct vfj_name interface, char *args,
                          size_t size)
{
    char words[VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(args, size);
    struct vfj_span word;
    bool jail_follows = false;
    bool any_refused = false;
    unsigned count = 0;
    vfj_rc_if_words(rc, interface, words, sizeof words);
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        bool is_jail = jail_follows;
        jail_follows = !is_jail && vfj_span_is(word, "vnet");
        if (is_jail || jail_follows || is_pseudo_word(word))
            continue;
        vfj_text_add_word(&text, word);
        any_refused |= vfj_rc_is_refused(word);
        count++;
    }
    drop_scopes(args, interface);
    return !text.overflow && !any_refused && count <= VFJ_WORDS_MAX - 4;
}

static bool add_length(struct vfj_address *address, struct vfj_span length)
{
    unsigned bits;
    struct vfj_address host = *address;
    struct vfj_text text = vfj_text_begin(address->text, sizeof address->text);
    vfj_text_format(&text, "%s/", host.text);
    if (vfj_address_mask_bits(length, &bits))
        vfj_text_add_u64(&text, bits);
    else
        vfj_text_add_span(&text, length);
    host = *address;
    return !text.overflow && vfj_address_parse(vfj_span_of(host.text), address);
}

bool vfj_rc_address(const char *args, struct vfj_address *address)
{
    struct vfj_span word;
    bool is_found = false, is_length = false;
    for (struct vfj_span rest = vfj_span_of(args); vfj_span_word(&rest, &word);) {
        if (is_length)
            return add_length(address, word);
        if (is_found)
            is_length = vfj_span_is(word, "netmask") || vfj_span_is(word, "prefixlen");
        else if ((is_found = vfj_address_parse(word, address))
                 && memchr(word.text, '/', word.length) != NULL)
            return true;
    }
    return false;
}

static unsigned count_words(const char *args)
{
    struct vfj_span rest = vfj_span_of(args);
    struct vfj_span word;
    unsigned count = 0;
    while (vfj_span_word(&rest, &word))
        count++;
    return count;
}

static bool bounded_words(const char *args)
{
    unsigned count = count_words(args);
    struct vfj_span word;
    for (struct vfj_span rest = vfj_span_of(args); vfj_span_word(&rest, &word);) {
        if (vfj_rc_is_refused(word))
            return false;
    }
    return count > 0 && count <= VFJ_WORDS_MAX - 4;
}

bool vfj_rc_ipv6_args(const struct vfj_rc *rc, struct vfj_name interface, char *args, size_t size,
                      bool *rtadv)
{
    char variable[64], words[VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(args, size);
    struct vfj_span word;
    bool any = false;
    *rtadv = false;
    vfj_rc_variable(variable, sizeof variable, "ifconfig_", interface, "_ipv6");
    vfj_rc_get(rc, variable, words, sizeof words);
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        if (vfj_span_is(word, "accept_rtadv")) {
            *rtadv = true;
            continue;
        }
        if (is_pseudo_word(word))
            continue;
        if (text.length == 0 && memchr(word.text, ':', word.length) != NULL)
            vfj_text_add(&text, "inet6");
        vfj_text_add_word(&text, word);
        any |= !vfj_span_is(word, "inet6");
    }
    drop_scopes(args, interface);
    return any && !text.overflow && bounded_words(args);
}

static bool find_alias(const struct vfj_rc *rc, struct vfj_name interface, unsigned number,
                       struct vfj_kv *pair)
{
    char variable[64], suffix[24];
    struct vfj_text text = vfj_text_begin(suffix, sizeof suffix);
    vfj_text_format(&text, "_alias%u", number);
    vfj_rc_variable(variable, sizeof variable, "vfjournal_", interface, "_alias0");
    bool resolved = find(rc, variable, pair);
    vfj_rc_variable(variable, sizeof variable, resolved ? "vfjournal_" : "ifconfig_", interface,
                    suffix);
    return find(rc, variable, pair);
}

bool vfj_rc_alias(const struct vfj_rc *rc, struct vfj_name interface, unsigned number, char *args,
                  size_t size)
{
    struct vfj_kv pair;
    if (!find_alias(rc, interface, number, &pair))
        return false;
    bool is_whole = vfj_rc_value(&pair, args, size);
    if (is_whole && count_words(args) == 0)
        return false;
    if (!is_whole || !bounded_words(args))
        args[0] = '\0';
    drop_scopes(args, interface);
    return true;
}

/* Returns true when the words of a value fit in one command, together with "ifconfig IF" or
 * "route add" before them and "alias" or other keywords after them. */
static bool fits(const struct vfj_rc *rc, const char *name)
{
    char value[VFJ_ARGS_SIZE - 16];
    struct vfj_kv pair;
    return !find(rc, name, &pair)
        || (vfj_rc_value(&pair, value, sizeof value)
            && (count_words(value) == 0 || bounded_words(value)));
}

static bool aliases_fit(const struct vfj_rc *rc, struct vfj_name interface)
{
    char args[VFJ_ARGS_SIZE - 16];
    for (unsigned i = 0; vfj_rc_alias(rc, interface, i, args, sizeof args); i++) {
        if (args[0] == '\0')
            return false;
    }
    return true;
}

bool vfj_rc_is_too_long(const struct vfj_rc *rc, struct vfj_name interface, enum vfj_rc_part part)
{
    char variable[64];
    struct vfj_kv pair;
    if (part == VFJ_RC_ALIASES)
        return !aliases_fit(rc, interface);
    vfj_rc_variable(variable, sizeof variable, "ifconfig_", interface,
                    part == VFJ_RC_INET6 ? "_ipv6" : "");
    if (part == VFJ_RC_INET && !find(rc, variable, &pair))
        return !fits(rc, "ifconfig_DEFAULT");
    return !fits(rc, variable);
}

bool vfj_rc_default_router(const struct vfj_rc *rc, char *router, size_t size)
{
    vfj_rc_get(rc, "defaultrouter", router, size);
    return router[0] != '\0' && !vfj_span_is_nocase(vfj_span_of(router), "NO")
        && bounded_words(router);
}

bool vfj_rc_default_router6(const struct vfj_rc *rc, char *router, size_t size)
{
    vfj_rc_get(rc, "ipv6_defaultrouter", router, size);
    return strchr(router, ':') != NULL && strchr(router, ' ') == NULL;
}

/* Parses an entry of static_routes: NAME or NAME:IF. Sets *name. Returns true when the entry has no
 * IF, or its IF is `interface`. */
static bool route_entry(struct vfj_span entry, struct vfj_name interface, struct vfj_span *name)
{
    const char *colon = memchr(entry.text, ':', entry.length);
    *name = entry;
    if (colon == NULL)
        return true;
    name->length = (size_t)(colon - entry.text);
    return vfj_span_is((struct vfj_span){colon + 1, entry.length - name->length - 1},
                       interface.text);
}

/* Finds route number *number, from 0, of a list. When the list has fewer routes, returns false
 * and subtracts the number of its routes from *number. */
static bool listed_route(const struct vfj_rc *rc, struct vfj_name interface, bool inet6,
                         unsigned *number, char *args, size_t size)
{
    char list[VFJ_VALUE_SIZE], variable[64];
    struct vfj_span entry, name;
    vfj_rc_get(rc, inet6 ? "ipv6_static_routes" : "static_routes", list, sizeof list);
    for (struct vfj_span rest = vfj_span_of(list); vfj_span_word(&rest, &entry);) {
        if (!route_entry(entry, interface, &name)
            || name.length + sizeof "ipv6_route_" > sizeof variable)
            continue;
        struct vfj_text text = vfj_text_begin(variable, sizeof variable);
        vfj_text_add(&text, inet6 ? "ipv6_route_" : "route_");
        vfj_text_add_span(&text, name);
        if (!vfj_rc_get(rc, variable, args, size) || !bounded_words(args))
            continue;
        if ((*number)-- == 0)
            return true;
    }
    return false;
}

/* Finds the default route of another FIB, as listed_route() finds a route of a list. */
static bool fib_route(const struct vfj_rc *rc, bool inet6, unsigned *number, char *args,
                      size_t size)
{
    enum { FIBS_MAX = 16 }; /* of the FIBs that a kernel can have, those that people use */
    char variable[64], router[VFJ_VALUE_SIZE];
    for (unsigned fib = 1; fib < FIBS_MAX; fib++) {
        struct vfj_text text = vfj_text_begin(variable, sizeof variable);
        vfj_text_format(&text, "%sdefaultrouter_fib%u", inet6 ? "ipv6_" : "", fib);
        vfj_rc_get(rc, variable, router, sizeof router);
        if (count_words(router) != 1 || !bounded_words(router)
            || vfj_span_is_nocase(vfj_span_of(router), "NO") || (*number)-- != 0)
            continue;
        text = vfj_text_begin(args, size);
        vfj_text_format(&text, "%s-fib %u default %s", inet6 ? "-inet6 " : "", fib, router);
        return !text.overflow;
    }
    return false;
}

bool vfj_rc_static_route(const struct vfj_rc *rc, struct vfj_name interface, unsigned number,
                         char *args, size_t size)
{
    char words[VFJ_VALUE_SIZE];
    if (listed_route(rc, interface, false, &number, args, size))
        return true;
    if (!listed_route(rc, interface, true, &number, words, sizeof words))
        return fib_route(rc, false, &number, args, size)
            || fib_route(rc, true, &number, args, size);
    struct vfj_text text = vfj_text_begin(args, size);
    vfj_text_format(&text, "-inet6 %s", words);
    return !text.overflow;
}
