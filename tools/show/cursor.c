/* The options of `vfjournal show` about cursors, which name a place in the journal. */
#include "tools/cursor.h"

#include <stdio.h>
#include <string.h>

#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

/* Selects only the records after the cursor. When `cursor` is empty, selects records from the
 * beginning of the journal. */
static int take(struct vfj_show *show, const char *cursor)
{
    char found[VFJ_CURSOR_SIZE];
    struct vfj_record record;
    uint64_t seq = 0;
    if (cursor[0] == '\0')
        return VFJ_EXIT_OK;
    if (!vfj_cursor_parse(cursor, &seq))
        return vfj_usage_error("show", "not a cursor as --show-cursor prints it", cursor);
    enum vfj_status status = vfj_source_get(&show->source, seq, &record);
    if (vfj_source_read_pages(&show->source, show->input.path, status))
        status = vfj_source_get(&show->source, seq, &record);
    if (status != VFJ_OK && status != VFJ_END)
        return vfj_complain_status(show->input.name, status, vfj_source_detail(&show->source));
    if (status == VFJ_OK)
        vfj_cursor_print(&record, found);
    if (status == VFJ_END || strcmp(found, cursor) != 0) {
        vfj_complain(show->input.name, "the journal does not hold the record of the cursor");
        return VFJ_EXIT_NOT_ANCHORED;
    }
    if (show->criteria.after < seq)
        show->criteria.after = seq;
    return VFJ_EXIT_OK;
}

int vfj_show_take_cursor(struct vfj_show *show)
{
    char bytes[VFJ_CURSOR_SIZE + 1];
    int exit_status = VFJ_EXIT_OK;
    if (show->cursor_file != NULL)
        exit_status = vfj_cursor_read_file(show->cursor_file, bytes);
    if (show->cursor_file != NULL && exit_status == VFJ_EXIT_OK)
        exit_status = take(show, bytes);
    if (show->after_cursor != NULL && exit_status == VFJ_EXIT_OK) {
        bool is_empty = show->after_cursor[0] == '\0';
        exit_status = is_empty
            ? vfj_usage_error("show", "not a cursor as --show-cursor prints it", NULL)
            : take(show, show->after_cursor);
    }
    return exit_status;
}

int vfj_show_put_cursor(struct vfj_show *show, uint64_t seq)
{
    char cursor[VFJ_CURSOR_SIZE];
    struct vfj_record record;
    if (seq == 0 || (!show->prints_cursor && show->cursor_file == NULL))
        return VFJ_EXIT_OK;
    enum vfj_status status = vfj_source_get(&show->source, seq, &record);
    if (status != VFJ_OK)
        return vfj_complain_status(show->input.name, status, vfj_source_detail(&show->source));
    vfj_cursor_print(&record, cursor);
    if (show->prints_cursor)
        (void)printf("-- cursor: %s\n", cursor);
    return show->cursor_file != NULL ? vfj_cursor_write_file(show->cursor_file, cursor)
                                     : VFJ_EXIT_OK;
}
