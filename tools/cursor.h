/* Cursors: a place in one journal, "SEQ:CHAIN". A cursor is also an anchor (store/anchor.h). */
#ifndef VFJ_TOOLS_CURSOR_H
#define VFJ_TOOLS_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"

enum { VFJ_CURSOR_SIZE = 20 + 1 + 2 * VFJ_CHAIN_SIZE + 1 };

/* Writes the cursor after the record. */
void vfj_cursor_print(const struct vfj_record *record, char bytes[VFJ_CURSOR_SIZE]);

/* Reads the seq of a cursor. Returns false for another text. */
bool vfj_cursor_parse(const char *cursor, uint64_t *seq);

/* Reads the cursor in a file. An empty text for a file that does not exist: the beginning of the
 * journal. Returns VFJ_EXIT_OK, or the exit status after a message: also when this process may not
 * replace the file later. */
int vfj_cursor_read_file(const char *path, char bytes[VFJ_CURSOR_SIZE + 1]);

/* Replaces the file by one with that cursor. Returns VFJ_EXIT_OK, or the exit status after a
 * message. */
int vfj_cursor_write_file(const char *path, const char *cursor);

#endif
