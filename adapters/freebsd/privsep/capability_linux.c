/* The functions of capability.h for tests on Linux: seccomp(2) makes all path names unreachable. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares syscall() only with this macro */
#endif
#include "adapters/freebsd/privsep/capability.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* System calls that take a path name and a directory. They fail when the directory is AT_FDCWD. */
static const int at[]
    = {SYS_openat,   SYS_newfstatat, SYS_unlinkat,   SYS_renameat2, SYS_mkdirat, SYS_faccessat,
       SYS_fchmodat, SYS_fchownat,   SYS_readlinkat, SYS_linkat,    SYS_mknodat,
#ifdef SYS_renameat
       SYS_renameat,
#endif
       SYS_statx};

/* System calls that take a path name without a directory, or reach objects without a descriptor.
 * They always fail. */
static const int never[]
    = {SYS_connect, SYS_bind,   SYS_execve, SYS_execveat, SYS_chdir,  SYS_chroot, SYS_statfs,
       SYS_mount,   SYS_ptrace, SYS_kill,   SYS_tkill,    SYS_wait4,  SYS_waitid,
#ifdef SYS_open
       SYS_open,    SYS_creat,  SYS_stat,   SYS_lstat,    SYS_access, SYS_unlink, SYS_rename,
       SYS_mkdir,   SYS_rmdir,  SYS_link,   SYS_symlink,  SYS_chmod,  SYS_chown,  SYS_readlink,
#endif
       SYS_truncate};

enum {
    AT_CALLS = sizeof at / sizeof at[0],
    NEVER_CALLS = sizeof never / sizeof never[0],
    INSTRUCTIONS = 3 + 1 + 4 * AT_CALLS + 2 * NEVER_CALLS + 1,
};

static struct sock_filter load(size_t offset)
{
    return (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset);
}

static struct sock_filter skip_unless(uint32_t value, uint8_t count)
{
    return (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, count);
}

static struct sock_filter answer(uint32_t value)
{
    return (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value);
}

/* Writes the seccomp filter. Returns the number of its instructions. */
static unsigned write_filter(struct sock_filter filter[INSTRUCTIONS], uint32_t architecture)
{
    const uint32_t refusal = SECCOMP_RET_ERRNO | EPERM;
    unsigned count = 0;
    filter[count++] = load(offsetof(struct seccomp_data, arch));
    filter[count++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
    filter[count++] = answer(refusal);
    filter[count++] = load(offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < NEVER_CALLS; i++) {
        filter[count++] = skip_unless((uint32_t)never[i], 1);
        filter[count++] = answer(refusal);
    }
    for (unsigned i = 0; i < AT_CALLS; i++) {
        filter[count++] = skip_unless((uint32_t)at[i], 3);
        filter[count++] = load(offsetof(struct seccomp_data, args[0]));
        filter[count++]
            = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)AT_FDCWD, 0, 1);
        filter[count++] = answer(refusal);
        /* A call that gets here has a directory, and will be permitted. The filter now holds the
         * call's first argument in place of the call's number. If this argument equals the number
         * of a later call, the filter compares it with AT_FDCWD again, and it still differs. */
    }
    filter[count++] = answer(SECCOMP_RET_ALLOW);
    return count;
}

bool vfj_capability_enter(void)
{
#ifdef ARCHITECTURE
    struct sock_filter filter[INSTRUCTIONS];
    struct sock_fprog program = {.filter = filter};
    program.len = (unsigned short)write_filter(filter, ARCHITECTURE);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0;
#else
    errno = ENOSYS;
    return false;
#endif
}

void vfj_capability_limit(int fd, enum vfj_capability_use use)
{
    (void)fd;
    (void)use;
}
