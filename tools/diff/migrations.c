/* Compares two migrations of a journal. Or compares one migration with how the same migration would
 * have gone with other settings. */
#include <stdlib.h>
#include <string.h>

#include "tools/act_as_owner.h"
#include "tools/audit/source.h"
#include "tools/diff/diff.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"
#include "tools/whatif/whatif.h"

enum vfj_status vfj_diff_read(struct vfj_journal *journal, uint64_t last,
                              struct vfj_diff_side *side)
{
    struct vfj_part part = {.from = side->episode.id,
                            .last = last,
                            .slot = side->episode.slot,
                            .begin = side->episode.begin,
                            .end = side->episode.end,
                            .by_role = side->by_role};
    side->totals.migrations = 1;
    side->totals.slow_us = vfj_episode_us(&side->episode);
    /* There is no limit: the part ends with the migration, or with the journal when the migration
     * has not ended. */
    part.end.seq = UINT64_MAX;
    enum vfj_status status = vfj_decisions_read(journal, &part, &side->decisions);
    vfj_totals_add(&side->totals, &side->decisions);
    return status;
}

void vfj_diff_free(struct vfj_diff_side *side)
{
    vfj_decisions_free(&side->decisions);
}

/* Returns the exit status of a comparison that could not be made. The status 1 is reserved for
 * migrations that differ. */
static int no_answer(int exit_status)
{
    return exit_status == VFJ_EXIT_DIFFERENT ? VFJ_EXIT_UNUSABLE : exit_status;
}

static int compare(const struct vfj_audit_source *source, const struct vfj_diff_options *options,
                   struct vfj_diff_side sides[2])
{
    for (unsigned i = 0; i < 2; i++) {
        struct vfj_episode *episode;
        int found = vfj_audit_source_find(source, "diff", options->words[i], &episode);
        if (found != VFJ_EXIT_OK)
            return no_answer(found);
        sides[i].episode = *episode;
        sides[i].by_role = true;
        enum vfj_status status
            = vfj_diff_read(source->journal, vfj_audit_last_of(&source->audit, episode), &sides[i]);
        if (status != VFJ_OK)
            return vfj_audit_source_fail(source, status);
    }
    int exit_status = vfj_diff_print(options, &sides[0], &sides[1], source->input.name);
    int damage = vfj_audit_source_report(source);
    return damage != VFJ_EXIT_OK ? damage : exit_status;
}

int vfj_diff_migrations(const struct vfj_diff_options *options)
{
    struct vfj_audit_source source = {.verb = "diff"};
    struct vfj_diff_side *sides = calloc(2, sizeof *sides);
    if (sides == NULL)
        return vfj_complain_status(options->path, VFJ_SYSTEM, "out of memory");
    int exit_status = no_answer(vfj_audit_source_open(&source, options->path));
    if (exit_status == VFJ_EXIT_OK)
        exit_status = compare(&source, options, sides);
    vfj_diff_free(&sides[0]);
    vfj_diff_free(&sides[1]);
    free(sides);
    vfj_audit_source_close(&source);
    return exit_status;
}

/* The data of a what-if about one migration: the input is played twice, with its own settings and
 * with the changed ones, and the migration is looked up in both results. This struct is too large
 * for the stack. */
struct trial {
    const struct vfj_diff_options *options;
    struct vfj_input input;
    struct vfj_whatif whatif;
    struct vfj_diff_side sides[2];
    int64_t end_us;
};

/* Returns the migration of the slot wanted->slot whose beginning is nearest to that of `wanted`, or
 * NULL. */
static const struct vfj_episode *find_nearest(const struct vfj_audit *audit,
                                              const struct vfj_episode *wanted)
{
    const struct vfj_episode *nearest = NULL;
    int64_t distance_us = INT64_MAX;
    for (size_t i = 0; i < audit->count; i++) {
        const struct vfj_episode *episode = &audit->episodes[i];
        int64_t apart_us = episode->begin.wall_us - wanted->begin.wall_us;
        apart_us = apart_us < 0 ? -apart_us : apart_us;
        if (!vfj_name_equal(episode->slot, wanted->slot) || apart_us >= distance_us)
            continue;
        nearest = episode;
        distance_us = apart_us;
    }
    return nearest;
}

/* Looks up the migration in the result of one play. If it begins before the changed settings have
 * an effect, it begins at the same time in both results, and otherwise at about the same time. */
