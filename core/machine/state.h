/* The machine's state: a plain value, fixed arrays, no pointers. */
#ifndef VFJ_CORE_MACHINE_STATE_H
#define VFJ_CORE_MACHINE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/data/decision.h"
#include "core/data/event.h"
#include "core/data/observation.h"
#include "core/data/rc.h"
#include "core/limits.h"
#include "core/text/name.h"

/* All members are laid out without padding, so that equal states are equal bytes and one digest
 * fits every FreeBSD/amd64 and arm64 build; core/machine/state.c checks the sizes when it is
 * compiled. */

enum { VFJ_NEVER_US = -1 }; /* a deadline that is not set */

/* What a slot is doing. X(symbol, persisted name, activities that may follow, sentence for people).
 * A batch runs only on what an observation, or the batch before it, has just shown. vfj_reconcile()
 * checks every change. */
#define VFJ_ACTIVITIES(X)                                                           \
    X(IDLE, "idle", VFJ_MAY(OBSERVING) | VFJ_MAY(WAITING), "Nothing is under way.") \
    X(OBSERVING, "observing", VFJ_MAY(IDLE) | VFJ_MAY(RUNNING) | VFJ_MAY(WAITING),  \
      "A probe reads the guest.")                                                   \
    X(RUNNING, "running", VFJ_MAY(IDLE) | VFJ_MAY(OBSERVING) | VFJ_MAY(WAITING),    \
      "A batch of commands runs.")                                                  \
    X(WAITING, "waiting", VFJ_MAY(IDLE) | VFJ_MAY(OBSERVING),                       \
      "A timer runs: a delay, a retry, or a VF's link.")

enum vfj_activity {
#define X(symbol, ...) VFJ_ACTIVITY_##symbol,
    VFJ_ACTIVITIES(X)
#undef X
        VFJ_ACTIVITY_COUNT
};

const char *vfj_activity_name(enum vfj_activity activity);
const char *vfj_activity_text(enum vfj_activity activity);

/* Whether the table lets activity `to` follow activity `from` within one step. */
bool vfj_activity_may_follow(enum vfj_activity from, enum vfj_activity to);

/* Why an observation of the guest is requested, the strongest last: of two requests the later kind
 * stays. */
enum vfj_observe {
    VFJ_OBSERVE_NOT,
    VFJ_OBSERVE_CHANGE, /* a line, a timer or an outcome may have changed what is observed */
    VFJ_OBSERVE_GAP,    /* events were missed: the VF may be another one of the same name */
    VFJ_OBSERVE_FOUND,  /* the map names a VF that no line announced */
};

/* How far hyperv_vf_delay of the present attachment is. */
enum vfj_delay {
    VFJ_DELAY_NONE,    /* no delay belongs to this VF: it is left up or down as it is */
    VFJ_DELAY_DUE,     /* the delay starts at the end of this step */
    VFJ_DELAY_RUNNING, /* until timers.delay_us */
    VFJ_DELAY_OVER,    /* the VF is to be joined and upped */
};

/* Which interface has the data path. */
enum vfj_data_path {
    VFJ_DATA_PATH_HN,
    VFJ_DATA_PATH_VF_SEEN,  /* an observation shows it */
    VFJ_DATA_PATH_VF_HEARD, /* VF_UP was received, too: another VF_UP means a lost VF_DOWN */
};

/* Link monitor of a VF. While a VF is up, hn pretends to have no link; a VF without link leaves the
 * guest without traffic. */
enum vfj_link_monitor {
    VFJ_LINK_MONITOR_OFF,     /* the VF has its link, or is down */
    VFJ_LINK_MONITOR_WAITING, /* the VF is up without link, until timers.link_us */
    VFJ_LINK_MONITOR_EXPIRED, /* the wait is over: the next observation decides */
    /* the VF is to be taken down; in observe mode that is reported only */
    VFJ_LINK_MONITOR_NO_LINK,
    VFJ_LINK_MONITOR_HELD,  /* the VF was taken down, until timers.link_us */
    VFJ_LINK_MONITOR_RETRY, /* the VF that was taken down is to be joined and upped again */
};

