/* Reads FreeBSD's kernel without programs: sysctl(3), and the default route by route(4). */
#include <sys/socket.h>
#include <sys/types.h>

#include <errno.h>
#include <net/if.h>
#include <net/if_dl.h>
#include <net/route.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysctl.h>
#include <time.h>
#include <unistd.h>

#include "adapters/freebsd/guest/kernel.h"
#include "adapters/freebsd/guest/route_message.h"

_Static_assert(offsetof(struct rt_msghdr, rtm_msglen) == VFJ_RTM_MSGLEN, "rtm_msglen");
_Static_assert(offsetof(struct rt_msghdr, rtm_version) == VFJ_RTM_VERSION, "rtm_version");
_Static_assert(offsetof(struct rt_msghdr, rtm_type) == VFJ_RTM_TYPE, "rtm_type");
_Static_assert(offsetof(struct rt_msghdr, rtm_index) == VFJ_RTM_INDEX, "rtm_index");
_Static_assert(offsetof(struct rt_msghdr, rtm_flags) == VFJ_RTM_FLAGS, "rtm_flags");
_Static_assert(offsetof(struct rt_msghdr, rtm_addrs) == VFJ_RTM_ADDRS, "rtm_addrs");
_Static_assert(offsetof(struct rt_msghdr, rtm_pid) == VFJ_RTM_PID, "rtm_pid");
_Static_assert(offsetof(struct rt_msghdr, rtm_seq) == VFJ_RTM_SEQ, "rtm_seq");
_Static_assert(offsetof(struct rt_msghdr, rtm_errno) == VFJ_RTM_ERRNO, "rtm_errno");
_Static_assert(offsetof(struct rt_msghdr, rtm_rmx) + offsetof(struct rt_metrics, rmx_mtu)
                   == VFJ_RTM_MTU,
               "rmx_mtu");
_Static_assert(RTM_VERSION == VFJ_ROUTE_VERSION && RTM_GET == VFJ_ROUTE_GET
                   && RTF_GATEWAY == VFJ_ROUTE_GATEWAY && RTF_STATIC == VFJ_ROUTE_STATIC
                   && RTF_HOST == VFJ_ROUTE_HOST && RTF_FIXEDMTU == VFJ_ROUTE_FIXED_MTU
                   && (RTF_REJECT | RTF_BLACKHOLE) == VFJ_ROUTE_REFUSAL
                   && (RTF_DYNAMIC | RTF_MODIFIED) == VFJ_ROUTE_REDIRECT,
               "route.h");
_Static_assert(RTAX_MAX == VFJ_ROUTE_ADDRS && RTAX_GATEWAY == VFJ_ROUTE_ADDR_GATEWAY
                   && RTAX_DST == VFJ_ROUTE_ADDR_DST && RTAX_NETMASK == VFJ_ROUTE_ADDR_NETMASK
                   && RTAX_IFP == VFJ_ROUTE_ADDR_IFP,
               "RTAX");
_Static_assert(offsetof(struct sockaddr, sa_len) == VFJ_SA_LEN, "sa_len");
_Static_assert(offsetof(struct sockaddr, sa_family) == VFJ_SA_FAMILY, "sa_family");
_Static_assert(AF_INET == VFJ_SA_INET && AF_LINK == VFJ_SA_LINK && AF_INET6 == VFJ_SA_INET6, "AF");
_Static_assert(offsetof(struct sockaddr_in, sin_addr) == VFJ_SA_INET_ADDRESS, "sin_addr");
_Static_assert(offsetof(struct sockaddr_in6, sin6_addr) == VFJ_SA_INET6_ADDRESS, "sin6_addr");
_Static_assert(offsetof(struct sockaddr_dl, sdl_nlen) == VFJ_SA_LINK_NAME_LENGTH, "sdl_nlen");
_Static_assert(offsetof(struct sockaddr_dl, sdl_data) == VFJ_SA_LINK_NAME, "sdl_data");

bool vfj_kernel_answers(void)
{
    return true;
}

