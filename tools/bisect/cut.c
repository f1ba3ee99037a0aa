/* Writes the beginning of a journal or a trace to a separate file. */
#include "tools/bisect/cut.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/progress.h"
#include "tools/finding.h"
#include "tools/replay/trace_file.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { BATCH = 20000 }; /* records for each transaction */

static bool add(struct vfj_cuts *cuts, uint64_t number)
{
    if (cuts->count == cuts->room) {
        size_t room = 2 * cuts->room + 1024;
        uint64_t *more = realloc(cuts->list, room * sizeof *more);
        if (more == NULL)
            return false;
        cuts->list = more;
        cuts->room = room;
    }
    cuts->list[cuts->count++] = number;
    return true;
}

/* Finds the places at which a journal can be cut: before each event but the first, and after the
 * last record. */
static enum vfj_status find_events(struct vfj_cuts *cuts)
{
    struct vfj_record record;
    enum vfj_status status;
    uint64_t last = 0;
    bool has_event = false, has_memory = true;
    vfj_journal_walk(cuts->journal, 1, VFJ_FORWARD);
    while ((status = vfj_journal_next(cuts->journal, &record)) == VFJ_OK && has_memory) {
        vfj_progress_set(record.seq);
        if (vfj_record_is_event(&record) && has_event)
            has_memory = add(cuts, last);
        has_event |= vfj_record_is_event(&record);
        last = record.seq;
    }
    vfj_journal_walk_end(cuts->journal);
    if (status == VFJ_END && has_event && has_memory)
        has_memory = add(cuts, last);
    if (!has_memory)
        return VFJ_SYSTEM;
    return status == VFJ_END ? VFJ_OK : status;
}

static enum vfj_status find_lines(struct vfj_cuts *cuts)
{
    struct vfj_span rest = {cuts->input->bytes, cuts->input->length};
    struct vfj_span line;
    for (uint64_t number = 1; vfj_trace_next_line(&rest, &line); number++) {
        if (!add(cuts, number))
            return VFJ_SYSTEM;
    }
    return VFJ_OK;
}

int vfj_cuts_open(struct vfj_cuts *cuts, const struct vfj_input *input)
{
    enum vfj_status status = VFJ_OK;
    *cuts = (struct vfj_cuts){.input = input};
    vfj_progress_begin("reading records", "records", 0);
    if (input->bytes == NULL)
        status = vfj_journal_open(&cuts->journal, input->path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = input->bytes != NULL ? find_lines(cuts) : find_events(cuts);
    if (status != VFJ_OK)
        return vfj_complain_status(input->name, status,
                                   cuts->journal != NULL ? vfj_journal_detail(cuts->journal) : "");
    if (cuts->count > 0)
        return VFJ_EXIT_OK;
    vfj_complain(input->name, VFJ_NO_RECORDS);
    return VFJ_EXIT_UNUSABLE;
}

void vfj_cuts_close(struct vfj_cuts *cuts)
{
    vfj_journal_close(cuts->journal);
    free(cuts->list);
}

/* Copies further records up to the record `last`, but at most BATCH records. Sets *more to false
 * when the record `last` was copied. */
static enum vfj_status copy_batch(const struct vfj_cuts *cuts, struct vfj_journal *to,
                                  uint64_t last, bool *more)
{
    struct vfj_record record;
    enum vfj_status status = vfj_journal_begin(to);
    for (unsigned i = 0; i < BATCH && status == VFJ_OK && *more; i++) {
        status = vfj_journal_next_raw(cuts->journal, &record);
        if (status == VFJ_OK)
            status = vfj_journal_append(to, &record);
        *more = status == VFJ_OK && record.seq < last;
    }
    return status == VFJ_OK ? vfj_journal_commit(to) : status;
}

static int copy_records(const struct vfj_cuts *cuts, uint64_t last, const char *path)
{
    struct vfj_journal *to = NULL;
    bool more = true;
    enum vfj_status status = vfj_journal_open(&to, path, VFJ_JOURNAL_WRITE);
    vfj_journal_walk(cuts->journal, 1, VFJ_FORWARD);
    while (status == VFJ_OK && more)
        status = copy_batch(cuts, to, last, &more);
    vfj_journal_walk_end(cuts->journal);
    int exit_status = VFJ_EXIT_OK;
    if (status != VFJ_OK)
        exit_status = vfj_complain_status(path, status, vfj_journal_detail(to));
    vfj_journal_close(to);
    return exit_status;
}

static int copy_lines(const struct vfj_cuts *cuts, uint64_t last, const char *path)
{
    struct vfj_span rest = {cuts->input->bytes, cuts->input->length};
    struct vfj_span line;
    for (uint64_t number = 1; number <= last; number++)
        (void)vfj_trace_next_line(&rest, &line);
    FILE *file = fopen(path, "w");
    bool is_written = file != NULL
        && fwrite(cuts->input->bytes, 1, (size_t)(rest.text - cuts->input->bytes), file)
            == (size_t)(rest.text - cuts->input->bytes);
    if (file != NULL)
        is_written = fclose(file) == 0 && is_written;
    return is_written ? VFJ_EXIT_OK : vfj_complain_status(path, VFJ_SYSTEM, strerror(errno));
}

int vfj_cuts_write(const struct vfj_cuts *cuts, size_t index, const char *path)
{
    return cuts->journal != NULL ? copy_records(cuts, cuts->list[index], path)
                                 : copy_lines(cuts, cuts->list[index], path);
}

uint64_t vfj_cuts_begin_of(const struct vfj_cuts *cuts, size_t index)
{
    struct vfj_record record;
    uint64_t seq = index > 0 ? cuts->list[index - 1] + 1 : 1;
    if (cuts->journal == NULL)
        return cuts->list[index];
    vfj_journal_walk(cuts->journal, seq, VFJ_FORWARD);
    while (vfj_journal_next(cuts->journal, &record) == VFJ_OK && record.seq <= cuts->list[index]) {
        seq = record.seq;
        if (vfj_record_is_event(&record))
            break;
    }
    vfj_journal_walk_end(cuts->journal);
    return seq;
}
