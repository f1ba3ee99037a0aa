/* vfjournal migration ID: describes one episode, a time in which a slot's traffic did not go
 * through its VF. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audit/describe.h"
#include "tools/audit/source.h"
#include "tools/migrations/measured.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/record_json.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal migration [OPTION]... [-J FILE | FILE] ID\n"
    "Tells all about one line of vfjournal migrations: when it began and ended, the\n"
    "VF before and after, the time in each state, each command with its duration and\n"
    "outcome, findings, and gaps.\n"
    "\n"
    "      --slow DURATION  a longer one is slow; default 120s\n"
    "  -o, --output FORMAT  text (default), or json: one object for the whole, then\n"
    "                       one a line for each command\n"
    "      --utc            times in UTC, not in the local zone\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "Exit status: 0 printed; 1 no migration has that ID; 2 usage, or an unusable\n"
    "journal; 4 the system failed; 5 damaged, the readable records were used; 6\n"
    "records are missing.\n";

enum { OPTION_UTC = 256, OPTION_SLOW, LINE_SIZE = 1024 };

/* A record that will be printed: a change of state, a notice, a command, or a gap. */
struct pick {
    uint64_t seq;
    uint64_t outcome; /* for a command: the seq of its outcome; 0: it has no outcome */
};

struct migration {
    const char *path, *id;
    int64_t slow_us;
    bool json;
    enum vfj_zone zone;
    struct vfj_audit_source source;
    struct vfj_episode *episode;
    struct pick *picks; /* in order of seq */
    size_t count, room;
    /* number of sequence numbers within the episode for which the journal has no record */
    uint64_t missing;
    struct vfj_measured measured;
    bool no_memory;
};

