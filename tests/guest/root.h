/* Where a program of the stand-in guest works, and what every one of them does before and after its
 * own work.
 */
#ifndef VFJ_TESTS_GUEST_ROOT_H
#define VFJ_TESTS_GUEST_ROOT_H

#include <stdbool.h>
#include <stddef.h>

/* One program of the guest. `changes` says of its arguments whether it means to change anything. */
struct guest_program {
    const char *name;
    int (*run)(int argc, char **argv);
    bool (*changes)(int argc, char **argv);
};

/* The programs, ended by a row without name. */
extern const struct guest_program guest_programs[];

/* The last part of a path. */
const char *guest_base_name(const char *path);

/* Goes to the guest's root: the directory above the one of `argv0`, links not followed. Without a
 * slash in `argv0` the path that was executed is taken, as far as the system tells it. */
void guest_root_enter(const char *argv0);
/* Goes to DIR, which must hold a guest. */
void guest_root_enter_dir(const char *directory);

/* A failure, delay or hang that was ordered for this argv: false when the program shall go on, true
 * when it shall end with *status. */
bool guest_fault_strikes(int argc, char **argv, int *status);

/* One line in state/log (changes) or state/probes: the status and the words, the program without
 * its directory. */
void guest_log(bool changes, const char *status, int argc, char **argv);

/* Creates and locks a pidfile as pidfile_open(3) does: the descriptor, or -1 when another process
 * holds it and *other is its pid (0 when it has not written it yet). */
int guest_pidfile_open(const char *path, long *other);
void guest_pidfile_write(int fd, long pid);
/* The pid of the process that holds the pidfile, 0 when none does. */
long guest_pidfile_holder(const char *path);

/* rc.conf says DHCP or SYNCDHCP for the interface. */
bool guest_rc_is_dhcp(const char *interface);

/* Runs a program of the guest, by its path in the guest's root, and waits: its exit status, 255 for
 * a signal.
 */
int guest_spawn(char *const *argv);

#endif
