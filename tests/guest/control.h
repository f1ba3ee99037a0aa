/* The verbs of vfj_guest, which make, start, change and stop a guest. README.md has the grammar. */
#ifndef VFJ_TESTS_GUEST_CONTROL_H
#define VFJ_TESTS_GUEST_CONTROL_H

/* Runs `vfj_guest VERB DIR ...`. Returns the exit status. */
int guest_control(int argc, char **argv);

/* The verb init (init.c): makes DIR and a guest in it. `binary` is the path of this program.
 * argv holds the pairs. */
int guest_init(const char *binary, const char *directory, int argc, char **argv);
/* The verb start (init.c): starts the dhclients that rc.conf asks for, then devd with the
 * options in argv. Runs in the guest's root. */
int guest_start(int argc, char **argv);
/* The verb host (host.c): runs the host command in argv. Runs in the guest's root. */
int guest_host(int argc, char **argv);
/* The verb play (play.c): runs the host commands of the scenario `path` at their times, `speed`
 * times as fast. `file` is a FILE that was opened before the process entered the guest's root. */
int guest_play(void *file, const char *path, double speed);

#endif
