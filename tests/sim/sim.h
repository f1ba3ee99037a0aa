/* The simulator: the real core, journal writer (ledger) and daemon loop in a simulated guest. A
 * seed determines the whole run. */
#ifndef VFJ_TESTS_SIM_SIM_H
#define VFJ_TESTS_SIM_SIM_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/model/guest.h"
#include "tools/daemon/loop.h"

enum {
    SIM_NICS_MAX = 8,
    SIM_LINES_MAX = 1024,
    SIM_LINE_SIZE = 120,
    SIM_FLIGHT_MAX = 256,
    SIM_HOST_MAX = 64,
    SIM_DIRECTORY_SIZE = 256,
    SIM_PATH_SIZE = SIM_DIRECTORY_SIZE + 16,
    SIM_SNAPSHOT_SIZE = 1 << 17,
    SIM_KEPT_ROUTE_MTU = 1400, /* of the routes that are not in rc.conf */
};

/* A line of devd that is on its way to the daemon. */
struct sim_line {
    int64_t due_us;
    char text[SIM_LINE_SIZE];
};

/* How a command that has not ended yet will end. */
enum sim_fate {
    SIM_FATE_WELL,
    SIM_FATE_FAILS,      /* exit status 1, without an effect */
    SIM_FATE_LIES,       /* exit status 1, although it has its effect */
    SIM_FATE_HANGS,      /* ended at its time limit, without an effect */
    SIM_FATE_DONE_HANGS, /* ended at its time limit, after its effect */
    SIM_FATE_KILLED,     /* ended by a signal, without an effect */
    SIM_FATE_ABSENT,     /* does not start */
};

/* A command that runs, or that waits until the earlier commands of its slot have ended. */
struct sim_flight {
    int64_t due_us;
    int64_t took_us;
    uint64_t order;
    /* for a command that changes the guest: a number that all commands of one decision share */
    uint64_t batch;
    uint8_t fate;
    bool is_waiting;    /* an earlier command of its slot still runs */
    bool is_dropped;    /* an earlier command of its batch failed, so that this one will not run */
    bool is_forgotten;  /* the daemon no longer waits for the outcome */
    bool is_unrecorded; /* the daemon ordered it while the journal could not be written */
    /* for an observation: `answer` already has the guest's state, as it was when the command
     * began */
    bool is_seen;
    struct vfj_command command;
    struct vfj_observation answer;
};

/* A change that the simulated host or kernel will make to one interface. */
enum sim_host {
    SIM_HOST_NONE,
    SIM_HOST_PLUG,
    SIM_HOST_UNPLUG,
    SIM_HOST_LINK_UP,
    SIM_HOST_DATA_PATH,
    SIM_HOST_DHCLIENT,
    SIM_HOST_VF_LINK, /* the link of the VF changes from up to down, or from down to up */
    SIM_HOST_DEFAULT, /* pccard_ether(8) configures the VF with rc.conf's ifconfig_DEFAULT */
    SIM_HOST_SWITCH,  /* in transparent mode: hn(4) moves the data path */
};

struct sim_todo {
    int64_t due_us;
    uint64_t order;
    uint8_t what; /* enum sim_host */
    unsigned nic;
    struct vfj_name vf; /* for PLUG: the name of the VF; empty: any name */
};

/* What uses hn besides the guest's own addresses on hn. */
enum sim_use {
    SIM_USE_NONE,
    SIM_USE_VLAN,
    SIM_USE_BRIDGE,
    SIM_USE_CARP,
    SIM_USE_FIB, /* a FIB on hn0, hn2 and so on; netgraph(4) nodes on hn1, hn3 and so on */
    SIM_USE_OTHER_DHCP,
};

