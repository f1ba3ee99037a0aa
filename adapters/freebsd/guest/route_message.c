/* Parses the answer of a routing socket (route(4)) to a request for the default route. */
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

static void read_gateway(struct vfj_span address, struct vfj_address *gateway)
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
    vfj_address_parse(vfj_span_of(text), gateway);
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
            read_gateway(address, &found.gateway);
        else if (i == VFJ_ROUTE_ADDR_IFP)
            read_interface(address, &found.interface);
    }
    *route = found;
    return true;
}