/* Reads the type and the format of a sysctl's value, as sysctl(8) does before it prints a value
 * (sysctl(3), sbin/sysctl/sysctl.c oidfmt). */
static int read_kind(const int *oid, size_t count, unsigned *kind, char *format)
{
    int query[CTL_MAXNAME + 2] = {CTL_SYSCTL, CTL_SYSCTL_OIDFMT};
    char bytes[128] = "";
    size_t length = sizeof bytes - 1;
    memcpy(query + 2, oid, count * sizeof *oid);
    if (sysctl(query, (unsigned)count + 2, bytes, &length, NULL, 0) != 0)
        return errno;
    if (length <= sizeof *kind)
        return EOPNOTSUPP;
    memcpy(kind, bytes, sizeof *kind);
    *format = bytes[sizeof *kind];
    return 0;
}

static int read_string(const int *oid, size_t count, char *value, size_t size)
{
    size_t length = size - 1;
    /* ENOMEM is no error here: the value was cut */
    if (sysctl(oid, (unsigned)count, value, &length, NULL, 0) != 0 && errno != ENOMEM)
        return errno;
    value[length < size ? length : size - 1] = '\0';
    return 0;
}

static int read_int(const int *oid, size_t count, char *value, size_t size)
{
    int number = 0;
    size_t length = sizeof number;
    if (sysctl(oid, (unsigned)count, &number, &length, NULL, 0) != 0)
        return errno;
    if (length != sizeof number)
        return EOPNOTSUPP;
    (void)snprintf(value, size, "%d", number);
    return 0;
}

/* Reads an unsigned value of 32 or 64 bits. The counters of hn(4), for example, are unsigned
 * long. */
static int read_unsigned(const int *oid, size_t count, char *value, size_t size)
{
    uint64_t number = 0;
    uint32_t half = 0;
    char bytes[sizeof number];
    size_t length = sizeof bytes;
    if (sysctl(oid, (unsigned)count, bytes, &length, NULL, 0) != 0)
        return errno;
    if (length != sizeof number && length != sizeof half)
        return EOPNOTSUPP;
    if (length == sizeof half) {
        memcpy(&half, bytes, sizeof half);
        number = half;
    } else {
        memcpy(&number, bytes, sizeof number);
    }
    (void)snprintf(value, size, "%ju", (uintmax_t)number);
    return 0;
}

static bool is_unsigned(unsigned kind, char format)
{
    unsigned type = kind & CTLTYPE;
    return (type == CTLTYPE_UINT && format == 'I') || (type == CTLTYPE_ULONG && format == 'L')
        || (type == CTLTYPE_U64 && format == 'Q');
}

int vfj_kernel_sysctl(const char *name, char *value, size_t size)
{
    int oid[CTL_MAXNAME];
    size_t count = CTL_MAXNAME;
    unsigned kind = 0;
    char format = '\0';
    if (sysctlnametomib(name, oid, &count) != 0)
        return errno;
    int error = read_kind(oid, count, &kind, &format);
    if (error != 0)
        return error;
    if ((kind & CTLTYPE) == CTLTYPE_STRING)
        return read_string(oid, count, value, size);
    if ((kind & CTLTYPE) == CTLTYPE_INT && format == 'I')
        return read_int(oid, count, value, size);
    if (is_unsigned(kind, format))
        return read_unsigned(oid, count, value, size);
    return EOPNOTSUPP;
}

enum { MESSAGES_MAX = 256 };

/* A request to route(4) for the default route: the destination and its mask are all zeros. It
 * also asks for the interface of the route. */
struct question {
    struct rt_msghdr header;
    struct sockaddr_storage room[3];
};

/* Appends an address of zeros, padded as route(4) requires. */
static void add(struct question *question, unsigned family, size_t length)
{
    char *to = (char *)question + question->header.rtm_msglen;
    to[VFJ_SA_LEN] = (char)length;
    to[VFJ_SA_FAMILY] = (char)family;
    question->header.rtm_msglen
        += (unsigned short)((length + sizeof(long) - 1) / sizeof(long) * sizeof(long));
}

