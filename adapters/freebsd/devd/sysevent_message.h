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

/* The netlink family of nlsysevent(4), as the kernel describes it. */
struct vfj_sysevent_family {
    uint16_t id; /* the type of the family's messages; 0: unknown */
    unsigned group_count;
    uint32_t groups[VFJ_SYSEVENT_GROUPS_MAX];
};

/* Writes the request for the description of the family "nlsysevent". Returns its length. */
size_t vfj_sysevent_request(uint8_t bytes[VFJ_SYSEVENT_REQUEST_SIZE]);

/* Reads the kernel's answer to that request. Takes the groups ETHERNET, IFNET and HYPERV_NIC_VF,
 * or without `network_only` all groups. Returns false when the message is an error, is not
 * whole, or describes no family. */
bool vfj_sysevent_read_family(struct vfj_span bytes, bool network_only,
                              struct vfj_sysevent_family *family);

/* Takes the next message off the front of a datagram. Writes the line that devd sends for the
 * same notice, "!system=S subsystem=N type=T DATA". The line is empty for a message that is no
 * event of the family. Returns false when no whole message is left. *is_cut is then true when
 * bytes of a cut message are left. */
bool vfj_sysevent_next(struct vfj_span *rest, uint16_t family, struct vfj_text *line, bool *is_cut);

#endif
