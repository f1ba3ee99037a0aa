/* Giving up every name that the system has: FreeBSD's cap_enter(2). */
#include "adapters/freebsd/capability.h"

#include <sys/capsicum.h>
#include <time.h>

bool vfj_capability_enter(void)
{
    tzset(); /* syslog(3) writes local times: the zone's file is read now or never */
    return cap_enter() == 0;
}
