/* Tests the client of devd's sockets with real sockets. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "adapters/freebsd/devd/client.h"
#include "adapters/freebsd/run/clock.h"
#include "core/data/event.h"
#include "core/limits.h"
#include "tests/kit/program.h"
#include "tests/kit/scratch.h"

enum { LOG_SIZE = 4 * 1024 * 1024 };

/* `log` contains what the client reported: "connected\n", "gap REASON\n", and "[line]\n" for a
 * line. Each call of batch_end adds ".", or "+" when more lines are left. */
struct bench {
    struct event_base *base;
    struct vfj_paths paths;
    struct vfj_dispatch *dispatch;
    struct vfj_devd_settings settings;
    struct vfj_devd_client *client;
    unsigned lines;
    size_t longest;
    int64_t mono_us;
    bool with_batches;
    struct vfj_text log;
    char bytes[LOG_SIZE];
};

static void on_connected(void *context, const char *path)
{
    struct bench *bench = context;
    vfj_text_add(&bench->log, "connected ");
    vfj_text_add(&bench->log, strrchr(path, '/') + 1);
    vfj_text_add(&bench->log, "\n");
}

static void on_gap(void *context, const char *reason)
{
    struct bench *bench = context;
    const char *detail = strrchr(reason, '/');
    vfj_text_add(&bench->log, "gap ");
    vfj_text_add(&bench->log, detail != NULL ? detail + 1 : reason);
    vfj_text_add(&bench->log, "\n");
}

static void on_line(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us)
{
    struct bench *bench = context;
    assert_true(wall_us > 0 && mono_us >= bench->mono_us);
    bench->mono_us = mono_us;
    bench->lines++;
    if (raw.length > bench->longest)
        bench->longest = raw.length;
    vfj_text_add_char(&bench->log, '[');
    vfj_text_add_span(&bench->log, raw);
    vfj_text_add(&bench->log, "]\n");
}

static void on_batch_end(void *context, bool more)
{
    struct bench *bench = context;
    if (bench->with_batches)
        vfj_text_add(&bench->log, more ? "+\n" : ".\n");
}

static struct bench *open_bench(const char *seqpacket, const char *stream)
{
    struct bench *bench = calloc(1, sizeof *bench);
    assert_non_null(bench);
    const struct vfj_devd_listener listener = {on_connected, on_gap, on_line, on_batch_end, bench};
    bench->base = event_base_new();
    bench->log = vfj_text_begin(bench->bytes, sizeof bench->bytes);
    bench->settings
        = (struct vfj_devd_settings){.retry_first_ms = 20, .retry_last_ms = 80, .first_wait_ms = 1};
    assert_int_equal(vfj_paths_set(bench->paths.devd_seqpacket, seqpacket), VFJ_OK);
    assert_int_equal(vfj_paths_set(bench->paths.devd_stream, stream), VFJ_OK);
    bench->dispatch = vfj_dispatch_open(bench->base, &bench->paths, NULL, NULL, NULL);
    assert_non_null(bench->dispatch);
    bench->client = vfj_devd_client_open(bench->base, bench->dispatch, &bench->paths,
                                         &bench->settings, &listener);
    assert_non_null(bench->client);
    return bench;
}

static void close_bench(struct bench *bench)
{
    vfj_dispatch_close(bench->dispatch);
    vfj_devd_client_close(bench->client);
    event_base_free(bench->base);
    free(bench);
}

/* Runs the event loop until the log ends with the expected text. */
static void expect_end(struct bench *bench, const char *expected)
{
    size_t length = strlen(expected);
    for (unsigned i = 0; i < 5000; i++) {
        if (bench->log.length >= length
            && memcmp(bench->bytes + bench->log.length - length, expected, length) == 0)
            return;
        event_base_loop(bench->base, EVLOOP_NONBLOCK);
        usleep(1000);
    }
    fail_msg("wanted at the end: %s\nthere is: %s", expected, bench->bytes);
}

static void expect(struct bench *bench, const char *expected)
{
    expect_end(bench, expected);
    assert_int_equal(bench->log.length, strlen(expected));
    bench->log = vfj_text_begin(bench->bytes, sizeof bench->bytes);
}

