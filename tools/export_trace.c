/* A journal as a trace.
 *
 * The journal is replayed twice. The first pass gives every event a time on one clock, and every command the time of
 * its answer. The second writes the trace: before an event, what the guest was like if its answer tells something that
 * the model would not know (tools/export_facts.h), and how long the commands that the event leads to took; then the
 * event. What happens in the same instant as its cause stands with it as one group: the start, with its configuration
 * and connection, the commands that are skipped in observe mode, and, where time is simulated, what takes none. */
#include "tools/export_trace.h"

#include <stdlib.h>
#include <string.h>

#include "core/kv.h"
#include "store/replay.h"
#include "tools/export_facts.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { GROUP_SIZE = 2 * VFJ_LINE_MAX, COMMANDS_KEPT = 1024, CHANGED_KEPT = 16, TIMER_SLACK_US = 2 };

static const int64_t never_us = 100000000000000; /* how long a command takes whose answer nobody heard */

/* Times by index, grown as needed. */
struct times {
    int64_t *us;
    size_t count, size;
};

struct export
{
    struct vfj_mirror mirror;
    struct times events;  /* clock of each event row, in order */
    struct times answers; /* by command id: clock of the answer, and 1; 0 none */
    struct times asked;   /* by command id: clock at which it began, and 1; 0 none */
    int64_t clock_us, base_us, last_wall_us;
    uint64_t boot;
    int64_t deadline_us; /* that the machine last asked for, on the clock */
    bool failed;
    /* second pass */
    size_t at;
    bool begun, running, starting;
    struct vfj_name changed[CHANGED_KEPT]; /* interfaces that commands of the group under way have changed */
    unsigned changed_count;
    bool unanswered; /* a command has no answer in the journal */
    uint8_t mode, policy;
    char gap[256];
    char group[GROUP_SIZE]; /* the lines of the group under way that come last */
    int64_t group_us;
    struct vfj_command commands[COMMANDS_KEPT]; /* by id modulo, those without answer */
    struct vfj_rc rc;
    struct vfj_event event; /* the row's */
};

static void put(struct export *export, struct times *times, size_t index, int64_t us)
{
    if (index >= times->size) {
        size_t size = times->size > 0 ? times->size : 1024;
        while (size <= index)
            size *= 2;
        int64_t *more = realloc(times->us, size * sizeof *more);
        if (more == NULL) {
            export->failed = true;
            return;
        }
        memset(more + times->size, 0, (size - times->size) * sizeof *more);
        times->us = more;
        times->size = size;
    }
    times->us[index] = us;
    if (times->count <= index)
        times->count = index + 1;
}

static int64_t get(const struct times *times, uint64_t index)
{
    return index < times->count ? times->us[index] : 0;
}

/* Decode the row into export->event; false for what is no event. */
static bool read_event(struct export *export, const struct vfj_record *record)
{
    memset(&export->event, 0, sizeof export->event);
    return vfj_record_is_event(record)
        && vfj_event_decode((enum vfj_event_kind)record->kind, record->body, &export->event) == VFJ_OK;
}

static uint64_t answered(const struct vfj_event *event)
{
    if (event->kind == VFJ_EVENT_OBSERVED)
        return event->as.observed.command;
    return event->kind == VFJ_EVENT_FINISHED ? event->as.finished.command : 0;
}

static bool is_answer(const struct vfj_event *event)
{
    return answered(event) != 0;
}

/* Whether the present event, an answer, came in the instant in which it was asked for. */
static bool in_same_instant(const struct export *export)
{
    return get(&export->asked, answered(&export->event)) == export->clock_us + 1;
}

/* First pass */

