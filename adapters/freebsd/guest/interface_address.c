/* Converts addresses of an interface, as getifaddrs(3) returns them, into the text of an
 * observation. */
#include "adapters/freebsd/guest/interface_address.h"

#include <arpa/inet.h>
#include <sys/socket.h>

enum { NO_LENGTH = -1 };

/* Returns the number of one bits at the front of the mask, or NO_LENGTH when the mask has a one
 * bit after a zero bit. */
static int mask_length(const uint8_t *bytes, int size)
{
    int length = 0;
    while (length < size * 8 && (bytes[length / 8] & 0x80 >> length % 8) != 0)
        length++;
    for (int bit = length; bit < size * 8; bit++) {
        if ((bytes[bit / 8] & 0x80 >> bit % 8) != 0)
            return NO_LENGTH;
    }
    return length;
}

static void add(struct vfj_interface *interface, int family, const void *host, int length)
{
    char bytes[VFJ_ADDRESS_SIZE] = "";
    struct vfj_address address;
    if (inet_ntop(family, host, bytes, sizeof bytes) == NULL)
        return;
    struct vfj_text text = {.bytes = bytes, .size = sizeof bytes, .length = strlen(bytes)};
    vfj_text_format(&text, "/%d", length);
    if (!text.overflow && vfj_address_parse((struct vfj_span){bytes, text.length}, &address))
        vfj_interface_add_address(interface, &address);
}

void vfj_interface_add_inet(struct vfj_interface *interface, const struct in_addr *host,
                            const struct in_addr *mask)
{
    int length = mask_length((const uint8_t *)mask, sizeof *mask);
    if (host->s_addr != INADDR_ANY && length > 0)
        add(interface, AF_INET, host, length);
}

void vfj_interface_add_inet6(struct vfj_interface *interface, const struct in6_addr *host,
                             const struct in6_addr *mask)
{
    int length = mask_length(mask->s6_addr, sizeof mask->s6_addr);
    if (!IN6_IS_ADDR_LINKLOCAL(host))
        add(interface, AF_INET6, host, length > 0 ? length : 0);
}
