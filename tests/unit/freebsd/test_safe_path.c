/* Tests the check of a script's path, with real files: it detects which users can change the
 * file or its path. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/freebsd/privsep/safe_path.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

enum { SOMEBODY = 12345 };

/* Makes a directory below the test's scratch directory, with that mode. */
static const char *directory(const char *name, mode_t mode)
{
    const char *path = kit_path(name);
    (void)mkdir(path, 0700);
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static const char *script(const char *name, mode_t mode)
{
    const char *path = kit_program(name, "true");
    assert_int_equal(chmod(path, mode), 0);
    return path;
}

static const char *link_to(const char *target, const char *name)
{
    const char *path = kit_path(name);
    (void)unlink(path);
    assert_int_equal(symlink(target, path), 0);
    return path;
}

/* Checks a path. Returns "" when it is safe, otherwise the complaint. */
static const char *check(const char *path)
{
    static char complaint[VFJ_PATH_SIZE];
    struct vfj_text text = vfj_text_begin(complaint, sizeof complaint);
    bool is_safe = vfj_safe_path_check(path, &text);
    assert_int_equal(is_safe, text.length == 0);
    return complaint;
}

static void assert_safe(const char *path)
{
    assert_string_equal(check(path), "");
}

static void assert_refused(const char *path, const char *component, const char *why)
{
    char expected[2048];
    (void)snprintf(expected, sizeof expected, "%s: %s", component, why);
    assert_string_equal(check(path), expected);
}

static void test_file(void **state)
{
    (void)state;
    assert_safe(script("safe", 0755));
    assert_safe(script("safe", 0100));
    assert_safe("/bin/sh");
    const char *path = script("file", 0775);
    assert_refused(path, path, "its group can write to it");
    path = script("file", 0757);
    assert_refused(path, path, "others can write to it");
    path = script("file", 0777);
    assert_refused(path, path, "others can write to it");
    /* the sticky bit protects files in a directory, but not a file itself */
    path = script("file", 01777);
    assert_refused(path, path, "others can write to it");
    path = script("file", 0644);
    assert_refused(path, path, "not executable");
}

static void test_kind(void **state)
{
    (void)state;
    const char *path = directory("directory", 0755);
    assert_refused(path, path, "not a regular file");
    assert_refused("/", "/", "not a regular file");
    path = kit_path("fifo");
    assert_int_equal(mkfifo(path, 0755), 0);
    assert_refused(path, path, "not a regular file");
    path = kit_path("absent");
    assert_refused(path, path, "No such file or directory");
    path = kit_beside(script("safe", 0755), "/below");
    assert_refused(path, path, "Not a directory");
    assert_refused("bin/sh", "/", "Invalid argument");
    assert_refused("", "/", "Invalid argument");
}

static void test_directories(void **state)
{
    (void)state;
    const char *above = directory("above", 0755);
    (void)directory("above/below", 0755);
    const char *path = script("above/below/script", 0755);
    assert_safe(path);
    directory("above", 0775);
    assert_refused(path, above, "its group can write to it");
    directory("above", 0757);
    assert_refused(path, above, "others can write to it");
    /* a sticky directory may be writable, since other users cannot rename files of ours in it */
    directory("above", 01777);
    assert_safe(path);
    directory("above", 0755);
    const char *below = directory("above/below", 0775);
    assert_refused(path, below, "its group can write to it");
    directory("above/below", 0755);
    assert_safe(kit_path("above/./below//../below/script"));
    (void)unlink(path);
    (void)rmdir(below);
}

static void test_links(void **state)
{
    (void)state;
    (void)directory("real", 0755);
    const char *path = script("real/script", 0755);
    assert_safe(link_to(path, "absolute"));
    assert_safe(link_to("real/script", "relative"));
    assert_safe(link_to("./real/../real//script", "winding"));
    (void)link_to("real", "directory-link");
    assert_safe(kit_path("directory-link/script"));
    /* ".." after a link is the directory above the link's target */
    assert_safe(kit_path("directory-link/../real/script"));
    (void)link_to("relative", "twice");
    assert_safe(kit_path("twice"));
    assert_safe(link_to("/bin/sh", "shell"));

    /* every component of the link's target is checked */
    (void)chmod(path, 0775);
    assert_refused(kit_path("absolute"), path, "its group can write to it");
    (void)chmod(path, 0755);
    const char *real = directory("real", 0757);
    assert_refused(kit_path("twice"), real, "others can write to it");
    assert_refused(kit_path("directory-link/script"), real, "others can write to it");
    directory("real", 0755);

    (void)link_to("absent", "dangling");
    assert_refused(kit_path("dangling"), kit_path("absent"), "No such file or directory");
    (void)link_to("loop", "loop");
    assert_refused(kit_path("loop"), kit_path("loop"), "Too many levels of symbolic links");
    (void)unlink(path);
}

/* Files of another user are refused. Only root can make such files. */
static void test_owner(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        skip();
        return;
    }
    const char *path = script("theirs", 0755);
    assert_int_equal(chown(path, SOMEBODY, 0), 0);
    assert_refused(path, path, "belongs to user 12345");
    const char *above = directory("house", 0755);
    path = script("house/script", 0755);
    assert_safe(path);
    assert_int_equal(chown(above, SOMEBODY, 0), 0);
    assert_refused(path, above, "belongs to user 12345");
    /* the owner of a sticky directory can still rename all files in it */
    directory("house", 01777);
    assert_refused(path, above, "belongs to user 12345");
    (void)unlink(path);
    path = link_to(script("safe", 0755), "their-link");
    assert_int_equal(lchown(path, SOMEBODY, 0), 0);
    assert_refused(path, path, "belongs to user 12345");
}

/* When this process is not root, its own files are as safe as root's files. */
static void test_not_root(void **state)
{
    (void)state;
    if (geteuid() != 0) {
        assert_safe(script("ours", 0755));
        return;
    }
    const char *path = script("ours", 0755);
    assert_int_equal(chown(path, SOMEBODY, 0), 0);
    directory(".", 0711);
    assert_int_equal(seteuid(SOMEBODY), 0);
    assert_safe(path);
    assert_safe("/bin/sh");
    assert_int_equal(seteuid(0), 0);
}

static void test_long(void **state)
{
    char path[3000];
    (void)state;
    memset(path, 'a', sizeof path);
    path[0] = '/';
    path[sizeof path - 1] = '\0';
    assert_refused(path, "/", "File name too long");
    for (size_t i = 1; i < 1000; i++)
        path[i] = i % 2 == 0 ? '/' : '.';
    path[1000] = '\0';
    assert_refused(path, "/", "not a regular file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_file),        cmocka_unit_test(test_kind),
        cmocka_unit_test(test_directories), cmocka_unit_test(test_links),
        cmocka_unit_test(test_owner),       cmocka_unit_test(test_not_root),
        cmocka_unit_test(test_long),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
