/* The machine's state: a plain value, fixed arrays, no pointers. */
#ifndef VFJ_CORE_STATE_H
#define VFJ_CORE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/decision.h"
#include "core/event.h"
#include "core/limits.h"
#include "core/name.h"
#include "core/observation.h"

/* All members are laid out without padding, so that equal states are equal bytes and one digest fits every
 * FreeBSD/amd64 and arm64 build; core/state.c checks the sizes when it is compiled. */

enum { VFJ_NEVER_US = -1 }; /* a deadline that is not set */

/* What a slot's timer is for. */
enum vfj_timer {
    VFJ_TIMER_NONE,
    VFJ_TIMER_DELAY,   /* hyperv_vf_delay: then the VF is joined and upped */
    VFJ_TIMER_RETRY,   /* a plan failed and is tried again */
    VFJ_TIMER_RECHECK, /* look at the guest again */
};

/* Why a look may have to start the delay. */
enum vfj_found {
    VFJ_FOUND_NOT,
    VFJ_FOUND_NEW,   /* a VF found by a probe, not told of by an event */
    VFJ_FOUND_AGAIN, /* after a gap: a VF known before, perhaps another of the same name */
};

/* A VF that is up and has no link: while it is up hn pretends to have none either. */
enum vfj_watch {
    VFJ_WATCH_NOT,
    VFJ_WATCH_WAITING, /* until link_us for its link */
    VFJ_WATCH_DUE,     /* it waited long enough: if a look shows the same it is over */
    VFJ_WATCH_OVER,    /* to be taken down; in observe mode that is said, and no more */
    VFJ_WATCH_HELD,    /* taken down, and upped again at link_us */
};

/* What a slot's plan is to reach. */
enum vfj_goal {
    VFJ_GOAL_NONE,
    VFJ_GOAL_LOOK,    /* see how the guest is, change nothing but what is harmful */
    VFJ_GOAL_BASE,    /* no half-moved configuration: laggN on hn has all that hn had */
    VFJ_GOAL_JOIN,    /* and the VF is a port */
    VFJ_GOAL_JOIN_UP, /* and the VF is up */
};

/* Values of pending_index where it is not an index: which interface an UP is for, which kind of route is meant, which
 * of rc.conf's words are given, whose dhclient is stopped; and, beside an index, that the address is deleted of the VF. */
enum { VFJ_UP_LAGG, VFJ_UP_HN, VFJ_UP_VF };
enum { VFJ_ROUTE_STATIC, VFJ_ROUTE_DEFAULT, VFJ_ROUTE_DEFAULT6 };
enum { VFJ_CONFIGURE_INET, VFJ_CONFIGURE_INET6, VFJ_CONFIGURE_ALIAS, VFJ_CONFIGURE_ALIAS6 };
enum { VFJ_DHCLIENT_HN, VFJ_DHCLIENT_VF };
enum { VFJ_CARRY_INDEX = 0x7f, VFJ_CARRY_OF_VF = 0x80 };

/* Whether a per-interface script has run since the VF is up, and whether a look has shown its VF as a port after that. */
enum { VFJ_SCRIPT_RAN_NOT, VFJ_SCRIPT_RAN, VFJ_SCRIPT_JOINED };

/* An address on its way from hn, or the VF, to the lagg. */
struct vfj_carry {
    struct vfj_address address;
    uint8_t on_hn;
    uint8_t on_vf;
    uint8_t on_lagg;
    uint8_t of_hn; /* hn had it when this plan first saw it */
    uint8_t pad[4];
};

