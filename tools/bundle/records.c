/* Finds the records of a bundle. */
#include "core/text/text.h"
#include "store/journal.h"
#include "tools/audit/read.h"
#include "tools/bundle/bundle.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static int complain(const struct vfj_bundle *bundle, struct vfj_journal *journal,
                    enum vfj_status status)
{
    return vfj_complain_status(bundle->input.name, status, vfj_journal_detail(journal));
}

/* Sets *start to the seq of the last checkpoint before the row `seq`, or to that of the journal's
 * first record when there is none. */
static enum vfj_status find_start(struct vfj_journal *journal, uint64_t seq, uint64_t *start)
{
    struct vfj_record record;
    enum vfj_status status;
    bool found = false;
    vfj_journal_walk(journal, seq, VFJ_BACKWARD);
    while (!found && (status = vfj_journal_next(journal, &record)) == VFJ_OK) {
        *start = record.seq;
        found = record.kind == VFJ_RECORD_CHECKPOINT && record.cause == 0;
    }
    vfj_journal_walk_end(journal);
    return found || status == VFJ_END || status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

/* Extends the range of records by those of the migration, and by those of the other slots that lost
 * their VFs in the same event of the host. */
static void add_event(struct vfj_bundle *bundle, const struct vfj_audit *audit,
                      const struct vfj_episode *chosen)
{
    for (size_t i = 0; i < audit->count; i++) {
        const struct vfj_episode *episode = &audit->episodes[i];
        uint64_t last = vfj_audit_last_of(audit, episode);
        if (episode->event != chosen->event)
            continue;
        bundle->first = episode->id < bundle->first ? episode->id : bundle->first;
        bundle->last = last > bundle->last ? last : bundle->last;
    }
}

static int find_episodes(struct vfj_bundle *bundle, const struct vfj_audit *audit)
{
    const struct vfj_bundle_options *options = bundle->options;
    bundle->first = UINT64_MAX;
    bundle->last = 0;
    for (unsigned i = 0; i < options->id_count; i++) {
        uint64_t id = 0;
        (void)vfj_span_to_u64(vfj_span_of(options->ids[i]), &id);
        const struct vfj_episode *episode = id != 0 ? vfj_audit_find(audit, id) : NULL;
        if (episode == NULL) {
            vfj_complain(options->ids[i], "no entry of vfjournal migrations has that ID");
            return VFJ_EXIT_DIFFERENT;
        }
        bundle->ids[bundle->id_count++] = id;
    }
    if (options->id_count == 0 && !options->all && audit->count > 0)
        bundle->ids[bundle->id_count++] = audit->episodes[audit->count - 1].id;
    for (unsigned i = 0; i < bundle->id_count; i++) {
        const struct vfj_episode *episode = vfj_audit_find(audit, bundle->ids[i]);
        if (episode != NULL)
            add_event(bundle, audit, episode);
    }
    return VFJ_EXIT_OK;
}

/* Moves *last so that it is the last decision of an event. The machine can check an event only
 * together with all its decisions. */
static enum vfj_status find_end(struct vfj_journal *journal, uint64_t *last)
{
    struct vfj_record record;
    enum vfj_status status;
    bool is_inside = true;
    vfj_journal_walk(journal, *last + 1, VFJ_FORWARD);
    while (is_inside && (status = vfj_journal_next(journal, &record)) == VFJ_OK) {
        is_inside = !vfj_record_is_event(&record);
        *last = is_inside ? record.seq : *last;
    }
    vfj_journal_walk_end(journal);
    return !is_inside || status == VFJ_END || status == VFJ_JOURNAL_DAMAGED ? VFJ_OK : status;
}

static int find_records(struct vfj_bundle *bundle, struct vfj_journal *journal)
{
    struct vfj_audit audit;
    uint64_t newest = 0, oldest = 0;
    enum vfj_status status = vfj_journal_last(journal, &newest);
    if (status == VFJ_OK && newest == 0) {
        vfj_complain(bundle->input.name, VFJ_NO_RECORDS);
        return VFJ_EXIT_DIFFERENT;
    }
    if (status == VFJ_OK)
        status = vfj_journal_first(journal, &oldest);
    if (status == VFJ_OK)
        status = vfj_identity_read(journal, &bundle->identity);
    if (status != VFJ_OK)
        return complain(bundle, journal, status);
    status = vfj_audit_read(journal, 0, NULL, NULL, &audit);
    int exit_status = status == VFJ_OK ? find_episodes(bundle, &audit) : VFJ_EXIT_OK;
    vfj_audit_free(&audit);
    if (exit_status != VFJ_EXIT_OK || status != VFJ_OK)
        return exit_status != VFJ_EXIT_OK ? exit_status : complain(bundle, journal, status);
    if (bundle->id_count == 0) {
        bundle->first = oldest;
        bundle->last = newest;
    } else if (bundle->options->redacts) {
        bundle->first = oldest;
    } else {
        status = find_start(journal, bundle->first, &bundle->first);
    }
    if (status == VFJ_OK)
        status = find_end(journal, &bundle->last);
    return status == VFJ_OK ? VFJ_EXIT_OK : complain(bundle, journal, status);
}

int vfj_bundle_find_records(struct vfj_bundle *bundle)
{
    struct vfj_journal *journal;
    enum vfj_status status = vfj_journal_open(&journal, bundle->input.path, VFJ_JOURNAL_READ);
    int exit_status
        = status == VFJ_OK ? find_records(bundle, journal) : complain(bundle, journal, status);
    vfj_journal_close(journal);
    return exit_status;
}
