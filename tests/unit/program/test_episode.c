/* Tests episodes (from the departure of a VF to its return): rows are submitted, and the
 * episodes are compared as lines of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/kit/scratch.h"
#include "tools/audit/describe.h"
#include "tools/audit/episode.h"

enum { TEXT_SIZE = 1 << 14, EPISODES_MAX = 256 };

static struct vfj_episode list[EPISODES_MAX];
static size_t list_count;
static char spans[TEXT_SIZE];

static void put(void *arg, const struct vfj_episode *episode)
{
    (void)arg;
    assert_true(list_count < EPISODES_MAX);
    list[list_count++] = *episode;
}

static void put_span(void *arg, const struct vfj_state_span *span)
{
    (void)arg;
    struct vfj_text text = {spans, sizeof spans, strlen(spans), false};
    int64_t us = vfj_elapsed_us(&span->from, &span->to);
    if (us > 0)
        vfj_text_format(&text, "%s %s %d s\n", span->slot.text,
                        vfj_slot_state_name((enum vfj_slot_state)span->state), (int)(us / 1000000));
}

static int by_id(const void *a, const void *b)
{
    const struct vfj_episode *x = a, *y = b;
    return x->id < y->id ? -1 : x->id > y->id;
}

/* Submits a row with the seq `seq`. The line is "BOOT SECONDS BODY". BODY is a transition, or
 * "gap", "started" or "stopped". */
static void take(struct vfj_episodes *episodes, uint64_t seq, const char *line)
{
    unsigned boot = 0;
    int at = 0, seconds = 0;
    assert_int_equal(sscanf(line, "%u %d %n", &boot, &seconds, &at), 2);
    struct vfj_record record = {.seq = seq,
                                .boot = boot,
                                .wall_us = INT64_C(1795316400000000) + seconds * INT64_C(1000000),
                                .mono_us = seconds * INT64_C(1000000),
                                .kind = VFJ_RECORD_TRANSITION,
                                .body = vfj_span_of(line + at),
                                .note = {"", 0}};
    unsigned kind = vfj_record_kind_parse(record.body);
    if (kind != VFJ_RECORD_KIND_COUNT)
        record.kind = (uint8_t)kind;
    vfj_episodes_take(episodes, &record);
}

static void add(struct vfj_text *text, size_t i)
{
    const struct vfj_episode *episode = &list[i];
    vfj_text_format(text, "%u %s %s %s ", (unsigned)episode->id, episode->slot.text,
                    vfj_episode_kind_name((enum vfj_episode_kind)episode->kind),
                    vfj_episode_verdict_name(vfj_episode_verdict(episode, VFJ_SLOW_US)));
    vfj_text_format(text, "%u s, ", (unsigned)(vfj_episode_us(episode) / 1000000));
    vfj_episode_add_vf(text, episode);
    vfj_text_format(text, ", %u left; ", episode->leaves);
    vfj_episode_add_notes(text, episode, vfj_episode_count_others(list, list_count, i));
    vfj_text_add_char(text, '\n');
}

/* Checks which episodes the rows give. The time of the last row counts as the present time. */
static void gives(uint64_t first, const char *const *rows, const char *expected)
{
    static char bytes[TEXT_SIZE];
    struct vfj_episodes *episodes = malloc(sizeof *episodes);
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    assert_non_null(episodes);
    list_count = 0;
    spans[0] = '\0';
    vfj_episodes_begin(episodes, first, put, NULL);
    episodes->put_span = put_span;
    for (size_t i = 0; rows[i] != NULL; i++)
        take(episodes, first + i, rows[i]);
    vfj_episodes_end(episodes, &episodes->newest);
    qsort(list, list_count, sizeof list[0], by_id);
    vfj_episodes_join_events(list, list_count);
    for (size_t i = 0; i < list_count; i++)
        add(&text, i);
    assert_false(text.overflow);
    assert_string_equal(bytes, expected);
    free(episodes);
}

#define MOVE(slot, from, to, reason, rest) \
    "slot=" slot " from=" from " to=" to " reason=" reason rest

