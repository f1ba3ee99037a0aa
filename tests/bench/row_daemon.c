/* Benchmarks of the whole daemon: a burst of lines, a steady stream of lines, its start, and its
 * idle time. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/sockios.h>
#endif

#include "tests/bench/bench.h"
#include "tests/bench/daemon.h"
#include "tests/bench/sql.h"

enum {
    AT_ONCE = 64, /* number of lines that one system call sends in a burst */
};

struct lines {
    uint64_t count;
    struct bench_daemon daemon;
};

static void *lines_open(struct bench *bench, uint64_t size)
{
    struct lines *lines = bench_allocate(sizeof *lines);
    lines->count = size;
    bench_guest_make(&lines->daemon, bench, 1);
    return lines;
}

static void lines_close(struct bench *bench, void *context)
{
    struct lines *lines = context;
    (void)bench;
    bench_guest_close(&lines->daemon);
    free(lines);
}

static void sleep_ns(int64_t ns)
{
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    (void)nanosleep(&time, NULL);
}

static void start_quiet(struct bench_daemon *daemon)
{
    bench_daemon_start(daemon, "--observe");
    bench_daemon_accept(daemon);
    sleep_ns(200000000); /* during this time the daemon observes the guest */
}

static void remove_journal(struct bench *bench)
{
    bench_remove(bench_path(bench, "journal.db"));
    bench_remove(bench_path(bench, "journal.db-wal"));
    bench_remove(bench_path(bench, "journal.db-shm"));
    bench_remove(bench_path(bench, "journal.db-snapshot"));
}

/* Returns the number of transactions in the journal's WAL. This is the field iChange of the WAL
 * index (sqlite.org/walformat.html). */
static uint32_t transactions(struct bench *bench)
{
    uint32_t words[4] = {0};
    int fd = open(bench_path(bench, "journal.db-shm"), O_RDONLY);
    BENCH_CHECK(fd >= 0 && read(fd, words, sizeof words) == (ssize_t)sizeof words);
    close(fd);
    return words[2];
}

/* Returns how many bytes are queued on a socket, including the kernel's overhead for each line.
 * Returns 0 on systems that do not report the number. */
static int queued(int fd)
{
    int bytes = 0;
#ifdef SIOCOUTQ
    BENCH_CHECK(ioctl(fd, SIOCOUTQ, &bytes) == 0);
#endif
    return bytes;
}

/* Returns by how much one queued line increases the result of queued(). */
static int weight_of_line(void)
{
    int ends[2];
    BENCH_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    BENCH_CHECK(send(ends[0], bench_line(0), strlen(bench_line(0)), 0) > 0);
    int weight = queued(ends[0]);
    close(ends[0]);
    close(ends[1]);
    return weight > 0 ? weight : 1;
}

/* Sends `count` lines from line number `first` on, each as one message. devd makes one system call
 * for each line. This function makes as few as possible, because it competes with the daemon for
 * processor time. */
