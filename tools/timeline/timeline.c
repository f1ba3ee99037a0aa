/* vfjournal timeline: draws a migration, or the records of a given period. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/audit/describe.h"
#include "tools/audit/source.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/timeline/draw.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal timeline [OPTION]... [-J FILE | FILE] [ID]\n"
    "Draws migration ID, or the newest one: each slot with its states, its interfaces\n"
    "and its commands over one time. Idle times are squeezed, and times without a\n"
    "record are hatched. ID is a number as `vfjournal migrations' prints it.\n"
    "\n"
    "  -o, --output FORMAT  txt (default), at most 80 columns; svg, a picture; html,\n"
    "                       a page with the picture. Both need no other file and no\n"
    "                       script\n"
    "  -S, --since TIME     draw the records from TIME on, not a migration\n"
    "  -U, --until TIME     draw the records up to TIME, not a migration\n"
    "  -i, --interface IF   only this hn; may be repeated\n"
    "      --utc            times in UTC, not in the local zone\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "TIME is as in vfjournal show. Bytes that are not printable ASCII become \\xHH.\n"
    "\n"
    "Exit status: 0 drawn; 1 no such migration, or no record of that time; 2 usage,\n"
    "or an unusable journal; 4 the system failed; 5 damaged, the readable records\n"
    "were drawn.\n";

enum {
    OPTION_UTC = 256,
    /* how much time is drawn before a migration; AFTER_US is the time after it */
    BEFORE_US = 1000000,
    AFTER_US = 3000000,
};

/* The output formats, as a list X(word). For each there is a function vfj_timeline_print_WORD(). */
#define FORMATS(X) X(txt) X(svg) X(html)

typedef bool print_function(struct vfj_model *model, enum vfj_zone zone, FILE *out);

struct timeline {
    const char *path, *id;
    print_function *print;
    enum vfj_zone zone;
    bool has_range;
    struct vfj_names names;
    struct vfj_window window;
    struct vfj_audit_source source;
    struct vfj_model model;
};

static int take_output(struct timeline *timeline, const char *value)
{
    static const char *const words[] = {
#define X(word) #word,
        FORMATS(X)
#undef X
            NULL};
    static print_function *const functions[] = {
#define X(word) vfj_timeline_print_##word,
        FORMATS(X)
#undef X
    };
    int format = vfj_option_choice(value, words);
    if (format < 0)
        return vfj_usage_error("timeline", "-o takes txt, svg or html, not", value);
    timeline->print = functions[format];
    return VFJ_OPTIONS_READ;
}

static int take_time(struct timeline *timeline, const char *value, char option, int64_t *us)
{
    timeline->has_range = true;
    return vfj_option_time("timeline", option, value, timeline->zone, us);
}

static int take(struct timeline *timeline, int option, const char *value)
{
    switch (option) {
    case 'o':
        return take_output(timeline, value);
    case 'S':
        return take_time(timeline, value, 'S', &timeline->window.since_us);
    case 'U':
        return take_time(timeline, value, 'U', &timeline->window.until_us);
    case 'i':
        return vfj_option_interface("timeline", value, &timeline->names);
    case 'J':
        timeline->path = value;
        return VFJ_OPTIONS_READ;
    case OPTION_UTC:
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct timeline *timeline, int argc, char **argv)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'}, {"since", required_argument, NULL, 'S'},
        {"until", required_argument, NULL, 'U'},  {"interface", required_argument, NULL, 'i'},
        {"utc", no_argument, NULL, OPTION_UTC},   {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    timeline->zone = vfj_options_zone(argc, argv);
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("timeline", argc, argv, ":o:S:U:i:J:h", table)) != -1)
        parsed = take(timeline, option, optarg);
    if (parsed != VFJ_OPTIONS_READ)
        return parsed;
    timeline->id = vfj_option_take_number(argc, argv);
    if (timeline->id != NULL && timeline->has_range)
        return vfj_usage_error("timeline", "an ID and a time exclude each other", timeline->id);
    return vfj_option_journal("timeline", argc, argv, &timeline->path);
}

static int complain(const struct timeline *timeline, const char *what)
{
    vfj_complain(timeline->source.input.name, what);
    return VFJ_EXIT_DIFFERENT;
}

static void add_slot(struct vfj_window *window, struct vfj_name slot)
{
    for (unsigned i = 0; i < window->slot_count; i++) {
        if (vfj_name_equal(window->slots[i], slot))
            return;
    }
    if (window->slot_count < VFJ_SLOTS_MAX)
        window->slots[window->slot_count++] = slot;
}

/* Moves *seq in the given direction, as long as the records are of the same boot as `point` and at
 * most `us` microseconds away from it. */
