/* Tests capability mode: open descriptors can still be used, but no path can be opened. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/freebsd/guest/process.h"
#include "adapters/freebsd/privsep/capability.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

enum { NOT_THERE = 77 };

/* Runs `body` in capability mode, in a child process. Returns 0, or the number of the check in
 * `body` that failed. */
static int run(int (*body)(int directory, int file))
{
    int status = 0;
    int file = open(kit_text("file", "text\n"), O_RDWR | O_CLOEXEC);
    int directory = open(kit_path("."), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(file >= 0 && directory >= 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        vfj_process_forgo_rights();
        if (!vfj_capability_enter())
            _exit(errno == ENOSYS ? NOT_THERE : 1);
        _exit(body(directory, file));
    }
    close(file);
    close(directory);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_runs(int (*body)(int directory, int file))
{
    int found = run(body);
    if (found == NOT_THERE)
        skip();
    assert_int_equal(found, 0);
}

static int use_what_is_open(int directory, int file)
{
    struct stat status;
    char text[8] = "";
    if (pread(file, text, sizeof text - 1, 0) != 5 || strcmp(text, "text\n") != 0)
        return 2;
    if (fstat(file, &status) != 0 || ftruncate(file, 1) != 0 || fsync(file) != 0)
        return 3;
    int made = openat(directory, "made", O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (made < 0 || close(made) != 0)
        return 4;
    if (renameat(directory, "made", directory, "moved") != 0
        || unlinkat(directory, "moved", 0) != 0)
        return 5;
    return 0;
}

static int use_names(int directory, int file)
{
    struct stat status;
    struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = "/nowhere"};
    char program[] = "/bin/true";
    char *argv[] = {program, NULL};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    (void)directory;
    (void)file;
    if (open("/dev/null", O_RDONLY) >= 0 || errno == ENOENT)
        return 2;
    if (stat("/", &status) == 0 || unlink("/nowhere") == 0 || errno == ENOENT)
        return 3;
    if (rename("/nowhere", "/there") == 0 || errno == ENOENT
        || mkdir("/tmp/vfj-capability", 0700) == 0)
        return 4;
    if (fd >= 0
        && (connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 || errno == ENOENT))
        return 5;
    (void)execv(program, argv);
    return 0;
}

static void test_open(void **state)
{
    (void)state;
    assert_runs(use_what_is_open);
}

static void test_names(void **state)
{
    (void)state;
    assert_runs(use_names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
