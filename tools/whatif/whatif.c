/* A what-if: plays a trace twice, the second time with other settings. */
#include "tools/whatif/whatif.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/act_as_owner.h"
#include "tools/export/trace.h"
#include "tools/finding.h"
#include "tools/replay/recorder.h"
#include "tools/replay/trace_file.h"
#include "tools/terminal.h"
#include "tools/verb.h"
#include "tools/whatif/difference.h"

/* What both plays have in common. */
struct source {
    struct vfj_whatif *whatif;
    struct vfj_span trace;
    int64_t first_wall_us;
};

static int complain(const struct source *source, const struct vfj_recorder *recorder,
                    enum vfj_status status, const struct vfj_trace_place *place, uint64_t inserted)
{
    const char *name = source->whatif->name;
    if (status != VFJ_BAD_SYNTAX && status != VFJ_TOO_MANY)
        return vfj_complain_status(name, status, vfj_ledger_detail(recorder->ledger));
    if (!source->whatif->is_trace) {
        vfj_complain(name, place->what);
        return VFJ_EXIT_UNUSABLE;
    }
    uint64_t line
        = status == VFJ_TOO_MANY && place->line > inserted ? place->line - inserted : place->line;
    (void)fputs("vfjournal: ", stderr);
    vfj_terminal_print(stderr, vfj_span_of(name));
    (void)fprintf(stderr, ":%llu:%zu: %s\n", (unsigned long long)line, place->column, place->what);
    return VFJ_EXIT_UNUSABLE;
}

static enum vfj_status begin_file(struct vfj_side *side, const char *to, struct vfj_text *detail)
{
    char prefix[VFJ_PATH_SIZE];
    if (to != NULL)
        return vfj_publish_begin(&side->file, to, detail);
    (void)snprintf(prefix, sizeof prefix, "%s/vfjournal", vfj_scratch_directory());
    return vfj_publish_begin_temporary(&side->file, prefix, detail);
}

static int play(const struct source *source, struct vfj_side *side,
                const struct vfj_settings *settings, struct vfj_recorder *recorder)
{
    struct vfj_whatif *whatif = source->whatif;
    struct vfj_trace_place place = {0};
    size_t length = 0;
    uint64_t inserted = 0;
    char *edited = vfj_settings_edit(settings, source->trace, &length, &inserted);
    if (edited == NULL)
        return vfj_complain_status(whatif->name, VFJ_SYSTEM, "out of memory");
    vfj_play_init(&side->play, vfj_recorder_sink(recorder), settings->mode, settings->policy);
    side->play.first_unix_us = source->first_wall_us;
    enum vfj_status status = vfj_trace_check(source->trace, &side->play, &place);
    if (status == VFJ_OK)
        status = vfj_pass_run(&whatif->pass, (struct vfj_span){edited, length}, inserted, &place);
    if (status == VFJ_OK)
        status = vfj_recorder_end(recorder);
    if (side == &whatif->a)
        /* the effects point into the text of the lines, so that it must not be freed */
        whatif->played = edited;
    else
        free(edited);
    return status == VFJ_OK ? VFJ_EXIT_OK : complain(source, recorder, status, &place, inserted);
}

