/* Tests a hostile journal: ten thousand rows share the overflow pages with the rest of their text,
 * so that a file of half a megabyte has rows of eighty megabytes. Each verb must end in bounded
 * time and memory, and refuse the file. */
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/limits.h"
#include "store/schema.h"
#include "tests/kit/scratch.h"

/* The length of a row, and how many of its bytes are in the cell and in overflow pages
 * (https://www.sqlite.org/fileformat2.html, section 1.6). */
enum {
    PAGE = 512,
    LOCAL = 39,
    REST = PAGE - 4,
    REST_PAGES = 16,
    PAYLOAD = LOCAL + REST_PAGES * REST,
    HEADER = 12,
    FIXED = 24, /* bytes of all columns but body */
    BODY = PAYLOAD - HEADER - FIXED,
    ROWS = 10000,
    CELLS = 10,    /* number of cells of a leaf page */
    CHILDREN = 50, /* number of children of an interior page */
    PAGES_MAX = ROWS / CELLS + ROWS / CELLS / (CHILDREN - 1) + 64,
    /* limit of processor time for each verb; without sanitizers a tenth suffices */
    SECONDS = 30,
    MEMORY_KB = 256 * 1024, /* 9 MB without sanitizers */
};

_Static_assert((int)BODY <= (int)VFJ_BODY_MAX, "a row that is read");

static struct {
    unsigned char *bytes;
    uint32_t count, root;
} file;

static unsigned char *page_at(uint32_t number)
{
    assert_true(number >= 1 && number <= PAGES_MAX);
    return file.bytes + (size_t)(number - 1) * PAGE;
}

static void put(unsigned char *at, unsigned size, uint32_t value)
{
    for (unsigned i = size; i-- > 0; value >>= 8)
        at[i] = (unsigned char)value;
}

static unsigned put_varint(unsigned char *at, uint32_t value)
{
    unsigned size = value < 1u << 7 ? 1 : value < 1u << 14 ? 2 : 3;
    for (unsigned i = size; i-- > 0; value >>= 7)
        at[i] = (unsigned char)((value & 0x7f) | (i + 1 < size ? 0x80 : 0));
    return size;
}

