/* Replaces passwords in values of rc.conf(5). */
#include "adapters/freebsd/guest/rc_password.h"

#include <stdbool.h>
#include <string.h>

#include "core/data/rc.h"
#include "core/text/text.h"

enum { KEYWORD_SIZE = 16 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Returns the index after the character that the backslash at `i` escapes. */
static size_t after_escape(struct vfj_span text, size_t i)
{
    return i + 1 < text.length ? i + 2 : text.length;
}

/* Returns the index after the quotation mark that closes the one at `i`, or the length of `text`
 * when none does. */
static size_t after_quotes(struct vfj_span text, size_t i)
{
    char quote = text.text[i++];
    while (i < text.length && text.text[i] != quote)
        i = quote == '"' && text.text[i] == '\\' ? after_escape(text, i) : i + 1;
    return i < text.length ? i + 1 : i;
}

/* Takes the next word of sh(1) off the rest, with its quotes. */
static bool take_word(struct vfj_span *rest, struct vfj_span *word)
{
    size_t i = 0;
    while (rest->length > 0 && is_blank(rest->text[0]))
        *rest = (struct vfj_span){rest->text + 1, rest->length - 1};
    while (i < rest->length && !is_blank(rest->text[i])) {
        char c = rest->text[i];
        if (c == '\\')
            i = after_escape(*rest, i);
        else
            i = c == '"' || c == '\'' ? after_quotes(*rest, i) : i + 1;
    }
    *word = (struct vfj_span){rest->text, i};
    *rest = (struct vfj_span){rest->text + i, rest->length - i};
    return i > 0;
}

/* Returns true when `word` is a keyword of ifconfig(8) before a password or key, of carp(4) or of a
 * wireless interface. Quotes and backslashes are ignored, since sh(1) removes them. */
static bool announces_password(struct vfj_span word)
{
    char bytes[KEYWORD_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    for (size_t i = 0; i < word.length; i++) {
        if (strchr("\\\"'", word.text[i]) == NULL)
            vfj_text_add_char(&text, word.text[i]);
    }
    struct vfj_span plain = {text.bytes, text.length};
    return !text.overflow
        && (vfj_span_is_nocase(plain, "pass") || vfj_span_is_nocase(plain, "wepkey")
            || vfj_span_is_nocase(plain, "nwkey"));
}

static bool has_password(struct vfj_span rest)
{
    struct vfj_span word;
    while (take_word(&rest, &word)) {
        if (announces_password(word))
            return true;
    }
    return false;
}

/* Returns true when the word has a command substitution of sh(1). The words of that command are not
 * parsed. */
static bool has_substitution(struct vfj_span word)
{
    for (size_t i = 0; i < word.length;) {
        char c = word.text[i];
        if (c == '`' || (c == '$' && i + 1 < word.length && word.text[i + 1] == '('))
            return true;
        if (c == '\'')
            i = after_quotes(word, i);
        else
            i = c == '\\' ? after_escape(word, i) : i + 1;
    }
    return false;
}

void vfj_rc_password_blank(char *value, size_t size)
{
    char copy[VFJ_RC_SIZE];
    struct vfj_span rest = vfj_span_of(value), word;
    bool is_password = false;
    if (!has_password(rest))
        return;
    vfj_span_copy(copy, sizeof copy, rest);
    rest = vfj_span_of(copy);
    struct vfj_text text = vfj_text_begin(value, size);
    while (take_word(&rest, &word)) {
        vfj_text_add_word(&text, is_password ? vfj_span_of(VFJ_RC_BLANK) : word);
        if (is_password && has_substitution(word))
            break;
        is_password = !is_password && announces_password(word);
    }
}
