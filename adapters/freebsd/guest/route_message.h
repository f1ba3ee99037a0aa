/* Parses the answer of a routing socket (route(4)) to a request for the default route, and the
 * entries of the routing table (sysctl(3), NET_RT_DUMP). */
#ifndef VFJ_FREEBSD_GUEST_ROUTE_MESSAGE_H
#define VFJ_FREEBSD_GUEST_ROUTE_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/guest/parse_netstat.h"
#include "adapters/freebsd/guest/parse_route.h"

/* Copies of offsets and values in FreeBSD's <net/route.h>, <net/if_dl.h> and <netinet/in.h>:
 * first those of struct rt_msghdr, then those of the struct sockaddr after it. They make it
 * possible to parse messages on any system. kernel_freebsd.c compares them with the headers. */
enum {
    VFJ_RTM_MSGLEN = 0, /* uint16_t */
    VFJ_RTM_VERSION = 2,
    VFJ_RTM_TYPE = 3,
    VFJ_RTM_INDEX = 4, /* uint16_t: number of the interface */
    VFJ_RTM_FLAGS = 8, /* int, like the next four members */
    VFJ_RTM_ADDRS = 12,
    VFJ_RTM_PID = 16,
    VFJ_RTM_SEQ = 20,
    VFJ_RTM_ERRNO = 24,
    VFJ_RTM_MTU = 32 + 2 * sizeof(long), /* u_long, behind rtm_inits and rmx_locks */

    VFJ_ROUTE_VERSION = 5,    /* RTM_VERSION */
    VFJ_ROUTE_GET = 4,        /* RTM_GET */
    VFJ_ROUTE_GATEWAY = 2,    /* RTF_GATEWAY */
    VFJ_ROUTE_HOST = 4,       /* RTF_HOST */
    VFJ_ROUTE_STATIC = 0x800, /* RTF_STATIC */
    /* RTF_REJECT, RTF_BLACKHOLE, RTF_DYNAMIC and RTF_MODIFIED */
    VFJ_ROUTE_REFUSAL = 0x8 | 0x1000,
    VFJ_ROUTE_REDIRECT = 0x10 | 0x20,
    VFJ_ROUTE_FIXED_MTU = 0x80000, /* RTF_FIXEDMTU: a user gave the route its MTU */
    VFJ_ROUTE_ADDRS = 8, /* RTAX_MAX; the next four numbers are indexes of addresses in a message */
    VFJ_ROUTE_ADDR_DST = 0,
    VFJ_ROUTE_ADDR_GATEWAY = 1,
    VFJ_ROUTE_ADDR_NETMASK = 2,
    VFJ_ROUTE_ADDR_IFP = 4,

    VFJ_SA_LEN = 0,
    VFJ_SA_FAMILY = 1,
    VFJ_SA_INET = 2, /* AF_INET; the next two numbers are AF_LINK and AF_INET6 */
    VFJ_SA_LINK = 18,
    VFJ_SA_INET6 = 28,
    VFJ_SA_INET_ADDRESS = 4,
    VFJ_SA_INET6_ADDRESS = 8,
    VFJ_SA_LINK_NAME_LENGTH = 5,
    VFJ_SA_LINK_NAME = 8,
};

/* Returns true when the message is the answer to the RTM_GET with that pid and sequence number.
 * The socket also receives messages about all changes of the routing table. */
bool vfj_route_message_answers(struct vfj_span message, int32_t pid, int32_t sequence);

/* Parses the answer. Its header has `header` bytes, and its addresses are aligned like `long`.
 * Accepts any bytes. Returns false, and no route, when a length exceeds the message or the
 * answer reports an error. The route is the same as from parsing route(8)'s output. */
bool vfj_route_message_read(struct vfj_span message, size_t header,
                            struct vfj_default_route *route);

/* Takes the first message off the front of *dump. Returns false at the end of the dump, and for a
 * length that is past it. */
bool vfj_route_message_next(struct vfj_span *dump, struct vfj_span *message);

/* Returns the number of the interface of a table's entry. */
unsigned vfj_route_message_index(struct vfj_span message);

/* Parses an entry of the table, whose header has `header` bytes. Accepts any bytes. Leaves
 * route->interface empty. Returns false for an entry that the parser of netstat(1)'s output skips,
 * too (parse_netstat.h). The result equals that of parsing netstat(1)'s output, except that the MTU is
 * 0 unless a user gave the route its MTU. */
bool vfj_route_message_entry(struct vfj_span message, size_t header, struct vfj_table_route *route);

#endif
