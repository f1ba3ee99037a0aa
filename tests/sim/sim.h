/* The simulator: the real core, ledger and daemon loop in a made-up world that one seed decides. */
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

/* A devd line on its way to the daemon. */
struct sim_line {
    int64_t due_us;
    char text[SIM_LINE_SIZE];
};

/* How a command under way will end. */
enum sim_fate {
    SIM_FATE_WELL,
    SIM_FATE_FAILS,      /* exit status 1, and nothing was done */
    SIM_FATE_LIES,       /* exit status 1, and yet it was done */
    SIM_FATE_HANGS,      /* ended at its time limit, nothing done */
    SIM_FATE_DONE_HANGS, /* it did its work, then hung */
    SIM_FATE_KILLED,     /* by a signal, nothing done */
    SIM_FATE_ABSENT,     /* could not be started */
};

/* A command under way, or of a batch that is. */
struct sim_flight {
    int64_t due_us;
    int64_t took_us;
    uint64_t order;
    uint64_t batch; /* changing: the same for the commands of one decision */
    uint8_t fate;
    bool is_waiting;    /* for the command of its slot that is under way */
    bool is_dropped;    /* a command of its batch failed: it is not run */
    bool is_forgotten;  /* its answer is told to nobody */
    bool is_unrecorded; /* it began while the journal could not be written */
    bool is_seen;       /* a read: the answer was taken when it began */
    struct vfj_command command;
    struct vfj_observation answer;
};

/* What the host is going to do to one interface. */
enum sim_host {
    SIM_HOST_NONE,
    SIM_HOST_PLUG,
    SIM_HOST_UNPLUG,
    SIM_HOST_LINK_UP,
    SIM_HOST_DATA_PATH,
    SIM_HOST_DHCLIENT,
    SIM_HOST_VF_LINK, /* comes or goes */
    SIM_HOST_DEFAULT, /* pccard_ether does with the VF as ifconfig_DEFAULT says */
    SIM_HOST_SWITCH,  /* hn(4) itself moves the data path, in transparent mode */
};

struct sim_todo {
    int64_t due_us;
    uint64_t order;
    uint8_t what; /* enum sim_host */
    unsigned nic;
    struct vfj_name vf; /* of PLUG: its name; empty: any */
};

/* What hn is used for beside its own addresses. */
enum sim_use {
    SIM_USE_NONE,
    SIM_USE_VLAN,
    SIM_USE_BRIDGE,
    SIM_USE_CARP,
    SIM_USE_FIB,
    SIM_USE_OTHER_DHCP,
};

/* One hn interface, as the simulator knows it. */
struct sim_nic {
    struct vfj_name hn;      /* as it is named now */
    struct vfj_name hn_unit; /* as its driver named it */
    struct vfj_name hn_new;  /* the name that rc.conf or an admin gives it; empty none */
    struct vfj_name lagg;
    struct vfj_name vf; /* the VF that the host has plugged; empty none */
    bool dhcp;
    bool is_renamed;   /* at each boot */
    bool has_router;   /* rc.conf's default router is in its subnet */
    bool has_router6;  /* the IPv6 default route that somebody added goes through it */
    bool has_route;    /* a static route of rc.conf is over its subnet */
    bool route_failed; /* a command that was to add it */
    bool rtadv;        /* inet6 comes by router advertisements */
    bool has_default;  /* ifconfig_DEFAULT: its VF is upped when it attaches */
    bool has_script;   /* an admin's own, in place of all that vfjournal does */
    bool script_ran;   /* since its VF was upped last */
    bool foreign;      /* an admin has taken laggN for something else */
    /* an admin destroyed its lagg: hn without one has what devd's rules give it */
    bool is_undone;
    bool is_hn_down;   /* an admin took hn down */
    bool is_held_down; /* an admin took the VF down: that is left so */
    /* something other than a command changed it since it was last looked at */
    bool meddled;
    bool is_seen;             /* this daemon has observed it */
    bool path_due;            /* a switch of the data path is on its way */
    struct vfj_name route_if; /* what the static route leads through; empty: there is none */
    char address[VFJ_ADDRESS_SIZE];
    char alias[VFJ_ADDRESS_SIZE];      /* empty none */
    char inet6[VFJ_ADDRESS_SIZE];      /* empty none */
    char more[VFJ_ADDRESS_SIZE];       /* of a VLAN or bridge on hn, or by carp(4); empty none */
    uint8_t use, told_use;             /* enum sim_use; at each boot */
    bool is_late;                      /* somebody began the use by hand */
    bool is_restarted;                 /* hn's dhclient brings the default route */
    bool comes_without_link;           /* the next VF */
    unsigned given_count;              /* changing commands since the guest was looked at */
    uint64_t given[VFJ_BATCH_MAX + 1]; /* digests of their words */
};

