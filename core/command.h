/* One thing the guest should do, or should be asked. */
#ifndef VFJ_CORE_COMMAND_H
#define VFJ_CORE_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/event.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/observation.h"
#include "core/text.h"

/* The programs a command can need; the adapter knows where they are. */
enum vfj_program {
    VFJ_PROGRAM_NONE,
    VFJ_PROGRAM_SYSCTL,
    VFJ_PROGRAM_IFCONFIG,
    VFJ_PROGRAM_DHCLIENT,
    VFJ_PROGRAM_ROUTE,
    VFJ_PROGRAM_RTSOL,
    VFJ_PROGRAM_KILL,
    VFJ_PROGRAM_LEASE,  /* our own helper: writes hn's lease again for the lagg */
    VFJ_PROGRAM_SCRIPT, /* the per-interface script: its path is argv[0] */
    VFJ_PROGRAM_COUNT
};

/* X(symbol, persisted name, whether it only reads, program, words). In the words A, B and C stand for the operands, names
 * of interfaces, TEXT for the words of `text`, PATH for all of it as one; FAMILY is inet or inet6, as the address in TEXT is;
 * UNIT are the sysctls of hn's unit TEXT, UNITS tell the VF of each unit. */
#define VFJ_COMMAND_KINDS(X)                                                                                          \
    X(PROBE_SYSCTL, "probe-sysctl", true, SYSCTL, "sysctl -n TEXT")                                                   \
    X(PROBE_IFCONFIG, "probe-ifconfig", true, IFCONFIG, "ifconfig A")                                                 \
    X(PROBE_FILE, "probe-file", true, NONE, "") /* is there a file TEXT, and what is in it */                         \
    X(PROBE_MAP, "probe-map", true, SYSCTL, "sysctl -i hw.hn.vf_transparent hw.hn.vflist hw.hn.vfmap UNITS")          \
    X(PROBE_SLOT, "probe-slot", true, NONE, "") /* all of struct vfj_view for hn A, its unit TEXT, lagg B and VF C */ \
    X(UP, "up", false, IFCONFIG, "ifconfig A up")                                                                     \
    X(DOWN, "down", false, IFCONFIG, "ifconfig A down")                                                               \
    X(CREATE, "create", false, IFCONFIG, "ifconfig A create")                                                         \
    X(JOIN_BOTH, "join-both", false, IFCONFIG, "ifconfig A laggproto failover laggport B laggport C")                 \
    X(JOIN_FIRST, "join-first", false, IFCONFIG, "ifconfig A laggproto failover laggport B")                          \
    X(JOIN, "join", false, IFCONFIG, "ifconfig A laggport B")                                                         \
    X(LEAVE, "leave", false, IFCONFIG, "ifconfig A -laggport B")                                                      \
    X(NO_DAD, "no-dad", false, IFCONFIG, "ifconfig A inet6 no_dad")                                                   \
    X(RTADV, "rtadv", false, IFCONFIG, "ifconfig A inet6 -ifdisabled accept_rtadv")                                   \
    X(STRIP, "strip", false, IFCONFIG, "ifconfig A -alias")                                                           \
    X(ADDRESS_DELETE, "address-delete", false, IFCONFIG, "ifconfig A FAMILY TEXT delete") /* an address */            \
    X(ADDRESS_ADD, "address-add", false, IFCONFIG, "ifconfig A FAMILY TEXT") /* address/length, and perhaps alias */  \
    X(CONFIGURE, "configure", false, IFCONFIG, "ifconfig A TEXT")                                                     \
    X(DHCLIENT, "dhclient", false, DHCLIENT, "dhclient A")                                                            \
    X(DHCLIENT_BACKGROUND, "dhclient-background", false, DHCLIENT, "dhclient -b A")                                   \
    X(DHCLIENT_STOP, "dhclient-stop", false, KILL, "kill -TERM TEXT")                                                 \
    X(LEASE, "lease", false, LEASE, "vfjournal-lease A B") /* hn A's lease written again for lagg B */                \
    X(ROUTE_ADD, "route-add", false, ROUTE, "route add TEXT")                                                         \
    X(ROUTE_CHANGE, "route-change", false, ROUTE, "route change TEXT")                                                \
    X(RTSOL, "rtsol", false, RTSOL, "rtsol -i A") /* ask for a router's advertisement */                              \
    X(SCRIPT, "script", false, SCRIPT, "PATH")

enum vfj_command_kind {
#define X(symbol, ...) VFJ_COMMAND_##symbol,
    VFJ_COMMAND_KINDS(X)
#undef X
        VFJ_COMMAND_COUNT
};

struct vfj_command {
    uint64_t id;        /* given by the core: 1, 2, 3 …, the same on replay; 0 is none */
    uint8_t kind;       /* enum vfj_command_kind */
    bool is_extra;      /* a read that the emulated scripts would not make: for our own books */
    uint32_t limit_ms;  /* ended when it takes longer */
    struct vfj_name hn; /* the slot it works for; empty when none. One at a time per slot */
    struct vfj_name a, b, c;
    char text[VFJ_ARGS_SIZE];
};

const char *vfj_command_kind_name(enum vfj_command_kind kind);

/* Whether it only reads the guest: it may run in observe mode and before its record is durable. */
bool vfj_command_reads(const struct vfj_command *command);

/* The words of one program run, NULL after the last. */
struct vfj_argv {
    enum vfj_program program;
    unsigned count;
    const char *words[VFJ_WORDS_MAX + 1];
    char bytes[VFJ_ARGS_SIZE + 256];
};

/* The program runs that a command stands for: one for a changing command, none to four for a probe. Fills the
 * `index`th; false when there are no more. A probe's argv is what programs are asked; its files are read besides. */
bool vfj_command_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv);

/* Append the argv as one shell line. */
void vfj_argv_print(const struct vfj_argv *argv, struct vfj_text *text);

/* A command that fails because what it asks for is already so has done its work. The messages are those of FreeBSD's
 * route(8), dhclient(8), kill(1) and ifconfig(8). A missing lease, IPv6 support or router counts as done, too: it
 * costs comfort, not the network. */
bool vfj_command_already_so(enum vfj_command_kind kind, const struct vfj_outcome *outcome);

/* The body of the command's record. */
void vfj_command_encode(const struct vfj_command *command, struct vfj_text *body);
/* The command of such a body, without what a body does not say: its time limit and is_extra. VFJ_BAD_BODY when no command
 * has that body. */
enum vfj_status vfj_command_decode(struct vfj_span body, struct vfj_command *command);

#endif
