/* The guest as one object. Reports everything that happens in the guest as events, and runs
 * commands. */
#ifndef VFJ_FREEBSD_GUEST_GUEST_IO_H
#define VFJ_FREEBSD_GUEST_GUEST_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "adapters/freebsd/boot_id.h"
#include "adapters/freebsd/devd/sources.h"
#include "adapters/freebsd/guest/probe.h"
#include "adapters/freebsd/paths.h"
#include "adapters/freebsd/privsep/monitor.h"
#include "core/data/command.h"
#include "core/data/event.h"
#include "core/status.h"

struct vfj_guest_io;

struct vfj_guest_io_settings {
    struct vfj_paths paths;
    /* The process that serves requests for which root's rights are needed. It must outlive the
     * guest_io. NULL: this process serves them. */
    struct vfj_monitor *monitor;
    enum vfj_probe_way probe_way;
    struct vfj_devd_settings devd;
    enum vfj_devd_choice source;
    /* socket from vfj_helper_start(), to the helper that reads Azure Scheduled Events; 0 or
     * less: none */
    int scheduled_socket;
};

/* Callbacks, which the event loop calls. Arguments are borrowed for the call. */
struct vfj_guest_io_listener {
    /* Called for each event: CONFIGURED, CONNECTED, GAP, DEVD, OBSERVED, FINISHED, TIMER or
     * SCHEDULED, and STOPPED once, as the last event. mono_us never decreases. A DEVD event has
     * only the raw line; the ledger decodes it. */
    void (*event)(void *context, const struct vfj_event *event);
    /* Called after events that came together. `more`: other events are ready, and the next turn
     * of the event loop reports them. */
    void (*batch_end)(void *context, bool more);
    /* Called when a changing command has ended that vfj_guest_io_forget() dropped. Its effects
     * are complete now. */
    void (*late_exit)(void *context);
    /* Called at the time that was given to vfj_guest_io_wake_at(). */
    void (*wake)(void *context);
    /* Called when SIGTERM or SIGINT asks the daemon to end. `reason` is the signal's name. The
     * listener calls vfj_guest_io_end() as soon as no plan is active. A second signal, or the
     * end of VFJ_STOP_WITHIN_S, ends the loop without that call. */
    void (*stopping)(void *context, const char *reason);
    /* Called when SIGINFO, or SIGUSR1 where SIGINFO does not exist, asks for a status. */
    void (*asked)(void *context);
    /* Called when rc.conf could not be read, so that the last configuration stays in force.
     * Called once for each new complaint, which is one line and safe for a terminal. */
    void (*unread)(void *context, const char *complaint);
    /* Called when devd sent `lines` lines late. `delay_us` is the longest delay of such a line
     * after the same line from nlsysevent(4). */
    void (*late)(void *context, int64_t delay_us, unsigned lines);
    /* Called to log a line, which is safe for a terminal. Its first word is the subsystem. */
    void (*log)(void *context, const char *line);
    void *context;
};

/* Makes the guest_io, of which a process has one at a time. It handles SIGTERM and SIGINT
 * (`stopping`), SIGHUP (reads rc.conf again), SIGINFO or SIGUSR1 (`asked`) and SIGCHLD, and
 * ignores SIGPIPE. On failure *guest_io is NULL. */
enum vfj_status vfj_guest_io_open(struct vfj_guest_io **guest_io,
                                  const struct vfj_guest_io_settings *settings,
                                  const struct vfj_guest_io_listener *listener);
void vfj_guest_io_close(struct vfj_guest_io *guest_io);

/* Returns true when the monitor has ended. STOPPED has then been reported. */
bool vfj_guest_io_is_lost(const struct vfj_guest_io *guest_io);

/* Takes the act lock (vfj_act_lock_take()) in the process that serves requests, with the
 * daemon's pid and the path of the settings. That process holds the lock until it ends. Called
 * before vfj_guest_io_run(). Returns false, with errno, on failure. */
bool vfj_guest_io_take_act_lock(struct vfj_guest_io *guest_io);

/* Calls vfj_boot_id_read() and returns its result. The caller calls this function before
 * vfj_guest_io_run(). */
bool vfj_guest_io_boot_id(struct vfj_guest_io *guest_io, char id[VFJ_BOOT_ID_SIZE]);

/* Sets the list of Azure Scheduled Events that are open in the journal. A new document is
 * compared with this list. Called before vfj_guest_io_run(). */
void vfj_guest_io_set_scheduled(struct vfj_guest_io *guest_io,
                                const struct vfj_scheduled_list *open);

/* Runs the loop: reads rc.conf, connects to devd, and reports events until STOPPED, or until
 * vfj_guest_io_break(). */
void vfj_guest_io_run(struct vfj_guest_io *guest_io);
void vfj_guest_io_break(struct vfj_guest_io *guest_io);

/* Reports STOPPED with `reason`, and ends the loop. */
void vfj_guest_io_end(struct vfj_guest_io *guest_io, const char *reason);

/* Calls the listener's callback `stopping` with `reason`, as SIGTERM does. The daemon then ends.
 * `reason` is a string literal. */
void vfj_guest_io_stop(struct vfj_guest_io *guest_io, const char *reason);

/* Runs a command that only reads. Its answer is one OBSERVED event. After the first answer of a
 * plan, rc.conf's files are checked, and rc.conf is read again when one of them has changed. */
void vfj_guest_io_probe(struct vfj_guest_io *guest_io, const struct vfj_command *command);

/* Runs the changing commands of one decision by vfj_runner_run(). Each command has one FINISHED
 * event. */
void vfj_guest_io_change(struct vfj_guest_io *guest_io, const struct vfj_command *commands,
                         unsigned count);

/* Returns true when a changing command still waits for an earlier command of its batch. The
 * caller then delays commits. */
bool vfj_guest_io_is_in_batch(const struct vfj_guest_io *guest_io);

/* Drops the commands that wait, and the answers and outcomes of those that run. When a changing
 * command among them ends, `late_exit` is called. */
void vfj_guest_io_forget(struct vfj_guest_io *guest_io);

/* Reads rc.conf again, like SIGHUP. */
void vfj_guest_io_configure(struct vfj_guest_io *guest_io);

/* Reports one TIMER when mono_us has reached `due_us`; INT64_MAX means never. A new call replaces
 * the last one. */
void vfj_guest_io_set_deadline(struct vfj_guest_io *guest_io, int64_t due_us);

/* Calls `wake` once when mono_us has reached `due_us`; INT64_MAX means never. A new call replaces
 * the last one. */
void vfj_guest_io_wake_at(struct vfj_guest_io *guest_io, int64_t due_us);

/* Sets both times of `event`, an event that the caller makes, to the present. */
void vfj_guest_io_stamp(struct vfj_guest_io *guest_io, struct vfj_event *event);

#endif
