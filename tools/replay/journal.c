/* Replays a journal. Prints the verdict, or the commands that the machine decides. */
#include <stdlib.h>
#include <string.h>

#include "store/json.h"
#include "store/replay.h"
#include "store/secret.h"
#include "tools/finding.h"
#include "tools/progress.h"
#include "tools/replay/replay.h"
#include "tools/terminal.h"
#include "tools/verb.h"

struct context {
    const struct vfj_input *input;
    const struct vfj_replay_options *options;
    FILE *out;
    struct vfj_journal *journal;
    struct vfj_machine machine;
    struct vfj_replay_result result;
};

void vfj_replay_print_commands(FILE *out, const struct vfj_decision *decision, bool probes)
{
    struct vfj_argv argv;
    char line[8 * VFJ_ARGS_SIZE];
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        if (vfj_command_reads(command) && (!probes || command->is_extra))
            continue;
        for (unsigned run = 0; vfj_command_argv(command, run, &argv); run++) {
            struct vfj_text text = vfj_text_begin(line, sizeof line);
            vfj_secret_hide_words(&argv);
            vfj_argv_print(&argv, &text);
            (void)fprintf(out, "%s\n", line);
        }
    }
}

/* For -o commands: prints the commands decided at each event, if the row agrees with the
 * journal. */
static void print_commands(void *arg, const struct vfj_record *record,
                           const struct vfj_machine *machine)
{
    struct context *context = arg;
    if (vfj_record_is_event(record))
        vfj_replay_print_commands(context->out, &machine->decision, context->options->probes);
}

static void hex_of_head(const struct vfj_head_hash *head, char hex[2 * VFJ_HEAD_SIZE + 1])
{
    struct vfj_text text = vfj_text_begin(hex, 2 * VFJ_HEAD_SIZE + 1);
    for (unsigned i = 0; i < VFJ_HEAD_SIZE; i++)
        vfj_text_add_hex(&text, head->bytes[i], 2);
}

static void print_slots(const struct context *context)
{
    const struct vfj_state *state = &context->machine.state;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        const struct vfj_slot *slot = &state->slots[i];
        (void)fprintf(context->out, "  %s %s", slot->hn.text,
                      vfj_slot_state_name((enum vfj_slot_state)slot->state));
        if (!vfj_name_is_empty(slot->vf))
            (void)fprintf(context->out, ", VF %s", slot->vf.text);
        if (slot->fault != VFJ_REASON_NONE)
            (void)fprintf(context->out, ": %s", vfj_reason_text((enum vfj_reason)slot->fault));
        (void)fputc('\n', context->out);
    }
}

static void print_side(FILE *out, const char *label, const char *text)
{
    (void)fputs(label, out);
    vfj_terminal_print(out, vfj_span_of(text));
    (void)fputc('\n', out);
}

static void print_difference(const struct context *context)
{
    const struct vfj_replay_result *result = &context->result;
    (void)fprintf(context->out, "  record %llu: %s\n", (unsigned long long)result->seq,
                  result->what);
    if (result->expected[0] == '\0' && result->found[0] == '\0')
        return;
    print_side(context->out, "    expected: ", result->expected);
    print_side(context->out, "    found:    ", result->found);
}

static void print_text(const struct context *context)
{
    const struct vfj_replay_result *result = &context->result;
    char head[2 * VFJ_HEAD_SIZE + 1];
    hex_of_head(&result->head, head);
    vfj_terminal_print(context->out, vfj_span_of(context->input->name));
    (void)fprintf(context->out, ": %s: %s\n", vfj_verdict_name((enum vfj_verdict)result->verdict),
                  vfj_verdict_text((enum vfj_verdict)result->verdict));
    if (result->what != NULL)
        print_difference(context);
    (void)fprintf(context->out, "  %llu records%s, %llu of them events; chain %s\n",
                  (unsigned long long)(result->records - (result->first - 1)),
                  result->first > 1 ? " after a checkpoint" : "",
                  (unsigned long long)result->events, head);
    if (result->verdict == VFJ_VERDICT_SAME)
        print_slots(context);
}

static int print_json(const struct context *context)
{
    const struct vfj_replay_result *result = &context->result;
    struct vfj_json *json = vfj_json_open();
    char head[2 * VFJ_HEAD_SIZE + 1];
    if (json == NULL)
        return vfj_complain_status(context->input->name, VFJ_SYSTEM, "");
    hex_of_head(&result->head, head);
    vfj_json_add_string(json, "file", context->input->name);
    vfj_json_add_string(json, "verdict", vfj_verdict_name((enum vfj_verdict)result->verdict));
    vfj_json_add_integer(json, "first", (int64_t)result->first);
    vfj_json_add_integer(json, "records", (int64_t)result->records);
    vfj_json_add_integer(json, "events", (int64_t)result->events);
    vfj_json_add_string(json, "chain", head);
    if (result->what != NULL) {
        vfj_json_add_integer(json, "seq", (int64_t)result->seq);
        vfj_json_add_string(json, "what", result->what);
        vfj_json_add_string(json, "expected", result->expected);
        vfj_json_add_string(json, "found", result->found);
    }
    bool is_printed = vfj_print_object(context->out, json);
    vfj_json_close(json);
    return is_printed ? VFJ_EXIT_OK : vfj_complain_status(context->input->name, VFJ_SYSTEM, "");
}

static int report(struct context *context)
{
    enum vfj_verdict verdict = (enum vfj_verdict)context->result.verdict;
    int exit_status = vfj_verdict_exit_status(verdict);
    if (verdict == VFJ_VERDICT_UNUSABLE)
        return vfj_complain_status(context->input->name, (enum vfj_status)context->result.status,
                                   vfj_journal_detail(context->journal));
    if (context->result.records == 0 && verdict == VFJ_VERDICT_SAME) {
        vfj_complain(context->input->name, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    switch (context->options->output) {
    case VFJ_REPLAY_TEXT:
        print_text(context);
        break;
    case VFJ_REPLAY_COMMANDS:
        if (verdict != VFJ_VERDICT_SAME)
            vfj_complain(context->input->name, vfj_verdict_text(verdict));
        break;
    case VFJ_REPLAY_JSON: {
        int printed = print_json(context);
        return printed != VFJ_EXIT_OK ? printed : exit_status;
    }
    }
    return exit_status;
}

static int replay(struct context *context)
{
    struct vfj_replay_checks checks = {.arg = context};
    enum vfj_status status
        = vfj_journal_open(&context->journal, context->input->path, VFJ_JOURNAL_READ);
    if (status != VFJ_OK)
        return vfj_complain_status(context->input->name, status,
                                   vfj_journal_detail(context->journal));
    if (context->options->output == VFJ_REPLAY_COMMANDS)
        checks.watch = print_commands;
    vfj_machine_init(&context->machine);
    vfj_replay_run(context->journal, &context->machine, &checks, &context->result);
    vfj_progress_end();
    return report(context);
}

int vfj_replay_journal(const struct vfj_input *input, const struct vfj_replay_options *options,
                       FILE *out)
{
    struct context *context = calloc(1, sizeof *context);
    if (context == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "");
    context->input = input;
    context->options = options;
    context->out = out;
    int exit_status = replay(context);
    vfj_journal_close(context->journal);
    free(context);
    return exit_status;
}
