/* Bounded text: functions append to a buffer of the caller, up to its size. */
#include "core/text/text.h"

#include <stdio.h>
#include <string.h>

#include "core/check.h"

struct vfj_text vfj_text_begin(char *bytes, size_t size)
{
    VFJ_CHECK(size >= 1);
    bytes[0] = '\0';
    return (struct vfj_text){.bytes = bytes, .size = size};
}

void vfj_text_add_span(struct vfj_text *text, struct vfj_span span)
{
    size_t room = text->size - text->length - 1;
    size_t take = span.length;
    if (take > room) {
        take = room;
        text->overflow = true;
    }
    if (take > 0)
        memcpy(text->bytes + text->length, span.text, take);
    text->length += take;
    text->bytes[text->length] = '\0';
}

void vfj_text_format(struct vfj_text *text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfj_text_format_list(text, format, arguments);
    va_end(arguments);
}

void vfj_text_format_list(struct vfj_text *text, const char *format, va_list arguments)
{
    size_t room = text->size - text->length;
    int needed = vsnprintf(text->bytes + text->length, room, format, arguments);
    VFJ_CHECK(needed >= 0);
    bool fits = (size_t)needed < room;
    text->length += fits ? (size_t)needed : room - 1;
    text->overflow = text->overflow || !fits;
}

void vfj_text_add_word(struct vfj_text *text, struct vfj_span word)
{
    if (text->length > 0)
        vfj_text_add_char(text, ' ');
    vfj_text_add_span(text, word);
}

void vfj_text_add_u64(struct vfj_text *text, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    vfj_text_add_span(text, (struct vfj_span){digits + at, sizeof digits - at});
}

void vfj_text_add_i64(struct vfj_text *text, int64_t value)
{
    if (value < 0)
        vfj_text_add_char(text, '-');
    vfj_text_add_u64(text, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

void vfj_text_add_hex(struct vfj_text *text, uint64_t value, unsigned width)
{
    while (width-- > 0)
        vfj_text_add_char(text, "0123456789abcdef"[(value >> (4 * width)) & 15]);
}

void vfj_text_add_seconds(struct vfj_text *text, int64_t us)
{
    uint64_t whole = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    if (us < 0)
        vfj_text_add_char(text, '-');
    vfj_text_add_u64(text, whole / 1000000);
    vfj_text_add_char(text, '.');
    for (uint64_t unit = 100000; unit > 0; unit /= 10)
        vfj_text_add_char(text, (char)('0' + whole / unit % 10));
}

static bool shell_plain(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c != '\0' && strchr("@%_-+=:,./", c) != NULL);
}

void vfj_text_add_shell_word(struct vfj_text *text, const char *word)
{
    const char *c = word;
    while (shell_plain(*c))
        c++;
    if (*c == '\0' && c != word) {
        vfj_text_add(text, word);
        return;
    }
    vfj_text_add_char(text, '\'');
    for (c = word; *c != '\0'; c++) {
        if (*c == '\'')
            vfj_text_add(text, "'\\''");
        else
            vfj_text_add_char(text, *c);
    }
    vfj_text_add_char(text, '\'');
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool vfj_bytes_equal_nocase(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (a[i] != b[i] && lower(a[i]) != lower(b[i]))
            return false;
    }
    return true;
}

bool vfj_span_to_u64(struct vfj_span span, uint64_t *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < span.length; i++) {
        if (span.text[i] < '0' || span.text[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(span.text[i] - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return span.length > 0;
}

bool vfj_span_to_i64(struct vfj_span span, int64_t *value)
{
    bool negative = span.length > 0 && span.text[0] == '-';
    uint64_t size = 0;
    if (negative)
        span = (struct vfj_span){span.text + 1, span.length - 1};
    if (!vfj_span_to_u64(span, &size) || size > (uint64_t)INT64_MAX)
        return false;
    *value = negative ? -(int64_t)size : (int64_t)size;
    return true;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

bool vfj_span_word(struct vfj_span *rest, struct vfj_span *word)
{
    while (rest->length > 0 && blank(rest->text[0])) {
        rest->text++;
        rest->length--;
    }
    word->text = rest->text;
    word->length = 0;
    while (word->length < rest->length && !blank(rest->text[word->length]))
        word->length++;
    rest->text += word->length;
    rest->length -= word->length;
    return word->length > 0;
}

bool vfj_span_copy(char *to, size_t size, struct vfj_span from)
{
    VFJ_CHECK(size >= 1);
    bool fits = from.length < size;
    size_t take = fits ? from.length : size - 1;
    if (take > 0)
        memcpy(to, from.text, take);
    memset(to + take, 0, size - take);
    return fits;
}
