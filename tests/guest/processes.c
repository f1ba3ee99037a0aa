/* The long-lived processes of a guest, identified by the pidfiles that they have locked. */
#include "tests/guest/processes.h"

#include "tests/guest/root.h"
#include "tests/guest/text.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/types.h>

/* Calls `each` with the path of every pidfile, until a call returns false. Returns the result of
 * the last call. */
static bool for_each(bool (*each)(const char *path, long wanted), long wanted)
{
    char path[PATH_MAX];
    DIR *directory = opendir(GUEST_DHCLIENT_DIRECTORY);
    bool go_on = each(GUEST_DEVD_PIDFILE, wanted);

    if (directory == NULL) {
        return go_on;
    }
    for (const struct dirent *entry = readdir(directory); go_on && entry != NULL;
         entry = readdir(directory)) {
        if (entry->d_name[0] != '.') {
            guest_print(path, sizeof path, GUEST_DHCLIENT_DIRECTORY "/%s", entry->d_name);
            go_on = each(path, wanted);
        }
    }
    closedir(directory);
    return go_on;
}

static bool is_other(const char *path, long wanted)
{
    return guest_pidfile_holder(path) != wanted;
}

bool guest_process_is_ours(long pid)
{
    return pid > 0 && !for_each(is_other, pid);
}

static bool stop_one(const char *path, long unused)
{
    (void)unused;
    for (int tries = 0; tries < 400; tries++) {
        long pid = guest_pidfile_holder(path);
        if (pid <= 0) {
            break;
        }
        if (tries % 200 == 0) {
            (void)kill((pid_t)pid, tries == 0 ? SIGTERM : SIGKILL);
        }
        guest_sleep(0.01);
    }
    return true;
}

void guest_devd_stop(void)
{
    (void)stop_one(GUEST_DEVD_PIDFILE, 0);
}

void guest_processes_stop(void)
{
    (void)for_each(stop_one, 0);
}