static int take(struct migration *migration, int option, const char *value)
{
    switch (option) {
    case OPTION_UTC:
        migration->zone = VFJ_ZONE_UTC;
        return VFJ_OPTIONS_READ;
    case OPTION_SLOW:
        return vfj_option_slow("migration", value, &migration->slow_us);
    case 'o':
        return vfj_option_output("migration", value, &migration->json);
    case 'J':
        migration->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

/* Reads the options and the arguments [FILE] ID, in either order. */
static int read_options(struct migration *migration, int argc, char **argv)
{
    static const struct option table[] = {
        {"slow", required_argument, NULL, OPTION_SLOW},
        {"output", required_argument, NULL, 'o'},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("migration", argc, argv, ":o:J:h", table)) != -1)
        parsed = take(migration, option, optarg);
    if (parsed != VFJ_OPTIONS_READ)
        return parsed;
    if (optind == argc)
        return vfj_usage_error("migration", "which ID? `vfjournal migrations` prints them", NULL);
    uint64_t number;
    migration->id = vfj_option_take_number(argc, argv);
    if (migration->id == NULL)
        migration->id = argv[optind];
    if (!vfj_option_count(migration->id, &number))
        return vfj_usage_error("migration", VFJ_NOT_AN_ID, migration->id);
    return vfj_option_journal("migration", argc, argv, &migration->path);
}

static void add_pick(struct migration *migration, uint64_t seq)
{
    if (migration->count == migration->room) {
        size_t room = migration->room > 0 ? 2 * migration->room : 64;
        struct pick *picks = realloc(migration->picks, room * sizeof *picks);
        if (picks == NULL) {
            migration->no_memory = true;
            return;
        }
        migration->picks = picks;
        migration->room = room;
    }
    migration->picks[migration->count++] = (struct pick){.seq = seq};
}

static void add_outcome(struct migration *migration, uint64_t command, uint64_t outcome)
{
    for (size_t i = migration->count; i-- > 0 && migration->picks[i].seq >= command;) {
        if (migration->picks[i].seq == command)
            migration->picks[i].outcome = outcome;
    }
}

static bool is_of_slot(const struct migration *migration, const struct vfj_record *record)
{
    static struct vfj_command command; /* too large for a small stack */
    struct vfj_transition_row row;
    if (record->kind == VFJ_RECORD_TRANSITION)
        return vfj_transition_row_read(record->body, &row)
            && vfj_name_equal(row.slot, migration->episode->slot);
    return record->kind == VFJ_RECORD_COMMAND
        && vfj_command_decode(record->body, &command) == VFJ_OK && !vfj_command_reads(&command)
        && vfj_name_equal(command.hn, migration->episode->slot);
}

static bool is_about_all(const struct vfj_record *record)
{
    return record->kind == VFJ_EVENT_GAP || record->kind == VFJ_EVENT_STARTED
        || record->kind == VFJ_EVENT_STOPPING || record->kind == VFJ_EVENT_STOPPED;
}

static void take_record(struct migration *migration, const struct vfj_record *record)
{
    vfj_measured_take(&migration->measured, record);
    if (record->kind == VFJ_EVENT_FINISHED)
        add_outcome(migration, record->cause, record->seq);
    else if (is_about_all(record) || is_of_slot(migration, record))
        add_pick(migration, record->seq);
}

static enum vfj_status collect(struct migration *migration)
{
    uint64_t last = vfj_audit_last_of(&migration->source.audit, migration->episode);
    uint64_t seq = migration->episode->id - 1;
    migration->measured = vfj_measured_begin(migration->episode->slot);
    struct vfj_record record;
    enum vfj_status status;
    vfj_journal_walk(migration->source.journal, migration->episode->id, VFJ_FORWARD);
    while ((status = vfj_journal_next(migration->source.journal, &record)) == VFJ_OK
           && record.seq <= last && !migration->no_memory) {
        migration->missing += record.seq - seq - 1;
        seq = record.seq;
        take_record(migration, &record);
    }
    vfj_journal_walk_end(migration->source.journal);
    if (migration->no_memory)
        return VFJ_SYSTEM;
    return status == VFJ_END ? VFJ_OK : status;
}

static void begin_line(struct vfj_text *text, char line[LINE_SIZE], const char *head)
{
    *text = vfj_text_begin(line, LINE_SIZE);
    for (size_t i = strlen(head); i < 12; i++)
        vfj_text_add_char(text, ' ');
    vfj_text_add(text, head);
    vfj_text_add(text, ": ");
}

static void end_line(const struct vfj_text *text)
{
    (void)printf("%s\n", text->bytes);
}

static void print_point(const struct migration *migration, const char *head,
                        const struct vfj_point *point, uint8_t reason)
{
    char line[LINE_SIZE];
    struct vfj_text text;
    begin_line(&text, line, head);
    vfj_time_add_us(&text, point->wall_us, migration->zone);
    vfj_text_format(&text, ", record %llu: %s", (unsigned long long)point->seq,
                    vfj_reason_text((enum vfj_reason)reason));
    end_line(&text);
}

static void print_end(const struct migration *migration)
{
    const struct vfj_episode *episode = migration->episode;
    char line[LINE_SIZE];
    struct vfj_text text;
    if (episode->ended || episode->ended_by != VFJ_REASON_NONE) {
        print_point(migration, "ended", &episode->end, episode->ended_by);
        return;
    }
    begin_line(&text, line, "ended");
    vfj_text_add(&text, "not yet; the state is ");
    vfj_text_add(&text,
                 episode->state < VFJ_SLOT_STATE_COUNT
                     ? vfj_slot_state_name((enum vfj_slot_state)episode->state)
                     : "unknown");
    vfj_text_add(&text,
                 migration->source.daemon > 0 ? ", now at " : ", and the newest record is of ");
    vfj_time_add(&text, episode->end.wall_us, migration->zone);
    end_line(&text);
}

static void add_vf(struct vfj_text *text, struct vfj_name vf)
{
    vfj_text_add(text, vfj_name_is_empty(vf) ? "none" : vf.text);
    if (vfj_vf_driver(vf)[0] != '\0')
        vfj_text_format(text, " (%s)", vfj_vf_driver(vf));
}

static void print_vf(const struct vfj_episode *episode)
{
    char line[LINE_SIZE];
    struct vfj_text text;
    begin_line(&text, line, "VF");
    if (!vfj_name_is_empty(episode->vf_before)) {
        add_vf(&text, episode->vf_before);
        vfj_text_add(&text, " before, ");
    }
    add_vf(&text, episode->vf_after);
    vfj_text_add(&text, " after");
    if (episode->leaves > 0)
        vfj_text_format(&text, "; it left %u time%s", episode->leaves,
                        episode->leaves == 1 ? "" : "s");
    end_line(&text);
}

static void print_states(const struct vfj_episode *episode)
{
    char line[LINE_SIZE];
    struct vfj_text text;
    bool is_first = true;
    begin_line(&text, line, "states");
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
        if (episode->state_us[i] == 0)
            continue;
        vfj_text_add(&text, is_first ? "" : ", ");
        vfj_text_add(&text, vfj_slot_state_name((enum vfj_slot_state)i));
        vfj_text_add_char(&text, ' ');
        vfj_time_add_duration(&text, episode->state_us[i]);
        is_first = false;
    }
    vfj_text_add(&text, is_first ? "no time passed" : "");
    end_line(&text);
}

