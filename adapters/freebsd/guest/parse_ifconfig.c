/* Parses the output of ifconfig(8), piece by piece as it arrives. */
#include "adapters/freebsd/guest/parse_ifconfig.h"

#include <string.h>

static struct vfj_span after(struct vfj_span span, size_t count)
{
    return (struct vfj_span){span.text + count, span.length - count};
}

/* Splits the span at the first byte `c`, into *before and *rest. Returns false when the span has
 * no such byte. */
static bool cut(struct vfj_span span, char c, struct vfj_span *before, struct vfj_span *rest)
{
    const char *at = span.length > 0 ? memchr(span.text, c, span.length) : NULL;
    if (at == NULL)
        return false;
    *before = (struct vfj_span){span.text, (size_t)(at - span.text)};
    *rest = after(span, before->length + 1);
    return true;
}

/* Returns true when `word` is an item of the list in "…<A,WORD,C>…". */
static bool in_brackets(struct vfj_span text, const char *word)
{
    struct vfj_span before, list, item;
    if (!cut(text, '<', &before, &list) || !cut(list, '>', &list, &before))
        return false;
    while (cut(list, ',', &item, &list)) {
        if (vfj_span_is(item, word))
            return true;
    }
    return vfj_span_is(list, word);
}

/* Adds an address. Skips 0.0.0.0, which dhclient-script(8) sets while a dhclient has no lease. */
static void add_address(struct vfj_interface *interface, struct vfj_span host,
                        struct vfj_span length)
{
    if (vfj_span_is(host, "0.0.0.0"))
        return;
    char bytes[VFJ_ADDRESS_SIZE];
    struct vfj_address address;
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add_span(&text, host);
    vfj_text_add_char(&text, '/');
    vfj_text_add_span(&text, length);
    if (!text.overflow && vfj_address_parse((struct vfj_span){bytes, text.length}, &address))
        vfj_interface_add_address(interface, &address);
}

/* Returns true when the words after an address include "vhid": carp(4) shares the address. */
static bool has_vhid(struct vfj_span rest)
{
    struct vfj_span word;
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_is(word, "vhid"))
            return true;
    }
    return false;
}

/* Parses the rest of "inet A [--> B] netmask 0x… [broadcast C]", or of "inet A/LEN …", which `-f
 * inet:cidr` prints. */
static void read_inet(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span host, word, length;
    char digits[12];
    unsigned bits;
    if (!vfj_span_word(&rest, &host))
        return;
    interface->carp |= has_vhid(rest);
    if (cut(host, '/', &host, &length)) {
        add_address(interface, host, length);
        return;
    }
    while (vfj_span_word(&rest, &word)) {
        if (!vfj_span_is(word, "netmask"))
            continue;
        if (!vfj_span_word(&rest, &word) || !vfj_address_mask_bits(word, &bits))
            return;
        struct vfj_text text = vfj_text_begin(digits, sizeof digits);
        vfj_text_add_u64(&text, bits);
        add_address(interface, host, (struct vfj_span){digits, text.length});
        return;
    }
}

/* Parses the rest of "inet6 A[%zone] prefixlen N [words…]". Skips an address that the kernel
 * made from a router's advertisement. */
static void read_inet6(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span host, zone, word, length = {"", 0};
    if (!vfj_span_word(&rest, &host))
        return;
    interface->carp |= has_vhid(rest);
    cut(host, '%', &host, &zone);
    bool cidr = cut(host, '/', &host, &length);
    if (vfj_address_is_link_local(host))
        return;
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_is(word, "autoconf") || vfj_span_is(word, "temporary"))
            return;
        if (!cidr && vfj_span_is(word, "prefixlen") && !vfj_span_word(&rest, &length))
            return;
    }
    if (length.length > 0)
        add_address(interface, host, length);
}

static void read_laggport(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span word;
    struct vfj_name port;
    if (vfj_span_word(&rest, &word) && vfj_name_parse(word, &port))
        vfj_interface_add_port(interface, port);
}

static void read_laggproto(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span word;
    if (vfj_span_word(&rest, &word))
        interface->laggproto = vfj_span_is(word, "failover") ? (uint8_t)VFJ_LAGGPROTO_FAILOVER
                                                             : (uint8_t)VFJ_LAGGPROTO_OTHER;
}

/* Parses the rest of "carp: MASTER vhid 1 advbase 1 advskew 100". */
static void read_carp(struct vfj_interface *interface, struct vfj_span rest)
{
    interface->carp |= has_vhid(rest);
}

/* Parses fib: 1 */
static void read_fib(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span word;
    if (interface->use == VFJ_USE_NONE && vfj_span_word(&rest, &word) && !vfj_span_is(word, "0"))
        interface->use = VFJ_USE_FIB;
}

/* Parses the rest of "member: hn0 flags=143<LEARNING,DISCOVER,AUTOEDGE,AUTOPTP>". */
static void read_member(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span word;
    struct vfj_name member;
    interface->use = VFJ_USE_BRIDGE;
    if (vfj_span_word(&rest, &word) && vfj_name_parse(word, &member))
        vfj_interface_add_member(interface, member);
}

/* Parses the rest of "vlan: 10 vlanproto: 802.1q vlanpcp: 0 parent interface: hn0". The parent
 * may be <none>. */
static void read_vlan(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span word;
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_is(word, "interface:")) {
            interface->use = VFJ_USE_VLAN;
            read_laggport(interface, rest);
        }
    }
}

