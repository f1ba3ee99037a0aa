/* Prints untrusted bytes safely for a terminal, and the messages of the verbs. */
#include "tools/terminal.h"

#include <errno.h>
#include <string.h>

#include "tools/act_as_owner.h"
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

/* The character of two to four bytes at the front of the text, and its length; U+FFFD, and 1, for
 * what is no UTF-8 (RFC 3629, section 4). */
static uint32_t wide_character(struct vfj_span text, size_t *length)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = (unsigned char)text.text[0];
    size_t size = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    uint32_t character = first & (0xff >> (size + 1));
    *length = 1;
    if (first < 0xc2 || first > 0xf4 || text.length < size)
        return 0xfffd;
    for (size_t i = 1; i < size; i++) {
        if ((text.text[i] & 0xc0) != 0x80)
            return 0xfffd;
        character = character << 6 | (text.text[i] & 0x3f);
    }
    bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
    if (character < least[size] || character > 0x10ffff || is_surrogate)
        return 0xfffd;
    *length = size;
    return character;
}

static void print_escaped(FILE *out, uint32_t character)
{
    if (character < 0x10000)
        (void)fprintf(out, "\\u%04x", (unsigned)character);
    else
        (void)fprintf(out, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (character >> 10)),
                      (unsigned)(0xdc00 + (character & 0x3ff)));
}

void vfj_terminal_print_json(FILE *out, struct vfj_span json)
{
    while (json.length > 0) {
        size_t length = 0;
        while (length < json.length && json.text[length] >= ' ' && json.text[length] <= '~')
            length++;
        (void)fwrite(json.text, 1, length, out);
        json = (struct vfj_span){json.text + length, json.length - length};
        if (json.length == 0)
            return;
        uint32_t character = (unsigned char)json.text[0];
        length = 1;
        if (character >= 0x80)
            character = wide_character(json, &length);
        print_escaped(out, character);
        json = (struct vfj_span){json.text + length, json.length - length};
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
    char what[3072];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    vfj_text_add(&text, vfj_status_text(status));
    if (detail[0] != '\0') {
        vfj_text_add(&text, ": ");
        vfj_text_add(&text, detail);
    }
    if (status == VFJ_JOURNAL_IO && vfj_owner_became()[0] != '\0') {
        vfj_text_add(&text, " (tried ");
        vfj_text_add(&text, vfj_owner_became());
        vfj_text_add(&text, ")");
    }
    vfj_complain(file, what);
    return vfj_exit_status_of(status);
}

int vfj_exit_status_of(enum vfj_status status)
{
    switch (status) {
    case VFJ_SYSTEM:
    case VFJ_JOURNAL_FULL:
        return VFJ_EXIT_SYSTEM;
    case VFJ_JOURNAL_DAMAGED:
        return VFJ_EXIT_DAMAGED;
    case VFJ_OK:
        return VFJ_EXIT_OK;
    case VFJ_END:
    case VFJ_BAD_NAME:
    case VFJ_BAD_SYNTAX:
    case VFJ_BAD_BODY:
    case VFJ_TOO_LONG:
    case VFJ_TOO_MANY:
    case VFJ_JOURNAL_ABSENT:
    case VFJ_JOURNAL_NOT_OURS:
    case VFJ_JOURNAL_NEWER:
    case VFJ_JOURNAL_BUSY:
    case VFJ_JOURNAL_IO:
    case VFJ_DIVERGED:
        break;
    }
    return VFJ_EXIT_UNUSABLE;
}

int vfj_finish_output(int exit_status)
{
    if (fflush(stdout) == 0 && ferror(stdout) == 0)
        return exit_status;
    if (errno != EPIPE)
        vfj_complain("standard output", strerror(errno));
    return VFJ_EXIT_SYSTEM;
}