/* Plays the trace into the journal of one side, and opens this journal for reading. */
static int make_side(const struct source *source, struct vfj_side *side,
                     const struct vfj_settings *settings, const char *to)
{
    char why[512];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    struct vfj_whatif *whatif = source->whatif;
    struct vfj_recorder recorder
        = {.has_checkpoints = to != NULL, .watch = vfj_pass_watch, .arg = &whatif->pass};
    memset(&whatif->pass, 0, sizeof whatif->pass);
    whatif->pass.play = &side->play;
    whatif->pass.effects = &whatif->effects;
    whatif->pass.is_exported = !whatif->is_trace;
    whatif->pass.follows = side == &whatif->b;
    whatif->pass.differs = whatif->difference.row != 0;
    whatif->pass.common = whatif->difference.common;
    enum vfj_status status = begin_file(side, to, &detail);
    if (status != VFJ_OK)
        return vfj_complain_status(to != NULL ? to : vfj_scratch_directory(), status, why);
    status = vfj_recorder_open(&recorder, side->file.path);
    int exit_status = status == VFJ_OK
        ? play(source, side, settings, &recorder)
        : vfj_complain_status(side->file.path, status, vfj_ledger_detail(recorder.ledger));
    vfj_ledger_close(recorder.ledger);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    status = vfj_journal_open(&side->journal, side->file.path, VFJ_JOURNAL_READ);
    return status == VFJ_OK
        ? VFJ_EXIT_OK
        : vfj_complain_status(side->file.path, status, vfj_journal_detail(side->journal));
}

static void close_side(struct vfj_side *side)
{
    vfj_journal_close(side->journal);
    side->journal = NULL;
    vfj_publish_end(&side->file);
}

/* Reads the wall time of the first record, which is the time at which both plays begin. */
static enum vfj_status read_first(struct vfj_journal *journal, int64_t *wall_us)
{
    struct vfj_record record;
    enum vfj_status status = vfj_journal_get(journal, 1, &record);
    if (status == VFJ_OK)
        *wall_us = record.wall_us;
    return status;
}

