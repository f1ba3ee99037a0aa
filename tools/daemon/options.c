/* The options of `vfjournal daemon`. */
#include "tools/daemon/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/kernel.h"
#include "adapters/freebsd/privsep/user.h"
#include "core/text/text.h"
#include "tools/options.h"
#include "tools/verb.h"

static const char help[]
    = "usage: vfjournal daemon [options]\n"
      "Listens to devd, journals what happens, and, with --act, keeps hn and its VF in one lagg.\n"
      "\n"
      "  --observe              journal, decide and run nothing (this is the default)\n"
      "  --act                  run the commands\n"
      "  --policy NAME          vfjournal (default), or scripts: what FreeBSD's hyperv scripts do\n"
      "  --journal FILE         default " VFJ_JOURNAL_PATH "\n"
      "  --on-journal-error A   continue (default): the network comes first; or stop\n"
      "  --keep AGE             prune what is older: 90d, 12h, 30m or 45s; default: nothing\n"
      "  --max-size SIZE        prune the oldest while the journal is larger: 200M, 64K, 2G or "
      "bytes; default: "
      "nothing\n"
      "  --min-free SIZE        say when less is free for the journal; default 32M, 0 never\n"
      "  --no-snapshot          replay and check the whole journal at the start\n"
      "  --capture WHAT         all (default) devd lines, or those of the network\n"
      "  --stream               listen to devd's stream socket, not the seqpacket one\n"
      "  --devd-socket PATH     default /var/run/devd.seqpacket.pipe, else /var/run/devd.pipe\n"
      "  --probe WAY            how the guest is read: kernel (default on FreeBSD) asks its "
      "kernel; programs runs\n"
      "                         sysctl, ifconfig and route, and is what --root, --sysctl, "
      "--ifconfig, --route imply\n"
      "  -b, --daemonise        go to the background, once the journal is open; implies --syslog\n"
      "  --syslog               send what goes to standard error to syslog(3) as well, facility "
      "daemon\n"
      "  --pidfile FILE         write our pid there and keep the file locked\n"
      "  --user NAME            user to run as; a small privileged process stays root; "
      "default " VFJ_USER_DEFAULT "\n"
      "  --one-process          run as one process, with all of root's rights\n"
      "  --capsicum             FreeBSD: once started, enter capability mode\n"
      "  --act-lock FILE        locked while we act, for devd's rules; default "
      "/var/run/vfjournal/act.lock\n"
      "  --root DIR             where the guest's files and programs are; default /\n"
      "  --sysctl, --ifconfig, --dhclient, --route, --rtsol, --kill PROGRAM\n"
      "  --scripts-dir DIR      per-interface scripts; default /usr/libexec/hyperv\n"
      "  --rc-conf FILE         default /etc/rc.conf\n"
      "  --rc-helper, --lease-helper PROGRAM\n"
      "\n"
      "SIGHUP reads rc.conf again; SIGINFO, or SIGUSR1 where there is none, logs the status; "
      "SIGTERM and\n"
      "SIGINT end the daemon in order.\n"
      "Exit status: 0 ended in order, 2 usage or a journal that can't be used, 4 the system "
      "failed.\n";

/* Options whose argument is a path of the guest. X(option, member of struct vfj_paths) */
#define PATH_OPTIONS(X)           \
    X("sysctl", sysctl)           \
    X("ifconfig", ifconfig)       \
    X("dhclient", dhclient)       \
    X("route", route)             \
    X("rtsol", rtsol)             \
    X("kill", kill)               \
    X("scripts-dir", scripts_dir) \
    X("rc-conf", rc_conf)         \
    X("act-lock", act_lock)       \
    X("rc-helper", rc_helper)     \
    X("lease-helper", lease_helper)

enum option_code {
    OPTION_HELP = 'h',
    OPTION_DAEMONISE = 'b',
    OPTION_FIRST = 256,
    OPTION_OBSERVE,
    OPTION_ACT,
    OPTION_POLICY,
    OPTION_JOURNAL,
    OPTION_ON_ERROR,
    OPTION_KEEP,
    OPTION_MAX_SIZE,
    OPTION_MIN_FREE,
    OPTION_NO_SNAPSHOT,
    OPTION_CAPTURE,
    OPTION_STREAM,
    OPTION_SOCKET,
    OPTION_PROBE,
    OPTION_SYSLOG,
    OPTION_PIDFILE,
    OPTION_USER,
    OPTION_ONE_PROCESS,
    OPTION_CAPSICUM,
    OPTION_ROOT,
#define X(name, member) OPTION_PATH_##member,
    PATH_OPTIONS(X)
#undef X
};

