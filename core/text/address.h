/* An address and its prefix length, as text. */
#ifndef VFJ_CORE_TEXT_ADDRESS_H
#define VFJ_CORE_TEXT_ADDRESS_H

#include <stdbool.h>

#include "core/text/text.h"

enum { VFJ_ADDRESS_SIZE = 48 };

/* "10.0.0.4/24", "fd00::4/64", or without the length: as inet_pton(3) takes it, and no zone. */
struct vfj_address {
    char text[VFJ_ADDRESS_SIZE];
};

/* False, and the address empty, for anything else. */
bool vfj_address_parse(struct vfj_span span, struct vfj_address *address);
bool vfj_address_is_inet6(const struct vfj_address *address);
/* The length of a netmask, "0xffffff00" or "255.255.255.0"; false when it is none, or has holes. */
bool vfj_address_mask_bits(struct vfj_span mask, unsigned *bits);
/* Whether both have the same host, however it is written and whatever the length. */
bool vfj_address_same_host(const struct vfj_address *a, const struct vfj_address *b);
/* Whether the host ("10.0.0.1", "fd00::1") is in the subnet of the address; false when the two are
 * not of one family, or the host has a zone. */
bool vfj_address_covers(const struct vfj_address *address, struct vfj_span host);
/* Whether the text begins as an IPv6 address of one link only: fe80::/10, RFC 4291, section 2.5.6.
 */
bool vfj_address_is_link_local(struct vfj_span address);

#endif
