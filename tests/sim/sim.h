/* The simulator: the real core, ledger and daemon loop in a simulated guest. One seed decides a
 * whole run. */
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
};

/* A devd line that the daemon has not received yet. */
struct sim_line {
    int64_t due_us;
    char text[SIM_LINE_SIZE];
};

/* How an unfinished command will end. */
enum sim_fate {
    SIM_FATE_WELL,
    SIM_FATE_FAILS,      /* exit status 1, without an effect */
    SIM_FATE_LIES,       /* exit status 1, but with its effect */
    SIM_FATE_HANGS,      /* ended at its time limit, without an effect */
    SIM_FATE_DONE_HANGS, /* ended at its time limit, after its effect */
    SIM_FATE_KILLED,     /* ended by a signal, without an effect */
    SIM_FATE_ABSENT,     /* does not start */
};

/* A command that runs, or that waits for the earlier commands of its slot. */
struct sim_flight {
    int64_t due_us;
    int64_t took_us;
    uint64_t order;
    uint64_t batch; /* for a changing command: a number that all commands of one decision share */
    uint8_t fate;
    bool is_waiting;    /* an earlier command of its slot still runs */
    bool is_dropped;    /* an earlier command of its batch failed: this one does not run */
    bool is_forgotten;  /* the daemon no longer awaits the outcome */
    bool is_unrecorded; /* ordered while the journal could not be written */
    /* for a read: its answer has the facts from the time when it began, not when it ends */
    bool is_seen;
    struct vfj_command command;
    struct vfj_observation answer;
};

/* An action that the host or the kernel will apply to one interface. */
enum sim_host {
    SIM_HOST_NONE,
    SIM_HOST_PLUG,
    SIM_HOST_UNPLUG,
    SIM_HOST_LINK_UP,
    SIM_HOST_DATA_PATH,
    SIM_HOST_DHCLIENT,
    SIM_HOST_VF_LINK, /* the VF's link changes to the other state */
    SIM_HOST_DEFAULT, /* pccard_ether(8) configures the VF as ifconfig_DEFAULT says */
    SIM_HOST_SWITCH,  /* in transparent mode: hn(4) moves the data path */
};

struct sim_todo {
    int64_t due_us;
    uint64_t order;
    uint8_t what; /* enum sim_host */
    unsigned nic;
    struct vfj_name vf; /* for PLUG: the name of the VF; empty: any name */
};

/* What uses hn besides its own addresses. */
enum sim_use {
    SIM_USE_NONE,
    SIM_USE_VLAN,
    SIM_USE_BRIDGE,
    SIM_USE_CARP,
    SIM_USE_FIB,
    SIM_USE_OTHER_DHCP,
};

/* One hn interface in the simulator's view. */
struct sim_nic {
    struct vfj_name hn;      /* its present name */
    struct vfj_name hn_unit; /* its name by the driver */
    struct vfj_name hn_new;  /* the name that rc.conf or an admin gives it; empty: none */
    struct vfj_name lagg;
    struct vfj_name vf; /* the VF that the host has plugged; empty: none */
    bool dhcp;
    bool is_renamed;   /* rc.conf gives it hn_new at each boot */
    bool has_router;   /* rc.conf's default router is in its subnet */
    bool has_router6;  /* the static IPv6 default route goes through it */
    bool has_route;    /* rc.conf has a static route through its subnet */
    bool route_failed; /* a command that was to add the static route failed */
    bool rtadv;        /* the IPv6 address comes from router advertisements */
    bool has_default;  /* rc.conf has ifconfig_DEFAULT: devd configures its VF at attach */
    bool has_script;   /* an admin's script does the join instead of vfjournal */
    bool script_ran;   /* the script ran since the VF last came up */
    bool foreign;      /* an admin has made laggN for another purpose */
    /* an admin destroyed its lagg: hn then has only what devd's rules give it */
    bool is_undone;
    bool is_hn_down;   /* an admin took hn down */
    bool is_held_down; /* an admin took the VF down: the daemon leaves it down */
    /* something other than a command changed it since its last observation */
    bool meddled;
    bool is_seen;             /* the present daemon has observed it */
    bool path_due;            /* a switch of the data path is scheduled */
    struct vfj_name route_if; /* the interface of the static route; empty: no such route */
    char address[VFJ_ADDRESS_SIZE];
    char alias[VFJ_ADDRESS_SIZE]; /* empty: none */
    char inet6[VFJ_ADDRESS_SIZE]; /* empty: none */
    /* the address of a VLAN or bridge on hn, or of carp(4); empty: none */
    char more[VFJ_ADDRESS_SIZE];
    uint8_t use, told_use; /* enum sim_use: the present one, and that of rc.conf */
    bool is_late;          /* an admin made the VLAN or bridge by hand, so a join may precede it */
    bool is_restarted;     /* after a restart of netif: hn's next dhclient adds the default route */
    bool comes_without_link;           /* its next VF attaches without a link */
    unsigned given_count;              /* number of changing commands since the last observation */
    uint64_t given[VFJ_BATCH_MAX + 1]; /* digests of these commands' words */
};

