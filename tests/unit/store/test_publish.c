/* Tests that vfj_publish_finish() publishes whole files, durably, and never replaces a file,
 * with and without hard links. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/publish.h"
#include "tests/kit/scratch.h"

static int link_errno; /* the errno with which link(2) fails; 0: link(2) works */

int __real_link(const char *from, const char *to);
int __wrap_link(const char *from, const char *to);

int __wrap_link(const char *from, const char *to)
{
    errno = link_errno;
    return link_errno != 0 ? -1 : __real_link(from, to);
}

static char detail_text[200];

/* Publishes a new file as `to`. Unless `meanwhile` is NULL, another process makes a file with
 * that text at `to` just before. */
static enum vfj_status publish(const char *to, const char *meanwhile)
{
    struct vfj_publish new_file;
    char directory[PATH_MAX];
    struct vfj_text detail = vfj_text_begin(detail_text, sizeof detail_text);
    enum vfj_status status = vfj_publish_begin(&new_file, to, &detail);
    memcpy(directory, new_file.directory, sizeof directory);
    if (status == VFJ_OK) {
        kit_write(new_file.path, "new", 3);
        if (meanwhile != NULL)
            kit_write(to, meanwhile, strlen(meanwhile));
        status = vfj_publish_finish(&new_file, &detail);
    }
    vfj_publish_end(&new_file);
    assert_false(directory[0] != '\0' && kit_exists(directory));
    return status;
}

static void assert_holds(const char *path, const char *expected)
{
    size_t length;
    char *bytes = kit_read(path, &length);
    assert_int_equal(length, strlen(expected));
    assert_memory_equal(bytes, expected, length);
    free(bytes);
    (void)unlink(path);
}

/* 0: the file system has hard links */
static const int no_links[] = {0, EPERM, EOPNOTSUPP, ENOSYS};

static void test_publishes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof no_links / sizeof no_links[0]; i++) {
        link_errno = no_links[i];
        assert_int_equal(publish(kit_path("journal.db"), NULL), VFJ_OK);
        assert_holds(kit_path("journal.db"), "new");
    }
}

static void test_another_file_is_left_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof no_links / sizeof no_links[0]; i++) {
        link_errno = no_links[i];
        assert_int_equal(publish(kit_path("journal.db"), "another's"), VFJ_JOURNAL_ACCESS);
        assert_string_equal(detail_text, strerror(EEXIST));
        /* `to` exists before the start */
        assert_int_equal(publish(kit_path("journal.db"), NULL), VFJ_JOURNAL_ACCESS);
        assert_string_equal(detail_text, strerror(EEXIST));
        assert_holds(kit_path("journal.db"), "another's");
    }
}

static void test_a_link_that_fails_is_no_lack_of_links(void **state)
{
    (void)state;
    link_errno = EACCES;
    assert_int_equal(publish(kit_path("journal.db"), NULL), VFJ_JOURNAL_ACCESS);
    assert_string_equal(detail_text, strerror(EACCES));
    assert_false(kit_exists(kit_path("journal.db")));
}

static void test_names(void **state)
{
    static char name[PATH_MAX + 10];
    (void)state;
    link_errno = 0;
    (void)memset(name, 'x', sizeof name - 1);
    assert_int_equal(publish(name, NULL), VFJ_JOURNAL_ACCESS);
    assert_string_equal(detail_text, strerror(ENAMETOOLONG));
    assert_int_equal(publish(kit_path("none/journal.db"), NULL), VFJ_JOURNAL_ACCESS);
    assert_string_equal(detail_text, strerror(ENOENT));
    /* a name without a directory is a file in the working directory */
    assert_int_equal(chdir(kit_path("")), 0);
    assert_int_equal(publish("journal.db", NULL), VFJ_OK);
    assert_holds("journal.db", "new");
    assert_int_equal(chdir("/"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_publishes),
        cmocka_unit_test(test_another_file_is_left_alone),
        cmocka_unit_test(test_a_link_that_fails_is_no_lack_of_links),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
