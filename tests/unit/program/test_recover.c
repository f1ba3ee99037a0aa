/* Tests vfjournal recover with journals that are damaged in many ways. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares SEEK_DATA only with this */
#endif
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/recover.h"
#include "store/recovered_row.h"
#include "store/verify.h"
#include "tests/kit/journal.h"
#include "tests/kit/scratch.h"
#include "tools/verb.h"

enum {
    PAGE = 4096,
    LEAF = 0x0d, /* first byte of a page that has rows */
};

/* A journal of many pages, some of which hold long bodies. All tests use its bytes. */
static const char *large;
static size_t large_length;
static uint64_t large_records;

/* Counts the calls of our own code to pread(2), which the linker makes here (option --wrap). */
static uint64_t reads;
ssize_t __real_pread(int fd, void *to, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset);

ssize_t __wrap_pread(int fd, void *to, size_t size, off_t offset)
{
    reads++;
    return __real_pread(fd, to, size, offset);
}

static int make_large(void **state)
{
    static char line[7000];
    if (kit_scratch_make(state) != 0)
        return -1;
    const char *path = kit_path("large.db");
    kit_make_journal(path);
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    memset(line, 'x', sizeof line - 1);
    kit_submit(ledger, kit_started());
    for (unsigned i = 0; i < 120; i++) {
        kit_submit(ledger, kit_devd("!system=ETHERNET subsystem=mce0 type=IFATTACH"));
        if (i % 20 == 0)
            kit_submit(ledger, kit_devd(line));
    }
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    large_records = vfj_ledger_seq(ledger);
    vfj_ledger_close(ledger);
    large = kit_read(path, &large_length);
    return 0;
}

static int drop_large(void **state)
{
    free((void *)large);
    return kit_scratch_remove(state);
}

static void ignore(void *arg, const struct vfj_record *record)
{
    uint64_t *last = arg;
    assert_true(record->seq > *last);
    *last = record->seq;
}

/* Recovers the journal. Checks that the new journal is valid, and has the same first records as
 * the old one. */
static struct vfj_recovered recovered(const char *path, enum vfj_status expected)
{
    struct vfj_recovered result;
    struct vfj_verified verified;
    uint64_t last = 0;
    const char *to = kit_path("new.db");
    (void)unlink(to);
    enum vfj_status status = vfj_recover(path, to, 1795356999000000, ignore, &last, &result);
    if (status != expected)
        fail_msg("%s: %s", vfj_status_text(status), result.detail);
    assert_int_equal(kit_exists(to), status == VFJ_OK);
    if (status != VFJ_OK)
        return result;
    struct vfj_anchor anchor = result.saved;
    vfj_verify(to, &anchor, &verified);
    if (verified.finding != VFJ_FINDING_SOUND)
        fail_msg("%s: %s", vfj_finding_name((enum vfj_finding)verified.finding), verified.detail);
    vfj_verify(kit_path("large.db"), &anchor, &verified);
    assert_int_equal(verified.finding, VFJ_FINDING_SOUND);
    assert_int_equal(
        kit_sql_integer(
            to, "SELECT count(*) FROM event WHERE kind = 'gap' AND body LIKE '%recovered:%'"),
        result.lost);
    return result;
}

static const char *copy_of(const char *bytes, size_t length)
{
    const char *path = kit_path("damaged.db");
    kit_write(path, bytes, length);
    return path;
}

static void test_a_sound_journal_is_saved_whole(void **state)
{
    (void)state;
    struct vfj_recovered result = recovered(copy_of(large, large_length), VFJ_OK);
    assert_false(result.lost);
    assert_int_equal(result.saved.seq, large_records);
    assert_int_equal(result.newest, large_records);
}

/* Each page in turn is damaged. All records before the damage are saved, and the loss is
 * reported. When the page has no rows, no record is lost. */
