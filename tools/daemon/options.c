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
    = "usage: vfjournal daemon [--observe | --act] [options]\n"
      "Receives the events of devd(8), journals them, and decides what to do. Observe\n"
      "mode runs only commands that read the guest, and journals the others. Act mode\n"
      "runs each command after its record is durable.\n"
      "\n"
      "  --observe              run no command that changes the guest (default)\n"
      "  --act                  run the commands\n"
      "  --policy NAME          vfjournal (default), or scripts: as FreeBSD's scripts\n"
      "  -J, --journal FILE     default " VFJ_JOURNAL_PATH "\n"
      "  --on-journal-error A   continue (default): the network comes first; or stop\n"
      "  --keep AGE             prune older records: 90d, 1w, 12h, 2h30m; default: none\n"
      "  --max-size SIZE        prune the oldest records above it: 200M, 64K, 2G or\n"
      "                         bytes; default: none\n"
      "  --min-free SIZE        warn below that free space; default 32M, 0 never\n"
      "  --no-snapshot          replay and check the whole journal at the start\n"
      "  --capture WHAT         all (default) lines of devd, or network\n"
      "  --source SOURCE        of lines: devd (default); nlsysevent, of FreeBSD 15;\n"
      "                         both; or auto: both where nlsysevent is loaded\n"
      "  --stream               use devd's stream socket, not the seqpacket one\n"
      "  --devd-socket PATH     default /var/run/devd.seqpacket.pipe, or\n"
      "                         /var/run/devd.pipe\n"
      "  --probe WAY            kernel (default on FreeBSD): ask the kernel; programs:\n"
      "                         run sysctl, ifconfig, route and netstat, the default\n"
      "                         with --root, --sysctl, --ifconfig, --route or --netstat\n"
      "  --scheduled-events     Azure: journal what the host announces. It only reads,\n"
      "                         but the first request switches Scheduled Events on:\n"
      "                         a reboot from the portal then waits for its notice\n"
      "  --scheduled-events-url URL\n"
      "                         default that of Azure, at 169.254.169.254\n"
      "  --scheduled-events-second MS\n"
      "                         for tests: length of a second between requests\n"
      "  -b, --daemonise        go to the background after the start; sets --syslog\n"
      "  --syslog               also log to syslog(3), facility daemon\n"
      "  --pidfile FILE         write the pid to FILE, and keep it locked\n"
      "  --user NAME            user to run as; default " VFJ_USER_DEFAULT ". A small\n"
      "                         privileged process keeps running as root\n"
      "  --one-process          stay one process with all rights\n"
      "  --capsicum             FreeBSD: enter capability mode after the start\n"
      "  --act-lock FILE        locked in act mode, for the rules of devd;\n"
      "                         default /var/run/vfjournal/act.lock\n"
      "  --root DIR             directory of the guest's files and programs; default /\n"
      "  --sysctl, --ifconfig, --dhclient, --route, --netstat, --rtsol, --kill PROGRAM\n"
      "  --scripts-dir DIR      per-interface scripts; default /usr/libexec/hyperv\n"
      "  --rc-conf FILE         default /etc/rc.conf\n"
      "  --rc-helper, --lease-helper PROGRAM\n"
      "\n"
      "SIGHUP reads rc.conf again. SIGINFO logs the present state, as does SIGUSR1\n"
      "where SIGINFO does not exist. SIGTERM and SIGINT end the daemon in order.\n"
      "Exit status: 0 ended in order; 2 usage, or an unusable journal; 4 the system\n"
      "failed; 5 the journal is damaged.\n";

/* The options whose value is a path in the guest, as a list X(name of the option, member of struct
 * vfj_paths). */
#define PATH_OPTIONS(X)           \
    X("sysctl", sysctl)           \
    X("ifconfig", ifconfig)       \
    X("dhclient", dhclient)       \
    X("route", route)             \
    X("netstat", netstat)         \
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
    OPTION_JOURNAL = 'J',
    OPTION_FIRST = 256,
    OPTION_OBSERVE,
    OPTION_ACT,
    OPTION_POLICY,
    OPTION_ON_ERROR,
    OPTION_KEEP,
    OPTION_MAX_SIZE,
    OPTION_MIN_FREE,
    OPTION_NO_SNAPSHOT,
    OPTION_CAPTURE,
    OPTION_STREAM,
    OPTION_SOURCE,
    OPTION_SOCKET,
    OPTION_PROBE,
    OPTION_SCHEDULED,
    OPTION_SCHEDULED_URL,
    OPTION_SCHEDULED_SECOND,
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
    {"source", required_argument, NULL, OPTION_SOURCE},
    {"devd-socket", required_argument, NULL, OPTION_SOCKET},
    {"probe", required_argument, NULL, OPTION_PROBE},
    {"scheduled-events", no_argument, NULL, OPTION_SCHEDULED},
    {"scheduled-events-url", required_argument, NULL, OPTION_SCHEDULED_URL},
    {"scheduled-events-second", required_argument, NULL, OPTION_SCHEDULED_SECOND},
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