enum sim_crash {
    SIM_CRASH_NOT,
    SIM_CRASH_LOOP,
    SIM_CRASH_DISK,
    SIM_CRASH_BEFORE_COMMAND,
    SIM_CRASH_AFTER_COMMAND
};

/* What the journal is known to hold on disk. */
struct sim_durable {
    uint64_t seq;
    /* digest of the state; valid when has_digest is set, which means that no event was submitted
     * after `seq` */
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
    int64_t boot_us;  /* boot of the guest, in the time of now_us */
    int64_t clock_us; /* wall clock minus now_us */
    int64_t end_us;   /* end of the present part of the run */

    /* the daemon */
    struct vfj_daemon_loop loop;
    struct vfj_guest_io_listener listener;
    uint8_t mode, policy;
    enum vfj_on_error on_error;
    bool alive;       /* a daemon runs */
    bool broken;      /* the loop will end without another event */
    bool dead;        /* the daemon crashed or is about to */
    bool crashed;     /* the previous daemon crashed */
    bool stop;        /* SIGTERM is due */
    bool stopping;    /* SIGTERM came, and a plan is unfinished */
    bool in_order;    /* the daemon ended with no unfinished plan */
    int64_t stop_us;  /* latest end of a daemon that stops */
    unsigned stop_in; /* number of changing commands until SIGTERM; 0: no SIGTERM */
    bool connected;
    bool rc_changed;
    bool is_checked; /* the checks of the end ran */
    uint8_t crash;   /* enum sim_crash */
    unsigned crash_in;
    int64_t deadline_us, wake_us; /* monotonic clock of the guest */
    int64_t restart_us;
    struct sim_durable durable;
    uint64_t snapshot_rows; /* rows between two snapshots; 0: the default */
    size_t snapshot_size;   /* size of the older snapshot in `snapshot`; 0: none */
    unsigned char snapshot[SIM_SNAPSHOT_SIZE];
    bool had_plan[VFJ_SLOTS_MAX]; /* which slots had a plan before the present step */
    /* rows were lost in the present step: the state is that after the last stored row */
    bool went_back;
    bool records_lost; /* a daemon lost rows about what it did */
    bool power;        /* the crash is a power cut of the whole guest */
    struct vfj_event event;

    /* the guest and the host */
    unsigned boots;
    unsigned nic_count;
    struct sim_nic nics[SIM_NICS_MAX];
    struct vfj_guest guest;
    unsigned followed; /* number of calls of sim_kernel_follow() since the guest may have changed */
    unsigned line_first, line_count;
    struct sim_line lines[SIM_LINES_MAX];
    unsigned flight_count;
    struct sim_flight flights[SIM_FLIGHT_MAX];
    unsigned todo_count;
    struct sim_todo todos[SIM_HOST_MAX];

