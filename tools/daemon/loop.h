/* The one loop: line, event, submit, decision, command, outcome, event. */
#ifndef VFJ_TOOLS_DAEMON_LOOP_H
#define VFJ_TOOLS_DAEMON_LOOP_H

#include "adapters/freebsd/guest/guest_io.h"
#include "core/data/decision.h"
#include "store/ledger.h"
#include "tools/daemon/maintenance.h"

enum {
    /* the longest wait for a commit of a row that may wait */
    VFJ_COMMIT_AFTER_US = 20 * 1000,
    /* the same while commands of a batch wait, so that no commit delays them */
    VFJ_COMMIT_IN_BATCH_US = 1000 * 1000,
    /* events of a storm in one commit */
    VFJ_COMMIT_EVENTS = 1024,
    VFJ_REATTACH_AFTER_US = 5 * 1000 * 1000, /* between tries to write the journal again */
    VFJ_HELD_MAX = 2 * VFJ_COMMANDS_MAX,
};

/* The loop connects ledger and guest_io. The loop must outlive the guest_io. */
struct vfj_daemon_loop {
    struct vfj_ledger *ledger;
    struct vfj_guest_io *guest_io;
    struct vfj_started started;        /* submitted at the start, and again after a loss of rows */
    char host[VFJ_UUID_SIZE];          /* kern.hostuuid; empty: unknown */
    char connected[VFJ_PATHNAME_SIZE]; /* devd's socket; empty while there is a gap */
    /* the signal that asked the daemon to end while a plan is active; NULL: none */
    const char *stopping;
    bool guest_logged;   /* what the guest is was said, if it was worth a line */
    bool ends_for_moved; /* the journal was moved, and the daemon was asked to end */
    bool failed;         /* the loop ended because the journal can't be written */
    unsigned probes;     /* probes without answer */
    unsigned waiting;    /* events not committed */
    bool urgent;         /* one of them changes the state */
    int64_t waiting_us;  /* mono time of the oldest row not committed; 0: none */
    int64_t reattach_us; /* the next try to write the journal; 0: the ledger is attached */
    struct vfj_daemon_maintenance maintenance;
    int64_t maintenance_us; /* mono time of its next step; INT64_MAX or 0: none */
    unsigned held_count;
    struct vfj_command held[VFJ_HELD_MAX]; /* changing commands whose rows are not durable yet */
    unsigned batch_count;
    unsigned batch_ends[VFJ_HELD_MAX]; /* in `held`, the end of each decision's commands */
    unsigned skipped_count;
    /* in observe mode, the commands to be answered with `skipped` */
    uint64_t skipped[VFJ_HELD_MAX];
};

/* Returns the listener for vfj_guest_io_open(). `loop` must outlive it. */
struct vfj_guest_io_listener vfj_daemon_loop_listener(struct vfj_daemon_loop *loop);

/* Submits the start, then runs until a signal ends the loop or the journal fails. The caller has
 * set ledger, guest_io, `started` and the settings of `maintenance`, and zeroed the rest. */
void vfj_daemon_loop_run(struct vfj_daemon_loop *loop);

#endif
