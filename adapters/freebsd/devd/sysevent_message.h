/* Converts messages of nlsysevent(4), which FreeBSD has since 15.0, into lines of devd.
 *
 * The module sends each devctl notice to a multicast group of generic netlink. The group has the
 * name of the notice's system. The layout of messages and attributes is in
 * sys/netlink/netlink.h, the description of a family in netlink_generic.h, and the attributes of
 * an event in netlink_sysevent.h. All numbers are in the byte order of this machine. */
#ifndef VFJ_FREEBSD_DEVD_SYSEVENT_MESSAGE_H
#define VFJ_FREEBSD_DEVD_SYSEVENT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

enum {
    VFJ_SYSEVENT_GROUPS_MAX = 64, /* MAX_SYSEVENT_GROUPS of the module */
    VFJ_SYSEVENT_REQUEST_SIZE = 40,
};

/* The netlink family of nlsysevent(4), as the kernel describes it. */
struct vfj_sysevent_family {
    uint16_t id; /* id of the family, which is the type of its messages; 0: unknown */
    unsigned group_count;
    uint32_t groups[VFJ_SYSEVENT_GROUPS_MAX];
};

/* Writes the request for the description of the family "nlsysevent". Returns its length. */
size_t vfj_sysevent_request(uint8_t bytes[VFJ_SYSEVENT_REQUEST_SIZE]);

/* Reads the kernel's answer to that request. Keeps the groups ETHERNET, IFNET and HYPERV_NIC_VF,
 * or without `network_only` all groups. Returns false when the message is an error, is
 * incomplete, or describes no family. */
bool vfj_sysevent_read_family(struct vfj_span bytes, bool network_only,
                              struct vfj_sysevent_family *family);

/* Reads the next message at the front of a datagram, and removes it. Writes the line that devd
 * sends for the same notice, "!system=S subsystem=N type=T DATA". Writes nothing for a message
 * that is no event of the family. Returns false when no complete message is left. Sets *is_cut
 * to true when the datagram ends inside a message. */
bool vfj_sysevent_next(struct vfj_span *rest, uint16_t family, struct vfj_text *line, bool *is_cut);

#endif