static void read_status(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span word;
    if (!vfj_span_word(&rest, &word))
        return;
    if (vfj_span_is(word, "active"))
        interface->link = VFJ_LINK_UP;
    else if (vfj_span_is(word, "no")) /* "no carrier" */
        interface->link = VFJ_LINK_DOWN;
}

static void read_nd6(struct vfj_interface *interface, struct vfj_span rest)
{
    if (!vfj_span_starts(rest, " options="))
        return;
    interface->no_dad = in_brackets(rest, "NO_DAD");
    interface->rtadv = in_brackets(rest, "ACCEPT_RTADV");
    interface->ifdisabled = in_brackets(rest, "IFDISABLED");
}

/* Parses a word such as "options=8000b<RXCSUM,…>". The number is hexadecimal. */
static void read_options(struct vfj_counters *counters, struct vfj_span word)
{
    struct vfj_span number, rest;
    uint64_t bits = 0;
    if (!cut(word, '=', &number, &rest) || !cut(rest, '<', &number, &rest) || number.length == 0
        || number.length > 12)
        return;
    for (size_t i = 0; i < number.length; i++) {
        const char *digits = "0123456789abcdef";
        const char *digit = memchr(digits, number.text[i], 16);
        if (digit == NULL)
            return;
        bits = bits << 4 | (uint64_t)(digit - digits);
    }
    counters->options = (int64_t)bits;
}

static void read_media(struct vfj_counters *counters, struct vfj_span rest)
{
    while (rest.length > 0 && rest.text[0] == ' ')
        rest = after(rest, 1);
    struct vfj_span kept
        = {rest.text, rest.length < VFJ_MEDIA_SIZE ? rest.length : VFJ_MEDIA_SIZE - 1};
    (void)vfj_span_copy(counters->media, sizeof counters->media, kept);
}

/* Parses a line about options or media for the counters. Returns false for any other line. */
static bool read_counters(struct vfj_counters *counters, struct vfj_span rest)
{
    struct vfj_span word;
    if (!vfj_span_word(&rest, &word))
        return false;
    if (vfj_span_starts(word, "options="))
        read_options(counters, word);
    else if (vfj_span_is(word, "media:"))
        read_media(counters, rest);
    else
        return false;
    return true;
}

static void read_detail(struct vfj_interface *interface, struct vfj_span rest)
{
    static const struct {
        const char *word;
        void (*read)(struct vfj_interface *interface, struct vfj_span rest);
    } details[] = {
        {"inet", read_inet},           {"inet6", read_inet6},    {"laggport:", read_laggport},
        {"laggproto", read_laggproto}, {"status:", read_status}, {"nd6", read_nd6},
        {"carp:", read_carp},          {"fib:", read_fib},       {"member:", read_member},
        {"vlan:", read_vlan},
    };
    struct vfj_span word;
    if (!vfj_span_word(&rest, &word))
        return;
    for (size_t i = 0; i < sizeof details / sizeof details[0]; i++) {
        if (vfj_span_is(word, details[i].word)) {
            details[i].read(interface, rest);
            return;
        }
    }
}

static void read_mtu(struct vfj_interface *interface, struct vfj_span rest)
{
    struct vfj_span word;
    uint64_t mtu;
    while (vfj_span_word(&rest, &word)) {
        if (vfj_span_is(word, "mtu") && vfj_span_word(&rest, &word) && vfj_span_to_u64(word, &mtu)
            && mtu <= UINT32_MAX)
            interface->mtu = (uint32_t)mtu;
    }
}

static void hand_over(struct vfj_ifconfig_parser *parser)
{
    if (!vfj_name_is_empty(parser->interface.name))
        parser->done(parser->context, &parser->interface);
    memset(&parser->interface, 0, sizeof parser->interface);
    parser->counters = vfj_counters_unknown();
}

/* Parses the first line of an interface, "NAME: flags=8843<UP,…> metric 0 mtu 1500". */
static void read_head(struct vfj_ifconfig_parser *parser, struct vfj_span line)
{
    struct vfj_span name, rest;
    hand_over(parser);
    if (!cut(line, ':', &name, &rest) || !vfj_span_starts(rest, " flags=")
        || !vfj_name_parse(name, &parser->interface.name))
        return;
    parser->interface.exists = true;
    parser->interface.up = in_brackets(rest, "UP");
    read_mtu(&parser->interface, rest);
}

static void read_line(void *context, struct vfj_span line)
{
    struct vfj_ifconfig_parser *parser = context;
    if (line.length == 0)
        return;
    if (line.text[0] != '\t' && line.text[0] != ' ')
        read_head(parser, line);
    else if (parser->interface.exists && !read_counters(&parser->counters, line))
        read_detail(&parser->interface, line);
}

void vfj_ifconfig_begin(struct vfj_ifconfig_parser *parser, vfj_interface_fn *done, void *context)
{
    parser->lines = vfj_lines_begin(parser->bytes, sizeof parser->bytes, read_line, parser);
    memset(&parser->interface, 0, sizeof parser->interface);
    parser->counters = vfj_counters_unknown();
    parser->done = done;
    parser->context = context;
}

void vfj_ifconfig_feed(struct vfj_ifconfig_parser *parser, struct vfj_span bytes)
{
    vfj_lines_feed(&parser->lines, bytes);
}

void vfj_ifconfig_end(struct vfj_ifconfig_parser *parser)
{
    vfj_lines_end(&parser->lines);
    hand_over(parser);
}
