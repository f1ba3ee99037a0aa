/* Prints the machine's state after a record. */
#include <inttypes.h>
#include <stdlib.h>

#include "tools/output.h"
#include "tools/progress.h"
#include "tools/record_json.h"
#include "tools/replay/replay.h"
#include "tools/state/describe.h"
#include "tools/state/read.h"
#include "tools/terminal.h"
#include "tools/verb.h"
#include "tools/whatif/whatif.h"

/* Prints the record up to which the journal was replayed, if --goto was given. */
static enum vfj_status print_record(struct vfj_journal *journal,
                                    const struct vfj_replay_options *options, FILE *out)
{
    struct vfj_record record;
    struct vfj_style style = vfj_style_of(out);
    enum vfj_status status = vfj_journal_get(journal, options->seq, &record);
    if (status != VFJ_OK)
        return status;
    if (options->output == VFJ_REPLAY_JSON) {
        vfj_record_print_json(out, &record, NULL);
        return VFJ_OK;
    }
    (void)fprintf(out, "The machine decides as recorded up to record %" PRIu64 ":\n", record.seq);
    style.rows = true;
    vfj_output_record(out, &style, &record, NULL);
    (void)fputc('\n', out);
    return VFJ_OK;
}

static int print_state(struct vfj_journal *journal, const char *name,
                       const struct vfj_replay_options *options, FILE *out,
                       const struct vfj_state *state)
{
    struct vfj_description description;
    enum vfj_status status = options->is_goto ? print_record(journal, options, out) : VFJ_OK;
    if (status != VFJ_OK)
        return vfj_complain_status(name, status, vfj_journal_detail(journal));
    vfj_state_describe(state, &description);
    bool is_printed = !description.no_memory;
    if (is_printed && options->output == VFJ_REPLAY_JSON)
        is_printed = vfj_description_print_json(out, &description);
    else if (is_printed)
        vfj_description_print(out, &description);
    vfj_description_free(&description);
    return is_printed ? VFJ_EXIT_OK : vfj_complain_status(name, VFJ_SYSTEM, "out of memory");
}

static int show_state(struct vfj_journal *journal, const char *name,
                      const struct vfj_replay_options *options, FILE *out)
{
    struct vfj_machine *machine = malloc(sizeof *machine);
    if (machine == NULL)
        return vfj_complain_status(name, VFJ_SYSTEM, "out of memory");
    int exit_status = vfj_state_read_at(journal, name, options->seq, !options->is_goto, machine);
    vfj_progress_end();
    if (exit_status == VFJ_EXIT_OK)
        exit_status = print_state(journal, name, options, out, &machine->state);
    free(machine);
    return exit_status;
}

/* Plays a trace, or a journal with other settings, into a new journal, and shows the state in this
 * journal. */
static int show_played(const struct vfj_input *input, const struct vfj_replay_options *options,
                       FILE *out)
{
    struct vfj_whatif *whatif = calloc(1, sizeof *whatif);
    if (whatif == NULL)
        return vfj_complain_status(input->name, VFJ_SYSTEM, "out of memory");
    int exit_status = vfj_whatif_open(whatif, input, &options->settings, options->journal);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = show_state(whatif->b.journal, input->name, options, out);
    if (exit_status == VFJ_EXIT_OK && options->journal != NULL)
        exit_status = vfj_whatif_publish(whatif);
    vfj_whatif_close(whatif);
    free(whatif);
    return exit_status;
}

int vfj_replay_state(const struct vfj_input *input, const struct vfj_replay_options *options,
                     FILE *out)
{
    struct vfj_journal *journal = NULL;
    if (input->bytes != NULL || vfj_settings_any(&options->settings))
        return show_played(input, options, out);
    enum vfj_status status = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    int exit_status = status == VFJ_OK
        ? show_state(journal, input->name, options, out)
        : vfj_complain_status(input->name, status, vfj_journal_detail(journal));
    vfj_journal_close(journal);
    return exit_status;
}
