/* Tests the figures of a report. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tools/report/report.h"

static const int64_t second_us = 1000000, hour_us = INT64_C(3600) * 1000000;

static struct vfj_report *make(int64_t begin_s, int64_t end_s, enum vfj_zone zone)
{
    struct vfj_report *report = calloc(1, sizeof *report);
    assert_non_null(report);
    report->period = (struct vfj_period){begin_s * second_us, end_s * second_us};
    report->before = (struct vfj_period){(2 * begin_s - end_s) * second_us, begin_s * second_us};
    report->slow_limit_us = VFJ_SLOW_US;
    assert_true(vfj_report_cut_days(report, zone));
    return report;
}

static void test_quantiles(void **state)
{
    static const int64_t sorted[]
        = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21};
    (void)state;
    assert_int_equal(vfj_quantile(sorted, 0, 50), 0);
    assert_int_equal(vfj_quantile(sorted, 1, 50), 1);
    assert_int_equal(vfj_quantile(sorted, 1, 95), 1);
    assert_int_equal(vfj_quantile(sorted, 2, 50), 1);
    assert_int_equal(vfj_quantile(sorted, 3, 50), 2);
    assert_int_equal(vfj_quantile(sorted, 20, 95), 19);
    assert_int_equal(vfj_quantile(sorted, 21, 95), 20);
    assert_int_equal(vfj_quantile(sorted, 20, 100), 20);
    assert_int_equal(vfj_quantile(sorted, 20, 0), 1);
}

/* Each day begins at local midnight. In this period one day has 23 hours, and one has 25. */
static void test_days(void **state)
{
    (void)state;
    struct vfj_report *report = make(1774710000, 1774710000 + 3 * 86400, VFJ_ZONE_UTC);
    assert_int_equal(report->day_count, 4);
    assert_int_equal(report->days_us[1] % (24 * hour_us), 0);
    assert_true(report->days_us[4] == report->period.end_us);
    free(report);
    assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
    tzset();
    /* three days from 2026-03-28 16:00, in central Europe; summer time begins on the second one */
    report = make(1774710000, 1774710000 + 3 * 86400, VFJ_ZONE_LOCAL);
    assert_int_equal((report->days_us[2] - report->days_us[1]) / hour_us, 23);
    assert_int_equal((report->days_us[3] - report->days_us[2]) / hour_us, 24);
    free(report);
    report = make(1792854000, 1792854000 + 3 * 86400, VFJ_ZONE_LOCAL);
    assert_int_equal((report->days_us[2] - report->days_us[1]) / hour_us, 25);
    free(report);
    assert_int_equal(setenv("TZ", "UTC", 1), 0);
    tzset();
}

static void test_too_many_days(void **state)
{
    struct vfj_report *report = calloc(1, sizeof *report);
    (void)state;
    assert_non_null(report);
    report->period = (struct vfj_period){0, INT64_C(366) * 24 * hour_us};
    assert_true(vfj_report_cut_days(report, VFJ_ZONE_UTC));
    assert_int_equal(report->day_count, 366);
    report->period.end_us++;
    assert_false(vfj_report_cut_days(report, VFJ_ZONE_UTC));
    free(report);
}

static struct vfj_point at(int64_t wall_s)
{
    return (struct vfj_point){
        .seq = 1, .boot = 1, .wall_us = wall_s * second_us, .mono_us = wall_s * second_us};
}

/* When a span of time crosses the end of a day or period, each day and period gets its part of
 * the span. */
