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

/* The limits of the clock, and of all times that derive from it. They are below INT64_MAX, so that
 * the sum of a few times is still a valid time. */
#define VFJ_CLOCK_MAX_US (INT64_MAX / 16)
#define VFJ_TIME_MAX_US  (INT64_MAX / 8)

/* The activities of a slot. X(symbol, persisted name, activities that may follow, sentence for
 * people). A batch starts only after an observation or another batch. vfj_reconcile() checks every
 * change of activity. */
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

/* Returns true when VFJ_ACTIVITIES lets activity `to` follow activity `from` within one step. */
bool vfj_activity_may_follow(enum vfj_activity from, enum vfj_activity to);

/* The reasons to observe the guest, in order of strength, the strongest last. Of two requests,
 * the reason of the stronger one stays. */
enum vfj_observe {
    VFJ_OBSERVE_NOT,
    VFJ_OBSERVE_CHANGE,       /* a line, a timer or an outcome may have changed the guest */
    VFJ_OBSERVE_GAP,          /* events were missed, so that another VF may have the same name */
    VFJ_OBSERVE_REDISCOVERED, /* the map names a VF that no line announced */
};

/* The phase of hyperv_vf_delay for the attached VF. */
enum vfj_delay {
    VFJ_DELAY_NONE,    /* no delay: the machine leaves the VF up or down */
    VFJ_DELAY_DUE,     /* the delay starts at the end of this step */
    VFJ_DELAY_RUNNING, /* the delay runs until timers.delay_us */
    VFJ_DELAY_OVER,    /* the delay is over: the VF is to be joined and upped */
};

/* The interface that has the data path. */
enum vfj_data_path {
    VFJ_DATA_PATH_HN,
    VFJ_DATA_PATH_VF_OBSERVED, /* an observation showed the data path on the VF */
    /* a VF_UP also reported it; when another VF_UP follows, a VF_DOWN between them was missed */
    VFJ_DATA_PATH_VF_REPORTED,
};

/* The phase of the link monitor. While a VF is up, hn pretends to have no link. A VF that is up
 * without link leaves the guest without traffic. */
enum vfj_link_monitor {
    VFJ_LINK_MONITOR_OFF,     /* the VF has its link, or is down */
    VFJ_LINK_MONITOR_WAITING, /* the VF is up without link, until timers.link_us */
    VFJ_LINK_MONITOR_EXPIRED, /* the wait is over; the next observation shows whether the VF has a link */
    /* a command must take the VF down; in observe mode the machine only reports the missing link */
    VFJ_LINK_MONITOR_NO_LINK,
    VFJ_LINK_MONITOR_HELD, /* the machine took the VF down; it stays down until timers.link_us */
    /* the machine took the VF down, and the next plan joins and ups it again */
    VFJ_LINK_MONITOR_RETRY,
};

/* The phase of the per-interface script since the last VF_UP. */
enum vfj_script_phase {
    VFJ_SCRIPT_DUE,
    VFJ_SCRIPT_RAN,
    VFJ_SCRIPT_JOINED, /* a later observation showed the VF as a port of laggN */
    /* The script runs. A VF_UP or VF_DOWN during the run sets DUE again. */
    VFJ_SCRIPT_RUNS,
};

/* The phase of the plan. A plan is all commands that bring a slot from one stable state to the
 * next. */
enum vfj_plan_phase {
    VFJ_PLAN_NONE,
    /* the machine issued commands; the plan ends when an observation shows no difference */
    VFJ_PLAN_ACTIVE,
    VFJ_PLAN_LOGGED, /* observe mode: the plan for this attachment of the VF is in the journal */
};

/* One difference between observed and desired that a command removes. Each comment tells the state
 * in which the need is met. State checkpoints hold the numbers, as masks and lists
 * (core/machine/state_text.h). The rows of core/machine/plan.c set the order of the plan. */
