/* The daemon's only loop. A line becomes an event, and the event is submitted to the ledger. The
 * decision has commands, and the outcomes of these commands are events again. */
#ifndef VFJ_TOOLS_DAEMON_LOOP_H
#define VFJ_TOOLS_DAEMON_LOOP_H

#include "adapters/freebsd/guest/guest_io.h"
#include "core/data/decision.h"
#include "store/ledger.h"
#include "tools/daemon/maintenance.h"

enum {
    /* how long a row that is not urgent may wait for a commit */
    VFJ_COMMIT_AFTER_US = 20 * 1000,
    /* the same while a batch of commands runs: no commit delays it */
    VFJ_COMMIT_IN_BATCH_US = 1000 * 1000,
    /* in a storm of events, so many submitted events make a commit due */
    VFJ_COMMIT_EVENTS = 1024,
    VFJ_REATTACH_AFTER_US = 5 * 1000 * 1000, /* between two attempts to write the journal again */
    VFJ_HELD_MAX = 2 * VFJ_COMMANDS_MAX,
};

/* The state of the loop. It connects the ledger and guest_io, and has to outlive guest_io. */
struct vfj_daemon_loop {
    struct vfj_ledger *ledger;
    struct vfj_guest_io *guest_io;
    /* the event of the start, which is submitted again after a loss of rows */
    struct vfj_started started;
    char host[VFJ_UUID_SIZE];          /* the guest's kern.hostuuid; empty: unknown */
    char connected[VFJ_PATHNAME_SIZE]; /* path of devd's socket; empty while it is not connected */
    /* the signal that asked the daemon to end, while it finishes its plans; otherwise NULL */
    const char *stopping;
    bool guest_logged;   /* whether log_guest() has seen what the guest is */
    bool ends_for_moved; /* the journal was moved, and so the daemon was asked to end */
    bool failed;         /* the journal can't be written, and so the loop ended */
    unsigned probes;     /* number of probes without an answer */
    unsigned waiting;    /* number of events that are not committed */
    bool urgent;         /* whether one of these events changes the state */
    int64_t waiting_us;  /* mono time of the oldest row that is not committed; 0: there is none */
    /* mono time of the next attempt to write the journal; 0: it can be written */
    int64_t reattach_us;
    struct vfj_daemon_maintenance maintenance;
    int64_t maintenance_us; /* mono time of its next step; INT64_MAX or 0: there is none */
    unsigned held_count;
    struct vfj_command held[VFJ_HELD_MAX]; /* changing commands whose rows are not durable yet */
    unsigned batch_count;
    /* the index in `held` after the last command of each decision */
    unsigned batch_ends[VFJ_HELD_MAX];
    unsigned skipped_count;
    /* in observe mode: ids of the commands to answer with `skipped` */
    uint64_t skipped[VFJ_HELD_MAX];
};

/* Returns the listener for vfj_guest_io_open(). `loop` must outlive it. */
struct vfj_guest_io_listener vfj_daemon_loop_listener(struct vfj_daemon_loop *loop);

/* Submits the start of the daemon, then runs until a signal ends the loop or the journal can't
 * be written. The caller has set ledger, guest_io, `started` and the settings in `maintenance`,
 * and the other members to zero. */
void vfj_daemon_loop_run(struct vfj_daemon_loop *loop);

#endif
