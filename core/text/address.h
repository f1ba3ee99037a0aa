/* An address and its prefix length, as text. */
#ifndef VFJ_CORE_TEXT_ADDRESS_H
#define VFJ_CORE_TEXT_ADDRESS_H

#include <stdbool.h>

#include "core/text/text.h"

enum { VFJ_ADDRESS_SIZE = 48 };

/* An address such as "10.0.0.4/24" or "fd00::4/64", or an address without a length. The part before
 * the slash has no zone, and inet_pton(3) accepts it. */
struct vfj_address {
    char text[VFJ_ADDRESS_SIZE];
};

/* Parses an address. For any other text, returns false and sets an empty address. */
bool vfj_address_parse(struct vfj_span span, struct vfj_address *address);
bool vfj_address_is_inet6(const struct vfj_address *address);
/* Reads the prefix length of a netmask such as "0xffffff00" or "255.255.255.0". Returns false
 * for any other text, and for a mask with holes. */
bool vfj_address_mask_bits(struct vfj_span mask, unsigned *bits);
/* Returns true when `a` and `b` have the same host. Their spelling and prefix length may differ. */
bool vfj_address_same_host(const struct vfj_address *a, const struct vfj_address *b);
/* Returns true when the host ("10.0.0.1", "fd00::1") is in the subnet of the address. Returns false
 * when the families differ or the host has a zone. */
bool vfj_address_covers(const struct vfj_address *address, struct vfj_span host);
/* Returns true when the text begins with a link-local IPv6 address: fe80::/10, RFC 4291, section
 * 2.5.6. */
bool vfj_address_is_link_local(struct vfj_span address);

#endif
