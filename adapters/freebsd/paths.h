/* Where everything of the guest is: files, sockets and programs. */
#ifndef VFJ_FREEBSD_PATHS_H
#define VFJ_FREEBSD_PATHS_H

#include <stdbool.h>

#include "core/data/command.h"
#include "core/status.h"
#include "core/text/text.h"

enum { VFJ_PATHNAME_SIZE = 1024 }; /* FreeBSD's PATH_MAX */

/* X(member, FreeBSD's default): of the guest. hier(7) and the man page of each program say so. */
#define VFJ_PATHS(X)                                  \
    X(devd_seqpacket, "/var/run/devd.seqpacket.pipe") \
    X(devd_stream, "/var/run/devd.pipe")              \
    X(sysctl, "/sbin/sysctl")                         \
    X(ifconfig, "/sbin/ifconfig")                     \
    X(dhclient, "/sbin/dhclient")                     \
    X(route, "/sbin/route")                           \
    X(rtsol, "/sbin/rtsol")                           \
    X(kill, "/bin/kill")                              \
    X(scripts_dir, "/usr/libexec/hyperv")             \
    X(local_scripts_dir, "/usr/local/libexec/hyperv") \
    X(run_dir, "/var/run")                            \
    X(dhclient_run_dir, "/var/run/dhclient")          \
    X(lease_dir, "/var/db")                           \
    X(rc_conf, "/etc/rc.conf")                        \
    X(act_lock, "/var/run/vfjournal/act.lock")

/* A path that was set is taken as it is; a default stands under `root`, which is empty on a real
 * guest. */
struct vfj_paths {
    char root[VFJ_PATHNAME_SIZE];
#define X(member, path) char member[VFJ_PATHNAME_SIZE];
    VFJ_PATHS(X)
#undef X
    char lease_helper[VFJ_PATHNAME_SIZE]; /* our own programs, never under the root */
    char rc_helper[VFJ_PATHNAME_SIZE];
};

/* All defaults under `root`: "" for the guest itself. Our helpers are looked for beside the
 * program: in
 * ../libexec/vfjournal from its directory, where an installation has them, or in libexec/vfjournal,
 * where a build has them; else they are in /usr/local/libexec/vfjournal. TOO_LONG when a path does
 * not fit. */
enum vfj_status vfj_paths_init(struct vfj_paths *paths, const char *root);

/* Whether root may run what is below the root directory. Root runs programs and the shell code of
 * rc.conf there: nobody but root may be able to change these, or what leads to them. True for
 * others than root, and for the guest itself, whose programs root runs anyway. If not, the path
 * that fails and why are added to *complaint. */
bool vfj_paths_are_roots(const struct vfj_paths *paths, struct vfj_text *complaint);

/* Set one path; TOO_LONG when it does not fit. */
enum vfj_status vfj_paths_set(char member[VFJ_PATHNAME_SIZE], const char *path);

/* directory/A B C, into `path`; false when it does not fit. */
bool vfj_paths_join(char path[VFJ_PATHNAME_SIZE], const char *directory, const char *a,
                    const char *b, const char *c);

/* The path that stands for `name`, a path as the guest's scripts know it: the scripts' directories
 * where they are, all else under the root. False when it does not fit or is not absolute. */
bool vfj_paths_of_file(const struct vfj_paths *paths, const char *name,
                       char path[VFJ_PATHNAME_SIZE]);

/* The program file that a command's first word stands for. False as above. */
bool vfj_paths_of_program(const struct vfj_paths *paths, const struct vfj_argv *argv,
                          char path[VFJ_PATHNAME_SIZE]);

#endif
