/* Tests how the dhclient of an interface is found by its pidfile: only a running dhclient
 * counts. The tests cover systems with and without file locks. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/guest_file.h"
#include "adapters/freebsd/guest/process.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

static bool has_locks = true;

int __real_flock(int fd, int operation);
int __wrap_flock(int fd, int operation);

int __wrap_flock(int fd, int operation)
{
    errno = ENOLCK;
    return has_locks ? __real_flock(fd, operation) : -1;
}

static uint64_t dhclient(void)
{
    struct vfj_paths paths;
    memset(&paths, 0, sizeof paths);
    vfj_paths_set(paths.dhclient_run_dir, kit_path("none"));
    vfj_paths_set(paths.run_dir, kit_path("."));
    return vfj_guest_dhclient(&paths, vfj_name_of("hn0"));
}

static const char *write_pidfile(pid_t pid)
{
    char text[32];
    (void)snprintf(text, sizeof text, "%ld\n", (long)pid);
    return kit_text("dhclient.hn0.pid", text);
}

/* Starts a process with this name, which locks the pidfile `locked`, unless that is NULL, and then
 * waits until it is killed. It also ends when the test ends early. */
static pid_t begin(const char *name, const char *locked)
{
    int ends[2];
    char byte;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        FILE *file = locked != NULL ? fopen(locked, "r") : NULL;
        vfj_process_set_title(name);
        (void)vfj_process_signal_at_parents_end(SIGKILL);
        if ((file != NULL && __real_flock(fileno(file), LOCK_EX) != 0)
            || write(ends[1], "x", 1) != 1)
            _exit(1);
        for (;;)
            (void)pause();
    }
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    (void)close(ends[0]);
    return pid;
}

static void end(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* When the pidfile is missing, or has no valid pid, there is no dhclient. */
static void test_none(void **state)
{
    static const char *const texts[] = {"", "\n", "x", "-4", "0", "1", "99999999999", "4x"};
    (void)state;
    assert_int_equal(dhclient(), 0);
    for (unsigned locks = 0; locks < 2; locks++) {
        has_locks = locks != 0;
        for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
            (void)kit_text("dhclient.hn0.pid", texts[i]);
            assert_int_equal(dhclient(), 0);
        }
    }
}

/* A pidfile without a lock is left over, and its pid may belong to another process by now. That
 * process must not count as a dhclient, since the daemon would kill it. */
static void test_left_behind(void **state)
{
    (void)state;
    pid_t other = begin("other", NULL);
    (void)write_pidfile(other);
    has_locks = true;
    assert_int_equal(dhclient(), 0);
    has_locks = false;
    assert_int_equal(dhclient(), 0);
    end(other);
    assert_int_equal(dhclient(), 0);
    has_locks = true;
    assert_int_equal(dhclient(), 0);
    other = begin("dhclient", NULL); /* the dhclient of another interface has this pid now */
    (void)write_pidfile(other);
    assert_int_equal(dhclient(), 0);
    end(other);
}

static void test_locked(void **state)
{
    (void)state;
    has_locks = true;
    pid_t client = begin("dhclient", write_pidfile(getpid()));
    (void)write_pidfile(client);
    assert_int_equal(dhclient(), client);
    end(client);
    assert_int_equal(dhclient(), 0);
}

/* Somebody locks a pidfile that is left over. Its pid belongs to a process that is not a
 * dhclient. */
static void test_left_behind_and_locked(void **state)
{
    static const char *const names[] = {"other", "dhclien", "dhclient2", "Dhclient"};
    (void)state;
    has_locks = true;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        pid_t other = begin(names[i], NULL);
        pid_t locker = begin("dhclient", write_pidfile(other));
        assert_int_equal(dhclient(), 0);
        end(locker);
        end(other);
    }
}

/* When locks cannot be tested, the name of the process decides whether it is a dhclient. */
static void test_without_locks(void **state)
{
    (void)state;
    has_locks = false;
    pid_t client = begin("dhclient", NULL);
    (void)write_pidfile(client);
    assert_int_equal(dhclient(), client);
    end(client);
    assert_int_equal(dhclient(), 0);
}

/* A program with the file name dhclient is a dhclient, whoever started it. */
static void test_program(void **state)
{
    const struct timespec pause = {0, 10 * 1000 * 1000};
    const char *program = kit_program("dhclient", "while :; do sleep 0.1; done");
    (void)state;
    has_locks = false;
    pid_t client = fork();
    assert_true(client >= 0);
    if (client == 0) {
        (void)execl(program, program, (char *)NULL);
        _exit(1);
    }
    (void)write_pidfile(client);
    /* waits until the child has executed the program */
    for (unsigned tries = 0; dhclient() == 0 && tries < 1000; tries++)
        (void)nanosleep(&pause, NULL);
    assert_int_equal(dhclient(), client);
    end(client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_none),          cmocka_unit_test(test_left_behind),
        cmocka_unit_test(test_locked),        cmocka_unit_test(test_left_behind_and_locked),
        cmocka_unit_test(test_without_locks), cmocka_unit_test(test_program),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
