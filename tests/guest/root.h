/* The directory in which a program of the stand-in guest runs, and the steps that every program
 * does before and after its own work. */
#ifndef VFJ_TESTS_GUEST_ROOT_H
#define VFJ_TESTS_GUEST_ROOT_H

#include <stdbool.h>
#include <stddef.h>

/* One program of the guest. `changes` returns true when the given arguments change the guest; NULL
 * means that any arguments do. */
struct guest_program {
    const char *name;
    int (*run)(int argc, char **argv);
    bool (*changes)(int argc, char **argv);
};

/* All programs. The last element has no name. */
extern const struct guest_program guest_programs[];

/* Returns the last component of a path. */
const char *guest_base_name(const char *path);

/* Changes to the guest's root, which is the parent of the directory of `argv0`. Does not resolve a
 * symbolic link. If `argv0` has no slash, uses the executed path instead, where the system provides
 * it. */
void guest_root_enter(const char *argv0);
/* Changes to DIR, the root of a guest. Ends the program when DIR does not contain a guest. */
void guest_root_enter_dir(const char *directory);

/* Applies the faults that a test has set for this command: sleeps, hangs, or fills in *status.
 * Returns true when the program must end with *status, and false when it must continue. */
bool guest_fault_strikes(int argc, char **argv, int *status);

/* Appends one line to state/log, or to state/probes when `changes` is false. The line has the exit
 * status, the program's name without its directory, and its arguments. */
void guest_log(bool changes, const char *status, int argc, char **argv);

/* Creates and locks a pidfile as pidfile_open(3) does. Returns the descriptor. When another process
 * holds the lock, returns -1 and sets *other to the pid of that process, or to 0 if the file
 * contains no pid yet. */
int guest_pidfile_open(const char *path, long *other);
void guest_pidfile_write(int fd, long pid);
/* Returns the pid of the process that holds the lock of a pidfile, or 0. */
long guest_pidfile_holder(const char *path);

/* Returns true when rc.conf configures the interface by DHCP or SYNCDHCP. */
bool guest_rc_is_dhcp(const char *interface);

/* Runs a program of the guest and waits until it ends. argv[0] is its path in the guest's root.
 * Returns its exit status, or 255 if a signal ended the program. */
int guest_spawn(char *const *argv);

#endif
