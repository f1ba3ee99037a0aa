/* Rows of kind "journal" that keep a recovered record that nothing verifies. */
#ifndef VFJ_STORE_RECOVERED_ROW_H
#define VFJ_STORE_RECOVERED_ROW_H

#include "core/limits.h"
#include "store/record.h"

struct vfj_recovered_row {
    struct vfj_record record; /* the recovered record; its wall time is that of the row */
    char body[VFJ_BODY_MAX], note[VFJ_RECORD_NAME + 1];
};

/* Writes the record as the body of a row of kind "journal": "about=unverified", the columns of the
 * record, and its body. The hash chain holds from the record with the seq `run` up to this record;
 * `run` 0: there is no such record. A NUL byte becomes '?'. A body that does not fit is cut, and
 * the pair cut=N has the number of bytes that are left out. As a rule, only the body of a
 * checkpoint is so long. */
void vfj_recovered_row_print(const struct vfj_record *record, uint64_t run, struct vfj_text *text);

/* Reads a row that vfj_recovered_row_print() wrote. Returns false for any other row. */
bool vfj_recovered_row_read(const struct vfj_record *row, struct vfj_recovered_row *recovered);

#endif
