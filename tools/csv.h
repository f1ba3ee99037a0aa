/* Prints cells of comma-separated values (CSV, RFC 4180). */
#ifndef VFJ_TOOLS_CSV_H
#define VFJ_TOOLS_CSV_H

#include <stdio.h>

/* Prints a cell of text in quotes. A quote inside the text is doubled.
 *
 * A spreadsheet takes a cell for a formula when it begins with = + - @ TAB or CR, and anyone may have
 * written the journal. So an apostrophe is put before such a text. It is put also before a text that
 * itself begins with an apostrophe: whoever removes one apostrophe from the front of each cell that
 * has one gets the text back. The caller has made the text safe for a terminal. */
void vfj_csv_print(FILE *out, const char *cell);

/* Prints a time. A time that begins with a digit is printed without quotes. Only a time before
 * the year 0 begins with another character. */
void vfj_csv_print_time(FILE *out, const char *time);

#endif