static int export_journal(struct vfj_whatif *whatif, struct vfj_journal *journal,
                          struct source *source)
{
    size_t length = 0;
    uint64_t last = 0;
    enum vfj_status status = vfj_journal_last(journal, &last);
    if (status != VFJ_OK)
        return vfj_complain_status(whatif->name, status, vfj_journal_detail(journal));
    if (last == 0) {
        vfj_complain(whatif->name, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    int exit_status = vfj_export_memory(
        journal, whatif->name, "can't be played with other settings", &whatif->exported, &length);
    source->trace = (struct vfj_span){whatif->exported, length};
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    status = read_first(journal, &source->first_wall_us);
    return status == VFJ_OK
        ? VFJ_EXIT_OK
        : vfj_complain_status(whatif->name, status, vfj_journal_detail(journal));
}

static int find_difference(struct vfj_whatif *whatif)
{
    enum vfj_status status
        = vfj_difference_find(whatif->a.journal, whatif->b.journal, true, &whatif->difference);
    struct vfj_first_difference in_b = whatif->difference;
    if (status == VFJ_OK)
        status = vfj_difference_locate(whatif->b.journal, &in_b);
    whatif->b_seq = in_b.seq;
    return status == VFJ_OK ? VFJ_EXIT_OK : vfj_complain_status(whatif->name, status, "");
}

/* Plays the trace without and with the settings. The play with the settings shows where their first
 * difference is. Then the trace is played with the settings again, and from this difference on, the
 * guest model determines what happens (pass.h). */
static int make_sides(struct vfj_whatif *whatif, const struct source *source,
                      const struct vfj_settings *settings, const char *to)
{
    const struct vfj_settings none = VFJ_SETTINGS_NONE;
    int exit_status = make_side(source, &whatif->a, &none, NULL);
    if (exit_status == VFJ_EXIT_OK && whatif->effects.no_memory)
        exit_status = vfj_complain_status(whatif->name, VFJ_SYSTEM, "out of memory");
    if (exit_status == VFJ_EXIT_OK)
        exit_status = make_side(source, &whatif->b, settings, NULL);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = find_difference(whatif);
    if (exit_status != VFJ_EXIT_OK || (whatif->difference.row == 0 && to == NULL))
        return exit_status;
    close_side(&whatif->b);
    exit_status = make_side(source, &whatif->b, settings, to);
    return exit_status == VFJ_EXIT_OK ? find_difference(whatif) : exit_status;
}

/* Finds the record after which the results of commands in one side are not those of the journal. If
 * other rules recorded the journal, this can happen even without other settings. */
static enum vfj_status find_assumed(struct vfj_whatif *whatif, struct vfj_journal *journal)
{
    enum vfj_status status
        = vfj_difference_find(journal, whatif->a.journal, false, &whatif->a_assumed);
    if (status != VFJ_OK)
        return status;
    bool is_a_first = whatif->a_assumed.row != 0
        && (whatif->difference.row == 0 || whatif->a_assumed.row <= whatif->difference.row);
    whatif->b_assumed = is_a_first ? whatif->a_assumed : whatif->difference;
    return is_a_first ? VFJ_OK : vfj_difference_locate(journal, &whatif->b_assumed);
}

static int open_journal(struct vfj_whatif *whatif, const struct vfj_input *input,
                        const struct vfj_settings *settings, const char *to)
{
    struct vfj_journal *journal = NULL;
    struct source source = {.whatif = whatif};
    enum vfj_status status = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    int exit_status = status == VFJ_OK
        ? export_journal(whatif, journal, &source)
        : vfj_complain_status(input->name, status, vfj_journal_detail(journal));
    if (exit_status == VFJ_EXIT_OK)
        exit_status = make_sides(whatif, &source, settings, to);
    if (exit_status == VFJ_EXIT_OK && (status = find_assumed(whatif, journal)) != VFJ_OK)
        exit_status = vfj_complain_status(input->name, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    return exit_status;
}

int vfj_whatif_open(struct vfj_whatif *whatif, const struct vfj_input *input,
                    const struct vfj_settings *settings, const char *to)
{
    memset(whatif, 0, sizeof *whatif);
    whatif->name = input->name;
    whatif->is_trace = input->bytes != NULL;
    if (!whatif->is_trace)
        return open_journal(whatif, input, settings, to);
    struct source source = {.whatif = whatif, .trace = {input->bytes, input->length}};
    if (vfj_trace_is_blank(source.trace)) {
        vfj_complain(input->name, "the trace holds no events");
        return VFJ_EXIT_DIFFERENT;
    }
    return make_sides(whatif, &source, settings, to);
}

enum vfj_status vfj_whatif_end(const struct vfj_whatif *whatif, int64_t *wall_us)
{
    int64_t least_us, of_a_us = 0, of_b_us = 0;
    enum vfj_status status = vfj_journal_times(whatif->a.journal, &least_us, &of_a_us);
    if (status == VFJ_OK)
        status = vfj_journal_times(whatif->b.journal, &least_us, &of_b_us);
    *wall_us = of_a_us > of_b_us ? of_a_us : of_b_us;
    return status;
}

int vfj_whatif_publish(struct vfj_whatif *whatif)
{
    char why[512];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    const char *to = whatif->b.file.to;
    vfj_journal_close(whatif->b.journal);
    whatif->b.journal = NULL;
    enum vfj_status status = vfj_publish_finish(&whatif->b.file, &detail);
    return status == VFJ_OK ? VFJ_EXIT_OK : vfj_complain_status(to, status, why);
}

bool vfj_whatif_has_other_rules(const struct vfj_whatif *whatif)
{
    return whatif->a_assumed.row != 0;
}

void vfj_whatif_add_assumed(const struct vfj_whatif *whatif, struct vfj_text *text)
{
    if (whatif->is_trace)
        vfj_text_add(text, "a trace has no recorded answers: all are the guest model's");
    else if (whatif->b_assumed.row == 0)
        vfj_text_add(text, "all answers are the recorded ones");
    else if (whatif->b_assumed.seq == 0)
        vfj_text_add(text, "answers are assumed after the last record");
    else
        vfj_text_format(text, "answers are assumed from record %llu on",
                        (unsigned long long)whatif->b_assumed.seq);
}

void vfj_whatif_close(struct vfj_whatif *whatif)
{
    close_side(&whatif->a);
    close_side(&whatif->b);
    free(whatif->exported);
    free(whatif->played);
    free(whatif->effects.list);
}
