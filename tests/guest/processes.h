/* The long-lived processes of a guest, found by the pidfiles that they keep locked. */
#ifndef VFJ_TESTS_GUEST_PROCESSES_H
#define VFJ_TESTS_GUEST_PROCESSES_H

#include <stdbool.h>

/* Devd's pidfile and the directory of the dhclients', in the guest's root. */
#define GUEST_DEVD_PIDFILE       "var/run/devd.pid"
#define GUEST_DHCLIENT_DIRECTORY "var/run/dhclient"

/* True when the pid holds one of the pidfiles. */
bool guest_process_is_ours(long pid);
/* Ends devd: SIGTERM, SIGKILL after two seconds; waits until it is gone. */
void guest_devd_stop(void);
/* The same for devd and all dhclients. */
void guest_processes_stop(void);

#endif
