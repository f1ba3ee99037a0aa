/* Quoting in a trace. Values are quoted as for sh(1). Bytes that cannot stand in a line are
 * escaped. */
#include "core/text/trace_quote.h"

#include <string.h>

static bool is_escaped(char c)
{
    return c != '\0' && strchr("\"\\$`", c) != NULL;
}

enum vfj_quoted vfj_quoted_read(struct vfj_span *rest, char *value, size_t size,
                                const char **opened)
{
    struct vfj_text text = vfj_text_begin(value, size);
    char quote = '\0';
    size_t i = 0;
    for (; i < rest->length; i++) {
        char c = rest->text[i];
        bool blank = c == ' ' || c == '\t';
        if (quote == '\0' && blank)
            break;
        if (quote == '\0' && (c == '"' || c == '\'')) {
            quote = c;
            *opened = rest->text + i;
        } else if (quote != '\0' && c == quote) {
            quote = '\0';
        } else if (c == '\\' && quote != '\'' && i + 1 < rest->length
                   && (quote == '\0' || is_escaped(rest->text[i + 1]))) {
            vfj_text_add_char(&text, rest->text[++i]);
        } else {
            vfj_text_add_char(&text, c);
        }
    }
    if (quote != '\0')
        return VFJ_QUOTED_OPEN;
    if (text.overflow)
        return VFJ_QUOTED_TOO_LONG;
    *rest = (struct vfj_span){rest->text + i, rest->length - i};
    return VFJ_QUOTED_READ;
}

void vfj_quoted_add(struct vfj_text *text, const char *value)
{
    vfj_text_add_char(text, '"');
    for (const char *c = value; *c != '\0'; c++) {
        if (is_escaped(*c))
            vfj_text_add_char(text, '\\');
        vfj_text_add_char(text, *c);
    }
    vfj_text_add_char(text, '"');
}

void vfj_newlines_unescape(char *value)
{
    char *to = value;
    for (const char *from = value; *from != '\0'; from++) {
        bool escape = from[0] == '\\' && (from[1] == 'n' || from[1] == '\\');
        from += escape;
        *to++ = escape && *from == 'n' ? '\n' : *from;
    }
    *to = '\0';
}

void vfj_newlines_escape(struct vfj_text *text, const char *value)
{
    for (const char *c = value; *c != '\0'; c++) {
        if (*c == '\n' || *c == '\\')
            vfj_text_add_char(text, '\\');
        vfj_text_add_char(text, *c == '\n' ? 'n' : *c);
    }
}

void vfj_bytes_escape(struct vfj_text *text, struct vfj_span bytes)
{
    for (size_t i = 0; i < bytes.length; i++) {
        unsigned char c = (unsigned char)bytes.text[i];
        if (c == '\\') {
            vfj_text_add(text, "\\\\");
        } else if (c < ' ' || c > '~') {
            vfj_text_add(text, "\\x");
            vfj_text_add_hex(text, c, 2);
        } else {
            vfj_text_add_char(text, (char)c);
        }
    }
}

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;
    return found != NULL ? (int)(found - digits) : -1;
}

const char *vfj_bytes_unescape(struct vfj_span escaped, struct vfj_text *bytes)
{
    for (size_t i = 0; i < escaped.length; i++) {
        const char *at = escaped.text + i;
        size_t left = escaped.length - i;
        if (*at != '\\') {
            vfj_text_add_char(bytes, *at);
        } else if (left >= 2 && at[1] == '\\') {
            vfj_text_add_char(bytes, '\\');
            i += 1;
        } else if (left >= 4 && at[1] == 'x' && digit(at[2]) >= 0 && digit(at[3]) >= 0) {
            vfj_text_add_char(bytes, (char)(digit(at[2]) * 16 + digit(at[3])));
            i += 3;
        } else {
            return at;
        }
    }
    return NULL;
}