static const struct option table[] = {
    {"help", no_argument, NULL, OPTION_HELP},
    {"observe", no_argument, NULL, OPTION_OBSERVE},
    {"act", no_argument, NULL, OPTION_ACT},
    {"policy", required_argument, NULL, OPTION_POLICY},
    {"journal", required_argument, NULL, OPTION_JOURNAL},
    {"on-journal-error", required_argument, NULL, OPTION_ON_ERROR},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"max-size", required_argument, NULL, OPTION_MAX_SIZE},
    {"min-free", required_argument, NULL, OPTION_MIN_FREE},
    {"no-snapshot", no_argument, NULL, OPTION_NO_SNAPSHOT},
    {"capture", required_argument, NULL, OPTION_CAPTURE},
    {"stream", no_argument, NULL, OPTION_STREAM},
    {"devd-socket", required_argument, NULL, OPTION_SOCKET},
    {"probe", required_argument, NULL, OPTION_PROBE},
    {"daemonise", no_argument, NULL, OPTION_DAEMONISE},
    {"syslog", no_argument, NULL, OPTION_SYSLOG},
    {"pidfile", required_argument, NULL, OPTION_PIDFILE},
    {"user", required_argument, NULL, OPTION_USER},
    {"one-process", no_argument, NULL, OPTION_ONE_PROCESS},
    {"capsicum", no_argument, NULL, OPTION_CAPSICUM},
    {"root", required_argument, NULL, OPTION_ROOT},
#define X(name, member) {name, required_argument, NULL, OPTION_PATH_##member},
    PATH_OPTIONS(X)
#undef X
        {NULL, 0, NULL, 0},
};

static enum vfj_parsed wrong(const char *what, const char *value)
{
    (void)vfj_usage_error("daemon", what, value);
    return VFJ_PARSED_WRONG;
}

/* Makes a path absolute, relative to the current directory. */
static bool absolute(char to[VFJ_PATHNAME_SIZE], const char *path)
{
    char here[VFJ_PATHNAME_SIZE];
    if (path[0] == '/')
        return vfj_paths_set(to, path) == VFJ_OK;
    return path[0] != '\0' && getcwd(here, sizeof here) != NULL
        && vfj_paths_join(to, here, path, "", "");
}

static enum vfj_parsed set_path(char to[VFJ_PATHNAME_SIZE], const char *path)
{
    return absolute(to, path) ? VFJ_PARSED_RUN : wrong("not a path that can be used", path);
}

/* Sets the root. "/" becomes "", and "/guest/" becomes "/guest". */
static bool set_root(char root[VFJ_PATHNAME_SIZE], const char *path)
{
    if (!absolute(root, path))
        return false;
    for (size_t length = strlen(root); length > 0 && root[length - 1] == '/'; length--)
        root[length - 1] = '\0';
    return true;
}

/* The root changes all defaults, so that it is read before the other options. */
static enum vfj_parsed take_root(int argc, char **argv, struct vfj_daemon_options *options)
{
    char root[VFJ_PATHNAME_SIZE] = "";
    int code;
    optind = 1;
    opterr = 0;
    while ((code = getopt_long(argc, argv, "hb", table, NULL)) != -1) {
        if (code == OPTION_ROOT && !set_root(root, optarg))
            return wrong("not a path that can be used", optarg);
    }
    if (vfj_paths_init(&options->guest_io.paths, root) != VFJ_OK
        || !vfj_paths_join(options->journal, root, &VFJ_JOURNAL_PATH[1], "", ""))
        return wrong("too long", root);
    return VFJ_PARSED_RUN;
}

static enum vfj_parsed set_capture(struct vfj_daemon_options *options, const char *value)
{
    options->guest_io.devd.network_only = strcmp(value, "network") == 0;
    if (options->guest_io.devd.network_only || strcmp(value, "all") == 0)
        return VFJ_PARSED_RUN;
    return wrong("--capture takes all or network, not", value);
}

static enum vfj_parsed set_policy(struct vfj_daemon_options *options, const char *value)
{
    if (vfj_policy_parse(vfj_span_of(value), &options->policy))
        return VFJ_PARSED_RUN;
    return wrong("--policy takes scripts or vfjournal, not", value);
}

static enum vfj_parsed set_on_error(struct vfj_daemon_options *options, const char *value)
{
    if (vfj_on_error_parse(vfj_span_of(value), &options->on_error))
        return VFJ_PARSED_RUN;
    return wrong("--on-journal-error takes continue or stop, not", value);
}

static enum vfj_parsed set_keep(struct vfj_daemon_options *options, const char *value)
{
    if (vfj_option_age(value, &options->rule.keep_us))
        return VFJ_PARSED_RUN;
    return wrong("--keep takes a number and d, h, m or s, not", value);
}

static enum vfj_parsed set_max_size(struct vfj_daemon_options *options, const char *value)
{
    if (vfj_option_size(value, &options->rule.max_bytes))
        return VFJ_PARSED_RUN;
    return wrong("--max-size takes a number of bytes, or with K, M or G, not", value);
}

static enum vfj_parsed set_min_free(struct vfj_daemon_options *options, const char *value)
{
    options->min_free = 0;
    if (strcmp(value, "0") == 0 || vfj_option_size(value, &options->min_free))
        return VFJ_PARSED_RUN;
    return wrong("--min-free takes a number of bytes, or with K, M or G, or 0, not", value);
}

