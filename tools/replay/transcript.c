/* Prints the transcript of a replayed trace: one line with a time for everything that happens. */
#include "tools/replay/transcript.h"

#include <string.h>

#include "store/secret.h"
#include "tools/terminal.h"

void vfj_transcript_init(struct vfj_transcript *transcript, FILE *out,
                         enum vfj_replay_output output, bool probes)
{
    transcript->out = out;
    transcript->output = output;
    transcript->probes = probes;
    vfj_state_init(&transcript->state);
}

static void line_begin(const struct vfj_transcript *transcript, const struct vfj_event *event,
                       const char *slot)
{
    fprintf(transcript->out, "%13.6f  %-5s ", (double)event->mono_us / 1e6,
            slot[0] != '\0' ? slot : "-");
}

/* Prints a text. If it contains a password, prints asterisks in place of the password. */
static void print_span(FILE *out, struct vfj_span span)
{
    char bytes[2 * VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_secret_add(&text, span);
    vfj_terminal_print(out, (struct vfj_span){text.bytes, text.length});
}

static void print_note(const struct vfj_transcript *transcript, uint8_t note)
{
    if (note != VFJ_REASON_NONE)
        fprintf(transcript->out, "  [%s]", vfj_reason_name((enum vfj_reason)note));
    fputc('\n', transcript->out);
}

/* Returns the slot that a line of devd is about, or "-" when the line names no slot. */
static const char *slot_of_event(const struct vfj_event *event)
{
    if (event->kind == VFJ_EVENT_DEVD
        && (event->as.devd.kind == VFJ_DEVD_VF_UP || event->as.devd.kind == VFJ_DEVD_VF_DOWN))
        return event->as.devd.name.text;
    return "-";
}

static void print_outcome(const struct vfj_transcript *transcript, const struct vfj_event *event,
                          uint8_t note)
{
    const struct vfj_outcome *outcome = &event->as.finished;
    if (outcome->kind == VFJ_OUTCOME_EXITED && outcome->status == 0 && note == VFJ_REASON_NONE)
        return;
    line_begin(transcript, event, "-");
    if (outcome->kind == VFJ_OUTCOME_SKIPPED)
        fprintf(transcript->out, "skipped");
    else if (outcome->kind == VFJ_OUTCOME_NOT_RUN)
        fprintf(transcript->out, "not run");
    else
        fprintf(transcript->out, "exit %d", outcome->status);
    if (outcome->output[0] != '\0') {
        fputs(": ", transcript->out);
        print_span(transcript->out, vfj_span_of(outcome->output));
    }
    print_note(transcript, note);
}

static void print_event(const struct vfj_transcript *transcript, const struct vfj_event *event,
                        uint8_t note)
{
    char body[VFJ_BODY_MAX];
    struct vfj_text text = vfj_text_begin(body, sizeof body);
    switch ((enum vfj_event_kind)event->kind) {
    case VFJ_EVENT_FINISHED:
        print_outcome(transcript, event, note);
        return;
    case VFJ_EVENT_OBSERVED:
    case VFJ_EVENT_TIMER:
        if (note == VFJ_REASON_NONE)
            return;
        line_begin(transcript, event, "-");
        fprintf(transcript->out, "%s", vfj_event_kind_name((enum vfj_event_kind)event->kind));
        print_note(transcript, note);
        return;
    case VFJ_EVENT_DEVD:
        line_begin(transcript, event, slot_of_event(event));
        print_span(transcript->out, event->as.devd.raw);
        print_note(transcript, note);
        return;
    case VFJ_EVENT_STARTED:
    case VFJ_EVENT_STOPPING:
    case VFJ_EVENT_STOPPED:
    case VFJ_EVENT_CONFIGURED:
    case VFJ_EVENT_CONNECTED:
    case VFJ_EVENT_GAP:
    case VFJ_EVENT_SCHEDULED:
    case VFJ_EVENT_COUNT:
        break;
    }
    vfj_event_encode(event, &text);
    line_begin(transcript, event, "-");
    fprintf(transcript->out, "%s ", vfj_event_kind_name((enum vfj_event_kind)event->kind));
    print_span(transcript->out, (struct vfj_span){body, text.length});
    print_note(transcript, note);
}

static void print_transition(const struct vfj_transcript *transcript, const struct vfj_event *event,
                             const struct vfj_transition *transition)
{
    line_begin(transcript, event, transition->hn.text);
    if (transition->from != transition->to)
        fprintf(transcript->out, "%s -> %s",
                vfj_slot_state_name((enum vfj_slot_state)transition->from),
                vfj_slot_state_name((enum vfj_slot_state)transition->to));
    else
        fputs("notice", transcript->out);
    fprintf(transcript->out, ": %s", vfj_reason_name((enum vfj_reason)transition->reason));
    if (!vfj_name_is_empty(transition->vf))
        fprintf(transcript->out, " %s", transition->vf.text);
    if (transition->delay_us != 0)
        fprintf(transcript->out, " (%lld s)", (long long)(transition->delay_us / 1000000));
    fputc('\n', transcript->out);
}

static void print_command(const struct vfj_transcript *transcript, const struct vfj_event *event,
                          const struct vfj_command *command)
{
    struct vfj_argv argv;
    char line[4096];
    if (vfj_command_reads(command) && (!transcript->probes || command->is_extra))
        return;
    for (unsigned i = 0; vfj_command_argv(command, i, &argv); i++) {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_secret_hide_words(&argv);
        vfj_argv_print(&argv, &text);
        if (transcript->output == VFJ_REPLAY_TEXT) {
            line_begin(transcript, event, command->hn.text);
            fputs("run ", transcript->out);
        }
        fputs(line, transcript->out);
        fputc('\n', transcript->out);
    }
}

void vfj_transcript_print(struct vfj_transcript *transcript, const struct vfj_event *event,
                          const struct vfj_decision *decision)
{
    if (transcript->output == VFJ_REPLAY_TEXT) {
        print_event(transcript, event, decision->note);
        for (unsigned i = 0; i < decision->transition_count; i++)
            print_transition(transcript, event, &decision->transitions[i]);
    }
    if (transcript->output == VFJ_REPLAY_JSON)
        return; /* with -o json, the rows are printed from the journal, when the replay has ended */
    for (unsigned i = 0; i < decision->command_count; i++)
        print_command(transcript, event, &decision->commands[i]);
}

static enum vfj_status submit(void *context, const struct vfj_event *event,
                              const struct vfj_decision **decision)
{
    struct vfj_transcript *transcript = context;
    vfj_step(&transcript->state, event, &transcript->next, &transcript->decision);
    vfj_state_adopt(&transcript->state, &transcript->next, &transcript->decision.touched);
    vfj_transcript_print(transcript, event, &transcript->decision);
    *decision = &transcript->decision;
    return VFJ_OK;
}

struct vfj_play_sink vfj_transcript_sink(struct vfj_transcript *transcript)
{
    return (struct vfj_play_sink){.context = transcript, .submit = submit};
}

static void print_timer(FILE *out, const char *what, int64_t due_us, int64_t now_us)
{
    if (due_us != VFJ_NEVER_US)
        fprintf(out, ", %s %.6f s", what, (double)(due_us - now_us) / 1e6);
}

static void print_slot(FILE *out, const struct vfj_state *state, const struct vfj_slot *slot)
{
    fprintf(out, "slot %s: %s", slot->hn.text,
            vfj_slot_state_name((enum vfj_slot_state)slot->state));
    if (!vfj_name_is_empty(slot->vf))
        fprintf(out, " %s", slot->vf.text);
    print_timer(out, "delay", slot->timers.delay_us, state->head.mono_us);
    print_timer(out, "observed again in", slot->timers.observe_us, state->head.mono_us);
    print_timer(out,
                slot->link.monitor == VFJ_LINK_MONITOR_HELD ? "upped again in" : "link awaited for",
                slot->timers.link_us, state->head.mono_us);
    if (slot->fault != VFJ_REASON_NONE)
        fprintf(out, ", fault %s", vfj_reason_name((enum vfj_reason)slot->fault));
    fputc('\n', out);
}

static void print_sleepers(FILE *out, const struct vfj_state *state)
{
    for (unsigned i = 0; i < VFJ_SLEEPERS_MAX; i++) {
        const struct vfj_sleeper *sleeper = &state->scripts.sleepers[i];
        if (sleeper->due_us != VFJ_NEVER_US)
            fprintf(out, "sleeping: ifconfig %s up in %.6f s\n", sleeper->iface.text,
                    (double)(sleeper->due_us - state->head.mono_us) / 1e6);
    }
}

static const char *port_word(enum vfj_use use)
{
    switch (use) {
    case VFJ_USE_VLAN:
        return "parent";
    case VFJ_USE_BRIDGE:
        return "member";
    case VFJ_USE_FIB:
    case VFJ_USE_NETGRAPH:
    case VFJ_USE_NONE:
    case VFJ_USE_COUNT:
        break;
    }
    return "port";
}

static void print_interface(FILE *out, const struct vfj_guest *guest,
                            const struct vfj_guest_if *interface)
{
    const struct vfj_interface *facts = &interface->facts;
    fprintf(out, "guest %s: %s", facts->name.text, facts->up ? "up" : "down");
    for (unsigned i = 0; i < facts->address_count; i++)
        fprintf(out, ", %s", facts->addresses[i].text);
    for (unsigned i = 0; i < facts->port_count; i++)
        fprintf(out, ", %s %s", port_word((enum vfj_use)facts->use), facts->ports[i].text);
    if (interface->dhclient != 0)
        fputs(", dhclient", out);
    fprintf(out, "%s\n", vfj_guest_has_link(guest, interface) ? "" : ", no link");
}

void vfj_transcript_end(const struct vfj_transcript *transcript, const struct vfj_state *state,
                        const struct vfj_play *play)
{
    if (transcript->output != VFJ_REPLAY_TEXT)
        return;
    for (unsigned i = 0; i < state->head.slot_count; i++)
        print_slot(transcript->out, state, &state->slots[i]);
    print_sleepers(transcript->out, state);
    for (unsigned i = 0; i < play->guest.if_count; i++) {
        if (play->guest.ifs[i].facts.exists)
            print_interface(transcript->out, &play->guest, &play->guest.ifs[i]);
    }
}