/* One clock over all boots. A timer is on time: what the loop was late by is no part of what happened. */
static void tick(struct export *export, const struct vfj_record *record)
{
    if (record->boot != export->boot) {
        int64_t pause_us = export->boot == 0 ? 0 : record->wall_us - export->last_wall_us;
        export->base_us = export->clock_us + (pause_us > 0 ? pause_us : 0) - record->mono_us;
        export->boot = record->boot;
        export->deadline_us = INT64_MAX;
    }
    int64_t us = export->base_us + record->mono_us;
    if (record->kind == VFJ_EVENT_TIMER && export->deadline_us < us - TIMER_SLACK_US)
        us = export->deadline_us + TIMER_SLACK_US;
    if (us > export->clock_us)
        export->clock_us = us;
    else if (is_answer(&export->event) && !in_same_instant(export))
        export->clock_us++; /* its facts have to stand between it and what came before */
    export->last_wall_us = record->wall_us;
}

static void learn_interface(struct export *export, struct vfj_name name)
{
    struct vfj_trace_line line = {.kind = VFJ_TRACE_IF};
    line.if_facts.interface.name = name;
    vfj_guest_learn(&export->mirror.guest, &line);
}

static void learn(struct export *export)
{
    const struct vfj_event *event = &export->event;
    if (event->kind == VFJ_EVENT_DEVD)
        learn_interface(export, event->as.devd.name);
    if (event->kind == VFJ_EVENT_OBSERVED && event->as.observed.probe == VFJ_PROBE_SLOT)
        learn_interface(export, event->as.observed.as.view.hn_name);
    for (unsigned i = 0; event->kind == VFJ_EVENT_OBSERVED && event->as.observed.probe == VFJ_PROBE_MAP
         && i < event->as.observed.as.map.pair_count;
         i++)
        learn_interface(export, event->as.observed.as.map.pairs[i].hn);
}

/* Whether the command is of a batch, and not the first. */
static bool is_waiting(const struct vfj_state *state, uint64_t id)
{
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        const struct vfj_batch *batch = &state->slots[i].batch;
        if (id > batch->first && id - batch->first < batch->count)
            return true;
    }
    return false;
}

/* A command of a batch begins when the one before it has ended. */
static void note_begun(struct export *export, const struct vfj_state *state)
{
    uint64_t next = answered(&export->event) + 1;
    for (unsigned i = 0; i < state->head.slot_count; i++) {
        const struct vfj_batch *batch = &state->slots[i].batch;
        if (state->slots[i].activity == VFJ_ACTIVITY_RUNNING && batch->ended > 0 && batch->first + batch->ended == next)
            put(export, &export->asked, next, export->clock_us + 1);
    }
}

static void first_pass(void *arg, const struct vfj_record *record, const struct vfj_machine *machine)
{
    struct export *export = arg;
    if (!read_event(export, record))
        return;
    tick(export, record);
    learn(export);
    put(export, &export->events, export->events.count, export->clock_us);
    if (answered(&export->event) != 0)
        put(export, &export->answers, answered(&export->event), export->clock_us + 1);
    if (export->event.kind == VFJ_EVENT_FINISHED)
        note_begun(export, &machine->state);
    for (unsigned i = 0; i < machine->decision.command_count; i++) {
        uint64_t id = machine->decision.commands[i].id;
        if (!is_waiting(&machine->state, id))
            put(export, &export->asked, id, export->clock_us + 1);
    }
    export->deadline_us
        = machine->decision.deadline_us == INT64_MAX ? INT64_MAX : export->base_us + machine->decision.deadline_us;
}

/* Second pass */

static void add_line(struct export *export, const char *word, int64_t us, struct vfj_span rest)
{
    struct vfj_text text = {.bytes = export->group, .size = sizeof export->group, .length = strlen(export->group)};
    vfj_text_add(&text, word);
    if (us >= 0)
        vfj_text_add_seconds(&text, us);
    if (rest.length > 0 && word[0] != '\0')
        vfj_text_add_char(&text, ' ');
    vfj_text_add_span(&text, rest);
    vfj_text_add_char(&text, '\n');
}

static void flush(struct export *export)
{
    (void)fputs(export->group, export->mirror.out);
    export->group[0] = '\0';
}

