/* Plays a trace to a machine without writing a journal. A test can inspect the machine's state. */
#include "tests/kit/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/machine/state_text.h"

void kit_machine_step(struct kit_machine *machine, const struct vfj_event *event)
{
    vfj_step(&machine->state, event, &machine->next, &machine->decision);
    machine->events++;
    /* the privileged monitor would refuse a malformed command and end */
    for (unsigned i = 0; i < machine->decision.command_count; i++)
        assert_true(vfj_command_is_well_formed(&machine->decision.commands[i]));
    if (machine->watch != NULL)
        machine->watch(machine, event);
    vfj_state_adopt(&machine->state, &machine->next, &machine->decision.touched);
}

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct kit_machine *machine = context;
    kit_machine_step(machine, event);
    *decision = &machine->decision;
    return VFJ_OK;
}

void kit_machine_begin(struct kit_machine *machine, enum vfj_mode mode, enum vfj_policy policy)
{
    machine->events = 0;
    vfj_state_init(&machine->state);
    vfj_play_init(&machine->play, (struct vfj_play_sink){.context = machine, .submit = submit},
                  (int)mode, (int)policy);
}

struct kit_machine *kit_machine_open(enum vfj_mode mode, enum vfj_policy policy)
{
    struct kit_machine *machine = calloc(1, sizeof *machine);
    assert_non_null(machine);
    kit_machine_begin(machine, mode, policy);
    return machine;
}

void kit_machine_close(struct kit_machine *machine)
{
    free(machine);
}

static void read_line(struct vfj_span line, uint64_t number, struct vfj_trace_line *read)
{
    struct vfj_trace_error error;
    if (!vfj_trace_read(line, number, read, &error))
        fail_msg("%llu:%zu: %s: %.*s", (unsigned long long)number, error.column, error.what,
                 (int)line.length, line.text);
}

static struct vfj_span next_line(struct vfj_span *rest)
{
    const char *end = memchr(rest->text, '\n', rest->length);
    size_t length = end != NULL ? (size_t)(end - rest->text) : rest->length;
    struct vfj_span line = {rest->text, length};
    size_t used = end != NULL ? length + 1 : length;
    *rest = (struct vfj_span){rest->text + used, rest->length - used};
    return line;
}

static void play_line(struct kit_machine *machine, const struct vfj_trace_line *read)
{
    struct vfj_trace_error error;
    if (vfj_play_line(&machine->play, read, &error) != VFJ_OK)
        fail_msg("%s", error.what);
}

void kit_machine_play(struct kit_machine *machine, const char *trace)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    uint64_t number = 1;
    for (struct vfj_span rest = vfj_span_of(trace); rest.length > 0; number++) {
        read_line(next_line(&rest), number, &read);
        if (!vfj_play_check(&machine->play, &read, &error))
            fail_msg("%llu:%zu: %s", (unsigned long long)number, error.column, error.what);
    }
    vfj_play_rewind(&machine->play);
    number = 1;
    for (struct vfj_span rest = vfj_span_of(trace); rest.length > 0; number++) {
        read_line(next_line(&rest), number, &read);
        play_line(machine, &read);
    }
}

void kit_machine_line(struct kit_machine *machine, const char *line)
{
    static struct vfj_trace_line read;
    read_line(vfj_span_of(line), 2, &read);
    play_line(machine, &read);
}

const struct vfj_slot *kit_machine_slot(const struct kit_machine *machine, const char *hn)
{
    for (unsigned i = 0; i < machine->state.head.slot_count; i++) {
        if (strcmp(machine->state.slots[i].hn.text, hn) == 0)
            return &machine->state.slots[i];
    }
    return NULL;
}

/* Returns true when all bytes still have the value `pattern`. */
static bool is_untouched(const void *bytes, size_t size, unsigned char pattern)
{
    const unsigned char *at = bytes;
    return at[0] == pattern && memcmp(at, at + 1, size - 1) == 0;
}

static void check_untouched(const struct vfj_state *next, const struct vfj_touched *touched,
                            unsigned char pattern)
{
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++) {
        if ((touched->slots >> i & 1) == 0)
            assert_true(is_untouched(&next->slots[i], sizeof next->slots[i], pattern));
    }
    if (!touched->rc)
        assert_true(is_untouched(&next->rc, sizeof next->rc, pattern));
    if (!touched->scripts)
        assert_true(is_untouched(&next->scripts, sizeof next->scripts, pattern));
}

static void check_same_parts(const struct vfj_state *a, const struct vfj_state *b,
                             const struct vfj_touched *touched)
{
    assert_memory_equal(&a->head, &b->head, sizeof a->head);
    for (unsigned i = 0; i < VFJ_SLOTS_MAX; i++) {
        if ((touched->slots >> i & 1) != 0)
            assert_memory_equal(&a->slots[i], &b->slots[i], sizeof a->slots[i]);
    }
    if (touched->rc)
        assert_memory_equal(&a->rc, &b->rc, sizeof a->rc);
    if (touched->scripts)
        assert_memory_equal(&a->scripts, &b->scripts, sizeof a->scripts);
}