static void test_any_page_may_be_lost(void **state)
{
    char *bytes = malloc(large_length);
    unsigned whole = 0;
    (void)state;
    assert_non_null(bytes);
    for (size_t page = 0; page < large_length; page += PAGE) {
        memcpy(bytes, large, large_length);
        memset(bytes + page, (int)(page / PAGE % 3 * 0x55), PAGE);
        const char *path = copy_of(bytes, large_length);
        struct vfj_recovered result;
        uint64_t last = 0;
        (void)unlink(kit_path("new.db"));
        if (vfj_recover(path, kit_path("new.db"), 1, ignore, &last, &result) != VFJ_JOURNAL_DAMAGED)
            result = recovered(path, VFJ_OK);
        assert_true(result.lost);
        whole += result.saved.seq == large_records;
    }
    assert_true(whole >= 2); /* at least the page of the schema and the root page have no rows */
    free(bytes);
}

static void test_the_end_may_be_cut_off(void **state)
{
    uint64_t before = large_records;
    (void)state;
    for (size_t length = large_length - 1000; length > 40000; length -= 16384) {
        struct vfj_recovered result = recovered(copy_of(large, length), VFJ_OK);
        assert_true(result.lost);
        assert_true(result.saved.seq <= before);
        before = result.saved.seq;
    }
    assert_true(before < large_records / 2);
    (void)recovered(copy_of(large, 3000), VFJ_JOURNAL_DAMAGED);
    (void)recovered(copy_of("", 0), VFJ_JOURNAL_DAMAGED);
}

/* When a journal ends in the middle of an event, the records before that event are saved. When a
 * record was edited, the records before the edit are saved. */
static void test_what_is_saved_is_complete_and_unedited(void **state)
{
    (void)state;
    const char *path = copy_of(large, large_length);
    kit_tamper(
        path,
        "DELETE FROM record WHERE seq >= (SELECT min(seq) FROM transition WHERE \"to\" = 'delayed')");
    uint64_t cut = (uint64_t)kit_sql_integer(path, "SELECT max(seq) FROM record");
    struct vfj_recovered result = recovered(path, VFJ_OK);
    assert_true(result.lost);
    assert_true(result.saved.seq < cut);

    path = copy_of(large, large_length);
    kit_tamper(
        path,
        "UPDATE record SET body = body || ' ' WHERE seq = (SELECT max(seq) - 100 FROM record)");
    result = recovered(path, VFJ_OK);
    assert_true(result.saved.seq < large_records - 100 && result.saved.seq > large_records - 105);
    assert_int_equal(result.newest, large_records);
}

/* The writer was killed, and the file is damaged. Rows that are only in the -wal file are found,
 * even rows that are longer than a page. */