static void test_spans(void **state)
{
    const int64_t day_s = 86400;
    struct vfj_report *report = make(10 * day_s, 12 * day_s, VFJ_ZONE_UTC);
    struct vfj_state_span span = {.slot = vfj_name_of("hn0"), .state = VFJ_SLOT_LAGGED};
    (void)state;
    span.from = at(7 * day_s);
    span.to = at(10 * day_s + 100);
    vfj_report_add_span(report, &span);
    span.state = VFJ_SLOT_DETACHED;
    span.from = span.to;
    span.to = at(13 * day_s);
    vfj_report_add_span(report, &span);
    const struct vfj_report_slot *slot = &report->slots[0];
    assert_int_equal(report->slot_count, 1);
    assert_int_equal(slot->before.state_us[VFJ_SLOT_LAGGED] / second_us, 2 * day_s);
    assert_int_equal(slot->before.state_us[VFJ_SLOT_DETACHED], 0);
    assert_int_equal(slot->now.state_us[VFJ_SLOT_LAGGED] / second_us, 100);
    assert_int_equal(slot->now.state_us[VFJ_SLOT_DETACHED] / second_us, 2 * day_s - 100);
    assert_int_equal(slot->days[0].state_us[VFJ_SLOT_DETACHED] / second_us, day_s - 100);
    assert_int_equal(slot->days[1].state_us[VFJ_SLOT_DETACHED] / second_us, day_s);
    assert_int_equal(slot->days[1].state_us[VFJ_SLOT_LAGGED], 0);
    for (unsigned i = 1; i < VFJ_REPORT_SLOTS_MAX; i++) {
        char name[VFJ_NAME_SIZE];
        (void)snprintf(name, sizeof name, "hn%u", i);
        assert_non_null(vfj_report_slot(report, vfj_name_of(name)));
    }
    assert_null(vfj_report_slot(report, vfj_name_of("hn99")));
    assert_ptr_equal(vfj_report_slot(report, vfj_name_of("hn0")), slot);
    free(report);
}

static struct vfj_episode episode(unsigned kind, int64_t begin_s, int64_t length_s, bool ended)
{
    return (struct vfj_episode){.slot = vfj_name_of("hn0"),
                                .kind = (uint8_t)kind,
                                .begin = at(begin_s),
                                .end = at(begin_s + length_s),
                                .ended = ended,
                                .commands = {.failed = length_s == 7}};
}

static void test_episodes_and_marks(void **state)
{
    const int64_t day_s = 86400;
    struct vfj_report *report = make(10 * day_s, 12 * day_s, VFJ_ZONE_UTC);
    struct vfj_episode list[] = {
        episode(VFJ_EPISODE_MIGRATION, 7 * day_s, 50, true),
        episode(VFJ_EPISODE_MIGRATION, 9 * day_s, 5, true),
        episode(VFJ_EPISODE_FIRST, 10 * day_s, 1000, true),
        episode(VFJ_EPISODE_BOOT, 10 * day_s, 1000, true),
        episode(VFJ_EPISODE_MIGRATION, 10 * day_s, 7, true),
        episode(VFJ_EPISODE_FALLBACK, 10 * day_s + 9, 200, true),
        episode(VFJ_EPISODE_MIGRATION, 11 * day_s, 300, false),
        episode(VFJ_EPISODE_MIGRATION, 12 * day_s, 5, true),
    };
    struct vfj_mark leaves[] = {{list[1].slot, list[1].begin},
                                {list[4].slot, list[4].begin},
                                {vfj_name_of("hn1"), list[4].begin},
                                {list[6].slot, list[6].begin}};
    struct vfj_mark gaps[] = {{{{0}}, list[1].begin}, {{{0}}, list[6].begin}};
    struct vfj_audit audit = {.episodes = list,
                              .count = sizeof list / sizeof list[0],
                              .leaves = {.list = leaves, .count = 4},
                              .gaps = {.list = gaps, .count = 2}};
    (void)state;
    struct vfj_report_slot *slot = vfj_report_slot(report, list[0].slot);
    assert_true(vfj_report_add(report, &audit));
    assert_int_equal(slot->before.episodes, 1);
    assert_int_equal(slot->before.flaps, 1);
    assert_int_equal(slot->now.episodes, 3);
    assert_int_equal(slot->now.slow, 1);
    assert_int_equal(slot->now.failed, 1);
    assert_int_equal(slot->now.unfinished, 1);
    assert_int_equal(slot->now.failed_commands, 1);
    assert_int_equal(slot->now.flaps, 2);
    assert_int_equal(slot->now.slow_us / second_us, 507);
    assert_int_equal(slot->now.p50_us / second_us, 200);
    assert_int_equal(slot->now.max_us / second_us, 300);
    assert_int_equal(slot->days[0].episodes, 2);
    assert_int_equal(slot->days[1].episodes, 1);
    assert_int_equal(report->gaps, 1);
    assert_int_equal(report->gaps_before, 1);
    assert_int_equal(report->day_gaps[0], 0);
    assert_int_equal(report->day_gaps[1], 1);
    free(report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_quantiles),          cmocka_unit_test(test_days),
        cmocka_unit_test(test_too_many_days),      cmocka_unit_test(test_spans),
        cmocka_unit_test(test_episodes_and_marks),
    };
    return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
