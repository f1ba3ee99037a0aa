/* Parses the answer of a routing socket (route(4)) to a request for the default route, and the
 * entries of the routing table (sysctl(3), NET_RT_DUMP). */
#include "adapters/freebsd/guest/route_message.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static uint8_t byte_at(struct vfj_span span, size_t offset)
{
    return offset < span.length ? (uint8_t)span.text[offset] : 0;
}

/* Returns the number at `offset`, in the machine's byte order. Returns 0 when it lies past the
 * end. */
static int32_t number_at(struct vfj_span span, size_t offset)
{
    int32_t number = 0;
    if (span.length >= sizeof number && offset <= span.length - sizeof number)
        memcpy(&number, span.text + offset, sizeof number);
    return number;
}

/* Returns the MTU that a user gave to the route, or 0. The kernel's MTU of a route has 16 bits (struct
 * nhop_object in sys/net/route/nhop.h). */
static uint16_t own_mtu(struct vfj_span message)
{
    unsigned long mtu = 0;
    if ((number_at(message, VFJ_RTM_FLAGS) & VFJ_ROUTE_FIXED_MTU) != 0
        && message.length >= VFJ_RTM_MTU + sizeof mtu)
        memcpy(&mtu, message.text + VFJ_RTM_MTU, sizeof mtu);
    return mtu <= UINT16_MAX ? (uint16_t)mtu : 0;
}

static size_t message_length(struct vfj_span message)
{
    uint16_t length = 0;
    if (message.length >= sizeof length)
        memcpy(&length, message.text + VFJ_RTM_MSGLEN, sizeof length);
    return length;
}

bool vfj_route_message_answers(struct vfj_span message, int32_t pid, int32_t sequence)
{
    return message.length >= VFJ_RTM_ERRNO + sizeof(int32_t)
        && byte_at(message, VFJ_RTM_VERSION) == VFJ_ROUTE_VERSION
        && byte_at(message, VFJ_RTM_TYPE) == VFJ_ROUTE_GET && number_at(message, VFJ_RTM_PID) == pid
        && number_at(message, VFJ_RTM_SEQ) == sequence;
}

/* Reads the next address at the front of *rest, and removes it with its padding. The first byte
 * of an address is its length. An address of length 0 occupies one unit. */
static bool take_address(struct vfj_span *rest, struct vfj_span *address)
{
    const size_t unit = sizeof(long);
    if (rest->length == 0)
        return false;
    size_t length = byte_at(*rest, VFJ_SA_LEN);
    size_t taken = length == 0 ? unit : (length + unit - 1) / unit * unit;
    if (taken > rest->length)
        return false;
    *address = (struct vfj_span){rest->text, length};
    *rest = (struct vfj_span){rest->text + taken, rest->length - taken};
    return true;
}

/* Copies `size` bytes of the address from `offset` on. Bytes past the end of the address become
 * zero, since FreeBSD omits zeros at the end of an address. */
static void copy_part(struct vfj_span address, size_t offset, void *to, size_t size)
{
    memset(to, 0, size);
    if (offset < address.length)
        memcpy(to, address.text + offset,
               address.length - offset < size ? address.length - offset : size);
}

static void read_address(struct vfj_span address, struct vfj_address *read)
{
    struct in_addr inet;
    struct in6_addr inet6;
    char text[INET6_ADDRSTRLEN] = "";
    if (byte_at(address, VFJ_SA_FAMILY) == VFJ_SA_INET) {
        copy_part(address, VFJ_SA_INET_ADDRESS, &inet, sizeof inet);
        (void)inet_ntop(AF_INET, &inet, text, sizeof text);
    } else if (byte_at(address, VFJ_SA_FAMILY) == VFJ_SA_INET6) {
        copy_part(address, VFJ_SA_INET6_ADDRESS, &inet6, sizeof inet6);
        (void)inet_ntop(AF_INET6, &inet6, text, sizeof text);
    }
    vfj_address_parse(vfj_span_of(text), read);
}

static void read_interface(struct vfj_span address, struct vfj_name *name)
{
    size_t length = byte_at(address, VFJ_SA_LINK_NAME_LENGTH);
    if (byte_at(address, VFJ_SA_FAMILY) == VFJ_SA_LINK && address.length >= VFJ_SA_LINK_NAME
        && length <= address.length - VFJ_SA_LINK_NAME)
        vfj_name_parse((struct vfj_span){address.text + VFJ_SA_LINK_NAME, length}, name);
}

