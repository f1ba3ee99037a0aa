/* The functions of process.h for FreeBSD: kern.proc (sysctl(3)) and procctl(2). */
#include <sys/param.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/user.h>
#include <unistd.h>

#include "adapters/freebsd/guest/process.h"
#include "core/text/text.h"

bool vfj_process_name(pid_t pid, char *name, size_t size)
{
    int oid[] = {CTL_KERN, KERN_PROC, KERN_PROC_PID, (int)pid};
    struct kinfo_proc process;
    size_t length = sizeof process;
    if (sysctl(oid, 4, &process, &length, NULL, 0) != 0 || length != sizeof process)
        return false;
    vfj_span_copy(name, size, vfj_span_of(process.ki_comm));
    return true;
}

bool vfj_process_executable(char *path, size_t size)
{
    int oid[] = {CTL_KERN, KERN_PROC, KERN_PROC_PATHNAME, -1};
    size_t length = size;
    return sysctl(oid, 4, path, &length, NULL, 0) == 0 && length > 0;
}

void vfj_process_set_title(const char *title)
{
    setproctitle("%s", title);
}

bool vfj_process_signal_at_parents_end(int signal)
{
    return procctl(P_PID, 0, PROC_PDEATHSIG_CTL, &signal) == 0;
}

void vfj_process_forgo_rights(void)
{
#ifdef PROC_NO_NEW_PRIVS_CTL
    int enable = PROC_NO_NEW_PRIVS_ENABLE;
    (void)procctl(P_PID, 0, PROC_NO_NEW_PRIVS_CTL, &enable);
#endif
}