static void test_the_wal_is_looked_through(void **state)
{
    static char line[7000];
    const char *path = copy_of(large, large_length);
    struct stat facts;
    size_t length;
    (void)state;
    memset(line, 'y', sizeof line - 1);
    pid_t child = fork();
    if (child == 0) {
        struct vfj_ledger *ledger = NULL;
        bool right = vfj_ledger_open(&ledger, path, VFJ_ON_ERROR_STOP) == VFJ_OK;
        for (unsigned i = 0; i < 20 && right; i++) {
            struct vfj_event event
                = kit_devd(i % 5 == 0 ? line : "!system=IFNET subsystem=mce0 type=LINK_UP");
            right = vfj_ledger_submit(ledger, &event, NULL) == VFJ_OK
                && vfj_ledger_commit(ledger) == VFJ_OK;
        }
        _exit(right ? 0 : 1);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    assert_int_equal(stat(kit_beside(path, "-wal"), &facts), 0);
    char *wal = kit_read(kit_beside(path, "-wal"), &length);
    uint64_t last = 0;
    struct vfj_recovered result;
    (void)unlink(kit_path("new.db"));
    assert_int_equal(vfj_recover(path, kit_path("new.db"), 1, ignore, &last, &result), VFJ_OK);
    assert_int_equal(result.saved.seq, large_records + 20);
    assert_false(result.lost);
    /* the last frame is damaged: its transaction is ignored, as SQLite ignores it */
    memset(wal + length - 100, 0, 100);
    kit_write(kit_beside(path, "-wal"), wal, length);
    (void)unlink(kit_path("new.db"));
    assert_int_equal(vfj_recover(path, kit_path("new.db"), 1, ignore, &last, &result), VFJ_OK);
    assert_true(result.saved.seq >= large_records + 19);
    free(wal);
    (void)unlink(kit_beside(path, "-wal"));
    (void)unlink(kit_beside(path, "-shm"));
    (void)unlink(kit_beside(path, ".lock"));
}

/* The journal is overwritten with random bytes at random places. Recovery always ends, and a
 * journal that it makes is valid. */
static void test_noise(void **state)
{
    char *bytes = malloc(large_length);
    uint64_t random = 20261122;
    (void)state;
    assert_non_null(bytes);
    for (unsigned round = 0; round < 10; round++) {
        memcpy(bytes, large, large_length);
        for (unsigned i = 0; i < 1 + round * 16; i++) {
            random = random * 6364136223846793005ULL + 1442695040888963407ULL;
            bytes[(random >> 20) % large_length] = (char)(random >> 56);
        }
        const char *path = copy_of(bytes, large_length);
        uint64_t last = 0;
        struct vfj_recovered result;
        (void)unlink(kit_path("new.db"));
        if (vfj_recover(path, kit_path("new.db"), 1, ignore, &last, &result) == VFJ_OK)
            (void)recovered(path, VFJ_OK);
        else
            assert_false(kit_exists(kit_path("new.db")));
    }
    free(bytes);
}

static char *run_recover(const char *options, const char *path, const char *to, int expected)
{
    char line[1000];
    int exit_status = -1;
    (void)snprintf(line, sizeof line, "recover %s '%s' '%s'", options, path, to);
    char *printed = kit_run(line, &exit_status);
    if (exit_status != expected)
        fail_msg("vfjournal %s: exit status %d: %s", line, exit_status, printed);
    return printed;
}

static void says(const char *options, const char *path, const char *to, int expected,
                 const char *text)
{
    char *printed = run_recover(options, path, to, expected);
    if (strstr(printed, text) == NULL)
        fail_msg("recover %s: no \"%s\" in:\n%s", options, text, printed);
    free(printed);
}

static void test_it_is_said_what_is_missing(void **state)
{
    const char *path = kit_path("hole.db");
    struct stat facts;
    (void)state;
    kit_make_journal(path);
    says("", path, kit_path("new-1.db"), VFJ_EXIT_OK, "new-1.db: 50 records saved, head 50:");
    assert_int_equal(stat(kit_path("new-1.db"), &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    kit_tamper(path, "DELETE FROM record WHERE seq BETWEEN 20 AND 25 OR seq = 30");
    says("", path, kit_path("new-2.db"), VFJ_EXIT_DIFFERENT,
         "hole.db: records 20 to 25: missing\n");
    says("", path, kit_path("new-3.db"), VFJ_EXIT_DIFFERENT,
         "hole.db: records 26 to 29: saved, but not verified\n");
    says("", path, kit_path("new-4.db"), VFJ_EXIT_DIFFERENT, "hole.db: record 30: missing\n");
    says("--rows", path, kit_path("new-5.db"), VFJ_EXIT_DIFFERENT, "\n    31  2026-");
    kit_tamper(path, "DELETE FROM record WHERE seq > 19");
    char *printed = run_recover("", path, kit_path("new-6.db"), VFJ_EXIT_OK);
    free(printed);
    kit_tamper(path, "DELETE FROM record WHERE seq = 1");
    says("", path, kit_path("new-7.db"), VFJ_EXIT_DIFFERENT,
         "new-7.db: 18 more saved in rows of kind journal, not verified\n");
}

static char *run_show(const char *options, const char *path)
{
    char line[500];
    int exit_status = -1;
    (void)snprintf(line, sizeof line, "show %s '%s'", options, path);
    char *printed = kit_run(line, &exit_status);
    assert_int_equal(exit_status, VFJ_EXIT_OK);
    return printed;
}

/* Record 1 is missing, and there is no checkpoint. Recovery still saves every readable row with all
 * its columns, and the new journal says that nothing verifies these rows. A daemon can continue the
 * new journal. */
static void test_rows_without_a_checkpoint_are_saved(void **state)
{
    static const char from[] = "recovered: all verified records are lost, except ";
    const char *path = kit_path("headless.db");
    const char *to = kit_path("kept.db");
    struct vfj_verified verified;
    (void)state;
    kit_make_journal(path);
    kit_tamper(path, "DELETE FROM record WHERE seq < 4");
    kit_tamper(path, "UPDATE record SET body = x'22005cff0a' WHERE seq = 20");
    char *printed = run_recover("", path, to, VFJ_EXIT_DIFFERENT);
    free(printed);
    vfj_verify(to, NULL, &verified);
    assert_int_equal(verified.finding, VFJ_FINDING_SOUND);
    assert_int_equal(kit_sql_integer(to, "SELECT count(*) FROM record WHERE kind = 'journal'"), 47);
    printed = run_show("-n 1", to);
    assert_non_null(strstr(printed, from));
    free(printed);
    printed = run_show("-n all", to);
    assert_non_null(strstr(printed, "hn0   unverified   record "));
    assert_non_null(strstr(printed, ", state: delayed -> lagged"));
    free(printed);
    printed = run_show("-k unverified -i mce0 -n all", to);
    assert_null(strstr(printed, from));
    assert_non_null(strstr(printed, "mce0"));
    free(printed);
    printed = run_show("-a -g 'seq=20 '", to);
    assert_non_null(strstr(printed, "body=\"\\\\\"?\\\\\\\\\\xff\\x0a\""));
    free(printed);
    struct vfj_ledger *ledger = kit_ledger_open(to, VFJ_ON_ERROR_STOP);
    kit_submit(ledger, kit_started());
    assert_int_equal(vfj_ledger_commit(ledger), VFJ_OK);
    vfj_ledger_close(ledger);
    vfj_verify(to, NULL, &verified);
    assert_int_equal(verified.finding, VFJ_FINDING_SOUND);
}

/* A body of the greatest length is cut. */
static void test_a_row_of_an_unverified_record_has_a_limit(void **state)
{
    static char body[VFJ_BODY_MAX + 1], printed[VFJ_BODY_MAX + 1];
    static struct vfj_recovered_row kept;
    struct vfj_text text = vfj_text_begin(printed, sizeof printed);
    struct vfj_record record = {.seq = INT64_MAX,
                                .cause = INT64_MAX,
                                .boot = INT64_MAX,
                                .wall_us = INT64_MIN,
                                .mono_us = -INT64_MAX,
                                .kind = VFJ_EVENT_DEVD,
                                .digest = UINT64_MAX,
                                .note = vfj_span_of("a-note-of-thirty-two-characters-"),
                                .body = {body, VFJ_BODY_MAX}};
    (void)state;
    memset(body, '"', VFJ_BODY_MAX);
    vfj_recovered_row_print(&record, INT64_MAX, &text);
    assert_false(text.overflow);
    assert_true(text.length <= VFJ_BODY_MAX);
    assert_non_null(strstr(printed, " cut="));
    struct vfj_record row
        = {.kind = VFJ_RECORD_JOURNAL, .body = {printed, text.length}, .wall_us = 7};
    assert_true(vfj_recovered_row_read(&row, &kept));
    assert_true(kept.record.seq == record.seq && kept.record.cause == record.cause
                && kept.record.boot == record.boot && kept.record.mono_us == record.mono_us
                && kept.record.kind == record.kind && kept.record.wall_us == 7);
    assert_string_equal(kept.note, record.note.text);
    assert_int_equal(kept.record.body.length, (VFJ_BODY_MAX - 512) / 2);
    row.body = vfj_span_of("about=unverified seq=1 kind=nonsense body=x");
    assert_false(vfj_recovered_row_read(&row, &kept));
    row.body = vfj_span_of("about=pruned first=1");
    assert_false(vfj_recovered_row_read(&row, &kept));
    row.kind = VFJ_EVENT_GAP;
    assert_false(vfj_recovered_row_read(&row, &kept));
}

static void test_what_is_refused(void **state)
{
    const char *path = kit_path("refused.db");
    const char *to = kit_path("not-made.db");
    (void)state;
    kit_make_journal(path);
    kit_write(kit_path("there"), "mine", 4);
    says("", path, kit_path("there"), VFJ_EXIT_UNUSABLE,
         "there: can't be opened or made: File exists\n");
    says("", path, path, VFJ_EXIT_UNUSABLE, "File exists\n");
    says("", kit_path("missing"), to, VFJ_EXIT_UNUSABLE, "missing: no such journal\n");
    says("", kit_path("."), to, VFJ_EXIT_UNUSABLE, ": not a regular file\n");
    says("", "/dev/null", to, VFJ_EXIT_UNUSABLE, ": not a regular file\n");
    struct vfj_ledger *ledger = kit_ledger_open(path, VFJ_ON_ERROR_STOP);
    says("", path, to, VFJ_EXIT_UNUSABLE,
         ": in use by another process: a daemon writes this journal\n");
    vfj_ledger_close(ledger);
    assert_false(kit_exists(to));
    static const char *const lines[]
        = {"recover", "recover -J a", "recover a b c", "recover --nonsense a b"};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        int exit_status;
        char *printed = kit_run(lines[i], &exit_status);
        assert_int_equal(exit_status, VFJ_EXIT_UNUSABLE);
        assert_non_null(strstr(printed, "(try: vfjournal recover --help)\n"));
        free(printed);
    }
}

/* Writes the bytes to a file, except for one page, which becomes a hole of the file. */
static void write_with_hole(const char *path, const char *bytes, size_t length, size_t page)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, page), page);
    assert_int_equal(ftruncate(fd, (off_t)length), 0);
    size_t rest = length > page + PAGE ? length - page - PAGE : 0;
    assert_int_equal(pwrite(fd, bytes + page + PAGE, rest, (off_t)(page + PAGE)), rest);
    assert_int_equal(close(fd), 0);
}