bool vfj_route_message_read(struct vfj_span message, size_t header, struct vfj_default_route *route)
{
    const int32_t flags = number_at(message, VFJ_RTM_FLAGS);
    struct vfj_default_route found = {.is_static = (flags & VFJ_ROUTE_STATIC) != 0};
    struct vfj_span rest, address;
    memset(route, 0, sizeof *route);
    if (message.length < header || message_length(message) < header
        || message_length(message) > message.length || number_at(message, VFJ_RTM_ERRNO) != 0)
        return false;
    rest = (struct vfj_span){message.text + header, message_length(message) - header};
    for (unsigned i = 0; i < VFJ_ROUTE_ADDRS; i++) {
        if ((number_at(message, VFJ_RTM_ADDRS) & 1 << i) == 0)
            continue;
        if (!take_address(&rest, &address))
            return false;
        if (i == VFJ_ROUTE_ADDR_GATEWAY && (flags & VFJ_ROUTE_GATEWAY) != 0)
            read_address(address, &found.gateway);
        else if (i == VFJ_ROUTE_ADDR_IFP)
            read_interface(address, &found.interface);
    }
    *route = found;
    return true;
}

/* The functions below parse entries of the routing table. */

bool vfj_route_message_next(struct vfj_span *dump, struct vfj_span *message)
{
    size_t length = message_length(*dump);
    if (length == 0 || length > dump->length)
        return false;
    *message = (struct vfj_span){dump->text, length};
    *dump = (struct vfj_span){dump->text + length, dump->length - length};
    return true;
}

unsigned vfj_route_message_index(struct vfj_span message)
{
    uint16_t index = 0;
    if (message.length >= VFJ_RTM_INDEX + sizeof index)
        memcpy(&index, message.text + VFJ_RTM_INDEX, sizeof index);
    return index;
}

/* Splits the addresses of a message. Absent ones are empty. Returns false when an address is past
 * the end of the message. */
static bool split_addresses(struct vfj_span message, size_t header,
                            struct vfj_span addresses[VFJ_ROUTE_ADDRS])
{
    if (message.length < header)
        return false;
    struct vfj_span rest = {message.text + header, message.length - header};
    for (unsigned i = 0; i < VFJ_ROUTE_ADDRS; i++) {
        addresses[i] = (struct vfj_span){"", 0};
        if ((number_at(message, VFJ_RTM_ADDRS) & 1 << i) != 0
            && !take_address(&rest, &addresses[i]))
            return false;
    }
    return true;
}

/* Returns the number of leading ones of a netmask. Its family is that of the destination, since
 * FreeBSD does not set the family of a mask. */
static unsigned mask_bits(struct vfj_span mask, bool inet6)
{
    unsigned char bytes[sizeof(struct in6_addr)] = {0};
    unsigned bits = 0;
    copy_part(mask, inet6 ? VFJ_SA_INET6_ADDRESS : VFJ_SA_INET_ADDRESS, bytes, inet6 ? 16 : 4);
    while (bits < 8 * sizeof bytes && (bytes[bits / 8] >> (7 - bits % 8) & 1) != 0)
        bits++;
    return bits;
}

/* Fills in the destination with its length. Returns false for a default route. */
static bool read_destination(const struct vfj_span addresses[VFJ_ROUTE_ADDRS], bool is_host,
                             struct vfj_address *destination)
{
    struct vfj_address host;
    char whole[VFJ_ADDRESS_SIZE];
    struct vfj_text text = vfj_text_begin(whole, sizeof whole);
    read_address(addresses[VFJ_ROUTE_ADDR_DST], &host);
    vfj_text_add(&text, host.text);
    if (!is_host) {
        unsigned bits = mask_bits(addresses[VFJ_ROUTE_ADDR_NETMASK], vfj_address_is_inet6(&host));
        if (bits == 0)
            return false;
        vfj_text_add_char(&text, '/');
        vfj_text_add_u64(&text, bits);
    }
    return !text.overflow && vfj_address_parse((struct vfj_span){whole, text.length}, destination);
}

bool vfj_route_message_entry(struct vfj_span message, size_t header, struct vfj_table_route *route)
{
    const int32_t flags = number_at(message, VFJ_RTM_FLAGS);
    struct vfj_span addresses[VFJ_ROUTE_ADDRS];
    memset(route, 0, sizeof *route);
    if ((flags & (VFJ_ROUTE_GATEWAY | VFJ_ROUTE_STATIC)) == 0
        || (flags & (VFJ_ROUTE_REFUSAL | VFJ_ROUTE_REDIRECT)) != 0
        || !split_addresses(message, header, addresses)
        || !read_destination(addresses, (flags & VFJ_ROUTE_HOST) != 0, &route->destination)
        || !vfj_table_destination_counts(&route->destination))
        return false;
    route->mtu = own_mtu(message);
    if ((flags & VFJ_ROUTE_GATEWAY) == 0)
        return true;
    read_address(addresses[VFJ_ROUTE_ADDR_GATEWAY], &route->gateway);
    route->is_mixed = route->gateway.text[0] == '\0'
        || vfj_address_is_inet6(&route->gateway) != vfj_address_is_inet6(&route->destination);
    if (route->is_mixed)
        memset(&route->gateway, 0, sizeof route->gateway);
    return true;
}
