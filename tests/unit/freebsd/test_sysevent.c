/* Tests nlsysevent(4) as a source of lines: its messages, and lines that arrive from both
 * sources. The test has sockets of its own, so no kernel is needed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/event.h>

#include "adapters/freebsd/devd/arrivals.h"
#include "adapters/freebsd/devd/sources.h"
#include "adapters/freebsd/devd/sysevent.h"
#include "adapters/freebsd/devd/sysevent_message.h"
#include "tests/kit/scratch.h"
#include "tests/kit/sysevent.h"

/* --- messages --- */

static struct kit_sysevent message;
static struct vfj_sysevent_family family;

static struct vfj_span datagram(void)
{
    return (struct vfj_span){message.bytes, message.length};
}

static void begin(void)
{
    memset(&message, 0, sizeof message);
}

static void add_group(uint16_t index, const char *name, uint32_t id)
{
    size_t group = kit_sysevent_open(&message, index);
    kit_sysevent_add(&message, 1, name, strlen(name) + 1);
    kit_sysevent_add(&message, 2, &id, sizeof id);
    kit_sysevent_close(&message, group);
}

static void describe_family(uint16_t type, uint8_t command)
{
    const uint16_t id = KIT_SYSEVENT_FAMILY;
    begin();
    kit_sysevent_begin(&message, type, command);
    kit_sysevent_add(&message, 2, "nlsysevent", 11);
    kit_sysevent_add(&message, 1, &id, sizeof id);
    size_t groups = kit_sysevent_open(&message, 7 | 0x8000); /* nested */
    add_group(1, "ACPI", 40);
    add_group(2, "ETHERNET", 41);
    add_group(3, "HYPERV_NIC_VF", 42);
    add_group(4, "IFNET", 43);
    kit_sysevent_close(&message, groups);
    kit_sysevent_end(&message);
}

static void test_request(void **unused)
{
    uint8_t bytes[VFJ_SYSEVENT_REQUEST_SIZE];
    uint32_t length = 0;
    (void)unused;
    assert_int_equal(vfj_sysevent_request(bytes), 36);
    memcpy(&length, bytes, sizeof length);
    assert_int_equal(length, 36);
    /* the message's type: it is for the controller of netlink families */
    assert_int_equal(bytes[4], 16);
    /* the message's command: it requests the description of a family */
    assert_int_equal(bytes[16], 3);
    assert_string_equal((const char *)bytes + 24, "nlsysevent");
}

static void test_family(void **unused)
{
    (void)unused;
    describe_family(16, 1);
    assert_true(vfj_sysevent_read_family(datagram(), true, &family));
    assert_int_equal(family.id, KIT_SYSEVENT_FAMILY);
    assert_int_equal(family.group_count, 3);
    assert_int_equal(family.groups[0], 41);
    assert_true(vfj_sysevent_read_family(datagram(), false, &family));
    assert_int_equal(family.group_count, 4);
    for (size_t length = 0; length < message.length; length++)
        (void)vfj_sysevent_read_family((struct vfj_span){message.bytes, length}, false, &family);
    assert_false(vfj_sysevent_read_family((struct vfj_span){message.bytes, 15}, false, &family));
    describe_family(2, 1); /* an error */
    assert_false(vfj_sysevent_read_family(datagram(), true, &family));
    describe_family(16, 3);
    assert_false(vfj_sysevent_read_family(datagram(), true, &family));
}

/* Asserts which lines the datagram gives, each in brackets, then "cut" when the end of the
 * datagram is missing. */
static void gives(const char *expected)
{
    char bytes[2048], lines[2048];
    struct vfj_text line = vfj_text_begin(bytes, sizeof bytes),
                    all = vfj_text_begin(lines, sizeof lines);
    struct vfj_span rest = datagram();
    bool is_cut = false;
    while (vfj_sysevent_next(&rest, KIT_SYSEVENT_FAMILY, &line, &is_cut))
        vfj_text_format(&all, "[%s]", bytes);
    vfj_text_add(&all, is_cut ? "cut" : "");
    assert_string_equal(lines, expected);
}

