/* Prints cells of comma-separated values (CSV, RFC 4180). */
#ifndef VFJ_TOOLS_CSV_H
#define VFJ_TOOLS_CSV_H

#include <stdio.h>

/* Prints a text as a cell in quotes. A quote inside the text is doubled.
 *
 * A spreadsheet evaluates a cell as a formula when its text begins with = + - @ TAB or CR, and
 * anyone may have written the journal. Such a text gets an apostrophe in front. A text that begins
 * with an apostrophe gets a second one, so that a reader who removes one apostrophe from the front
 * of each cell obtains the original texts. The caller has made the text safe for a terminal. */
void vfj_csv_print(FILE *out, const char *cell);

/* Prints a time as a cell. A time that begins with a digit has no quotes. Only a time before the
 * year 0 begins with another character. */
void vfj_csv_print_time(FILE *out, const char *time);

#endif