enum vfj_need {
    VFJ_NEED_NONE,
    /* the VF is down, since it has the data path and cannot be joined, or has no link */
    VFJ_NEED_VF_DOWN,
    VFJ_NEED_SCRIPT,             /* the per-interface script has run */
    VFJ_NEED_VF_LEAVE,           /* no other slot's lagg has the VF as a port */
    VFJ_NEED_LAGG,               /* laggN exists */
    VFJ_NEED_NO_DAD,             /* laggN has nd6 option no_dad */
    VFJ_NEED_HN_UP,              /* hn is up */
    VFJ_NEED_LAGG_UP,            /* laggN is up */
    VFJ_NEED_INET,               /* laggN has the IPv4 addresses of hn and VF */
    VFJ_NEED_RC_INET,            /* laggN has rc.conf's IPv4 addresses, if hn has no IPv4 address */
    VFJ_NEED_LEASE,              /* laggN has a copy of hn's lease */
    VFJ_NEED_HN_DHCLIENT,        /* no dhclient runs on hn */
    VFJ_NEED_HN_PORT,            /* hn is a port of laggN */
    VFJ_NEED_HN_ADDRESSES,       /* hn has no address */
    VFJ_NEED_VF_DHCLIENT,        /* no dhclient runs on the VF */
    VFJ_NEED_VF_ADDRESSES,       /* the VF has no address */
    VFJ_NEED_INET6,              /* laggN has the IPv6 addresses of hn and VF */
    VFJ_NEED_RC_INET6,           /* laggN has rc.conf's IPv6 addresses, if hn has no IPv6 address */
    VFJ_NEED_RTADV,              /* laggN accepts router advertisements */
    VFJ_NEED_DEFAULT_ROUTE,      /* the IPv4 default route leads through laggN */
    VFJ_NEED_DEFAULT_ROUTE6,     /* the IPv6 default route does not lead through hn */
    VFJ_NEED_NEW_DEFAULT_ROUTE6, /* an IPv6 default route leads through laggN, if there was none */
    VFJ_NEED_VF_PORT,            /* the VF is a port of laggN */
    VFJ_NEED_VF_UP,              /* the VF is up */
    VFJ_NEED_DHCLIENT,           /* a dhclient runs on laggN */
    VFJ_NEED_RTSOL,              /* laggN has solicited a router advertisement */
    /* rc.conf's static route 0 leads through laggN; the next numbers stand for the other routes */
    VFJ_NEED_STATIC_ROUTE,
    /* hn has the addresses of a laggN that was lost and cannot be created again */
    VFJ_NEED_GIVE_BACK = VFJ_NEED_STATIC_ROUTE + VFJ_ROUTES_MAX,
    VFJ_NEED_LABELS,    /* laggN is in the groups of hn, and has its description */
    VFJ_NEED_TAKE_BACK, /* a foreign laggN has no address that this plan added for hn */
    /* the routes that hn had and rc.conf does not have lead through laggN: those without a router,
     * and those with one */
    VFJ_NEED_KEPT_LINK_ROUTES,
    VFJ_NEED_KEPT_ROUTES,
    VFJ_NEED_COUNT,
};

/* The running batch of a slot, or its probe. The ids of the commands are consecutive, and their
 * outcomes arrive in the order of the ids. */
struct vfj_batch {
    uint64_t first;  /* id of the first command, or of the probe */
    uint16_t count;  /* number of commands; 0: none runs */
    uint16_t ended;  /* number of outcomes received */
    uint8_t failure; /* enum vfj_reason: failure of a required command; NONE: no such failure */
    uint8_t pad[3];
    uint8_t kinds[VFJ_BATCH_MAX]; /* enum vfj_command_kind of each command */
    uint8_t needs[VFJ_BATCH_MAX]; /* enum vfj_need of each command */
};

/* Monotonic times in microseconds. VFJ_NEVER_US: the timer is not armed. */
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
    uint8_t phase;   /* enum vfj_plan_phase */
    uint8_t batches; /* batches that this plan issued */
    /* failed observations, failed required commands and conflicts, one after another */
    uint8_t failures;
    uint8_t retries; /* plans that ended with failed needs, one after another */
    /* number of rechecks in a row; a recheck is an observation after hn's link came up, or one in
     * observe mode while the guest itself has not joined hn and VF */
    uint8_t rechecks;
    uint8_t watches; /* number of watch timers armed since the last batch */
    uint8_t pad[2];
};

/* The per-interface script of an administrator, which replaces the machine's plan for one hn. */
struct vfj_script_facts {
    uint8_t phase;    /* enum vfj_script_phase */
    uint8_t failures; /* failures in a row */
    uint8_t refused;  /* the machine refused to run an existing script, and has reported that */
    uint8_t pad;
};

/* The link monitor of the slot's VF. */
struct vfj_link_facts {
    uint8_t monitor; /* enum vfj_link_monitor */
    uint8_t tries;   /* number of waits for the link in a row that ended without a link */
    uint8_t pad[2];
};

/* The mode of an hn interface, from hw.hn.vf_transparent in the last map or snapshot. */
enum vfj_slot_mode {
    VFJ_SLOT_MODE_ORDINARY,    /* hn(4) sends VF_UP and VF_DOWN; the guest joins hn and VF */
    VFJ_SLOT_MODE_TRANSPARENT, /* hn(4) itself ups the VF and moves the data path */
};

/* The facts of a slot in transparent mode (core/machine/transparent.h). In ordinary mode
 * settle_us is VFJ_NEVER_US and all other members are zero. Numbers may be VFJ_COUNT_UNKNOWN. An
 * edge is one of three changes: the VF attached, hn(4) switched the data path to the VF, or the
 * VF left. */