static void test_events(void **unused)
{
    (void)unused;
    begin();
    gives("");
    kit_sysevent_event(&message, "IFNET", "mce0", "ATTACH", NULL);
    kit_sysevent_event(&message, "ETHERNET", "mce0", "IFATTACH", "");
    gives(
        "[!system=IFNET subsystem=mce0 type=ATTACH][!system=ETHERNET subsystem=mce0 type=IFATTACH]");
    begin();
    kit_sysevent_event(&message, "IFNET", "a", "RENAME", "name=b");
    kit_sysevent_begin(&message, 3, 0); /* a message of another family */
    kit_sysevent_end(&message);
    kit_sysevent_begin(&message, KIT_SYSEVENT_FAMILY, 0); /* a message without attributes */
    kit_sysevent_end(&message);
    gives("[!system=IFNET subsystem=a type=RENAME name=b][][]");
    message.length -= 1;
    gives("[!system=IFNET subsystem=a type=RENAME name=b][]cut");
    begin();
    kit_sysevent_begin(&message, KIT_SYSEVENT_FAMILY, 0);
    kit_sysevent_add(&message, 1, "IFNET", 5); /* the subsystem's text has no NUL at its end */
    kit_sysevent_add(&message, 9, "x", 2);     /* an unknown attribute */
    kit_sysevent_add(&message, 3, "LINK_UP\0more", 13);
    kit_sysevent_end(&message);
    gives("[!system=IFNET subsystem= type=LINK_UP]");
    message.bytes[20] = 2; /* the attribute is shorter than its header */
    gives("[]");
    message.bytes[20] = 0x7f; /* the attribute is longer than the message */
    gives("[]");
    message.bytes[0] = 3; /* the message is shorter than its header */
    gives("cut");
}

/* --- arrivals --- */

static struct vfj_arrivals arrivals;

static int64_t arrive(enum vfj_source source, const char *line, int64_t at_us)
{
    int64_t apart_us = 0;
    return vfj_arrivals_take(&arrivals, source, vfj_span_of(line), at_us, &apart_us) ? -1
                                                                                     : apart_us;
}

static void test_two_arrivals_are_one_event(void **unused)
{
    (void)unused;
    vfj_arrivals_forget(&arrivals);
    assert_int_equal(arrive(VFJ_SOURCE_SYSEVENT, "a", 10), -1);
    /* the same line from the same source is a new event */
    assert_int_equal(arrive(VFJ_SOURCE_SYSEVENT, "a", 20), -1);
    assert_int_equal(arrive(VFJ_SOURCE_SYSEVENT, "b", 25), -1);
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "a", 40), 30);
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "b", 41), 16);
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "a", 45), 25);
    /* now the line from devd arrives first */
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "a", 50), -1);
    assert_int_equal(arrive(VFJ_SOURCE_SYSEVENT, "a", 51), 1);
    assert_int_equal(arrive(VFJ_SOURCE_SYSEVENT, "c", 60), -1);
    vfj_arrivals_forget(&arrivals);
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "c", 61), -1);
    assert_int_equal(arrive(VFJ_SOURCE_SYSEVENT, "d", 100), -1);
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "d", 101 + VFJ_ARRIVALS_WITHIN_US), -1);
}

static void test_many_arrivals(void **unused)
{
    char line[32];
    (void)unused;
    vfj_arrivals_forget(&arrivals);
    for (unsigned i = 0; i < 2 * VFJ_ARRIVALS_MAX; i++) {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_add_u64(&text, i);
        assert_int_equal(arrive(VFJ_SOURCE_SYSEVENT, line, i), -1);
    }
    /* the ring was full, so this line was dropped, and counts as a new event */
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "0", 9999), -1);
    assert_int_equal(arrive(VFJ_SOURCE_DEVD, "2047", 9999), 9999 - 2047);
}