static int listen_on(const char *path, int type)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    (void)unlink(path);
    assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

static int serve(struct bench *bench, int listener)
{
    vfj_devd_client_connect(bench->client);
    event_base_loop(bench->base, EVLOOP_NONBLOCK);
    int fd = accept(listener, NULL, NULL);
    assert_true(fd >= 0);
    return fd;
}

static void say(int fd, const char *text)
{
    assert_int_equal(send(fd, text, strlen(text), MSG_EOR), (ssize_t)strlen(text));
}

static void test_seqpacket(void **state)
{
    int listener = listen_on(kit_path("seq"), SOCK_SEQPACKET);
    struct bench *bench = open_bench(kit_path("seq"), kit_path("none"));
    int fd = serve(bench, listener);
    (void)state;
    say(fd, "!system=IFNET subsystem=hn0 type=LINK_UP\n");
    say(fd, "\n");
    say(fd, "crlf\r\n");
    expect(bench, "connected seq\n[!system=IFNET subsystem=hn0 type=LINK_UP]\n[]\n[crlf\r]\n");
    close(fd);
    expect(bench, "gap devd closed the connection\n");
    close(listener);
    close_bench(bench);
}

/* A record without a newline was cut off because a buffer was full. The client reports a gap in
 * its place, and connects again. It ignores all further records of the old connection. */
static void test_cut_record(void **state)
{
    int listener = listen_on(kit_path("seq"), SOCK_SEQPACKET);
    struct bench *bench = open_bench(kit_path("seq"), kit_path("none"));
    int fd = serve(bench, listener);
    (void)state;
    say(fd, "!system=IFNET subsystem=hn0 type=LINK_UP\n");
    say(fd, "!system=IFNET subsystem=mce0 ty");
    say(fd, "pe=DETACH\n");
    expect(
        bench,
        "connected seq\n[!system=IFNET subsystem=hn0 type=LINK_UP]\ngap a record of devd was cut "
        "off\n");
    expect(bench, "connected seq\n");
    int again = accept(listener, NULL, NULL);
    say(again, "next\n");
    expect_end(bench, "[next]\n");
    close(fd);
    close(again);
    close(listener);
    close_bench(bench);
}

static void test_stream(void **state)
{
    int listener = listen_on(kit_path("str"), SOCK_STREAM);
    struct bench *bench = open_bench(kit_path("none"), kit_path("str"));
    int fd = serve(bench, listener);
    (void)state;
    say(fd, "!system=IFNET subsys");
    expect_end(bench, "connected str\n");
    usleep(20000);
    say(fd, "tem=hn0 type=LINK_UP\n!one\n\n!two\n!thr");
    expect_end(bench, "[!two]\n");
    usleep(20000);
    say(fd, "ee\nlast");
    expect(
        bench,
        "connected str\n[!system=IFNET subsystem=hn0 type=LINK_UP]\n[!one]\n[]\n[!two]\n[!three]\n");
    close(fd);
    expect(bench, "[last]\ngap devd closed the connection\n");
    close(listener);
    close_bench(bench);
}

static void test_stream_only(void **state)
{
    int seqpacket = listen_on(kit_path("seq"), SOCK_SEQPACKET),
        stream = listen_on(kit_path("str"), SOCK_STREAM);
    struct bench *bench = open_bench(kit_path("seq"), kit_path("str"));
    (void)state;
    bench->settings.stream_only = true;
    int fd = serve(bench, stream);
    expect(bench, "connected str\n");
    close(fd);
    close_bench(bench);
    /* both settings may be the same path: the client finds out the type of the socket */
    bench = open_bench(kit_path("str"), kit_path("str"));
    fd = serve(bench, stream);
    say(fd, "a\nb\n");
    expect(bench, "connected str\n[a]\n[b]\n");
    close(fd);
    close(seqpacket);
    close(stream);
    close_bench(bench);
}

/* A line of 8192 bytes arrives whole. A longer line arrives cut to 8193 bytes, and the lines
 * after it are complete. */
