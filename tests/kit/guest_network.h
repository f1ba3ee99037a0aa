/* Converts the guest model's state to the struct of tests/kit/network.h. */
#ifndef VFJ_TESTS_KIT_GUEST_NETWORK_H
#define VFJ_TESTS_KIT_GUEST_NETWORK_H

#include "core/model/guest.h"
#include "tests/kit/network.h"

/* Calls no function of the guest model: it reads the model's data only. */
void kit_network_of_guest(struct kit_network *network, const struct vfj_guest *guest);

#endif
