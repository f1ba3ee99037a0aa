/* Fuzzes the text form of the machine's state. A state that is accepted must have the same text
 * after it is written and read again. The machine must be able to continue from it with any
 * events. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "core/machine/state_text.h"
#include "core/machine/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXT_SIZE = 1 << 20 };

static struct vfj_state state, again, next;
static struct vfj_decision decision;

static bool read(struct vfj_span text, struct vfj_state *to)
{
    struct vfj_state_reader reader;
    struct vfj_kv pair;
    vfj_state_read_begin(&reader, to);
    enum vfj_kv_result result;
    while ((result = vfj_kv_next(&text, &pair)) == VFJ_KV_PAIR) {
        if (!vfj_state_read(&reader, &pair))
            return false;
    }
    return result == VFJ_KV_END && vfj_state_read_end(&reader);
}

static size_t write(const struct vfj_state *from, char *bytes)
{
    struct vfj_text text = vfj_text_begin(bytes, TEXT_SIZE);
    for (struct vfj_state_cursor cursor = {0};;) {
        size_t before = text.length;
        if (!vfj_state_write(from, &cursor, &text))
            break;
        VFJ_CHECK(text.length - before <= VFJ_STATE_ITEM_MAX);
    }
    VFJ_CHECK(!text.overflow);
    return text.length;
}

static void step(struct vfj_event *event, enum vfj_event_kind kind)
{
    event->kind = (uint8_t)kind;
    event->mono_us = state.head.mono_us + 1000000;
    vfj_step(&state, event, &next, &decision);
    vfj_state_adopt(&state, &next, &decision.touched);
    memset(&event->as, 0, sizeof event->as);
}

static void observe(uint64_t command, enum vfj_probe probe)
{
    struct vfj_event event = {0};
    event.as.observed.command = command;
    event.as.observed.ok = true;
    event.as.observed.probe = (uint8_t)probe;
    step(&event, VFJ_EVENT_OBSERVED);
}

static void finish(uint64_t command, enum vfj_outcome_kind kind, int status)
{
    struct vfj_event event = {0};
    event.as.finished
        = (struct vfj_outcome){.command = command, .kind = (uint8_t)kind, .status = status};
    step(&event, VFJ_EVENT_FINISHED);
}

static enum vfj_probe probe_of(enum vfj_command_kind kind)
{
    return kind == VFJ_COMMAND_PROBE_SLOT ? VFJ_PROBE_SLOT
        : kind == VFJ_COMMAND_PROBE_MAP   ? VFJ_PROBE_MAP
                                          : VFJ_PROBE_SYSCTL;
}

static void answer(uint64_t command, enum vfj_command_kind kind)
{
    if (command == 0)
        return;
    finish(command, VFJ_OUTCOME_EXITED, 0);
    observe(command, probe_of(kind));
}

/* Sends the machine the events that end a slot's batch of commands or its probe. The outcomes of
 * the commands are done, failed and not run, one after the other. */
static void end_batch(unsigned slot)
{
    const struct vfj_batch batch = state.slots[slot].batch;
    bool runs = state.slots[slot].activity == VFJ_ACTIVITY_RUNNING;
    for (unsigned i = batch.ended; i < batch.count && runs; i++)
        finish(batch.first + i, i % 4 == 3 ? VFJ_OUTCOME_NOT_RUN : VFJ_OUTCOME_EXITED,
               (int)((batch.first + i) % 2));
    if (!runs && batch.count > 0)
        observe(batch.first, VFJ_PROBE_SLOT);
}

static void go_on(void)
{
    static const char *const lines[] = {
        "!system=ETHERNET subsystem=mce0 type=IFATTACH",
        "!system=HYPERV_NIC_VF subsystem=hn0 type=VF_UP",
        "!system=IFNET subsystem=mce0 type=DETACH",
    };
    struct vfj_event event = {0};
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < state.head.slot_count; i++)
            end_batch(i);
    }
    answer(state.scripts.run.pending, VFJ_COMMAND_PROBE_SYSCTL);
    answer(state.head.map_pending, VFJ_COMMAND_PROBE_MAP);
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++)
        answer(state.scripts.sleepers[i].pending, VFJ_COMMAND_PROBE_SYSCTL);
    step(&event, VFJ_EVENT_TIMER);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        vfj_devd_parse(vfj_span_of(lines[i]), &event.as.devd);
        step(&event, VFJ_EVENT_DEVD);
    }
    for (unsigned i = 0; i < decision.command_count; i++)
        answer(decision.commands[i].id, (enum vfj_command_kind)decision.commands[i].kind);
    event.as.text = vfj_span_of("");
    step(&event, VFJ_EVENT_GAP);
    event.as.started.mode = VFJ_MODE_ACT;
    event.as.started.policy = VFJ_POLICY_VFJOURNAL;
    step(&event, VFJ_EVENT_STARTED);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char first[TEXT_SIZE], second[TEXT_SIZE];
    if (size > TEXT_SIZE / 2)
        return -1;
    if (!read((struct vfj_span){(const char *)data, size}, &state))
        return 0;
    size_t length = write(&state, first);
    VFJ_CHECK(read((struct vfj_span){first, length}, &again));
    VFJ_CHECK(vfj_state_digest(&again) == vfj_state_digest(&state));
    VFJ_CHECK(write(&again, second) == length && memcmp(first, second, length) == 0);
    go_on();
    return 0;
}