/* Compares member by member, because the padding between members may differ. */
static void check_same_transition(const struct vfj_transition *a, const struct vfj_transition *b)
{
    assert_string_equal(a->hn.text, b->hn.text);
    assert_string_equal(a->vf.text, b->vf.text);
    assert_true(a->generation == b->generation);
    assert_int_equal(a->from, b->from);
    assert_int_equal(a->to, b->to);
    assert_int_equal(a->reason, b->reason);
    assert_true(a->delay_us == b->delay_us);
}

static void check_same_decision(const struct vfj_decision *a, const struct vfj_decision *b)
{
    assert_int_equal(a->note, b->note);
    assert_int_equal(a->command_count, b->command_count);
    assert_int_equal(a->transition_count, b->transition_count);
    assert_true(a->deadline_us == b->deadline_us);
    assert_true(a->touched.slots == b->touched.slots);
    assert_int_equal(a->touched.rc, b->touched.rc);
    assert_int_equal(a->touched.scripts, b->touched.scripts);
    assert_memory_equal(a->commands, b->commands, a->command_count * sizeof a->commands[0]);
    for (unsigned i = 0; i < a->transition_count; i++)
        check_same_transition(&a->transitions[i], &b->transitions[i]);
}

const struct vfj_decision *kit_machine_check_step(const struct vfj_state *now,
                                                  const struct vfj_event *event,
                                                  struct vfj_state *adopted)
{
    static struct vfj_state before, next[2];
    static struct vfj_decision decision[2];
    static const unsigned char patterns[2] = {0xa5, 0x3c};
    before = *now;
    for (unsigned i = 0; i < 2; i++) {
        memset(&next[i], patterns[i], sizeof next[i]);
        memset(&decision[i], patterns[i], sizeof decision[i]);
        vfj_step(now, event, &next[i], &decision[i]);
        check_untouched(&next[i], &decision[i].touched, patterns[i]);
    }
    assert_int_equal(memcmp(&before, now, sizeof before), 0);
    check_same_parts(&next[0], &next[1], &decision[0].touched);
    check_same_decision(&decision[0], &decision[1]);
    *adopted = *now;
    vfj_state_adopt(adopted, &next[0], &decision[0].touched);
    return &decision[0];
}

/* Computes from the index the two values that the head must have: the XOR of the digests in
 * `parts`, and the earliest deadline in `due_us`. */
static void sum_up(const struct vfj_index *index, uint64_t *parts, int64_t *due_us)
{
    *parts = 0;
    *due_us = VFJ_NEVER_US;
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 2; i++)
        *parts ^= index->digests[i];
    for (unsigned i = 0; i < VFJ_SLOTS_MAX + 1; i++) {
        if (index->due_us[i] != VFJ_NEVER_US
            && (*due_us == VFJ_NEVER_US || index->due_us[i] < *due_us))
            *due_us = index->due_us[i];
    }
}

void kit_machine_index(struct vfj_state *state)
{
    (void)vfj_state_index(state);
    sum_up(&state->index, &state->head.parts, &state->head.due_us);
}

void kit_machine_check_index(const struct vfj_state *state)
{
    const struct vfj_index *index = &state->index;
    uint64_t parts;
    int64_t due_us;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        const struct vfj_slot *slot = &state->slots[i];
        assert_true(index->due_us[i] == vfj_slot_due_us(slot));
    }
    sum_up(index, &parts, &due_us);
    assert_true(state->head.parts == parts);
    assert_true(state->head.due_us == due_us);
}

static bool read_pairs(struct vfj_state_reader *reader, struct vfj_span text)
{
    struct vfj_kv pair;
    enum vfj_kv_result result;
    while ((result = vfj_kv_next(&text, &pair)) == VFJ_KV_PAIR) {
        if (!vfj_state_read(reader, &pair))
            return false;
    }
    return result == VFJ_KV_END;
}

static bool same_state(const struct vfj_state *a, const struct vfj_state *b)
{
    bool same = memcmp(&a->head, &b->head, sizeof a->head) == 0
        && memcmp(&a->index, &b->index, sizeof a->index) == 0 && strcmp(a->rc.text, b->rc.text) == 0
        && memcmp(&a->scripts, &b->scripts, sizeof a->scripts) == 0;
    for (unsigned i = 0; i < a->head.slot_count && same; i++)
        same = memcmp(&a->slots[i], &b->slots[i], sizeof a->slots[i]) == 0;
    return same;
}

bool kit_state_reads_back(const struct vfj_state *state)
{
    static struct vfj_state read;
    char item[VFJ_STATE_ITEM_MAX];
    struct vfj_state_cursor cursor = {0};
    struct vfj_state_reader reader;
    vfj_state_read_begin(&reader, &read);
    for (;;) {
        struct vfj_text text = vfj_text_begin(item, sizeof item);
        if (!vfj_state_write(state, &cursor, &text))
            break;
        if (text.overflow || !read_pairs(&reader, (struct vfj_span){item, text.length}))
            return false;
    }
    return vfj_state_read_end(&reader) && same_state(&read, state)
        && vfj_state_digest(&read) == vfj_state_digest(state);
}
