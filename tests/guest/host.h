/* What the host does to a guest, for those who do it from within. */
#ifndef VFJ_TESTS_GUEST_HOST_H
#define VFJ_TESTS_GUEST_HOST_H

#include "tests/guest/state.h"

/* A VF with the hn's MAC attaches; `bus` is its newbus line without the sign, NULL for one made
 * from its name. */
void guest_host_plug(struct guest_state *state, const char *vf, const char *hn, const char *bus);

#endif
