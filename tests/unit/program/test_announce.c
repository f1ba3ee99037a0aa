/* Tests announcements: whether an episode (a departure of the VF) was announced by an Azure
 * Scheduled Event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tools/audit/announce.h"
#include "tools/audit/describe.h"

static const int64_t begin_s = 1796000000; /* second 0 of the tests' times, as Unix time */
static struct vfj_announcements announcements;
static uint64_t seq;

static struct vfj_point at(int second)
{
    return (struct vfj_point){.seq = ++seq,
                              .boot = 1,
                              .wall_us = (begin_s + second) * INT64_C(1000000),
                              .mono_us = second * INT64_C(1000000)};
}

static uint64_t take(int second, const char *body)
{
    struct vfj_point point = at(second);
    struct vfj_record record = {.seq = point.seq,
                                .boot = point.boot,
                                .wall_us = point.wall_us,
                                .mono_us = point.mono_us,
                                .kind = VFJ_EVENT_SCHEDULED,
                                .body = vfj_span_of(body)};
    vfj_announcements_take(&announcements, &record);
    return point.seq;
}

static struct vfj_episode episode_at(int second)
{
    struct vfj_episode episode = {.kind = VFJ_EPISODE_MIGRATION, .begin = at(second)};
    episode.id = episode.begin.seq;
    return episode;
}

/* Asserts what the notes of an episode say about its announcement. */
static void notes(struct vfj_episode episode, const char *expected)
{
    char bytes[512];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_announcements_join(&announcements, &episode, 1);
    episode.event = episode.id;
    vfj_episode_add_notes(&text, &episode, 0);
    assert_string_equal(bytes, expected);
}

#define EVENT(phase, id, type, here) "phase=" phase " id=" id " type=" type " here=" here
#define LIVE                         " text=\"a Live Migration\""

static void test_a_live_migration(void **unused)
{
    (void)unused;
    notes(episode_at(0), "");
    take(1, "phase=watching resources=vm-1");
    struct vfj_episode unannounced = episode_at(50);
    take(100, EVENT("announced", "a", "Freeze", "yes") " not_before=1796001000 duration=5" LIVE);
    struct vfj_episode early = episode_at(879), right = episode_at(990);
    take(1002, EVENT("started", "a", "Freeze", "yes") " duration=5" LIVE);
    struct vfj_episode again = episode_at(1500);
    take(1600, EVENT("over", "a", "Freeze", "yes"));
    struct vfj_episode late = episode_at(1601);
    notes(unannounced, "not announced");
    notes(early, "not announced");
    notes(right, "announced: live migration, 5 s");
    notes(again, "announced: live migration, 5 s");
    notes(late, "not announced");
    unannounced.kind = VFJ_EPISODE_FALLBACK;
    notes(unannounced, "fallback");
    right.kind = VFJ_EPISODE_FIRST;
    notes(right, "first");
    assert_int_equal(announcements.count, 1);
}

/* Tests an event that the service listed only after the VF had left, and an event whose
 * beginning was not observed. */
static void test_told_later(void **unused)
{
    (void)unused;
    take(0, "phase=watching");
    struct vfj_episode episode = episode_at(10);
    take(12, EVENT("started", "f", "Reboot", "yes"));
    notes(episode, "told later: reboot");
    take(100, EVENT("announced", "g", "Redeploy", "unknown") " not_before=1796000200");
    episode = episode_at(205);
    notes(episode, "announced: redeploy");
    take(900, EVENT("over", "g", "Redeploy", "unknown"));
    notes(episode, "announced: redeploy");
    assert_false(vfj_announcement_is_cancelled(&announcements.list[1]));
}

static void test_cancelled_or_of_another_vm(void **unused)
{
    (void)unused;
    take(0, "phase=watching");
    take(1, EVENT("announced", "c", "Freeze", "yes") " not_before=1796000300");
    take(2, EVENT("announced", "o", "Freeze", "no") " not_before=1796000300");
    take(3, EVENT("announced", "n", "Freeze", "yes"));
    take(200, EVENT("over", "c", "Freeze", "yes"));
    take(201, EVENT("over", "n", "Freeze", "yes"));
    notes(episode_at(301), "not announced");
    assert_true(vfj_announcement_is_cancelled(&announcements.list[0]));
    assert_true(vfj_announcement_is_cancelled(&announcements.list[2]));
    take(400, EVENT("started", "c", "Freeze", "yes")); /* the id is used again */
    assert_int_equal(announcements.count, 4);
}

/* Of several announced events, the one with the nearest time belongs to the episode. An event
 * without a time belongs to no episode. */
static void test_the_nearest(void **unused)
{
    (void)unused;
    take(0, "garbage");
    take(1, EVENT("announced", "a", "Freeze", "yes") " not_before=1796000300 duration=1");
    take(2, EVENT("announced", "b", "Freeze", "yes") " not_before=1796000400 duration=2");
    take(3, EVENT("announced", "n", "Freeze", "yes"));
    notes(episode_at(310), "announced: freeze, 1 s");
    notes(episode_at(390), "announced: freeze, 2 s");
    notes(episode_at(1400), "");
}

/* An episode is "not announced" only when a daemon watched the service at its time: after a row
 * "watching", and before a row "silent" or the daemon's end. */
static void test_watched(void **unused)
{
    (void)unused;
    struct vfj_episode before = episode_at(0);
    take(1, "phase=watching");
    struct vfj_episode first = episode_at(2);
    take(3, "phase=silent text=why");
    struct vfj_episode silent = episode_at(4);
    take(5, "phase=watching");
    struct vfj_episode second = episode_at(6);
    struct vfj_point stopped = at(7);
    struct vfj_episode away = episode_at(8);
    struct vfj_point started = at(9);
    take(10, "phase=watching");
    struct vfj_episode third = episode_at(11);
    vfj_announcements_interrupt(&announcements, &stopped);
    vfj_announcements_interrupt(&announcements, &started);
    notes(before, "");
    notes(first, "not announced");
    notes(silent, "");
    notes(second, "not announced");
    notes(away, "");
    notes(third, "not announced");
}

/* A forged journal may contain any time. */
static void test_wild_times(void **unused)
{
    (void)unused;
    take(0, EVENT("announced", "a", "Freeze", "yes") " not_before=253402300800");
    struct vfj_episode episode = episode_at(1);
    episode.begin.wall_us = INT64_MAX;
    notes(episode, "");
    episode.begin.wall_us = INT64_MIN;
    notes(episode, "");
    struct vfj_point point = at(0);
    struct vfj_record record = {.seq = point.seq,
                                .wall_us = INT64_MIN,
                                .kind = VFJ_EVENT_SCHEDULED,
                                .body = vfj_span_of("phase=started id=w type=Freeze here=yes")};
    vfj_announcements_take(&announcements, &record);
    notes(episode, "");
}

static int set_up(void **unused)
{
    (void)unused;
    seq = 0;
    memset(&announcements, 0, sizeof announcements);
    return 0;
}

static int tear_down(void **unused)
{
    (void)unused;
    vfj_announcements_free(&announcements);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_live_migration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_told_later, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_cancelled_or_of_another_vm, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_nearest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_watched, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wild_times, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("announce", tests, NULL, NULL);
}