struct vfj_transparent_facts {
    int64_t since_us;  /* monotonic time of the last edge */
    int64_t settle_us; /* due time of the snapshot that follows an edge, or VFJ_NEVER_US */
    int64_t hour_us;   /* monotonic time of the first of the departures that `leaves` counts */
    /* packets counted when a snapshot first showed the data path on the VF: sent by hn itself
     * (synthetic), by hn in all, and by the VF */
    int64_t synthetic_out, hn_out, vf_out;
    /* hn's options and MTU while the last VF had the data path; later snapshots are compared with
     * them; 0: unknown */
    int64_t options, mtu;
    /* hn's options in the last snapshot that showed the data path on the VF */
    int64_t options_seen;
    uint16_t findings; /* bit 1 << enum vfj_finding_kind: the finding stands */
    uint8_t mode;      /* enum vfj_slot_mode */
    uint8_t edge;      /* this step has an edge, after which settle_us must be armed */
    uint8_t leaves;    /* departures of the VF since hour_us */
    uint8_t reads;     /* number of snapshots in a row that did not show the data path on the VF */
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
    uint8_t wanted; /* enum vfj_observe: reason of a request for which no probe was issued yet */
    /* enum vfj_observe: reason of the probe that runs, or of the probe that follows a pause */
    uint8_t asked;
    uint8_t watch; /* the watch timer is the only cause of the request */
    uint8_t pad;
};

/* One hn interface and its VF. The handlers of events record facts, and core/machine/reconcile.c
 * decides on them. */
struct vfj_slot {
    struct vfj_name hn;
    struct vfj_name vf;   /* the VF that the kernel maps to hn; empty: none */
    struct vfj_name unit; /* N of dev.hn.N and laggN; empty: not known */
    uint64_t generation;  /* number of attachments of VFs that the machine has seen */
    struct vfj_timers timers;
    struct vfj_plan plan;
    struct vfj_batch batch;
    struct vfj_observe_request request;
    struct vfj_script_facts script;
    struct vfj_link_facts link;
    uint8_t state;     /* enum vfj_slot_state of the last transition */
    uint8_t activity;  /* enum vfj_activity */
    uint8_t delay;     /* enum vfj_delay */
    uint8_t data_path; /* enum vfj_data_path */
    uint8_t fault;     /* enum vfj_reason; NONE: no fault */
    /* an observation showed that hn and VF are laggN's ports and laggN has hn's configuration; no
     * later observation or line contradicts that observation */
    uint8_t joined;
    uint8_t lagg_ours; /* laggN had hn as a port in this boot, or a plan made laggN for hn */
    /* 1: an earlier daemon may have deleted addresses or routes without a record of it; a plan
     * then restores those that rc.conf has */
    uint8_t recovering;
    uint8_t pad[4];
    struct vfj_view observed; /* the last observation, unchanged; zero before the first */
    /* The observation at the beginning of the plan. It shows hn's configuration, while commands
     * already move addresses and routes to laggN. Its gateways are the last observed ones. IPv6
     * addresses and routes that no command could add to laggN stay here for the next plan. */
    struct vfj_view before;
    /* must be the last member: vfj_state_index_slot() relies on that */
    struct vfj_transparent_facts transparent;
};

/* Initializes a slot of which only the name of hn is known. */
void vfj_slot_init(struct vfj_slot *slot, struct vfj_name hn);

/* Returns true when a timer of the slot other than watch_us is armed. */
bool vfj_slot_awaits_timer(const struct vfj_slot *slot);

/* Returns the due time of the slot's first timer, or VFJ_NEVER_US. */
int64_t vfj_slot_due_us(const struct vfj_slot *slot);

/* Returns the due time of the first timer that a stopping daemon still handles: the pause of an
 * active plan, or the wait for a VF's link. Returns VFJ_NEVER_US when neither is armed. */
int64_t vfj_slot_last_due_us(const struct vfj_slot *slot);

/* Returns true when a daemon that ends now would leave a probe, a batch, a plan or a wait for a
 * link of this slot unfinished. With `is_stopping`, a plan in a pause counts only when laggN was
 * made for hn and hn is not a port yet. */
bool vfj_slot_is_unfinished(const struct vfj_slot *slot, bool is_stopping);

/* Returns true when the slot has a plan, a probe or a batch. A plan that waits because of a
 * conflict or failure counts, too. */
bool vfj_slot_has_plan(const struct vfj_slot *slot);

/* Returns true when the VF has the data path. */
bool vfj_slot_is_on_vf(const struct vfj_slot *slot);

