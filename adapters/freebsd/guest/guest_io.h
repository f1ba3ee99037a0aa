/* The guest as one object. Makes an event of everything that happens in the guest, and runs
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
    /* The process that serves requests that need root's rights; must outlive the guest_io. NULL:
     * this process serves them. */
    struct vfj_monitor *monitor;
    enum vfj_probe_way probe_way;
    struct vfj_devd_settings devd;
    enum vfj_devd_choice source;
    /* socket from vfj_helper_start() to the helper that asks Azure Scheduled Events; 0 or less:
     * none */
    int scheduled_socket;
};

/* Callbacks. The loop calls all of them. Arguments are borrowed for the call. */
struct vfj_guest_io_listener {
    /* Reports an event: CONFIGURED, CONNECTED, GAP, DEVD, OBSERVED, FINISHED, TIMER or SCHEDULED,
     * and STOPPED once, as the last event. mono_us never decreases. In a DEVD event only the raw
     * line is set; the ledger decodes it. */
    void (*event)(void *context, const struct vfj_event *event);
    /* Called after events that came together. `more`: other events are ready, and are reported
     * in the next turn of the event loop. */
    void (*batch_end)(void *context, bool more);
    /* A changing command that vfj_guest_io_forget() dropped has ended. Its effects are complete
     * now. */
    void (*late_exit)(void *context);
    /* The time given to vfj_guest_io_wake_at() has come. */
    void (*wake)(void *context);
    /* SIGTERM or SIGINT, named by `reason`, asks the daemon to end. The listener calls
     * vfj_guest_io_end() when no plan is active. A second signal, or the end of VFJ_STOP_WITHIN_S,
     * ends the loop without that call. */
    void (*stopping)(void *context, const char *reason);
    /* SIGINFO, or SIGUSR1 on systems without it, asks for a status. */
    void (*asked)(void *context);
    /* rc.conf could not be read, and the last configuration stays in force. Called once for each
     * new complaint, which is one line and safe for a terminal. */
    void (*unread)(void *context, const char *complaint);
    /* devd sent `lines` lines late. `delay_us` is the longest time by which such a line came
     * after the same line of nlsysevent(4). */
    void (*late)(void *context, int64_t delay_us, unsigned lines);
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

/* Returns true when the monitor has ended. STOPPED was then reported. */
bool vfj_guest_io_is_lost(const struct vfj_guest_io *guest_io);

/* Calls vfj_act_lock_take() for the daemon's pid and the path of the settings, in the process that
 * serves requests. That process holds the lock until it ends. The caller calls this function before
 * vfj_guest_io_run(). Returns false, with errno, on failure. */
bool vfj_guest_io_take_act_lock(struct vfj_guest_io *guest_io);

/* Calls vfj_boot_id_read() and returns its result. The caller calls this function before
 * vfj_guest_io_run(). */
bool vfj_guest_io_boot_id(struct vfj_guest_io *guest_io, char id[VFJ_BOOT_ID_SIZE]);

/* Sets the events of Azure Scheduled Events that are open in the journal. A new document is
 * compared with these events. The caller calls this function before vfj_guest_io_run(). */
void vfj_guest_io_set_scheduled(struct vfj_guest_io *guest_io,
                                const struct vfj_scheduled_list *open);

/* Runs the loop: reads rc.conf, connects to devd, and reports events until STOPPED, or until
 * vfj_guest_io_break(). */
void vfj_guest_io_run(struct vfj_guest_io *guest_io);
void vfj_guest_io_break(struct vfj_guest_io *guest_io);

/* Reports STOPPED with `reason`, and ends the loop. */
void vfj_guest_io_end(struct vfj_guest_io *guest_io, const char *reason);

/* Asks the listener to end (`stopping`), as SIGTERM does. `reason` is a literal. */
void vfj_guest_io_stop(struct vfj_guest_io *guest_io, const char *reason);

/* Runs a command that only reads. One OBSERVED event follows. After the first answer of a plan,
 * rc.conf's files are checked; rc.conf is read again when one of them has changed. */
void vfj_guest_io_probe(struct vfj_guest_io *guest_io, const struct vfj_command *command);

/* Runs the changing commands of one decision, as vfj_runner_run() does. For each command, one
 * FINISHED event follows. */
void vfj_guest_io_change(struct vfj_guest_io *guest_io, const struct vfj_command *commands,
                         unsigned count);

/* Returns true when a changing command waits for the end of the command before it. The caller then
 * delays commits. */
bool vfj_guest_io_is_in_batch(const struct vfj_guest_io *guest_io);

/* Drops the answers of running commands. When a changing command among them ends, `late_exit` is
 * called. */
void vfj_guest_io_forget(struct vfj_guest_io *guest_io);

/* Reads rc.conf again, as SIGHUP does. */
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
