/* An event: a devd line, an observation, an outcome, a timer, a start, a gap … */
#ifndef VFJ_CORE_DATA_EVENT_H
#define VFJ_CORE_DATA_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/observation.h"
#include "core/data/reason.h"
#include "core/data/scheduled.h"
#include "core/status.h"
#include "core/text/text.h"

/* X(symbol, persisted name) */
#define VFJ_EVENT_KINDS(X)                                                                   \
    X(STARTED, "started")       /* a daemon started on this journal; names the boot */       \
    X(STOPPING, "stopping")     /* the daemon was asked to end, and finishes active plans */ \
    X(STOPPED, "stopped")       /* the daemon ended in order */                              \
    X(CONFIGURED, "configured") /* all rc.conf values in force */                            \
    X(CONNECTED, "connected")   /* devd's socket is open */                                  \
    X(GAP, "gap")               /* events may have been missed */                            \
    X(DEVD, "devd")             /* a line of devd */                                         \
    X(OBSERVED, "observed")     /* the answer to a probe */                                  \
    X(FINISHED, "finished")     /* the outcome of a command */                               \
    X(TIMER, "timer")           /* the next deadline has passed */                           \
    X(SCHEDULED, "scheduled")   /* Azure Scheduled Events announced what the host does */

enum vfj_event_kind {
#define X(symbol, name) VFJ_EVENT_##symbol,
    VFJ_EVENT_KINDS(X)
#undef X
        VFJ_EVENT_COUNT
};

/* The kinds of devd lines. X(symbol, name for people) */
#define VFJ_DEVD_KINDS(X)                                                                         \
    X(OTHER, "other")             /* a line that is about no VF, or has no known form */          \
    X(VF_ATTACHED, "vf-attached") /* ETHERNET IFATTACH of any Ethernet interface, perhaps a VF */ \
    X(VF_DETACHED, "vf-detached") /* IFNET DETACH of any interface, perhaps a VF */               \
    X(VF_UP, "vf-up")             /* HYPERV_NIC_VF VF_UP of an hn interface */                    \
    X(VF_DOWN, "vf-down")         /* HYPERV_NIC_VF VF_DOWN */                                     \
    X(RENAMED, "renamed")         /* IFNET RENAME */                                              \
    X(LINK, "link")               /* IFNET LINK_UP, LINK_DOWN */                                  \
    X(ADDRESS, "address")         /* IFNET ADDR_ADD, ADDR_DEL, since FreeBSD 15 */

enum vfj_devd_kind {
#define X(symbol, name) VFJ_DEVD_##symbol,
    VFJ_DEVD_KINDS(X)
#undef X
        VFJ_DEVD_COUNT
};

struct vfj_devd {
    struct vfj_span raw; /* borrowed: the line without its end, every byte kept */
    uint8_t kind;        /* enum vfj_devd_kind */
    uint8_t note; /* enum vfj_reason: why the line is recorded but not used; NONE: it is used */
    bool link_up; /* LINK */
    struct vfj_name name;     /* the interface of the line (its `subsystem`); empty for OTHER */
    struct vfj_name new_name; /* RENAMED: the interface's new name */
};

/* Reads a devd line (sys/kern/kern_devctl.c has the layout). Accepts any bytes: a line of no
 * known form gets the kind OTHER. Sets `note` when the line is malformed, or names an interface
 * that no command may use. Compares `system` and `type` without regard to case, as rules of
 * devd.conf(5) do. */
void vfj_devd_parse(struct vfj_span raw, struct vfj_devd *devd);

/* Returns true when the line's system is ETHERNET, IFNET or HYPERV_NIC_VF. With `--capture
 * network`, the journal records only such lines. */
bool vfj_devd_is_network(struct vfj_span raw);

enum vfj_mode { VFJ_MODE_OBSERVE, VFJ_MODE_ACT };
enum vfj_policy { VFJ_POLICY_SCRIPTS, VFJ_POLICY_VFJOURNAL };

const char *vfj_mode_name(enum vfj_mode mode);
const char *vfj_policy_name(enum vfj_policy policy);
bool vfj_mode_parse(struct vfj_span span, enum vfj_mode *mode);
bool vfj_policy_parse(struct vfj_span span, enum vfj_policy *policy);

struct vfj_started {
    char boot_id[64]; /* kern.boot_id, or kern.boottime where that is empty; printable */
    uint32_t rules;   /* VFJ_RULES of the program that started */
    uint8_t mode;     /* enum vfj_mode */
    uint8_t policy;   /* enum vfj_policy */
};

/* The ways in which a command ends. X(symbol, persisted name). */
#define VFJ_OUTCOMES(X)                                                        \
    X(EXITED, "exited")   /* the program exited with exit status `status` */   \
    X(SIGNALED, "signal") /* ended by signal `status` */                       \
    X(TIMEOUT, "timeout") /* ended at its time limit */                        \
    X(ABSENT, "absent")   /* the program was not started; `status` is errno */ \
    X(SKIPPED, "skipped") /* not run, in observe mode */                       \
    X(NOT_RUN, "not-run") /* not run, since a command before it in its batch failed */

enum vfj_outcome_kind {
#define X(symbol, name) VFJ_OUTCOME_##symbol,
    VFJ_OUTCOMES(X)
#undef X
        VFJ_OUTCOME_COUNT
};

enum { VFJ_OUTPUT_SIZE = 256 };

struct vfj_outcome {
    uint64_t command; /* id of the command */
    uint8_t kind;     /* enum vfj_outcome_kind */
    int32_t status;
    int64_t duration_us;
    /* the beginning of the program's standard output and standard error together, without NULs */
    char output[VFJ_OUTPUT_SIZE];
};

/* Returns true when the command has exit status 0, or was skipped. */
bool vfj_outcome_ok(const struct vfj_outcome *outcome);

/* Returns true when the command was started. */
bool vfj_outcome_ran(const struct vfj_outcome *outcome);

struct vfj_event {
    int64_t wall_us; /* Unix time in microseconds, for people; no decision uses it */
    int64_t mono_us; /* microseconds since boot; never decreases within a boot */
    uint8_t kind;    /* enum vfj_event_kind */
    union {
        struct vfj_started started;
        /* STOPPING, STOPPED and GAP: the reason, one line. CONNECTED: the path of the socket.
         * Borrowed. The record has "'" in the place of '"', and '/' in the place of '\\'. */
        struct vfj_span text;
        /* CONFIGURED: rc.conf as NAME=value pairs in devd's grammar, at most VFJ_RC_SIZE - 1
         * bytes. Borrowed. */
        struct vfj_span rc;
        struct vfj_devd devd;
        struct vfj_observation observed;
        struct vfj_outcome finished;
        struct vfj_scheduled scheduled;
    } as;
};

/* vfj_event_kind_name() returns the persisted name of a kind. vfj_event_kind_parse() returns the
 * kind with that name, or VFJ_EVENT_COUNT for an unknown name. */
const char *vfj_event_kind_name(enum vfj_event_kind kind);
enum vfj_event_kind vfj_event_kind_parse(struct vfj_span name);
const char *vfj_devd_kind_name(enum vfj_devd_kind kind);

/* Writes the body of the event's record: the raw line for DEVD, key=value text for all other
 * kinds. */
void vfj_event_encode(const struct vfj_event *event, struct vfj_text *body);
/* Reads the body of an event's record. The caller sets times and kind. Borrowed members point
 * into `body`. Fails with VFJ_BAD_BODY when the body is not that of an event of this kind. */
enum vfj_status vfj_event_decode(enum vfj_event_kind kind, struct vfj_span body,
                                 struct vfj_event *event);

#endif
