/* Reads FreeBSD's interfaces without programs: getifaddrs(3), the ioctls of netintro(4), lagg(4)
 * and inet6(4), and the messages of netgraph(4). */
#include <sys/param.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <errno.h>
#include <ifaddrs.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_bridgevar.h>
#include <net/if_lagg.h>
#include <net/if_media.h>
#include <net/if_types.h>
#include <net/if_vlan_var.h>
#include <netgraph/ng_ether.h>
#include <netgraph/ng_message.h>
#include <netgraph/ng_socket.h>
#include <netinet/in.h>
#include <netinet/ip_carp.h>
#include <netinet6/in6_var.h>
#include <netinet6/nd6.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/module.h>
#include <sys/sockio.h>
#include <unistd.h>

#include "adapters/freebsd/guest/interface_address.h"
#include "adapters/freebsd/guest/kernel.h"

enum {
    MEMBERS_MAX = 512,       /* largest number of a bridge's members that are read */
    NETGRAPH_LIMIT_MS = 1000 /* how long a node's answer is awaited */
};

struct asker {
    /* sockets for ioctls, for inet and inet6; inet6 is -1 when the kernel has no IPv6 */
    int local, inet6;
    const struct vfj_name *wanted;
    unsigned count;
};

static struct vfj_span name_span(const char name[IFNAMSIZ])
{
    return (struct vfj_span){name, strnlen(name, IFNAMSIZ)};
}

static void read_lagg(const struct asker *asker, const char *name, struct vfj_interface *interface)
{
    struct lagg_reqport ports[LAGG_MAX_PORTS];
    struct lagg_reqall all = {.ra_size = sizeof ports, .ra_port = ports};
    struct vfj_name port;
    (void)strlcpy(all.ra_ifname, name, sizeof all.ra_ifname);
    if (ioctl(asker->local, SIOCGLAGG, &all) != 0) /* not a lagg */
        return;
    interface->laggproto = all.ra_proto == LAGG_PROTO_FAILOVER ? (uint8_t)VFJ_LAGGPROTO_FAILOVER
                                                               : (uint8_t)VFJ_LAGGPROTO_OTHER;
    for (int i = 0; i < all.ra_ports && i < LAGG_MAX_PORTS; i++) {
        if (vfj_name_parse(name_span(ports[i].rp_portname), &port))
            vfj_interface_add_port(interface, port);
    }
}

static void read_parent(const struct asker *asker, const char *name,
                        struct vfj_interface *interface)
{
    struct vlanreq vlan;
    struct ifreq request;
    struct vfj_name parent;
    memset(&vlan, 0, sizeof vlan);
    memset(&request, 0, sizeof request);
    (void)strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    request.ifr_data = (void *)&vlan;
    if (ioctl(asker->local, SIOCGETVLAN, &request) != 0
        || !vfj_name_parse(name_span(vlan.vlr_parent), &parent))
        return;
    interface->use = VFJ_USE_VLAN;
    vfj_interface_add_port(interface, parent);
}

static void read_members(const struct asker *asker, const char *name,
                         struct vfj_interface *interface)
{
    struct ifbreq members[MEMBERS_MAX];
    struct ifbifconf list = {.ifbic_len = sizeof members, .ifbic_buf = (void *)members};
    struct ifdrv request;
    struct vfj_name member;
    memset(&request, 0, sizeof request);
    (void)strlcpy(request.ifd_name, name, sizeof request.ifd_name);
    request.ifd_cmd = BRDGGIFS;
    request.ifd_len = sizeof list;
    request.ifd_data = &list;
    if (ioctl(asker->local, SIOCGDRVSPEC, &request) != 0)
        return;
    interface->use = VFJ_USE_BRIDGE;
    for (size_t i = 0; i < list.ifbic_len / sizeof members[0] && i < MEMBERS_MAX; i++) {
        if (vfj_name_parse(name_span(members[i].ifbr_ifsname), &member))
            vfj_interface_add_member(interface, member);
    }
}

/* Reads the parent of a VLAN or the members of a bridge. The ioctl SIOCGDRVSPEC is used for
 * bridges only, since it has other meanings in other drivers. */
static void read_use(const struct asker *asker, const struct ifaddrs *first,
                     struct vfj_interface *interface)
{
    if (first->ifa_addr == NULL || first->ifa_addr->sa_family != AF_LINK || first->ifa_data == NULL)
        return;
    unsigned type = ((const struct if_data *)first->ifa_data)->ifi_type;
    if (type == IFT_L2VLAN)
        read_parent(asker, first->ifa_name, interface);
    else if (type == IFT_BRIDGE)
        read_members(asker, first->ifa_name, interface);
}

