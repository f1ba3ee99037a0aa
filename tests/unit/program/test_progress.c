/* Tests that long operations report their progress, and that no file is left when they are
 * interrupted. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares posix_openpt and ptsname only with this */
#endif
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/backup.h"
#include "store/progress.h"
#include "store/verify.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

#ifdef SIGINFO
#define ASK_SIGNAL SIGINFO
#else
#define ASK_SIGNAL SIGUSR1
#endif

enum { PAUSE_NS = 10000000, LOOKS_MAX = 6000 };

static const char *journal(void)
{
    const char *path = kit_path("journal.db");
    if (!kit_exists(path))
        kit_make_journal(path);
    return path;
}

/* A verb that is running, and waits for the rest of its standard input. */
struct reader {
    pid_t pid;
    int input; /* the writing end of the verb's standard input */
};

static struct reader start(const char *verb, const char *error)
{
    char command[1000];
    int ends[2];
    bool makes_file = strcmp(verb, "backup") == 0 || strcmp(verb, "recover") == 0;
    const char *operands = makes_file ? kit_path("never.db")
        : strcmp(verb, "diff") == 0   ? "1 2"
                                      : "";
    (void)snprintf(command, sizeof command,
                   "exec env TERM=xterm TMPDIR='%s' '%s/vfjournal' %s - %s >'%s' 2>'%s'",
                   kit_path("tmp"), getenv("VFJ_BINARY_DIR"), verb, operands, kit_path("out"),
                   error);
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)dup2(ends[0], STDIN_FILENO);
        (void)close(ends[0]);
        (void)close(ends[1]);
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    (void)close(ends[0]);
    return (struct reader){pid, ends[1]};
}

static unsigned entries(const char *path)
{
    unsigned count = 0;
    DIR *directory = opendir(path);
    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    (void)closedir(directory);
    return count - 2; /* without "." and ".." */
}

static void pause_once(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
}

/* Sends the verb ASK_SIGNAL, which asks for its progress, again and again until the file at `path`
 * contains the text. */
static void ask(const struct reader *reader, const char *path, const char *text)
{
    for (unsigned i = 0; i < LOOKS_MAX; i++) {
        char *printed = kit_read(path, &(size_t){0});
        bool found = strstr(printed, text) != NULL;
        free(printed);
        if (found)
            return;
        /* the verb sets its signal handlers before it makes its private file */
        if (entries(kit_path("tmp")) > 0)
            assert_int_equal(kill(reader->pid, ASK_SIGNAL), 0);
        pause_once();
    }
    fail_msg("no \"%s\"", text);
}

static void test_each_verb_answers_and_leaves_nothing(void **state)
{
    static const char *const verbs[]
        = {"verify", "replay", "export -t", "backup",     "recover", "show",     "status",
           "report", "check",  "explain 1", "migrations", "diff",    "timeline", "migration 1"};
    size_t length;
    char *bytes = kit_read(journal(), &length);
    (void)state;
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        const char *error = kit_path("error");
        char wanted[100];
        int status = 0;
        kit_write(error, "", 0);
        struct reader reader = start(verbs[i], error);
        assert_int_equal(write(reader.input, bytes, 4096), 4096);
        (void)snprintf(wanted, sizeof wanted, "vfjournal %.*s: reading the ",
                       (int)strcspn(verbs[i], " "), verbs[i]);
        ask(&reader, error, wanted);
        assert_int_equal(kill(reader.pid, SIGINT), 0);
        assert_int_equal(waitpid(reader.pid, &status, 0), reader.pid);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
        assert_int_equal(entries(kit_path("tmp")), 0);
        assert_false(kit_exists(kit_path("never.db")));
        (void)close(reader.input);
    }
    free(bytes);
}

static void test_a_terminal_shows_it_after_a_second(void **state)
{
    size_t length, used = 0;
    char *bytes = kit_read(journal(), &length), shown[4096] = "";
    int status = 0, terminal = posix_openpt(O_RDWR | O_NOCTTY);
    (void)state;
    assert_true(terminal >= 0 && grantpt(terminal) == 0 && unlockpt(terminal) == 0);
    /* keeps the terminal open, since a read from it would fail when the verb ends */
    int held = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(held >= 0 && fcntl(terminal, F_SETFL, O_NONBLOCK) == 0);
    struct reader reader = start("verify", ptsname(terminal));
    assert_int_equal(write(reader.input, bytes, 4096), 4096);
    for (unsigned i = 0; i < LOOKS_MAX && strstr(shown, "reading the journal") == NULL; i++) {
        ssize_t got = read(terminal, shown + used, sizeof shown - 1 - used);
        used += got > 0 ? (size_t)got : 0;
        pause_once();
    }
    assert_non_null(strstr(shown, "\rvfjournal verify: reading the journal: "));
    assert_int_equal(write(reader.input, bytes + 4096, length - 4096), (ssize_t)length - 4096);
    (void)close(reader.input);
    assert_int_equal(waitpid(reader.pid, &status, 0), reader.pid);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == VFJ_EXIT_OK);
    ssize_t got;
    while (used < sizeof shown - 1
           && (got = read(terminal, shown + used, sizeof shown - 1 - used)) > 0)
        used += (size_t)got;
    shown[used] = '\0';
    assert_string_equal(shown + used - 4, "\r\033[K"); /* the progress line was erased */
    char *out = kit_read(kit_path("out"), &length);
    assert_non_null(strstr(out, "verified: "));
    (void)close(held);
    (void)close(terminal);
    free(bytes);
    free(out);
}

static void assert_done(const char *what, uint64_t total)
{
    struct vfj_progress progress = vfj_progress_get();
    assert_string_equal(progress.what, what);
    assert_int_equal(progress.total, total);
    assert_int_equal(progress.done, total);
}

static void test_the_work_counts(void **state)
{
    struct vfj_verified verified;
    struct vfj_backup backup;
    (void)state;
    uint64_t last = (uint64_t)kit_sql_integer(journal(), "SELECT max(seq) FROM record");
    unsigned phase = vfj_progress_get().phase;
    vfj_verify(journal(), NULL, &verified);
    assert_done("checking records", last);
    assert_int_equal(vfj_progress_get().phase, phase + 2); /* two phases: pages and records */
    assert_int_equal(vfj_backup(journal(), kit_path("copy.db"), &backup), VFJ_OK);
    assert_done("checking records", last);
    /* three more phases: the copy, and two phases of the verification */
    assert_int_equal(vfj_progress_get().phase, phase + 5);
}

static int setup(void **state)
{
    return kit_scratch_make(state) != 0 ? -1 : mkdir(kit_path("tmp"), 0700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_verb_answers_and_leaves_nothing),
        cmocka_unit_test(test_a_terminal_shows_it_after_a_second),
        cmocka_unit_test(test_the_work_counts),
    };
    return cmocka_run_group_tests(tests, setup, kit_scratch_remove);
}
