/* A client of devd for shell tests. */
#ifndef VFJ_TESTS_GUEST_LISTEN_H
#define VFJ_TESTS_GUEST_LISTEN_H

/* argv: seqpacket|stream [--reads]. Connects in the guest's root, prints "# connected", then what
 * comes, each read between brackets with --reads, and "# end" when devd hangs up. 0, or 1 when
 * there is no devd. */
int guest_listen(int argc, char **argv);

#endif