/* A new group, at the time of the present event. */
static void open_group(struct export *export, int64_t us)
{
    flush(export);
    export->group_us = us;
    export->starting = false;
    export->changed_count = 0;
}

static void tell_duration(struct export *export, const struct vfj_command *command, unsigned index)
{
    char line[4 * VFJ_ARGS_SIZE];
    struct vfj_argv argv;
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    int64_t answer_us = get(&export->answers, command->id) - 1, begun_us = get(&export->asked, command->id) - 1;
    export->unanswered |= answer_us < 0;
    if (begun_us < 0 || answer_us == begun_us)
        return;
    vfj_text_add(&text, "%slow ");
    vfj_text_add_seconds(&text, answer_us < 0 ? never_us : answer_us - begun_us);
    vfj_text_add_char(&text, ' ');
    if (command->kind == VFJ_COMMAND_PROBE_FILE) {
        vfj_text_add(&text, "test -f ");
        vfj_text_add(&text, command->text);
    } else if (vfj_command_argv(command, index, &argv)) {
        if (command->is_extra)
            vfj_text_add(&text, "extra ");
        vfj_argv_print(&argv, &text);
    }
    if (!text.overflow)
        vfj_mirror_direct(&export->mirror, line);
}

static void remember_commands(struct export *export, const struct vfj_decision *decision)
{
    for (unsigned i = 0; i < decision->command_count; i++) {
        const struct vfj_command *command = &decision->commands[i];
        export->commands[command->id % COMMANDS_KEPT] = *command;
        if (vfj_command_reads(command) || export->mode == VFJ_MODE_ACT)
            tell_duration(export, command, 0);
    }
}

static const struct vfj_command *command_of(const struct export *export, uint64_t id)
{
    const struct vfj_command *command = &export->commands[id % COMMANDS_KEPT];
    return command->id == id && id != 0 ? command : NULL;
}

/* rc.conf's values; one that is no longer set can only be emptied. */
static void tell_rc(struct export *export, struct vfj_span rc)
{
    char key[VFJ_VALUE_SIZE], value[VFJ_VALUE_SIZE], line[3 * VFJ_VALUE_SIZE];
    struct vfj_kv pair;
    for (struct vfj_span rest = rc; vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;) {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        if (!vfj_span_copy(key, sizeof key, pair.key) || !vfj_kv_value(&pair, value, sizeof value))
            continue;
        vfj_text_add(&text, "%rc ");
        vfj_text_add(&text, key);
        vfj_text_add(&text, "=\"");
        for (const char *c = value; *c != '\0'; c++) {
            if (strchr("\"\\$`", *c) != NULL)
                vfj_text_add_char(&text, '\\');
            vfj_text_add_char(&text, *c);
        }
        vfj_text_add_char(&text, '"');
        if (!text.overflow)
            vfj_mirror_direct(&export->mirror, line);
    }
}

static void tell_choice(struct export *export, const struct vfj_started *started)
{
    if (!export->begun || export->mode != started->mode)
        (void)fprintf(export->mirror.out, "%%mode %s\n", vfj_mode_name((enum vfj_mode)started->mode));
    if (!export->begun || export->policy != started->policy)
        (void)fprintf(export->mirror.out, "%%policy %s\n", vfj_policy_name((enum vfj_policy)started->policy));
    export->mode = started->mode;
    export->policy = started->policy;
}

static void tell_interfaces(struct export *export)
{
    const struct vfj_guest *guest = &export->mirror.guest;
    for (unsigned i = 0; i < guest->if_count; i++)
        (void)fprintf(export->mirror.out, "%%if %s up\n", guest->ifs[i].facts.name.text);
}

/* The rest of the start's group, its configuration and connection, follows in the next rows. */
static void started(struct export *export, const struct vfj_record *record, int64_t us)
{
    bool is_boot = export->begun && record->boot != export->boot;
    open_group(export, us);
    if (!export->begun)
        tell_interfaces(export);
    tell_choice(export, &export->event.as.started);
    if (export->begun && export->running && !is_boot)
        add_line(export, "%crash", -1, vfj_span_of(""));
    add_line(export, "%at ", us, vfj_span_of(""));
    if (is_boot)
        vfj_guest_boot(&export->mirror.guest);
    if (export->begun)
        add_line(export, is_boot ? "%boot" : "%restart", -1, vfj_span_of(""));
    export->begun = export->running = export->starting = true;
    export->boot = record->boot;
}