static void test_a_migration(void **state)
{
    (void)state;
    gives(1,
          (const char *const[]){
              "1 0 started",
              "1 1 " MOVE("hn0", "detached", "attached", "vf-attached", " vf=mce0 generation=1"),
              "1 1 " MOVE("hn0", "attached", "delayed", "delay-started", " vf=mce0 generation=1"),
              "1 4 " MOVE("hn0", "delayed", "lagged", "joined", " vf=mce0 generation=1"),
              "1 100 " MOVE("hn0", "lagged", "attached", "vf-down", " vf=mce0 generation=1"),
              "1 101 " MOVE("hn0", "attached", "detached", "vf-detached", " vf=mce0 generation=1"),
              "1 111 " MOVE("hn0", "detached", "attached", "vf-attached", " vf=mce1 generation=2"),
              "1 111 " MOVE("hn0", "attached", "delayed", "delay-started", " vf=mce1 generation=2"),
              "1 113 " MOVE("hn0", "delayed", "lagged", "joined", " vf=mce1 generation=2"),
              "1 200 timer", NULL},
          "2 hn0 first clean 3 s, mce0, 0 left; first\n"
          "5 hn0 migration clean 13 s, mce0 -> mce1, 1 left; \n");
    assert_string_equal(spans,
                        "hn0 delayed 3 s\nhn0 lagged 96 s\nhn0 attached 1 s\nhn0 detached 10 s\n"
                        "hn0 delayed 2 s\nhn0 lagged 87 s\n");
    assert_int_equal(list[1].state_us[VFJ_SLOT_DETACHED], 10000000);
    assert_int_equal(list[1].state_us[VFJ_SLOT_DELAYED], 2000000);
    assert_int_equal(list[1].last, 9);
    assert_true(list[1].generation_before == 1 && list[1].generation_after == 2);
}

/* During an episode the VF does not return, a daemon ends and starts, rows are missing, or the
 * guest boots. */
static void test_what_happens_inside(void **state)
{
    (void)state;
    gives(
        1,
        (const char *const[]){
            "1 0 " MOVE("hn0", "detached", "attached", "vf-found", " vf=mce0 generation=1"),
            "1 1 " MOVE("hn0", "attached", "lagged", "joined", " vf=mce0 generation=1"),
            "1 10 " MOVE("hn0", "lagged", "detached", "vf-lost", " vf=mce0 generation=1"),
            "1 20 stopped", "1 50 started", "1 51 gap",
            "1 60 " MOVE("hn0", "detached", "attached", "vf-attached", " vf=mce0 generation=2"),
            "1 70 " MOVE("hn0", "attached", "detached", "vf-detached", " vf=mce0 generation=2"),
            "2 500 started", "2 600 timer", NULL},
        "1 hn0 first clean 1 s, mce0, 0 left; first\n"
        "3 hn0 migration unfinished 590 s, mce0 -> -, 2 left; left 2 times, 1 gap, 2 daemon starts, 1 boot\n");
    assert_int_equal(list[1].restarts, 2);
    assert_int_equal(list[1].away_us, 30000000);
    assert_int_equal(list[1].end.seq, 0);
    assert_int_equal(list[1].state_us[VFJ_SLOT_DETACHED], 50000000 + 530000000);
}

static void test_verdicts(void **state)
{
    (void)state;
    gives(1,
          (const char *const[]){
              "1 0 " MOVE("hn0", "detached", "lagged", "joined", " vf=mce0"),
              "1 10 " MOVE("hn0", "lagged", "detached", "vf-detached", " vf=mce0"),
              "1 131 " MOVE("hn0", "detached", "lagged", "joined", " vf=mce0"),
              "1 140 " MOVE("hn0", "lagged", "lagged", "not-joined-yet", ""),
              "1 150 " MOVE("hn0", "lagged", "attached", "left", " vf=mce0"),
              "1 151 " MOVE("hn0", "attached", "lagged", "joined", " vf=mce0"),
              "1 152 " MOVE("hn0", "lagged", "lagged", "hn-has-address", ""),
              "1 300 " MOVE("hn0", "lagged", "lagged", "route-failed", ""),
              "1 310 " MOVE("hn0", "lagged", "attached", "no-link", " vf=mce0"),
              "1 320 " MOVE("hn0", "attached", "attached", "command-failed", ""),
              "1 321 " MOVE("hn0", "attached", "attached", "command-failed", ""),
              "1 322 " MOVE("hn0", "attached", "lagged", "joined", " vf=mce0"),
              "2 330 " MOVE("hn0", "lagged", "detached", "booted", ""),
              "2 335 " MOVE("hn0", "detached", "lagged", "joined", " vf=mce0"), NULL},
          "1 hn0 first clean 0 s, mce0, 0 left; first\n"
          "2 hn0 migration slow 121 s, mce0, 1 left; not-joined-yet\n"
          "5 hn0 fallback failed 1 s, mce0, 0 left; fallback, hn-has-address\n"
          "9 hn0 fallback failed 12 s, mce0, 0 left; fallback, no-link, command-failed\n"
          "13 hn0 boot clean 5 s, mce0, 0 left; boot\n");
    assert_int_equal(list[3].finding_count, 3);
}

