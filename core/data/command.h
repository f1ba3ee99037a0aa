/* One thing the guest should do, or should be asked. */
#ifndef VFJ_CORE_DATA_COMMAND_H
#define VFJ_CORE_DATA_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/event.h"
#include "core/data/observation.h"
#include "core/limits.h"
#include "core/text/name.h"
#include "core/text/text.h"

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

/* What a command's `text` must be. */
enum vfj_command_text {
    VFJ_TEXT_NONE,      /* it is not used */
    VFJ_TEXT_HN_SYSCTL, /* a name below hw.hn or dev.hn */
    VFJ_TEXT_HN_FILE,   /* the path of an hn's per-interface script or pidfile */
    VFJ_TEXT_UNIT,      /* digits, or empty */
    VFJ_TEXT_PIDS,      /* process ids, or empty */
    VFJ_TEXT_ADDRESS,   /* an address, perhaps with its prefix length, then words of letters */
    VFJ_TEXT_WORDS,     /* words of rc.conf or route(8), as many as fit in one command */
    /* likewise, from -inet6 on: IPv4 routes go with their address, and are added */
    VFJ_TEXT_ROUTE6,
    VFJ_TEXT_OWN_SCRIPT, /* the path of an hn's per-interface script */
};

/* The commands, one row each. Core, monitor, guest model and manual read this row and nothing else.
 * X(symbol, persisted name, reads only, program, words, limit in ms, operands, text, messages).
 *
 * words      The argument list. A, B and C stand for the operands, TEXT for the words of `text`,
 *            PATH for all of `text` as one word. FAMILY is inet or inet6, after the address in TEXT.
 *            UNIT stands for the sysctls of hn's unit TEXT, UNITS for the VF of each unit.
 * limit      The time that the command may need on a slow guest. rtsol(8) asks at once and again
 *            after 4 s (RFC 4861, RTR_SOLICITATION_INTERVAL).
 * operands   One letter for each of A, B and C: a lagg (l), an interface (i), one of these or none
 *            (L, I), not used (.).
 * messages   Failures, '|' between them, that mean that the command's effect is there already: those
 *            of FreeBSD's ifconfig(8), route(8), dhclient(8) and kill(1). "*" means any failure: the
 *            command costs comfort, not the network (no IPv6, no lease, no router).
 *
 * PROBE_SLOT asks for all of struct vfj_view, for hn A, its unit TEXT, lagg B and VF C. */
/* clang-format off */
#define VFJ_COMMAND_KINDS(X) \
    X(PROBE_SYSCTL, "probe-sysctl", true, SYSCTL, "sysctl -n TEXT", 5000, "...", HN_SYSCTL, "") \
    X(PROBE_IFCONFIG, "probe-ifconfig", true, IFCONFIG, "ifconfig A", 5000, "i..", NONE, "") \
    X(PROBE_FILE, "probe-file", true, NONE, "", 5000, "...", HN_FILE, "") \
    X(PROBE_MAP, "probe-map", true, SYSCTL, "sysctl -i hw.hn.vf_transparent hw.hn.vflist hw.hn.vfmap UNITS", \
      5000, "...", NONE, "") \
    X(PROBE_SLOT, "probe-slot", true, NONE, "", 5000, "iLI", UNIT, "") \
    X(UP, "up", false, IFCONFIG, "ifconfig A up", 15000, "i..", NONE, "") \
    X(DOWN, "down", false, IFCONFIG, "ifconfig A down", 15000, "i..", NONE, "") \
    X(CREATE, "create", false, IFCONFIG, "ifconfig A create", 15000, "l..", NONE, "") \
    X(JOIN_BOTH, "join-both", false, IFCONFIG, "ifconfig A laggproto failover laggport B laggport C", \
      15000, "lii", NONE, "") \
    X(JOIN_FIRST, "join-first", false, IFCONFIG, "ifconfig A laggproto failover laggport B", \
      15000, "li.", NONE, "") \
    X(JOIN, "join", false, IFCONFIG, "ifconfig A laggport B", 15000, "li.", NONE, "") \
    X(LEAVE, "leave", false, IFCONFIG, "ifconfig A -laggport B", \
      15000, "li.", NONE, "No such file or directory") \
    X(NO_DAD, "no-dad", false, IFCONFIG, "ifconfig A inet6 no_dad", 15000, "i..", NONE, "*") \
    X(RTADV, "rtadv", false, IFCONFIG, "ifconfig A inet6 -ifdisabled accept_rtadv", \
      15000, "i..", NONE, "*") \
    X(STRIP, "strip", false, IFCONFIG, "ifconfig A -alias", 15000, "i..", NONE, "") \
    X(ADDRESS_DELETE, "address-delete", false, IFCONFIG, "ifconfig A FAMILY TEXT delete", \
      15000, "i..", ADDRESS, "Can't assign requested address") \
    X(ADDRESS_ADD, "address-add", false, IFCONFIG, "ifconfig A FAMILY TEXT", \
      15000, "i..", ADDRESS, "") \
    X(CONFIGURE, "configure", false, IFCONFIG, "ifconfig A TEXT", 15000, "i..", WORDS, "") \
    X(DHCLIENT, "dhclient", false, DHCLIENT, "dhclient A", 300000, "i..", NONE, "") \
    X(DHCLIENT_BACKGROUND, "dhclient-background", false, DHCLIENT, "dhclient -b A", \
      30000, "i..", NONE, "already running") \
    X(DHCLIENT_STOP, "dhclient-stop", false, KILL, "kill -TERM TEXT", \
      5000, "...", PIDS, "No such process") \
    X(LEASE, "lease", false, LEASE, "vfjournal-lease A B", 15000, "il.", NONE, "*") \
    X(ROUTE_ADD, "route-add", false, ROUTE, "route add TEXT", \
      15000, "...", WORDS, "already in table|File exists") \
    X(ROUTE_CHANGE, "route-change", false, ROUTE, "route change TEXT", 15000, "...", ROUTE6, "") \
    X(RTSOL, "rtsol", false, RTSOL, "rtsol -i A", 5000, "l..", NONE, "*") \
    X(SCRIPT, "script", false, SCRIPT, "PATH", 300000, "...", OWN_SCRIPT, "")