/* How far the per-interface script is, since the last VF_UP. */
enum vfj_script_phase {
    VFJ_SCRIPT_DUE,
    VFJ_SCRIPT_RAN,
    VFJ_SCRIPT_JOINED, /* an observation after that showed the VF as a port */
    /* its command is under way; DUE again when VF_UP or VF_DOWN comes meanwhile */
    VFJ_SCRIPT_RUNS,
};

/* How far the plan is: the commands from one state of rest to the next. */
enum vfj_plan_phase {
    VFJ_PLAN_NONE,
    /* commands were issued; the plan ends when an observation shows no difference */
    VFJ_PLAN_ACTIVE,
    VFJ_PLAN_LOGGED, /* observe mode: the plan of this attachment was written down */
};

/* One difference between observed and desired that a command removes. The numbers are persisted in
 * checkpoints, as masks and lists (core/machine/state_text.h); the order of the plan is that of its
 * rows (core/machine/plan.c). */
enum vfj_need {
    VFJ_NEED_NONE,
    VFJ_NEED_VF_DOWN,            /* the VF has the data path and can't be joined, or has no link */
    VFJ_NEED_SCRIPT,             /* the per-interface script */
    VFJ_NEED_STRAY_VF,           /* the VF is a port of another slot's lagg */
    VFJ_NEED_LAGG,               /* laggN exists */
    VFJ_NEED_NO_DAD,             /* laggN has nd6 option no_dad */
    VFJ_NEED_HN_UP,              /* */
    VFJ_NEED_LAGG_UP,            /* */
    VFJ_NEED_INET,               /* laggN has the IPv4 addresses of hn and VF */
    VFJ_NEED_RC_INET,            /* laggN has rc.conf's IPv4 configuration, since hn has none */
    VFJ_NEED_LEASE,              /* laggN has a copy of hn's lease */
    VFJ_NEED_HN_DHCLIENT,        /* no dhclient runs on hn */
    VFJ_NEED_HN_PORT,            /* hn is a port of laggN */
    VFJ_NEED_HN_ADDRESSES,       /* hn has no address */
    VFJ_NEED_VF_DHCLIENT,        /* no dhclient runs on the VF */
    VFJ_NEED_VF_ADDRESSES,       /* the VF has no address */
    VFJ_NEED_INET6,              /* laggN has the IPv6 addresses of hn and VF */
    VFJ_NEED_RC_INET6,           /* laggN has rc.conf's IPv6 configuration, since hn has none */
    VFJ_NEED_RTADV,              /* laggN accepts router advertisements */
    VFJ_NEED_DEFAULT_ROUTE,      /* the IPv4 default route leads through laggN */
    VFJ_NEED_DEFAULT_ROUTE6,     /* the IPv6 default route does not lead through hn */
    VFJ_NEED_NEW_DEFAULT_ROUTE6, /* the IPv6 default route, which nobody has, leads through laggN */
    VFJ_NEED_VF_PORT,            /* the VF is a port of laggN */
    VFJ_NEED_VF_UP,
    VFJ_NEED_DHCLIENT, /* a dhclient runs on laggN */
    VFJ_NEED_RTSOL,    /* a router was asked for an advertisement */
    /* the first of VFJ_ROUTES_MAX: rc.conf's static routes lead through laggN */
    VFJ_NEED_STATIC_ROUTE,
    VFJ_NEED_COUNT = VFJ_NEED_STATIC_ROUTE + VFJ_ROUTES_MAX,
};

