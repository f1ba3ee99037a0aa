/* Fuzzes traces. The target reads and checks the trace. Then it plays the trace to the machine with
 * the guest model, under both policies. */
#include <stdint.h>
#include <string.h>

#include "core/check.h"
#include "core/machine/step.h"
#include "core/model/play.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* limits the run: a trace can let much time pass, and a slot with a conflict is observed every
 * minute */
enum { EVENTS_MAX = 3000 };

static struct machine {
    struct vfj_state state, next;
    struct vfj_decision decision;
    unsigned events;
} machine;

static struct vfj_play play;

/* Checks that the record of each event in a replay can be read back. */
static void check_record(const struct vfj_event *event)
{
    static char body[VFJ_BODY_MAX];
    static struct vfj_event read;
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    vfj_event_encode(event, &text);
    VFJ_CHECK(!text.overflow);
    VFJ_CHECK(vfj_event_decode((enum vfj_event_kind)event->kind,
                               (struct vfj_span){body, text.length}, &read)
              == VFJ_OK);
}

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    (void)context;
    check_record(event);
    vfj_step(&machine.state, event, &machine.next, &machine.decision);
    vfj_state_adopt(&machine.state, &machine.next, &machine.decision.touched);
    /* every command is well-formed, so that the privileged monitor accepts it, whatever rc.conf
     * contains */
    for (unsigned i = 0; i < machine.decision.command_count; i++)
        VFJ_CHECK(vfj_command_is_well_formed(&machine.decision.commands[i]));
    *decision = &machine.decision;
    return ++machine.events < EVENTS_MAX ? VFJ_OK : VFJ_TOO_MANY;
}

static bool next_line(struct vfj_span *rest, struct vfj_span *line)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->text, '\n', rest->length);
    *line = (struct vfj_span){rest->text, end != NULL ? (size_t)(end - rest->text) : rest->length};
    size_t used = end != NULL ? line->length + 1 : line->length;
    *rest = (struct vfj_span){rest->text + used, rest->length - used};
    return true;
}

static bool check(struct vfj_span rest)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error = {0};
    struct vfj_span line;
    for (uint64_t number = 1; next_line(&rest, &line); number++) {
        if (vfj_trace_read(line, number, &read, &error) && vfj_play_check(&play, &read, &error))
            continue;
        VFJ_CHECK(error.what != NULL && error.column >= 1 && error.column <= line.length + 1);
        return false;
    }
    return true;
}

static void rehearse(struct vfj_span text, enum vfj_policy policy)
{
    static struct vfj_trace_line read;
    struct vfj_trace_error error;
    struct vfj_span line, rest = text;
    enum vfj_status status = VFJ_OK;
    machine.events = 0;
    vfj_state_init(&machine.state);
    vfj_play_init(&play, (struct vfj_play_sink){.submit = submit}, -1, (int)policy);
    if (!check(text))
        return;
    vfj_play_rewind(&play);
    for (uint64_t number = 1; status == VFJ_OK && next_line(&rest, &line); number++) {
        VFJ_CHECK(vfj_trace_read(line, number, &read, &error));
        status = vfj_play_line(&play, &read, &error);
    }
    if (status == VFJ_OK)
        vfj_play_end(&play);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vfj_span text = {(const char *)data, size};
    rehearse(text, VFJ_POLICY_SCRIPTS);
    rehearse(text, VFJ_POLICY_VFJOURNAL);
    return 0;
}
