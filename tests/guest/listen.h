/* The verb listen: a client of devd, for shell tests. */
#ifndef VFJ_TESTS_GUEST_LISTEN_H
#define VFJ_TESTS_GUEST_LISTEN_H

/* Runs in the guest's root. argv is seqpacket|stream [--reads]. Connects to devd and prints "#
 * connected", then what devd sends, and "# end" when devd closes the connection. With --reads it
 * prints the bytes of each read(2) between brackets. Returns 0, or 1 when devd does not run. */
int guest_listen(int argc, char **argv);

#endif
