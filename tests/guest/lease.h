/* Lease files of dhclient: var/db/dhclient.leases.IF, in the form of dhclient.leases(5). */
#ifndef VFJ_TESTS_GUEST_LEASE_H
#define VFJ_TESTS_GUEST_LEASE_H

#include "tests/guest/state.h"

/* The address of the last lease in the interface's file that names the interface; false when there
 * is none.
 */
bool guest_lease_read(const char *interface, uint32_t *address);
void guest_lease_append(const char *interface, const struct guest_lease *lease);

#endif
