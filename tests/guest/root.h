/* The directory that a program of the stand-in guest runs in, and the steps that every program
 * does before and after its own work. */
#ifndef VFJ_TESTS_GUEST_ROOT_H
#define VFJ_TESTS_GUEST_ROOT_H

#include <stdbool.h>
#include <stddef.h>

/* One program of the guest. `changes` returns whether its arguments change the guest; NULL means
 * that they always do. */
struct guest_program {
    const char *name;
    int (*run)(int argc, char **argv);
    bool (*changes)(int argc, char **argv);
};

/* All programs. The last row has no name. */
extern const struct guest_program guest_programs[];

/* Returns the last component of a path. */
const char *guest_base_name(const char *path);

/* Changes to the guest's root: the parent of the directory of `argv0`, without resolving a
 * symbolic link. An `argv0` without a slash is replaced by the executed path, if the system
 * provides it. */
void guest_root_enter(const char *argv0);
/* Changes to DIR. Ends the program when DIR does not hold a guest. */
void guest_root_enter_dir(const char *directory);

/* Applies the faults that were ordered for this argv: sleeps, hangs, or fills in *status.
 * Returns true when the program must end with *status, and false when it continues. */
bool guest_fault_strikes(int argc, char **argv, int *status);

/* Writes one line to state/log (changes) or state/probes: the status, the program's name without
 * its directory, and its arguments. */
void guest_log(bool changes, const char *status, int argc, char **argv);

/* Creates and locks a pidfile as pidfile_open(3) does. Returns the descriptor. When another
 * process holds the file it returns -1, and *other is that process's pid, or 0 if the file has
 * none yet. */
int guest_pidfile_open(const char *path, long *other);
void guest_pidfile_write(int fd, long pid);
/* Returns the pid of the process that holds the pidfile, or 0. */
long guest_pidfile_holder(const char *path);

/* Returns whether rc.conf sets DHCP or SYNCDHCP for the interface. */
bool guest_rc_is_dhcp(const char *interface);

/* Runs a program of the guest by its path in the guest's root, and waits for it. Returns its
 * exit status, or 255 if a signal ended it. */
int guest_spawn(char *const *argv);

#endif