static int ask(int socket, bool inet6, int sequence)
{
    const unsigned family = inet6 ? AF_INET6 : AF_INET;
    const size_t length = inet6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    struct question question;
    memset(&question, 0, sizeof question);
    question.header.rtm_msglen = sizeof question.header;
    question.header.rtm_version = RTM_VERSION;
    question.header.rtm_type = RTM_GET;
    question.header.rtm_flags = RTF_UP | RTF_GATEWAY | RTF_STATIC;
    question.header.rtm_addrs = RTA_DST | RTA_NETMASK | RTA_IFP;
    question.header.rtm_seq = sequence;
    add(&question, family, length);
    add(&question, family, length);
    add(&question, AF_LINK, sizeof(struct sockaddr_dl));
    return write(socket, &question, question.header.rtm_msglen) == question.header.rtm_msglen
        ? 0
        : errno;
}

/* Receives the answer to the request. The kernel sends the answer from another thread, perhaps
 * after write(2) has returned. Other messages may come before the answer. */
static int receive_answer(int socket, int sequence, struct vfj_default_route *route)
{
    char bytes[2048];
    for (unsigned i = 0; i < MESSAGES_MAX; i++) {
        ssize_t count = read(socket, bytes, sizeof bytes);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return errno == EAGAIN ? ETIMEDOUT : errno;
        struct vfj_span message = {bytes, (size_t)count};
        if (vfj_route_message_answers(message, getpid(), sequence))
            return vfj_route_message_read(message, sizeof(struct rt_msghdr), route) ? 0 : EBADMSG;
    }
    return ETIMEDOUT;
}

static int ask_and_hear(int socket, bool inet6, struct vfj_default_route *route)
{
    const struct timeval limit = {.tv_sec = 0, .tv_usec = VFJ_KERNEL_ROUTE_LIMIT_MS * 1000};
    const int sequence = 1;
    if (setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit) != 0)
        return errno;
    int error = ask(socket, inet6, sequence);
    /* ESRCH means that there is no such route, EAFNOSUPPORT that the kernel lacks the address
     * family */
    if (error == ESRCH || error == EAFNOSUPPORT)
        return 0;
    return error != 0 ? error : receive_answer(socket, sequence, route);
}

int vfj_kernel_default_route(bool inet6, struct vfj_default_route *route)
{
    memset(route, 0, sizeof *route);
    int fd = socket(PF_ROUTE, SOCK_RAW | SOCK_CLOEXEC, inet6 ? AF_INET6 : AF_INET);
    if (fd < 0)
        return errno;
    int error = ask_and_hear(fd, inet6, route);
    close(fd);
    return error;
}

/* Reads the routing table into memory, which the caller frees. */
static int read_table(char **table, size_t *length)
{
    const int oid[] = {CTL_NET, PF_ROUTE, 0, AF_UNSPEC, NET_RT_DUMP, 0};
    const unsigned count = sizeof oid / sizeof oid[0];
    *table = NULL;
    if (sysctl(oid, count, NULL, length, NULL, 0) != 0)
        return errno;
    *length += *length / 4 + 4096; /* routes may be added meanwhile */
    if (*length > VFJ_KERNEL_TABLE_MAX)
        return E2BIG;
    *table = malloc(*length);
    if (*table == NULL)
        return errno;
    return sysctl(oid, count, *table, length, NULL, 0) == 0 ? 0 : errno;
}

int vfj_kernel_routes(const struct vfj_name *through, unsigned count, vfj_table_route_fn *found,
                      void *context)
{
    char *table;
    size_t length = 0;
    int error = read_table(&table, &length);
    struct vfj_span dump = {table, error == 0 ? length : 0}, message;
    for (unsigned i = 0; i < count; i++) {
        const unsigned index = if_nametoindex(through[i].text);
        struct vfj_span rest = dump;
        struct vfj_table_route route;
        while (index != 0 && vfj_route_message_next(&rest, &message)) {
            if (vfj_route_message_index(message) != index
                || !vfj_route_message_entry(message, sizeof(struct rt_msghdr), &route))
                continue;
            route.interface = through[i];
            found(context, &route);
        }
    }
    free(table);
    return error;
}
