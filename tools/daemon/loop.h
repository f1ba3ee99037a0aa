/* The one loop: line, event, submit, decision, command, outcome, event. */
#ifndef VFJ_TOOLS_DAEMON_LOOP_H
#define VFJ_TOOLS_DAEMON_LOOP_H

#include "adapters/freebsd/guest/guest_io.h"
#include "core/data/decision.h"
#include "store/ledger.h"
#include "tools/daemon/maintenance.h"

enum {
    /* a row that may wait for others is committed so long after it was submitted */
    VFJ_COMMIT_AFTER_US = 20 * 1000,
    /* the same while commands of a batch wait: no commit holds them up */
    VFJ_COMMIT_IN_BATCH_US = 1000 * 1000,
    /* of a storm in one commit: enough to share its cost, few enough to stay small */
    VFJ_COMMIT_EVENTS = 1024,
    VFJ_REATTACH_AFTER_US = 5 * 1000 * 1000, /* between tries to write the journal again */
    VFJ_HELD_MAX = 2 * VFJ_COMMANDS_MAX,
};

/* Where ledger and guest_io meet. The guest_io must not be open longer than the loop. */
struct vfj_daemon_loop {
    struct vfj_ledger *ledger;
    struct vfj_guest_io *guest_io;
    struct vfj_started started;        /* submitted at the start, and again after rows were lost */
    char connected[VFJ_PATHNAME_SIZE]; /* devd's socket; empty while there is a gap */
    /* the signal that asked it to end, while something is half-done; NULL none */
    const char *stopping;
    bool ends_for_moved; /* the journal was moved, and the daemon was asked to end */
    bool failed;         /* the loop ended because the journal can't be written */
    unsigned probes;     /* asked and not answered */
    unsigned waiting;    /* events not committed */
    bool urgent;         /* they are not all lines that change nothing */
    int64_t waiting_us;  /* mono time of the oldest row not committed; 0: none */
    int64_t reattach_us; /* when to try next; 0: the ledger is attached */
    struct vfj_daemon_maintenance maintenance;
    int64_t maintenance_us; /* mono time of its next step; INT64_MAX or 0: none */
    unsigned held_count;
    struct vfj_command held[VFJ_HELD_MAX]; /* changing commands, whose record is not durable yet */
    unsigned batch_count;
    unsigned batch_ends[VFJ_HELD_MAX]; /* of the commands of each decision, in `held` */
    unsigned skipped_count;
    /* observe mode: commands to be answered by an outcome `skipped` */
    uint64_t skipped[VFJ_HELD_MAX];
};

/* What the guest_io is to be opened with; `loop` must outlive it. */
struct vfj_guest_io_listener vfj_daemon_loop_listener(struct vfj_daemon_loop *loop);

/* With ledger, guest_io, `started` and the settings of `maintenance` set and all else zero: submit the
 * start, then run until a signal ends it or the journal fails. */
void vfj_daemon_loop_run(struct vfj_daemon_loop *loop);

#endif