enum sim_crash {
    SIM_CRASH_NOT,
    SIM_CRASH_LOOP,
    SIM_CRASH_DISK,
    SIM_CRASH_BEFORE_COMMAND,
    SIM_CRASH_AFTER_COMMAND
};

/* What the journal is known to hold. */
struct sim_durable {
    uint64_t seq;
    uint64_t digest; /* of the state, when nothing was submitted after it */
    bool has_digest;
    struct vfj_head_hash head;
};

struct sim {
    uint64_t seed, random, order, batch;
    uint64_t random_of_uses;
    bool verbose;
    bool is_transparent; /* each guest is in transparent mode */
    char journal[SIM_PATH_SIZE];

    /* time */
    int64_t now_us;
    int64_t boot_us;  /* when the guest booted */
    int64_t clock_us; /* wall clock minus now */
    int64_t end_us;   /* when this piece of the run ends */

    /* the daemon */
    struct vfj_daemon_loop loop;
    struct vfj_guest_io_listener listener;
    uint8_t mode, policy;
    enum vfj_on_error on_error;
    bool alive;       /* a daemon runs */
    bool broken;      /* it said that it ends */
    bool dead;        /* it crashed */
    bool crashed;     /* so did the one before */
    bool stop;        /* SIGTERM */
    bool stopping;    /* it came, and something is half-done */
    bool in_order;    /* it ended, and nothing is */
    int64_t stop_us;  /* when it ends all the same */
    unsigned stop_in; /* commands until SIGTERM comes; 0 it does not */
    bool connected;
    bool rc_changed;
    bool is_checked; /* the end was */
    uint8_t crash;   /* enum sim_crash */
    unsigned crash_in;
    int64_t deadline_us, wake_us; /* mono */
    int64_t restart_us;
    struct sim_durable durable;
    uint64_t snapshot_rows; /* between snapshots; 0: as many as there are unless said otherwise */
    size_t snapshot_size;   /* of one that there was; 0 none */
    unsigned char snapshot[SIM_SNAPSHOT_SIZE];
    bool had_plan[VFJ_SLOTS_MAX]; /* of the slots, before the step under way */
    /* rows were lost in that step: the state is the one after the last row kept */
    bool went_back;
    bool records_lost; /* a daemon could not write what it did */
    bool power;        /* the crash is one of the whole guest: the power is cut */
    struct vfj_event event;

    /* the guest and the host */
    unsigned boots;
    unsigned nic_count;
    struct sim_nic nics[SIM_NICS_MAX];
    struct vfj_guest guest;
    unsigned followed; /* so often has the kernel followed since the guest may have changed */
    unsigned line_first, line_count;
    struct sim_line lines[SIM_LINES_MAX];
    unsigned flight_count;
    struct sim_flight flights[SIM_FLIGHT_MAX];
    unsigned todo_count;
    struct sim_todo todos[SIM_HOST_MAX];

    /* the weather */
    bool storm;
    int64_t storm_us; /* the next thing that happens */
    unsigned storm_left;
    unsigned fault_percent, slow_percent;
    unsigned lose_percent, double_percent, late_percent;
    int64_t late_until_us;
    int64_t disk_until_us;

    /* counters */
    uint64_t events, commands, crashes, cuts, stops, lines_lost;
    uint64_t events_of_storm;
    jmp_buf out;
    char why[256];
};

/* random.c */
uint64_t sim_roll(struct sim *sim, uint64_t sides);
bool sim_chance(struct sim *sim, unsigned percent);
int64_t sim_between(struct sim *sim, int64_t low_us, int64_t high_us);

