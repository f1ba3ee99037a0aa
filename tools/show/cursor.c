/* Cursors of `vfjournal show`: a place in one journal, "SEQ:CHAIN". */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/freebsd/guest/guest_file.h"
#include "tools/act_as_owner.h"
#include "tools/replace_file.h"
#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

enum { CURSOR_SIZE = 20 + 1 + 2 * VFJ_CHAIN_SIZE + 1 };

static void print_cursor(const struct vfj_record *record, char bytes[CURSOR_SIZE])
{
    struct vfj_text text = vfj_text_begin(bytes, CURSOR_SIZE);
    vfj_text_add_u64(&text, record->seq);
    vfj_text_add_char(&text, ':');
    for (size_t i = 0; i < sizeof record->chain; i++)
        vfj_text_add_hex(&text, record->chain[i], 2);
}

static int fail(const char *file, int error)
{
    vfj_complain(file, strerror(error));
    return error == ENOSPC || error == EIO ? VFJ_EXIT_SYSTEM : VFJ_EXIT_UNUSABLE;
}

/* Reads the file's cursor. A file that does not exist is the beginning of the journal. */
static int read_file(const char *path, char bytes[CURSOR_SIZE + 1])
{
    int fd = vfj_guest_file_open(path);
    bytes[0] = '\0';
    if (fd < 0)
        return errno == ENOENT ? VFJ_EXIT_OK : fail(path, errno);
    ssize_t length = read(fd, bytes, CURSOR_SIZE);
    bytes[length > 0 ? length : 0] = '\0';
    bytes[strcspn(bytes, "\n")] = '\0';
    (void)close(fd);
    return VFJ_EXIT_OK;
}

int vfj_show_take_cursor(struct vfj_show *show)
{
    char bytes[CURSOR_SIZE + 1], found[CURSOR_SIZE];
    const char *cursor = show->after_cursor;
    struct vfj_record record;
    uint64_t seq = 0;
    if (show->cursor_file != NULL) {
        if (!vfj_owner_may_replace(show->cursor_file))
            return VFJ_EXIT_UNUSABLE;
        int exit_status = read_file(show->cursor_file, bytes);
        if (exit_status != VFJ_EXIT_OK)
            return exit_status;
        cursor = bytes[0] != '\0' ? bytes : NULL;
    }
    if (cursor == NULL)
        return VFJ_EXIT_OK;
    struct vfj_span digits = {cursor, strcspn(cursor, ":")};
    if (!vfj_span_to_u64(digits, &seq) || strlen(cursor) != digits.length + 1 + 2 * VFJ_CHAIN_SIZE)
        return vfj_usage_error("show", "not a cursor as --show-cursor prints it", cursor);
    enum vfj_status status = vfj_source_get(&show->source, seq, &record);
    if (vfj_source_read_pages(&show->source, show->input.path, status))
        status = vfj_source_get(&show->source, seq, &record);
    if (status != VFJ_OK && status != VFJ_END)
        return vfj_complain_status(show->input.name, status, vfj_source_detail(&show->source));
    if (status == VFJ_OK)
        print_cursor(&record, found);
    if (status == VFJ_END || strcmp(found, cursor) != 0) {
        vfj_complain(show->input.name, "the journal does not hold the record of the cursor");
        return VFJ_EXIT_NOT_ANCHORED;
    }
    show->criteria.after = seq;
    return VFJ_EXIT_OK;
}

static bool print_line(FILE *out, const void *cursor)
{
    return fprintf(out, "%s\n", (const char *)cursor) > 0;
}

int vfj_show_put_cursor(struct vfj_show *show, uint64_t seq)
{
    char cursor[CURSOR_SIZE];
    struct vfj_record record;
    if (seq == 0 || (!show->prints_cursor && show->cursor_file == NULL))
        return VFJ_EXIT_OK;
    enum vfj_status status = vfj_source_get(&show->source, seq, &record);
    if (status != VFJ_OK)
        return vfj_complain_status(show->input.name, status, vfj_source_detail(&show->source));
    print_cursor(&record, cursor);
    if (show->prints_cursor)
        (void)printf("-- cursor: %s\n", cursor);
    if (show->cursor_file == NULL)
        return VFJ_EXIT_OK;
    int error = vfj_replace_file(show->cursor_file, 0600, print_line, cursor);
    return error == 0 ? VFJ_EXIT_OK : fail(show->cursor_file, error);
}
