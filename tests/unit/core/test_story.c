/* Tests sequences of events in transparent mode (stories). tests/expected/stories.txt has every
 * member of hn0's slot after each part of a story. VFJ_ACCEPT=1 in the environment writes that
 * file anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/state_text.h"
#include "tests/kit/machine.h"
#include "tests/kit/scratch.h"

static const char path[] = "expected/stories.txt";

static const char begin[] = "%vfjournal 1\n"
                            "%sysctl hw.hn.vf_transparent=1\n"
                            "%if hn0 up mtu 9000 out 1000 options 15\n"
                            "%if hn1 up\n"
                            "%vf mce0 hn0\n"
                            "%vf mce1 hn1\n"
                            "%sysctl dev.hn.0.tx.0.packets=500\n";

static void write_slot(FILE *out, const struct vfj_state *state)
{
    static char item[VFJ_STATE_ITEM_MAX];
    struct vfj_state_cursor cursor = {0};
    const char *slot = NULL;
    while (slot == NULL) {
        struct vfj_text text = vfj_text_begin(item, sizeof item);
        if (!vfj_state_write(state, &cursor, &text))
            fail_msg("there is no slot of hn0");
        slot = strstr(item, "slot=hn0 ");
    }
    fprintf(out, "< %s\n", slot);
}

static void play(FILE *out, struct kit_machine *machine, const char *line)
{
    switch (line[0]) {
    case '*':
        kit_machine_begin(machine, VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
        kit_machine_play(machine, begin);
        break;
    case '>':
        kit_machine_line(machine, line + 2);
        break;
    case '<':
        write_slot(out, &machine->state);
        kit_machine_check_index(&machine->state);
        assert_true(kit_state_reads_back(&machine->state));
        return;
    default: /* a comment */
        break;
    }
    fprintf(out, "%s\n", line);
}

static void test_stories(void **unused)
{
    struct kit_machine *machine = kit_machine_open(VFJ_MODE_ACT, VFJ_POLICY_VFJOURNAL);
    char *made = NULL;
    size_t length = 0, expected_length = 0;
    char *expected = kit_read(path, &expected_length);
    FILE *out = open_memstream(&made, &length);
    (void)unused;
    assert_non_null(out);
    for (size_t at = 0; at < expected_length;) {
        char line[1024];
        size_t size = 0;
        while (at + size < expected_length && expected[at + size] != '\n')
            size++;
        assert_true(vfj_span_copy(line, sizeof line, (struct vfj_span){expected + at, size}));
        play(out, machine, line);
        at += size + 1;
    }
    fclose(out);
    kit_machine_close(machine);
    size_t same = 0, number = 1;
    for (; same < length && same < expected_length && made[same] == expected[same]; same++)
        number += made[same] == '\n';
    if (getenv("VFJ_ACCEPT") != NULL)
        kit_write(path, made, length);
    else if (same < length || same < expected_length)
        fail_msg("%s:%zu: it is not as expected, from there on:\n%.200s", path, number,
                 made + same);
    free(expected);
    free(made);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_stories)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
