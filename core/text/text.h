/* Bounded text: functions append to a buffer of the caller, up to its size. */
#ifndef VFJ_CORE_TEXT_TEXT_H
#define VFJ_CORE_TEXT_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* A borrowed sequence of bytes, which may have NULs, and has no NUL at the end. */
struct vfj_span {
    const char *text;
    size_t length;
};

/* A buffer of `size` bytes of the caller. `length` bytes are used, and a NUL follows them. Bytes
 * that do not fit are dropped, and `overflow` is set. The caller decides whether that is an
 * error. */
struct vfj_text {
    char *bytes;
    size_t size;
    size_t length;
    bool overflow;
};

/* Begins an empty text in `size` (>= 1) bytes at `bytes`. */
struct vfj_text vfj_text_begin(char *bytes, size_t size);

void vfj_text_add_span(struct vfj_text *text, struct vfj_span span);
/* Inline, so that the compiler knows the length of a literal, and one byte needs no call. */
static inline void vfj_text_add(struct vfj_text *text, const char *string)
{
    vfj_text_add_span(text, (struct vfj_span){string, strlen(string)});
}
static inline void vfj_text_add_char(struct vfj_text *text, char c)
{
    if (text->size - text->length <= 1) {
        text->overflow = true;
        return;
    }
    text->bytes[text->length++] = c;
    text->bytes[text->length] = '\0';
}
/* Formats like printf(3), and appends the result. The conversions are %s, %.*s, %c, %% and those
 * of integers, which do not depend on the locale. */
void vfj_text_format(struct vfj_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void vfj_text_format_list(struct vfj_text *text, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));
/* Adds a word, after a blank unless the text is empty. */
void vfj_text_add_word(struct vfj_text *text, struct vfj_span word);
void vfj_text_add_u64(struct vfj_text *text, uint64_t value);
void vfj_text_add_i64(struct vfj_text *text, int64_t value);
/* Adds `width` hexadecimal digits in lower case. */
void vfj_text_add_hex(struct vfj_text *text, uint64_t value, unsigned width);
/* Adds microseconds as seconds with six decimals: 120.400000. */
void vfj_text_add_seconds(struct vfj_text *text, int64_t us);
/* Adds one word, quoted for sh(1) only when it needs quotes. */
void vfj_text_add_shell_word(struct vfj_text *text, const char *word);

/* Inline, so that the compiler knows the length of a literal. Each line is compared with many
 * literals. */
static inline struct vfj_span vfj_span_of(const char *string)
{
    return (struct vfj_span){string, strlen(string)};
}
static inline bool vfj_span_is(struct vfj_span span, const char *string)
{
    size_t length = strlen(string);
    return span.length == length && (length == 0 || memcmp(span.text, string, length) == 0);
}
bool vfj_bytes_equal_nocase(const char *a, const char *b, size_t length);
/* Compares like vfj_span_is(), but ignores the case of ASCII letters, as devd does with the
 * values of its rules (devd.conf(5)). */
static inline bool vfj_span_is_nocase(struct vfj_span span, const char *string)
{
    return span.length == strlen(string) && vfj_bytes_equal_nocase(span.text, string, span.length);
}
static inline bool vfj_span_starts(struct vfj_span span, const char *prefix)
{
    size_t length = strlen(prefix);
    return span.length >= length && (length == 0 || memcmp(span.text, prefix, length) == 0);
}

/* Reads decimal digits without sign. Returns false for an empty span, for other bytes, and for a
 * number above UINT64_MAX. */
bool vfj_span_to_u64(struct vfj_span span, uint64_t *value);
/* Reads like vfj_span_to_u64(), with an optional '-' in front. */
bool vfj_span_to_i64(struct vfj_span span, int64_t *value);

/* Takes the next word off the front of *rest. White space (sh(1)'s default IFS) separates words.
 * Returns false when no word is left. */
bool vfj_span_word(struct vfj_span *rest, struct vfj_span *word);

/* Copies `from` to `size` (>= 1) bytes, with a NUL, and zeroes the bytes after it. Returns false
 * when the copy was cut. */
bool vfj_span_copy(char *to, size_t size, struct vfj_span from);

#endif