/* One hn interface of the simulated guest, its VF, and what the checks need to know about both. */
struct sim_nic {
    struct vfj_name hn;      /* its present name */
    struct vfj_name hn_unit; /* its name by the driver, hnN */
    struct vfj_name hn_new;  /* the name that rc.conf or an admin gives to hn; empty: none */
    struct vfj_name lagg;
    struct vfj_name vf; /* the VF that the host has attached; empty: none */
    bool dhcp;
    bool is_renamed;  /* rc.conf renames hn to hn_new at each boot */
    bool has_router;  /* the default router in rc.conf is in hn's subnet */
    bool has_router6; /* the static IPv6 default route goes through hn */
    bool has_route;   /* rc.conf has a static route whose gateway is in hn's subnet */
    /* a boot adds a route that is not in rc.conf, through a gateway in hn's subnet */
    bool boots_kept;
    bool has_kept;     /* the guest must have the route that boots_kept describes */
    bool route_failed; /* a command that should have added a route failed */
    bool rtadv;        /* hn's IPv6 address comes from router advertisements */
    bool has_default;  /* rc.conf has ifconfig_DEFAULT: devd configures the VF when it attaches */
    bool has_script;   /* an admin's script joins hn and VF instead of vfjournal */
    bool script_ran;   /* the script ran since the VF last came up */
    bool foreign;      /* an admin has made laggN for another purpose */
    /* an admin destroyed hn's lagg: hn then has only what devd's rules give it */
    bool is_undone;
    /* the rows that showed the lagg's network when an admin destroyed the lagg are lost: no daemon
     * can give this network back to hn */
    bool is_network_lost;
    bool is_hn_down;   /* an admin took hn down */
    bool is_held_down; /* an admin took the VF down, and the daemon must not take it up */
    /* something other than a command changed hn, its VF or lagg since the last observation */
    bool meddled;
    bool is_seen;             /* the present daemon has observed hn */
    bool path_due;            /* a switch of the data path is scheduled */
    struct vfj_name route_if; /* the interface of the static route; empty: no such route */
    char address[VFJ_ADDRESS_SIZE];
    char alias[VFJ_ADDRESS_SIZE]; /* empty: none */
    char inet6[VFJ_ADDRESS_SIZE]; /* empty: none */
    /* the address of a VLAN or bridge on hn, or of carp(4); empty: none */
    char more[VFJ_ADDRESS_SIZE];
    /* enum sim_use: the present use of hn, and the one that rc.conf sets up */
    uint8_t use, told_use;
    bool is_late;      /* an admin made the VLAN or bridge by hand, perhaps after the join */
    bool is_restarted; /* netif was restarted: the next dhclient on hn adds the default route */
    bool comes_without_link; /* the next VF of hn attaches without a link */
    /* number of commands that changed hn, its VF or lagg since the last observation */
    unsigned given_count;
    uint64_t given[VFJ_BATCH_MAX + 1]; /* digests of the words of these commands */
};

enum sim_crash {
    SIM_CRASH_NOT,
    SIM_CRASH_LOOP,
    SIM_CRASH_DISK,
    SIM_CRASH_BEFORE_COMMAND,
    SIM_CRASH_AFTER_COMMAND
};

/* What the journal on disk is known to contain. */
struct sim_durable {
    uint64_t seq;
    /* digest of the state; valid when has_digest is set: no event was submitted after record
     * `seq` */
    uint64_t digest;
    bool has_digest;
    struct vfj_head_hash head;
};

struct sim {
    uint64_t seed, random, order, batch;
    uint64_t random_of_uses;
    bool verbose;
    bool is_transparent; /* every guest of this process is in transparent mode */
    char journal[SIM_PATH_SIZE];

    /* time, in us */
    int64_t now_us;
    int64_t boot_us;  /* time of the guest's boot, on the clock of now_us */
    int64_t clock_us; /* wall clock minus now_us */
    int64_t end_us;   /* time at which the present part of the run ends */

