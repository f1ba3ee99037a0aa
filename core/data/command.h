/* A command: a change of the guest, or a probe, which reads the guest. */
#ifndef VFJ_CORE_DATA_COMMAND_H
#define VFJ_CORE_DATA_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/event.h"
#include "core/data/observation.h"
#include "core/limits.h"
#include "core/text/name.h"
#include "core/text/text.h"

/* The programs that commands run. The adapter has their paths. */
enum vfj_program {
    VFJ_PROGRAM_NONE,
    VFJ_PROGRAM_SYSCTL,
    VFJ_PROGRAM_IFCONFIG,
    VFJ_PROGRAM_DHCLIENT,
    VFJ_PROGRAM_ROUTE,
    VFJ_PROGRAM_RTSOL,
    VFJ_PROGRAM_KILL,
    VFJ_PROGRAM_LEASE,  /* a program of vfjournal, which copies hn's lease for the lagg */
    VFJ_PROGRAM_SCRIPT, /* the per-interface script, whose path is argv[0] */
    VFJ_PROGRAM_NETSTAT,
    VFJ_PROGRAM_COUNT
};

/* The grammar of a command's `text`. */
enum vfj_command_text {
    VFJ_TEXT_NONE,      /* unused */
    VFJ_TEXT_HN_SYSCTL, /* a name below hw.hn or dev.hn */
    VFJ_TEXT_HN_FILE,   /* the path of an hn's per-interface script or pidfile */
    VFJ_TEXT_UNIT,      /* digits, or empty */
    /* process ids; or empty: policy scripts runs kill(1) without operands for an empty pidfile,
     * as the script does */
    VFJ_TEXT_PIDS,
    VFJ_TEXT_ADDRESS, /* an address, perhaps with its prefix length, and perhaps "alias" */
    VFJ_TEXT_HOST,    /* an address without a length */
    /* words of rc.conf for ifconfig(8), as many as fit in one command, and none that
     * vfj_rc_is_refused() refuses */
    VFJ_TEXT_WORDS,
    VFJ_TEXT_ROUTE, /* words that vfj_route_read() reads */
    /* words of a route that stays when an address moves: of an IPv6 route, with "-inet6" as the first
     * of them, or of an IPv4 route other than a default route, with "-net" or "-host" */
    VFJ_TEXT_CHANGED_ROUTE,
    VFJ_TEXT_OWN_SCRIPT, /* the path of an hn's per-interface script */
};

/* The commands, one row each. The row has all facts about a command that the core, the monitor, the
 * guest model and the manual use. X(symbol, persisted name, reads only, program, words, limit in
 * ms, operands, text, messages).
 *
 * words      The argument list. A, B and C stand for the operands. TEXT stands for the words of
 *            `text`, and PATH for all of `text` as one word. FAMILY is inet or inet6, depending on
 *            the address in TEXT. UNIT stands for the sysctls of hn's unit TEXT, and UNITS for the
 *            sysctl of each unit that names its VF.
 * limit      The time that the command may need on a slow guest. rtsol(8) solicits at once and
 *            again after 4 s (RFC 4861, RTR_SOLICITATION_INTERVAL).
 * operands   One letter for each of A, B and C: a lagg (l), an interface (i), a lagg or none (L),
 *            an interface or none (I), not used (.).
 * messages   Parts of messages, separated by '|'. A failure with one of them means that the
 *            command's effect exists already. FreeBSD's ifconfig(8), route(8), dhclient(8) and
 *            kill(1) print them. "*" means any failure: the guest has a network without the
 *            command's effect.
 *
 * PROBE_SLOT reads all of struct vfj_view, for hn A, its unit TEXT, lagg B and VF C. PROBE_SNAPSHOT
 * reads all of struct vfj_hn_snapshot, for hn A, its unit TEXT and VF C. */
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
    X(NO_DAD, "no-dad", false, IFCONFIG, "ifconfig A inet6 no_dad", 15000, "l..", NONE, "*") \
    X(RTADV, "rtadv", false, IFCONFIG, "ifconfig A inet6 -ifdisabled accept_rtadv", \
      15000, "l..", NONE, "") \
    X(STRIP, "strip", false, IFCONFIG, "ifconfig A -alias", 15000, "i..", NONE, "") \
    X(ADDRESS_DELETE, "address-delete", false, IFCONFIG, "ifconfig A FAMILY TEXT delete", \
      15000, "i..", HOST, "Can't assign requested address") \
    X(ADDRESS_ADD, "address-add", false, IFCONFIG, "ifconfig A FAMILY TEXT", \
      15000, "i..", ADDRESS, "") \
    X(CONFIGURE, "configure", false, IFCONFIG, "ifconfig A TEXT", 15000, "l..", WORDS, "") \
    X(DHCLIENT, "dhclient", false, DHCLIENT, "dhclient A", 300000, "l..", NONE, "") \
    X(DHCLIENT_BACKGROUND, "dhclient-background", false, DHCLIENT, "dhclient -b A", \
      30000, "i..", NONE, "already running") \
    X(DHCLIENT_STOP, "dhclient-stop", false, KILL, "kill -TERM TEXT", \
      5000, "...", PIDS, "No such process") \
    X(LEASE, "lease", false, LEASE, "vfjournal-lease A B", 15000, "il.", NONE, "*") \
    X(ROUTE_ADD, "route-add", false, ROUTE, "route add TEXT", \
      15000, "...", ROUTE, "already in table|File exists") \
    X(ROUTE_CHANGE, "route-change", false, ROUTE, "route change TEXT", \
      15000, "...", CHANGED_ROUTE, "") \
    X(RTSOL, "rtsol", false, RTSOL, "rtsol -i A", 5000, "l..", NONE, "*") \
    X(SCRIPT, "script", false, SCRIPT, "PATH", 300000, "...", OWN_SCRIPT, "") \
    X(PROBE_SNAPSHOT, "probe-snapshot", true, NONE, "", 5000, "i.I", UNIT, "")
