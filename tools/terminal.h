/* Prints untrusted bytes safely for a terminal, and the messages of the verbs. */
#ifndef VFJ_TOOLS_TERMINAL_H
#define VFJ_TOOLS_TERMINAL_H

#include <stdio.h>

#include "core/status.h"
#include "core/text/text.h"

struct vfj_json;

/* Appends the bytes. A byte that is not printable ASCII becomes \xHH, and a backslash becomes
 * two. The original bytes can be recovered, and no byte can control the terminal. */
void vfj_terminal_add(struct vfj_text *text, struct vfj_span span);

/* Prints the bytes as vfj_terminal_add() appends them. */
void vfj_terminal_print(FILE *out, struct vfj_span span);

/* Prints JSON as ASCII. Another character becomes \\uHHHH, and a byte that is not UTF-8 becomes
 * \\ufffd. The JSON keeps its meaning, is valid for any bytes, and cannot control a terminal. */
void vfj_terminal_print_json(FILE *out, struct vfj_span json);

/* Ends the object of the JSON writer, and prints it likewise as one line. Returns false when memory
 * runs out. */
bool vfj_print_object(FILE *out, struct vfj_json *json);

/* Returns the number of columns of a terminal: the variable COLUMNS, the terminal's own size, or
 * 80. */
int vfj_terminal_width(int fd);

/* Prints a line of ASCII and a newline. SGR sequences have no width. A line that is longer than
 * `width` continues below column `indent`, or below column 8 where there is little room. A width
 * of 0 means no limit. */
void vfj_terminal_print_wrapped(FILE *out, struct vfj_span line, int width, int indent);

/* Prints "vfjournal: FILE: what" on standard error, in one line. */
void vfj_complain(const char *file, const char *what);

/* Prints "vfjournal: FILE: text of the status: detail" on standard error, without the detail when
 * that is empty. Returns vfj_exit_status_of(status). */
int vfj_complain_status(const char *file, enum vfj_status status, const char *detail);

/* Returns the exit status of a verb that ends with that status. It is the same for every verb. */
int vfj_exit_status_of(enum vfj_status status);

/* Flushes standard output. Returns the given exit status, or VFJ_EXIT_SYSTEM with a message when
 * the output could not be written. */
int vfj_finish_output(int exit_status);

#endif