/* Returns true when the slot's hn is in transparent mode. */
bool vfj_slot_is_transparent(const struct vfj_slot *slot);

/* Returns the public state that follows from the slot's facts. This function alone defines the
 * public states. */
enum vfj_slot_state vfj_slot_public_state(const struct vfj_slot *slot);

/* Policy scripts imitates two scripts that devd runs, hyperv_vfattach and hyperv_vfup. enum
 * vfj_script names them. */
enum vfj_script { VFJ_SCRIPT_NONE, VFJ_SCRIPT_VFATTACH, VFJ_SCRIPT_VFUP };

struct vfj_script_run {
    uint64_t pending;      /* id of the command that runs */
    int64_t delay_us;      /* value of hyperv_vf_delay in rc.conf when the script read it */
    struct vfj_name iface; /* the script's first argument: an interface */
    struct vfj_name vf;
    struct vfj_name lagg;
    /* the output of `ifconfig_getargs HN` when the script read rc.conf */
    char args[VFJ_ARGS_SIZE];
    uint8_t script; /* enum vfj_script */
    /* the command that the script is running: enum vfj_script_step */
    uint8_t step;
    uint8_t strip_left; /* IPv4 addresses of hn that the script has yet to remove */
    uint8_t dhcp;       /* the result of `dhcpif HN` when the script read rc.conf */
    uint8_t sync_dhcp;  /* the result of `syncdhcpif HN` when the script read rc.conf */
    uint8_t args_too_long;
    uint8_t pad[2];
};

struct vfj_sleeper {
    /* id of the command that runs before or after the sleep; 0 during the sleep */
    uint64_t pending;
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
    /* `queue` is a ring: `first` is the index of its first entry, `waiting` the number of
     * entries */
    uint16_t first, waiting;
    uint16_t sleeping; /* number of sleepers in use */
    uint8_t pad[2];
    struct vfj_sleeper sleepers[VFJ_SLEEPERS_MAX];
    struct vfj_waiting queue[VFJ_SCRIPT_QUEUE_MAX];
};

struct vfj_head {
    uint64_t command_last; /* the newest command id */
    uint64_t boot;         /* number of boots that the machine has seen: 1 after the first start */
    int64_t mono_us;       /* monotonic time of the newest event */
    uint64_t map_pending;  /* id of the map probe that runs; 0: none */
    char boot_id[64];
    uint8_t mode;      /* enum vfj_mode */
    uint8_t policy;    /* enum vfj_policy */
    uint8_t running;   /* enum vfj_running */
    uint8_t map_again; /* another map was requested while a map probe ran */
    uint8_t map_failures;
    uint8_t slot_count;
    uint8_t transparent; /* the last map or observation has hw.hn.vf_transparent > 0 */
    /* the next map is the first one after a gap, so every slot is observed after that map */
    uint8_t observe_all;
    int64_t map_retry_us;
    int64_t due_us; /* the earliest of all timers and sleepers, or VFJ_NEVER_US */
    uint64_t parts; /* exclusive or of the digests of all parts (slots, rc, scripts) */
};

/* The due time and the digest of each part: the slots, then rc, then scripts. The head holds the
 * earliest due time and the combined digest. A step computes only the entries of the parts that
 * it wrote. In the next state only the entries of written parts are valid. */
struct vfj_index {
    /* the first timer of each slot; the last entry is the first end of a sleep */
    int64_t due_us[VFJ_SLOTS_MAX + 1];
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

/* Copies a state. Neither reads nor writes the slots that are not in use, so that their pages need
 * no memory. */
void vfj_state_copy(struct vfj_state *to, const struct vfj_state *from);

/* Copies into `state` the parts that a step from `state` wrote to `next`. */
void vfj_state_adopt(struct vfj_state *state, const struct vfj_state *next,
                     const struct vfj_touched *touched);

/* Compute again the index entries of one part of the state: slots[i], rc, or scripts. */
void vfj_state_index_slot(struct vfj_state *state, unsigned i);
void vfj_state_index_rc(struct vfj_state *state);
void vfj_state_index_scripts(struct vfj_state *state);

/* Computes the index of all parts again. A digest of 0 for rc or scripts means that no step has
 * written that part, and is not changed. Returns true when head.parts is the combined digest of the
 * parts. The state may be inconsistent: the function then returns false. */
bool vfj_state_index(struct vfj_state *state);

/* Adds the parts in `more` to `touched`. */
void vfj_touched_merge(struct vfj_touched *touched, const struct vfj_touched *more);

/* Returns a 64-bit digest of the whole state. Reads only the head, where vfj_step() maintains the
 * combined digest of the parts. */
uint64_t vfj_state_digest(const struct vfj_state *state);

#endif