/* Makes a path absolute, relative to the current directory. Returns false when that fails. */
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

/* Sets the guest's root directory, without slashes at its end: "/" becomes "", and "/guest/"
 * becomes "/guest". */
static bool set_root(char root[VFJ_PATHNAME_SIZE], const char *path)
{
    if (!absolute(root, path))
        return false;
    for (size_t length = strlen(root); length > 0 && root[length - 1] == '/'; length--)
        root[length - 1] = '\0';
    return true;
}

/* Parses the option --root before all other options, because the default paths depend on it. */
static enum vfj_parsed take_root(int argc, char **argv, struct vfj_daemon_options *options)
{
    char root[VFJ_PATHNAME_SIZE] = "";
    int code;
    optind = 1;
    opterr = 0;
    while ((code = getopt_long(argc, argv, ":hbJ:", table, NULL)) != -1) {
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

static enum vfj_parsed set_source(struct vfj_daemon_options *options, const char *value)
{
    static const char *const words[] = {
#define X(symbol, word) word,
        VFJ_DEVD_CHOICES(X)
#undef X
            NULL};
    int choice = vfj_option_choice(value, words);
    if (choice < 0)
        return wrong("--source takes devd, auto, nlsysevent or both, not", value);
    options->guest_io.source = (enum vfj_devd_choice)choice;
    return VFJ_PARSED_RUN;
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
    return wrong("--keep takes an age like 90d or 2h30m, not", value);
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

static enum vfj_parsed set_scheduled_url(struct vfj_daemon_options *options, const char *value)
{
    if (vfj_url_parse(vfj_span_of(value), &options->scheduled_url))
        return VFJ_PARSED_RUN;
    return wrong("--scheduled-events-url takes http://IPV4-ADDRESS[:PORT]/PATH, not", value);
}

static enum vfj_parsed set_scheduled_second(struct vfj_daemon_options *options, const char *value)
{
    uint64_t ms = 0;
    options->scheduled_unit_ms = 0;
    if (vfj_span_to_u64(vfj_span_of(value), &ms) && ms >= 1 && ms <= 1000)
        options->scheduled_unit_ms = (uint32_t)ms;
    return options->scheduled_unit_ms > 0
        ? VFJ_PARSED_RUN
        : wrong("--scheduled-events-second takes milliseconds, 1 to 1000, not", value);
}

/* Returns the default way to observe the guest. When the user names a root directory or paths of
 * programs, the daemon runs these programs instead of reading this system's kernel. */
static enum vfj_probe_way default_probe_way(const struct vfj_paths *paths)
{
    struct vfj_paths base;
    bool are_base = vfj_paths_init(&base, "") == VFJ_OK && strcmp(paths->sysctl, base.sysctl) == 0
        && strcmp(paths->ifconfig, base.ifconfig) == 0 && strcmp(paths->route, base.route) == 0
        && strcmp(paths->netstat, base.netstat) == 0;
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
    case OPTION_SOURCE:
        return set_source(options, value);
    case OPTION_SOCKET:
        return set_socket(options, value);
    case OPTION_PROBE:
        return set_probe(options, value);
    case OPTION_SCHEDULED:
        options->asks_scheduled = true;
        return VFJ_PARSED_RUN;
    case OPTION_SCHEDULED_URL:
        return set_scheduled_url(options, value);
    case OPTION_SCHEDULED_SECOND:
        return set_scheduled_second(options, value);
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
        return VFJ_PARSED_WRONG;
    }
}

enum vfj_parsed vfj_daemon_options_read(int argc, char **argv, struct vfj_daemon_options *options)
{
    int code;
    memset(options, 0, sizeof *options);
    options->mode = VFJ_MODE_OBSERVE;
    options->policy = VFJ_POLICY_VFJOURNAL;
    options->on_error = VFJ_ON_ERROR_CONTINUE;
    options->min_free = 32 << 20;
    options->scheduled_unit_ms = 1000;
    (void)vfj_url_parse(vfj_span_of(VFJ_SCHEDULED_URL), &options->scheduled_url);
    enum vfj_parsed parsed = take_root(argc, argv, options);
    optind = 1;
    while (parsed == VFJ_PARSED_RUN
           && (code = vfj_option_next("daemon", argc, argv, ":hbJ:", table)) != -1)
        parsed = take(code, optarg, options);
    if (!options->probe_chosen)
        options->guest_io.probe_way = default_probe_way(&options->guest_io.paths);
    if (parsed == VFJ_PARSED_RUN && optind < argc)
        parsed = wrong("an argument too many", argv[optind]);
    return parsed;
}
