/* The machine's state: a plain value of fixed arrays without pointers. */
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

/* No struct of the state has padding. Equal states are therefore equal bytes, and a digest is
 * the same on FreeBSD/amd64 and arm64. core/machine/state.c checks the sizes at compile time. */

enum { VFJ_NEVER_US = -1 }; /* a deadline that is not set */

/* The activities of a slot. X(symbol, persisted name, activities that may follow, sentence for
 * people). A batch starts only after an observation or after another batch. vfj_reconcile()
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

/* Returns whether the table lets activity `to` follow activity `from` within one step. */
bool vfj_activity_may_follow(enum vfj_activity from, enum vfj_activity to);

/* The reasons to observe the guest, the strongest last. Of two requests the stronger one stays. */
enum vfj_observe {
    VFJ_OBSERVE_NOT,
    VFJ_OBSERVE_CHANGE,       /* a line, a timer or an outcome may have changed the guest */
    VFJ_OBSERVE_GAP,          /* events were missed: another VF may have the same name */
    VFJ_OBSERVE_REDISCOVERED, /* the map names a VF that no line announced */
};

/* The phase of hyperv_vf_delay for the attached VF. */
enum vfj_delay {
    VFJ_DELAY_NONE,    /* the VF has no delay: the machine leaves it up or down */
    VFJ_DELAY_DUE,     /* the delay starts at the end of this step */
    VFJ_DELAY_RUNNING, /* runs until timers.delay_us */
    VFJ_DELAY_OVER,    /* the delay is over: the VF is to be joined and upped */
};

/* The interface that has the data path. */
enum vfj_data_path {
    VFJ_DATA_PATH_HN,
    VFJ_DATA_PATH_VF_OBSERVED, /* an observation showed it on the VF */
    VFJ_DATA_PATH_VF_REPORTED, /* a VF_UP reported it, too: another VF_UP means a lost VF_DOWN */
};

/* The phase of the link monitor. While a VF is up, hn pretends to have no link. A VF that is up
 * without link leaves the guest without traffic. */
enum vfj_link_monitor {
    VFJ_LINK_MONITOR_OFF,     /* the VF has its link, or is down */
    VFJ_LINK_MONITOR_WAITING, /* the VF is up without link, until timers.link_us */
    VFJ_LINK_MONITOR_EXPIRED, /* the wait is over: the next observation decides */
    /* the VF is to be taken down; in observe mode the machine only reports that */
    VFJ_LINK_MONITOR_NO_LINK,
    VFJ_LINK_MONITOR_HELD,  /* the machine took the VF down, until timers.link_us */
    VFJ_LINK_MONITOR_RETRY, /* the machine took the VF down, and is to join and up it again */
};

/* The phase of the per-interface script since the last VF_UP. */
enum vfj_script_phase {
    VFJ_SCRIPT_DUE,
    VFJ_SCRIPT_RAN,
    VFJ_SCRIPT_JOINED, /* a later observation showed the VF as a port */
    /* the script runs; a VF_UP or VF_DOWN meanwhile sets DUE again */
    VFJ_SCRIPT_RUNS,
};

/* The phase of the plan. A plan is all commands that bring a slot from one stable state to the
 * next. */
enum vfj_plan_phase {
    VFJ_PLAN_NONE,
    /* the machine issued commands; the plan ends when an observation shows no difference */
    VFJ_PLAN_ACTIVE,
    VFJ_PLAN_LOGGED, /* observe mode: the plan of this attachment is in the journal */
};

/* One difference between observed and desired that a command removes. Checkpoints hold the
 * numbers, as masks and lists (core/machine/state_text.h). The rows of core/machine/plan.c set
 * the order of the plan. */
