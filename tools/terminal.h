/* Prints bytes that need not be trusted, so that they cannot control a terminal. Also prints the
 * messages of all verbs. */
#ifndef VFJ_TOOLS_TERMINAL_H
#define VFJ_TOOLS_TERMINAL_H

#include <stdio.h>

#include "core/status.h"
#include "core/text/text.h"

struct vfj_json;

/* Appends the bytes so that none of them can control a terminal. A byte that is not printable ASCII
 * becomes \xHH, and a backslash becomes two. The original bytes can be recovered from the
 * result. */
void vfj_terminal_add(struct vfj_text *text, struct vfj_span span);

/* Prints the bytes in the form that vfj_terminal_add() appends. */
void vfj_terminal_print(FILE *out, struct vfj_span span);

/* Prints JSON in ASCII. A character that is not ASCII becomes \\uHHHH, and a byte that is not UTF-8
 * becomes \\ufffd. The JSON has the same meaning as before. It is valid, whatever the bytes are,
 * and cannot control a terminal. */
void vfj_terminal_print_json(FILE *out, struct vfj_span json);

/* Ends the object of the JSON writer. Then prints the object in one line, as
 * vfj_terminal_print_json() does. Returns false when memory runs out. */
bool vfj_print_object(FILE *out, struct vfj_json *json);

/* Returns the number of columns of a terminal: the value of the variable COLUMNS or else the
 * terminal's own size, or 80 when neither is known. */
int vfj_terminal_width(int fd);

/* Prints a line of ASCII and a newline. When the line is longer than `width` columns, the rest is
 * printed in further lines, indented to column `indent`, or to column 8 when there is little room.
 * Colour sequences (SGR) have no width. When `width` is 0, the line is not wrapped. */
void vfj_terminal_print_wrapped(FILE *out, struct vfj_span line, int width, int indent);

/* The sentence that every verb prints about a journal without records. */
#define VFJ_NO_RECORDS \
    "the journal holds no records (a copy without its -wal file lacks the newest records)"

/* Prints "vfjournal: FILE: WHAT" on standard error, in one line. */
void vfj_complain(const char *file, const char *what);

/* Prints "vfjournal: FILE: text of the status: DETAIL" on standard error. When `detail` is empty,
 * it is left out. Returns vfj_exit_status_of(status). */
int vfj_complain_status(const char *file, enum vfj_status status, const char *detail);

/* Returns the exit status for a verb that fails with this status. All verbs use the same exit
 * statuses. */
int vfj_exit_status_of(enum vfj_status status);

/* Flushes standard output. Returns `exit_status`. If the output could not be written, prints a
 * message and returns VFJ_EXIT_SYSTEM. */
int vfj_finish_output(int exit_status);

#endif