static void read_carp(const struct asker *asker, const char *name, struct vfj_interface *interface)
{
    struct carpreq carp[CARP_MAXVHID];
    struct ifreq request;
    memset(carp, 0, sizeof carp);
    memset(&request, 0, sizeof request);
    (void)strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    request.ifr_data = (void *)carp;
    carp[0].carpr_count = CARP_MAXVHID; /* vhid 0 asks for all vhids */
    interface->carp = ioctl(asker->local, SIOCGVH, &request) == 0;
}

static void read_fib(const struct asker *asker, const char *name, struct vfj_interface *interface)
{
    struct ifreq request;
    memset(&request, 0, sizeof request);
    (void)strlcpy(request.ifr_name, name, sizeof request.ifr_name);
    if (interface->use == VFJ_USE_NONE && ioctl(asker->local, SIOCGIFFIB, &request) == 0
        && request.ifr_fib != 0)
        interface->use = VFJ_USE_FIB;
}

/* Sends NGM_NODEINFO to the node that has the interface's name. Returns true when the socket took
 * the message: such a node exists. */
static bool ask_node(int fd, const char *name)
{
    struct ng_mesg question;
    union {
        struct sockaddr_ng ng;
        char bytes[sizeof(struct sockaddr_ng) + IFNAMSIZ];
    } to;
    memset(&question, 0, sizeof question);
    memset(&to, 0, sizeof to);
    question.header.version = NG_VERSION;
    question.header.typecookie = NGM_GENERIC_COOKIE;
    question.header.cmd = NGM_NODEINFO;
    (void)strlcpy((char *)question.header.cmdstr, "nodeinfo", sizeof question.header.cmdstr);
    char *path = to.bytes + offsetof(struct sockaddr_ng, sg_data);
    int length = snprintf(path, IFNAMSIZ + 1, "%s:", name);
    to.ng.sg_family = AF_NETGRAPH;
    to.ng.sg_len = (unsigned char)(offsetof(struct sockaddr_ng, sg_data) + (size_t)length + 1);
    return sendto(fd, &question, sizeof question, 0, (const struct sockaddr *)&to, to.ng.sg_len)
        == (ssize_t)sizeof question;
}

/* Returns true when the node answers that it is an ng_ether(4) node with connected hooks. */
static bool has_hooks(int fd)
{
    char answer[sizeof(struct ng_mesg) + sizeof(struct nodeinfo)];
    struct ng_mesg message;
    struct nodeinfo info;
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    if (poll(&readable, 1, NETGRAPH_LIMIT_MS) != 1
        || recv(fd, answer, sizeof answer, MSG_DONTWAIT) != (ssize_t)sizeof answer)
        return false;
    memcpy(&message, answer, sizeof message);
    memcpy(&info, answer + sizeof message, sizeof info);
    return message.header.typecookie == NGM_GENERIC_COOKIE && message.header.cmd == NGM_NODEINFO
        && (message.header.flags & NGF_RESP) != 0
        && strncmp(info.type, NG_ETHER_NODE_TYPE, sizeof info.type) == 0 && info.hooks > 0;
}

/* Reads whether nodes of netgraph(4) are connected to the interface. Loads no module, as
 * libnetgraph would. The kernel does not answer without ng_socket(4), or when this process is not
 * root's. */
static void read_netgraph(const char *name, struct vfj_interface *interface)
{
    if (interface->use != VFJ_USE_NONE || modfind("ng_ether") < 0 || modfind("ng_socket") < 0)
        return;
    int fd = socket(PF_NETGRAPH, SOCK_DGRAM | SOCK_CLOEXEC, NG_CONTROL);
    if (fd < 0)
        return;
    if (ask_node(fd, name) && has_hooks(fd))
        interface->use = VFJ_USE_NETGRAPH;
    close(fd);
}

/* Reads the state of the link, as ifconfig(8) prints it with "active" and "no carrier"
 * (lib/libifconfig/libifconfig_media.c). */
static void read_media(const struct asker *asker, const char *name, struct vfj_interface *interface)
{
    struct ifmediareq media = {.ifm_count = 0};
    (void)strlcpy(media.ifm_name, name, sizeof media.ifm_name);
    if ((ioctl(asker->local, SIOCGIFXMEDIA, &media) != 0
         && ioctl(asker->local, SIOCGIFMEDIA, &media) != 0)
        || media.ifm_count == 0 || (media.ifm_status & IFM_AVALID) == 0)
        return;
    bool active = (media.ifm_status & IFM_ACTIVE) != 0;
    unsigned type = (unsigned)IFM_TYPE(media.ifm_active);
    if (type == IFM_ETHER || type == IFM_ATM)
        interface->link = active ? (uint8_t)VFJ_LINK_UP : (uint8_t)VFJ_LINK_DOWN;
    else if (type == IFM_IEEE80211 && !active)
        interface->link = VFJ_LINK_DOWN;
}

