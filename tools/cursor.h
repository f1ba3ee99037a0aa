/* Cursors. A cursor is the text "SEQ:CHAIN", a record's sequence number and hash. It names the
 * place in the journal immediately after that record. Each cursor is also an anchor, with which the
 * journal can be verified (store/anchor.h). */
#ifndef VFJ_TOOLS_CURSOR_H
#define VFJ_TOOLS_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "store/record.h"

enum { VFJ_CURSOR_SIZE = 20 + 1 + 2 * VFJ_CHAIN_SIZE + 1 };

/* Writes the cursor that names the place immediately after the record. */
void vfj_cursor_print(const struct vfj_record *record, char bytes[VFJ_CURSOR_SIZE]);

/* Reads the sequence number in a cursor into *seq. Returns false when the text does not have the
 * form of a cursor; the hash is not checked. */
bool vfj_cursor_parse(const char *cursor, uint64_t *seq);

/* Reads the cursor in a file. When the file does not exist, `bytes` becomes empty, which stands for
 * the beginning of the journal. The caller has called vfj_act_as_owner_and_replace() for the file.
 * Returns VFJ_EXIT_OK, or the exit status after a message. */
int vfj_cursor_read_file(const char *path, char bytes[VFJ_CURSOR_SIZE + 1]);

/* Replaces the file by a file that contains the cursor. Returns VFJ_EXIT_OK, or the exit status
 * after a message. */
int vfj_cursor_write_file(const char *path, const char *cursor);

#endif
