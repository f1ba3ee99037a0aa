/* Parses a routing socket's (route(4)) answer to the question for the default route. */
#ifndef VFJ_FREEBSD_GUEST_ROUTE_MESSAGE_H
#define VFJ_FREEBSD_GUEST_ROUTE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/parse_route.h"

/* Offsets and values of FreeBSD's <net/route.h>, <net/if_dl.h> and <netinet/in.h>: of struct
 * rt_msghdr, and of a struct sockaddr after it. Messages can so be parsed on any system.
 * kernel_freebsd.c compares these with the headers. */
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

/* Returns whether the message is the answer to RTM_GET with that pid and sequence number. The
 * socket receives all changes of the table, too. */
bool vfj_route_message_answers(struct vfj_span message, int32_t pid, int32_t sequence);

/* Parses the answer. Its header has `header` bytes, and its addresses are aligned like `long`.
 * Accepts any bytes. Returns false, and no route, when lengths are past its end or it reports an
 * error. The result is what route(8) prints. */
bool vfj_route_message_read(struct vfj_span message, size_t header,
                            struct vfj_default_route *route);

#endif
