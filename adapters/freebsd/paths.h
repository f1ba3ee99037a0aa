/* The paths of the guest's files, sockets and programs. */
#ifndef VFJ_FREEBSD_PATHS_H
#define VFJ_FREEBSD_PATHS_H

#include <stdbool.h>

#include "core/data/command.h"
#include "core/status.h"
#include "core/text/text.h"

enum { VFJ_PATHNAME_SIZE = 1024 }; /* FreeBSD's PATH_MAX */

/* X(member, FreeBSD's default). The defaults are from hier(7) and from each program's man page. */
#define VFJ_PATHS(X)                                  \
    X(devd_seqpacket, "/var/run/devd.seqpacket.pipe") \
    X(devd_stream, "/var/run/devd.pipe")              \
    X(sysctl, "/sbin/sysctl")                         \
    X(ifconfig, "/sbin/ifconfig")                     \
    X(dhclient, "/sbin/dhclient")                     \
    X(route, "/sbin/route")                           \
    X(netstat, "/usr/bin/netstat")                    \
    X(rtsol, "/sbin/rtsol")                           \
    X(kill, "/bin/kill")                              \
    X(scripts_dir, "/usr/libexec/hyperv")             \
    X(local_scripts_dir, "/usr/local/libexec/hyperv") \
    X(run_dir, "/var/run")                            \
    X(dhclient_run_dir, "/var/run/dhclient")          \
    X(lease_dir, "/var/db")                           \
    X(rc_conf, "/etc/rc.conf")                        \
    X(act_lock, "/var/run/vfjournal/act.lock")        \
    X(empty_dir, "/var/empty")

/* A path that an option sets is used unchanged. A default path is below `root`. On a real guest
 * `root` is empty. */
struct vfj_paths {
    char root[VFJ_PATHNAME_SIZE];
#define X(member, path) char member[VFJ_PATHNAME_SIZE];
    VFJ_PATHS(X)
#undef X
    /* The two helpers are programs of vfjournal itself. Their paths are never below `root`. */
    char lease_helper[VFJ_PATHNAME_SIZE];
    char rc_helper[VFJ_PATHNAME_SIZE];
};

/* Sets all paths to their defaults under `root`, "" for the guest itself. The helpers are in one of
 * two directories, relative to that of the program: ../libexec/vfjournal (an installation) or
 * libexec/vfjournal (a build). Otherwise they are in /usr/local/libexec/vfjournal. Fails with
 * TOO_LONG when a path does not fit. */
enum vfj_status vfj_paths_init(struct vfj_paths *paths, const char *root);

/* Returns true when it is safe that root runs the programs below `root`, and the shell code of
 * its rc.conf: only root can change these files and the directories that lead to them. Also
 * returns true when the user is not root, and when `root` is the guest itself. Otherwise adds
 * the path that fails, and the cause, to *complaint. */
bool vfj_paths_are_roots(const struct vfj_paths *paths, struct vfj_text *complaint);

/* Sets one path. Fails with TOO_LONG when it does not fit. */
enum vfj_status vfj_paths_set(char member[VFJ_PATHNAME_SIZE], const char *path);

/* Writes DIRECTORY/ABC into `path`, where ABC is `a`, `b` and `c` joined. Returns false when the
 * result does not fit. */
bool vfj_paths_join(char path[VFJ_PATHNAME_SIZE], const char *directory, const char *a,
                    const char *b, const char *c);

/* Translates `name`, a path as the guest's scripts use it, into `path`. A path in one of FreeBSD's
 * two directories of hyperv scripts is below scripts_dir or local_scripts_dir of `paths`; any other
 * path is below `root`. Returns false when the result does not fit, or when `name` is not absolute
 * or has "/../". */
bool vfj_paths_of_file(const struct vfj_paths *paths, const char *name,
                       char path[VFJ_PATHNAME_SIZE]);

/* Writes the path of the program that `argv` runs into `path`. Fails as vfj_paths_of_file()
 * does. */
bool vfj_paths_of_program(const struct vfj_paths *paths, const struct vfj_argv *argv,
                          char path[VFJ_PATHNAME_SIZE]);

#endif