static void read_nd6(const struct asker *asker, const char *name, struct vfj_interface *interface)
{
    struct in6_ndireq request;
    memset(&request, 0, sizeof request);
    (void)strlcpy(request.ifname, name, sizeof request.ifname);
    if (asker->inet6 < 0 || ioctl(asker->inet6, SIOCGIFINFO_IN6, &request) != 0)
        return;
    interface->no_dad = (request.ndi.flags & ND6_IFF_NO_DAD) != 0;
    interface->rtadv = (request.ndi.flags & ND6_IFF_ACCEPT_RTADV) != 0;
    interface->ifdisabled = (request.ndi.flags & ND6_IFF_IFDISABLED) != 0;
}

static bool is_of(const struct ifaddrs *entry, const struct ifaddrs *first)
{
    return entry != NULL && strcmp(entry->ifa_name, first->ifa_name) == 0;
}

static bool is_family(const struct ifaddrs *entry, int family)
{
    return entry->ifa_addr != NULL && entry->ifa_addr->sa_family == family;
}

/* Copies an address or a netmask. A netmask may be shorter than its type: the kernel leaves out
 * zeros at its end, and getifaddrs(3) pads it to a multiple of a long. */
static void copy_address(void *to, size_t size, const struct sockaddr *from, size_t offset)
{
    memset(to, 0, size);
    if (from == NULL)
        return;
    size_t length = from->sa_len > sizeof(long) ? from->sa_len : sizeof(long);
    if (length > offset)
        memcpy(to, (const char *)from + offset, length - offset < size ? length - offset : size);
}

static void add_inet(const struct ifaddrs *entry, struct vfj_interface *interface)
{
    struct in_addr host, mask;
    copy_address(&host, sizeof host, entry->ifa_addr, offsetof(struct sockaddr_in, sin_addr));
    copy_address(&mask, sizeof mask, entry->ifa_netmask, offsetof(struct sockaddr_in, sin_addr));
    vfj_interface_add_inet(interface, &host, &mask);
}

/* Adds an IPv6 address. Skips an address that the kernel has removed in the meantime, as
 * ifconfig(8) does, and an address that the kernel made from a router's advertisement. */
static void add_inet6(const struct asker *asker, const struct ifaddrs *entry,
                      struct vfj_interface *interface)
{
    struct in6_addr host, mask;
    struct in6_ifreq request;
    memset(&request, 0, sizeof request);
    (void)strlcpy(request.ifr_name, entry->ifa_name, sizeof request.ifr_name);
    memcpy(&request.ifr_addr, entry->ifa_addr, sizeof request.ifr_addr);
    if (ioctl(asker->inet6, SIOCGIFAFLAG_IN6, &request) != 0
        || (request.ifr_ifru.ifru_flags6 & (IN6_IFF_AUTOCONF | IN6_IFF_TEMPORARY)) != 0)
        return;
    copy_address(&host, sizeof host, entry->ifa_addr, offsetof(struct sockaddr_in6, sin6_addr));
    copy_address(&mask, sizeof mask, entry->ifa_netmask, offsetof(struct sockaddr_in6, sin6_addr));
    vfj_interface_add_inet6(interface, &host, &mask);
}

static void add_family(const struct asker *asker, const struct ifaddrs *first, int family,
                       struct vfj_interface *interface)
{
    for (const struct ifaddrs *entry = first; is_of(entry, first); entry = entry->ifa_next) {
        if (!is_family(entry, family))
            continue;
        if (family == AF_INET)
            add_inet(entry, interface);
        else if (asker->inet6 >= 0 && entry->ifa_addr->sa_len >= sizeof(struct sockaddr_in6))
            add_inet6(asker, entry, interface);
    }
}

/* Reads addresses in the order of ifconfig(8), which prints one family after the other. The family
 * of the first address comes first. */
static void read_addresses(const struct asker *asker, const struct ifaddrs *first,
                           struct vfj_interface *interface)
{
    const struct ifaddrs *entry = first;
    while (is_of(entry, first) && !is_family(entry, AF_INET) && !is_family(entry, AF_INET6))
        entry = entry->ifa_next;
    if (!is_of(entry, first))
        return;
    int family = entry->ifa_addr->sa_family;
    add_family(asker, first, family, interface);
    add_family(asker, first, family == AF_INET ? AF_INET6 : AF_INET, interface);
}