/* The commands under way. Their ids follow each other; outcomes arrive in that order. */
struct vfj_batch {
    uint64_t first;  /* id of the first command; of the probe, while observing */
    uint16_t count;  /* commands; 0 when none is under way */
    uint16_t ended;  /* outcomes received */
    uint8_t failure; /* enum vfj_reason: why a command failed that the rest needs; NONE */
    uint8_t pad[3];
    uint8_t kinds[VFJ_BATCH_MAX]; /* enum vfj_command_kind of each */
    uint8_t needs[VFJ_BATCH_MAX]; /* enum vfj_need that each is for */
};

/* Monotonic times; VFJ_NEVER_US: not armed. */
struct vfj_timers {
    int64_t delay_us;   /* hyperv_vf_delay ends */
    int64_t observe_us; /* the guest is observed again */
    int64_t link_us;    /* the link monitor is due */
    int64_t watch_us;   /* a slot with nothing under way is observed, for changes unheard */
};

/* The plan under way, or the last one. The masks have bit 1 << need. */
struct vfj_plan {
    uint64_t tried; /* needs for which a command was issued in this plan */
    /* needs whose command failed, or did not help: the next plan tries them again */
    uint64_t failed;
    uint8_t phase;    /* enum vfj_plan_phase */
    uint8_t batches;  /* issued in this plan */
    uint8_t failures; /* in a row: of observations and of commands that the plan can't do without */
    uint8_t retries;  /* in a row: plans that ended with failed needs */
    /* in a row: observations scheduled after hn's link came up, or until the guest itself joins */
    uint8_t rechecks;
    uint8_t watches; /* in a row: watch timers armed since a batch ran */
    uint8_t pad[2];
};

/* The per-interface script of an administrator, which takes over the work for one hn. */
struct vfj_script_facts {
    uint8_t phase;    /* enum vfj_script_phase */
    uint8_t failures; /* in a row */
    uint8_t refused;  /* a script exists that is not run, and that was reported */
    uint8_t pad;
};

/* The link monitor of the slot's VF. */
struct vfj_link_facts {
    uint8_t monitor; /* enum vfj_link_monitor */
    uint8_t tries;   /* in a row: how often the VF was up and had no link */
    uint8_t pad[2];
};

/* The mode of an hn interface: hw.hn.vf_transparent as the last map or snapshot told it. */
enum vfj_slot_mode {
    VFJ_SLOT_MODE_ORDINARY,    /* hn(4) sends VF_UP and VF_DOWN; the guest joins hn and VF */
    VFJ_SLOT_MODE_TRANSPARENT, /* hn(4) itself ups the VF and moves the data path */
};

/* What is known of a slot in transparent mode (core/machine/transparent.h); zero in the other mode,
 * but for the timer. Numbers may be VFJ_COUNT_UNKNOWN. */
struct vfj_transparent_facts {
    int64_t since_us;  /* monotonic time of the last edge: attached, switched or left */
    int64_t settle_us; /* timer: the snapshot that follows an edge is due; or VFJ_NEVER_US */
    int64_t hour_us;   /* monotonic time at which the hour of `leaves` began */
    /* packets sent, of the snapshot that first showed the data path on the VF */
    int64_t synthetic_out, hn_out, vf_out;
    /* of hn before the VF left, with the data path on it: what hn is compared with; 0: unknown */
    int64_t options, mtu;
    int64_t options_seen; /* of hn, by the last snapshot with the data path on the VF */
    uint16_t findings;    /* bit 1 << enum vfj_finding_kind: those that stand */
    uint8_t mode;         /* enum vfj_slot_mode */
    uint8_t edge;         /* settle_us is to be armed */
    uint8_t leaves;       /* of the VF, within the hour */
    uint8_t reads;        /* in a row: snapshots that did not show the data path on the VF */
    uint8_t pad[2];
};

/* Whether a daemon runs. */
enum vfj_running {
    VFJ_RUNNING_NOT,
    VFJ_RUNNING_YES,
    /* it was told to end: no new plan begins, and it ends when the state is idle */
    VFJ_RUNNING_STOPPING,
};