/* --- sources --- */

enum { LOG_SIZE = 8192 };

static struct event_base *base;
static struct vfj_dispatch *dispatch;
static struct vfj_paths paths;
static struct vfj_devd_settings settings;
static struct vfj_devd_sources *sources;
static int kernel[2], listener;
static char bytes[LOG_SIZE];
static struct vfj_text told;

static void on_connected(void *context, const char *path)
{
    const char *name = strrchr(path, '/');
    (void)context;
    vfj_text_format(&told, "connected %s\n", name != NULL ? name + 1 : path);
}

static void on_gap(void *context, const char *reason)
{
    (void)context;
    vfj_text_format(&told, "gap %s\n", reason);
}

static void on_line(void *context, struct vfj_span raw, int64_t wall_us, int64_t mono_us)
{
    (void)context;
    assert_true(wall_us > 0 && mono_us > 0);
    vfj_text_format(&told, "[%.*s]\n", (int)raw.length, raw.text);
}

static void on_batch_end(void *context, bool more)
{
    (void)context;
    (void)more;
}

static void on_late(void *context, int64_t delay_us, unsigned lines)
{
    (void)context;
    assert_true(delay_us >= VFJ_DEVD_LATE_US);
    vfj_text_format(&told, "late %u\n", lines);
}

static void open_sources(enum vfj_devd_choice choice, bool has_kernel)
{
    const struct vfj_devd_sources_listener all
        = {.devd = {on_connected, on_gap, on_line, on_batch_end, NULL}, .late = on_late};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    told = vfj_text_begin(bytes, sizeof bytes);
    base = event_base_new();
    (void)unlink(kit_path("seq"));
    assert_int_equal(vfj_paths_set(paths.devd_seqpacket, kit_path("seq")), VFJ_OK);
    assert_int_equal(vfj_paths_set(paths.devd_stream, kit_path("none")), VFJ_OK);
    listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    vfj_span_copy(address.sun_path, sizeof address.sun_path, vfj_span_of(kit_path("seq")));
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, kernel), 0);
    settings = (struct vfj_devd_settings){.retry_first_ms = 20, .retry_last_ms = 80};
    dispatch = vfj_dispatch_open(base, &paths, NULL, NULL, NULL);
    sources = vfj_devd_sources_open(base, dispatch, &paths, &settings, choice,
                                    has_kernel ? kernel[0] : -1, KIT_SYSEVENT_FAMILY, &all);
    assert_non_null(sources);
    if (!has_kernel)
        close(kernel[0]);
    vfj_devd_sources_connect(sources);
}

static void close_sources(void)
{
    vfj_dispatch_close(dispatch);
    vfj_devd_sources_close(sources);
    vfj_devd_sources_close(NULL);
    event_base_free(base);
    close(kernel[1]);
    close(listener);
}

/* Runs the event loop until the log is equal to the expected text. */
static void expect(const char *expected)
{
    for (unsigned i = 0; i < 5000 && strcmp(bytes, expected) != 0; i++) {
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
        (void)usleep(1000);
    }
    assert_string_equal(bytes, expected);
    told = vfj_text_begin(bytes, sizeof bytes);
}

static void send_event(const char *subsystem, const char *type)
{
    begin();
    kit_sysevent_event(&message, "IFNET", subsystem, type, NULL);
    assert_int_equal(send(kernel[1], message.bytes, message.length, 0), message.length);
}

static void say(int fd, const char *line)
{
    assert_int_equal(send(fd, line, strlen(line), MSG_NOSIGNAL), strlen(line));
}

static int accept_devd(void)
{
    for (unsigned i = 0; i < 100; i++)
        (void)event_base_loop(base, EVLOOP_NONBLOCK);
    return accept(listener, NULL, NULL);
}

