/* Reads values of rc.conf as network.subr, hyperv_vfattach and hyperv_vfup do. */
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

/* The word that replaces a password when rc.conf is read. Arguments with this word are incomplete,
 * so no command uses them. */
#define VFJ_RC_BLANK "*"

/* Returns true when no command uses a value with this word: the word stands for a removed password,
 * or makes, destroys, renames or moves an interface. The monitor refuses such a word, too. */
bool vfj_rc_is_refused(struct vfj_span word);

/* Returns true when a variable of that name only sets addresses that this program does not need:
 * aliases of an interface that is not hn, or aliases past VFJ_ADDRESSES_MAX. A host of jails has
 * hundreds of such variables. */
bool vfj_rc_is_surplus(struct vfj_span name);

struct vfj_kv;

/* Copies the value of the pair as words of commands. Replaces each control character, which no
 * command may have, by a blank. The reader of rc.conf calls this function. The machine calls it for
 * values of a trace or of an older journal. Returns false when the value is cut. */
bool vfj_rc_value(const struct vfj_kv *pair, char *value, size_t size);

/* Copies the value of the variable `name` into `size` bytes, cut when it does not fit. When the
 * variable is not set, returns false and sets an empty value. */
bool vfj_rc_get(const struct vfj_rc *rc, const char *name, char *value, size_t size);

/* Returns true when rc.subr's checkyesno() would accept the variable as yes. */
bool vfj_rc_is_yes(const struct vfj_rc *rc, const char *name);

/* Writes the name of a variable: PREFIX, the interface's name and SUFFIX. In the interface's
 * name, the bytes . - / + become '_' (get_if_var() of network.subr). */
void vfj_rc_variable(char *variable, size_t size, const char *prefix, struct vfj_name interface,
                     const char *suffix);

/* The longest pause that rc.conf can ask for: 68 years. */
#define VFJ_PAUSE_MAX_S INT32_MAX

/* Returns hyperv_vf_delay in seconds, as hyperv_vfattach reads it: a number of at least 2. Returns
 * 2 for any other value ("", "2.5", "abc", negative) and when the variable is not set. */
int64_t vfj_rc_delay_s(const struct vfj_rc *rc);

/* Returns vfjournal_link_wait, the seconds that a VF may be up without link. 0 means without limit.
 * Returns 10 when the variable is not set, or is not a number of at least 0. */
int64_t vfj_rc_link_wait_s(const struct vfj_rc *rc);

/* Copies the words that _ifconfig_getargs() of network.subr returns: the value of ifconfig_IF when
 * that is set, even when empty, otherwise the value of ifconfig_DEFAULT. */
void vfj_rc_if_words(const struct vfj_rc *rc, struct vfj_name interface, char *words, size_t size);

/* The first function returns true when DHCP configures the interface (dhcpif() of network.subr).
 * The second one returns true when scripts must also wait for dhclient (syncdhcpif()). */
bool vfj_rc_is_dhcp(const struct vfj_rc *rc, struct vfj_name interface);
bool vfj_rc_is_sync_dhcp(const struct vfj_rc *rc, struct vfj_name interface);

/* The functions below that copy words for ifconfig(8) omit the scope of the interface itself: the
 * words become those of laggN. */

/* Copies the words that ifconfig_getargs() returns, joined by single blanks. Omits DHCP, SYNCDHCP,
 * NOSYNCDHCP, NOAUTO, WPA, HOSTAP and "vnet JAIL". Returns false when the words do not fit; `args`
 * then has the words that fit. */
bool vfj_rc_ifconfig_args(const struct vfj_rc *rc, struct vfj_name interface, char *args,
                          size_t size);

/* Reads an address and its prefix length from words that functions of this file return, such as
 * "inet 10.0.0.4/24", "inet 10.0.0.4 netmask 255.255.255.0" or "inet6 fd00::4 prefixlen 64".
 * Returns false when the words have no address or no length. */
