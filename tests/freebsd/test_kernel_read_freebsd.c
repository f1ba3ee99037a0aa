/* Reads the state of the FreeBSD system that it runs on in two ways, through programs such as
 * ifconfig(8) and directly from the kernel, and compares the results. It reads each interface
 * alone, each interface as the hn of a slot with lagg0 and lagg1, the list of VFs, and single
 * sysctls. SLOT_VF is the VF that the slots expect. Prints the results in TAP format, and the time
 * of each way.
 *
 * usage: test_kernel_read_freebsd [SLOT_VF] */
#include <event2/event.h>
#include <inttypes.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/guest/kernel_read.h"
#include "adapters/freebsd/guest/probe.h"
#include "adapters/freebsd/run/child.h"
#include "adapters/freebsd/run/clock.h"
#include "core/check.h"

enum {
    TRIES = 3
}; /* compare again after a difference: the system may change between the two readings */

struct reading {
    struct vfj_prober *prober;
    int64_t us; /* time that all readings took together */
};

struct test {
    struct event_base *base;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_paths paths;
    struct reading programs, kernel;
    struct vfj_observation observation;
    unsigned count, wrong;
};

static void on_observed(void *context, const struct vfj_observation *observation)
{
    struct test *test = context;
    test->observation = *observation;
    event_base_loopbreak(test->base);
}

static void read_guest(struct test *test, struct reading *reading,
                       const struct vfj_command *command, char body[VFJ_BODY_MAX])
{
    struct vfj_text text = vfj_text_begin(body, VFJ_BODY_MAX);
    int64_t begin_us = vfj_clock_mono_us();
    vfj_prober_run(reading->prober, command);
    event_base_dispatch(test->base);
    reading->us += vfj_clock_mono_us() - begin_us;
    vfj_observation_encode(&test->observation, &text);
    VFJ_CHECK(!text.overflow);
}

/* Returns true when the kernel itself can be read. If it could not, the prober would use the
 * programs for both readings, and the results would always be equal. */
static bool kernel_answers(const struct test *test, const struct vfj_command *command)
{
    struct vfj_observation observation;
    return vfj_kernel_read(&test->paths, command, &observation);
}

static void compare(struct test *test, const struct vfj_command *command)
{
    static char programs[VFJ_BODY_MAX], kernel[VFJ_BODY_MAX];
    bool same = false;
    for (unsigned i = 0; i < TRIES && !same; i++) {
        read_guest(test, &test->programs, command, programs);
        read_guest(test, &test->kernel, command, kernel);
        same = strcmp(programs, kernel) == 0;
    }
    bool right = same && kernel_answers(test, command);
    test->wrong += !right;
    printf("%sok %u - %s a=%s b=%s c=%s text=%s\n", right ? "" : "not ", ++test->count,
           vfj_command_kind_name((enum vfj_command_kind)command->kind), command->a.text,
           command->b.text, command->c.text, command->text);
    printf("# %s\n", programs);
    if (!same)
        printf("# by the kernel:\n# %s\n", kernel);
}

static void compare_sysctls(struct test *test)
{
    static const char *const names[]
        = {"hw.hn.vf_transparent", "hw.hn.vflist", "hw.hn.vfmap",  "dev.hn.0.vf",
           "dev.hn.0.rxvf",        "dev.hn.9.vf",  "hw.hn.nothing"};
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct vfj_command command = {.id = 1, .kind = VFJ_COMMAND_PROBE_SYSCTL};
        vfj_span_copy(command.text, sizeof command.text, vfj_span_of(names[i]));
        compare(test, &command);
    }
}

static void compare_interface(struct test *test, const char *name)
{
    struct vfj_command command = {.id = 2, .kind = VFJ_COMMAND_PROBE_IFCONFIG};
    if (vfj_name_parse(vfj_span_of(name), &command.a))
        compare(test, &command);
}

static void compare_slot(struct test *test, const char *hn, const char *lagg, const char *vf,
                         const char *unit)
{
    struct vfj_command command = {.id = 3, .kind = VFJ_COMMAND_PROBE_SLOT, .b = vfj_name_of(lagg)};
    if (!vfj_name_parse(vfj_span_of(hn), &command.a))
        return;
    vfj_name_parse(vfj_span_of(vf), &command.c);
    vfj_span_copy(command.text, sizeof command.text, vfj_span_of(unit));
    compare(test, &command);
}

static void compare_all(struct test *test, const char *vf)
{
    struct vfj_command map = {.id = 4, .kind = VFJ_COMMAND_PROBE_MAP};
    struct if_nameindex *names = if_nameindex();
    VFJ_CHECK(names != NULL);
    compare(test, &map);
    compare_sysctls(test);
    compare_interface(test, "nothing0");
    for (unsigned i = 0; names[i].if_index != 0; i++) {
        compare_interface(test, names[i].if_name);
        compare_slot(test, names[i].if_name, "lagg0", vf, "0");
        compare_slot(test, names[i].if_name, "lagg1", vf, "");
    }
    if_freenameindex(names);
}

static struct vfj_prober *open_prober(struct test *test, enum vfj_probe_way way)
{
    struct vfj_prober *prober
        = vfj_prober_open(test->children, test->dispatch, way, on_observed, test);
    VFJ_CHECK(prober != NULL);
    return prober;
}

int main(int argc, char **argv)
{
    static struct test test;
    VFJ_CHECK(vfj_paths_init(&test.paths, "") == VFJ_OK);
    test.base = event_base_new();
    VFJ_CHECK(test.base != NULL);
    test.dispatch = vfj_dispatch_open(test.base, &test.paths, NULL, NULL, NULL);
    VFJ_CHECK(test.dispatch != NULL);
    test.children = vfj_children_open(test.base, test.dispatch);
    VFJ_CHECK(test.children != NULL);
    test.programs.prober = open_prober(&test, VFJ_PROBE_WAY_PROGRAMS);
    test.kernel.prober = open_prober(&test, VFJ_PROBE_WAY_KERNEL);
    compare_all(&test, argc > 1 ? argv[1] : "");
    printf("1..%u\n# %u differ; by programs %" PRId64 " us, by the kernel %" PRId64 " us\n",
           test.count, test.wrong, test.programs.us, test.kernel.us);
    vfj_dispatch_close(test.dispatch);
    vfj_children_close(test.children);
    vfj_prober_close(test.programs.prober);
    vfj_prober_close(test.kernel.prober);
    event_base_free(test.base);
    return test.wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
