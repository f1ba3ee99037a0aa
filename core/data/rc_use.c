/* The uses of an interface that rc.conf requests, besides its own addresses. */
#include <string.h>

#include "core/check.h"
#include "core/data/rc.h"
#include "core/text/kv.h"

/* Returns true when `wanted` is one of the words. *next is then the word after it, or empty. */
static bool find_word(const char *words, const char *wanted, struct vfj_span *next)
{
    struct vfj_span word;
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        if (!vfj_span_is(word, wanted))
            continue;
        *next = (struct vfj_span){"", 0};
        (void)vfj_span_word(&rest, next);
        return true;
    }
    return false;
}

bool vfj_rc_has_vhid(const char *args)
{
    struct vfj_span number;
    return find_word(args, "vhid", &number);
}

/* Returns true when the words contain `verb` followed by the interface's name, such as "addm
 * hn0". */
static bool names(const char *words, const char *verb, struct vfj_name interface)
{
    struct vfj_span word;
    bool is_next = false;
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        if (is_next && vfj_span_is(word, interface.text))
            return true;
        is_next = vfj_span_is(word, verb);
    }
    return false;
}

/* Returns what the words of ifconfig_IF in rc.conf use the interface IF for. */
static enum vfj_rc_use use_of_words(const char *words)
{
    struct vfj_span number;
    if (vfj_rc_has_vhid(words))
        return VFJ_RC_USE_CARP;
    if (find_word(words, "fib", &number) && !vfj_span_is(number, "0"))
        return VFJ_RC_USE_FIB;
    return VFJ_RC_USE_NONE;
}

/* Returns the use of an interface that the words of another interface request. */
static enum vfj_rc_use use_by_others(const char *words, struct vfj_name interface)
{
    if (names(words, "vlandev", interface))
        return VFJ_RC_USE_VLAN;
    if (names(words, "syncdev", interface) || names(words, "vxlandev", interface))
        return VFJ_RC_USE_MULTICAST;
    return names(words, "addm", interface) ? VFJ_RC_USE_BRIDGE : VFJ_RC_USE_NONE;
}

/* Returns true when the key is a variable of the interface: PREFIX, its name, and perhaps "_alias…"
 * or "_ipv6". */
static bool is_own_key(struct vfj_span key, const char *prefix, struct vfj_name interface)
{
    char variable[64];
    vfj_rc_variable(variable, sizeof variable, prefix, interface, "");
    size_t length = strlen(variable);
    if (!vfj_span_starts(key, variable))
        return false;
    struct vfj_span rest = {key.text + length, key.length - length};
    return rest.length == 0 || vfj_span_starts(rest, "_alias") || vfj_span_is(rest, "_ipv6");
}

static enum vfj_rc_use use_of_pair(const struct vfj_kv *pair, struct vfj_name interface)
{
    char words[VFJ_RC_SIZE];
    enum vfj_rc_use use = VFJ_RC_USE_NONE;
    /* the buffer has room for all values of rc.conf together */
    VFJ_CHECK(vfj_rc_value(pair, words, sizeof words));
    if (is_own_key(pair->key, "vlans_", interface) && strspn(words, " \t") < strlen(words))
        return VFJ_RC_USE_VLAN;
    if (is_own_key(pair->key, "ifconfig_", interface)
        || is_own_key(pair->key, "vfjournal_", interface))
        use = use_of_words(words);
    else if (vfj_span_starts(pair->key, "ifconfig_") || vfj_span_starts(pair->key, "create_args_"))
        use = use_by_others(words, interface);
    return use;
}

static bool is_syncdev(const struct vfj_rc *rc, struct vfj_name interface)
{
    char device[VFJ_VALUE_SIZE];
    struct vfj_span next;
    vfj_rc_get(rc, "pfsync_syncdev", device, sizeof device);
    return vfj_rc_is_yes(rc, "pfsync_enable") && find_word(device, interface.text, &next);
}

enum vfj_rc_use vfj_rc_use(const struct vfj_rc *rc, struct vfj_name interface)
{
    struct vfj_kv pair;
    enum vfj_rc_use use = VFJ_RC_USE_NONE;
    for (struct vfj_span rest = vfj_span_of(rc->text);
         use == VFJ_RC_USE_NONE && vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;)
        use = use_of_pair(&pair, interface);
    return use == VFJ_RC_USE_NONE && is_syncdev(rc, interface) ? VFJ_RC_USE_MULTICAST : use;
}

static bool is_label(struct vfj_span word)
{
    return vfj_span_is(word, "group") || vfj_span_is(word, "description")
        || vfj_span_is(word, "descr");
}

bool vfj_rc_labels(const struct vfj_rc *rc, struct vfj_name interface, char *args, size_t size)
{
    char words[VFJ_ARGS_SIZE];
    struct vfj_text text = vfj_text_begin(args, size);
    struct vfj_span word, value;
    if (!vfj_rc_ifconfig_args(rc, interface, words, sizeof words))
        return false;
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        if (!is_label(word) || !vfj_span_word(&rest, &value))
            continue;
        vfj_text_add_word(&text, word);
        vfj_text_add_word(&text, value);
    }
    return text.length > 0 && !text.overflow;
}

/* Returns true when an option changes only how dhclient(8) runs: -b, -d, -q, -u, or several of
 * these in one word. */
static bool is_harmless(struct vfj_span option)
{
    bool right = option.length > 1 && option.text[0] == '-';
    for (size_t i = 1; i < option.length; i++)
        right &= memchr("bdqu", option.text[i], 4) != NULL;
    return right;
}

static bool has_other_options(const struct vfj_rc *rc, struct vfj_name interface)
{
    char variable[64], words[VFJ_VALUE_SIZE];
    struct vfj_span word;
    vfj_rc_variable(variable, sizeof variable, "dhclient_flags_", interface, "");
    if (!vfj_rc_get(rc, variable, words, sizeof words))
        vfj_rc_get(rc, "dhclient_flags", words, sizeof words);
    for (struct vfj_span rest = vfj_span_of(words); vfj_span_word(&rest, &word);) {
        if (!is_harmless(word))
            return true;
    }
    return false;
}

/* Returns true when dhcpcd gives the interface its addresses. dhcpcd runs on all interfaces. */
static bool has_dhcpcd(const struct vfj_rc *rc, struct vfj_name interface)
{
    char args[VFJ_ARGS_SIZE];
    struct vfj_address address;
    (void)vfj_rc_ifconfig_args(rc, interface, args, sizeof args);
    return vfj_rc_is_yes(rc, "dhcpcd_enable") && !vfj_rc_address(args, &address);
}

bool vfj_rc_has_other_dhcp(const struct vfj_rc *rc, struct vfj_name interface)
{
    char program[VFJ_VALUE_SIZE];
    if (!vfj_rc_is_dhcp(rc, interface))
        return has_dhcpcd(rc, interface);
    vfj_rc_get(rc, "dhclient_program", program, sizeof program);
    return (program[0] != '\0' && strcmp(program, "/sbin/dhclient") != 0)
        || has_other_options(rc, interface);
}