static void send_lines(int fd, uint64_t first, unsigned count)
{
    struct mmsghdr messages[AT_ONCE];
    struct iovec parts[AT_ONCE];
    char texts[AT_ONCE][64];
    BENCH_CHECK(count <= AT_ONCE);
    memset(messages, 0, sizeof messages);
    for (unsigned i = 0; i < count; i++) {
        const char *line = bench_line(first + i);
        size_t length = strlen(line);
        BENCH_CHECK(length < sizeof texts[i]);
        memcpy(texts[i], line, length);
        texts[i][length] = '\n';
        parts[i] = (struct iovec){texts[i], length + 1};
        messages[i].msg_hdr.msg_iov = &parts[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (unsigned sent = 0; sent < count;) {
        int now = (int)sendmmsg(fd, messages + sent, count - sent, MSG_NOSIGNAL);
        BENCH_CHECK(now > 0);
        sent += (unsigned)now;
    }
}

/* Sends all lines at once. Returns the largest number of bytes that were queued in the meantime. */
static int send_burst(int fd, uint64_t count)
{
    int most = 0;
    for (uint64_t i = 0; i < count; i += AT_ONCE) {
        send_lines(fd, i, count - i < AT_ONCE ? (unsigned)(count - i) : AT_ONCE);
        int now = queued(fd);
        most = now > most ? now : most;
    }
    return most;
}

static double time_burst(struct bench *bench, struct lines *lines, uint32_t *commits)
{
    struct bench_daemon *daemon = &lines->daemon;
    uint64_t goal = bench_journal_rows(daemon) + lines->count;
    uint32_t before = transactions(bench);
    int64_t start = bench_now_ns();
    int most = send_burst(daemon->devd, lines->count);
    bench->extra[0] = (double)most / weight_of_line() * (double)bench_lines_bytes(lines->count)
        / (double)lines->count;
    while (bench_journal_rows(daemon) < goal)
        sleep_ns(1000000);
    double ns = (double)(bench_now_ns() - start);
    *commits = transactions(bench) - before;
    return ns / (double)lines->count;
}

static double time_inserts(struct bench *bench, const struct lines *lines, uint32_t commits)
{
    struct bench_sql sql;
    bench_remove(bench_path(bench, "baseline.db"));
    bench_sql_open(&sql, bench_path(bench, "baseline.db"));
    int64_t start = bench_now_ns();
    for (uint32_t i = 0; i < commits; i++) {
        uint64_t first = lines->count * i / commits;
        bench_sql_commit_lines(&sql, first, lines->count * (i + 1) / commits - first);
    }
    double ns = (double)(bench_now_ns() - start);
    bench_sql_close(&sql);
    return ns / (double)lines->count;
}

static struct bench_sample burst_turn(struct bench *bench, void *context)
{
    struct lines *lines = context;
    uint32_t commits = 0;
    remove_journal(bench);
    start_quiet(&lines->daemon);
    double ours = time_burst(bench, lines, &commits);
    bench_daemon_stop(&lines->daemon);
    return (struct bench_sample){ours, time_inserts(bench, lines, commits)};
}

const struct bench_row bench_burst = {
    .name = "burst",
    .what = "a line of a burst: from devd's socket into the journal, durable",
    .baseline = "prepared INSERTs of the same bytes in as many transactions, synchronous=FULL",
    .size = "lines",
    .unit = "ns a line",
    .figure = BENCH_MILLIONS,
    .goal = 0.1,
    .goal_size = 100000,
    .repeats = 5,
    .sizes = {1000, 10000, 100000},
    .full_sizes = {1000, 10000, 100000},
    .extra = {"behind_bytes", NULL},
    .extra_goals = {65536, 0},
    .open = lines_open,
    .turn = burst_turn,
    .close = lines_close,
};

/* Returns the processor time in seconds that a process has used. */
static double cpu_s(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
        + (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

/* Sleeps until `ns` on the clock of bench_now_ns(). Returns immediately when that time has
 * passed. */
static void sleep_until(int64_t ns)
{
    struct timespec time = {ns / 1000000000, ns % 1000000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) == EINTR)
        continue;
}

/* Sends the lines from number `first` up to, but not including, `end`. Line i is sent at `start_ns`
 * plus i times the period, or immediately when that time has passed. */
static void send_steadily(struct bench_daemon *daemon, int64_t start_ns, int64_t period_ns,
                          uint64_t first, uint64_t end)
{
    for (uint64_t i = first; i < end; i++) {
        sleep_until(start_ns + (int64_t)i * period_ns);
        bench_devd_send(daemon, bench_line(i));
    }
}

/* Returns the processor time of a minimal client of devd that only reads the lines. One line is
 * sent every `period_ns`; 0: all lines are sent at once. */
static double read_only(struct lines *lines, uint64_t count, int64_t period_ns)
{
    int ends[2], status;
    struct rusage usage;
    BENCH_CHECK(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
    pid_t pid = fork();
    BENCH_CHECK(pid >= 0);
    if (pid == 0) {
        char bytes[8300];
        close(ends[0]);
        while (recv(ends[1], bytes, sizeof bytes, 0) > 0)
            (void)bench_now_ns();
        _exit(0);
    }
    close(ends[1]);
    lines->daemon.devd = ends[0];
    if (period_ns > 0)
        send_steadily(&lines->daemon, bench_now_ns(), period_ns, 0, count);
    else
        (void)send_burst(ends[0], count);
    close(ends[0]);
    BENCH_CHECK(wait4(pid, &status, 0, &usage) == pid);
    return cpu_s(&usage);
}

static struct bench_sample steady_turn(struct bench *bench, void *context)
{
    struct lines *lines = context;
    const int64_t period_ns = 1000000;
    remove_journal(bench);
    start_quiet(&lines->daemon);
    int64_t start = bench_now_ns();
    send_steadily(&lines->daemon, start, period_ns, 0, lines->count / 2);
    double rss = bench_read_proc(lines->daemon.pid, "status", "VmRSS:");
    send_steadily(&lines->daemon, start, period_ns, lines->count / 2, lines->count);
    double s = (double)(bench_now_ns() - start) / 1e9;
    bench->extra[0] = (double)lines->count / s;
    bench->extra[1] = bench_read_proc(lines->daemon.pid, "status", "VmRSS:") - rss;
    bench_daemon_stop(&lines->daemon);
    double ours = 100 * cpu_s(&lines->daemon.usage) / s;
    return (struct bench_sample){ours, 100 * read_only(lines, lines->count, period_ns) / s};
}

const struct bench_row bench_steady = {
    .name = "steady",
    .what
    = "1,000 lines a second: processor time of the daemon, start and end included; growth is that of the second half",
    .baseline = "a client of devd that only reads and looks at the clock",
    .size = "lines",
    .unit = "% of one",
    .figure = BENCH_DIFFERENCE,
    .goal = 10,
    .goal_size = 9000, /* with fewer lines, the daemon's start is too large a part of the result */
    .repeats = 1,
    .sizes = {1000, 3000, 9000},
    .full_sizes = {10000, 30000, 60000},
    .extra = {"lines_per_second", "rss_growth_kib"},
    .extra_goals = {0, BENCH_GROWTH_KIB},
    .open = lines_open,
    .turn = steady_turn,
    .close = lines_close,
};

static void *start_open(struct bench *bench, uint64_t size)
{
    struct lines *lines = lines_open(bench, size);
    bench_make_journal(bench_path(bench, "journal.db"), size);
    /* this run of the daemon writes a snapshot beside the journal, for the measured start */
    start_quiet(&lines->daemon);
    bench_daemon_stop(&lines->daemon);
    return lines;
}

static double time_open(struct bench *bench)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    int64_t start = bench_now_ns();
    BENCH_CHECK(sqlite3_open_v2(bench_path(bench, "journal.db"), &db, SQLITE_OPEN_READONLY, NULL)
                == SQLITE_OK);
    BENCH_CHECK(sqlite3_prepare_v2(db,
                                   "SELECT * FROM record WHERE seq = (SELECT max(seq) FROM record)",
                                   -1, &stmt, NULL)
                == SQLITE_OK);
    BENCH_CHECK(sqlite3_step(stmt) == SQLITE_ROW);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return (double)(bench_now_ns() - start) / 1e6;
}

static struct bench_sample start_turn(struct bench *bench, void *context)
{
    struct lines *lines = context;
    double baseline = time_open(bench);
    int64_t start = bench_now_ns();
    bench_daemon_start(&lines->daemon, "--observe");
    bench_daemon_accept(&lines->daemon);
    double ours = (double)(bench_now_ns() - start) / 1e6;
    sleep_ns(50000000);
    bench_daemon_stop(&lines->daemon);
    return (struct bench_sample){ours, baseline};
}

const struct bench_row bench_start = {
    .name = "start",
    .what
    = "start of the daemon on a journal until it is connected to devd, with its two programs (sysctl, rc helper)",
    .baseline = "open, and one indexed SELECT",
    .size = "rows",
    .unit = "ms",
    .figure = BENCH_OURS,
    .goal = 20,
    .repeats = 9,
    .sizes = {10000, 100000, 1000000},
    .full_sizes = {100000, 1000000, 10000000},
    .open = start_open,
    .turn = start_turn,
    .close = lines_close,
};

/* Returns how often the daemon's two threads gave up the processor to wait. The main thread runs
 * the event loop, the other one reads devd's socket. */
static double wakeups(pid_t pid)
{
    char path[64], line[64];
    double sum = 0;
    (void)snprintf(path, sizeof path, "ls /proc/%d/task", (int)pid);
    FILE *tasks = popen(path, "r");
    while (tasks != NULL && fgets(line, sizeof line, tasks) != NULL) {
        (void)snprintf(path, sizeof path, "task/%d/status", atoi(line));
        sum += bench_read_proc(pid, path, "voluntary_ctxt_switches:");
    }
    if (tasks != NULL)
        (void)pclose(tasks);
    return sum;
}

enum { IDLE_S = 5 };

/* Returns the daemon's resident memory after the journal has reached `rows` records and the last
 * timers have fired. */
static double rest_rss(struct lines *lines, uint64_t rows)
{
    while (bench_journal_rows(&lines->daemon) < rows)
        sleep_ns(1000000);
    sleep_ns(3000000000);
    return bench_read_proc(lines->daemon.pid, "status", "VmRSS:");
}

static struct bench_sample idle_turn(struct bench *bench, void *context)
{
    struct lines *lines = context;
    remove_journal(bench);
    start_quiet(&lines->daemon);
    uint64_t goal = bench_journal_rows(&lines->daemon) + lines->count;
    double half = 0;
    for (uint64_t i = 0; i < lines->count; i++) {
        bench_devd_send(&lines->daemon, bench_line(i));
        if (i == lines->count / 2)
            half = rest_rss(lines, goal - lines->count + i + 1);
    }
    bench->extra[0] = rest_rss(lines, goal);
    bench->extra[1] = bench->extra[0] - half;
    double before = wakeups(lines->daemon.pid);
    sleep_ns((int64_t)IDLE_S * 1000000000);
    double ours = (wakeups(lines->daemon.pid) - before) / IDLE_S;
    bench_daemon_stop(&lines->daemon);
    return (struct bench_sample){ours, 0};
}

const struct bench_row bench_idle = {
    .name = "idle",
    .what
    = "the daemon with nothing to do, after so many lines: wake-ups; growth is that of the second half of the lines",
    .size = "lines",
    .unit = "a second",
    .figure = BENCH_OURS,
    .goal = 0,
    .repeats = 1,
    .sizes = {1000, 10000, 100000},
    .full_sizes = {10000, 100000, 1000000},
    .extra = {"rss_kib", "rss_growth_kib"},
    .extra_goals = {8192, BENCH_GROWTH_KIB},
    .open = lines_open,
    .turn = idle_turn,
    .close = lines_close,
};