/* What is being asked of the guest. */
struct vfj_observe_request {
    uint8_t wanted; /* enum vfj_observe: requested, not issued yet */
    /* enum vfj_observe: of the probe under way, or of the next one when a pause precedes it */
    uint8_t asked;
    uint8_t watch; /* nothing but the watch timer asks */
    uint8_t pad;
};

/* One hn interface and its VF: facts, recorded by the handlers of events. core/machine/reconcile.c
 * decides on them. */
struct vfj_slot {
    struct vfj_name hn;
    struct vfj_name vf;   /* empty: none is mapped */
    struct vfj_name unit; /* N of dev.hn.N and laggN; empty: not known */
    uint64_t generation;  /* attachments seen */
    struct vfj_timers timers;
    struct vfj_plan plan;
    struct vfj_batch batch;
    struct vfj_observe_request request;
    struct vfj_script_facts script;
    struct vfj_link_facts link;
    uint8_t state;     /* enum vfj_slot_state, as last reported */
    uint8_t activity;  /* enum vfj_activity */
    uint8_t delay;     /* enum vfj_delay */
    uint8_t data_path; /* enum vfj_data_path */
    uint8_t fault;     /* enum vfj_reason; NONE when all is well */
    /* an observation showed hn and VF in laggN with hn's configuration, and none the contrary since
     */
    uint8_t joined;
    uint8_t lagg_ours; /* in this boot laggN had hn as a port, or was made for it */
    /* an earlier daemon may have deleted addresses or routes unrecorded: rc.conf's are due */
    uint8_t recovering;
    uint8_t pad[4];
    struct vfj_view observed; /* the last observation, as it was read; zero before the first */
    /* The observation that the plan started from: it holds hn's configuration while that moves. Its
     * routers are the last ones observed. While an IPv6 address could not be added, it is that of
     * the plan before. */
    struct vfj_view before;
    struct vfj_transparent_facts transparent; /* the last member: see vfj_state_index_slot() */
};

/* Make the slot of an hn of which nothing is known. */
void vfj_slot_init(struct vfj_slot *slot, struct vfj_name hn);

/* Whether the slot has something to do at a time: a timer but that of the watch is armed. */
bool vfj_slot_awaits_timer(const struct vfj_slot *slot);

/* When the slot's first timer is due; VFJ_NEVER_US: none is armed. */
int64_t vfj_slot_due_us(const struct vfj_slot *slot);

/* When the slot's first timer is due that is not left to the next daemon, while this one is about
 * to end; VFJ_NEVER_US: none. */
int64_t vfj_slot_last_due_us(const struct vfj_slot *slot);

/* Whether a daemon that ends now leaves something of this slot half-done. While a daemon is about
 * to end, a conflict and the pause after a failure do not count, unless laggN has not got hn yet.
 */
bool vfj_slot_is_unfinished(const struct vfj_slot *slot, bool is_stopping);

/* Whether a plan is under way: the guest is being observed or changed, or a conflict or failure
 * holds the plan up. */
bool vfj_slot_has_plan(const struct vfj_slot *slot);

/* Whether the VF has the data path. */
bool vfj_slot_is_on_vf(const struct vfj_slot *slot);

/* Whether the slot's hn is in transparent mode. */
bool vfj_slot_is_transparent(const struct vfj_slot *slot);

/* The slot's state by its facts. The one definition of the public states. */
enum vfj_slot_state vfj_slot_public_state(const struct vfj_slot *slot);

/* Policy scripts: the one script that devd runs, those that wait for it, and those that sleep. */
enum vfj_script { VFJ_SCRIPT_NONE, VFJ_SCRIPT_VFATTACH, VFJ_SCRIPT_VFUP };

