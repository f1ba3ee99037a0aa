/* The socket of nlsysevent(4), a kernel module that FreeBSD has since 15.0. */
#ifndef VFJ_FREEBSD_DEVD_SYSEVENT_H
#define VFJ_FREEBSD_DEVD_SYSEVENT_H

#include <stdbool.h>
#include <stdint.h>

/* Opens a socket that receives the messages of nlsysevent(4). With `network_only` it receives
 * only the messages of ETHERNET, IFNET and HYPERV_NIC_VF. Any user may open such a socket, so
 * the monitor is not needed. Returns the socket, and sets *family to the type of the messages.
 * On failure returns -1 with errno: ENOENT when the module is not loaded, EAFNOSUPPORT without
 * netlink(4), ENOSYS on systems other than FreeBSD. */
int vfj_sysevent_open(bool network_only, uint16_t *family);

#endif
