/* rtsol of FreeBSD 13.2. The guest's network has no router, so no router replies to a solicitation.
 *
 * As usr.sbin/rtsold/rtsold.c does, the program refuses an interface that does not accept router
 * advertisements. */
#include "tests/guest/net.h"
#include "tests/guest/programs.h"

#include <stdio.h>
#include <string.h>

int guest_rtsol(int argc, char **argv)
{
    const unsigned wanted = GUEST_ND6_ACCEPT_RTADV;
    int first = 1;

    while (first < argc && argv[first][0] == '-') {
        first++;
    }
    if (first + 1 != argc) {
        fprintf(stderr, "usage: rtsol [-i] interface\n");
        return 1;
    }
    struct guest_state *state = guest_state_open();
    const struct guest_if *ifp = guest_if_find(state, argv[first]);
    guest_state_close(state);
    if (ifp == NULL || (ifp->nd6 & (wanted | GUEST_ND6_IFDISABLED)) != wanted) {
        fprintf(stderr, "rtsol: failed to initialize interface\n");
        return 1;
    }
    return 0;
}
