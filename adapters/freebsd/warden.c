/* The warden: the part of the daemon that stays root when the rest does not, as the rest sees it. */
#include "adapters/freebsd/warden.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/freebsd/errand.h"
#include "adapters/freebsd/warden_process.h"
#include "adapters/freebsd/wire.h"

struct vfj_warden {
    struct vfj_wire wire;
    pid_t pid;
};

struct vfj_warden *vfj_warden_start(const struct vfj_warden_settings *settings)
{
    struct vfj_wire theirs;
    struct vfj_warden *warden = calloc(1, sizeof *warden);
    if (warden == NULL || !vfj_wire_open(&warden->wire, &theirs)) {
        free(warden);
        return NULL;
    }
    warden->pid = fork();
    if (warden->pid == 0)
        vfj_warden_process(theirs.socket, settings);
    int error = errno;
    vfj_wire_close(&theirs);
    if (warden->pid > 0)
        return warden;
    vfj_wire_close(&warden->wire);
    free(warden);
    errno = error;
    return NULL;
}

pid_t vfj_warden_pid(const struct vfj_warden *warden)
{
    return warden->pid;
}

struct vfj_wire *vfj_warden_wire(struct vfj_warden *warden)
{
    return &warden->wire;
}

/* What it still says is dropped. By the connection, for in capability mode there is no waitpid(2). */
static void wait_for_end(const struct vfj_wire *wire)
{
    char bytes[4096];
    ssize_t count;
    do {
        count = recv(wire->socket, bytes, sizeof bytes, 0);
    } while (count > 0 || (count < 0 && errno == EINTR));
}

void vfj_warden_end(struct vfj_warden *warden)
{
    const struct vfj_errand end = {.kind = VFJ_ERRAND_END};
    if (warden == NULL)
        return;
    if (warden->wire.sent == 0) /* else it is in the middle of an errand, and the end of the connection says it */
        (void)vfj_wire_send(&warden->wire, &end, sizeof end, -1, false);
    (void)shutdown(warden->wire.socket, SHUT_WR);
    wait_for_end(&warden->wire);
    vfj_wire_close(&warden->wire);
    while (waitpid(warden->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    free(warden);
}
