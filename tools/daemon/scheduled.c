/* Starts and ends the daemon's helper process, which asks Azure Scheduled Events. */
#include "tools/daemon/scheduled.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/scheduled/helper.h"
#include "store/scheduled_document.h"
#include "tools/daemon/log.h"

static pid_t helper;

/* Reads the events in a document of the service. Runs in the helper process only. */
static const char *read_document(struct vfj_span text, const char *vm,
                                 struct vfj_scheduled_list *list)
{
    static struct vfj_document_reader *reader;
    if (reader == NULL)
        reader = vfj_document_reader_open();
    return reader != NULL ? vfj_document_read(reader, text, vm, list) : strerror(ENOMEM);
}

/* Finds the user that the helper becomes when the daemon is root: nobody, which the base system of
 * FreeBSD has. When the daemon becomes nobody, the helper becomes _vfjournal. The user of the
 * helper is never that of the daemon, since a process may signal and trace those of its user.
 * Returns false when the daemon is root and there is no such user. */
static bool find_user(const struct vfj_daemon_options *options, struct vfj_user *user)
{
    static const char *const names[] = {"nobody", VFJ_USER_DEFAULT};
    struct vfj_user daemon = {.uid = 0};
    if (geteuid() != 0)
        return true;
    (void)vfj_user_find(options->user != NULL ? options->user : VFJ_USER_DEFAULT, &daemon);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (vfj_user_find(names[i], user) && user->uid != 0 && user->uid != daemon.uid)
            return true;
    }
    return false;
}

void vfj_daemon_start_scheduled(struct vfj_daemon_options *options)
{
    struct vfj_helper_settings settings = {.url = options->scheduled_url,
                                           .unit_ms = options->scheduled_unit_ms,
                                           .read = read_document};
    if (!options->asks_scheduled)
        return;
    memcpy(settings.empty_dir, options->guest_io.paths.empty_dir, sizeof settings.empty_dir);
    if (!find_user(options, &settings.user)) {
        vfj_daemon_log("scheduled",
                       "no user but the daemon's for the process that asks: nothing is asked");
        return;
    }
    options->guest_io.scheduled_socket = vfj_helper_start(&settings, &helper);
    if (options->guest_io.scheduled_socket < 0)
        vfj_daemon_log("scheduled", "no process to ask: %s", strerror(errno));
}

void vfj_daemon_end_scheduled(const struct vfj_daemon_options *options)
{
    if (options->guest_io.scheduled_socket > 0
        && !vfj_helper_end(options->guest_io.scheduled_socket, helper))
        vfj_daemon_log("scheduled", "process %ld, which asks, does not end", (long)helper);
}
