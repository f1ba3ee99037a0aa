/* The programs that the stand-in guest acts as. Each function gets the program's argv, runs in the
 * guest's root, and returns the program's exit status.
 *
 * Their output and errors were recorded on FreeBSD 13.2. Where a recording is missing, they follow
 * FreeBSD's sources of the program. Each guest_*_changes() returns true when the arguments change
 * the guest, and false when they only show it. */
#ifndef VFJ_TESTS_GUEST_PROGRAMS_H
#define VFJ_TESTS_GUEST_PROGRAMS_H

#include <stdbool.h>

/* ifconfig [-a | -l | -g GROUP | IF [AF] | IF words...] (ifconfig.c, ifconfig_show.c) */
int guest_ifconfig(int argc, char **argv);
bool guest_ifconfig_changes(int argc, char **argv);

/* sysctl [-n] [-i] [-e] [-q] NAME[=VALUE]... (sysctl.c) */
int guest_sysctl(int argc, char **argv);
bool guest_sysctl_changes(int argc, char **argv);

/* route [-n] get|add|change|delete ...; change works for IPv6 only (route.c) */
int guest_route(int argc, char **argv);
bool guest_route_changes(int argc, char **argv);

/* netstat -rnW (netstat.c) */
int guest_netstat(int argc, char **argv);
bool guest_netstat_changes(int argc, char **argv);

/* rtsol [-i] IF (rtsol.c) */
int guest_rtsol(int argc, char **argv);

/* dhclient [-b] [-q] IF (dhclient.c) */
int guest_dhclient(int argc, char **argv);

/* kill [-SIGNAL | -s SIGNAL] PID...; any pid outside this guest is reported as missing (kill.c) */
int guest_kill(int argc, char **argv);

/* devd [-dnq] [-l N] [--stream-chunk N] [--stock-dhclient-rule] (devd.c) */
int guest_devd(int argc, char **argv);

#endif
