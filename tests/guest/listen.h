/* The verb listen of vfj_guest: a client of devd that prints what it receives, for shell tests. */
#ifndef VFJ_TESTS_GUEST_LISTEN_H
#define VFJ_TESTS_GUEST_LISTEN_H

/* Connects to devd and prints "# connected", then what devd sends, and "# end" when devd closes the
 * connection. argv is seqpacket|stream [--reads]. With --reads it prints the bytes of each read(2)
 * between brackets. The process must have entered the guest's root. Returns 0, or 1 when devd does
 * not run. */
int guest_listen(int argc, char **argv);

#endif
