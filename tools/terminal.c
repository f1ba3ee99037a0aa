/* Prints bytes that need not be trusted, so that they cannot control a terminal. Also prints the
 * messages of all verbs. */
#include "tools/terminal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "store/json.h"
#include "tools/act_as_owner.h"
#include "tools/progress.h"
#include "tools/verb.h"

enum {
    ESCAPE_SIZE = 4,
    DEFAULT_WIDTH = 80,
    WIDTH_MAX = 10000,
    LEAST_ROOM = 24, /* smallest number of columns for the further lines of a wrapped line */
    SMALL_INDENT = 8,
};

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

/* Decodes the character at the beginning of the text, which has two to four bytes, and sets its
 * length. For bytes that are not UTF-8 (RFC 3629, section 4) returns U+FFFD with the length 1. */
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

bool vfj_print_object(FILE *out, struct vfj_json *json)
{
    struct vfj_span object = vfj_json_end(json);
    if (object.length == 0)
        return false;
    vfj_terminal_print_json(out, object);
    (void)fputc('\n', out);
    return true;
}

int vfj_terminal_width(int fd)
{
    struct winsize size = {.ws_col = 0};
    const char *columns = getenv("COLUMNS");
    uint64_t width = 0;
    if (columns != NULL && vfj_span_to_u64(vfj_span_of(columns), &width) && width > 0
        && width < WIDTH_MAX)
        return (int)width;
    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : DEFAULT_WIDTH;
}

/* Returns the length of the SGR sequence (a change of colour) at the beginning of the text, or 0
 * when there is none. */
static size_t sequence_length(struct vfj_span text)
{
    size_t length = 2;
    if (!vfj_span_starts(text, "\033["))
        return 0;
    while (length < text.length && text.text[length] != 'm')
        length++;
    return length < text.length ? length + 1 : text.length;
}

/* Returns how many bytes of the text fit into `room` columns. If there is a blank in the second
 * half of these bytes, returns the number up to the last blank, so that the line ends there. */
static size_t fill(struct vfj_span text, size_t room)
{
    size_t columns = 0, last_blank = 0, i = 0;
    while (i < text.length && columns < room) {
        size_t skipped = sequence_length((struct vfj_span){text.text + i, text.length - i});
        columns += skipped == 0;
        if (text.text[i] == ' ' && columns > room / 2)
            last_blank = i + 1;
        i += skipped > 0 ? skipped : 1;
    }
    while (i < text.length) {
        size_t skipped = sequence_length((struct vfj_span){text.text + i, text.length - i});
        if (skipped == 0)
            return last_blank > 0 ? last_blank : i;
        i += skipped;
    }
    return text.length;
}

/* Prints the text without the blanks at its end, and a line end. */
static void print_trimmed(FILE *out, struct vfj_span text)
{
    while (text.length > 0 && text.text[text.length - 1] == ' ')
        text.length--;
    (void)fwrite(text.text, 1, text.length, out);
    (void)fputc('\n', out);
}

void vfj_terminal_print_wrapped(FILE *out, struct vfj_span line, int width, int indent)
{
    if (width > 0 && indent + LEAST_ROOM > width)
        indent = width > 2 * SMALL_INDENT ? SMALL_INDENT : 0;
    size_t length = width > 0 ? fill(line, (size_t)width) : line.length;
    print_trimmed(out, (struct vfj_span){line.text, length});
    while (length < line.length) {
        line = (struct vfj_span){line.text + length, line.length - length};
        while (line.length > 0 && line.text[0] == ' ')
            line = (struct vfj_span){line.text + 1, line.length - 1};
        length = fill(line, (size_t)(width - indent));
        (void)fprintf(out, "%*s", indent, "");
        print_trimmed(out, (struct vfj_span){line.text, length});
    }
}

void vfj_complain(const char *file, const char *what)
{
    vfj_progress_clear();
    (void)fflush(stdout); /* output that was printed before must appear before the message */
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
    if (status == VFJ_JOURNAL_ACCESS && vfj_owner_became()[0] != '\0') {
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
    case VFJ_JOURNAL_IO:
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
    case VFJ_JOURNAL_ACCESS:
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
