/* Tests how documents of Azure Scheduled Events are read. */
#include "store/scheduled_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/check.h"

static struct vfj_document_reader *reader;
static struct vfj_scheduled_list list;

static const char *read_text(const char *text)
{
    return vfj_document_read(reader, vfj_span_of(text), "vm-1", &list);
}

/* Puts the events into a document, and asserts which rows are made of it, one on each line. */
static void gives(const char *events, const char *expected)
{
    char document[4096], bytes[4096];
    struct vfj_text text = vfj_text_begin(document, sizeof document);
    vfj_text_format(&text, "{\"DocumentIncarnation\":3,\"Events\":[%s]}", events);
    assert_false(text.overflow);
    assert_null(read_text(document));
    text = vfj_text_begin(bytes, sizeof bytes);
    for (unsigned i = 0; i < list.count; i++) {
        char body[VFJ_SCHEDULED_BODY_SIZE];
        struct vfj_text row = vfj_text_begin(body, sizeof body);
        vfj_scheduled_encode(&list.events[i], &row);
        vfj_text_format(&text, "%s\n", body);
    }
    assert_string_equal(bytes, expected);
}

/* The example of Azure's documentation gives a row. */
static void test_an_event(void **unused)
{
    (void)unused;
    gives("", "");
    gives("{\"EventId\":\"C7061BAC-AFDC-4513-B24B-AA5F13A16123\",\"EventStatus\":\"Scheduled\","
          "\"EventType\":\"Freeze\",\"ResourceType\":\"VirtualMachine\","
          "\"Resources\":[\"WestNO_0\",\"VM-1\"],\"NotBefore\":\"Mon, 11 Apr 2022 22:26:58 GMT\","
          "\"Description\":\"Virtual machine is being paused because of a memory-preserving Live "
          "Migration operation.\",\"EventSource\":\"Platform\",\"DurationInSeconds\":5}",
          "phase=announced id=C7061BAC-AFDC-4513-B24B-AA5F13A16123 type=Freeze here=yes "
          "not_before=1649716018 duration=5 source=Platform resources=WestNO_0,VM-1 "
          "text=\"Virtual machine is being paused because of a memory-preserving Live Migration "
          "operation.\"\n");
    gives("{\"EventId\":\"A\",\"EventStatus\":\"Started\",\"EventType\":\"Reboot\","
          "\"Resources\":[\"vm-2\"],\"NotBefore\":\"\",\"DurationInSeconds\":-1}",
          "phase=started id=A type=Reboot here=no resources=vm-2\n");
}

/* A member of an unexpected type counts as missing. An event without its id or type is left out. */
static void test_odd_events(void **unused)
{
    (void)unused;
    gives("7,null,\"x\",[],true,{},"
          "{\"EventId\":7,\"EventType\":\"T\",\"EventStatus\":\"Started\"},"
          "{\"EventId\":\"A\",\"EventType\":[],\"EventStatus\":\"Started\"},"
          "{\"EventId\":\"A\",\"EventType\":\"T\",\"EventStatus\":\"Completed\"},"
          "{\"EventId\":\"A\",\"EventType\":\"T\"},"
          "{\"EventId\":\"B\",\"EventType\":\"T\",\"EventStatus\":\"started\",\"Resources\":{},"
          "\"NotBefore\":7,\"Description\":{},\"EventSource\":null,\"DurationInSeconds\":\"5\"},"
          "{\"EventId\":\"B\",\"EventType\":\"again\",\"EventStatus\":\"Started\"},"
          "{\"EventId\":\"C\",\"EventType\":\"T\",\"EventStatus\":\"Scheduled\","
          "\"Resources\":[1,null,\"\",\"a b\"],\"NotBefore\":\"tomorrow\","
          "\"Description\":\"\\u001b[2J\\\"\\\\\",\"DurationInSeconds\":99999999999}",
          "phase=started id=B type=T here=no\n"
          "phase=announced id=C type=T here=no resources=a_b text=?[2J??\n");
    assert_null(vfj_document_read(
        reader,
        vfj_span_of("{\"Events\":[{\"EventId\":\"A\",\"EventType\":\"T\",\"EventStatus\":"
                    "\"Started\",\"Resources\":[\"vm-1\"]}]}"),
        "", &list));
    assert_int_equal(list.events[0].here, VFJ_SCHEDULED_HERE_UNKNOWN);
}

static void test_no_document(void **unused)
{
    static const char *const not_json[] = {"", "x", "{", "{\"Events\":[}", "<html></html>", "\xff"};
    static const char *const no_list[] = {"{}", "[]", "7", "{\"Events\":{}}", "{\"Events\":null}"};
    (void)unused;
    for (size_t i = 0; i < sizeof not_json / sizeof not_json[0]; i++)
        assert_string_equal(read_text(not_json[i]), "the answer is not JSON");
    for (size_t i = 0; i < sizeof no_list / sizeof no_list[0]; i++)
        assert_string_equal(read_text(no_list[i]), "the answer has no list of events");
    assert_int_equal(list.count, 0);
}

/* Tests more events than a list has room for, more resources than a row has room for, and deep
 * nesting. */
static void test_limits(void **unused)
{
    enum { SIZE = 64 * 1024 };
    char *bytes = malloc(SIZE);
    (void)unused;
    VFJ_CHECK(bytes != NULL);
    struct vfj_text text = vfj_text_begin(bytes, SIZE);
    vfj_text_add(&text, "{\"Events\":[");
    for (unsigned i = 0; i < 40; i++) {
        vfj_text_format(&text,
                        "%s{\"EventId\":\"%u\",\"EventType\":\"T\",\"EventStatus\":\"Started\","
                        "\"Resources\":[",
                        i > 0 ? "," : "", i);
        for (unsigned k = 0; k < 40; k++)
            vfj_text_format(&text, "\"resource-%u\",", k);
        vfj_text_add(&text, "\"vm-1\"]}");
    }
    vfj_text_add(&text, "]}");
    assert_false(text.overflow);
    assert_null(read_text(bytes));
    assert_int_equal(list.count, VFJ_SCHEDULED_MAX);
    assert_string_equal(list.events[VFJ_SCHEDULED_MAX - 1].id, "15");
    assert_int_equal(list.events[0].here, VFJ_SCHEDULED_HERE_YES);
    assert_true(strlen(list.events[0].resources) < sizeof list.events[0].resources);
    memset(bytes, '[', SIZE - 1);
    bytes[SIZE - 1] = '\0';
    assert_string_equal(read_text(bytes), "the answer is not JSON");
    free(bytes);
}

static int set_up(void **unused)
{
    (void)unused;
    reader = vfj_document_reader_open();
    return reader == NULL;
}

static int tear_down(void **unused)
{
    (void)unused;
    vfj_document_reader_close(reader);
    vfj_document_reader_close(NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_event),
        cmocka_unit_test(test_odd_events),
        cmocka_unit_test(test_no_document),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests_name("scheduled_document", tests, set_up, tear_down);
}
