/* Cells of comma-separated values, RFC 4180. */
#ifndef VFJ_TOOLS_CSV_H
#define VFJ_TOOLS_CSV_H

#include <stdio.h>

/* Prints a cell of text between quotes, in which a quote is doubled. A spreadsheet takes a cell for
 * a formula when it begins with = + - @ TAB or CR, and a journal comes from anywhere. So an
 * apostrophe is put before these, and before an apostrophe. Who removes one apostrophe from the
 * front of each cell that has one gets the text back. The caller has made the text safe for a
 * terminal. */
void vfj_csv_print(FILE *out, const char *cell);

/* Prints a time without quotes when it begins with a digit, as all but those before the year 0 do. */
void vfj_csv_print_time(FILE *out, const char *time);

#endif
