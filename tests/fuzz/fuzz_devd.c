/* Fuzzes lines of devd. The target parses each line, writes it again, and passes it to the machine
 * under both policies. */
#include <stdint.h>
#include <string.h>

#include "core/check.h"
#include "core/data/event.h"
#include "core/machine/step.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vfj_state state, next;
static struct vfj_decision decision;

static void step(const struct vfj_event *event)
{
    vfj_step(&state, event, &next, &decision);
    vfj_state_adopt(&state, &next, &decision.touched);
}

static void start(enum vfj_policy policy)
{
    struct vfj_event event = {.kind = VFJ_EVENT_STARTED};
    vfj_span_copy(event.as.started.boot_id, sizeof event.as.started.boot_id, vfj_span_of("fuzz"));
    event.as.started.mode = VFJ_MODE_ACT;
    event.as.started.policy = (uint8_t)policy;
    vfj_state_init(&state);
    step(&event);
}

/* Fails when a name could not be used as a word of a command. */
static void check_name(struct vfj_name name)
{
    struct vfj_name again;
    VFJ_CHECK(vfj_name_is_empty(name) || vfj_name_parse(vfj_span_of(name.text), &again));
}

static void read_line(struct vfj_span line, int64_t mono_us)
{
    struct vfj_event event = {.kind = VFJ_EVENT_DEVD, .mono_us = mono_us};
    vfj_devd_parse(line, &event.as.devd);
    check_name(event.as.devd.name);
    check_name(event.as.devd.new_name);
    VFJ_CHECK(event.as.devd.kind == VFJ_DEVD_OTHER
              || (event.as.devd.note == VFJ_REASON_NONE && !vfj_name_is_empty(event.as.devd.name)
                  && vfj_devd_is_network(line)));
    step(&event);
    VFJ_CHECK(event.as.devd.note == VFJ_REASON_NONE || decision.command_count == 0);
}

static void read_lines(struct vfj_span rest)
{
    for (int64_t mono_us = 1; rest.length > 0; mono_us++) {
        const char *end = memchr(rest.text, '\n', rest.length);
        struct vfj_span line = {rest.text, end != NULL ? (size_t)(end - rest.text) : rest.length};
        size_t used = end != NULL ? line.length + 1 : line.length;
        read_line(line, mono_us);
        rest = (struct vfj_span){rest.text + used, rest.length - used};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vfj_span text = {(const char *)data, size};
    start(VFJ_POLICY_VFJOURNAL);
    read_lines(text);
    start(VFJ_POLICY_SCRIPTS);
    read_lines(text);
    return 0;
}
