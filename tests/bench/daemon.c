/* Starts and stops the real daemon in a simulated guest whose programs do nothing but print
 * prepared output. */
#include "tests/bench/daemon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000 };

static void make_directories(const struct bench *bench)
{
    static const char *const names[] = {"sbin",    "bin", "usr",     "usr/bin",          "etc",
                                        "answers", "var", "var/run", "var/run/dhclient", "var/db"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        BENCH_CHECK(mkdir(bench_path(bench, names[i]), 0755) == 0);
}

static void make_programs(const struct bench *bench)
{
    static const char *const names[]
        = {"sbin/sysctl",   "sbin/ifconfig", "sbin/kenv", "sbin/route",
           "sbin/dhclient", "bin/kill",      "sbin/rc",   "usr/bin/netstat"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++)
        BENCH_CHECK(symlink(bench->nothing, bench_path(bench, names[i])) == 0);
}

static const char *const hn_text
    = "hn%u: flags=8863<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\toptions=80028<VLAN_MTU,JUMBO_MTU,LINKSTATE>\n"
      "\tether 00:0d:3a:00:00:%02x\n"
      "\tinet 10.0.%u.4 netmask 0xffffff00 broadcast 10.0.%u.255\n"
      "\tmedia: Ethernet autoselect (10Gbase-T <full-duplex>)\n"
      "\tstatus: active\n";
static const char lagg_text[]
    = "lagg0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tether 00:0d:3a:00:00:00\n"
      "\tinet 10.0.0.4 netmask 0xffffff00 broadcast 10.0.0.255\n"
      "\tlaggproto failover lagghash l2,l3,l4\n"
      "\tlaggport: hn0 flags=5<MASTER,ACTIVE>\n";
static const char lagg_end[] = "\tgroups: lagg\n\tmedia: Ethernet autoselect\n\tstatus: active\n"
                               "\tnd6 options=9<PERFORMNUD,IFDISABLED,NO_DAD>\n";
static const char vf_text[]
    = "mce0: flags=8843<UP,BROADCAST,RUNNING,SIMPLEX,MULTICAST> metric 0 mtu 1500\n"
      "\tether 00:0d:3a:00:00:00\n\tstatus: active\n";

/* Writes the prepared output of the guest's programs. lagg0 has hn0 as its only port, so that
 * adding the VF to lagg0 is the daemon's first command that changes the guest. */
static void make_answers(const struct bench *bench, unsigned hns)
{
    static char text[65536];
    size_t at = 0;
    for (unsigned i = 0; i < hns; i++) {
        at += (size_t)snprintf(text + at, sizeof text - at, hn_text, i, i, i, i);
        if (i == 0) /* the address of hn0 is on lagg0 */
            at = (size_t)(strstr(text, "\tinet ") - text);
    }
    at += (size_t)snprintf(text + at, sizeof text - at, "%s%s", vf_text, lagg_text);
    size_t ports = at;
    (void)snprintf(text + at, sizeof text - at, "%s", lagg_end);
    bench_write(bench_path(bench, "answers/apart"), text);
    (void)snprintf(text + ports, sizeof text - ports, "\tlaggport: mce0 flags=0<>\n%s", lagg_end);
    bench_write(bench_path(bench, "answers/laggport-mce0"), text);
    bench_write(bench_path(bench, "answers/ifconfig"), text);
    bench_write(bench_path(bench, "answers/map"),
                "hw.hn.vf_transparent: 0\nhw.hn.vflist: mce0\nhw.hn.vfmap: mce0:hn0\n");
    bench_write(bench_path(bench, "answers/slot"),
                "hw.hn.vf_transparent: 0\ndev.hn.0.vf: mce0\ndev.hn.0.rxvf: mce0\n");
    bench_write(bench_path(bench, "etc/rc.conf"), "");
}

/* Makes an rc helper, a shell script of two lines. The time that a guest's shell takes to read
 * rc.conf is therefore not measured. */
static void make_rc_helper(const struct bench *bench)
{
    const char *path = bench_path(bench, "rc-helper");
    bench_write(path, "#!/bin/sh\nprintf '.\\n.\\n'\n");
    BENCH_CHECK(chmod(path, 0755) == 0);
}

static int open_socket(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    BENCH_CHECK(fd >= 0 && strlen(path) < sizeof address.sun_path);
    (void)strcpy(address.sun_path, path);
    BENCH_CHECK(bind(fd, (const struct sockaddr *)&address, sizeof address) == 0);
    return fd;
}

void bench_guest_make(struct bench_daemon *daemon, const struct bench *bench, unsigned hns)
{
    *daemon = (struct bench_daemon){.bench = bench, .devd = -1, .log = -1};
    make_directories(bench);
    make_programs(bench);
    make_answers(bench, hns);
    make_rc_helper(bench);
    daemon->listener
        = open_socket(bench_path(bench, "var/run/devd.seqpacket.pipe"), SOCK_SEQPACKET);
    daemon->times = open_socket(bench_path(bench, "times"), SOCK_DGRAM);
    BENCH_CHECK(listen(daemon->listener, 4) == 0);
}

void bench_guest_close(struct bench_daemon *daemon)
{
    close(daemon->listener);
    close(daemon->times);
}

/* Gives the directory to the user named by VFJ_BENCH_USER, if it is set. Returns that user's name
 * or NULL. The daemon then runs as this user beside a privileged monitor, which only root can
 * measure. */
static const char *give_directory(const struct bench *bench)
{
    const char *name = getenv("VFJ_BENCH_USER");
    const struct passwd *user = name != NULL ? getpwnam(name) : NULL;
    if (user != NULL)
        BENCH_CHECK(chown(bench->directory, user->pw_uid, user->pw_gid) == 0);
    return name;
}

static void run(const struct bench_daemon *daemon, const char *mode, int log)
{
    const struct bench *bench = daemon->bench;
    const char *program = bench->asks ? bench->asking : bench->program;
    char root[BENCH_PATH_SIZE], journal[BENCH_PATH_SIZE], rc[BENCH_PATH_SIZE];
    (void)strcpy(root, bench->directory);
    (void)strcpy(journal, bench_path(bench, "journal.db"));
    (void)strcpy(rc, bench_path(bench, "rc-helper"));
    (void)dup2(log, STDERR_FILENO);
    (void)setenv("VFJ_BENCH_GUEST", root, 1);
    const char *user = give_directory(bench);
    (void)execl(program, program, "daemon", mode, "--root", root, "--journal", journal,
                "--rc-helper", rc, "--probe", bench->asks ? "kernel" : "programs",
                user != NULL ? "--user" : (char *)NULL, user, (char *)NULL);
    _exit(127);
}

void bench_daemon_start(struct bench_daemon *daemon, const char *mode)
{
    int ends[2];
    BENCH_CHECK(pipe2(ends, O_CLOEXEC) == 0);
    daemon->log = ends[0];
    daemon->log_length = 0;
    daemon->pid = fork();
    BENCH_CHECK(daemon->pid >= 0);
    if (daemon->pid == 0)
        run(daemon, mode, ends[1]);
    close(ends[1]);
}

static void wait_for(int fd)
{
    struct pollfd poll_one = {.fd = fd, .events = POLLIN};
    BENCH_CHECK(poll(&poll_one, 1, PATIENCE_MS) == 1);
}

void bench_daemon_accept(struct bench_daemon *daemon)
{
    wait_for(daemon->listener);
    daemon->devd = accept4(daemon->listener, NULL, NULL, SOCK_CLOEXEC);
    BENCH_CHECK(daemon->devd >= 0);
}

void bench_daemon_stop(struct bench_daemon *daemon)
{
    int status = 0;
    sqlite3_finalize(daemon->last);
    sqlite3_close(daemon->db);
    daemon->last = NULL;
    daemon->db = NULL;
    BENCH_CHECK(kill(daemon->pid, SIGTERM) == 0);
    BENCH_CHECK(wait4(daemon->pid, &status, 0, &daemon->usage) == daemon->pid && status == 0);
    daemon->pid = 0;
    close(daemon->devd);
    close(daemon->log);
}

void bench_devd_send(struct bench_daemon *daemon, const char *line)
{
    char bytes[8300];
    size_t length = strlen(line);
    memcpy(bytes, line, length);
    bytes[length] = '\n';
    BENCH_CHECK(send(daemon->devd, bytes, length + 1, MSG_NOSIGNAL) == (ssize_t)length + 1);
}

void bench_daemon_wait(struct bench_daemon *daemon, const char *text)
{
    struct pollfd poll_one = {.fd = daemon->log, .events = POLLIN};
    char *found;
    while ((found = strstr(daemon->log_text, text)) == NULL) {
        if (poll(&poll_one, 1, PATIENCE_MS) != 1) {
            fprintf(stderr, "vfj_bench: waited for \"%s\" after\n%s", text, daemon->log_text);
            BENCH_CHECK(!"the daemon says nothing");
        }
        ssize_t count = read(daemon->log, daemon->log_text + daemon->log_length,
                             BENCH_LOG_SIZE - 1 - daemon->log_length);
        BENCH_CHECK(count > 0);
        daemon->log_length += (unsigned)count;
        daemon->log_text[daemon->log_length] = '\0';
    }
    size_t used = (size_t)(found - daemon->log_text) + strlen(text);
    daemon->log_length -= (unsigned)used;
    memmove(daemon->log_text, daemon->log_text + used, daemon->log_length + 1);
}

bool bench_next_run(struct bench_daemon *daemon, struct bench_run *run, int patience_ms)
{
    struct pollfd poll_one = {.fd = daemon->times, .events = POLLIN};
    return poll(&poll_one, 1, patience_ms) == 1
        && recv(daemon->times, run, sizeof *run, 0) == (ssize_t)sizeof *run;
}

uint64_t bench_journal_rows(struct bench_daemon *daemon)
{
    if (daemon->db == NULL) {
        const char *path = bench_path(daemon->bench, "journal.db");
        BENCH_CHECK(sqlite3_open_v2(path, &daemon->db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK);
        BENCH_CHECK(
            sqlite3_prepare_v2(daemon->db, "SELECT max(seq) FROM record", -1, &daemon->last, NULL)
            == SQLITE_OK);
    }
    BENCH_CHECK(sqlite3_step(daemon->last) == SQLITE_ROW);
    uint64_t rows = (uint64_t)sqlite3_column_int64(daemon->last, 0);
    sqlite3_reset(daemon->last);
    return rows;
}

uint64_t bench_journal_bytes(struct bench_daemon *daemon)
{
    static const char text[]
        = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()";
    sqlite3_stmt *size;
    (void)bench_journal_rows(daemon); /* opens daemon->db */
    BENCH_CHECK(sqlite3_prepare_v2(daemon->db, text, -1, &size, NULL) == SQLITE_OK);
    BENCH_CHECK(sqlite3_step(size) == SQLITE_ROW);
    uint64_t bytes = (uint64_t)sqlite3_column_int64(size, 0);
    sqlite3_finalize(size);
    return bytes;
}

int64_t bench_journal_timer_us(struct bench_daemon *daemon)
{
    static const char text[]
        = "SELECT mono_us FROM record WHERE kind = 'timer' ORDER BY seq DESC LIMIT 1";
    sqlite3_stmt *timer;
    (void)bench_journal_rows(daemon); /* opens daemon->db */
    BENCH_CHECK(sqlite3_prepare_v2(daemon->db, text, -1, &timer, NULL) == SQLITE_OK);
    BENCH_CHECK(sqlite3_step(timer) == SQLITE_ROW);
    int64_t us = sqlite3_column_int64(timer, 0);
    sqlite3_finalize(timer);
    return us;
}
