/* The guest as one object: makes events of all that happens, and runs commands. */
#ifndef VFJ_FREEBSD_GUEST_GUEST_IO_H
#define VFJ_FREEBSD_GUEST_GUEST_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/boot_id.h"
#include "adapters/freebsd/devd/client.h"
#include "adapters/freebsd/guest/probe.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/monitor.h"
#include "core/data/command.h"
#include "core/data/event.h"
#include "core/status.h"

struct vfj_guest_io;

struct vfj_guest_io_settings {
    struct vfj_paths paths;
    /* serves requests that need root's rights; NULL: this process does. It must outlive the
     * guest_io */
    struct vfj_monitor *monitor;
    enum vfj_probe_way probe_way;
    struct vfj_devd_settings devd;
};

/* Callbacks, always from the loop. Arguments are borrowed for the call. */
struct vfj_guest_io_listener {
    /* CONFIGURED, CONNECTED, GAP, DEVD, OBSERVED, FINISHED and TIMER, and STOPPED once, as the
     * last. mono_us never decreases. DEVD has its raw line only; the ledger decodes it. */
    void (*event)(void *context, const struct vfj_event *event);
    /* Follows events that came together. `more`: other events are at hand, and follow at once. */
    void (*batch_end)(void *context, bool more);
    /* A changing command that vfj_guest_io_forget() forgot has ended. Its effects are complete
     * now. */
    void (*late_exit)(void *context);
    /* The time of vfj_guest_io_wake_at() has come. */
    void (*wake)(void *context);
    /* SIGTERM or SIGINT, named by `reason`, asks the daemon to end. The listener calls
     * vfj_guest_io_end() when no plan is active. A second signal, or the end of VFJ_STOP_WITHIN_S,
     * ends the loop without it. */
    void (*stopping)(void *context, const char *reason);
    /* SIGINFO, or SIGUSR1 on systems without it, asks for a status. */
    void (*asked)(void *context);
    /* rc.conf could not be read, and the last configuration stays in force. Called once per
     * complaint, which is one line and safe for a terminal. */
    void (*unread)(void *context, const char *complaint);
    /* Logs a line, safe for a terminal. Its first word is the subsystem. */
    void (*log)(void *context, const char *line);
    void *context;
};

/* Handles SIGTERM and SIGINT (`stopping`), SIGHUP (reads rc.conf again), SIGINFO or SIGUSR1
 * (`asked`) and SIGCHLD. Ignores SIGPIPE. A process has one guest_io at a time. On failure
 * *guest_io is NULL. */
enum vfj_status vfj_guest_io_open(struct vfj_guest_io **guest_io,
                                  const struct vfj_guest_io_settings *settings,
                                  const struct vfj_guest_io_listener *listener);
void vfj_guest_io_close(struct vfj_guest_io *guest_io);

/* Returns whether the monitor has ended. STOPPED was reported then. */
bool vfj_guest_io_is_lost(const struct vfj_guest_io *guest_io);

/* Calls vfj_act_lock_take() on the path of the settings, with the daemon's pid, in the process that
 * serves requests. That process holds the lock until it ends. The caller has not called
 * vfj_guest_io_run() yet. Returns false, with errno, on failure. */
bool vfj_guest_io_take_act_lock(struct vfj_guest_io *guest_io);

/* Calls vfj_boot_id_read(), before vfj_guest_io_run(). */
bool vfj_guest_io_boot_id(struct vfj_guest_io *guest_io, char id[VFJ_BOOT_ID_SIZE]);

/* Runs the loop: reads rc.conf, connects to devd, and reports events until STOPPED, or until
 * vfj_guest_io_break(). */
void vfj_guest_io_run(struct vfj_guest_io *guest_io);
void vfj_guest_io_break(struct vfj_guest_io *guest_io);

/* Reports STOPPED with that reason, and ends the loop. */
void vfj_guest_io_end(struct vfj_guest_io *guest_io, const char *reason);

/* Asks the listener to end (`stopping`), as SIGTERM does. `reason` is a literal. */
void vfj_guest_io_stop(struct vfj_guest_io *guest_io, const char *reason);

/* Runs a command that only reads. One OBSERVED follows. After the first answer of a plan, rc.conf's
 * files are checked, and read again when they have changed. */
void vfj_guest_io_probe(struct vfj_guest_io *guest_io, const struct vfj_command *command);

/* Runs the changing commands of one decision, as vfj_runner_run() does. One FINISHED follows for
 * each. */
void vfj_guest_io_change(struct vfj_guest_io *guest_io, const struct vfj_command *commands,
                         unsigned count);

/* Returns whether a changing command waits for the one before it. The caller delays commits
 * then. */
bool vfj_guest_io_is_in_batch(const struct vfj_guest_io *guest_io);

/* Drops the answers of running commands. Of changing ones `late_exit` reports the end. */
void vfj_guest_io_forget(struct vfj_guest_io *guest_io);

/* Reads rc.conf again, as SIGHUP does. */
void vfj_guest_io_configure(struct vfj_guest_io *guest_io);

/* Reports one TIMER when mono_us has reached `due_us`; INT64_MAX means never. A new call replaces
 * the last one. */
void vfj_guest_io_set_deadline(struct vfj_guest_io *guest_io, int64_t due_us);

/* Calls `wake` once, by the same rules. */
void vfj_guest_io_wake_at(struct vfj_guest_io *guest_io, int64_t due_us);

/* Sets both times of an event of the caller's to now. */
void vfj_guest_io_stamp(struct vfj_guest_io *guest_io, struct vfj_event *event);

#endif