/* Policy vfjournal: what is believed of the guest, from the last view and the outcomes since. */
struct vfj_belief {
    uint64_t hn_dhclient; /* pid */
    uint64_t vf_dhclient;
    uint64_t lagg_dhclient;
    uint8_t fresh;      /* a view was taken in this plan */
    uint8_t changed;    /* a command has changed the guest since the view */
    uint8_t script;     /* enum vfj_own_script */
    uint8_t script_ran; /* VFJ_SCRIPT_RAN_NOT … */
    uint8_t hn_exists;
    uint8_t hn_up;
    uint8_t hn_rtadv;
    uint8_t hn_elsewhere; /* a port of another lagg */
    uint8_t vf_exists;
    uint8_t vf_up;
    uint8_t lagg_exists;
    uint8_t lagg_up;
    uint8_t lagg_no_dad;
    uint8_t lagg_rtadv;
    uint8_t lagg_has_hn;
    uint8_t lagg_has_vf;
    uint8_t lagg_foreign; /* not for this hn */
    uint8_t lease;        /* hn's lease is to be written again for the lagg */
    uint8_t dhcp;         /* hn had a dhclient: the lagg is to have one */
    uint8_t gateway_on_lagg;
    uint8_t moved;      /* configuration was moved to the lagg in this plan: the routes are due */
    uint8_t configured; /* laggN was given rc.conf's arguments in this plan */
    uint8_t aliases;    /* of rc.conf's aliases, how many were given in this plan */
    uint8_t routes;     /* of rc.conf's static routes, likewise */
    uint8_t carry_count;
    uint8_t carry_truncated;
    uint8_t dhclient_tried;      /* laggN's dhclient was started in this plan */
    uint8_t script_refused;      /* there is a per-interface script that is not run, and it was said */
    uint8_t vf_no_link;          /* the VF is up and has none */
    uint8_t lagg_ours;           /* in this boot laggN had hn, or was made, by us or by others */
    uint8_t configured6;         /* laggN was given rc.conf's IPv6 words in this plan */
    uint8_t script_failures;     /* in a row, of the per-interface script, since the VF is up */
    uint8_t gateway6_on_lagg;    /* the IPv6 default route that somebody added goes through laggN */
    uint8_t gateway6_on_hn;      /* or through hn */
    uint8_t gateway6_failed;     /* it could not be added in this plan */
    uint8_t gateway6_failures;   /* plans in a row that have not got it to laggN */
    uint8_t route_missing;       /* the static route that is due was not there to be changed: it is added */
    uint8_t solicit;             /* an advertisement: 1 to be asked for; then it was */
    uint8_t args_too_long;       /* something of rc.conf that is wanted does not fit in one command, and it was said */
    uint8_t vf_mtu_differs;      /* from the one that lagg(4) would give it as a port */
    struct vfj_name vf_lagg;     /* another lagg that the VF is a port of; empty: none */
    struct vfj_address gateway;  /* of the default route that goes, or went, through hn or the lagg */
    struct vfj_address gateway6; /* likewise of the IPv6 one, a link-local one without its scope */
    struct vfj_carry carry[VFJ_ADDRESSES_MAX]; /* carry_count of them; whatever bytes come after those are nothing */
};

/* One hn interface and its VF. */
struct vfj_slot {
    uint64_t generation; /* attachments seen */
    uint64_t pending;    /* id of the command under way; 0 none */
    int64_t timer_us;    /* mono time at which the timer is due; VFJ_NEVER_US none */
    int64_t link_us;     /* mono time at which the watch is due; VFJ_NEVER_US none */
    struct vfj_name hn;
    struct vfj_name vf;    /* empty: none mapped */
    struct vfj_name unit;  /* N of dev.hn.N and laggN */
    uint8_t state;         /* enum vfj_slot_state */
    uint8_t timer;         /* enum vfj_timer */
    uint8_t goal;          /* enum vfj_goal */
    uint8_t pending_kind;  /* enum vfj_command_kind */
    uint8_t fault;         /* enum vfj_reason; NONE when all is well */
    uint8_t failures;      /* in a row */
    uint8_t steps;         /* commands of this plan so far */
    uint8_t rxvf;          /* the data path is on the VF: VF_UP heard or the kernel says so, no VF_DOWN since */
    uint8_t paper;         /* observe mode: the plan was written down once for this generation */
    uint8_t look_again;    /* something happened while a plan was under way: look when it has ended */
    uint8_t pending_index; /* which address, interface or route the command under way is about */
    uint8_t rechecks;      /* in a row */
    uint8_t found;         /* enum vfj_found: look before anything is timed */
    uint8_t watch;         /* enum vfj_watch */
    uint8_t link_tries;    /* in a row, how often the VF was up and had no link */
    uint8_t up_heard;      /* of this rxvf, VF_UP was heard: devd may tell it long after a look has shown it */
    uint8_t doubt;         /* what was done last, and what was on its way then, may not be known: until a look */
    uint8_t pad[7];
    struct vfj_belief belief;
};