static void print_commands(const struct vfj_episode *episode)
{
    const struct vfj_episode_commands *commands = &episode->commands;
    char line[LINE_SIZE];
    struct vfj_text text;
    begin_line(&text, line, "commands");
    vfj_text_format(&text, "%u ran in ", commands->ran);
    vfj_time_add_duration(&text, commands->us);
    vfj_text_format(&text, ", %u failed, %u not run", commands->failed, commands->not_run);
    end_line(&text);
}

static void print_findings(const struct vfj_episode *episode)
{
    char line[LINE_SIZE];
    struct vfj_text text;
    for (unsigned i = 0; i < VFJ_EPISODE_FINDINGS_MAX && episode->findings[i] != VFJ_REASON_NONE;
         i++) {
        enum vfj_reason reason = (enum vfj_reason)episode->findings[i];
        begin_line(&text, line, "finding");
        vfj_text_format(&text, "%s: %s", vfj_reason_name(reason), vfj_reason_text(reason));
        end_line(&text);
    }
    if (episode->finding_count == 0)
        (void)printf("    findings: none\n");
}

static void print_gaps(const struct migration *migration)
{
    const struct vfj_episode *episode = migration->episode;
    char line[LINE_SIZE];
    struct vfj_text text;
    begin_line(&text, line, "gaps");
    if (episode->gaps == 0 && episode->restarts == 0 && episode->boots == 0
        && migration->missing == 0 && !episode->began_before)
        vfj_text_add(&text, "none");
    if (episode->began_before)
        vfj_text_add(&text, "it began before the journal's first record; ");
    if (episode->gaps > 0)
        vfj_text_format(&text, "events may be missing in %u place%s; ", episode->gaps,
                        episode->gaps == 1 ? "" : "s");
    if (migration->missing > 0)
        vfj_text_format(&text, "%llu record%s missing; ", (unsigned long long)migration->missing,
                        migration->missing == 1 ? " is" : "s are");
    if (episode->restarts > 0)
        vfj_text_format(&text, "a daemon started %u time%s; ", episode->restarts,
                        episode->restarts == 1 ? "" : "s");
    if (episode->away_us > 0) {
        vfj_text_add(&text, "no daemon ran for ");
        vfj_time_add_duration(&text, episode->away_us);
        vfj_text_add(&text, "; ");
    }
    if (episode->boots > 0)
        vfj_text_format(&text, "the guest booted %u time%s; ", episode->boots,
                        episode->boots == 1 ? "" : "s");
    if (text.length > 2 && strcmp(line + text.length - 2, "; ") == 0)
        line[text.length - 2] = '\0';
    end_line(&text);
}

static void print_event(const struct migration *migration)
{
    const struct vfj_audit *audit = &migration->source.audit;
    char line[LINE_SIZE];
    struct vfj_text text;
    unsigned others = 0;
    begin_line(&text, line, "host event");
    vfj_text_add_u64(&text, migration->episode->event);
    for (size_t i = 0; i < audit->count; i++) {
        const struct vfj_episode *other = &audit->episodes[i];
        if (other->event != migration->episode->event || other == migration->episode)
            continue;
        vfj_text_format(&text, "%s%s (%llu)", others++ == 0 ? ", with " : ", ", other->slot.text,
                        (unsigned long long)other->id);
    }
    if (others > 0)
        end_line(&text);
}