static void test_too_long(void **state)
{
    static char text[20001];
    int listener = listen_on(kit_path("str"), SOCK_STREAM);
    struct bench *bench = open_bench(kit_path("none"), kit_path("str"));
    int fd = serve(bench, listener);
    (void)state;
    memset(text, 'x', 20000);
    text[VFJ_LINE_MAX] = '\n';
    text[VFJ_LINE_MAX + 1] = '\0';
    say(fd, text);
    expect_end(bench, "x]\n");
    assert_int_equal(bench->longest, VFJ_LINE_MAX);
    memset(text, 'y', 20000);
    say(fd, text);
    say(fd, "\nnext\n");
    expect_end(bench, "[next]\n");
    assert_int_equal(bench->longest, VFJ_LINE_MAX + 1);
    assert_int_equal(bench->lines, 3);
    close(fd);
    close(listener);
    close_bench(bench);

    listener = listen_on(kit_path("seq"), SOCK_SEQPACKET);
    bench = open_bench(kit_path("seq"), kit_path("none"));
    fd = serve(bench, listener);
    say(fd, text);
    say(fd, "next\n");
    expect_end(bench, "[next]\n");
    assert_int_equal(bench->longest, VFJ_LINE_MAX + 1);
    assert_int_equal(bench->lines, 2);
    close(fd);
    close(listener);
    close_bench(bench);
}

static void test_nul(void **state)
{
    static const char nul[] = "a\0b\n\0\n";
    int listener = listen_on(kit_path("seq"), SOCK_SEQPACKET);
    struct bench *bench = open_bench(kit_path("seq"), kit_path("none"));
    int fd = serve(bench, listener);
    (void)state;
    assert_int_equal(send(fd, nul, 4, 0), 4);
    assert_int_equal(send(fd, nul + 4, 2, 0), 2);
    say(fd, "end\n");
    expect_end(bench, "[end]\n");
    assert_memory_equal(bench->bytes, "connected seq\n[a\0b]\n[\0]\n[end]\n", 31);
    close(fd);
    close(listener);
    close_bench(bench);
}

/* The client reports each loss of the connection once, and then connects again. */
static void test_reconnect(void **state)
{
    struct bench *bench = open_bench(kit_path("later"), kit_path("none"));
    unsigned before = kit_open_descriptors();
    (void)state;
    vfj_devd_client_connect(bench->client);
    expect_end(bench, "gap later: No such file or directory\n");
    for (unsigned i = 0; i < 300; i++) {
        event_base_loop(bench->base, EVLOOP_NONBLOCK);
        usleep(1000);
    }
    expect(bench, "gap later: No such file or directory\n");
    for (unsigned i = 0; i < 20; i++) {
        int listener = listen_on(kit_path("later"), SOCK_SEQPACKET);
        expect_end(bench, "connected later\n");
        int fd = accept(listener, NULL, NULL);
        say(fd, "x\n");
        close(fd);
        close(listener);
        expect(bench, "connected later\n[x]\ngap devd closed the connection\n");
    }
    assert_int_equal(kit_open_descriptors(), before);
    close_bench(bench);
}

static void let_run(struct bench *bench, unsigned ms)
{
    for (int64_t end_us = vfj_clock_mono_us() + (int64_t)ms * 1000; vfj_clock_mono_us() < end_us;) {
        event_base_loop(bench->base, EVLOOP_NONBLOCK);
        usleep(1000);
    }
}

/* devd starts long after the client, whose pauses between two attempts do not grow during the first
 * wait. This wait begins with the first attempt, and not when the client is made: a slow guest may
 * take longer than the wait to read rc.conf. */
static void test_slow_boot(void **state)
{
    struct bench *bench = open_bench(kit_path("slow"), kit_path("none"));
    (void)state;
    bench->settings = (struct vfj_devd_settings){.retry_first_ms = 1, .first_wait_ms = 60000};
    vfj_devd_client_connect(bench->client);
    let_run(bench, 1100); /* doubled pauses would end after 1023 ms, and after 2047 ms */
    int listener = listen_on(kit_path("slow"), SOCK_SEQPACKET);
    int64_t listens_us = vfj_clock_mono_us();
    expect(bench, "connected slow\n");
    assert_true(vfj_clock_mono_us() - listens_us < 700000);
    close(listener);
    close_bench(bench);

    bench = open_bench(kit_path("late"), kit_path("none"));
    bench->settings.first_wait_ms = 2000;
    let_run(bench, 2100);
    vfj_devd_client_connect(bench->client);
    let_run(bench, 50);
    assert_int_equal(bench->log.length, 0);
    close_bench(bench);
}