static enum vfj_parsed set_probe(struct vfj_daemon_options *options, const char *value)
{
    bool kernel = strcmp(value, "kernel") == 0;
    options->probe_chosen = true;
    options->guest_io.probe_way = kernel ? VFJ_PROBE_WAY_KERNEL : VFJ_PROBE_WAY_PROGRAMS;
    if (kernel || strcmp(value, "programs") == 0)
        return VFJ_PARSED_RUN;
    return wrong("--probe takes kernel or programs, not", value);
}

/* A user who names programs, or a root, wants those read and not this system's kernel. */
static enum vfj_probe_way default_probe_way(const struct vfj_paths *paths)
{
    struct vfj_paths base;
    bool are_base = vfj_paths_init(&base, "") == VFJ_OK && strcmp(paths->sysctl, base.sysctl) == 0
        && strcmp(paths->ifconfig, base.ifconfig) == 0 && strcmp(paths->route, base.route) == 0;
    return are_base && vfj_kernel_answers() ? VFJ_PROBE_WAY_KERNEL : VFJ_PROBE_WAY_PROGRAMS;
}

static enum vfj_parsed set_socket(struct vfj_daemon_options *options, const char *value)
{
    if (set_path(options->guest_io.paths.devd_stream, value) != VFJ_PARSED_RUN)
        return VFJ_PARSED_WRONG;
    return set_path(options->guest_io.paths.devd_seqpacket, value);
}

static enum vfj_parsed take(int code, const char *value, struct vfj_daemon_options *options)
{
    switch (code) {
    case OPTION_HELP:
        fputs(help, stdout);
        return VFJ_PARSED_HELP;
    case OPTION_OBSERVE:
    case OPTION_ACT:
        options->mode = code == OPTION_ACT ? VFJ_MODE_ACT : VFJ_MODE_OBSERVE;
        return VFJ_PARSED_RUN;
    case OPTION_POLICY:
        return set_policy(options, value);
    case OPTION_JOURNAL:
        return set_path(options->journal, value);
    case OPTION_ON_ERROR:
        return set_on_error(options, value);
    case OPTION_KEEP:
        return set_keep(options, value);
    case OPTION_MAX_SIZE:
        return set_max_size(options, value);
    case OPTION_MIN_FREE:
        return set_min_free(options, value);
    case OPTION_NO_SNAPSHOT:
        options->no_snapshot = true;
        return VFJ_PARSED_RUN;
    case OPTION_CAPTURE:
        return set_capture(options, value);
    case OPTION_STREAM:
        options->guest_io.devd.stream_only = true;
        return VFJ_PARSED_RUN;
    case OPTION_SOCKET:
        return set_socket(options, value);
    case OPTION_PROBE:
        return set_probe(options, value);
    case OPTION_DAEMONISE:
        options->daemonise = true;
        options->syslog = true;
        return VFJ_PARSED_RUN;
    case OPTION_SYSLOG:
        options->syslog = true;
        return VFJ_PARSED_RUN;
    case OPTION_PIDFILE:
        return set_path(options->pidfile, value);
    case OPTION_USER:
        options->user = value;
        return VFJ_PARSED_RUN;
    case OPTION_ONE_PROCESS:
        options->one_process = true;
        return VFJ_PARSED_RUN;
    case OPTION_CAPSICUM:
        options->capsicum = true;
        return VFJ_PARSED_RUN;
    case OPTION_ROOT:
        return VFJ_PARSED_RUN;
#define X(name, member)        \
    case OPTION_PATH_##member: \
        return set_path(options->guest_io.paths.member, value);
        PATH_OPTIONS(X)
#undef X
    default:
        fputs("try: vfjournal daemon --help\n", stderr);
        return VFJ_PARSED_WRONG;
    }
}

enum vfj_parsed vfj_daemon_options_read(int argc, char **argv, struct vfj_daemon_options *options)
{
    char name[] = "vfjournal daemon";
    int code;
    memset(options, 0, sizeof *options);
    options->mode = VFJ_MODE_OBSERVE;
    options->policy = VFJ_POLICY_VFJOURNAL;
    options->on_error = VFJ_ON_ERROR_CONTINUE;
    options->min_free = 32 << 20;
    argv[0] = name; /* getopt_long(3) prints it before its messages */
    enum vfj_parsed parsed = take_root(argc, argv, options);
    optind = 1;
    opterr = 1;
    while (parsed == VFJ_PARSED_RUN && (code = getopt_long(argc, argv, "hb", table, NULL)) != -1)
        parsed = take(code, optarg, options);
    if (!options->probe_chosen)
        options->guest_io.probe_way = default_probe_way(&options->guest_io.paths);
    if (parsed == VFJ_PARSED_RUN && optind < argc)
        parsed = wrong("an argument too many", argv[optind]);
    return parsed;
}