/* clang-format on */

enum vfj_command_kind {
#define X(symbol, ...) VFJ_COMMAND_##symbol,
    VFJ_COMMAND_KINDS(X)
#undef X
        VFJ_COMMAND_COUNT
};

struct vfj_command {
    uint64_t id;         /* given by the core: 1, 2, 3 …, the same on replay; 0 is none */
    uint8_t kind;        /* enum vfj_command_kind */
    uint8_t is_extra;    /* a read that the emulated scripts would not make: for our own books */
    uint8_t is_optional; /* the rest of its batch runs though it fails */
    uint32_t limit_ms;   /* ended when it takes longer */
    struct vfj_name hn;  /* the slot it works for; empty when none. One at a time per slot */
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

/* The program runs that a command stands for: one for a changing command, none to four for a probe.
 * Fills the `index`th; false when there are no more. A probe's argv is what programs are asked; its
 * files are read besides. */
bool vfj_command_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv);

/* Append the argv as one shell line. */
void vfj_argv_print(const struct vfj_argv *argv, struct vfj_text *text);

/* The time limit of a kind, in milliseconds. */
uint32_t vfj_command_limit_ms(enum vfj_command_kind kind);

/* Copies kind, time limit, and those operands and that text that the kind's row uses. All else is
 * zero. */
void vfj_command_bare(const struct vfj_command *command, struct vfj_command *bare);

/* Whether operands and text are what the kind's row asks for: what may reach a program. What the
 * row does not use does not matter. */
bool vfj_command_is_well_formed(const struct vfj_command *command);

/* Whether the failure means that the command's effect is there already: it has done its work. */
bool vfj_command_already_so(enum vfj_command_kind kind, const struct vfj_outcome *outcome);

/* Whether the command did its work: it ended well, or failed because its effect is there already.
 */
bool vfj_command_succeeded(const struct vfj_command *command, const struct vfj_outcome *outcome);

/* Whether the rest of the command's batch is not run after that outcome: the command failed, its
 * effect is not there already, and the rest needs it. */
bool vfj_command_stops_batch(const struct vfj_command *command, const struct vfj_outcome *outcome);

/* The body of the command's record. */
void vfj_command_encode(const struct vfj_command *command, struct vfj_text *body);
/* The command of such a body, without what a body does not say: its time limit and is_extra.
 * VFJ_BAD_BODY when no command has that body. */
enum vfj_status vfj_command_decode(struct vfj_span body, struct vfj_command *command);

#endif
