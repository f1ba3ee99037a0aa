/* Cursors. A cursor names a place in a journal as "SEQ:CHAIN": a record's sequence number and
 * hash. */
#include "tools/cursor.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "tools/replace_file.h"
#include "tools/terminal.h"
#include "tools/verb.h"

void vfj_cursor_print(const struct vfj_record *record, char bytes[VFJ_CURSOR_SIZE])
{
    struct vfj_text text = vfj_text_begin(bytes, VFJ_CURSOR_SIZE);
    vfj_text_add_u64(&text, record->seq);
    vfj_text_add_char(&text, ':');
    for (size_t i = 0; i < sizeof record->chain; i++)
        vfj_text_add_hex(&text, record->chain[i], 2);
}

bool vfj_cursor_parse(const char *cursor, uint64_t *seq)
{
    struct vfj_span digits = {cursor, strcspn(cursor, ":")};
    return vfj_span_to_u64(digits, seq) && strlen(cursor) == digits.length + 1 + 2 * VFJ_CHAIN_SIZE;
}

static int fail(const char *file, int error)
{
    vfj_complain(file, strerror(error));
    return error == ENOSPC || error == EIO ? VFJ_EXIT_SYSTEM : VFJ_EXIT_UNUSABLE;
}

int vfj_cursor_read_file(const char *path, char bytes[VFJ_CURSOR_SIZE + 1])
{
    int error = vfj_replace_file_read(path, bytes, VFJ_CURSOR_SIZE + 1);
    bytes[strcspn(bytes, "\n")] = '\0';
    return error == 0 || error == ENOENT ? VFJ_EXIT_OK : fail(path, error);
}

static bool print_line(FILE *out, const void *cursor)
{
    return fprintf(out, "%s\n", (const char *)cursor) > 0;
}

int vfj_cursor_write_file(const char *path, const char *cursor)
{
    int error = vfj_replace_file(path, 0600, print_line, cursor);
    return error == 0 ? VFJ_EXIT_OK : fail(path, error);
}
