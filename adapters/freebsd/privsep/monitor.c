/* The side of the unprivileged process: it starts and ends the monitor, the process that keeps
 * root's rights. */
#include "adapters/freebsd/privsep/monitor.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/monitor_process.h"
#include "adapters/freebsd/privsep/request.h"
#include "adapters/freebsd/privsep/wire.h"

struct vfj_monitor {
    struct vfj_wire wire;
    pid_t pid;
};

struct vfj_monitor *vfj_monitor_start(const struct vfj_monitor_settings *settings)
{
    struct vfj_wire theirs;
    struct vfj_monitor *monitor = calloc(1, sizeof *monitor);
    if (monitor == NULL || !vfj_wire_open(&monitor->wire, &theirs)) {
        free(monitor);
        return NULL;
    }
    monitor->pid = fork();
    if (monitor->pid == 0)
        vfj_monitor_process(theirs.socket, settings);
    int error = errno;
    vfj_wire_close(&theirs);
    if (monitor->pid > 0)
        return monitor;
    vfj_wire_close(&monitor->wire);
    free(monitor);
    errno = error;
    return NULL;
}

pid_t vfj_monitor_pid(const struct vfj_monitor *monitor)
{
    return monitor->pid;
}

struct vfj_wire *vfj_monitor_wire(struct vfj_monitor *monitor)
{
    return &monitor->wire;
}

/* Waits until the connection has ended, and drops all replies. The end of the connection shows
 * that the monitor has ended; waitpid(2) is not available in capability mode. */
static void wait_for_end(const struct vfj_wire *wire)
{
    char bytes[4096];
    ssize_t count;
    do {
        count = recv(wire->socket, bytes, sizeof bytes, 0);
    } while (count > 0 || (count < 0 && errno == EINTR));
}

void vfj_monitor_end(struct vfj_monitor *monitor)
{
    const struct vfj_request end = {.kind = VFJ_REQUEST_END};
    if (monitor == NULL)
        return;
    /* When only a part of another request was sent, no END may follow it. The monitor then ends
     * because the connection ends. */
    if (monitor->wire.sent == 0)
        (void)vfj_wire_send(&monitor->wire, &end, sizeof end, -1, false);
    (void)shutdown(monitor->wire.socket, SHUT_WR);
    wait_for_end(&monitor->wire);
    vfj_wire_close(&monitor->wire);
    while (waitpid(monitor->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    free(monitor);
}
