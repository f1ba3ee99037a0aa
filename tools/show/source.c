/* Reads the records for `vfjournal show`. Uses SQLite or, when SQLite cannot read the file, reads
 * its pages directly. */
#include "tools/show/source.h"

#include <string.h>

bool vfj_source_read_pages(struct vfj_source *source, const char *path, enum vfj_status status)
{
    char bytes[128];
    struct vfj_text ignored = vfj_text_begin(bytes, sizeof bytes);
    if (status != VFJ_JOURNAL_DAMAGED || source->rows != NULL)
        return false;
    if (vfj_recover_rows_open(&source->rows, path, &ignored) == VFJ_OK
        && vfj_recover_rows_count(source->rows) > 0) {
        (void)vfj_span_copy(source->damage, sizeof source->damage,
                            vfj_span_of(vfj_journal_detail(source->journal)));
        return true;
    }
    vfj_recover_rows_close(source->rows);
    source->rows = NULL;
    return false;
}

enum vfj_status vfj_source_open(struct vfj_source *source, const char *path)
{
    memset(source, 0, sizeof *source);
    enum vfj_status status = vfj_journal_open(&source->journal, path, VFJ_JOURNAL_READ);
    return vfj_source_read_pages(source, path, status) ? VFJ_OK : status;
}

void vfj_source_close(struct vfj_source *source)
{
    vfj_recover_rows_close(source->rows);
    vfj_journal_close(source->journal);
    memset(source, 0, sizeof *source);
}

const char *vfj_source_detail(const struct vfj_source *source)
{
    return vfj_journal_detail(source->journal);
}

/* Returns the seq of the next row in the direction of the walk, beginning with `seq` itself.
 * Returns 0 when there is none. */
static uint64_t nearest(const struct vfj_source *source, uint64_t seq)
{
    size_t count = vfj_recover_rows_count(source->rows);
    size_t index = vfj_recover_rows_find(source->rows, seq);
    bool is_there = index < count && vfj_recover_rows_seq(source->rows, index) == seq;
    if (is_there)
        return seq;
    if (source->direction == VFJ_FORWARD)
        return index < count ? vfj_recover_rows_seq(source->rows, index) : 0;
    return index > 0 ? vfj_recover_rows_seq(source->rows, index - 1) : 0;
}

void vfj_source_walk(struct vfj_source *source, uint64_t from, enum vfj_direction direction)
{
    source->direction = direction;
    if (source->rows != NULL)
        source->next = nearest(source, from);
    else
        vfj_journal_walk(source->journal, from, direction);
}

enum vfj_status vfj_source_next(struct vfj_source *source, struct vfj_record *record)
{
    if (source->rows == NULL)
        return vfj_journal_next(source->journal, record);
    enum vfj_status status = VFJ_END;
    while (source->next != 0 && status == VFJ_END) {
        uint64_t seq = source->next;
        status = vfj_source_get(source, seq, record);
        source->next = nearest(source, source->direction == VFJ_FORWARD ? seq + 1 : seq - 1);
    }
    return status;
}

void vfj_source_walk_end(struct vfj_source *source)
{
    if (source->rows == NULL)
        vfj_journal_walk_end(source->journal);
}

/* Reads the row with this seq. When several pages contain one, returns the first that is valid. */
enum vfj_status vfj_source_get(struct vfj_source *source, uint64_t seq, struct vfj_record *record)
{
    if (source->rows == NULL)
        return vfj_journal_get(source->journal, seq, record);
    size_t count = vfj_recover_rows_count(source->rows);
    for (size_t i = vfj_recover_rows_find(source->rows, seq);
         i < count && vfj_recover_rows_seq(source->rows, i) == seq; i++) {
        if (vfj_recover_rows_get(source->rows, i, false, record)
            || vfj_recover_rows_get(source->rows, i, true, record)) {
            vfj_record_mask(source->masked, record);
            return VFJ_OK;
        }
    }
    return VFJ_END;
}

enum vfj_status vfj_source_since(struct vfj_source *source, int64_t wall_us, uint64_t *seq)
{
    *seq = 1;
    return source->rows == NULL ? vfj_journal_since(source->journal, wall_us, seq) : VFJ_OK;
}
