/* Lease files of dhclient: var/db/dhclient.leases.IF, in the form of dhclient.leases(5). */
#ifndef VFJ_TESTS_GUEST_LEASE_H
#define VFJ_TESTS_GUEST_LEASE_H

#include "tests/guest/state.h"

/* Reads an address from the interface's lease file: that of the last lease that names the
 * interface. Returns false when there is no lease. */
bool guest_lease_read(const char *interface, uint32_t *address);
/* Adds a lease to the interface's lease file. */
void guest_lease_append(const char *interface, const struct guest_lease *lease);

#endif
