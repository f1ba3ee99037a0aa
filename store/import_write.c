/* Makes journals from imported rows. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/check.h"
#include "store/import.h"
#include "store/journal.h"
#include "store/machine.h"
#include "store/progress.h"
#include "store/state_checkpoint.h"

enum { COMMIT_ROWS = 8192 };

struct writing {
    struct vfj_import_journal *result;
    struct vfj_journal *journal; /* NULL: the rows are only checked */
    struct vfj_chain *chain;
    /* computes the digests of a redacted journal, whose lines have none */
    struct vfj_machine machine;
    struct vfj_event event;
};

/* Begins a journal with the row. Returns NULL on success, or the reason why no journal can begin
 * with this row. A journal begins with record 1, or with a state checkpoint, which contains the
 * chain's head before it. A redacted state checkpoint contains no head. */
static const char *begin(struct writing *writing, const struct vfj_import_row *row)
{
    uint32_t rules;
    struct vfj_import_journal *result = writing->result;
    result->first = row->record.seq;
    result->is_redacted = row->is_redacted;
    vfj_machine_init(&writing->machine);
    if (row->record.seq == 1)
        return NULL;
    bool is_pruned = row->record.kind == VFJ_RECORD_CHECKPOINT && !row->is_redacted
        && vfj_state_checkpoint_first(row->record.body, &result->head, &rules);
    if (is_pruned)
        return NULL;
    return row->is_redacted ? "redacted lines must begin with the first record"
                            : "neither the first record nor a checkpoint";
}

/* Gives a redacted row the columns that it lacks. Returns NULL on success, or the row's fault.
 * Replaces a state checkpoint by a row that reports it: its state has pseudonyms, so no machine
 * can continue from it. */
static const char *complete(struct writing *writing, struct vfj_record *record)
{
    struct vfj_record stepped = *record;
    if (record->kind == VFJ_RECORD_CHECKPOINT) {
        record->kind = VFJ_RECORD_JOURNAL;
        record->body = vfj_span_of("about=redacted-checkpoint");
        record->cause = 0;
        return NULL;
    }
    if (!vfj_record_is_event(record))
        return NULL;
    if (vfj_event_decode((enum vfj_event_kind)record->kind, record->body, &writing->event)
        != VFJ_OK)
        return "the body is none of its kind";
    writing->event.kind = record->kind;
    writing->event.wall_us = record->wall_us;
    writing->event.mono_us = record->mono_us;
    vfj_machine_step(&writing->machine, &writing->event, record->seq, &stepped);
    record->digest = stepped.digest;
    return NULL;
}

/* Computes the chain after the row. Returns NULL on success, or the reason why the row cannot
 * follow the rows before it. */
static const char *take(struct writing *writing, struct vfj_import_row *row)
{
    struct vfj_import_journal *result = writing->result;
    const char *what = NULL;
    if (row->record.seq != result->last + 1)
        return "records are missing before it";
    if (row->is_redacted != result->is_redacted)
        return "redacted lines and others cannot be mixed";
    if (row->is_redacted && (what = complete(writing, &row->record)) != NULL)
        return what;
    if (row->is_masked && result->chain_is_new == 0)
        result->chain_is_new = row->record.seq;
    struct vfj_head_hash head = result->head;
    vfj_chain_add(writing->chain, &row->record, &head);
    bool is_checked = !row->is_redacted && result->chain_is_new == 0;
    if (is_checked && memcmp(head.bytes, row->record.chain, VFJ_CHAIN_SIZE) != 0)
        return "the chain does not hold: a record was changed";
    memcpy(row->record.chain, head.bytes, VFJ_CHAIN_SIZE);
    result->head = head;
    return NULL;
}

static enum vfj_status append(struct writing *writing, const struct vfj_record *record)
{
    struct vfj_journal *journal = writing->journal;
    enum vfj_status status = VFJ_OK;
    if (journal == NULL)
        return VFJ_OK;
    bool is_due = (record->seq - writing->result->first) % COMMIT_ROWS == 0;
    if (is_due && record->seq != writing->result->first)
        status = vfj_journal_commit(journal);
    if (is_due && status == VFJ_OK)
        status = vfj_journal_begin(journal);
    return status == VFJ_OK ? vfj_journal_append(journal, record) : status;
}

static enum vfj_status write_rows(struct vfj_import_rows *rows, struct writing *writing)
{
    struct vfj_import_journal *result = writing->result;
    struct vfj_import_row row;
    enum vfj_status status = VFJ_OK;
    while (status == VFJ_OK && vfj_import_rows_next(rows, &row)) {
        bool is_first = result->rows++ == 0;
        vfj_progress_set(result->rows);
        if (result->what != NULL)
            continue;
        result->what = is_first ? begin(writing, &row) : NULL;
        if (is_first)
            result->last = row.record.seq - 1;
        if (result->what == NULL)
            result->what = take(writing, &row);
        if (result->what != NULL) {
            result->fault = row.record.seq;
            result->fault_line = row.line;
            continue;
        }
        status = append(writing, &row.record);
        result->last = row.record.seq;
    }
    if (status == VFJ_OK && writing->journal != NULL && result->last >= result->first)
        status = vfj_journal_commit(writing->journal);
    return status == VFJ_OK && vfj_import_rows_has_failed(rows) ? VFJ_SYSTEM : status;
}

enum vfj_status vfj_import_write(struct vfj_import_rows *rows, const char *path,
                                 struct vfj_import_journal *journal, struct vfj_text *detail)
{
    struct writing *writing = calloc(1, sizeof *writing);
    enum vfj_status status = writing != NULL ? VFJ_OK : VFJ_SYSTEM;
    memset(journal, 0, sizeof *journal);
    if (writing != NULL) {
        writing->result = journal;
        writing->chain = vfj_chain_open();
        if (writing->chain == NULL)
            status = VFJ_SYSTEM;
        else if (path != NULL)
            status = vfj_journal_open(&writing->journal, path, VFJ_JOURNAL_WRITE);
        if (status == VFJ_OK)
            status = write_rows(rows, writing);
        if (status != VFJ_OK && writing->journal != NULL)
            vfj_text_add(detail, vfj_journal_detail(writing->journal));
        vfj_journal_close(writing->journal);
        vfj_chain_close(writing->chain);
    }
    free(writing);
    return status;
}