/* Prints the announcement of the episode, and what was measured during the episode. */
static void print_announced(const struct migration *migration)
{
    const struct vfj_episode *episode = migration->episode;
    char line[LINE_SIZE];
    struct vfj_text text;
    begin_line(&text, line, "announced");
    if (episode->announcement != NULL)
        vfj_announced_add(&text, episode, migration->zone);
    else
        vfj_text_add(&text, "no, though Azure Scheduled Events were watched");
    if (episode->announcement != NULL || vfj_episode_is_unannounced(episode))
        end_line(&text);
    if (episode->announcement != NULL && episode->announcement->event.text[0] != '\0') {
        begin_line(&text, line, "in words");
        vfj_text_add(&text, episode->announcement->event.text);
        end_line(&text);
    }
    begin_line(&text, line, "measured");
    vfj_measured_add(&text, &migration->measured, episode);
    end_line(&text);
}

static void print_kind(const struct vfj_episode *episode)
{
    char line[LINE_SIZE];
    struct vfj_text text;
    enum vfj_episode_kind kind = (enum vfj_episode_kind)episode->kind;
    begin_line(&text, line, "kind");
    vfj_text_format(&text, "%s: %s", vfj_episode_kind_name(kind), vfj_episode_kind_text(kind));
    end_line(&text);
}

static void print_head(const struct migration *migration)
{
    const struct vfj_episode *episode = migration->episode;
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_format(&text, "migration %llu of %s: %s, ", (unsigned long long)episode->id,
                    episode->slot.text,
                    vfj_episode_verdict_name(vfj_episode_verdict(episode, migration->slow_us)));
    vfj_time_add_duration(&text, vfj_episode_us(episode));
    vfj_text_add(&text, " without the fast path");
    end_line(&text);
    print_kind(episode);
    print_point(migration, "began", &episode->begin, episode->began_by);
    print_end(migration);
    print_vf(episode);
    print_announced(migration);
    print_states(episode);
    print_commands(episode);
    print_findings(episode);
    print_gaps(migration);
    print_event(migration);
}

/* A copy of a record and of its text, which remains valid when the next record is read. */
struct kept {
    struct vfj_record record;
    char body[VFJ_BODY_MAX];
    char note[VFJ_RECORD_NAME];
};

static enum vfj_status get_kept(const struct migration *migration, uint64_t seq, struct kept *kept)
{
    enum vfj_status status = vfj_journal_get(migration->source.journal, seq, &kept->record);
    if (status != VFJ_OK)
        return status;
    memcpy(kept->body, kept->record.body.text, kept->record.body.length);
    memcpy(kept->note, kept->record.note.text, kept->record.note.length);
    kept->record.body.text = kept->body;
    kept->record.note.text = kept->note;
    return VFJ_OK;
}

static enum vfj_status print_lines(const struct migration *migration)
{
    static struct kept outcome;
    struct vfj_style style = vfj_style_of(stdout);
    struct vfj_record record;
    enum vfj_status status = VFJ_OK;
    style.layout = VFJ_LAYOUT_DELTA;
    style.zone = migration->zone;
    (void)fputc('\n', stdout);
    for (size_t i = 0; i < migration->count && status == VFJ_OK; i++) {
        const struct pick *pick = &migration->picks[i];
        if (pick->outcome != 0)
            status = get_kept(migration, pick->outcome, &outcome);
        if (status == VFJ_OK)
            status = vfj_journal_get(migration->source.journal, pick->seq, &record);
        if (status != VFJ_OK)
            break;
        (void)printf("%8llu ", (unsigned long long)pick->seq);
        vfj_output_record(stdout, &style, &record, pick->outcome != 0 ? &outcome.record : NULL);
        style.before_us = record.wall_us;
    }
    return status;
}

static void add_outcome_json(struct vfj_json *json, const struct vfj_record *record)
{
    static const char *const names[] = {
#define X(symbol, name) [VFJ_OUTCOME_##symbol] = (name),
        VFJ_OUTCOMES(X)
#undef X
    };
    static struct vfj_event event; /* too large for a small stack */
    if (vfj_event_decode(VFJ_EVENT_FINISHED, record->body, &event) != VFJ_OK)
        return;
    const struct vfj_outcome *outcome = &event.as.finished;
    vfj_json_add_integer(json, "outcome_seq", (int64_t)record->seq);
    vfj_json_add_string(json, "outcome", names[outcome->kind]);
    vfj_json_add_integer(json, "status", outcome->status);
    vfj_json_add_duration(json, "duration", outcome->duration_us);
    if (outcome->output[0] != '\0')
        vfj_json_add_string(json, "output", outcome->output);
}