static enum vfj_status extend(struct timeline *timeline, const struct vfj_point *point,
                              enum vfj_direction direction, int64_t us, uint64_t *seq)
{
    struct vfj_record record;
    enum vfj_status status;
    vfj_journal_walk(timeline->source.journal, point->seq, direction);
    while ((status = vfj_journal_next(timeline->source.journal, &record)) == VFJ_OK) {
        struct vfj_point at = {.seq = record.seq,
                               .boot = record.boot,
                               .wall_us = record.wall_us,
                               .mono_us = record.mono_us};
        int64_t distance
            = direction == VFJ_FORWARD ? vfj_elapsed_us(point, &at) : vfj_elapsed_us(&at, point);
        if (record.boot != point->boot || distance > us)
            break;
        bool is_farther = direction == VFJ_FORWARD ? record.seq > *seq : record.seq < *seq;
        *seq = is_farther ? record.seq : *seq;
    }
    vfj_journal_walk_end(timeline->source.journal);
    return status == VFJ_END || status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

/* Selects the records of the chosen episode, and of all other episodes that the same host event
 * caused. */
static enum vfj_status choose_event(struct timeline *timeline, const struct vfj_episode *chosen)
{
    const struct vfj_audit *audit = &timeline->source.audit;
    struct vfj_window *window = &timeline->window;
    struct vfj_point begin = chosen->begin, end = chosen->end;
    window->first = chosen->id;
    window->last = vfj_audit_last_of(audit, chosen);
    for (size_t i = 0; i < audit->count; i++) {
        const struct vfj_episode *episode = &audit->episodes[i];
        if (episode->event != chosen->event || !vfj_names_choose(&timeline->names, episode->slot))
            continue;
        uint64_t last = vfj_audit_last_of(audit, episode);
        begin = episode->begin.seq < begin.seq ? episode->begin : begin;
        end = end.seq != 0 && (episode->end.seq == 0 || episode->end.seq > end.seq) ? episode->end
                                                                                    : end;
        window->last = last > window->last ? last : window->last;
        add_slot(window, episode->slot);
    }
    window->first = begin.seq;
    enum vfj_status status = extend(timeline, &begin, VFJ_BACKWARD, BEFORE_US, &window->first);
    if (status == VFJ_OK && end.seq != 0)
        status = extend(timeline, &end, VFJ_FORWARD, AFTER_US, &window->last);
    return status;
}

static void add_commands(struct vfj_text *text, const struct vfj_episode *episode)
{
    const struct vfj_episode_commands *commands = &episode->commands;
    vfj_text_format(text, " %u command%s ran", commands->ran, commands->ran == 1 ? "" : "s");
    if (commands->failed > 0)
        vfj_text_format(text, ", %u failed", commands->failed);
    if (commands->not_run > 0)
        vfj_text_format(text, ", %u %s not run", commands->not_run,
                        commands->not_run == 1 ? "was" : "were");
    vfj_text_add(text, ".");
}

/* Writes the title and the summary, such as "2026-… : the VF left, and came back or another came.
 * hn0 was 16.4 s without the fast path …". */
static void describe_event(struct timeline *timeline, const struct vfj_episode *chosen,
                           struct vfj_text *title, struct vfj_text *summary)
{
    const struct vfj_audit *audit = &timeline->source.audit;
    const struct vfj_window *window = &timeline->window;
    for (unsigned i = 0; i < window->slot_count; i++)
        vfj_text_format(title, "%s%s", i == 0 ? "" : ", ", window->slots[i].text);
    vfj_text_format(title, ": migration %llu", (unsigned long long)chosen->id);
    vfj_time_add(summary, chosen->begin.wall_us, timeline->zone);
    vfj_text_format(summary, ": %s.", vfj_episode_kind_text((enum vfj_episode_kind)chosen->kind));
    for (size_t i = 0; i < audit->count; i++) {
        const struct vfj_episode *episode = &audit->episodes[i];
        if (episode->event != chosen->event || !vfj_names_choose(&timeline->names, episode->slot))
            continue;
        vfj_text_format(summary, " %s was ", episode->slot.text);
        vfj_time_add_duration(summary, vfj_episode_us(episode));
        vfj_text_format(summary, " without the fast path (VF ");
        vfj_episode_add_vf(summary, episode);
        vfj_text_format(summary, "). The verdict is %s.",
                        vfj_episode_verdict_name(vfj_episode_verdict(episode, VFJ_SLOW_US)));
        add_commands(summary, episode);
        if (episode->announcement != NULL) {
            vfj_text_add(summary, " Azure announced: ");
            vfj_announcement_add(summary, episode->announcement);
            vfj_text_add(summary, ".");
        }
    }
}

static void describe_range(const struct timeline *timeline, struct vfj_text *title,
                           struct vfj_text *summary)
{
    const struct vfj_model *model = &timeline->model;
    const struct vfj_table_row *rows = model->rows;
    vfj_text_add(title, "Records of ");
    vfj_time_add(title, model->begin_wall_us, timeline->zone);
    if (model->row_count == 0)
        return;
    vfj_text_format(summary, "%zu records from %llu to %llu, ", model->row_count,
                    (unsigned long long)rows[0].seq,
                    (unsigned long long)rows[model->row_count - 1].seq);
    vfj_time_add_duration(summary, model->end_us);
    vfj_text_add(summary, " in all.");
}

static int draw(struct timeline *timeline, const struct vfj_episode *chosen)
{
    char title[1024], summary[16384];
    struct vfj_text line = vfj_text_begin(title, sizeof title);
    struct vfj_text text = vfj_text_begin(summary, sizeof summary);
    struct vfj_model *model = &timeline->model;
    enum vfj_status status = vfj_model_fill(model, timeline->source.journal, &timeline->window);
    bool is_readable = status == VFJ_OK || status == VFJ_JOURNAL_DAMAGED;
    if (is_readable && model->row_count == 0)
        return complain(timeline, "no record of that time tells of a VF");
    if (is_readable && chosen != NULL)
        describe_event(timeline, chosen, &line, &text);
    else if (is_readable)
        describe_range(timeline, &line, &text);
    if (model->is_cut)
        vfj_text_format(&text, " The drawing ends early: it has %d elements at most.",
                        (int)VFJ_ITEMS_MAX);
    model->title = title;
    model->summary = summary;
    if (is_readable && !timeline->print(model, timeline->zone, stdout))
        status = VFJ_SYSTEM;
    return status != VFJ_OK ? vfj_audit_source_fail(&timeline->source, status) : VFJ_EXIT_OK;
}

/* Counts the commands of the drawn episodes, because their verdicts depend on the commands. */
static enum vfj_status count_commands(struct timeline *timeline)
{
    struct vfj_audit *audit = &timeline->source.audit;
    const struct vfj_window *window = &timeline->window;
    enum vfj_status status = VFJ_OK;
    for (size_t i = 0; i < audit->count && status == VFJ_OK; i++) {
        struct vfj_episode *episode = &audit->episodes[i];
        bool is_near = timeline->has_range
            ? episode->begin.wall_us <= window->until_us && episode->end.wall_us >= window->since_us
            : episode->id <= window->last && vfj_audit_last_of(audit, episode) >= window->first;
        if (is_near)
            status = vfj_audit_count_commands(timeline->source.journal, episode);
    }
    return status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

static int choose(struct timeline *timeline, struct vfj_episode **chosen)
{
    const struct vfj_audit_source *source = &timeline->source;
    const struct vfj_audit *audit = &source->audit;
    if (timeline->id != NULL)
        return vfj_audit_source_find(source, "timeline", timeline->id, chosen);
    for (size_t i = 0; i < audit->count && !timeline->has_range; i++) {
        if (vfj_names_choose(&timeline->names, audit->episodes[i].slot))
            *chosen = &audit->episodes[i];
    }
    if (*chosen == NULL && !timeline->has_range)
        return complain(timeline, "no slot was ever without the fast path: -S draws a time");
    if (timeline->window.since_us > timeline->window.until_us)
        return complain(timeline, "-S is later than -U: no record can match");
    return VFJ_EXIT_OK;
}

static int run(struct timeline *timeline)
{
    struct vfj_episode *chosen = NULL;
    struct vfj_window *window = &timeline->window;
    enum vfj_status status = VFJ_OK;
    int exit_status = choose(timeline, &chosen);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    for (unsigned i = 0; i < timeline->names.count; i++)
        add_slot(window, timeline->names.list[i]);
    if (chosen != NULL)
        status = choose_event(timeline, chosen);
    if (status == VFJ_OK)
        status = count_commands(timeline);
    if (status != VFJ_OK)
        return vfj_audit_source_fail(&timeline->source, status);
    window->episodes = timeline->source.audit.episodes;
    window->episode_count = timeline->source.audit.count;
    exit_status = draw(timeline, chosen);
    if (exit_status == VFJ_EXIT_DAMAGED)
        return exit_status;
    int damage = vfj_audit_source_report(&timeline->source);
    return damage != VFJ_EXIT_OK ? damage : exit_status;
}

int vfj_verb_timeline(int argc, char **argv)
{
    static struct timeline timeline;
    timeline.print = vfj_timeline_print_txt;
    timeline.window = (struct vfj_window){
        .first = 1, .last = UINT64_MAX, .since_us = INT64_MIN, .until_us = INT64_MAX};
    int exit_status = read_options(&timeline, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    vfj_progress_report("timeline", true);
    exit_status = vfj_audit_source_open(&timeline.source, timeline.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = run(&timeline);
    vfj_progress_end();
    vfj_model_free(&timeline.model);
    vfj_audit_source_close(&timeline.source);
    return vfj_finish_output(exit_status);
}
