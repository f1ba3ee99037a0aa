/* What a routing socket, route(4), answers to the question for the default route. */
#ifndef VFJ_FREEBSD_GUEST_ROUTE_MESSAGE_H
#define VFJ_FREEBSD_GUEST_ROUTE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/parse_route.h"

/* The layout of FreeBSD's <net/route.h>, <net/if_dl.h> and <netinet/in.h>, so that a message can be
 * read on any system; kernel_freebsd.c holds it against those. Offsets and values: of struct
 * rt_msghdr, of a struct sockaddr behind it. */
enum {
    VFJ_RTM_MSGLEN = 0, /* uint16_t */
    VFJ_RTM_VERSION = 2,
    VFJ_RTM_TYPE = 3,
    VFJ_RTM_FLAGS = 8, /* from here on int */
    VFJ_RTM_ADDRS = 12,
    VFJ_RTM_PID = 16,
    VFJ_RTM_SEQ = 20,
    VFJ_RTM_ERRNO = 24,

    VFJ_ROUTE_VERSION = 5,    /* RTM_VERSION */
    VFJ_ROUTE_GET = 4,        /* RTM_GET */
    VFJ_ROUTE_GATEWAY = 2,    /* RTF_GATEWAY */
    VFJ_ROUTE_STATIC = 0x800, /* RTF_STATIC */
    VFJ_ROUTE_ADDRS = 8,      /* RTAX_MAX; of them: */
    VFJ_ROUTE_ADDR_GATEWAY = 1,
    VFJ_ROUTE_ADDR_IFP = 4,

    VFJ_SA_LEN = 0,
    VFJ_SA_FAMILY = 1,
    VFJ_SA_INET = 2, /* AF_INET, and so on */
    VFJ_SA_LINK = 18,
    VFJ_SA_INET6 = 28,
    VFJ_SA_INET_ADDRESS = 4,
    VFJ_SA_INET6_ADDRESS = 8,
    VFJ_SA_LINK_NAME_LENGTH = 5,
    VFJ_SA_LINK_NAME = 8,
};

/* Whether the message is the answer to RTM_GET with that pid and sequence number: the socket hears
 * of all that changes in the table as well. */
bool vfj_route_message_answers(struct vfj_span message, int32_t pid, int32_t sequence);

/* Read the answer, whose header has `header` bytes and whose addresses are aligned as `long` is.
 * Total: one whose lengths are beyond its end, or that reports an error, is false and no route.
 * What counts is what route(8) prints. */
bool vfj_route_message_read(struct vfj_span message, size_t header,
                            struct vfj_default_route *route);

#endif
