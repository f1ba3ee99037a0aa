/* Tests the daemon's end of the connection to the helper that asks Azure Scheduled Events: it
 * accepts only the lines that the helper may send. Also tests which URLs the service may have. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "adapters/freebsd/scheduled/client.h"
#include "adapters/freebsd/scheduled/url.h"

static struct event_base *base;
static struct vfj_scheduled_client *client;
static int ends[2];
static char told[4096];
static struct vfj_text text;

static void on_row(void *context, const struct vfj_scheduled *row)
{
    (void)context;
    vfj_text_format(&text, "%s:%s ", vfj_scheduled_phase_name((enum vfj_scheduled_phase)row->phase),
                    vfj_scheduled_is_event(row) ? row->id : row->text);
}

static void on_batch_end(void *context)
{
    (void)context;
    vfj_text_add(&text, "| ");
}

static void begin(const struct vfj_scheduled_list *open)
{
    const struct vfj_scheduled_listener listener = {.row = on_row, .batch_end = on_batch_end};
    text = vfj_text_begin(told, sizeof told);
    base = event_base_new();
    assert_non_null(base);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    client = vfj_scheduled_client_open(base, ends[0], &listener);
    assert_non_null(client);
    vfj_scheduled_client_start(client, open);
}

static void end(void)
{
    vfj_scheduled_client_close(client);
    vfj_scheduled_client_close(NULL);
    event_base_free(base);
    close(ends[0]);
    if (ends[1] >= 0)
        close(ends[1]);
}

/* Sends these bytes in place of the helper, and asserts what the client reports. */
static void gives(const char *bytes, const char *expected)
{
    text = vfj_text_begin(told, sizeof told);
    assert_int_equal(write(ends[1], bytes, strlen(bytes)), strlen(bytes));
    assert_true(event_base_loop(base, EVLOOP_ONCE) >= 0);
    assert_string_equal(told, expected);
}

/* Asserts that the client has shut the socket down, so that a helper would read the end of the
 * connection. */
static void helper_is_ended(void)
{
    char byte;
    assert_int_equal(read(ends[1], &byte, 1), 0);
}

#define EVENT(phase, id) "phase=" phase " id=" id " type=Freeze here=yes\n"

static void test_changes_are_told(void **unused)
{
    struct vfj_scheduled_list open = {.count = 1};
    (void)unused;
    open.events[0] = vfj_scheduled_of(VFJ_SCHEDULED_STARTED);
    open.events[0].id[0] = 'o';
    begin(&open);
    gives("phase=watching resources=vm-1\n", "watching: | ");
    gives("list\n" EVENT("announced", "a") EVENT("started", "o") "end\n", "announced:a | ");
    gives("list\n" EVENT("announced", "a"), "| ");
    gives("end\nlist\nend\n", "over:o over:a | ");
    gives("phase=silent text=why\n", "silent:why | ");
    close(ends[1]);
    ends[1] = -1;
    text = vfj_text_begin(told, sizeof told);
    (void)event_base_loop(base, EVLOOP_ONCE);
    /* the client has reported a row SILENT, since nobody asks the service any more */
    assert_string_equal(told, "| ");
    assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1);
    end();
}

static void test_the_helper_ends(void **unused)
{
    const struct vfj_scheduled_list none = {.count = 0};
    (void)unused;
    begin(&none);
    gives("phase=watching\n", "watching: | ");
    close(ends[1]);
    ends[1] = -1;
    text = vfj_text_begin(told, sizeof told);
    (void)event_base_loop(base, EVLOOP_ONCE);
    assert_string_equal(told, "silent:the process that asks for them has ended | ");
    end();
}

/* When the helper sends a line that it may not send, the client ends the helper. Later lines are
 * ignored. */
static void test_wrong_lines(void **unused)
{
    static const char *const wrong[] = {
        "nonsense\n",
        "\n",
        "end\n",
        "list\nlist\n",
        EVENT("announced", "a"),
        "list\nphase=watching\n",
        "list\n" EVENT("over", "a"),
        "list\n" EVENT("started", "a") EVENT("announced", "a"),
        "phase=silent text=\"a\x1b\"\n",
    };
    const struct vfj_scheduled_list none = {.count = 0};
    char many[4096], line[900];
    (void)unused;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char bytes[256];
        struct vfj_text all = vfj_text_begin(bytes, sizeof bytes);
        vfj_text_format(&all, "%sphase=watching\n", wrong[i]);
        begin(&none);
        gives(bytes, "silent:the process that asks for them sent a line that is none | ");
        helper_is_ended();
        end();
    }
    struct vfj_text all = vfj_text_begin(many, sizeof many);
    vfj_text_add(&all, "list\n");
    for (unsigned i = 0; i <= VFJ_SCHEDULED_MAX; i++)
        vfj_text_format(&all, "phase=started id=e%u type=T here=no\n", i);
    begin(&none);
    gives(many, "silent:the process that asks for them sent a line that is none | ");
    end();
    memset(line, 'x', sizeof line - 2);
    line[sizeof line - 2] = '\n';
    line[sizeof line - 1] = '\0';
    begin(&none);
    gives(line, "silent:the process that asks for them sent a line that is none | ");
    end();
}

/* Adds a list of as many new events as a list may have. */
static void add_list(struct vfj_text *all, char mark)
{
    vfj_text_add(all, "list\n");
    for (unsigned i = 0; i < VFJ_SCHEDULED_MAX; i++)
        vfj_text_format(all, "phase=started id=%c%u type=T here=no\n", mark, i);
    vfj_text_add(all, "end\n");
}