/* Episodes in transparent mode, in which the kernel moves the data path and findings are
 * reported. */
static void test_transparent(void **state)
{
    (void)state;
    gives(1,
          (const char *const[]){
              "1 0 " MOVE("hn0", "detached", "attached", "vf-attached", " vf=mana0"),
              "1 0 " MOVE("hn0", "attached", "delayed", "attwait-started", " vf=mana0"),
              "1 2 " MOVE("hn0", "delayed", "switched", "switched", " vf=mana0"),
              "1 100 " MOVE("hn0", "switched", "detached", "vf-detached", " vf=mana0"),
              "1 101 " MOVE("hn0", "detached", "detached", "several-left", ""),
              "1 120 " MOVE("hn0", "detached", "switched", "switched", " vf=mana1"),
              "1 122 " MOVE("hn0", "switched", "switched", "fewer-options", ""),
              "1 200 " MOVE("hn0", "switched", "attached", "vf-down", " vf=mana1"),
              "1 201 " MOVE("hn0", "attached", "switched", "switched", " vf=mana1"),
              "1 203 " MOVE("hn0", "switched", "switched", "smaller-mtu", ""), NULL},
          "1 hn0 first clean 2 s, mana0, 0 left; first\n"
          "4 hn0 migration clean 20 s, mana0 -> mana1, 1 left; several-left, fewer-options\n"
          "8 hn0 fallback failed 1 s, mana1, 0 left; fallback, smaller-mtu\n");
}

static void test_host_events(void **state)
{
    (void)state;
    gives(1,
          (const char *const[]){
              "1 0 " MOVE("hn0", "detached", "lagged", "joined", " vf=mce0"),
              "1 0 " MOVE("hn1", "detached", "lagged", "joined", " vf=mce1"),
              "1 0 " MOVE("hn2", "detached", "lagged", "joined", " vf=mce2"),
              "1 10 " MOVE("hn0", "lagged", "detached", "vf-detached", " vf=mce0"),
              "1 12 " MOVE("hn1", "lagged", "detached", "vf-detached", " vf=mce1"),
              "1 13 " MOVE("hn2", "lagged", "detached", "vf-detached", " vf=mce2"),
              "1 20 " MOVE("hn1", "detached", "lagged", "joined", " vf=mce1"),
              "1 21 " MOVE("hn0", "detached", "lagged", "joined", " vf=mce0"), NULL},
          "1 hn0 first clean 0 s, mce0, 0 left; first\n"
          "2 hn1 first clean 0 s, mce1, 0 left; first\n"
          "3 hn2 first clean 0 s, mce2, 0 left; first\n"
          "4 hn0 migration clean 11 s, mce0, 1 left; host event 4\n"
          "5 hn1 migration clean 8 s, mce1, 1 left; host event 4\n"
          "6 hn2 migration unfinished 8 s, mce2 -> -, 1 left; \n");
}

/* A pruned journal may begin in the middle of an episode. */
static void test_pruned(void **state)
{
    (void)state;
    gives(1000,
          (const char *const[]){
              "1 10 " MOVE("hn0", "delayed", "lagged", "joined", " vf=mce0"),
              "1 11 " MOVE("hn1", "lagged", "lagged", "route-failed", ""),
              "1 12 " MOVE("hn2", "detached", "detached", "hn-has-vlan", ""),
              "1 20 " MOVE("hn1", "lagged", "detached", "vf-detached", " vf=mce1"), NULL},
          "1000 hn0 first clean 0 s, mce0, 0 left; first, began before the first record\n"
          "1002 hn2 first unfinished 8 s, -, 0 left; first, began before the first record,"
          " hn-has-vlan\n"
          "1003 hn1 migration unfinished 0 s, mce1 -> -, 1 left; \n");
}

