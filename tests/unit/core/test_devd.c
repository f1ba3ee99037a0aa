/* Tests the parser for devd's lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/data/event.h"
#include "core/limits.h"

static const struct {
    const char *line;
    enum vfj_devd_kind kind;
    const char *name;
    enum vfj_reason note;
} cases[] = {
    {"!system=ETHERNET subsystem=mce0 type=IFATTACH", VFJ_DEVD_VF_ATTACHED, "mce0",
     VFJ_REASON_NONE},
    {"!system=IFNET subsystem=mce0 type=DETACH", VFJ_DEVD_VF_DETACHED, "mce0", VFJ_REASON_NONE},
    {"!system=IFNET subsystem=mce0 type=ATTACH", VFJ_DEVD_OTHER, "", VFJ_REASON_NONE},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP", VFJ_DEVD_VF_UP, "hn0", VFJ_REASON_NONE},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_DOWN", VFJ_DEVD_VF_DOWN, "hn0", VFJ_REASON_NONE},
    {"!system=IFNET subsystem=mce0 type=RENAME name=fast0", VFJ_DEVD_RENAMED, "mce0",
     VFJ_REASON_NONE},
    {"!system=IFNET subsystem=hn0 type=LINK_UP", VFJ_DEVD_LINK, "hn0", VFJ_REASON_NONE},
    {"!system=IFNET subsystem=hn0 type=LINK_DOWN", VFJ_DEVD_LINK, "hn0", VFJ_REASON_NONE},
    {"!system=IFNET subsystem=hn0 type=ADDR_ADD address=10.0.0.4", VFJ_DEVD_ADDRESS, "hn0",
     VFJ_REASON_NONE},
    {"!system=IFNET subsystem=hn0 type=ADDR_DEL address=10.0.0.4", VFJ_DEVD_ADDRESS, "hn0",
     VFJ_REASON_NONE},
    {"!system=IFNET subsystem=hn0 type=ADDR_SIDEWAYS", VFJ_DEVD_OTHER, "", VFJ_REASON_NONE},
    /* another order of the words, unknown words, lower case, blanks, quotes; when a key stands
     * twice, the last value counts */
    {"!type=VF_UP subsystem=hn0 system=HYPERV_NIC_VF", VFJ_DEVD_VF_UP, "hn0", VFJ_REASON_NONE},
    {"!system=hyperv_nic_vf subsystem=hn0 type=Vf_Up", VFJ_DEVD_VF_UP, "hn0", VFJ_REASON_NONE},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP foo=\"a \\\"b\\\" c\"", VFJ_DEVD_VF_UP, "hn0",
     VFJ_REASON_NONE},
    {"!  system=HYPERV_NIC_VF\tsubsystem=\"hn0\"  type=VF_UP ", VFJ_DEVD_VF_UP, "hn0",
     VFJ_REASON_NONE},
    {"!system=HYPERV_NIC_VF subsystem=hn1 subsystem=hn0 type=VF_UP", VFJ_DEVD_VF_UP, "hn0",
     VFJ_REASON_NONE},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP\r", VFJ_DEVD_VF_UP, "hn0", VFJ_REASON_NONE},
    /* lines that vfjournal does not use */
    {"!system=devfs subsystem=CDEV type=CREATE cdev=pts/0", VFJ_DEVD_OTHER, "", VFJ_REASON_NONE},
    {"+mlx5_core0 at slot=2 function=0 on pci1", VFJ_DEVD_OTHER, "", VFJ_REASON_NONE},
    {"-mlx5_core0 at slot=2", VFJ_DEVD_OTHER, "", VFJ_REASON_NONE},
    {"? at slot=3 on pci1", VFJ_DEVD_OTHER, "", VFJ_REASON_NONE},
    /* malformed lines */
    {"", VFJ_DEVD_OTHER, "", VFJ_REASON_MALFORMED},
    {"system=IFNET subsystem=hn0 type=LINK_UP", VFJ_DEVD_OTHER, "", VFJ_REASON_MALFORMED},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP trailing", VFJ_DEVD_OTHER, "",
     VFJ_REASON_MALFORMED},
    {"!system=HYPERV_NIC_VF subsystem=\"hn0 type=VF_UP", VFJ_DEVD_OTHER, "", VFJ_REASON_MALFORMED},
    {"!", VFJ_DEVD_OTHER, "", VFJ_REASON_NO_TYPE},
    {"!system=HYPERV_NIC_VF subsystem=hn0", VFJ_DEVD_OTHER, "", VFJ_REASON_NO_TYPE},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=", VFJ_DEVD_OTHER, "", VFJ_REASON_UNKNOWN_TYPE},
    {"!system=HYPERV_NIC_VF subsystem=hn0 type=VF_SIDEWAYS", VFJ_DEVD_OTHER, "",
     VFJ_REASON_UNKNOWN_TYPE},
    /* names that cannot be used in a command */
    {"!system=HYPERV_NIC_VF type=VF_UP", VFJ_DEVD_OTHER, "", VFJ_REASON_BAD_NAME},
    {"!system=HYPERV_NIC_VF subsystem= type=VF_UP", VFJ_DEVD_OTHER, "", VFJ_REASON_BAD_NAME},
    {"!system=HYPERV_NIC_VF subsystem=hn0;reboot type=VF_UP", VFJ_DEVD_OTHER, "",
     VFJ_REASON_BAD_NAME},
    {"!system=HYPERV_NIC_VF subsystem=../../x type=VF_UP", VFJ_DEVD_OTHER, "", VFJ_REASON_BAD_NAME},
    {"!system=ETHERNET subsystem=a234567890123456 type=IFATTACH", VFJ_DEVD_OTHER, "",
     VFJ_REASON_BAD_NAME},
    {"!system=IFNET subsystem=mce0 type=RENAME", VFJ_DEVD_OTHER, "", VFJ_REASON_BAD_NAME},
    {"!system=IFNET subsystem=mce0 type=RENAME name=a;b", VFJ_DEVD_OTHER, "", VFJ_REASON_BAD_NAME},
};