/* A page that is a hole must be treated like a page of zeros. */
static void test_any_page_may_be_a_hole(void **state)
{
    char *bytes = malloc(large_length);
    (void)state;
    assert_non_null(bytes);
    for (size_t page = PAGE; page < large_length; page += 5 * (size_t)PAGE) {
        struct vfj_recovered zeros, hole;
        uint64_t last = 0;
        memcpy(bytes, large, large_length);
        memset(bytes + page, 0, PAGE);
        const char *path = copy_of(bytes, large_length);
        (void)unlink(kit_path("new.db"));
        (void)vfj_recover(path, kit_path("new.db"), 1, ignore, &last, &zeros);
        write_with_hole(path, large, large_length, page);
        (void)unlink(kit_path("new.db"));
        last = 0;
        (void)vfj_recover(path, kit_path("new.db"), 1, ignore, &last, &hole);
        assert_int_equal(hole.saved.seq, zeros.saved.seq);
        assert_int_equal(hole.newest, zeros.newest);
        assert_int_equal(hole.lost, zeros.lost);
    }
    free(bytes);
}

/* Extends the file by a hole at its end. Returns false when the file system does not report
 * holes. */
static bool extend(const char *path, off_t size)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    bool extended
        = ftruncate(fd, size) == 0 && lseek(fd, size / 2, SEEK_DATA) == -1 && errno == ENXIO;
    assert_int_equal(close(fd), 0);
    return extended;
}

