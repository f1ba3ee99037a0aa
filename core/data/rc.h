/* Values of rc.conf, as network.subr and the two scripts read them. */
#ifndef VFJ_CORE_DATA_RC_H
#define VFJ_CORE_DATA_RC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/limits.h"
#include "core/text/address.h"
#include "core/text/name.h"
#include "core/text/text.h"

/* The values of rc.conf as NAME=value pairs in devd's grammar. */
struct vfj_rc {
    char text[VFJ_RC_SIZE];
};

/* The word that replaces a password when rc.conf is read. Arguments with this word are not
 * complete. */
#define VFJ_RC_BLANK "*"

/* Returns whether a variable of that name only gives addresses that do not matter. These are
 * aliases of another interface than hn, or aliases past VFJ_ADDRESSES_MAX. A jail host has
 * hundreds. */
bool vfj_rc_is_surplus(struct vfj_span name);

struct vfj_kv;

/* Copies the value of the pair as words of commands. A blank replaces each control character,
 * which no command may have. The reader of rc.conf uses it. The machine uses it on values of a
 * trace or of an older journal. Returns false when the value is cut. */
bool vfj_rc_value(const struct vfj_kv *pair, char *value, size_t size);

/* Copies the value of `name` into `size` bytes, cut when it does not fit. Returns false, and an
 * empty value, when it is not set. */
bool vfj_rc_get(const struct vfj_rc *rc, const char *name, char *value, size_t size);

/* Writes PREFIX, the interface and SUFFIX as the name of a variable. The bytes . - / + of an
 * interface name become '_' (get_if_var of network.subr). */
void vfj_rc_variable(char *variable, size_t size, const char *prefix, struct vfj_name interface,
                     const char *suffix);

/* The longest pause that rc.conf can ask for: 68 years. */
#define VFJ_PAUSE_MAX_S INT32_MAX

/* Returns hyperv_vf_delay in seconds, as hyperv_vfattach reads it: a number of at least 2.
 * Returns 2 for any other value ("", "2.5", "abc", negative, not set). */
int64_t vfj_rc_delay_s(const struct vfj_rc *rc);

/* Returns vfjournal_link_wait, the seconds that a VF may be up without link. 0 means for ever.
 * Returns 10 when it is not set, or is no number of at least 0. */
int64_t vfj_rc_link_wait_s(const struct vfj_rc *rc);

/* Copies the words of _ifconfig_getargs() of network.subr: ifconfig_IF when it is set, even when
 * empty, or else ifconfig_DEFAULT. Names of variables have '_' for the bytes . - / + of an
 * interface name (get_if_var()). */
void vfj_rc_if_words(const struct vfj_rc *rc, struct vfj_name interface, char *words, size_t size);

/* Return whether DHCP configures the interface (dhcpif()), and whether scripts wait for dhclient
 * (syncdhcpif()). */
bool vfj_rc_is_dhcp(const struct vfj_rc *rc, struct vfj_name interface);
bool vfj_rc_is_sync_dhcp(const struct vfj_rc *rc, struct vfj_name interface);

/* Copies the words of ifconfig_getargs(), joined by one blank. Omits DHCP, SYNCDHCP, NOSYNCDHCP,
 * NOAUTO, WPA, HOSTAP and "vnet JAIL". Returns false when the words do not fit. `args` then has
 * those that do. */
bool vfj_rc_ifconfig_args(const struct vfj_rc *rc, struct vfj_name interface, char *args,
                          size_t size);

/* Reads an address and its prefix length from words that the functions here return. Examples are
 * "inet 10.0.0.4/24", "inet 10.0.0.4 netmask 255.255.255.0" and "inet6 fd00::4 prefixlen 64".
 * Returns false without an address, or without its length. */
bool vfj_rc_address(const char *args, struct vfj_address *address);

/* Copies ifconfig_IF_ipv6 as network.subr passes it to ifconfig: with the keyword "inet6", and
 * without accept_rtadv. Sets *rtadv to whether accept_rtadv was there. Returns false when no
 * word is left, or the words do not fit. */
bool vfj_rc_ipv6_args(const struct vfj_rc *rc, struct vfj_name interface, char *args, size_t size,
                      bool *rtadv);

/* Returns the `number`th alias: vfjournal_IF_aliasN, which network.subr resolved, else
 * ifconfig_IF_aliasN. Returns false when neither is set, or it has no words. The result is empty
 * when it does not fit. */
bool vfj_rc_alias(const struct vfj_rc *rc, struct vfj_name interface, unsigned number, char *args,
                  size_t size);

/* Returns whether no command can use a part of the configuration. Its words do not fit in one
 * command, are too many, or contained a password. */
enum vfj_rc_part { VFJ_RC_INET, VFJ_RC_INET6, VFJ_RC_ALIASES };
bool vfj_rc_is_too_long(const struct vfj_rc *rc, struct vfj_name interface, enum vfj_rc_part part);

/* The uses of an interface in rc.conf that end when the interface becomes a lagg port. */
enum vfj_rc_use {
    VFJ_RC_USE_NONE,
    VFJ_RC_USE_VLAN,   /* vlans_IF, or "vlandev IF" of another interface */
    VFJ_RC_USE_BRIDGE, /* "addm IF" of another interface */
    VFJ_RC_USE_CARP,   /* the interface's own words give an address a vhid */
    VFJ_RC_USE_FIB,    /* the interface's own words give it another FIB than 0 */
};
enum vfj_rc_use vfj_rc_use(const struct vfj_rc *rc, struct vfj_name interface);

/* Returns whether another client than dhclient(8) configures the interface by DHCP, or
 * dhclient(8) has options that laggN's would lack. rc.conf has them as dhclient_program,
 * dhclient_flags and dhclient_flags_IF. */
bool vfj_rc_has_other_dhcp(const struct vfj_rc *rc, struct vfj_name interface);

/* Returns whether carp(4) shares the address of such words, which then have a vhid. */
bool vfj_rc_has_vhid(const char *args);

/* Reads defaultrouter. Returns false when it is not set or "NO". */
bool vfj_rc_default_router(const struct vfj_rc *rc, char *router, size_t size);

/* Reads ipv6_defaultrouter, perhaps with a scope. Returns false when it is no address. */
bool vfj_rc_default_router6(const struct vfj_rc *rc, char *router, size_t size);

/* Returns the arguments of the `number`th static route: the values of route_NAME for static_routes,
 * then, with -inet6, for ipv6_static_routes. Returns false past the last. An entry NAME:IF counts
 * when IF is `interface`. */
bool vfj_rc_static_route(const struct vfj_rc *rc, struct vfj_name interface, unsigned number,
                         char *args, size_t size);

#endif