static void test_budget_of_lists(void **unused)
{
    const struct vfj_scheduled_list none = {.count = 0};
    char bytes[4096];
    struct vfj_text all = vfj_text_begin(bytes, sizeof bytes);
    (void)unused;
    /* 16 rows for the first list, then 32 for each further one: the budget of 64 suffices for
     * two lists, not for three */
    add_list(&all, 'a');
    add_list(&all, 'b');
    add_list(&all, 'c');
    vfj_text_add(&all, "list\nend\n");
    assert_false(all.overflow);
    begin(&none);
    text = vfj_text_begin(told, sizeof told);
    assert_int_equal(write(ends[1], bytes, all.length), all.length);
    assert_true(event_base_loop(base, EVLOOP_ONCE) >= 0);
    assert_non_null(strstr(told,
                           "started:b15 silent:the process that asks for them sent too many "
                           "changes | "));
    assert_null(strstr(told, ":c"));
    assert_null(strstr(told, "over:b"));
    helper_is_ended();
    assert_int_equal(event_base_loop(base, EVLOOP_NONBLOCK), 1); /* nothing is read any more */
    end();
}

/* Rows about the service itself also count against the budget of rows. When it is used up, the
 * client reports a row SILENT with the reason, although the last row was SILENT already. */
static void test_budget_of_the_service(void **unused)
{
    const struct vfj_scheduled_list none = {.count = 0};
    char bytes[4096];
    struct vfj_text all = vfj_text_begin(bytes, sizeof bytes);
    (void)unused;
    for (unsigned i = 0; i <= VFJ_SCHEDULED_BUDGET_ROWS; i++)
        vfj_text_add(&all, "phase=silent text=x\n");
    begin(&none);
    text = vfj_text_begin(told, sizeof told);
    assert_int_equal(write(ends[1], bytes, all.length), all.length);
    assert_true(event_base_loop(base, EVLOOP_ONCE) >= 0);
    size_t most = VFJ_SCHEDULED_BUDGET_ROWS * strlen("silent:x ");
    assert_true(strlen(told) > most);
    assert_string_equal(told + most,
                        "silent:the process that asks for them sent too many changes | ");
    helper_is_ended();
    end();
}

static void test_budget_in_time(void **unused)
{
    struct vfj_scheduled_budget budget = {0};
    const int64_t begin_us = INT64_C(3600000000);
    const int64_t last_us = begin_us + VFJ_SCHEDULED_BUDGET_US - 1;
    (void)unused;
    assert_true(vfj_scheduled_budget_take(&budget, VFJ_SCHEDULED_BUDGET_ROWS - 1, begin_us));
    assert_false(vfj_scheduled_budget_take(&budget, 2, begin_us));
    assert_true(vfj_scheduled_budget_take(&budget, 1, begin_us));
    assert_true(vfj_scheduled_budget_take(&budget, 0, last_us));
    assert_false(vfj_scheduled_budget_take(&budget, 1, last_us));
    assert_true(vfj_scheduled_budget_take(&budget, VFJ_SCHEDULED_BUDGET_ROWS, last_us + 1));
    assert_false(vfj_scheduled_budget_take(&budget, 1, last_us + 1));
}

static void test_urls(void **unused)
{
    static const char *const wrong[] = {
        "",
        "http://",
        "http://169.254.169.254",
        "https://169.254.169.254/x",
        "http:///x",
        "http://localhost/x",
        "http://1.2.3/x",
        "http://1.2.3.4:/x",
        "http://1.2.3.4:0/x",
        "http://1.2.3.4:65536/x",
        "http://1.2.3.4:80x/x",
        "http://user@1.2.3.4/x",
        "http://[::1]/x",
        "http://1.2.3.4/a b",
        "http://1.2.3.4/a\r\nHost: x",
        "http://1.2.3.4/\xc3\xbc",
        "http://1234567890123456789/x",
    };
    struct vfj_url url;
    (void)unused;
    assert_true(vfj_url_parse(vfj_span_of(VFJ_SCHEDULED_URL), &url));
    assert_string_equal(url.host, "169.254.169.254");
    assert_int_equal(url.port, 80);
    assert_string_equal(url.path, "/metadata/scheduledevents?api-version=2020-07-01");
    assert_true(vfj_url_parse(vfj_span_of("http://127.0.0.1:65535/"), &url));
    assert_int_equal(url.port, 65535);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        if (vfj_url_parse(vfj_span_of(wrong[i]), &url))
            fail_msg("accepted: %s", wrong[i]);
    }
    char longest[300];
    memset(longest, 'x', sizeof longest - 1);
    memcpy(longest, "http://1.2.3.4/", 15);
    longest[sizeof longest - 1] = '\0';
    assert_false(vfj_url_parse(vfj_span_of(longest), &url));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_changes_are_told),
        cmocka_unit_test(test_the_helper_ends),
        cmocka_unit_test(test_wrong_lines),
        cmocka_unit_test(test_budget_of_lists),
        cmocka_unit_test(test_budget_of_the_service),
        cmocka_unit_test(test_budget_in_time),
        cmocka_unit_test(test_urls),
    };
    return cmocka_run_group_tests_name("scheduled_client", tests, NULL, NULL);
}