    /* the daemon */
    struct vfj_daemon_loop loop;
    struct vfj_guest_io_listener listener;
    uint8_t mode, policy;
    enum vfj_on_error on_error;
    bool alive;      /* a daemon runs */
    bool broken;     /* the daemon's loop will end without another event */
    bool dead;       /* the daemon crashed or is about to */
    bool crashed;    /* the previous daemon crashed */
    bool stop;       /* SIGTERM will be delivered */
    bool stopping;   /* SIGTERM was delivered, and a plan is unfinished */
    bool in_order;   /* the daemon ended, and no plan was unfinished */
    int64_t stop_us; /* time by which a stopping daemon must have ended */
    /* number of further changing commands until SIGTERM is delivered; 0: no SIGTERM */
    unsigned stop_in;
    bool connected;
    bool rc_changed;
    bool is_checked; /* the checks at the end of the run were made */
    uint8_t crash;   /* enum sim_crash */
    unsigned crash_in;
    int64_t deadline_us, wake_us; /* monotonic clock of the guest */
    int64_t restart_us;
    struct sim_durable durable;
    uint64_t snapshot_rows; /* number of rows between two snapshots; 0: the default */
    size_t snapshot_size;   /* size of the older snapshot that is stored in `snapshot`; 0: none */
    unsigned char snapshot[SIM_SNAPSHOT_SIZE];
    bool had_plan[VFJ_SLOTS_MAX]; /* for each slot: whether it had a plan before the present step */
    /* rows were lost in the present step, and the state was reset to that of the last stored row */
    bool went_back;
    bool records_lost; /* a daemon lost rows about its own commands */
    bool was_detached; /* rows have waited in memory since the daemon started */
    bool power;        /* the crash is a power cut of the whole guest */
    struct vfj_event event;

    /* the guest and the host */
    unsigned boots;
    unsigned nic_count;
    struct sim_nic nics[SIM_NICS_MAX];
    struct vfj_guest guest;
    /* steps since the last change of the guest; step() calls sim_kernel_follow() only in the first
     * two */
    unsigned followed;
    unsigned line_first, line_count;
    struct sim_line lines[SIM_LINES_MAX];
    unsigned flight_count;
    struct sim_flight flights[SIM_FLIGHT_MAX];
    unsigned todo_count;
    struct sim_todo todos[SIM_HOST_MAX];

    /* the storm */
    bool storm;
    int64_t storm_us; /* time of the storm's next event */
    unsigned storm_left;
    unsigned fault_percent, slow_percent;
    unsigned lose_percent, double_percent, late_percent;
    int64_t late_until_us;
    int64_t disk_until_us;

    /* counters for the summary of the run */
    uint64_t events, commands, crashes, cuts, stops, lines_lost;
    uint64_t events_of_storm;
    jmp_buf out;
    char why[256];
};

/* random.c */
uint64_t sim_roll(struct sim *sim, uint64_t sides);
bool sim_chance(struct sim *sim, unsigned percent);
int64_t sim_between(struct sim *sim, int64_t low_us, int64_t high_us);