/* When the slot's timer or its watch is due, whichever is first; VFJ_NEVER_US neither. */
int64_t vfj_slot_due_us(const struct vfj_slot *slot);

/* Make `to` the slot that `from` is: of the addresses, which are most of a slot, those that there are. */
void vfj_slot_copy(struct vfj_slot *to, const struct vfj_slot *from);

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
    uint8_t step;             /* which command of the script is under way: enum step in core/policy/scripts.c */
    uint8_t strip_left;       /* IPv4 addresses of hn still to be removed */
    uint8_t dhcp;             /* dhcpif HN, likewise */
    uint8_t sync_dhcp;        /* syncdhcpif HN, likewise */
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

/* rc.conf's values: NAME=value pairs in devd's grammar. */
struct vfj_rc {
    char text[VFJ_RC_SIZE];
};

struct vfj_head {
    uint64_t command_last; /* the newest command id */
    uint64_t boot;         /* counts the boots seen: 1 after the first start */
    int64_t mono_us;       /* of the newest event */
    uint64_t map_pending;  /* id of the map probe under way */
    char boot_id[64];
    uint8_t mode;      /* enum vfj_mode */
    uint8_t policy;    /* enum vfj_policy */
    uint8_t running;   /* a daemon runs */
    uint8_t map_again; /* something asked for the map while it was being read */
    uint8_t map_failures;
    uint8_t slot_count;
    uint8_t transparent; /* last known */
    uint8_t settle;      /* the next map is the first after a gap: every slot is looked at */
    int64_t map_retry_us;
    int64_t due_us; /* the earliest of all timers and sleepers; VFJ_NEVER_US none */
    uint64_t parts; /* digests of all parts, folded into one by exclusive or */
};

/* Of each part what the head sums up, so that a step looks only at the parts it wrote: slots, then rc, then scripts; and
 * what slots are searched for by, for the slots themselves are far apart. In `next` only the entries of touched parts are to
 * be looked at. */
struct vfj_index {
    int64_t due_us[VFJ_SLOTS_MAX + 1]; /* of each slot, and the earliest of the sleepers last */
    uint64_t digests[VFJ_SLOTS_MAX + 2];
    uint64_t pending[VFJ_SLOTS_MAX]; /* the id of each slot's command under way */
    /* The names, and a byte of each, by which a line's slot is searched for: at once, however many there are. */
    struct vfj_name hn[VFJ_SLOTS_MAX];
    struct vfj_name vf[VFJ_SLOTS_MAX];
    uint8_t hn_tags[VFJ_SLOTS_MAX]; /* vfj_name_tag() of them */
    uint8_t vf_tags[VFJ_SLOTS_MAX];
};

struct vfj_state {
    struct vfj_head head;
    struct vfj_index index;
    struct vfj_rc rc;
    struct vfj_scripts scripts;
    struct vfj_slot slots[VFJ_SLOTS_MAX];
};

/* The state of a journal without records. */
void vfj_state_init(struct vfj_state *state);

/* Take over into `state` what a step from `state` wrote to `next`. */
void vfj_state_adopt(struct vfj_state *state, const struct vfj_state *next, const struct vfj_touched *touched);

/* Bring the index of one part up to date with the part: slots[i], rc, scripts. */
void vfj_state_index_slot(struct vfj_state *state, unsigned i);
void vfj_state_index_rc(struct vfj_state *state);
void vfj_state_index_scripts(struct vfj_state *state);

/* Make the index anew, but for parts that no step has written (their digest is 0, which is looked at). Whether head and
 * parts are of one state, by what the head sums up; nothing of the state need be well-formed. */
bool vfj_state_index(struct vfj_state *state);

/* Add `more` to `touched`. */
void vfj_touched_merge(struct vfj_touched *touched, const struct vfj_touched *more);

/* A 64-bit digest of the whole state; costs only the head, for the parts' digests are kept by vfj_step. */
uint64_t vfj_state_digest(const struct vfj_state *state);

#endif
