/* key=value text in devd's grammar: one tokenizer for devd lines and for record bodies. */
#include "core/kv.h"

#include <string.h>

static bool key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

static bool white(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void advance(struct vfj_span *rest, size_t count)
{
    rest->text += count;
    rest->length -= count;
}

static enum vfj_kv_result quoted_value(struct vfj_span *rest, struct vfj_kv *pair)
{
    size_t end = 1;
    while (end < rest->length && rest->text[end] != '"')
        end += rest->text[end] == '\\' ? 2 : 1;
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
    struct vfj_text text = vfj_text_begin(to, size);
    for (size_t i = 0; i < pair->value.length; i++) {
        char c = pair->value.text[i];
        if (pair->quoted && c == '\\' && i + 1 < pair->value.length)
            c = pair->value.text[++i];
        if (c == '\0')
            return false;
        vfj_text_add_char(&text, c);
    }
    return !text.overflow;
}

bool vfj_kv_find(struct vfj_span text, const char *key, struct vfj_kv *pair)
{
    bool found = false;
    struct vfj_kv next;
    while (vfj_kv_next(&text, &next) == VFJ_KV_PAIR) {
        if (vfj_span_is(next.key, key)) {
            *pair = next;
            found = true;
        }
    }
    return found;
}

static bool needs_quotes(struct vfj_span value)
{
    for (size_t i = 0; i < value.length; i++) {
        if (white(value.text[i]) || value.text[i] == '"' || value.text[i] == '\\')
            return true;
    }
    return value.length == 0;
}

void vfj_kv_add(struct vfj_text *text, const char *key, struct vfj_span value)
{
    if (text->length > 0)
        vfj_text_add_char(text, ' ');
    vfj_text_add(text, key);
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
    vfj_kv_add_string(text, key, digits);
}

void vfj_kv_add_i64(struct vfj_text *text, const char *key, int64_t value)
{
    char digits[24];
    struct vfj_text number = vfj_text_begin(digits, sizeof digits);
    vfj_text_add_i64(&number, value);
    vfj_kv_add_string(text, key, digits);
}