enum vfj_need {
    VFJ_NEED_NONE,
    VFJ_NEED_VF_DOWN,            /* the VF has the data path and can't be joined, or has no link */
    VFJ_NEED_SCRIPT,             /* the per-interface script has run */
    VFJ_NEED_VF_LEAVE,           /* the VF is a port of another slot's lagg */
    VFJ_NEED_LAGG,               /* laggN exists */
    VFJ_NEED_NO_DAD,             /* laggN has nd6 option no_dad */
    VFJ_NEED_HN_UP,              /* hn is up */
    VFJ_NEED_LAGG_UP,            /* laggN is up */
    VFJ_NEED_INET,               /* laggN has the IPv4 addresses of hn and VF */
    VFJ_NEED_RC_INET,            /* laggN has rc.conf's IPv4 configuration, when hn has none */
    VFJ_NEED_LEASE,              /* laggN has a copy of hn's lease */
    VFJ_NEED_HN_DHCLIENT,        /* no dhclient runs on hn */
    VFJ_NEED_HN_PORT,            /* hn is a port of laggN */
    VFJ_NEED_HN_ADDRESSES,       /* hn has no address */
    VFJ_NEED_VF_DHCLIENT,        /* no dhclient runs on the VF */
    VFJ_NEED_VF_ADDRESSES,       /* the VF has no address */
    VFJ_NEED_INET6,              /* laggN has the IPv6 addresses of hn and VF */
    VFJ_NEED_RC_INET6,           /* laggN has rc.conf's IPv6 configuration, when hn has none */
    VFJ_NEED_RTADV,              /* laggN accepts router advertisements */
    VFJ_NEED_DEFAULT_ROUTE,      /* the IPv4 default route leads through laggN */
    VFJ_NEED_DEFAULT_ROUTE6,     /* the IPv6 default route does not lead through hn */
    VFJ_NEED_NEW_DEFAULT_ROUTE6, /* a missing IPv6 default route is added through laggN */
    VFJ_NEED_VF_PORT,            /* the VF is a port of laggN */
    VFJ_NEED_VF_UP,              /* the VF is up */
    VFJ_NEED_DHCLIENT,           /* a dhclient runs on laggN */
    VFJ_NEED_RTSOL,              /* laggN has solicited a router advertisement */
    /* rc.conf's static routes lead through laggN; VFJ_ROUTES_MAX needs from here on */
    VFJ_NEED_STATIC_ROUTE,
    VFJ_NEED_COUNT = VFJ_NEED_STATIC_ROUTE + VFJ_ROUTES_MAX,
};

/* The commands of a slot that have no outcome yet. Their ids are consecutive, and their outcomes
 * arrive in that order. */
struct vfj_batch {
    uint64_t first;  /* id of the first command, or of the probe */
    uint16_t count;  /* number of commands; 0: none runs */
    uint16_t ended;  /* number of outcomes received */
    uint8_t failure; /* enum vfj_reason: failure of a required command; NONE: none */
    uint8_t pad[3];
    uint8_t kinds[VFJ_BATCH_MAX]; /* enum vfj_command_kind of each command */
    uint8_t needs[VFJ_BATCH_MAX]; /* enum vfj_need of each command */
};

/* Monotonic times. VFJ_NEVER_US: the timer is not armed. */
struct vfj_timers {
    int64_t delay_us;   /* end of hyperv_vf_delay */
    int64_t observe_us; /* next observation of the guest */
    int64_t link_us;    /* end of the link monitor's phase */
    int64_t watch_us;   /* next observation of an idle slot, for changes that no line reports */
};

/* The active plan, or the last one. The masks have bit 1 << need. */
struct vfj_plan {
    uint64_t tried; /* needs for which this plan issued a command */
    /* needs whose command failed or had no effect; the next plan tries them again */
    uint64_t failed;
    uint8_t phase;    /* enum vfj_plan_phase */
    uint8_t batches;  /* batches that this plan issued */
    uint8_t failures; /* failed observations, required commands and conflicts, in a row */
    uint8_t retries;  /* plans that ended with failed needs, in a row */
    /* observations in a row after hn's link came up, or in observe mode until the guest joins hn
     * and VF */
    uint8_t rechecks;
    uint8_t watches; /* watch timers armed since the last batch */
    uint8_t pad[2];
};

/* The per-interface script of an administrator, which replaces the machine's plan for one hn. */
struct vfj_script_facts {
    uint8_t phase;    /* enum vfj_script_phase */
    uint8_t failures; /* failures in a row */
    uint8_t refused;  /* the machine refused to run an existing script, and reported that */
    uint8_t pad;
};

/* The link monitor of the slot's VF. */
struct vfj_link_facts {
    uint8_t monitor; /* enum vfj_link_monitor */
    uint8_t tries;   /* waits in a row that ended without a link */
    uint8_t pad[2];
};

/* The mode of an hn interface: hw.hn.vf_transparent of the last map or snapshot. */
enum vfj_slot_mode {
    VFJ_SLOT_MODE_ORDINARY,    /* hn(4) sends VF_UP and VF_DOWN; the guest joins hn and VF */
    VFJ_SLOT_MODE_TRANSPARENT, /* hn(4) itself ups the VF and moves the data path */
};

/* The facts of a slot in transparent mode (core/machine/transparent.h). In the other mode all
 * members are zero, and settle_us is VFJ_NEVER_US. Numbers may be VFJ_COUNT_UNKNOWN. */
