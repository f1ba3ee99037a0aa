/* An address and its prefix length, as text. */
#include "core/address.h"

#include <string.h>

static bool to_ipv4(struct vfj_span text, uint32_t *address)
{
    *address = 0;
    for (unsigned part = 0; part < 4; part++) {
        struct vfj_span digits = {text.text, 0};
        uint64_t value = 0;
        while (digits.length < text.length && text.text[digits.length] != '.')
            digits.length++;
        if (!vfj_span_to_u64(digits, &value) || value > 255 || (part < 3 && digits.length == text.length))
            return false;
        *address = *address << 8 | (uint32_t)value;
        size_t used = part < 3 ? digits.length + 1 : digits.length;
        text = (struct vfj_span){text.text + used, text.length - used};
    }
    return text.length == 0;
}

/* What is before the separator, which is taken with it; all that is left where there is none. */
static struct vfj_span take_until(struct vfj_span *rest, char separator)
{
    const char *end = rest->length > 0 ? memchr(rest->text, separator, rest->length) : NULL;
    struct vfj_span taken = {rest->text, end != NULL ? (size_t)(end - rest->text) : rest->length};
    size_t used = taken.length + (end != NULL);
    *rest = (struct vfj_span){rest->text + used, rest->length - used};
    return taken;
}

static bool is_group(struct vfj_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.text[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
            return false;
    }
    return text.length >= 1 && text.length <= 4;
}

/* How many groups of 16 bits there are between colons, the last two perhaps an IPv4 address; none in an empty text. More than any
 * address has when it is something else. */
static unsigned count_groups(struct vfj_span text)
{
    enum { WRONG = 99 };
    unsigned count = 0;
    uint32_t ipv4;
    bool more = text.length > 0;
    while (more && count < WRONG) {
        struct vfj_span group = take_until(&text, ':');
        more = group.text + group.length != text.text; /* a colon was there */
        if (is_group(group))
            count++;
        else
            count += !more && to_ipv4(group, &ipv4) ? 2 : WRONG;
    }
    return count;
}

/* RFC 4291, section 2.2. */
static bool is_ipv6(struct vfj_span text)
{
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.text[i] == ':' && text.text[i + 1] == ':') {
            struct vfj_span before = {text.text, i}, after = {text.text + i + 2, text.length - i - 2};
            bool dotted = memchr(before.text, '.', before.length) != NULL;
            return !dotted && count_groups(before) + count_groups(after) < 8;
        }
    }
    return count_groups(text) == 8;
}

bool vfj_address_parse(struct vfj_span span, struct vfj_address *address)
{
    uint32_t ipv4;
    uint64_t bits = 0;
    struct vfj_span length = span;
    struct vfj_span host = take_until(&length, '/');
    memset(address, 0, sizeof *address);
    bool is_ipv4 = to_ipv4(host, &ipv4);
    if (!is_ipv4 && !is_ipv6(host))
        return false;
    if (host.length < span.length && (!vfj_span_to_u64(length, &bits) || bits > (is_ipv4 ? 32 : 128)))
        return false;
    return vfj_span_copy(address->text, sizeof address->text, span);
}

bool vfj_address_is_inet6(const struct vfj_address *address)
{
    return strchr(address->text, ':') != NULL;
}

bool vfj_address_covers(const struct vfj_address *address, struct vfj_span host)
{
    uint32_t own = 0, other = 0;
    uint64_t bits = 32;
    struct vfj_span text = vfj_span_of(address->text);
    const char *slash = strchr(address->text, '/');
    if (slash != NULL) {
        text.length = (size_t)(slash - address->text);
        if (!vfj_span_to_u64(vfj_span_of(slash + 1), &bits) || bits > 32)
            return false;
    }
    uint32_t mask = bits == 0 ? 0 : ~(uint32_t)0 << (32 - bits);
    return to_ipv4(text, &own) && to_ipv4(host, &other) && ((own ^ other) & mask) == 0;
}
