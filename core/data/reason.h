/* Reasons: every reason that a row of the journal can have, with its text for people. */
#ifndef VFJ_CORE_DATA_REASON_H
#define VFJ_CORE_DATA_REASON_H

/* X(symbol, persisted name, text). A name never changes its meaning, since old journals contain
 * it. A new reason is added at the end: digests of states cover the numbers. */
#define VFJ_REASONS(X)                                                                            \
    X(NONE, "", "")                                                                               \
    /* notes on an event: why it changed nothing, or what is unusual about it */                  \
    X(MALFORMED, "malformed", "the line is not in devd's grammar")                                \
    X(LINE_TOO_LONG, "line-too-long", "the line was longer than 8192 bytes and was cut")          \
    X(NUL_BYTE, "nul-byte", "the line holds a NUL byte")                                          \
    X(NO_TYPE, "no-type", "a notice without a type")                                              \
    X(UNKNOWN_TYPE, "unknown-type", "a HYPERV_NIC_VF notice of an unknown type")                  \
    X(BAD_NAME, "bad-name", "the interface name can't reach a command")                           \
    X(TOO_MANY_SLOTS, "too-many-slots", "more hn interfaces than slots")                          \
    X(QUEUE_FULL, "queue-full", "more events wait for a running script than are kept")            \
    X(TOO_MANY_TIMERS, "too-many-timers", "more delayed scripts than are kept")                   \
    X(TRANSPARENT, "transparent",                                                                 \
      "hn(4) is in transparent VF mode: the kernel does the fail-over")                           \
    X(NOT_A_VF, "not-a-vf", "the interface is not the VF of an hn interface")                     \
    X(NO_VF_LIST, "no-vf-list", "the kernel has no hw.hn.vflist")                                 \
    X(VF_GONE, "vf-gone", "the VF was detached before it was looked at")                          \
    X(STALE, "stale", "the answer to a question that no longer matters")                          \
    X(DUPLICATE, "duplicate", "already known")                                                    \
    X(LOST_VF_DOWN, "lost-vf-down",                                                               \
      "VF_UP twice: a VF_DOWN was lost, for the kernel sends only changes")                       \
    X(DELAY_TOO_LONG, "delay-too-long",                                                           \
      "a pause in rc.conf is longer than 2147483647 s, which it is taken for")                    \
    X(NOT_RUNNING, "not-running", "no daemon ran")                                                \
    /* transitions */                                                                             \
    X(VF_ATTACHED, "vf-attached", "the VF attached and the kernel maps it to this hn")            \
    X(VF_FOUND, "vf-found", "a probe found the VF; no event told of it")                          \
    X(VF_REPLACED, "vf-replaced", "the kernel maps another VF to this hn")                        \
    X(DELAY_STARTED, "delay-started", "hyperv_vf_delay began")                                    \
    X(VF_UP, "vf-up", "the data path moved to the VF")                                            \
    X(VF_DOWN, "vf-down", "the data path moved back to hn")                                       \
    X(VF_DETACHED, "vf-detached", "the VF's interface is gone")                                   \
    X(VF_LOST, "vf-lost", "a probe no longer finds the VF; no event told of it")                  \
    X(JOINED, "joined", "lagg holds hn and the VF, and has hn's configuration")                   \
    X(LEFT, "left", "lagg no longer holds hn and the VF")                                         \
    X(HN_RENAMED, "hn-renamed",                                                                   \
      "the kernel has this unit under another name; no event told of it")                         \
    X(VF_HELD, "vf-held",                                                                         \
      "the VF was taken down, since it had the data path and could not be joined")                \
    X(BOOTED, "booted", "the guest booted")                                                       \
    /* notices and faults */                                                                      \
    X(COMMAND_FAILED, "command-failed", "a command failed")                                       \
    X(COMMAND_TIMEOUT, "command-timeout", "a command took longer than its limit")                 \
    X(PROBE_FAILED, "probe-failed", "the guest could not be read")                                \
    X(OUTCOME_UNKNOWN, "in-doubt", "the daemon ended while a command ran: what it did is probed") \
    X(FOREIGN_LAGG, "foreign-lagg", "the lagg of that unit is not for this hn: it is left alone") \
    X(HN_IN_OTHER_LAGG, "hn-in-other-lagg", "hn is a port of another lagg: it is left alone")     \
    X(VF_IN_OTHER_LAGG, "vf-in-other-lagg", "the VF is a port of another lagg: it is left alone") \
    X(VF_MTU, "vf-mtu",                                                                           \
      "the VF was refused as a port, and its MTU is not the lagg's: it is left alone")            \
    X(VF_ASTRAY, "vf-astray", "the VF came into the lagg of another hn: it is taken out of that") \
    X(HN_HAS_ADDRESS, "hn-has-address", "hn, a lagg port, has an address of its own")             \
    X(HN_HAS_DHCLIENT, "hn-has-dhclient", "hn, a lagg port, has a dhclient of its own")           \
    X(VF_HAS_ADDRESS, "vf-has-address", "the VF, a lagg port, has an address of its own")         \
    X(VF_HAS_DHCLIENT, "vf-has-dhclient", "the VF, a lagg port, has a dhclient of its own")       \
    X(NOT_CONVERGING, "not-converging",                                                           \
      "commands succeed and yet the guest does not become what they ask for")                     \
    X(TOO_MANY_ADDRESSES, "too-many-addresses", "hn has more addresses than can be carried over") \
    X(ARGS_TOO_LONG, "args-too-long",                                                             \
      "the configuration in rc.conf is longer than one command can carry, or holds a password")   \
    X(CUSTOM_SCRIPT, "custom-script", "the per-interface script takes over")                      \
    X(SCRIPT_REFUSED, "script-refused",                                                           \
      "the per-interface script is not run: others than root could change it")                    \
    X(SCRIPT_FAILED, "script-failed", "the per-interface script failed")                          \
    X(CREATE_FAILED, "create-failed", "lagg creation failed")                                     \
    X(NO_CONFIGURATION, "no-configuration", "rc.conf configures nothing for this hn")             \
    X(NO_UNIT, "no-unit", "the unit of this hn is not known")                                     \
    X(NO_LINK, "no-link", "the VF is up and has no link: hn has none either as long as it is")    \
    X(ROUTE_FAILED, "route-failed",                                                               \
      "a route of hn's could not be given to lagg: it is tried again")                            \
    X(DHCLIENT_FAILED, "dhclient-failed",                                                         \
      "no dhclient could be started on lagg: it is tried again")                                  \
    X(ADDRESS_FAILED, "address-failed",                                                           \
      "an address of hn's could not be given to lagg: it is tried again")                         \
    X(ROUTE_STAYS, "route-stays",                                                                 \
      "the IPv6 default route could not be moved to lagg: it is tried again")                     \
    X(NOT_JOINED_YET, "not-joined-yet",                                                           \
      "in observe mode: the guest itself has not joined hn and the VF yet")                       \
    X(HN_HAS_VLAN, "hn-has-vlan", "hn is the parent of a VLAN: hn is left alone")                 \
    X(HN_IN_BRIDGE, "hn-in-bridge", "hn is a member of a bridge: hn is left alone")               \
    X(HN_HAS_CARP, "hn-has-carp", "carp(4) shares an address of hn's: hn is left alone")          \
    X(HN_IN_FIB, "hn-in-fib", "hn belongs to another FIB than 0: hn is left alone")               \
    X(OTHER_DHCP, "other-dhcp-client",                                                            \
      "rc.conf has a DHCP client, or options of one, that lagg can't get: hn is left alone")      \
    X(RC_UNREAD, "rc-unread", "rc.conf could never be read: hn is left alone")                    \
    /* transparent mode; core/data/finding.h has the list of its findings */                      \
    X(ATTWAIT_STARTED, "attwait-started",                                                         \
      "hn(4) waits hw.hn.vf_xpnt_attwait before it moves the data path")                          \
    X(SWITCHED, "switched", "hn(4) has moved the data path to the VF")                            \
    X(NOT_SWITCHED, "not-switched",                                                               \
      "the VF has been attached for 15 s and hn(4) has not moved the data path to it")            \
    X(VF_ABSENT, "vf-absent", "the VF left and has not come back within 10 minutes")              \
    X(VF_CONFIGURED, "vf-configured",                                                             \
      "the VF has an address or a dhclient of its own, but hn and the VF are one link")           \
    X(VF_SILENT, "vf-silent",                                                                     \
      "the VF has the data path, hn sent packets, and the VF sent none of them")                  \
    X(SYNTHETIC_TRAFFIC, "synthetic-traffic",                                                     \
      "the VF has the data path, and hn still sends through its own queues")                      \
    X(SMALLER_MTU, "smaller-mtu", "hn has a smaller MTU than before its VF left and came back")   \
    X(FEWER_OPTIONS, "fewer-options",                                                             \
      "hn has fewer interface options than before its VF left and came back")                     \
    X(FLAPPING, "flapping", "the VF has left more than 4 times within an hour")                   \
    X(SEVERAL_LEFT, "several-left",                                                               \
      "another hn lost its VF within the same 2 s: one event of the host took both")              \
    X(TOO_MANY_ROUTES, "too-many-routes", "hn has more routes than can be carried over")          \
    X(HN_IN_NETGRAPH, "hn-in-netgraph",                                                           \
      "nodes of netgraph(4) are connected to hn, see ngctl show: hn is left alone")               \
    X(HN_HAS_MULTICAST, "hn-has-multicast",                                                       \
      "pfsync(4) or vxlan(4) sends through hn itself: hn is left alone")

enum vfj_reason {
#define X(symbol, name, text) VFJ_REASON_##symbol,
    VFJ_REASONS(X)
#undef X
        VFJ_REASON_COUNT
};

/* vfj_reason_name() returns the persisted name of a reason, "" for NONE. vfj_reason_text()
 * returns its text. */
const char *vfj_reason_name(enum vfj_reason reason);
const char *vfj_reason_text(enum vfj_reason reason);

#endif