/* clang-format on */

enum vfj_command_kind {
#define X(symbol, ...) VFJ_COMMAND_##symbol,
    VFJ_COMMAND_KINDS(X)
#undef X
        VFJ_COMMAND_COUNT
};

struct vfj_command {
    uint64_t id;  /* 1, 2, 3 …; the core numbers the commands, in a replay as well; 0: none */
    uint8_t kind; /* enum vfj_command_kind */
    /* FreeBSD's scripts do not run this probe; policy scripts issues it only for the journal */
    uint8_t is_extra;
    uint8_t is_optional; /* when this command fails, the rest of its batch still runs */
    uint32_t limit_ms;   /* the command is ended after this time */
    struct vfj_name hn;  /* the hn of the slot, or empty */
    struct vfj_name a, b, c;
    char text[VFJ_ARGS_SIZE];
};

const char *vfj_command_kind_name(enum vfj_command_kind kind);

/* Returns true when the command only reads the guest. Such a command may run in observe mode, and
 * before its record is durable. */
bool vfj_command_reads(const struct vfj_command *command);

/* The words of one program, and a NULL after them. */
struct vfj_argv {
    enum vfj_program program;
    unsigned count;
    const char *words[VFJ_WORDS_MAX + 1];
    char bytes[VFJ_ARGS_SIZE + 256];
};

/* Fills in the program number `index` of a command, from 0. Returns false when the command has no
 * such program. A changing command has one program, a probe up to four. The files that a probe
 * reads are not programs. */
bool vfj_command_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv);

/* Appends the words of argv as one command line of sh(1). */
void vfj_argv_print(const struct vfj_argv *argv, struct vfj_text *text);

/* Returns the time limit of commands of this kind, in milliseconds. */
uint32_t vfj_command_limit_ms(enum vfj_command_kind kind);

/* Copies to `bare` only the kind, the time limit, and those operands and text that the kind's
 * row uses. Zeroes all other members of `bare`. */
void vfj_command_bare(const struct vfj_command *command, struct vfj_command *bare);

/* Returns true when operands and text match the kind's row. Only such operands may reach a program.
 * Members that the row does not use are not checked. */
bool vfj_command_is_well_formed(const struct vfj_command *command);

/* Returns true when the command failed because its effect exists already. */
bool vfj_command_already_so(enum vfj_command_kind kind, const struct vfj_outcome *outcome);

/* Returns true when the command succeeded, or failed because its effect exists already. */
bool vfj_command_succeeded(const struct vfj_command *command, const struct vfj_outcome *outcome);

/* Returns true when this outcome ends the batch: the command failed, its effect does not exist, and
 * the rest of the batch needs it. */
bool vfj_command_stops_batch(const struct vfj_command *command, const struct vfj_outcome *outcome);

/* Writes the body of the command's record. */
void vfj_command_encode(const struct vfj_command *command, struct vfj_text *body);
/* Reads the body of a command's record. The body contains neither the time limit nor is_extra.
 * Fails with VFJ_BAD_BODY when the body is not that of a command. */
enum vfj_status vfj_command_decode(struct vfj_span body, struct vfj_command *command);

#endif
