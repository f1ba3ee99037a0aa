/* The daemon's event loop. Each line of devd becomes an event, which the loop passes to the ledger,
 * the writer of the journal. The ledger returns a decision with commands. The outcomes of these
 * commands are events again. */
#ifndef VFJ_TOOLS_DAEMON_LOOP_H
#define VFJ_TOOLS_DAEMON_LOOP_H

#include "adapters/freebsd/guest/guest_io.h"
#include "core/data/decision.h"
#include "store/ledger.h"
#include "tools/daemon/maintenance.h"

enum {
    /* how long a row may wait for a commit when nothing else requires one */
    VFJ_COMMIT_AFTER_US = 20 * 1000,
    /* how long a row may wait while a batch of commands runs, so that no commit delays the batch */
    VFJ_COMMIT_IN_BATCH_US = 1000 * 1000,
    /* when this many events are submitted, they are committed immediately */
    VFJ_COMMIT_EVENTS = 1024,
    /* time between two attempts to write the journal after a failure */
    VFJ_REATTACH_AFTER_US = 5 * 1000 * 1000,
    VFJ_HELD_MAX = 2 * VFJ_COMMANDS_MAX,
};

/* The state of the loop, which connects the ledger and guest_io. It must exist longer than
 * guest_io. */
struct vfj_daemon_loop {
    struct vfj_ledger *ledger;
    struct vfj_guest_io *guest_io;
    /* the contents of the started event, which is submitted again after a loss of rows */
    struct vfj_started started;
    char host[VFJ_UUID_SIZE];          /* the guest's kern.hostuuid; empty: unknown */
    char connected[VFJ_PATHNAME_SIZE]; /* path of devd's socket; empty while it is not connected */
    /* name of the signal that asked the daemon to end, while it finishes its plans; otherwise
     * NULL */
    const char *stopping;
    bool guest_logged;   /* log_guest() has checked what kind of guest this is */
    bool ends_for_moved; /* the daemon was asked to end because the journal was moved */
    bool failed;         /* the loop ended because the journal can't be written */
    unsigned probes;     /* number of observations whose result has not arrived */
    unsigned waiting;    /* number of submitted events that are not committed yet */
    bool urgent;         /* an event that is not committed yet changes the machine's state */
    /* monotonic time of the oldest row that is not committed; 0: all rows are committed */
    int64_t waiting_us;
    /* monotonic time of the next attempt to write the journal; 0: the journal can be written */
    int64_t reattach_us;
    struct vfj_daemon_maintenance maintenance;
    /* monotonic time of the next step of maintenance; INT64_MAX or 0: no step is due */
    int64_t maintenance_us;
    unsigned held_count;
    struct vfj_command held[VFJ_HELD_MAX]; /* changing commands whose rows are not durable yet */
    unsigned batch_count;
    /* for each decision: the index in `held` after its last command */
    unsigned batch_ends[VFJ_HELD_MAX];
    unsigned skipped_count;
    /* in observe mode: ids of the commands that must be ended with the outcome `skipped` */
    uint64_t skipped[VFJ_HELD_MAX];
};

/* Returns the functions that vfj_guest_io_open() needs to call the loop. `loop` must exist as long
 * as they are used. */
struct vfj_guest_io_listener vfj_daemon_loop_listener(struct vfj_daemon_loop *loop);

/* Submits the started event. Then runs the loop until a signal ends it or the
 * journal can't be written. The caller has set ledger, guest_io, `started` and the settings in
 * `maintenance`, and all other members to zero. */
void vfj_daemon_loop_run(struct vfj_daemon_loop *loop);

#endif
