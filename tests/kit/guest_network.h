/* The guest model's state in the words of tests/kit/network.h. */
#ifndef VFJ_TESTS_KIT_GUEST_NETWORK_H
#define VFJ_TESTS_KIT_GUEST_NETWORK_H

#include "core/model/guest.h"
#include "tests/kit/network.h"

/* Calls nothing of the guest model: it reads the facts that the model keeps. */
void kit_network_of_guest(struct kit_network *network, const struct vfj_guest *guest);

#endif
