/* Describes a record in one line of text. */
#ifndef VFJ_TOOLS_RECORD_TEXT_H
#define VFJ_TOOLS_RECORD_TEXT_H

#include "store/record.h"
#include "tools/output_line.h"

/* Adds the word for a record's kind as a column, except in the layout TEXT. The text of the record
 * begins after it. `colour` may be NULL. */
void vfj_line_add_word(struct vfj_line *line, const char *colour, const char *word);

/* Adds the word and the text of a record. If the record is a row that stores a recovered record,
 * adds the text of the stored record. If the record is a command, `outcome` is the record of its
 * outcome or NULL. */
void vfj_line_add_record(struct vfj_line *line, const struct vfj_record *record,
                         const struct vfj_record *outcome);

#endif
