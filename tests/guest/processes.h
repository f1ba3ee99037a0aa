/* The long-lived processes of a guest, identified by the pidfiles that they have locked. */
#ifndef VFJ_TESTS_GUEST_PROCESSES_H
#define VFJ_TESTS_GUEST_PROCESSES_H

#include <stdbool.h>

/* The pidfile of devd, and the directory of the dhclients' pidfiles, in the guest's root. */
#define GUEST_DEVD_PIDFILE       "var/run/devd.pid"
#define GUEST_DHCLIENT_DIRECTORY "var/run/dhclient"

/* Returns true when the process holds one of the guest's pidfiles. */
bool guest_process_is_ours(long pid);
/* Ends devd and waits until it is gone. Sends SIGTERM, and SIGKILL after two seconds. */
void guest_devd_stop(void);
/* Ends devd and all dhclients in the same way. */
void guest_processes_stop(void);

#endif