static bool is_wanted(const struct asker *asker, struct vfj_name name)
{
    for (unsigned i = 0; i < asker->count; i++) {
        if (vfj_name_equal(asker->wanted[i], name))
            return true;
    }
    return false;
}

/* Reads one interface. Returns false when ifconfig(8) does not print the interface, or no
 * command may use its name. */
static bool read_one(const struct asker *asker, const struct ifaddrs *first,
                     struct vfj_interface *interface)
{
    memset(interface, 0, sizeof *interface);
    if ((first->ifa_flags & IFF_CANTCONFIG) != 0
        || !vfj_name_parse(vfj_span_of(first->ifa_name), &interface->name))
        return false;
    interface->exists = true;
    interface->up = (first->ifa_flags & IFF_UP) != 0;
    if (is_family(first, AF_LINK) && first->ifa_data != NULL)
        interface->mtu = ((const struct if_data *)first->ifa_data)->ifi_mtu;
    read_lagg(asker, first->ifa_name, interface);
    read_use(asker, first, interface);
    if (!is_wanted(asker, interface->name))
        return true;
    read_addresses(asker, first, interface);
    read_media(asker, first->ifa_name, interface);
    read_nd6(asker, first->ifa_name, interface);
    read_carp(asker, first->ifa_name, interface);
    read_fib(asker, first->ifa_name, interface);
    read_netgraph(first->ifa_name, interface);
    return true;
}

static int read_all(const struct asker *asker, vfj_interface_fn *found, void *context)
{
    struct ifaddrs *list = NULL;
    struct vfj_interface interface;
    if (getifaddrs(&list) != 0)
        return errno;
    for (const struct ifaddrs *first = list, *next; first != NULL; first = next) {
        for (next = first; is_of(next, first);)
            next = next->ifa_next;
        if (read_one(asker, first, &interface))
            found(context, &interface);
    }
    freeifaddrs(list);
    return 0;
}

int vfj_kernel_interfaces(const struct vfj_name *wanted, unsigned count, vfj_interface_fn *found,
                          void *context)
{
    struct asker asker = {.wanted = wanted, .count = count};
    asker.local = socket(AF_LOCAL, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (asker.local < 0)
        return errno;
    asker.inet6 = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int error = asker.inet6 < 0 && errno != EAFNOSUPPORT && errno != EPROTONOSUPPORT
        ? errno
        : read_all(&asker, found, context);
    if (asker.inet6 >= 0)
        close(asker.inet6);
    close(asker.local);
    return error;
}

static int64_t count_of(uint64_t number)
{
    return number <= (uint64_t)VFJ_COUNT_MAX ? (int64_t)number : VFJ_COUNT_UNKNOWN;
}

static void take_data(const struct if_data *data, struct vfj_counters *counters)
{
    counters->in = count_of(data->ifi_ipackets);
    counters->out = count_of(data->ifi_opackets);
    counters->errors_in = count_of(data->ifi_ierrors);
    counters->errors_out = count_of(data->ifi_oerrors);
    counters->drops_in = count_of(data->ifi_iqdrops);
    counters->drops_out = count_of(data->ifi_oqdrops);
    counters->bits_per_s = count_of(data->ifi_baudrate);
}

static int read_data(const char *name, struct vfj_counters *counters)
{
    struct ifaddrs *list = NULL;
    int error = ENXIO;
    if (getifaddrs(&list) != 0)
        return errno;
    for (const struct ifaddrs *entry = list; entry != NULL && error != 0; entry = entry->ifa_next) {
        if (strcmp(entry->ifa_name, name) != 0 || !is_family(entry, AF_LINK)
            || entry->ifa_data == NULL)
            continue;
        take_data(entry->ifa_data, counters);
        error = 0;
    }
    freeifaddrs(list);
    return error;
}

int vfj_kernel_counters(struct vfj_name name, struct vfj_counters *counters)
{
    struct ifreq request;
    *counters = vfj_counters_unknown();
    int error = read_data(name.text, counters);
    if (error != 0)
        return error;
    int local = socket(AF_LOCAL, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (local < 0)
        return errno;
    memset(&request, 0, sizeof request);
    (void)strlcpy(request.ifr_name, name.text, sizeof request.ifr_name);
    if (ioctl(local, SIOCGIFCAP, &request) == 0)
        counters->options = count_of((unsigned)request.ifr_curcap);
    close(local);
    return 0;
}