static int read_side(struct trial *trial, struct vfj_journal *journal,
                     const struct vfj_episode *wanted, struct vfj_diff_side *side)
{
    struct vfj_audit audit = {0};
    enum vfj_status status = vfj_audit_read(journal, trial->end_us, NULL, NULL, &audit);
    const struct vfj_episode *found = status == VFJ_OK ? find_nearest(&audit, wanted) : NULL;
    if (found != NULL) {
        side->episode = *found;
        status = vfj_diff_read(journal, vfj_audit_last_of(&audit, found), side);
    }
    vfj_audit_free(&audit);
    if (status != VFJ_OK)
        return vfj_complain_status(trial->input.name, status, "");
    if (found == NULL) {
        vfj_complain(trial->input.name,
                     "with these settings the slot was never without the fast path");
        return VFJ_EXIT_UNUSABLE;
    }
    return VFJ_EXIT_OK;
}

/* Finds the migration A that the user named. When the input is a trace, looks for it in the journal
 * that the play wrote. */
static int find_wanted(struct trial *trial, struct vfj_episode *wanted)
{
    struct vfj_audit audit = {0};
    struct vfj_journal *opened = NULL;
    struct vfj_journal *journal = trial->whatif.a.journal;
    struct vfj_episode *episode = NULL;
    enum vfj_status status = VFJ_OK;
    if (!trial->whatif.is_trace) {
        status = vfj_journal_open(&opened, trial->input.path, VFJ_JOURNAL_READ);
        journal = opened;
    }
    if (status == VFJ_OK)
        status = vfj_audit_read(journal, 0, NULL, NULL, &audit);
    int exit_status = status == VFJ_OK
        ? no_answer(vfj_audit_find_word(&audit, trial->input.name, "diff", trial->options->words[0],
                                        &episode))
        : vfj_complain_status(trial->input.name, status, vfj_journal_detail(journal));
    if (exit_status == VFJ_EXIT_OK && episode != NULL)
        *wanted = *episode;
    vfj_audit_free(&audit);
    vfj_journal_close(opened);
    return exit_status;
}

static int compare_sides(struct trial *trial)
{
    struct vfj_episode wanted = {0};
    int exit_status = find_wanted(trial, &wanted);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    enum vfj_status status = vfj_whatif_end(&trial->whatif, &trial->end_us);
    if (status != VFJ_OK)
        return vfj_complain_status(trial->input.name, status, "");
    exit_status = read_side(trial, trial->whatif.a.journal, &wanted, &trial->sides[0]);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = read_side(trial, trial->whatif.b.journal, &wanted, &trial->sides[1]);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    trial->sides[0].episode.id = trial->sides[1].episode.id = wanted.id;
    struct vfj_diff_side *b = &trial->sides[1];
    struct vfj_text text = vfj_text_begin(b->remark, sizeof b->remark);
    vfj_text_add(&text, "with ");
    vfj_settings_describe(&trial->options->settings, &text);
    vfj_text_add(&text, "; ");
    vfj_whatif_add_assumed(&trial->whatif, &text);
    if (vfj_whatif_has_other_rules(&trial->whatif)) {
        text = vfj_text_begin(trial->sides[0].remark, sizeof trial->sides[0].remark);
        vfj_text_format(&text, "by the present rules, not the recorded ones, from record %llu on",
                        (unsigned long long)trial->whatif.a_assumed.seq);
    }
    return vfj_diff_print(trial->options, &trial->sides[0], b, trial->input.name);
}

static int try_settings(struct trial *trial, struct vfj_diff_options *options)
{
    int exit_status = vfj_act_as_owner(options->path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    exit_status = vfj_settings_read_rc(&options->settings);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("diff", false);
    exit_status = no_answer(vfj_input_open(&trial->input, options->path));
    if (exit_status == VFJ_EXIT_OK)
        exit_status
            = no_answer(vfj_whatif_open(&trial->whatif, &trial->input, &options->settings, NULL));
    vfj_progress_end();
    return exit_status == VFJ_EXIT_OK ? compare_sides(trial) : exit_status;
}

int vfj_diff_settings(struct vfj_diff_options *options)
{
    struct trial *trial = calloc(1, sizeof *trial);
    if (trial == NULL)
        return vfj_complain_status(options->path, VFJ_SYSTEM, "out of memory");
    trial->options = options;
    int exit_status = try_settings(trial, options);
    vfj_diff_free(&trial->sides[0]);
    vfj_diff_free(&trial->sides[1]);
    vfj_whatif_close(&trial->whatif);
    vfj_input_close(&trial->input);
    free(trial);
    return exit_status;
}
