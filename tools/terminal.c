/* Untrusted bytes on their way to a terminal, and complaints. */
#include "tools/terminal.h"

#include <errno.h>
#include <string.h>

#include "tools/verb.h"

enum { ESCAPE_SIZE = 4 };

static struct vfj_span escape(char c, char bytes[ESCAPE_SIZE + 1])
{
    struct vfj_text text = vfj_text_begin(bytes, ESCAPE_SIZE + 1);
    if (c == '\\') {
        vfj_text_add(&text, "\\\\");
    } else if (c >= ' ' && c <= '~') {
        vfj_text_add_char(&text, c);
    } else {
        vfj_text_add(&text, "\\x");
        vfj_text_add_hex(&text, (unsigned char)c, 2);
    }
    return (struct vfj_span){text.bytes, text.length};
}

void vfj_terminal_add(struct vfj_text *text, struct vfj_span span)
{
    char bytes[ESCAPE_SIZE + 1];
    for (size_t i = 0; i < span.length; i++)
        vfj_text_add_span(text, escape(span.text[i], bytes));
}

void vfj_terminal_print(FILE *out, struct vfj_span span)
{
    char bytes[ESCAPE_SIZE + 1];
    for (size_t i = 0; i < span.length; i++) {
        struct vfj_span escaped = escape(span.text[i], bytes);
        (void)fwrite(escaped.text, 1, escaped.length, out);
    }
}

void vfj_complain(const char *file, const char *what)
{
    (void)fputs("vfjournal: ", stderr);
    vfj_terminal_print(stderr, vfj_span_of(file));
    (void)fputs(": ", stderr);
    vfj_terminal_print(stderr, vfj_span_of(what));
    (void)fputc('\n', stderr);
}

int vfj_complain_status(const char *file, enum vfj_status status, const char *detail)
{
    char what[1024];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    vfj_text_add(&text, vfj_status_text(status));
    if (detail[0] != '\0') {
        vfj_text_add(&text, ": ");
        vfj_text_add(&text, detail);
    }
    vfj_complain(file, what);
    return status == VFJ_SYSTEM ? VFJ_EXIT_SYSTEM : VFJ_EXIT_UNUSABLE;
}

int vfj_finish_output(int exit_status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return exit_status;
    if (errno != EPIPE)
        vfj_complain("standard output", strerror(errno));
    return VFJ_EXIT_SYSTEM;
}
