/* What rc.conf says, as network.subr and the two scripts read it. */
#ifndef VFJ_CORE_DATA_RC_H
#define VFJ_CORE_DATA_RC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "core/text/address.h"
#include "core/text/name.h"
#include "core/text/text.h"

/* rc.conf's values: NAME=value pairs in devd's grammar. */
struct vfj_rc {
    char text[VFJ_RC_SIZE];
};

/* What stands in a value for a password: they are taken out when rc.conf is read. The arguments
 * below are not whole where it stands. */
#define VFJ_RC_BLANK "*"

/* Whether a variable of that name only gives addresses that do not matter: those of an interface
 * that is no hn, beside its first, or more of them than are carried over. A jail host has hundreds.
 */
bool vfj_rc_is_surplus(struct vfj_span name);

/* The value of `name` into `size` bytes; false when it is not set (then the value is empty). A
 * value that does not fit is cut. */
bool vfj_rc_get(const struct vfj_rc *rc, const char *name, char *value, size_t size);

/* PREFIX, the interface and SUFFIX, as the name of a variable: the bytes . - / + of an interface name
 * become '_' (get_if_var of network.subr). */
void vfj_rc_variable(char *variable, size_t size, const char *prefix, struct vfj_name interface,
                     const char *suffix);

/* No pause that rc.conf asks for is longer: 68 years. */
#define VFJ_PAUSE_MAX_S INT32_MAX

/* hyperv_vf_delay in seconds as hyperv_vfattach takes it: a number of at least 2, else 2 (unset,
 * empty, "2.5", "abc", negative). */
int64_t vfj_rc_delay_s(const struct vfj_rc *rc);

/* vfjournal_link_wait in seconds: how long a VF may be up without link; 0 is for ever. Not set, or
 * not a number of at least 0: 10. */
int64_t vfj_rc_link_wait_s(const struct vfj_rc *rc);

/* _ifconfig_getargs: ifconfig_IF where it is set, though it be empty, else ifconfig_DEFAULT. In
 * variable names the bytes . - / + of an interface name become '_' (get_if_var). */
void vfj_rc_if_words(const struct vfj_rc *rc, struct vfj_name interface, char *words, size_t size);

/* dhcpif, syncdhcpif: whether the interface is configured by DHCP, and whether dhclient is waited
 * for. */
bool vfj_rc_is_dhcp(const struct vfj_rc *rc, struct vfj_name interface);
bool vfj_rc_is_sync_dhcp(const struct vfj_rc *rc, struct vfj_name interface);

/* ifconfig_getargs: the words without DHCP, SYNCDHCP, NOSYNCDHCP, NOAUTO, WPA, HOSTAP and "vnet
 * JAIL", joined by one blank. False when they do not fit: `args` then holds those that do. */
bool vfj_rc_ifconfig_args(const struct vfj_rc *rc, struct vfj_name interface, char *args,
                          size_t size);

/* The address that such words, or those below, give, with its prefix length: "inet 10.0.0.4/24",
 * "inet 10.0.0.4 netmask 255.255.255.0", "inet6 fd00::4 prefixlen 64". False when they give none,
 * or don't say its length. */
bool vfj_rc_address(const char *args, struct vfj_address *address);

/* ifconfig_IF_ipv6 as network.subr gives it to ifconfig, an address without its keyword with it,
 * but without accept_rtadv; *rtadv says whether that was there. False when there is nothing left,
 * or it does not fit. */
bool vfj_rc_ipv6_args(const struct vfj_rc *rc, struct vfj_name interface, char *args, size_t size,
                      bool *rtadv);

/* The `number`th alias: as network.subr resolved them all, vfjournal_IF_aliasN, else
 * ifconfig_IF_aliasN; false when that is not set, or without words. Empty when it does not fit. */
bool vfj_rc_alias(const struct vfj_rc *rc, struct vfj_name interface, unsigned number, char *args,
                  size_t size);

/* Whether some of it does not fit in one command, its words are more than one can have, or a
 * password was taken out: it is not used then. */
enum vfj_rc_part { VFJ_RC_INET, VFJ_RC_INET6, VFJ_RC_ALIASES };
bool vfj_rc_is_too_long(const struct vfj_rc *rc, struct vfj_name interface, enum vfj_rc_part part);

/* What rc.conf makes of an interface, which lagg(4) would take from it. */
enum vfj_rc_use {
    VFJ_RC_USE_NONE,
    VFJ_RC_USE_VLAN,   /* vlans_IF, or "vlandev IF" of another interface */
    VFJ_RC_USE_BRIDGE, /* "addm IF" of another interface */
    VFJ_RC_USE_CARP,   /* its own words give an address a vhid */
    VFJ_RC_USE_FIB,    /* its own words give it another FIB than 0 */
};
enum vfj_rc_use vfj_rc_use(const struct vfj_rc *rc, struct vfj_name interface);

/* Whether the interface is configured by DHCP, and by another client than dhclient(8), or by that
 * with options that laggN's would lack: dhclient_program, dhclient_flags, dhclient_flags_IF. */
bool vfj_rc_has_other_dhcp(const struct vfj_rc *rc, struct vfj_name interface);

/* Whether carp(4) shares the address of such words: they have a vhid. */
bool vfj_rc_has_vhid(const char *args);

/* defaultrouter; false when it is not set or "NO". */
bool vfj_rc_default_router(const struct vfj_rc *rc, char *router, size_t size);

/* ipv6_defaultrouter, perhaps with a scope; false when it is no address. */
bool vfj_rc_default_router6(const struct vfj_rc *rc, char *router, size_t size);

/* The arguments of the `number`th of static_routes: the value of its route_NAME; then of
 * ipv6_static_routes, with -inet6; false when there are no more. An entry of the form NAME:IF is
 * taken when IF is `interface`. */
bool vfj_rc_static_route(const struct vfj_rc *rc, struct vfj_name interface, unsigned number,
                         char *args, size_t size);

#endif