static enum vfj_status print_command_json(const struct migration *migration, struct vfj_json *json,
                                          const struct pick *pick)
{
    static struct vfj_command command;
    static struct vfj_argv argv;
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    struct vfj_record record;
    enum vfj_status status = vfj_journal_get(migration->source.journal, pick->seq, &record);
    if (status != VFJ_OK || record.kind != VFJ_RECORD_COMMAND
        || vfj_command_decode(record.body, &command) != VFJ_OK)
        return status;
    struct vfj_point at
        = {.boot = record.boot, .wall_us = record.wall_us, .mono_us = record.mono_us};
    vfj_json_add_integer(json, "migration", (int64_t)migration->episode->id);
    vfj_json_add_integer(json, "seq", (int64_t)pick->seq);
    vfj_json_add_duration(json, "after", vfj_elapsed_us(&migration->episode->begin, &at));
    vfj_json_add_string(json, "kind", vfj_command_kind_name((enum vfj_command_kind)command.kind));
    if (vfj_command_argv(&command, 0, &argv)) {
        vfj_argv_print(&argv, &text);
        vfj_json_add_words(json, "argv", vfj_span_of(line));
    }
    if (pick->outcome != 0)
        status = vfj_journal_get(migration->source.journal, pick->outcome, &record);
    if (pick->outcome != 0 && status == VFJ_OK)
        add_outcome_json(json, &record);
    return vfj_print_object(stdout, json) ? status : VFJ_SYSTEM;
}

static enum vfj_status print_json(const struct migration *migration)
{
    struct vfj_json *json = vfj_json_open();
    if (json == NULL)
        return VFJ_SYSTEM;
    vfj_episode_add_json(json, migration->episode, migration->slow_us);
    vfj_json_add_integer(json, "missing_records", (int64_t)migration->missing);
    vfj_measured_add_json(json, &migration->measured);
    enum vfj_status status = vfj_print_object(stdout, json) ? VFJ_OK : VFJ_SYSTEM;
    for (size_t i = 0; i < migration->count && status == VFJ_OK; i++)
        status = print_command_json(migration, json, &migration->picks[i]);
    vfj_json_close(json);
    return status;
}

static enum vfj_status print(const struct migration *migration)
{
    if (migration->json)
        return print_json(migration);
    print_head(migration);
    return print_lines(migration);
}

static int report_missing(const struct migration *migration)
{
    char line[LINE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (migration->missing == 0)
        return VFJ_EXIT_OK;
    vfj_text_format(
        &text, "%llu record%s missing in migration %llu", (unsigned long long)migration->missing,
        migration->missing == 1 ? " is" : "s are", (unsigned long long)migration->episode->id);
    vfj_complain(migration->source.input.name, line);
    return VFJ_EXIT_EDITED;
}

static int run(struct migration *migration)
{
    const struct vfj_audit_source *source = &migration->source;
    int exit_status
        = vfj_audit_source_find(source, "migration", migration->id, &migration->episode);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    enum vfj_status counted = vfj_audit_count_commands(source->journal, migration->episode);
    enum vfj_status collected = collect(migration);
    enum vfj_status status = collected != VFJ_OK ? collected : counted;
    if (status == VFJ_OK || status == VFJ_JOURNAL_DAMAGED) {
        enum vfj_status printed = print(migration);
        status = status != VFJ_OK ? status : printed;
    }
    if (status != VFJ_OK)
        return vfj_audit_source_fail(source, status);
    exit_status = report_missing(migration);
    int damage = vfj_audit_source_report(source);
    return damage != VFJ_EXIT_OK ? damage : exit_status;
}

int vfj_verb_migration(int argc, char **argv)
{
    struct migration migration = {.source = {.verb = "migration"}, .slow_us = VFJ_SLOW_US};
    int exit_status = read_options(&migration, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_audit_source_open(&migration.source, migration.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = run(&migration);
    free(migration.picks);
    vfj_audit_source_close(&migration.source);
    return vfj_finish_output(exit_status);
}
