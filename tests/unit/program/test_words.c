/* Tests that vfjournal explain has a text for each kind of command, each kind of event and each
 * kind of devd line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/data/command.h"
#include "core/data/finding.h"
#include "tools/audit/episode.h"
#include "tools/explain/explain.h"

/* Checks a sentence: it begins with a capital letter or with "devd", and ends with a full stop. */
static void check_sentence(struct vfj_explain_words words)
{
    assert_non_null(words.text);
    assert_non_null(words.page);
    assert_true(words.text[strlen(words.text) - 1] == '.');
    assert_true((words.text[0] >= 'A' && words.text[0] <= 'Z') || words.text[0] == 'd');
}

static void test_commands(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < VFJ_COMMAND_COUNT; kind++)
        check_sentence(vfj_words_of_command((enum vfj_command_kind)kind));
}

static void test_events(void **state)
{
    (void)state;
    for (unsigned kind = 0; kind < VFJ_EVENT_COUNT; kind++)
        check_sentence(vfj_words_of_event((enum vfj_event_kind)kind));
    for (unsigned kind = 0; kind < VFJ_DEVD_COUNT; kind++)
        check_sentence(vfj_words_of_devd((enum vfj_devd_kind)kind));
}

/* Returns true when a row of VFJ_SLOT_MOVES has this reason. test_faults() demands no advice for
 * such a reason. */
static bool is_of_move(unsigned reason)
{
    unsigned count;
    bool found = false;
    const struct vfj_slot_move *moves = vfj_slot_moves(&count);
    for (unsigned i = 0; i < count; i++)
        found |= moves[i].reason == reason;
    return found;
}

/* Each fault has a text or an advice. A text must be a sentence and have a man page. */
static void test_faults(void **state)
{
    (void)state;
    for (unsigned reason = 0; reason < VFJ_REASON_COUNT; reason++) {
        struct vfj_explain_words words = vfj_words_of_fault((enum vfj_reason)reason);
        bool is_fault = reason >= VFJ_REASON_COMMAND_FAILED && !is_of_move(reason)
            && vfj_reason_is_fault((enum vfj_reason)reason);
        if (words.text != NULL)
            check_sentence(words);
        else if (is_fault && vfj_reason_advice((enum vfj_reason)reason) == NULL)
            fail_msg("no remedy for %s", vfj_reason_name((enum vfj_reason)reason));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_commands),
        cmocka_unit_test(test_events),
        cmocka_unit_test(test_faults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
