/* One host command as a function, for other parts of the stand-in guest. */
#ifndef VFJ_TESTS_GUEST_HOST_H
#define VFJ_TESTS_GUEST_HOST_H

#include "tests/guest/state.h"

/* Attaches a VF that has the MAC of the interface `hn`. `bus` is the devctl line of the attachment,
 * without the '+' in front. When `bus` is NULL, the line is made from the VF's name. */
void guest_host_plug(struct guest_state *state, const char *vf, const char *hn, const char *bus);

#endif