static void connected(struct export *export, int64_t us)
{
    if (export->starting && export->gap[0] == '\0')
        return;
    open_group(export, us);
    add_line(export, "%at ", us, vfj_span_of(""));
    add_line(export, "%gap", -1, vfj_span_of(export->gap));
    export->gap[0] = '\0';
}

static void configured(struct export *export, int64_t us)
{
    bool alone = !export->starting;
    if (alone)
        open_group(export, us);
    tell_rc(export, export->event.as.rc);
    if (alone)
        add_line(export, "%at ", us, vfj_span_of(""));
}

static void devd(struct export *export, int64_t us)
{
    const struct vfj_devd *line = &export->event.as.devd;
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    open_group(export, us);
    if (!vfj_trace_read(line->raw, 2, &read, &error) || read.kind != VFJ_TRACE_EVENT
        || memchr(line->raw.text, '\n', line->raw.length) != NULL) {
        add_line(export, "# a line that a trace can't hold, at ", us, vfj_span_of(""));
        return;
    }
    add_line(export, "@", us, line->raw);
    vfj_guest_happen(&export->mirror.guest, line);
}

/* Whether the present event, an answer, belongs to the group under way: it took no time. */
static bool in_group(const struct export *export, int64_t us)
{
    return us == export->group_us && get(&export->asked, answered(&export->event)) == us + 1;
}

/* What a command of this very group made of an interface would be told before that command. */
static bool changed_here(const struct export *export, const struct vfj_command *probe)
{
    bool changed = false;
    for (unsigned i = 0; probe->kind == VFJ_COMMAND_PROBE_IFCONFIG && i < export->changed_count; i++)
        changed |= vfj_name_equal(export->changed[i], probe->a);
    return changed;
}

static void observed(struct export *export, int64_t us)
{
    const struct vfj_command *command = command_of(export, export->event.as.observed.command);
    bool alone = !in_group(export, us);
    if (alone)
        open_group(export, us);
    if (command != NULL && !changed_here(export, command))
        vfj_mirror_answer(&export->mirror, command, &export->event.as.observed);
    if (alone)
        add_line(export, "%at ", us, vfj_span_of(""));
}

/* A failure that is none, by what the command printed: its work was done already, which the model sees by itself. */
static bool is_told_by_output(enum vfj_command_kind kind, const struct vfj_outcome *outcome)
{
    struct vfj_outcome silent = {.kind = outcome->kind, .status = outcome->status};
    return vfj_command_already_so(kind, outcome) && !vfj_command_already_so(kind, &silent);
}

/* The model carries the command out, too. */
static void finished(struct export *export, int64_t us)
{
    const struct vfj_outcome *outcome = &export->event.as.finished;
    const struct vfj_command *command = command_of(export, outcome->command);
    struct vfj_outcome model;
    struct vfj_argv argv;
    char line[4 * VFJ_ARGS_SIZE];
    if (!vfj_outcome_ran(outcome))
        return;
    if (!in_group(export, us)) {
        open_group(export, us);
        add_line(export, "%at ", us, vfj_span_of(""));
    }
    if (command == NULL || vfj_command_reads(command))
        return;
    if (!vfj_outcome_ok(outcome) && !is_told_by_output((enum vfj_command_kind)command->kind, outcome)
        && vfj_command_argv(command, 0, &argv)) {
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_text_add(&text, "%fail 1 ");
        vfj_text_add_u64(&text, outcome->kind == VFJ_OUTCOME_EXITED ? (uint64_t)outcome->status & 255 : 1);
        vfj_text_add_char(&text, ' ');
        vfj_argv_print(&argv, &text);
        vfj_mirror_direct(&export->mirror, line);
    }
    if (export->changed_count < CHANGED_KEPT)
        export->changed[export->changed_count++] = command->a;
    memset(&model, 0, sizeof model);
    vfj_guest_run(&export->mirror.guest, command, &model);
}