/* Tests rows that no program of this version writes, and missing rows. */
static void test_odd_rows(void **state)
{
    (void)state;
    gives(1,
          (const char *const[]){
              "1 0 nothing", "1 0 slot=hn0 to=lagged", "1 0 from=attached to=lagged",
              "1 1 " MOVE("hn0", "detached", "quantum", "teleported", ""),
              "1 5 " MOVE("hn0", "quantum", "lagged", "joined", " vf=mce0"),
              "1 9 " MOVE("hn0", "detached", "attached", "vf-attached", " vf=mce0"),
              "1 12 " MOVE("hn0", "lagged", "attached", "vf-down", " vf=mce0"),
              "1 13 " MOVE("hn0", "attached", "detached", "hn-renamed", ""), NULL},
          "4 hn0 first clean 4 s, mce0, 0 left; first\n"
          "6 hn0 first clean 3 s, mce0, 0 left; first, 1 gap\n"
          "7 hn0 fallback unfinished 1 s, mce0 -> -, 0 left; fallback, hn-renamed\n");
}

/* There are more hn interfaces than slots. The hn that has not changed for the longest time loses
 * its slot, and its episode is put into the list. */
static void test_many_slots(void **state)
{
    static char bytes[VFJ_SLOTS_MAX + 2][96];
    const char *rows[VFJ_SLOTS_MAX + 3] = {NULL};
    struct vfj_episodes *episodes = calloc(1, sizeof *episodes);
    (void)state;
    assert_non_null(episodes);
    list_count = 0;
    vfj_episodes_begin(episodes, 1, put, NULL);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 2; i++) {
        (void)snprintf(bytes[i], sizeof bytes[i],
                       "1 %u slot=hn%u from=detached to=attached reason=vf-found vf=mce%u", i, i,
                       i);
        rows[i] = bytes[i];
        take(episodes, i + 1, rows[i]);
    }
    assert_int_equal(list_count, 2);
    assert_string_equal(list[0].slot.text, "hn0");
    assert_string_equal(list[1].slot.text, "hn1");
    vfj_episodes_end(episodes, &episodes->newest);
    assert_int_equal(list_count, VFJ_SLOTS_MAX + 2);
    free(episodes);
}

static void test_commands_and_times(void **state)
{
    struct vfj_episode episode = {.ended = true};
    struct vfj_command command = {.kind = VFJ_COMMAND_CREATE};
    struct vfj_outcome ok = {.kind = VFJ_OUTCOME_EXITED, .duration_us = 5};
    struct vfj_outcome failed = {.kind = VFJ_OUTCOME_TIMEOUT, .duration_us = INT64_MAX};
    struct vfj_outcome not_run = {.kind = VFJ_OUTCOME_NOT_RUN, .duration_us = -7};
    (void)state;
    vfj_episode_count_command(&episode, &command, &ok);
    assert_int_equal(vfj_episode_verdict(&episode, VFJ_SLOW_US), VFJ_EPISODE_CLEAN);
    vfj_episode_count_command(&episode, &command, &failed);
    vfj_episode_count_command(&episode, &command, &not_run);
    assert_int_equal(episode.commands.ran, 2);
    assert_int_equal(episode.commands.failed, 1);
    assert_int_equal(episode.commands.not_run, 1);
    assert_true(episode.commands.us == INT64_MAX);
    assert_int_equal(vfj_episode_verdict(&episode, VFJ_SLOW_US), VFJ_EPISODE_FAILED);
    struct vfj_point a = {.boot = 1, .wall_us = 100, .mono_us = INT64_MIN};
    struct vfj_point b = {.boot = 1, .wall_us = 50, .mono_us = INT64_MAX};
    assert_true(vfj_elapsed_us(&a, &b) == INT64_MAX);
    assert_int_equal(vfj_elapsed_us(&b, &a), 0);
    b.boot = 2;
    assert_int_equal(vfj_elapsed_us(&b, &a), 50);
    assert_int_equal(vfj_elapsed_us(&a, &b), 0);
    assert_string_equal(vfj_vf_driver(vfj_name_of("mana0")), "mana(4)");
    assert_string_equal(vfj_vf_driver(vfj_name_of("wan")), "");
    for (unsigned i = 0; i < VFJ_EPISODE_KIND_COUNT; i++)
        assert_true(vfj_episode_kind_text((enum vfj_episode_kind)i)[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_migration),        cmocka_unit_test(test_what_happens_inside),
        cmocka_unit_test(test_verdicts),           cmocka_unit_test(test_transparent),
        cmocka_unit_test(test_host_events),        cmocka_unit_test(test_pruned),
        cmocka_unit_test(test_odd_rows),           cmocka_unit_test(test_many_slots),
        cmocka_unit_test(test_commands_and_times),
    };
    return cmocka_run_group_tests_name("episode", tests, NULL, NULL);
}
