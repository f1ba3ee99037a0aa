/* One thing that happened. */
#ifndef VFJ_CORE_DATA_EVENT_H
#define VFJ_CORE_DATA_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/observation.h"
#include "core/data/reason.h"
#include "core/status.h"
#include "core/text/text.h"

/* X(symbol, persisted name) */
#define VFJ_EVENT_KINDS(X)                                                                  \
    X(STARTED, "started")       /* a daemon started on this journal; the boot it runs in */ \
    X(STOPPING, "stopping")     /* it was told to end, and finishes what it has begun */    \
    X(STOPPED, "stopped")       /* it ended in order */                                     \
    X(CONFIGURED, "configured") /* the rc.conf values in force, all of them */              \
    X(CONNECTED, "connected")   /* devd's socket is open */                                 \
    X(GAP, "gap")               /* events may have been missed */                           \
    X(DEVD, "devd")             /* a line of devd */                                        \
    X(OBSERVED, "observed")     /* the answer to a probe */                                 \
    X(FINISHED, "finished")     /* the outcome of a command */                              \
    X(TIMER, "timer")           /* the next deadline has passed */

enum vfj_event_kind {
#define X(symbol, name) VFJ_EVENT_##symbol,
    VFJ_EVENT_KINDS(X)
#undef X
        VFJ_EVENT_COUNT
};

/* What a devd line says. X(symbol, name for people) */
#define VFJ_DEVD_KINDS(X)                                                                          \
    X(OTHER, "other")             /* concerns no VF, or is not understood */                       \
    X(VF_ATTACHED, "vf-attached") /* ETHERNET IFATTACH: of any Ethernet interface, a VF perhaps */ \
    X(VF_DETACHED, "vf-detached") /* IFNET DETACH: likewise */                                     \
    X(VF_UP, "vf-up")             /* HYPERV_NIC_VF VF_UP: of an hn interface */                    \
    X(VF_DOWN, "vf-down")         /* HYPERV_NIC_VF VF_DOWN */                                      \
    X(RENAMED, "renamed")         /* IFNET RENAME */                                               \
    X(LINK, "link")               /* IFNET LINK_UP, LINK_DOWN */                                   \
    X(ADDRESS, "address")         /* IFNET ADDR_ADD, ADDR_DEL: since FreeBSD 15 */

enum vfj_devd_kind {
#define X(symbol, name) VFJ_DEVD_##symbol,
    VFJ_DEVD_KINDS(X)
#undef X
        VFJ_DEVD_COUNT
};

struct vfj_devd {
    struct vfj_span raw;      /* the line without its end, every byte kept; borrowed */
    uint8_t kind;             /* enum vfj_devd_kind */
    uint8_t note;             /* enum vfj_reason: why the line can't be acted on */
    bool link_up;             /* LINK */
    struct vfj_name name;     /* the subsystem; empty for OTHER */
    struct vfj_name new_name; /* RENAMED */
};

/* Read a devd line (sys/kern/kern_devctl.c has the layout). Total: what is not understood is OTHER,
 * with a note when the line is broken or names an interface that can't reach a command. `system`
 * and `type` are compared with case ignored, as devd.conf(5) rules do. */
void vfj_devd_parse(struct vfj_span raw, struct vfj_devd *devd);

/* Whether the line's system is ETHERNET, IFNET or HYPERV_NIC_VF: what `--capture network` keeps. */
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

/* X(symbol, persisted name): how a command ended. */
#define VFJ_OUTCOMES(X)                                                             \
    X(EXITED, "exited")   /* by itself, with `status` */                            \
    X(SIGNALED, "signal") /* by signal `status` */                                  \
    X(TIMEOUT, "timeout") /* it was ended at its time limit */                      \
    X(ABSENT, "absent")   /* the program could not be started; `status` is errno */ \
    X(SKIPPED, "skipped") /* observe mode: not run */                               \
    X(NOT_RUN, "not-run") /* a command before it in its batch failed */

enum vfj_outcome_kind {
#define X(symbol, name) VFJ_OUTCOME_##symbol,
    VFJ_OUTCOMES(X)
#undef X
        VFJ_OUTCOME_COUNT
};

enum { VFJ_OUTPUT_SIZE = 256 };

struct vfj_outcome {
    uint64_t command; /* id */
    uint8_t kind;     /* enum vfj_outcome_kind */
    int32_t status;
    int64_t duration_us;
    /* the beginning of what it printed, both streams, without NUL; no more is needed */
    char output[VFJ_OUTPUT_SIZE];
};

/* Whether the command did what it is for: exit status 0, or skipped. */
bool vfj_outcome_ok(const struct vfj_outcome *outcome);

/* Whether the command was tried at all. */
bool vfj_outcome_ran(const struct vfj_outcome *outcome);

struct vfj_event {
    int64_t wall_us; /* Unix time in microseconds: for people, never for decisions */
    int64_t mono_us; /* microseconds since boot, never running backwards within a boot */
    uint8_t kind;    /* enum vfj_event_kind */
    union {
        struct vfj_started started;
        struct vfj_span
            text; /* STOPPING, STOPPED and GAP: the reason, one line; CONNECTED: the socket's path;
                     borrowed. Its record has "'" for '"' and '/' for '\\' */
        struct vfj_span
            /* CONFIGURED: NAME=value pairs in devd's grammar, at most VFJ_RC_SIZE - 1 bytes;
               borrowed */
            rc;
        struct vfj_devd devd;
        struct vfj_observation observed;
        struct vfj_outcome finished;
    } as;
};

/* The persisted name of a kind, and back; an unknown name gives VFJ_EVENT_COUNT. */
const char *vfj_event_kind_name(enum vfj_event_kind kind);
enum vfj_event_kind vfj_event_kind_parse(struct vfj_span name);
const char *vfj_devd_kind_name(enum vfj_devd_kind kind);

/* The body of the event's record: for DEVD the raw line, else key=value text. */
void vfj_event_encode(const struct vfj_event *event, struct vfj_text *body);
/* Times and kind are the caller's to set; what is borrowed points into `body`. */
enum vfj_status vfj_event_decode(enum vfj_event_kind kind, struct vfj_span body,
                                 struct vfj_event *event);

#endif
