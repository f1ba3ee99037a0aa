/* The long-lived processes of a guest, identified by the pidfiles that they have locked. */
#ifndef VFJ_TESTS_GUEST_PROCESSES_H
#define VFJ_TESTS_GUEST_PROCESSES_H

#include <stdbool.h>

/* Paths in the guest's root: the pidfile of devd, and the directory of the dhclients' pidfiles. */
#define GUEST_DEVD_PIDFILE       "var/run/devd.pid"
#define GUEST_DHCLIENT_DIRECTORY "var/run/dhclient"

/* Returns true when the process holds one of the guest's pidfiles. */
bool guest_process_is_ours(long pid);
/* Ends devd. Sends SIGTERM, and after two seconds SIGKILL. Returns when the process has ended. */
void guest_devd_stop(void);
/* Ends devd and all dhclients, each as guest_devd_stop() does. */
void guest_processes_stop(void);

#endif