static void write_event(struct export *export, const struct vfj_record *record, int64_t us)
{
    switch ((enum vfj_event_kind) export->event.kind) {
    case VFJ_EVENT_STARTED:
        started(export, record, us);
        break;
    case VFJ_EVENT_STOPPING:
        open_group(export, us);
        add_line(export, "%at ", us, vfj_span_of(""));
        add_line(export, "%stop", -1, vfj_span_of(""));
        break;
    case VFJ_EVENT_STOPPED:
        export->running = false;
        break;
    case VFJ_EVENT_CONFIGURED:
        configured(export, us);
        break;
    case VFJ_EVENT_CONNECTED:
        connected(export, us);
        break;
    case VFJ_EVENT_GAP:
        vfj_span_copy(export->gap, sizeof export->gap, export->event.as.text);
        if (export->gap[0] == '\0')
            vfj_span_copy(export->gap, sizeof export->gap, vfj_span_of("unknown"));
        break;
    case VFJ_EVENT_DEVD:
        devd(export, us);
        break;
    case VFJ_EVENT_OBSERVED:
        observed(export, us);
        break;
    case VFJ_EVENT_FINISHED:
        finished(export, us);
        break;
    case VFJ_EVENT_TIMER:
        open_group(export, us);
        add_line(export, "%at ", us, vfj_span_of(""));
        break;
    case VFJ_EVENT_COUNT:
        break;
    }
}

static void second_pass(void *arg, const struct vfj_record *record, const struct vfj_machine *machine)
{
    struct export *export = arg;
    if (!read_event(export, record))
        return;
    write_event(export, record, export->events.us[export->at++]);
    remember_commands(export, &machine->decision);
}

static bool run(struct vfj_journal *journal, const char *path, struct export *export, vfj_replay_watch *watch)
{
    struct vfj_replay_checks checks = {.watch = watch, .arg = export};
    struct vfj_replay_result result;
    struct vfj_machine *machine = malloc(sizeof *machine);
    if (machine == NULL) {
        (void)vfj_complain_status(path, VFJ_SYSTEM, "out of memory");
        return false;
    }
    vfj_machine_init(machine);
    vfj_replay_run(journal, machine, &checks, &result);
    free(machine);
    if (result.first > 1) {
        vfj_complain(path, "can't be exported: its beginning was pruned, and a trace begins with the guest's");
        return false;
    }
    if (result.verdict == VFJ_VERDICT_SAME && !export->failed)
        return true;
    char what[256];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    vfj_text_add(&text, "can't be exported: ");
    vfj_text_add(&text, export->failed ? "no memory" : vfj_verdict_text((enum vfj_verdict)result.verdict));
    vfj_text_add(&text, ": record ");
    vfj_text_add_u64(&text, result.seq);
    vfj_complain(path, what);
    return false;
}

int vfj_export_trace(struct vfj_journal *journal, const char *path, FILE *out)
{
    struct export *export = calloc(1, sizeof *export);
    bool done = false;
    if (export == NULL)
        return vfj_complain_status(path, VFJ_SYSTEM, "out of memory");
    export->mirror.out = out;
    export->deadline_us = INT64_MAX;
    vfj_guest_init(&export->mirror.guest);
    if (run(journal, path, export, first_pass)) {
        export->boot = 0;
        (void)fputs("%vfjournal 1\n", out);
        done = run(journal, path, export, second_pass);
        flush(export);
        if (export->unanswered)
            (void)fputs("%crash\n", out);
    }
    free(export->events.us);
    free(export->answers.us);
    free(export->asked.us);
    free(export);
    return done ? VFJ_EXIT_OK : VFJ_EXIT_UNUSABLE;
}
