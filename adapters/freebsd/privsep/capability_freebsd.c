/* The functions of capability.h for FreeBSD: cap_enter(2) and cap_rights_limit(2). */
#include "adapters/freebsd/privsep/capability.h"

#include <fcntl.h>
#include <sys/capsicum.h>
#include <sys/stat.h>
#include <time.h>

/* Descriptors from this number on keep their rights. A new daemon has far fewer descriptors. */
enum { DESCRIPTORS_MAX = 256 };

/* Adds the rights of WORK. fstat(2) reports both a kqueue(2) and a pipe as S_IFIFO. */
static void add_work(mode_t mode, cap_rights_t *rights)
{
    cap_rights_set(rights, CAP_WRITE);
    if (S_ISREG(mode))
        cap_rights_set(rights, CAP_SEEK, CAP_MMAP_RW, CAP_FSYNC, CAP_FTRUNCATE, CAP_FLOCK);
    else if (S_ISDIR(mode)) /* files opened in the directory get at most the directory's rights */
        cap_rights_set(rights, CAP_LOOKUP, CAP_CREATE, CAP_UNLINKAT, CAP_RENAMEAT_SOURCE,
                       CAP_RENAMEAT_TARGET, CAP_SEEK, CAP_FSYNC, CAP_FTRUNCATE, CAP_FSTATAT,
                       CAP_FSTATFS);
    else if (S_ISFIFO(mode))
        cap_rights_set(rights, CAP_KQUEUE);
}

void vfj_capability_limit(int fd, enum vfj_capability_use use)
{
    struct stat status;
    cap_rights_t rights;
    if (fstat(fd, &status) != 0)
        return;
    cap_rights_init(&rights, CAP_READ, CAP_EVENT, CAP_FCNTL, CAP_FSTAT);
    if (S_ISSOCK(status.st_mode))
        cap_rights_set(&rights, CAP_SHUTDOWN);
    if (use == VFJ_CAPABILITY_WORK)
        add_work(status.st_mode, &rights);
    if (cap_rights_limit(fd, &rights) == 0)
        (void)cap_fcntls_limit(fd, CAP_FCNTL_GETFL | CAP_FCNTL_SETFL);
}

bool vfj_capability_enter(void)
{
    /* reads the file of the time zone, which syslog(3) needs for local times and cannot read
     * later */
    tzset();
    if (cap_enter() != 0)
        return false;
    for (int fd = 0; fd < DESCRIPTORS_MAX; fd++)
        vfj_capability_limit(fd, VFJ_CAPABILITY_WORK);
    return true;
}
