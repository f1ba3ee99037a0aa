/* vfj_guest itself: making, starting, driving and ending a guest. README.md has the grammar. */
#ifndef VFJ_TESTS_GUEST_CONTROL_H
#define VFJ_TESTS_GUEST_CONTROL_H

/* vfj_guest VERB DIR ... */
int guest_control(int argc, char **argv);

/* init: makes DIR and a guest in it; `binary` is this program's own path. argv holds the pairs.
 * (init.c) */
int guest_init(const char *binary, const char *directory, int argc, char **argv);
/* start: dhclients that rc.conf asks for, then devd with these options, in the guest's root.
 * (init.c) */
int guest_start(int argc, char **argv);
/* host: argv begins with the host command, in the guest's root. (host.c) */
int guest_host(int argc, char **argv);
/* play: host commands of `path`, opened before the root was entered, at their times. (play.c) */
int guest_play(void *file, const char *path, double speed);

#endif
