/* vfjournal export: writes the rows of a journal as lines of JSON. */
#ifndef VFJ_TOOLS_EXPORT_LINES_H
#define VFJ_TOOLS_EXPORT_LINES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "tools/input.h"

struct vfj_redactor;

enum vfj_lines_format { VFJ_LINES_CLOUDEVENTS, VFJ_LINES_OTLP };

struct vfj_lines_options {
    enum vfj_lines_format format;
    bool follow;
    const char *after_cursor; /* NULL: not given */
    const char *cursor_file;  /* NULL: not given */
    int64_t since_us;         /* INT64_MIN: not given */
    uint64_t first, last;     /* print only rows from `first` to `last`; 0: no limit */
    /* kinds of rows to print, one bit for each enum vfj_record_kind; 0: all kinds */
    uint32_t kinds;
    struct vfj_redactor *redactor; /* NULL: nothing is redacted */
};

/* Parses the argument of --types: names of kinds, separated by ','. Returns false when a name is
 * unknown. */
bool vfj_lines_kinds(const char *value, uint32_t *kinds);

/* Prints the rows to standard output. Returns the exit status. */
int vfj_lines_run(const struct vfj_lines_options *options, const struct vfj_input *input);

/* Prints the present rows of the journal to `out`, without waiting for further rows. Returns the
 * exit status. */
int vfj_lines_write(const struct vfj_lines_options *options, const struct vfj_input *input,
                    FILE *out);

#endif
