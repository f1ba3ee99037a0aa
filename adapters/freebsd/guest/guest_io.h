/* The guest as one object: it turns what happens into events and runs commands. */
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
    /* who does what needs root's rights; NULL: we do. It must outlive the guest_io */
    struct vfj_monitor *monitor;
    enum vfj_probe_way probe_way;
    struct vfj_devd_settings devd;
};

/* What the guest_io tells, always from its loop; what it hands over is borrowed for the call. */
struct vfj_guest_io_listener {
    /* CONFIGURED, CONNECTED, GAP, DEVD, OBSERVED, FINISHED, TIMER and, once and last, STOPPED.
     * mono_us never runs backwards. Of DEVD only the raw line is set: who records it reads it. */
    void (*event)(void *context, const struct vfj_event *event);
    /* After events that came together. `more`: others are at hand already and come at once. */
    void (*batch_end)(void *context, bool more);
    /* A command that vfj_guest_io_forget() forgot, and that changes the guest, has ended: only now
     * is there what it did. */
    void (*stray)(void *context);
    /* The time of vfj_guest_io_wake_at() has come. */
    void (*wake)(void *context);
    /* SIGTERM or SIGINT, named by `reason`, asks the daemon to end. The listener calls
     * vfj_guest_io_end() when nothing is half-done; a second signal, or the end of
     * VFJ_STOP_WITHIN_S, ends the loop without it. */
    void (*stopping)(void *context, const char *reason);
    /* Somebody asks how things stand: SIGINFO, or SIGUSR1 where there is none. */
    void (*asked)(void *context);
    /* rc.conf could not be read: the last configuration stays. Once for as long as the complaint,
     * one line and safe for a terminal, is the same. */
    void (*unread)(void *context, const char *complaint);
    /* A line for people, its bytes safe for a terminal; the subsystem is its first word. */
    void (*log)(void *context, const char *line);
    void *context;
};

/* Takes SIGTERM and SIGINT (the listener's `stopping`), SIGHUP (rc.conf is read again), SIGINFO
 * (else SIGUSR1), SIGCHLD; ignores SIGPIPE. One at a time in a process. On failure *guest_io is
 * NULL. */
enum vfj_status vfj_guest_io_open(struct vfj_guest_io **guest_io,
                                  const struct vfj_guest_io_settings *settings,
                                  const struct vfj_guest_io_listener *listener);
void vfj_guest_io_close(struct vfj_guest_io *guest_io);

/* Whether the monitor has ended, and with it the guest_io: STOPPED was told. */
bool vfj_guest_io_is_lost(const struct vfj_guest_io *guest_io);

/* vfj_act_lock_take() on the path of the settings, with our pid. Before vfj_guest_io_run(). The
 * process that serves requests takes the lock and holds it until it ends. False, with errno, when
 * the lock can't be had. */
bool vfj_guest_io_take_act_lock(struct vfj_guest_io *guest_io);

/* Which boot this is; false as of vfj_boot_id_read(). Before vfj_guest_io_run(). */
bool vfj_guest_io_boot_id(struct vfj_guest_io *guest_io, char id[VFJ_BOOT_ID_SIZE]);

/* Read rc.conf, then connect to devd, and tell events until STOPPED was told or
 * vfj_guest_io_break() called. */
void vfj_guest_io_run(struct vfj_guest_io *guest_io);
void vfj_guest_io_break(struct vfj_guest_io *guest_io);

/* Tell STOPPED with that reason, and end the loop. */
void vfj_guest_io_end(struct vfj_guest_io *guest_io, const char *reason);

/* Asks the listener to end (`stopping`), as SIGTERM does. `reason` is a literal. */
void vfj_guest_io_stop(struct vfj_guest_io *guest_io, const char *reason);

/* Answer a command that only reads by one OBSERVED. Who looks at the guest looks at rc.conf's
 * files, too, and when they have changed they are read again: after the first answer, once for that
 * look and those that its answer and what follows bring. */
void vfj_guest_io_probe(struct vfj_guest_io *guest_io, const struct vfj_command *command);

/* Run the changing commands of one decision, as vfj_runner_run() does; tell the outcome of each by
 * one FINISHED. */
void vfj_guest_io_change(struct vfj_guest_io *guest_io, const struct vfj_command *commands,
                         unsigned count);

/* Whether a changing command waits for the one before it: nothing should hold it up. */
bool vfj_guest_io_is_in_batch(const struct vfj_guest_io *guest_io);

/* Tell nothing of the commands under way but that they end: their answers mean nothing any more. */
void vfj_guest_io_forget(struct vfj_guest_io *guest_io);

/* Read rc.conf again, as SIGHUP does. */
void vfj_guest_io_configure(struct vfj_guest_io *guest_io);

/* Tell one TIMER when mono_us is at or past `due_us`; INT64_MAX for never. The last call counts. */
void vfj_guest_io_set_deadline(struct vfj_guest_io *guest_io, int64_t due_us);

/* Call `wake` once, likewise. */
void vfj_guest_io_wake_at(struct vfj_guest_io *guest_io, int64_t due_us);

/* The times of an event that happens now, for one that the caller makes. */
void vfj_guest_io_stamp(struct vfj_guest_io *guest_io, struct vfj_event *event);

#endif
