/* The verbs of vfj_guest, which make, start, change and stop a guest. README.md has the grammar. */
#ifndef VFJ_TESTS_GUEST_CONTROL_H
#define VFJ_TESTS_GUEST_CONTROL_H

/* Runs `vfj_guest VERB DIR ...`. Returns the exit status. */
int guest_control(int argc, char **argv);

/* The verb init (init.c): makes the directory DIR with a guest in it. `binary` is the path of
 * vfj_guest itself. argv holds the hn interfaces with their VFs. */
int guest_init(const char *binary, const char *directory, int argc, char **argv);
/* The verb start (init.c): starts the dhclients that the guest's rc.conf asks for, then devd with
 * the options in argv. The process must have entered the guest's root. */
int guest_start(int argc, char **argv);
/* The verb host (host.c): runs the host command in argv, such as the attachment of a VF. The
 * process must have entered the guest's root. */
int guest_host(int argc, char **argv);
/* The verb play (play.c): runs the host commands of a scenario file at their times, `speed` times
 * as fast. `file` is the scenario as an open FILE, since the caller opens it before it enters the
 * guest's root. `path` is the scenario's name for messages. */
int guest_play(void *file, const char *path, double speed);

#endif