/* A file of a terabyte consists almost only of a hole. To read each page of it would take hours,
 * so recovery must skip the hole. Then the same file gets data in its last page. */
static void test_a_terabyte_without_data(void **state)
{
    const off_t terabyte = (off_t)1 << 40;
    const char *path = copy_of(large, large_length);
    char wal[300];
    (void)state;
    (void)snprintf(wal, sizeof wal, "%s-wal", path);
    if (!extend(path, terabyte) || !extend(wal, terabyte)) {
        (void)unlink(path);
        (void)unlink(wal);
        skip();
    }
    (void)unlink(kit_path("new.db"));
    struct vfj_recovered result = recovered(path, VFJ_OK);
    assert_int_equal(result.saved.seq, large_records);
    /* moves a page with rows to the end of the file */
    int fd = open(path, O_RDWR | O_CLOEXEC);
    size_t page = large_length / 2 / PAGE * PAGE;
    while (page < large_length - PAGE && large[page] != LEAF)
        page += PAGE;
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, large + page, PAGE, terabyte - PAGE), PAGE);
    static const char zeros[PAGE];
    assert_int_equal(pwrite(fd, zeros, PAGE, (off_t)page), PAGE);
    assert_int_equal(close(fd), 0);
    (void)unlink(kit_path("new.db"));
    result = recovered(path, VFJ_OK);
    assert_int_equal(result.saved.seq, large_records);
    (void)unlink(path);
    (void)unlink(wal);
}