static void test_both(void **unused)
{
    (void)unused;
    open_sources(VFJ_DEVD_FROM_BOTH, true);
    int devd = accept_devd();
    expect("connected seq\n");
    send_event("mce0", "ATTACH");
    expect("[!system=IFNET subsystem=mce0 type=ATTACH]\n");
    say(devd, "!system=IFNET subsystem=mce0 type=ATTACH\n");
    say(devd, "+mlx5_core0 at slot=2 on pci1\n");
    /* nlsysevent(4) has no line of this system, since the sources did not join its group */
    say(devd, "!system=ACPI subsystem=x type=y\n");
    expect("[+mlx5_core0 at slot=2 on pci1]\n[!system=ACPI subsystem=x type=y]\n");
    send_event("mce0", "LINK_UP");
    expect("[!system=IFNET subsystem=mce0 type=LINK_UP]\n");
    (void)usleep(VFJ_DEVD_LATE_US + 50000);
    say(devd, "!system=IFNET subsystem=mce0 type=LINK_UP\n");
    expect("late 1\n");
    /* when the connection to devd ends, lines that only devd sends may be lost */
    send_event("mce0", "DETACH");
    expect("[!system=IFNET subsystem=mce0 type=DETACH]\n");
    close(devd);
    expect("gap devd closed the connection\nconnected seq\n");
    devd = accept(listener, NULL, NULL);
    say(devd, "!system=IFNET subsystem=mce0 type=DETACH\n");
    expect("[!system=IFNET subsystem=mce0 type=DETACH]\n");
    close(devd);
    close_sources();
}

/* When a datagram was cut off, the sources report a gap. They also report one when the socket
 * ends. */
static void test_a_loss_is_a_gap(void **unused)
{
    (void)unused;
    open_sources(VFJ_DEVD_FROM_NLSYSEVENT, true);
    expect("connected nlsysevent(4)\n");
    begin();
    kit_sysevent_event(&message, "IFNET", "mce0", "ATTACH", NULL);
    kit_sysevent_event(&message, "IFNET", "mce0", "LINK_UP", NULL);
    assert_int_equal(send(kernel[1], message.bytes, message.length - 8, 0), message.length - 8);
    expect("[!system=IFNET subsystem=mce0 type=ATTACH]\n"
           "gap nlsysevent(4) lost messages: its buffer was full\nconnected nlsysevent(4)\n");
    send_event("mce0", "DETACH");
    expect("[!system=IFNET subsystem=mce0 type=DETACH]\n");
    assert_int_equal(shutdown(kernel[0], SHUT_RDWR), 0);
    expect("gap the socket of nlsysevent(4) has ended\n");
    close_sources();
}

static void test_devd_alone(void **unused)
{
    uint16_t id = 0;
    (void)unused;
    open_sources(VFJ_DEVD_FROM_AUTO, false);
    int devd = accept_devd();
    say(devd, "!system=IFNET subsystem=mce0 type=ATTACH\n");
    say(devd, "!system=IFNET subsystem=mce0 type=ATTACH\n");
    expect("connected seq\n[!system=IFNET subsystem=mce0 type=ATTACH]\n"
           "[!system=IFNET subsystem=mce0 type=ATTACH]\n");
    close(devd);
    close_sources();
#ifndef __FreeBSD__
    assert_int_equal(vfj_sysevent_open(true, &id), -1);
    assert_int_equal(errno, ENOSYS);
#endif
    (void)id;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),         cmocka_unit_test(test_family),
        cmocka_unit_test(test_events),          cmocka_unit_test(test_two_arrivals_are_one_event),
        cmocka_unit_test(test_many_arrivals),   cmocka_unit_test(test_both),
        cmocka_unit_test(test_a_loss_is_a_gap), cmocka_unit_test(test_devd_alone),
    };
    return cmocka_run_group_tests_name("sysevent", tests, kit_scratch_make, kit_scratch_remove);
}
