/* Untrusted bytes on their way to a terminal, and complaints. */
#ifndef VFJ_TOOLS_TERMINAL_H
#define VFJ_TOOLS_TERMINAL_H

#include <stdio.h>

#include "core/status.h"
#include "core/text/text.h"

/* Append with every byte that is not printable ASCII as \xHH, and a backslash as two: what is
 * printed can be turned back into what was there, and nothing can steer the terminal. */
void vfj_terminal_add(struct vfj_text *text, struct vfj_span span);

/* Likewise to a stream. */
void vfj_terminal_print(FILE *out, struct vfj_span span);

/* Prints JSON with every character that is not printable ASCII as \\uHHHH, and what is no UTF-8 as
 * \\ufffd: the same JSON, which is valid whatever its strings hold, and steers no terminal. */
void vfj_terminal_print_json(FILE *out, struct vfj_span json);

/* "vfjournal: FILE: what" on standard error, in one line. */
void vfj_complain(const char *file, const char *what);

/* "vfjournal: FILE: text of the status: detail"; without the detail when it is empty. The exit
 * status that it calls for. */
int vfj_complain_status(const char *file, enum vfj_status status, const char *detail);

/* Flush standard output. The exit status given, or VFJ_EXIT_SYSTEM with a complaint when something
 * could not be written. */
int vfj_finish_output(int exit_status);

#endif
