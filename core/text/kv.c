/* Reads and writes key=value text in devd's grammar. Devd lines and the bodies of records have
 * the same grammar. */
#include "core/text/kv.h"

#include <string.h>

enum { KEY = 1, WHITE = 2, QUOTED = 4 };

#define K KEY
#define W (WHITE | QUOTED)
#define Q QUOTED
/* For each byte, the sets that contain it: bytes of a key, white space, and bytes that make a
 * value need quotes. The tokenizer classifies every byte of every line, and a table is fast. */
static const unsigned char classes[256] = {
    ['\t'] = W, ['\n'] = W, ['\r'] = W, [' '] = W, ['"'] = Q, ['\\'] = Q, ['-'] = K, ['_'] = K,
    ['0'] = K,  ['1'] = K,  ['2'] = K,  ['3'] = K, ['4'] = K, ['5'] = K,  ['6'] = K, ['7'] = K,
    ['8'] = K,  ['9'] = K,  ['A'] = K,  ['B'] = K, ['C'] = K, ['D'] = K,  ['E'] = K, ['F'] = K,
    ['G'] = K,  ['H'] = K,  ['I'] = K,  ['J'] = K, ['K'] = K, ['L'] = K,  ['M'] = K, ['N'] = K,
    ['O'] = K,  ['P'] = K,  ['Q'] = K,  ['R'] = K, ['S'] = K, ['T'] = K,  ['U'] = K, ['V'] = K,
    ['W'] = K,  ['X'] = K,  ['Y'] = K,  ['Z'] = K, ['a'] = K, ['b'] = K,  ['c'] = K, ['d'] = K,
    ['e'] = K,  ['f'] = K,  ['g'] = K,  ['h'] = K, ['i'] = K, ['j'] = K,  ['k'] = K, ['l'] = K,
    ['m'] = K,  ['n'] = K,  ['o'] = K,  ['p'] = K, ['q'] = K, ['r'] = K,  ['s'] = K, ['t'] = K,
    ['u'] = K,  ['v'] = K,  ['w'] = K,  ['x'] = K, ['y'] = K, ['z'] = K,
};
#undef K
#undef W
#undef Q

static bool key_byte(char c)
{
    return (classes[(unsigned char)c] & KEY) != 0;
}

static bool white(char c)
{
    return (classes[(unsigned char)c] & WHITE) != 0;
}

static void advance(struct vfj_span *rest, size_t count)
{
    rest->text += count;
    rest->length -= count;
}

/* `text` begins with a quoted value. Returns the offset of the quote that ends the value, or the
 * length of `text` when there is none. The first search does not look for escapes, since they
 * are rare. */
static size_t closing_quote(struct vfj_span text)
{
    const char *quote = memchr(text.text + 1, '"', text.length - 1);
    if (quote == NULL)
        return text.length;
    size_t end = (size_t)(quote - text.text);
    const char *escape = memchr(text.text + 1, '\\', end - 1);
    if (escape == NULL)
        return end;
    end = (size_t)(escape - text.text);
    while (end < text.length && text.text[end] != '"')
        end += text.text[end] == '\\' ? 2 : 1;
    return end;
}

static enum vfj_kv_result quoted_value(struct vfj_span *rest, struct vfj_kv *pair)
{
    size_t end = closing_quote(*rest);
    if (end >= rest->length)
        return VFJ_KV_BAD;
    pair->value = (struct vfj_span){rest->text + 1, end - 1};
    pair->quoted = true;
    advance(rest, end + 1);
    return rest->length == 0 || white(rest->text[0]) ? VFJ_KV_PAIR : VFJ_KV_BAD;
}

enum vfj_kv_result vfj_kv_next(struct vfj_span *rest, struct vfj_kv *pair)
{
    while (rest->length > 0 && white(rest->text[0]))
        advance(rest, 1);
    if (rest->length == 0)
        return VFJ_KV_END;

    size_t length = 0;
    while (length < rest->length && key_byte(rest->text[length]))
        length++;
    if (length == 0 || length == rest->length || rest->text[length] != '=') {
        advance(rest, length);
        return VFJ_KV_BAD;
    }
    pair->key = (struct vfj_span){rest->text, length};
    advance(rest, length + 1);
    if (rest->length > 0 && rest->text[0] == '"')
        return quoted_value(rest, pair);

    length = 0;
    while (length < rest->length && !white(rest->text[length]))
        length++;
    pair->value = (struct vfj_span){rest->text, length};
    pair->quoted = false;
    advance(rest, length);
    return VFJ_KV_PAIR;
}

bool vfj_kv_value(const struct vfj_kv *pair, char *to, size_t size)
{
    size_t length = 0;
    bool right = true;
    for (size_t i = 0; i < pair->value.length && right; i++) {
        char c = pair->value.text[i];
        if (pair->quoted && c == '\\' && i + 1 < pair->value.length)
            c = pair->value.text[++i];
        right = c != '\0' && length < size - 1;
        if (right)
            to[length++] = c;
    }
    to[length] = '\0';
    return right;
}

bool vfj_kv_find(struct vfj_span text, const char *key, struct vfj_kv *pair)
{
    bool found = false;
    struct vfj_kv next;
    size_t length = strlen(key);
    while (vfj_kv_next(&text, &next) == VFJ_KV_PAIR) {
        if (next.key.length == length && memcmp(next.key.text, key, length) == 0) {
            *pair = next;
            found = true;
        }
    }
    return found;
}

static bool needs_quotes(struct vfj_span value)
{
    for (size_t i = 0; i < value.length; i++) {
        if ((classes[(unsigned char)value.text[i]] & QUOTED) != 0)
            return true;
    }
    return value.length == 0;
}

void vfj_kv_add(struct vfj_text *text, const char *key, struct vfj_span value)
{
    vfj_text_add_word(text, vfj_span_of(key));
    vfj_text_add_char(text, '=');
    if (!needs_quotes(value)) {
        vfj_text_add_span(text, value);
        return;
    }
    vfj_text_add_char(text, '"');
    for (size_t i = 0; i < value.length; i++) {
        if (value.text[i] == '"' || value.text[i] == '\\')
            vfj_text_add_char(text, '\\');
        vfj_text_add_char(text, value.text[i]);
    }
    vfj_text_add_char(text, '"');
}

void vfj_kv_add_string(struct vfj_text *text, const char *key, const char *value)
{
    vfj_kv_add(text, key, vfj_span_of(value));
}

void vfj_kv_add_u64(struct vfj_text *text, const char *key, uint64_t value)
{
    char digits[24];
    struct vfj_text number = vfj_text_begin(digits, sizeof digits);
    vfj_text_add_u64(&number, value);
    vfj_kv_add(text, key, (struct vfj_span){digits, number.length});
}

void vfj_kv_add_i64(struct vfj_text *text, const char *key, int64_t value)
{
    char digits[24];
    struct vfj_text number = vfj_text_begin(digits, sizeof digits);
    vfj_text_add_i64(&number, value);
    vfj_kv_add(text, key, (struct vfj_span){digits, number.length});
}
