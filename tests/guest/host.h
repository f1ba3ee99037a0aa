/* A host command that other parts of the stand-in guest call. */
#ifndef VFJ_TESTS_GUEST_HOST_H
#define VFJ_TESTS_GUEST_HOST_H

#include "tests/guest/state.h"

/* Attaches a VF with the MAC of the hn interface. `bus` is the devctl line of the VF's
 * attachment, without the '+' in front. When `bus` is NULL, the line is made from the VF's name. */
void guest_host_plug(struct guest_state *state, const char *vf, const char *hn, const char *bus);

#endif