struct vfj_script_run {
    uint64_t pending;      /* command under way */
    int64_t delay_us;      /* hyperv_vf_delay, when the script took it from rc.conf */
    struct vfj_name iface; /* $1 */
    struct vfj_name vf;
    struct vfj_name lagg;
    char args[VFJ_ARGS_SIZE]; /* ifconfig_getargs HN, when the script loaded rc.conf */
    uint8_t script;           /* enum vfj_script */
    /* which command of the script is under way: enum step in core/policy/scripts.c */
    uint8_t step;
    uint8_t strip_left; /* IPv4 addresses of hn still to be removed */
    uint8_t dhcp;       /* dhcpif HN, likewise */
    uint8_t sync_dhcp;  /* syncdhcpif HN, likewise */
    uint8_t args_too_long;
    uint8_t pad[2];
};

struct vfj_sleeper {
    uint64_t pending; /* command under way before or after the sleep; 0 while it sleeps */
    int64_t due_us;   /* VFJ_NEVER_US: not in use */
    int64_t delay_us; /* it sleeps so long */
    struct vfj_name iface;
    uint8_t step;
    uint8_t pad[7];
};

struct vfj_waiting {
    struct vfj_name iface;
    uint8_t script;
    uint8_t pad[7];
};

struct vfj_scripts {
    struct vfj_script_run run;
    uint16_t first, waiting; /* ring in queue */
    uint16_t sleeping;       /* sleepers in use */
    uint8_t pad[2];
    struct vfj_sleeper sleepers[VFJ_SLEEPERS_MAX];
    struct vfj_waiting queue[VFJ_SCRIPT_QUEUE_MAX];
};

struct vfj_head {
    uint64_t command_last; /* the newest command id */
    uint64_t boot;         /* counts the boots seen: 1 after the first start */
    int64_t mono_us;       /* of the newest event */
    uint64_t map_pending;  /* id of the map probe under way */
    char boot_id[64];
    uint8_t mode;      /* enum vfj_mode */
    uint8_t policy;    /* enum vfj_policy */
    uint8_t running;   /* enum vfj_running */
    uint8_t map_again; /* something asked for the map while it was being read */
    uint8_t map_failures;
    uint8_t slot_count;
    uint8_t transparent; /* last known */
    uint8_t observe_all; /* the next map is the first after a gap: every slot is observed */
    int64_t map_retry_us;
    int64_t due_us; /* the earliest of all timers and sleepers; VFJ_NEVER_US none */
    uint64_t parts; /* digests of all parts, folded into one by exclusive or */
};

/* Of each part what the head sums up, so that a step reads only the parts it wrote: slots, then rc,
 * then scripts. In `next` only the entries of touched parts are valid. */
struct vfj_index {
    int64_t due_us[VFJ_SLOTS_MAX + 1]; /* of each slot, and the earliest of the sleepers last */
    uint64_t digests[VFJ_SLOTS_MAX + 2];
};

struct vfj_state {
    struct vfj_head head;
    struct vfj_index index;
    struct vfj_rc rc;
    struct vfj_scripts scripts;
    struct vfj_slot slots[VFJ_SLOTS_MAX]; /* the first head.slot_count of them */
};

/* The state of a journal without records. */
void vfj_state_init(struct vfj_state *state);

/* Take over into `state` what a step from `state` wrote to `next`. */
void vfj_state_adopt(struct vfj_state *state, const struct vfj_state *next,
                     const struct vfj_touched *touched);

/* Bring the index of one part up to date with the part: slots[i], rc, scripts. */
void vfj_state_index_slot(struct vfj_state *state, unsigned i);
void vfj_state_index_rc(struct vfj_state *state);
void vfj_state_index_scripts(struct vfj_state *state);

/* Make the index anew, but for parts that no step has written (their digest is 0, which is looked
 * at). Whether head and parts are of one state, by what the head sums up; nothing of the state need
 * be well-formed. */
bool vfj_state_index(struct vfj_state *state);

/* Add `more` to `touched`. */
void vfj_touched_merge(struct vfj_touched *touched, const struct vfj_touched *more);

/* A 64-bit digest of the whole state; costs only the head, for the parts' digests are kept by
 * vfj_step. */
uint64_t vfj_state_digest(const struct vfj_state *state);

#endif
