/* Converts the guest model's state to the struct of tests/kit/network.h. */
#ifndef VFJ_TESTS_KIT_GUEST_NETWORK_H
#define VFJ_TESTS_KIT_GUEST_NETWORK_H

#include "core/model/guest.h"
#include "tests/kit/network.h"

/* Describes the guest model's present state in the structs of tests/kit/network.h. Reads the
 * model's data only and calls none of its functions. */
void kit_network_of_guest(struct kit_network *network, const struct vfj_guest *guest);

#endif