struct vfj_transparent_facts {
    int64_t since_us;  /* monotonic time of the last edge: attached, switched or left */
    int64_t settle_us; /* timer of the snapshot that follows an edge, or VFJ_NEVER_US */
    int64_t hour_us;   /* monotonic time of the first departure in `leaves` */
    /* packets sent, of the snapshot that first showed the data path on the VF */
    int64_t synthetic_out, hn_out, vf_out;
    /* reference for comparison: hn's values while the last VF had the data path; 0: unknown */
    int64_t options, mtu;
    int64_t options_seen; /* hn's options of the last snapshot with the data path on the VF */
    uint16_t findings;    /* bit 1 << enum vfj_finding_kind of each finding that stands */
    uint8_t mode;         /* enum vfj_slot_mode */
    uint8_t edge;         /* an edge came, and settle_us is to be armed */
    uint8_t leaves;       /* departures of the VF since hour_us */
    uint8_t reads;        /* snapshots in a row that did not show the data path on the VF */
    uint8_t pad[2];
};

/* The phases of the daemon. */
enum vfj_running {
    VFJ_RUNNING_NOT,
    VFJ_RUNNING_YES,
    /* the daemon was asked to end: it begins no new plan, and ends when the state is idle */
    VFJ_RUNNING_STOPPING,
};

/* The request for an observation of the guest. */
struct vfj_observe_request {
    uint8_t wanted; /* enum vfj_observe: reason of a request without a probe yet */
    /* enum vfj_observe: reason of the probe that runs, or of the probe after a pause */
    uint8_t asked;
    uint8_t watch; /* the watch timer alone made the request */
    uint8_t pad;
};

/* One hn interface and its VF. The handlers of events record facts, and core/machine/reconcile.c
 * decides on them. */
struct vfj_slot {
    struct vfj_name hn;
    struct vfj_name vf;   /* the VF that the kernel maps to hn; empty: none */
    struct vfj_name unit; /* N of dev.hn.N and laggN; empty: not known */
    uint64_t generation;  /* number of attachments seen */
    struct vfj_timers timers;
    struct vfj_plan plan;
    struct vfj_batch batch;
    struct vfj_observe_request request;
    struct vfj_script_facts script;
    struct vfj_link_facts link;
    uint8_t state;     /* enum vfj_slot_state in the last transition */
    uint8_t activity;  /* enum vfj_activity */
    uint8_t delay;     /* enum vfj_delay */
    uint8_t data_path; /* enum vfj_data_path */
    uint8_t fault;     /* enum vfj_reason; NONE: no fault */
    /* an observation showed hn and VF as laggN's ports, with hn's configuration on laggN; no
     * later observation or line contradicts that */
    uint8_t joined;
    uint8_t lagg_ours; /* laggN had hn as a port in this boot, or a plan made laggN for hn */
    /* an earlier daemon may have deleted addresses or routes unrecorded: a plan restores those
     * of rc.conf */
    uint8_t recovering;
    uint8_t pad[4];
    struct vfj_view observed; /* the last observation, unchanged; zero before the first */
    /* The observation at the beginning of the plan. This view keeps hn's configuration while
     * commands move that. The gateways are the last ones observed. IPv6 addresses that no
     * command could add to laggN stay here for the next plan. */
    struct vfj_view before;
    /* the last member, as vfj_state_index_slot() needs it */
    struct vfj_transparent_facts transparent;
};

/* Initializes the slot of an hn of which only the name is known. */
void vfj_slot_init(struct vfj_slot *slot, struct vfj_name hn);

/* Returns whether a timer of the slot other than watch_us is armed. */
bool vfj_slot_awaits_timer(const struct vfj_slot *slot);

/* Returns the time of the slot's first timer, or VFJ_NEVER_US. */
int64_t vfj_slot_due_us(const struct vfj_slot *slot);

/* Returns the time of the first timer that a stopping daemon still serves: the pause of an
 * active plan, or the wait for a VF's link. Returns VFJ_NEVER_US without one. */
int64_t vfj_slot_last_due_us(const struct vfj_slot *slot);

/* Returns whether a daemon that ends now leaves a probe, a batch, a plan or a wait for a link of
 * this slot unfinished. With `is_stopping` a plan in a pause counts only when laggN was made for
 * hn and hn is no port yet. */
bool vfj_slot_is_unfinished(const struct vfj_slot *slot, bool is_stopping);

/* Returns whether the slot has a plan, a probe or a batch. A plan that a conflict or failure
 * delays counts, too. */
bool vfj_slot_has_plan(const struct vfj_slot *slot);

/* Returns whether the VF has the data path. */
bool vfj_slot_is_on_vf(const struct vfj_slot *slot);

/* Returns whether the slot's hn is in transparent mode. */
bool vfj_slot_is_transparent(const struct vfj_slot *slot);

/* Returns the public state that follows from the slot's facts. No other function defines the
 * public states. */
