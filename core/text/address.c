/* An address and its prefix length, as text. */
#include "core/text/address.h"

#include <string.h>

#include "core/check.h"

static bool to_ipv4(struct vfj_span text, uint32_t *address)
{
    *address = 0;
    for (unsigned part = 0; part < 4; part++) {
        struct vfj_span digits = {text.text, 0};
        uint64_t value = 0;
        while (digits.length < text.length && text.text[digits.length] != '.')
            digits.length++;
        if (!vfj_span_to_u64(digits, &value) || value > 255
            || (part < 3 && digits.length == text.length))
            return false;
        *address = *address << 8 | (uint32_t)value;
        size_t used = part < 3 ? digits.length + 1 : digits.length;
        text = (struct vfj_span){text.text + used, text.length - used};
    }
    return text.length == 0;
}

/* Takes the text before the separator off the front of *rest, and drops the separator. Without a
 * separator, takes all of *rest. */
static struct vfj_span take_until(struct vfj_span *rest, char separator)
{
    const char *end = rest->length > 0 ? memchr(rest->text, separator, rest->length) : NULL;
    struct vfj_span taken = {rest->text, end != NULL ? (size_t)(end - rest->text) : rest->length};
    size_t used = taken.length + (end != NULL);
    *rest = (struct vfj_span){rest->text + used, rest->length - used};
    return taken;
}

enum { GROUPS = 8 }; /* groups of 16 bits in an IPv6 address */

struct groups {
    uint16_t at[GROUPS];
    unsigned count;
};

static bool add_group(struct groups *groups, uint32_t value)
{
    if (groups->count == GROUPS)
        return false;
    groups->at[groups->count++] = (uint16_t)value;
    return true;
}

static bool to_group(struct vfj_span text, uint32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.text[i];
        if (c >= '0' && c <= '9')
            *value = *value << 4 | (uint32_t)(c - '0');
        else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'))
            *value = *value << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
    }
    return text.length >= 1 && text.length <= 4;
}

/* Reads groups of an IPv6 address, separated by colons. The last two groups may be written as an
 * IPv4 address. An empty text has no group. Returns false when the text has another form, or
 * more groups than an address has. */
static bool read_groups(struct vfj_span text, struct groups *groups)
{
    bool more = text.length > 0;
    groups->count = 0;
    while (more) {
        uint32_t value;
        struct vfj_span group = take_until(&text, ':');
        more = group.text + group.length != text.text; /* the group ended at a colon */
        if (to_group(group, &value)) {
            if (!add_group(groups, value))
                return false;
        } else if (more || !to_ipv4(group, &value) || !add_group(groups, value >> 16)
                   || !add_group(groups, value)) {
            return false;
        }
    }
    return true;
}

/* Reads an IPv6 address (RFC 4291, section 2.2). */
static bool to_ipv6(struct vfj_span text, uint16_t address[GROUPS])
{
    struct groups head, tail = {.count = 0};
    struct vfj_span before = text, after = {text.text, 0};
    bool is_short = false;
    for (size_t i = 0; i + 1 < text.length && !is_short; i++) {
        is_short = text.text[i] == ':' && text.text[i + 1] == ':';
        before.length = is_short ? i : text.length;
        after = (struct vfj_span){text.text + i + 2, is_short ? text.length - i - 2 : 0};
    }
    bool dotted = is_short && memchr(before.text, '.', before.length) != NULL;
    if (dotted || !read_groups(before, &head) || !read_groups(after, &tail)
        || (is_short ? head.count + tail.count >= GROUPS : head.count != GROUPS))
        return false;
    memset(address, 0, GROUPS * sizeof address[0]);
    memcpy(address, head.at, head.count * sizeof address[0]);
    memcpy(address + GROUPS - tail.count, tail.at, tail.count * sizeof address[0]);
    return true;
}

bool vfj_address_parse(struct vfj_span span, struct vfj_address *address)
{
    uint32_t ipv4;
    uint16_t ipv6[GROUPS];
    uint64_t bits = 0;
    struct vfj_span length = span;
    struct vfj_span host = take_until(&length, '/');
    memset(address, 0, sizeof *address);
    bool is_ipv4 = to_ipv4(host, &ipv4);
    if (!is_ipv4 && !to_ipv6(host, ipv6))
        return false;
    if (host.length < span.length
        && (!vfj_span_to_u64(length, &bits) || bits > (is_ipv4 ? 32 : 128)))
        return false;
    return vfj_span_copy(address->text, sizeof address->text, span);
}

bool vfj_address_is_inet6(const struct vfj_address *address)
{
    return strchr(address->text, ':') != NULL;
}

static bool covers_ipv4(struct vfj_span own_text, struct vfj_span host, uint64_t bits)
{
    uint32_t own = 0, other = 0;
    uint32_t mask = bits == 0 ? 0 : ~(uint32_t)0 << (32 - bits);
    VFJ_CHECK(to_ipv4(own_text, &own));
    return to_ipv4(host, &other) && ((own ^ other) & mask) == 0;
}

static bool covers_ipv6(struct vfj_span own_text, struct vfj_span host, uint64_t bits)
{
    uint16_t own[GROUPS], other[GROUPS];
    VFJ_CHECK(to_ipv6(own_text, own));
    if (!to_ipv6(host, other))
        return false;
    for (unsigned i = 0; bits > 0; i++) {
        unsigned here = bits < 16 ? (unsigned)bits : 16;
        if ((own[i] ^ other[i]) >> (16 - here) != 0)
            return false;
        bits -= here;
    }
    return true;
}

bool vfj_address_covers(const struct vfj_address *address, struct vfj_span host)
{
    bool is_inet6 = vfj_address_is_inet6(address);
    uint64_t most = is_inet6 ? 128 : 32, bits = most;
    struct vfj_span text = vfj_span_of(address->text);
    const char *slash = strchr(address->text, '/');
    if (slash != NULL) {
        text.length = (size_t)(slash - address->text);
        /* vfj_address_parse() has checked the length */
        VFJ_CHECK(vfj_span_to_u64(vfj_span_of(slash + 1), &bits) && bits <= most);
    }
    return is_inet6 ? covers_ipv6(text, host, bits) : covers_ipv4(text, host, bits);
}

static bool to_mask(struct vfj_span text, uint32_t *mask)
{
    uint32_t low;
    if (!vfj_span_starts(text, "0x"))
        return to_ipv4(text, mask);
    if (text.length != 10 || !to_group((struct vfj_span){text.text + 2, 4}, mask)
        || !to_group((struct vfj_span){text.text + 6, 4}, &low))
        return false;
    *mask = *mask << 16 | low;
    return true;
}

bool vfj_address_mask_bits(struct vfj_span mask, unsigned *bits)
{
    uint32_t left;
    *bits = 0;
    if (!to_mask(mask, &left))
        return false;
    for (; (left & 0x80000000U) != 0; left <<= 1)
        (*bits)++;
    return left == 0;
}

bool vfj_address_same_host(const struct vfj_address *a, const struct vfj_address *b)
{
    struct vfj_address host = *a;
    host.text[strcspn(host.text, "/")] = '\0';
    return vfj_address_covers(&host, (struct vfj_span){b->text, strcspn(b->text, "/")});
}

bool vfj_address_is_link_local(struct vfj_span address)
{
    uint32_t first;
    struct vfj_span rest = address, group = take_until(&rest, ':');
    return group.length < address.length && to_group(group, &first) && (first & 0xffc0) == 0xfe80;
}
