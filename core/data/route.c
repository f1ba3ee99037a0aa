/* Reads the words of route(8) that follow `route add`. */
#include "core/data/route.h"

static bool is_keyword(struct vfj_span word, const char *const *keywords, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (vfj_span_is(word, keywords[i]))
            return true;
    }
    return false;
}

/* Returns true when the keyword has no operand and no effect on the interface of the route. */
static bool is_flag(struct vfj_span word)
{
    static const char *const flags[]
        = {"net",    "host", "static",  "nostatic", "reject",   "blackhole", "proto1", "proto2",
           "sticky", "link", "nostick", "lock",     "lockrest", "xresolve",  "proxy"};
    return is_keyword(word, flags, sizeof flags / sizeof flags[0]);
}

static bool takes_number(struct vfj_span word)
{
    static const char *const metrics[] = {"hopcount", "expire", "recvpipe", "sendpipe", "ssthresh",
                                          "rtt",      "rttvar", "weight",   "ifa",      "genmask"};
    return is_keyword(word, metrics, sizeof metrics / sizeof metrics[0]);
}

static bool read_fib(struct vfj_span *rest, struct vfj_route *route)
{
    struct vfj_span fib;
    bool has_operand = vfj_span_word(rest, &fib);
    route->is_other_fib |= has_operand && !vfj_span_is(fib, "0");
    return has_operand;
}

/* Returns the member of the route that gets the operand of a keyword. Returns NULL when the
 * keyword has no operand, or this program does not use its operand. */
static struct vfj_span *operand_of(struct vfj_span keyword, struct vfj_route *route)
{
    if (vfj_span_is(keyword, "gateway"))
        return &route->gateway;
    if (vfj_span_is(keyword, "dst"))
        return &route->destination;
    if (vfj_span_is(keyword, "ifp"))
        return &route->ifp;
    if (vfj_span_is(keyword, "mtu"))
        return &route->mtu;
    route->has_length |= vfj_span_is(keyword, "prefixlen");
    if (vfj_span_is(keyword, "netmask") || vfj_span_is(keyword, "prefixlen"))
        return &route->netmask;
    return NULL;
}

static bool read_keyword(struct vfj_span keyword, struct vfj_span *rest, struct vfj_route *route)
{
    struct vfj_span *operand = operand_of(keyword, route), passed_over;
    if (operand != NULL)
        return vfj_span_word(rest, operand);
    if (takes_number(keyword))
        return vfj_span_word(rest, &passed_over);
    if (vfj_span_is(keyword, "fib"))
        return read_fib(rest, route);
    bool is_inet6 = vfj_span_is(keyword, "inet6") || vfj_span_is(keyword, "6");
    bool is_interface = vfj_span_is(keyword, "iface") || vfj_span_is(keyword, "interface");
    bool is_inet = vfj_span_is(keyword, "inet") || vfj_span_is(keyword, "4");
    route->is_inet6 |= is_inet6;
    route->is_inet |= is_inet;
    route->is_interface |= is_interface;
    return is_inet6 || is_inet || is_interface || is_flag(keyword);
}

bool vfj_route_read(struct vfj_span words, struct vfj_route *route)
{
    const struct vfj_span none = {"", 0};
    struct vfj_span word;
    *route = (struct vfj_route){
        .destination = none, .gateway = none, .netmask = none, .ifp = none, .mtu = none};
    while (vfj_span_word(&words, &word)) {
        if (word.text[0] == '-') {
            if (!read_keyword((struct vfj_span){word.text + 1, word.length - 1}, &words, route))
                return false;
        } else if (route->destination.length == 0) {
            route->destination = word;
        } else if (route->gateway.length == 0) {
            route->gateway = word;
        } else {
            route->netmask = word;
        }
    }
    return route->destination.length > 0 && route->gateway.length > 0
        && !(route->is_inet && route->is_inet6);
}

bool vfj_route_destination(const struct vfj_route *route, struct vfj_address *destination)
{
    char whole[VFJ_ADDRESS_SIZE];
    struct vfj_text text = vfj_text_begin(whole, sizeof whole);
    unsigned bits;
    vfj_text_add_span(&text, route->destination);
    if (route->netmask.length > 0)
        vfj_text_add_char(&text, '/');
    if (!route->has_length && vfj_address_mask_bits(route->netmask, &bits))
        vfj_text_add_u64(&text, bits);
    else
        vfj_text_add_span(&text, route->netmask);
    return !text.overflow && vfj_address_parse((struct vfj_span){whole, text.length}, destination);
}