/* Makes an empty journal by SQLite. */
static void make_empty(const char *path)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "PRAGMA page_size = 512", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(vfj_schema_migrate(db, 0), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db,
                                        "SELECT rootpage FROM sqlite_schema WHERE name = 'record'",
                                        -1, &stmt, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    file.root = (uint32_t)sqlite3_column_int(stmt, 0);
    sqlite3_finalize(stmt);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void make_payload(unsigned char payload[PAYLOAD])
{
    static const unsigned char types[] = {0, 0, 1, 1, 1, 13 + 2 * 4};
    static const unsigned char more[] = {0, 1, 12 + 2 * 16};
    unsigned char *at = payload;
    *at++ = HEADER;
    memcpy(at, types, sizeof types);
    at += sizeof types;
    at += put_varint(at, 13 + 2 * BODY);
    memcpy(at, more, sizeof more);
    at += sizeof more;
    assert_true(at == payload + HEADER);
    memset(at, 1, 3);
    memcpy(at + 3, "devd", 4);
    memset(at + 7, 'x', BODY);
    memset(at + 7 + BODY, 7, 1 + 16);
    assert_true(at + 7 + BODY + 17 == payload + PAYLOAD);
}

/* Writes the overflow pages that all rows share. Returns the number of the first one. */
static uint32_t add_rest(const unsigned char *payload)
{
    uint32_t first = file.count + 1;
    for (unsigned i = 0; i < REST_PAGES; i++) {
        unsigned char *page = page_at(++file.count);
        put(page, 4, i + 1 < REST_PAGES ? file.count + 1 : 0);
        memcpy(page + 4, payload + LOCAL + i * REST, REST);
    }
    return first;
}

static void begin_page(unsigned char *page, unsigned char type, unsigned cells, unsigned content)
{
    memset(page, 0, PAGE);
    page[0] = type;
    put(page + 3, 2, cells);
    put(page + 5, 2, content);
}

/* Writes a leaf page. A `step` of 0 gives all rows the same seq. */
static void add_leaf(uint32_t first_seq, uint32_t step, const unsigned char *payload, uint32_t rest)
{
    unsigned char *page = page_at(++file.count);
    unsigned char cells[CELLS][PAGE / CELLS];
    unsigned sizes[CELLS], content = PAGE;
    for (unsigned i = 0; i < CELLS; i++) {
        unsigned char *at = cells[i];
        at += put_varint(at, PAYLOAD);
        at += put_varint(at, first_seq + i * step);
        memcpy(at, payload, LOCAL);
        put(at + LOCAL, 4, rest);
        sizes[i] = (unsigned)(at - cells[i]) + LOCAL + 4;
        content -= sizes[i];
    }
    begin_page(page, 0x0d, CELLS, content);
    for (unsigned i = 0; i < CELLS; i++) {
        put(page + 8 + 2 * i, 2, content);
        memcpy(page + content, cells[i], sizes[i]);
        content += sizes[i];
    }
}

/* Writes an interior page with `count` children. Each child except the last has `rows` rows. */
static void add_between(unsigned char *page, uint32_t child, unsigned count, uint32_t first_seq,
                        uint32_t rows)
{
    unsigned content = PAGE - (count - 1) * 7;
    begin_page(page, 0x05, count - 1, content);
    for (unsigned i = 0; i + 1 < count; i++) {
        unsigned char *at = page + content + i * 7;
        put(at, 4, child + i);
        /* a number in three bytes, as SQLite encodes it (varint) */
        uint32_t last = first_seq + (i + 1) * rows - 1;
        at[4] = (unsigned char)(0x80 | last >> 14);
        at[5] = (unsigned char)(0x80 | (last >> 7 & 0x7f));
        at[6] = (unsigned char)(last & 0x7f);
        put(page + 12 + 2 * i, 2, content + i * 7);
    }
    put(page + 8, 4, child + count - 1);
}

/* Writes interior pages level by level, up to the root of the table. */
static void add_tree(uint32_t child, uint32_t count, uint32_t rows)
{
    while (count > CHILDREN) {
        uint32_t next = file.count + 1, made = 0;
        for (uint32_t i = 0; i < count; i += CHILDREN, made++) {
            unsigned children = count - i < CHILDREN ? count - i : CHILDREN;
            add_between(page_at(++file.count), child + i, children, i * rows + 1, rows);
        }
        child = next;
        count = made;
        rows *= CHILDREN;
    }
    add_between(page_at(file.root), child, count, 1, rows);
}

static void craft(const char *path, uint32_t step)
{
    unsigned char payload[PAYLOAD];
    size_t length;
    make_empty(path);
    char *made = kit_read(path, &length);
    file.bytes = calloc(PAGES_MAX, PAGE);
    assert_non_null(file.bytes);
    memcpy(file.bytes, made, length);
    free(made);
    file.count = (uint32_t)(length / PAGE);
    make_payload(payload);
    uint32_t rest = add_rest(payload);
    uint32_t leaf = file.count + 1;
    for (uint32_t i = 0; i < ROWS / CELLS; i++)
        add_leaf(i * CELLS * step + 1, step, payload, rest);
    add_tree(leaf, ROWS / CELLS, CELLS);
    put(file.bytes + 28, 4, file.count);
    kit_write(path, file.bytes, (size_t)file.count * PAGE);
    free(file.bytes);
}

static double seconds_of(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
        + (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec) / 1e6;
}

/* Runs a verb on the journal, and checks its exit status, its output, and its use of time and
 * memory. %s in `format` stands for the journal. */
static void run(const char *format, const char *path, int expected, const char *says)
{
    char arguments[512];
    struct rusage before, after;
    int exit_status;
    (void)snprintf(arguments, sizeof arguments, format, path, path);
    (void)getrusage(RUSAGE_CHILDREN, &before);
    char *said = kit_run(arguments, &exit_status);
    (void)getrusage(RUSAGE_CHILDREN, &after);
    double seconds = seconds_of(&after) - seconds_of(&before);
    if (exit_status != expected || strstr(said, says) == NULL)
        fail_msg("%s: exit status %d: %.400s", arguments, exit_status, said);
    if (seconds > SECONDS || after.ru_maxrss > MEMORY_KB)
        fail_msg("%s: %.1f s, %ld KB", arguments, seconds, after.ru_maxrss);
    free(said);
}

static void test_shared_pages(void **state)
{
    static const struct {
        const char *arguments;
        int expected;
        const char *says;
    } cases[] = {
        {"show -J %s", 0, " devd  "},
        {"show -n all -a -J %s | tail -c 99", 0, "xxx"},
        {"status -J %s", 6, "edited"},
        {"verify -J %s", 5, "2nd reference to page"},
        {"replay %s", 6, "record 1: chain"},
        {"export --trace -J %s", 6, "can't be exported"},
        {"export -J %s | tail -c 99", 0, "chain"},
        {"backup -J %s %s-copy", 5, "2nd reference to page"},
        {"recover %s %s-new", 1, " not saved: together they are longer than the file"},
        {"prune --keep 1d -J %s", 5, "2nd reference to page"},
    };
    const char *path = kit_path("hostile.db");
    (void)state;
    craft(path, 1);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        run(cases[i].arguments, path, cases[i].expected, cases[i].says);
    struct stat crafted, saved;
    assert_int_equal(stat(path, &crafted), 0);
    assert_int_equal(stat(kit_beside(path, "-new"), &saved), 0);
    assert_true(saved.st_size < 4 * crafted.st_size);
    assert_false(kit_exists(kit_beside(path, "-copy")));
    assert_int_equal(unlink(kit_beside(path, "-new")), 0);
}

/* All rows have the seq 1. Recovery reads only a bounded number of them. */
static void test_one_seq(void **state)
{
    const char *path = kit_path("one-seq.db");
    (void)state;
    craft(path, 0);
    run("recover %s %s-new", path, 1, ": 1 more saved in rows of kind journal, not verified");
    run("verify -J %s", path, 5, "damaged");
    run("show -n all -J %s", path, 5, "invalid order");
}

int main(void)
{
    const struct CMUnitTest tests[]
        = {cmocka_unit_test(test_shared_pages), cmocka_unit_test(test_one_seq)};
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