    /* the storm */
    bool storm;
    int64_t storm_us; /* time of the next event of the storm */
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

/* main.c: ends the run as failed. Must not be called from inside SQLite. */
void sim_fail(struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
void sim_say(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* view.c: prints the result of a probe */
void sim_say_view(struct sim *sim, const struct vfj_view *view);

/* setup.c: sets up the guest from its rc.conf */
void sim_direct(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_set_up_guest(struct sim *sim);
void sim_boot_interfaces(struct sim *sim); /* does what rc(8) does at a boot */

/* kernel.c: the guest's kernel and the host */
/* Returns the nic with this hn, VF or lagg, or NULL when there is no such nic. */
struct sim_nic *sim_nic_of(struct sim *sim, struct vfj_name name);
struct vfj_guest_if *sim_interface(struct sim *sim, struct vfj_name name);
struct vfj_guest_if *sim_lagg(struct sim *sim, const struct sim_nic *nic);
/* false for NULL */
bool sim_has_address(const struct vfj_guest_if *interface, const char *address);
void sim_emit(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_later(struct sim *sim, enum sim_host what, unsigned nic, int64_t after_us);
void sim_do(struct sim *sim, const struct sim_todo *todo);
/* Moves the data path. Call it after every change of the guest. */
void sim_kernel_follow(struct sim *sim);
void sim_boot(struct sim *sim);

/* inet.c: addresses and routes that the guest model lacks, or that appear without a command */
void sim_inet_follow(struct sim *sim, struct sim_nic *nic);
void sim_add_route(struct sim *sim, const struct vfj_command *command, struct vfj_outcome *outcome);

/* admin.c: what an admin does by hand, and an admin's script */
void sim_admin_meddles(struct sim *sim);
void sim_admin_gives_lagg_back(struct sim *sim, struct sim_nic *nic);
void sim_admin_script(struct sim *sim, struct sim_nic *nic);

/* uses.c: guests that use hn for more than its own addresses */
bool sim_has_uses(const struct sim *sim);
void sim_uses_begin(struct sim *sim);
void sim_uses_choose(struct sim *sim, struct sim_nic *nic);
void sim_uses_add_words(const struct sim *sim, struct sim_nic *nic, struct vfj_text *text);
void sim_uses_set_up(struct sim *sim, struct sim_nic *nic);
void sim_uses_boot(struct sim *sim, struct sim_nic *nic);
void sim_uses_default_route(struct sim *sim, const struct sim_nic *nic);
void sim_uses_happen(struct sim *sim);

/* transparent.c: guests in transparent mode */
void sim_transparent_set_up(struct sim *sim);
void sim_transparent_plugged(struct sim *sim, unsigned number);
void sim_transparent_switch(struct sim *sim, unsigned number);
void sim_transparent_check_end(struct sim *sim);

/* storm.c: the events of a storm */
void sim_storm_begin(struct sim *sim);
void sim_storm_next(struct sim *sim);
void sim_storm_end(struct sim *sim);
/* While a join runs, the name of its VF moves to a VF of another hn. */
void sim_storm_swap(struct sim *sim, struct sim_flight *join);

/* disk.c: the disk before a daemon starts */
/* called once: makes the empty journal with which runs begin */
void sim_disk_prepare(struct sim *sim);
/* Writes the empty journal. One run in eight begins without: its first daemon makes the journal. */
void sim_disk_begin(struct sim *sim);
void sim_disk_keep(struct sim *sim);
void sim_disk_spoil(struct sim *sim);

/* world.c: the guest as the daemon loop sees it, and time */
void sim_run(struct sim *sim);
void sim_gap(struct sim *sim); /* devd drops the daemon as a slow client */

/* daemon.c: the life of a daemon */
void sim_daemon_run(struct sim *sim);

/* check.c: checks that hold at every step */
/* Returns whether vfjournal's own policy acts, in a guest that is not transparent. */
bool sim_is_ours(const struct sim *sim);
/* checks a command that is ordered */
void sim_check_command(struct sim *sim, const struct vfj_command *command);
/* checks a command that begins to run */
void sim_check_begin(struct sim *sim, const struct vfj_command *command);
/* called before a step of the machine; sim_check_plans() follows it */
void sim_note_plans(struct sim *sim);
void sim_check_plans(struct sim *sim);
void sim_check_stopped(struct sim *sim); /* checks the guest after a daemon stopped in order */
void sim_check_opened(struct sim *sim);
void sim_check_journal(struct sim *sim);

/* check_network.c: checks that hn's addresses are reachable, and its default routes */
void sim_check_network(struct sim *sim, const struct sim_nic *nic);
void sim_check_reachable(struct sim *sim, const struct sim_nic *nic);

/* check_end.c: checks that hold after the storm */
/* Returns whether only the daemon changed hn's network since its last observation, and nothing
 * is unfinished. */
bool sim_is_settled(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot);
void sim_check_end(struct sim *sim);
/* Returns whether the interface is a VF that was renamed, so that hn(4) has forgotten it. */
bool sim_is_forgotten_vf(struct sim *sim, struct vfj_name name);
/* Returns whether hn has a conflict which keeps the machine from finishing its work, and the machine
 * has done all that is possible nevertheless. */
bool sim_is_held_up(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot);
/* Returns the daemon's slot for that hn, or NULL when the daemon has no such slot. */
const struct vfj_slot *sim_slot_of(const struct sim *sim, struct vfj_name hn);

#endif
