/* Tests the hash chain: its values for known records, and that every column of a record is
 * hashed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/chain.h"

static void add(const struct vfj_record *record, struct vfj_head_hash *head)
{
    struct vfj_chain *chain = vfj_chain_open();
    assert_non_null(chain);
    vfj_chain_add(chain, record, head);
    vfj_chain_close(chain);
}

static void assert_hex(const struct vfj_head_hash *head, const char *expected)
{
    char hex[2 * VFJ_HEAD_SIZE + 1];
    struct vfj_text text = vfj_text_begin(hex, sizeof hex);
    for (unsigned i = 0; i < VFJ_HEAD_SIZE; i++)
        vfj_text_add_hex(&text, head->bytes[i], 2);
    assert_string_equal(hex, expected);
}

static struct vfj_record example(void)
{
    return (struct vfj_record){
        .seq = 1,
        .boot = 1,
        .wall_us = 1795356000123456,
        .mono_us = 5000000,
        .kind = VFJ_EVENT_DEVD,
        .body = {"!system=X", 9},
        .note = {"malformed", 9},
        .digest = 0x0123456789abcdef,
    };
}

/* Compares the chain with values that Python's struct and hashlib computed from the encoding in
 * store/chain.h. */
static void test_known_answers(void **state)
{
    struct vfj_head_hash head = {{0}};
    struct vfj_record record = example();
    char body[600];
    (void)state;
    add(&record, &head);
    assert_hex(&head, "34e1af2a5840baecfc1433772c7b1f6d60e97fa9b74348f6898efa2f9c3ac138");
    memset(body, 'a', sizeof body);
    record = (struct vfj_record){
        .seq = 2,
        .cause = 1,
        .boot = 1,
        .wall_us = -1,
        .mono_us = -2,
        .kind = VFJ_RECORD_COMMAND,
        .body = {body, sizeof body},
        .note = {"", 0},
    };
    add(&record, &head);
    assert_hex(&head, "7e00739b9c97819f7cb5585cbbc0fe90ba6fdd11d574b57f2bd004d45538cf59");
}

static void test_every_column_counts(void **state)
{
    struct vfj_head_hash heads[12] = {{{0}}};
    struct vfj_record record;
    (void)state;
#define OTHERWISE(index, member, value) \
    record = example();                 \
    record.member = value;              \
    add(&record, &heads[index]);
    OTHERWISE(0, seq, 1)
    OTHERWISE(1, seq, 2)
    OTHERWISE(2, cause, 1)
    OTHERWISE(3, boot, 2)
    OTHERWISE(4, wall_us, 0)
    OTHERWISE(5, mono_us, 0)
    OTHERWISE(6, kind, VFJ_EVENT_GAP)
    OTHERWISE(7, body, vfj_span_of("!system=Y"))
    OTHERWISE(8, note, vfj_span_of(""))
    OTHERWISE(9, digest, 0)
#undef OTHERWISE
    record = example();
    heads[10].bytes[31] = 1; /* a different earlier record */
    add(&record, &heads[10]);
    record = example();
    /* note and body together have the same bytes as before, but the note has all of them */
    record.note = vfj_span_of("malformed!system=X");
    record.body = vfj_span_of("");
    add(&record, &heads[11]);
    for (unsigned a = 0; a < 12; a++) {
        for (unsigned b = 0; b < a; b++)
            assert_memory_not_equal(&heads[a], &heads[b], sizeof heads[a]);
    }
}

/* A short record is hashed by one call and a long one by several. Both ways give the same
 * result, and record->chain has no influence. */
static void test_lengths_around_the_buffer(void **state)
{
    static char body[1024];
    struct vfj_chain *chain = vfj_chain_open();
    (void)state;
    memset(body, 'b', sizeof body);
    for (size_t length = 380; length < 520; length++) {
        struct vfj_head_hash heads[2] = {{{0}}};
        struct vfj_record record = example();
        record.body = (struct vfj_span){body, length};
        vfj_chain_add(chain, &record, &heads[0]);
        memset(record.chain, 7, sizeof record.chain);
        add(&record, &heads[1]);
        assert_memory_equal(&heads[0], &heads[1], sizeof heads[0]);
    }
    vfj_chain_close(chain);
    vfj_chain_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_answers),
        cmocka_unit_test(test_every_column_counts),
        cmocka_unit_test(test_lengths_around_the_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