enum { BASES = 40 };

/* Makes a file with `count` short bodies. Their bases are the records 2 to 1 + BASES, which have
 * none of the keys of the short bodies. The page with these records is copied `copies` times. */
static const char *make_short_bodies(unsigned count, unsigned copies)
{
    static const char columns[] = "boot, wall_us, mono_us, kind, body, digest, chain";
    const char *path = kit_path("short.db");
    char sql[800];
    size_t length, leaf = PAGE;
    (void)unlink(path);
    kit_make_journal(path);
    (void)snprintf(
        sql, sizeof sql,
        "DELETE FROM record;"
        "WITH RECURSIVE n (i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i <= %u)"
        "INSERT INTO record (seq, %s) SELECT i, 1, 1, 1, 'observed', iif(i < 2 + %u,"
        " 'command=1 probe=snapshot', 'as=' || (2 + i %% %u) || ' hn_mtu=1'), 1,"
        " zeroblob(16) FROM n",
        BASES + count, columns, BASES, BASES);
    kit_tamper(path, sql);
    kit_sql(path, "VACUUM");
    char *bytes = kit_read(path, &length);
    while (leaf < length
           && (bytes[leaf] != LEAF || memmem(bytes + leaf, PAGE, "command=1", 9) == NULL))
        leaf += PAGE;
    assert_true(leaf < length);
    char *larger = realloc(bytes, length + (size_t)copies * PAGE);
    assert_non_null(larger);
    for (unsigned i = 0; i < copies; i++)
        memcpy(larger + length + (size_t)i * PAGE, larger + leaf, PAGE);
    kit_write(path, larger, length + (size_t)copies * PAGE);
    free(larger);
    return path;
}

/* Many short bodies refer to the same seqs, and many rows have these seqs. The work must grow with
 * the size of the file, and not with the product of the two numbers. */
static void test_the_work_for_short_bodies_has_a_limit(void **state)
{
    (void)state;
    for (unsigned scale = 1; scale <= 4; scale *= 2) {
        struct vfj_recovered result;
        uint64_t last = 0;
        const unsigned count = 1000 * scale, copies = 25 * scale;
        const char *path = make_short_bodies(count, copies);
        (void)unlink(kit_path("new.db"));
        reads = 0;
        assert_int_equal(vfj_recover(path, kit_path("new.db"), 1, ignore, &last, &result), VFJ_OK);
        assert_true(reads < 40 * (uint64_t)(count + copies * BASES));
        assert_true(result.unverified >= BASES);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_sound_journal_is_saved_whole),
        cmocka_unit_test(test_any_page_may_be_lost),
        cmocka_unit_test(test_the_end_may_be_cut_off),
        cmocka_unit_test(test_any_page_may_be_a_hole),
        cmocka_unit_test(test_a_terabyte_without_data),
        cmocka_unit_test(test_what_is_saved_is_complete_and_unedited),
        cmocka_unit_test(test_the_wal_is_looked_through),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_it_is_said_what_is_missing),
        cmocka_unit_test(test_rows_without_a_checkpoint_are_saved),
        cmocka_unit_test(test_a_row_of_an_unverified_record_has_a_limit),
        cmocka_unit_test(test_the_work_for_short_bodies_has_a_limit),
        cmocka_unit_test(test_what_is_refused),
    };
    return cmocka_run_group_tests(tests, make_large, drop_large);
}
