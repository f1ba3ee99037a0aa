/* Messages of nlsysevent(4), which FreeBSD has since 15.0: bytes in, lines of devd out.
 *
 * The module sends each devctl notice to a multicast group of generic netlink that has the name of
 * the notice's system. sys/netlink/netlink.h has the layout of messages and attributes,
 * netlink_generic.h that of the family's description, netlink_sysevent.h the attributes of an event.
 * All numbers are in the order of this machine. */
#ifndef VFJ_FREEBSD_DEVD_SYSEVENT_MESSAGE_H
#define VFJ_FREEBSD_DEVD_SYSEVENT_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text/text.h"

enum {
    VFJ_SYSEVENT_GROUPS_MAX = 64, /* MAX_SYSEVENT_GROUPS of the module */
    VFJ_SYSEVENT_REQUEST_SIZE = 40,
};

/* The family as the kernel describes it. */
struct vfj_sysevent_family {
    uint16_t id; /* the type of its messages; 0: unknown */
    unsigned group_count;
    uint32_t groups[VFJ_SYSEVENT_GROUPS_MAX];
};

/* Writes the request for the description of the family "nlsysevent". Returns its length. */
size_t vfj_sysevent_request(uint8_t bytes[VFJ_SYSEVENT_REQUEST_SIZE]);

/* Reads the answer. Takes the groups of ETHERNET, IFNET and HYPERV_NIC_VF, or all. Returns false
 * when the message describes no family: an error, or no whole message. */
bool vfj_sysevent_read_family(struct vfj_span bytes, bool network_only,
                              struct vfj_sysevent_family *family);

/* Takes the next message off the front of a datagram. Writes the line that devd has of the same
 * notice, "!system=S subsystem=N type=T DATA", or an empty line for a message that is no event of
 * the family. Returns false at the end, and when the rest is no whole message: *is_cut tells which.
 */
bool vfj_sysevent_next(struct vfj_span *rest, uint16_t family, struct vfj_text *line, bool *is_cut);

#endif