/* At boot, devd starts after the client. The client reports no gap before its first connection.
 * When devd does not start, the client reports a gap at the end of its first wait. */
static void test_first_wait(void **state)
{
    struct bench *bench = open_bench(kit_path("boot"), kit_path("none"));
    (void)state;
    bench->settings.first_wait_ms = 60000;
    vfj_devd_client_connect(bench->client);
    let_run(bench, 100);
    assert_int_equal(bench->log.length, 0);
    int listener = listen_on(kit_path("boot"), SOCK_SEQPACKET);
    expect(bench, "connected boot\n");
    int fd = accept(listener, NULL, NULL);
    close(fd);
    close(listener);
    expect(bench, "gap devd closed the connection\n");
    close_bench(bench);

    bench = open_bench(kit_path("never"), kit_path("none"));
    bench->settings.first_wait_ms = 100;
    vfj_devd_client_connect(bench->client);
    expect(bench, "gap never: No such file or directory\n");
    close_bench(bench);
}

static void test_network_only(void **state)
{
    int listener = listen_on(kit_path("seq"), SOCK_SEQPACKET);
    struct bench *bench = open_bench(kit_path("seq"), kit_path("none"));
    (void)state;
    bench->settings.network_only = true;
    int fd = serve(bench, listener);
    say(fd, "!system=ACPI subsystem=Thermal type=x\n");
    say(fd, "+mlx5_core0 at slot=2 on pci1\n");
    say(fd, "!system=ETHERNET subsystem=mce0 type=IFATTACH\n");
    say(fd, "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\n");
    expect(bench,
           "connected seq\n[!system=ETHERNET subsystem=mce0 type=IFATTACH]\n"
           "[!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP]\n");
    close(fd);
    close(listener);
    close_bench(bench);
}

/* Lines are received even while the event loop does not run, so that devd's buffer does not fill
 * up. Lines that arrived together are reported as one batch. */
static void test_burst(void **state)
{
    enum { LINES = 10000 };
    int listener = listen_on(kit_path("seq"), SOCK_SEQPACKET);
    struct bench *bench = open_bench(kit_path("seq"), kit_path("none"));
    int fd = serve(bench, listener);
    unsigned batches = 0, unfinished = 0;
    (void)state;
    expect(bench, "connected seq\n");
    bench->with_batches = true;
    for (unsigned i = 0; i < LINES; i++) {
        char line[64];
        (void)snprintf(line, sizeof line, "!system=IFNET subsystem=epair%ua type=ATTACH\n", i);
        /* the event loop does not run meanwhile, so only the reading thread receives the lines */
        say(fd, line);
    }
    expect_end(bench, "9999a type=ATTACH]\n.\n");
    for (size_t i = 0; i + 2 < bench->log.length; i++) {
        batches += memcmp(bench->bytes + i, "\n.\n", 3) == 0;
        unfinished += memcmp(bench->bytes + i, "\n+\n", 3) == 0;
    }
    assert_int_equal(bench->lines, LINES);
    assert_true(batches >= 1 && batches + unfinished <= LINES / 100);
    close(fd);
    close(listener);
    close_bench(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cut_record), cmocka_unit_test(test_seqpacket),
        cmocka_unit_test(test_stream),     cmocka_unit_test(test_stream_only),
        cmocka_unit_test(test_too_long),   cmocka_unit_test(test_nul),
        cmocka_unit_test(test_reconnect),  cmocka_unit_test(test_network_only),
        cmocka_unit_test(test_burst),      cmocka_unit_test(test_first_wait),
        cmocka_unit_test(test_slow_boot),
    };
    return cmocka_run_group_tests(tests, kit_scratch_make, kit_scratch_remove);
}
