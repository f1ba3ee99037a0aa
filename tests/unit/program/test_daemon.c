/* Tests the daemon in a guest without programs and rc.conf. The test itself plays devd. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/limits.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"

struct bench {
    pid_t daemon;
    int listener, devd;
    char journal[512];
};

static void run_daemon(const char *socket, const char *journal, const char *option)
{
    char program[512];
    int log = open(kit_path("daemon.log"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    (void)snprintf(program, sizeof program, "%s/vfjournal", getenv("VFJ_BINARY_DIR"));
    (void)dup2(log, STDERR_FILENO);
    execl(program, "vfjournal", "daemon", "--root", kit_path("guest"), "--devd-socket", socket,
          "--journal", journal, option, (char *)NULL);
    _exit(127);
}

static struct bench begin(const char *name, int type, const char *option)
{
    struct bench bench;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *socket_path = kit_path("devd");
    (void)snprintf(bench.journal, sizeof bench.journal, "%s", kit_path(name));
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", socket_path);
    (void)unlink(socket_path);
    bench.listener = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(bench.listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(bench.listener, 4), 0);
    bench.daemon = fork();
    assert_true(bench.daemon >= 0);
    if (bench.daemon == 0)
        run_daemon(socket_path, bench.journal, option);
    struct pollfd ready = {.fd = bench.listener, .events = POLLIN};
    assert_int_equal(poll(&ready, 1, 20000), 1);
    bench.devd = accept(bench.listener, NULL, NULL);
    assert_true(bench.devd >= 0);
    return bench;
}

static int64_t count(const struct bench *bench, const char *condition)
{
    char sql[256];
    (void)snprintf(sql, sizeof sql, "SELECT count(*) FROM record WHERE %s", condition);
    return kit_sql_integer(bench->journal, sql);
}

static void await(const struct bench *bench, const char *condition)
{
    for (unsigned i = 0; i < 600 && count(bench, condition) == 0; i++)
        usleep(50000);
    assert_true(count(bench, condition) > 0);
}

static void end(struct bench *bench)
{
    char arguments[600];
    int status;
    assert_int_equal(kill(bench->daemon, SIGTERM), 0);
    assert_int_equal(waitpid(bench->daemon, &status, 0), bench->daemon);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    (void)close(bench->devd);
    (void)close(bench->listener);
    assert_int_equal(count(bench, "kind = 'stopped'"), 1);
    (void)snprintf(arguments, sizeof arguments, "replay '%s'", bench->journal);
    free(kit_run(arguments, &status));
    assert_int_equal(status, 0);
}

static void say(const struct bench *bench, const void *bytes, size_t length)
{
    assert_int_equal(send(bench->devd, bytes, length, MSG_EOR | MSG_NOSIGNAL), (ssize_t)length);
}

/* Hostile bytes are recorded unchanged, and cause no command. */
static void test_hostile(void **state)
{
    static const char nul[] = "!system=HYPERV_NIC_VF subsystem=hn0\0 type=VF_UP\n";
    static const char terminal[] = "\033]0;x\a\xff\xfe\n";
    static char longest[VFJ_LINE_MAX + 100];
    struct bench bench = begin("hostile.db", SOCK_SEQPACKET, "--observe");
    (void)state;
    say(&bench, nul, sizeof nul - 1);
    say(&bench, terminal, sizeof terminal - 1);
    memset(longest, 'x', sizeof longest);
    memcpy(longest, "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP ", 47);
    longest[sizeof longest - 1] = '\n';
    say(&bench, longest, sizeof longest);
    say(&bench, "end\n", 4);
    await(&bench, "body = 'end'");
    assert_int_equal(count(&bench, "note = 'nul-byte' AND length(body) = 47"), 1);
    assert_int_equal(count(&bench, "note = 'line-too-long' AND length(body) > 8192"), 1);
    assert_int_equal(count(&bench, "note = 'malformed' AND hex(body) = '1B5D303B7807FFFE'"), 1);
    assert_int_equal(count(&bench, "kind = 'transition'"), 0);
    end(&bench);
}

/* In a guest without any program, all probes fail. The journal records the failures, and the
 * daemon does nothing else. */
static void test_bare(void **state)
{
    static const char up[] = "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n";
    struct bench bench = begin("bare.db", SOCK_STREAM, "--observe");
    (void)state;
    say(&bench, up, sizeof up - 1);
    await(&bench, "kind = 'devd'");
    await(&bench, "kind = 'observed'");
    assert_int_equal(count(&bench, "kind = 'observed' AND body LIKE '%ok=1%'"), 0);
    end(&bench);
}

/* All lines of a storm are recorded, many in each transaction. A reader of the journal never
 * reads a part of a transaction. */
static void test_storm(void **state)
{
    enum { LINES = 10000 };
    struct bench bench = begin("storm.db", SOCK_SEQPACKET, "--observe");
    char line[128];
    (void)state;
    for (unsigned i = 0; i < LINES; i++) {
        int length
            = snprintf(line, sizeof line, "!system=IFNET subsystem=epair%ua type=ATTACH\n", i);
        say(&bench, line, (size_t)length);
    }
    await(&bench, "body LIKE '%epair9999a%'");
    assert_int_equal(count(&bench, "kind = 'devd'"), LINES);
    assert_int_equal(count(&bench, "kind = 'gap'"), 0);
    end(&bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hostile),
        cmocka_unit_test(test_bare),
        cmocka_unit_test(test_storm),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