bool vfj_rc_address(const char *args, struct vfj_address *address);

/* Copies the words of ifconfig_IF_ipv6 as network.subr passes them to ifconfig: with the keyword
 * "inet6", and without accept_rtadv. Sets *rtadv to true when accept_rtadv was among them.
 * Returns false when no word is left, or the words do not fit. */
bool vfj_rc_ipv6_args(const struct vfj_rc *rc, struct vfj_name interface, char *args, size_t size,
                      bool *rtadv);

/* Copies the words of alias number `number`, from 0. They come from vfjournal_IF_aliasN, whose
 * value network.subr has computed, or else from ifconfig_IF_aliasN. Returns false when neither
 * variable is set, or the value has no words. The result is empty when the words do not fit. */
bool vfj_rc_alias(const struct vfj_rc *rc, struct vfj_name interface, unsigned number, char *args,
                  size_t size);

/* vfj_rc_is_too_long() returns true when no command can use this part of the interface's
 * configuration: its words do not fit in one command, are too many, or contained a password. */
enum vfj_rc_part { VFJ_RC_INET, VFJ_RC_INET6, VFJ_RC_ALIASES };
bool vfj_rc_is_too_long(const struct vfj_rc *rc, struct vfj_name interface, enum vfj_rc_part part);

/* The uses of an interface in rc.conf that end when the interface becomes a lagg port. */
enum vfj_rc_use {
    VFJ_RC_USE_NONE,
    VFJ_RC_USE_VLAN,   /* vlans_IF, or "vlandev IF" in the words of another interface */
    VFJ_RC_USE_BRIDGE, /* "addm IF" of another interface */
    VFJ_RC_USE_CARP,   /* the interface's own words give an address a vhid */
    VFJ_RC_USE_FIB,    /* the interface's own words set another FIB than 0 */
    /* "syncdev IF" or "vxlandev IF" of another interface, or pfsync_syncdev: packets to a multicast
     * group leave by the interface itself, and a lagg port sends none of them (ENETDOWN) */
    VFJ_RC_USE_MULTICAST,
};
enum vfj_rc_use vfj_rc_use(const struct vfj_rc *rc, struct vfj_name interface);

/* Copies the words of ifconfig_IF that put the interface into groups or describe it: "group NAME",
 * "description TEXT" and "descr TEXT". Returns false when there are none, or they do not fit. */
bool vfj_rc_labels(const struct vfj_rc *rc, struct vfj_name interface, char *args, size_t size);

/* Returns true when laggN could not take over the interface's DHCP configuration: a client other
 * than dhclient(8) is set, or dhclient(8) has options that laggN's dhclient would lack. The
 * variables are dhclient_program, dhclient_flags and dhclient_flags_IF. Also returns true when
 * dhcpcd_enable starts dhcpcd for all interfaces, and rc.conf gives this one no address. */
bool vfj_rc_has_other_dhcp(const struct vfj_rc *rc, struct vfj_name interface);

/* Returns true when the words have a vhid: carp(4) shares the address. */
bool vfj_rc_has_vhid(const char *args);

/* Copies the value of defaultrouter. Returns false when it is not set or "NO". */
bool vfj_rc_default_router(const struct vfj_rc *rc, char *router, size_t size);

/* Copies the value of ipv6_defaultrouter, which may have a scope. Returns false when it is no
 * address. */
bool vfj_rc_default_router6(const struct vfj_rc *rc, char *router, size_t size);

/* Copies the arguments of static route number `number`, from 0. The routes are the values of
 * route_NAME for the names in static_routes. The routes of ipv6_static_routes follow, with "-inet6"
 * in front, and then the default routes of defaultrouter_fibN and ipv6_defaultrouter_fibN. An entry
 * NAME:IF counts only when IF is `interface`. Returns false when there are fewer routes. */
bool vfj_rc_static_route(const struct vfj_rc *rc, struct vfj_name interface, unsigned number,
                         char *args, size_t size);

#endif
