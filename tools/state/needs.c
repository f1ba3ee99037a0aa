/* Describes in plain words what the commands of a plan must achieve. */
#include "tools/state/needs.h"

#include "core/machine/state.h"

const char *vfj_need_text(unsigned need)
{
    static const char *const texts[VFJ_NEED_COUNT] = {
        [VFJ_NEED_NONE] = "nothing",
        [VFJ_NEED_VF_DOWN] = "the VF is down",
        [VFJ_NEED_SCRIPT] = "the administrator's script has run",
        [VFJ_NEED_VF_LEAVE] = "the VF has left another lagg",
        [VFJ_NEED_LAGG] = "the lagg exists",
        [VFJ_NEED_NO_DAD] = "the lagg has no_dad",
        [VFJ_NEED_HN_UP] = "hn is up",
        [VFJ_NEED_LAGG_UP] = "the lagg is up",
        [VFJ_NEED_INET] = "the lagg has the IPv4 addresses",
        [VFJ_NEED_RC_INET] = "the lagg has rc.conf's IPv4 configuration",
        [VFJ_NEED_LEASE] = "the lagg has hn's lease",
        [VFJ_NEED_HN_DHCLIENT] = "no dhclient runs on hn",
        [VFJ_NEED_HN_PORT] = "hn is a port of the lagg",
        [VFJ_NEED_HN_ADDRESSES] = "hn has no address",
        [VFJ_NEED_VF_DHCLIENT] = "no dhclient runs on the VF",
        [VFJ_NEED_VF_ADDRESSES] = "the VF has no address",
        [VFJ_NEED_INET6] = "the lagg has the IPv6 addresses",
        [VFJ_NEED_RC_INET6] = "the lagg has rc.conf's IPv6 configuration",
        [VFJ_NEED_RTADV] = "the lagg accepts router advertisements",
        [VFJ_NEED_DEFAULT_ROUTE] = "the IPv4 default route leads through the lagg",
        [VFJ_NEED_DEFAULT_ROUTE6] = "the IPv6 default route does not lead through hn",
        [VFJ_NEED_NEW_DEFAULT_ROUTE6] = "the IPv6 default route leads through the lagg",
        [VFJ_NEED_VF_PORT] = "the VF is a port of the lagg",
        [VFJ_NEED_VF_UP] = "the VF is up",
        [VFJ_NEED_DHCLIENT] = "a dhclient runs on the lagg",
        [VFJ_NEED_RTSOL] = "the lagg has asked for a router advertisement",
        [VFJ_NEED_GIVE_BACK] = "hn has the addresses of a lost lagg",
        [VFJ_NEED_LABELS] = "the lagg has hn's groups and description",
        [VFJ_NEED_TAKE_BACK] = "a foreign lagg has no address of hn",
    };
    bool is_route = need >= VFJ_NEED_STATIC_ROUTE && need < VFJ_NEED_GIVE_BACK;
    return is_route ? "a static route leads through the lagg" : texts[need];
}