/* main.c: ends the run and reports it as failed. Must not be called from inside SQLite. */
void sim_fail(struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
void sim_say(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* view.c: prints the result of an observation */
void sim_say_view(struct sim *sim, const struct vfj_view *view);

/* setup.c: sets up the guest from its rc.conf */
void sim_direct(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_set_up_guest(struct sim *sim);
void sim_boot_interfaces(struct sim *sim); /* does what rc(8) does when the guest boots */

/* Functions of kernel.c: the guest's kernel and the host. */
/* Returns the nic whose hn, VF or lagg has this name, or NULL. */
struct sim_nic *sim_nic_of(struct sim *sim, struct vfj_name name);
struct vfj_guest_if *sim_interface(struct sim *sim, struct vfj_name name);
struct vfj_guest_if *sim_lagg(struct sim *sim, const struct sim_nic *nic);
/* returns false when `interface` is NULL */
bool sim_has_address(const struct vfj_guest_if *interface, const char *address);
void sim_emit(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_later(struct sim *sim, enum sim_host what, unsigned nic, int64_t after_us);
void sim_do(struct sim *sim, const struct sim_todo *todo);
/* Moves the data path to where it belongs. Call this after every change of the guest. */
void sim_kernel_follow(struct sim *sim);
void sim_boot(struct sim *sim);

/* Functions of inet.c: addresses and routes that the guest model does not cover, or that change
 * without a command. */
void sim_inet_follow(struct sim *sim, struct sim_nic *nic);
void sim_add_route(struct sim *sim, const struct vfj_command *command, struct vfj_outcome *outcome);

/* Functions of admin.c: what an admin does by hand, and an admin's own script. */
void sim_admin_meddles(struct sim *sim);
void sim_admin_gives_lagg_back(struct sim *sim, struct sim_nic *nic);
void sim_admin_script(struct sim *sim, struct sim_nic *nic);

/* Functions of uses.c: guests that use hn for more than the guest's own addresses on hn. */
bool sim_has_uses(const struct sim *sim);
void sim_uses_begin(struct sim *sim);
void sim_uses_choose(struct sim *sim, struct sim_nic *nic);
void sim_uses_add_words(const struct sim *sim, struct sim_nic *nic, struct vfj_text *text);
void sim_uses_set_up(struct sim *sim, struct sim_nic *nic);
void sim_uses_boot(struct sim *sim, struct sim_nic *nic);
void sim_uses_default_route(struct sim *sim, const struct sim_nic *nic);
void sim_uses_happen(struct sim *sim);

/* Functions of transparent.c: guests in transparent mode. */
void sim_transparent_set_up(struct sim *sim);
void sim_transparent_plugged(struct sim *sim, unsigned number);
void sim_transparent_switch(struct sim *sim, unsigned number);
void sim_transparent_check_end(struct sim *sim);

/* storm.c: the events of a storm */
void sim_storm_begin(struct sim *sim);
void sim_storm_next(struct sim *sim);
void sim_storm_end(struct sim *sim);
/* Moves the name of a VF to the VF of another hn while the join of the first VF runs. */
void sim_storm_swap(struct sim *sim, struct sim_flight *join);

/* Called once (disk.c): makes the empty journal with which most runs begin. */
void sim_disk_prepare(struct sim *sim);
/* Puts the empty journal on the disk. In one run of eight it does not: the first daemon then makes
 * the journal. */
void sim_disk_begin(struct sim *sim);
void sim_disk_keep(struct sim *sim);
void sim_disk_spoil(struct sim *sim);

/* Functions of world.c: the guest as the daemon's loop sees it, and simulated time. */
void sim_run(struct sim *sim);
void sim_gap(struct sim *sim); /* devd closes the connection, as it does to a slow client */

/* Functions of daemon.c: the life of a daemon. */
void sim_daemon_run(struct sim *sim);
/* Records that rows are lost. No later daemon knows the routes that only these rows reported, or
 * the network that an admin destroyed together with a lagg. */
void sim_forget_rows(struct sim *sim);

/* Functions of check.c: checks that are made at every step. */
/* Returns true when the daemon acts with the policy vfjournal, in a guest that is not in
 * transparent mode. */
bool sim_is_ours(const struct sim *sim);
/* checks a command when the daemon orders it */
void sim_check_command(struct sim *sim, const struct vfj_command *command);
/* checks a command when it begins to run */
void sim_check_begin(struct sim *sim, const struct vfj_command *command);
/* call this before a step of the machine, and sim_check_plans() after it */
void sim_note_plans(struct sim *sim);
void sim_check_plans(struct sim *sim);
void sim_check_stopped(struct sim *sim); /* checks the guest after a daemon has stopped regularly */
void sim_check_opened(struct sim *sim);
void sim_check_journal(struct sim *sim);

/* Functions of check_network.c: check that hn's addresses are reachable, and its default routes. */
void sim_check_network(struct sim *sim, const struct sim_nic *nic);
void sim_check_reachable(struct sim *sim, const struct sim_nic *nic);

/* Functions of check_end.c: checks that are made after the storm of events. */
/* Returns true when only the daemon changed hn's network since the last observation, and nothing is
 * unfinished. */
bool sim_is_settled(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot);
void sim_check_end(struct sim *sim);
/* Returns true when the interface is a VF that was renamed, so that hn(4) has forgotten it. */
bool sim_is_forgotten_vf(struct sim *sim, struct vfj_name name);
/* Returns true when a conflict prevents the machine from joining hn and VF, and the machine has
 * done everything else that is possible. */
bool sim_is_held_up(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot);
/* Returns the daemon's slot for this hn, or NULL when the daemon has none. */
const struct vfj_slot *sim_slot_of(const struct sim *sim, struct vfj_name hn);

#endif