static void test_lines(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct vfj_devd devd;
        vfj_devd_parse(vfj_span_of(cases[i].line), &devd);
        if (devd.kind != cases[i].kind || devd.note != cases[i].note
            || strcmp(devd.name.text, cases[i].name) != 0)
            fail_msg("%s: %s %s [%s]", cases[i].line,
                     vfj_devd_kind_name((enum vfj_devd_kind)devd.kind), devd.name.text,
                     vfj_reason_name((enum vfj_reason)devd.note));
        assert_true(vfj_span_is(devd.raw, cases[i].line));
    }
}

static void test_details(void **unused)
{
    struct vfj_devd devd;
    (void)unused;
    vfj_devd_parse(vfj_span_of("!system=IFNET subsystem=mce0 type=RENAME name=fast0"), &devd);
    assert_string_equal(devd.new_name.text, "fast0");
    vfj_devd_parse(vfj_span_of("!system=IFNET subsystem=hn0 type=LINK_UP"), &devd);
    assert_true(devd.link_up);
    vfj_devd_parse(vfj_span_of("!system=IFNET subsystem=hn0 type=LINK_DOWN"), &devd);
    assert_false(devd.link_up);
}

/* A line that is malformed is stored with all its bytes. */
static void test_bytes(void **unused)
{
    static char line[VFJ_LINE_MAX + 1];
    struct vfj_devd devd;
    (void)unused;
    memset(line, 'x', sizeof line);
    memcpy(line, "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP x=", 49);
    vfj_devd_parse((struct vfj_span){line, VFJ_LINE_MAX}, &devd);
    assert_int_equal(devd.kind, VFJ_DEVD_VF_UP);
    vfj_devd_parse((struct vfj_span){line, VFJ_LINE_MAX + 1}, &devd);
    assert_int_equal(devd.note, VFJ_REASON_LINE_TOO_LONG);
    assert_int_equal(devd.kind, VFJ_DEVD_OTHER);
    assert_int_equal(devd.raw.length, VFJ_LINE_MAX + 1);
    line[60] = '\0';
    vfj_devd_parse((struct vfj_span){line, 100}, &devd);
    assert_int_equal(devd.note, VFJ_REASON_NUL_BYTE);
    assert_int_equal(devd.raw.length, 100);
}

static void test_network(void **unused)
{
    (void)unused;
    assert_true(vfj_devd_is_network(vfj_span_of("!system=IFNET subsystem=lo0 type=ATTACH")));
    assert_true(vfj_devd_is_network(vfj_span_of("!system=ETHERNET subsystem=ue0 type=IFATTACH")));
    assert_true(vfj_devd_is_network(vfj_span_of("!system=HYPERV_NIC_VF subsystem=hn0")));
    assert_false(
        vfj_devd_is_network(vfj_span_of("!system=devfs subsystem=CDEV type=CREATE cdev=IFNET")));
    assert_false(vfj_devd_is_network(vfj_span_of("+IFNET at system=IFNET")));
    assert_false(vfj_devd_is_network(vfj_span_of("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_details),
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