enum vfj_slot_state vfj_slot_public_state(const struct vfj_slot *slot);

/* Policy scripts: the script that devd runs, the scripts that wait for it, and the scripts that
 * sleep. */
enum vfj_script { VFJ_SCRIPT_NONE, VFJ_SCRIPT_VFATTACH, VFJ_SCRIPT_VFUP };

struct vfj_script_run {
    uint64_t pending;      /* id of the command that runs */
    int64_t delay_us;      /* hyperv_vf_delay as the script read it from rc.conf */
    struct vfj_name iface; /* $1 of the script */
    struct vfj_name vf;
    struct vfj_name lagg;
    char args[VFJ_ARGS_SIZE]; /* ifconfig_getargs HN as the script read it from rc.conf */
    uint8_t script;           /* enum vfj_script */
    /* the command of the script that runs: enum step in core/policy/scripts.c */
    uint8_t step;
    uint8_t strip_left; /* IPv4 addresses of hn that the script has yet to remove */
    uint8_t dhcp;       /* dhcpif HN as the script read it from rc.conf */
    uint8_t sync_dhcp;  /* syncdhcpif HN as the script read it from rc.conf */
    uint8_t args_too_long;
    uint8_t pad[2];
};

struct vfj_sleeper {
    uint64_t pending; /* id of the command before or after the sleep; 0 during the sleep */
    int64_t due_us;   /* end of the sleep; VFJ_NEVER_US: the entry is not in use */
    int64_t delay_us; /* length of the sleep */
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
    uint16_t first, waiting; /* index of the ring's first entry in `queue`, and their number */
    uint16_t sleeping;       /* number of sleepers in use */
    uint8_t pad[2];
    struct vfj_sleeper sleepers[VFJ_SLEEPERS_MAX];
    struct vfj_waiting queue[VFJ_SCRIPT_QUEUE_MAX];
};

struct vfj_head {
    uint64_t command_last; /* the newest command id */
    uint64_t boot;         /* number of boots seen: 1 after the first start */
    int64_t mono_us;       /* monotonic time of the newest event */
    uint64_t map_pending;  /* id of the map probe that runs; 0: none */
    char boot_id[64];
    uint8_t mode;      /* enum vfj_mode */
    uint8_t policy;    /* enum vfj_policy */
    uint8_t running;   /* enum vfj_running */
    uint8_t map_again; /* a request for the map came while a map probe ran */
    uint8_t map_failures;
    uint8_t slot_count;
    uint8_t transparent; /* hw.hn.vf_transparent is positive, by the last map or observation */
    uint8_t observe_all; /* the next map is the first after a gap: every slot is observed */
    int64_t map_retry_us;
    int64_t due_us; /* the earliest of all timers and sleepers, or VFJ_NEVER_US */
    uint64_t parts; /* exclusive or of the digests of all parts */
};

/* The due time and the digest of each part: slots, then rc, then scripts. The head sums them up,
 * and a step computes only those of the parts that it wrote. In `next` only the entries of
 * touched parts are valid. */
struct vfj_index {
    int64_t due_us[VFJ_SLOTS_MAX + 1]; /* first timer of each slot, then the earliest sleeper */
    uint64_t digests[VFJ_SLOTS_MAX + 2];
};

struct vfj_state {
    struct vfj_head head;
    struct vfj_index index;
    struct vfj_rc rc;
    struct vfj_scripts scripts;
    struct vfj_slot slots[VFJ_SLOTS_MAX]; /* the first head.slot_count are in use */
};

/* Initializes the state of a journal without records. */
void vfj_state_init(struct vfj_state *state);

/* Copies into `state` the parts that a step from `state` wrote to `next`. */
void vfj_state_adopt(struct vfj_state *state, const struct vfj_state *next,
                     const struct vfj_touched *touched);

/* Each computes the index of one part again: slots[i], rc, scripts. */
void vfj_state_index_slot(struct vfj_state *state, unsigned i);
void vfj_state_index_rc(struct vfj_state *state);
void vfj_state_index_scripts(struct vfj_state *state);

/* Computes the index of all parts again. A digest 0 of rc or scripts means that no step wrote
 * that part, and stays. Returns whether the head's summary matches the parts. Accepts a state
 * that is not well-formed. */
bool vfj_state_index(struct vfj_state *state);

/* Adds the parts in `more` to `touched`. */
void vfj_touched_merge(struct vfj_touched *touched, const struct vfj_touched *more);

/* Returns a 64-bit digest of the whole state. Reads only the head, in which vfj_step() keeps the
 * digests of the parts. */
uint64_t vfj_state_digest(const struct vfj_state *state);

#endif
