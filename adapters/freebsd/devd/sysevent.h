/* The socket of nlsysevent(4), a module that FreeBSD has since 15.0. */
#ifndef VFJ_FREEBSD_DEVD_SYSEVENT_H
#define VFJ_FREEBSD_DEVD_SYSEVENT_H

#include <stdbool.h>
#include <stdint.h>

/* Opens a socket that gets the messages of nlsysevent(4), of the network's systems or of all. Needs
 * no right, and none of the monitor. Returns the socket and the family of the messages, or -1 with
 * errno: ENOENT when the module is not loaded, EAFNOSUPPORT without netlink(4), ENOSYS on other
 * systems. */
int vfj_sysevent_open(bool network_only, uint16_t *family);

#endif
