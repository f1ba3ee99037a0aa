/* Prints cells of comma-separated values (CSV, RFC 4180). */
#include "tools/csv.h"

#include <string.h>

void vfj_csv_print(FILE *out, const char *cell)
{
    (void)fputc('"', out);
    if (cell[0] != '\0' && strchr("=+-@\t\r'", cell[0]) != NULL)
        (void)fputc('\'', out);
    for (; *cell != '\0'; cell++) {
        if (*cell == '"')
            (void)fputc('"', out);
        (void)fputc(*cell, out);
    }
    (void)fputc('"', out);
}

void vfj_csv_print_time(FILE *out, const char *time)
{
    if (time[0] >= '0' && time[0] <= '9')
        (void)fputs(time, out);
    else
        vfj_csv_print(out, time);
}