/* main.c: end the run, it failed. Never from inside SQLite. */
void sim_fail(struct sim *sim, const char *format, ...)
    __attribute__((format(printf, 2, 3), noreturn));
void sim_say(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* view.c: what a probe showed */
void sim_say_view(struct sim *sim, const struct vfj_view *view);

/* setup.c: the guest as rc.conf has it */
void sim_direct(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_set_up_guest(struct sim *sim);
void sim_boot_interfaces(struct sim *sim); /* what rc(8) does at a boot */

/* kernel.c: the guest's kernel and the host behind it */
/* by hn, VF or lagg; NULL when it is none's */
struct sim_nic *sim_nic_of(struct sim *sim, struct vfj_name name);
struct vfj_guest_if *sim_interface(struct sim *sim, struct vfj_name name);
struct vfj_guest_if *sim_lagg(struct sim *sim, const struct sim_nic *nic);
bool sim_has_address(const struct vfj_guest_if *interface, const char *address); /* NULL has none */
void sim_emit(struct sim *sim, const char *format, ...) __attribute__((format(printf, 2, 3)));
void sim_later(struct sim *sim, enum sim_host what, unsigned nic, int64_t after_us);
void sim_do(struct sim *sim, const struct sim_todo *todo);
/* after anything that changed the guest: the data path follows */
void sim_kernel_follow(struct sim *sim);
void sim_boot(struct sim *sim);

/* inet.c: addresses and routes that the guest model knows nothing of, or that come by themselves */
void sim_inet_follow(struct sim *sim, struct sim_nic *nic);
void sim_add_route(struct sim *sim, const struct vfj_command *command, struct vfj_outcome *outcome);

/* admin.c: what people do to the guest by hand, and their scripts */
void sim_admin_meddles(struct sim *sim);
void sim_admin_gives_lagg_back(struct sim *sim, struct sim_nic *nic);
void sim_admin_script(struct sim *sim, struct sim_nic *nic);

/* uses.c: guests that use hn for more, and what happens to them */
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

/* storm.c: what happens */
void sim_storm_begin(struct sim *sim);
void sim_storm_next(struct sim *sim);
void sim_storm_end(struct sim *sim);
/* while a join runs its VF's name goes to another hn */
void sim_storm_swap(struct sim *sim, struct sim_flight *join);

/* disk.c: what is on the disk before a daemon starts */
void sim_disk_prepare(struct sim *sim); /* once: an empty journal, as a daemon makes it */
/* one run in eight begins without: its first daemon makes it */
void sim_disk_begin(struct sim *sim);
void sim_disk_keep(struct sim *sim);
void sim_disk_spoil(struct sim *sim);

/* world.c: the world that the daemon loop sees, and time */
void sim_run(struct sim *sim);
void sim_gap(struct sim *sim); /* devd drops us as a slow client */

/* daemon.c: a daemon's life */
void sim_daemon_run(struct sim *sim);

/* check.c: what must never be seen */
/* the policy is vfjournal's, and acts, and there is something to act upon */
bool sim_is_ours(const struct sim *sim);
void sim_check_command(struct sim *sim, const struct vfj_command *command); /* it is to be run */
void sim_check_begin(struct sim *sim, const struct vfj_command *command);   /* it begins */
void sim_note_plans(struct sim *sim); /* before a step of the machine; the other after it */
void sim_check_plans(struct sim *sim);
void sim_check_stopped(struct sim *sim); /* a daemon ended in order */
void sim_check_opened(struct sim *sim);
void sim_check_journal(struct sim *sim);

/* check_network.c: the addresses of hn answer, and its default routes lead out */
void sim_check_network(struct sim *sim, const struct sim_nic *nic);

/* check_end.c: what must be so when the storm is over */
/* nobody but the daemon has changed hn's network since it was observed, and nothing is under way */
bool sim_is_settled(struct sim *sim, const struct sim_nic *nic, const struct vfj_slot *slot);
void sim_check_end(struct sim *sim);
/* the daemon's slot of that hn; NULL when it has none */
const struct vfj_slot *sim_slot_of(const struct sim *sim, struct vfj_name hn);

#endif
