/* The paths of the guest's files, sockets and programs. */
#include "adapters/freebsd/paths.h"

#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/process.h"
#include "adapters/freebsd/privsep/safe_path.h"
#include "core/check.h"
#include "core/text/text.h"

static bool join(char path[VFJ_PATHNAME_SIZE], const char *a, const char *b)
{
    struct vfj_text text = vfj_text_begin(path, VFJ_PATHNAME_SIZE);
    vfj_text_format(&text, "%s%s", a, b);
    return !text.overflow;
}

static bool find_helper(char path[VFJ_PATHNAME_SIZE], const char *beside, const char *name)
{
    static const char *const places[] = {"/../libexec/vfjournal/", "/libexec/vfjournal/"};
    for (size_t i = 0; beside[0] != '\0' && i < sizeof places / sizeof places[0]; i++) {
        struct vfj_text text = vfj_text_begin(path, VFJ_PATHNAME_SIZE);
        vfj_text_format(&text, "%s%s%s", beside, places[i], name);
        if (!text.overflow && access(path, X_OK) == 0)
            return true;
    }
    return join(path, "/usr/local/libexec/vfjournal/", name);
}

static bool find_helpers(struct vfj_paths *paths)
{
    char beside[VFJ_PATHNAME_SIZE];
    char *slash = vfj_process_executable(beside, sizeof beside) ? strrchr(beside, '/') : NULL;
    if (slash == NULL)
        slash = beside;
    *slash = '\0';
    return find_helper(paths->lease_helper, beside, "vfjournal-lease")
        && find_helper(paths->rc_helper, beside, "vfjournal-rcconf");
}

enum vfj_status vfj_paths_init(struct vfj_paths *paths, const char *root)
{
    bool fits = vfj_span_copy(paths->root, sizeof paths->root, vfj_span_of(root));
#define X(member, path) fits = join(paths->member, root, path) && fits;
    VFJ_PATHS(X)
#undef X
    fits = find_helpers(paths) && fits;
    return fits ? VFJ_OK : VFJ_TOO_LONG;
}

bool vfj_paths_are_roots(const struct vfj_paths *paths, struct vfj_text *complaint)
{
    /* Files with shell code that vfjournal-rcconf and vfjournal-rcorigin read. rc.conf is in
     * `own`. */
    static const char *const others[] = {
        "etc/rc.subr",
        "etc/network.subr",
        "etc/defaults/rc.conf",
        "etc/defaults/vendor.conf",
        "etc/rc.conf.local",
        "etc/rc.conf.d/network",
        "etc/rc.conf.d/netif",
        "etc/rc.conf.d/vfjournal",
        "usr/local/etc/rc.conf.d/network",
        "usr/local/etc/rc.conf.d/netif",
        "usr/local/etc/rc.conf.d/vfjournal",
    };
    const char *const own[] = {
        paths->sysctl,    paths->ifconfig,    paths->dhclient,
        paths->route,     paths->netstat,     paths->rtsol,
        paths->kill,      paths->scripts_dir, paths->local_scripts_dir,
        paths->rc_conf,   paths->run_dir,     paths->dhclient_run_dir,
        paths->lease_dir,
    };
    char path[VFJ_PATHNAME_SIZE];
    if (geteuid() != 0 || paths->root[0] == '\0')
        return true;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (vfj_paths_join(path, paths->root, others[i], "", "")
            && !vfj_safe_path_check_file(path, complaint))
            return false;
    }
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        if (!vfj_safe_path_check_file(own[i], complaint))
            return false;
    }
    return true;
}

enum vfj_status vfj_paths_set(char member[VFJ_PATHNAME_SIZE], const char *path)
{
    return vfj_span_copy(member, VFJ_PATHNAME_SIZE, vfj_span_of(path)) ? VFJ_OK : VFJ_TOO_LONG;
}

bool vfj_paths_join(char path[VFJ_PATHNAME_SIZE], const char *directory, const char *a,
                    const char *b, const char *c)
{
    struct vfj_text text = vfj_text_begin(path, VFJ_PATHNAME_SIZE);
    vfj_text_format(&text, "%s/%s%s%s", directory, a, b, c);
    return !text.overflow;
}

bool vfj_paths_of_file(const struct vfj_paths *paths, const char *name,
                       char path[VFJ_PATHNAME_SIZE])
{
    path[0] = '\0';
    if (name[0] != '/' || strstr(name, "/../") != NULL)
        return false;
    const struct {
        const char *name, *path;
    } directories[] = {{"/usr/libexec/hyperv/", paths->scripts_dir},
                       {"/usr/local/libexec/hyperv/", paths->local_scripts_dir}};
    for (size_t i = 0; i < sizeof directories / sizeof directories[0]; i++) {
        if (vfj_span_starts(vfj_span_of(name), directories[i].name))
            return vfj_paths_join(path, directories[i].path, name + strlen(directories[i].name), "",
                                  "");
    }
    return join(path, paths->root, name);
}

static const char *program_path(const struct vfj_paths *paths, enum vfj_program program)
{
    switch (program) {
    case VFJ_PROGRAM_SYSCTL:
        return paths->sysctl;
    case VFJ_PROGRAM_IFCONFIG:
        return paths->ifconfig;
    case VFJ_PROGRAM_DHCLIENT:
        return paths->dhclient;
    case VFJ_PROGRAM_ROUTE:
        return paths->route;
    case VFJ_PROGRAM_NETSTAT:
        return paths->netstat;
    case VFJ_PROGRAM_RTSOL:
        return paths->rtsol;
    case VFJ_PROGRAM_KILL:
        return paths->kill;
    case VFJ_PROGRAM_LEASE:
        return paths->lease_helper;
    case VFJ_PROGRAM_SCRIPT:
    case VFJ_PROGRAM_NONE:
    case VFJ_PROGRAM_COUNT:
        break;
    }
    return NULL;
}

bool vfj_paths_of_program(const struct vfj_paths *paths, const struct vfj_argv *argv,
                          char path[VFJ_PATHNAME_SIZE])
{
    VFJ_CHECK(argv->count > 0);
    if (argv->program == VFJ_PROGRAM_SCRIPT)
        return vfj_paths_of_file(paths, argv->words[0], path);
    const char *program = program_path(paths, argv->program);
    VFJ_CHECK(program != NULL);
    return join(path, program, "");
}
