/* Replaces passwords in values of rc.conf(5). */
#include "adapters/freebsd/guest/rc_password.h"

#include <stdbool.h>
#include <string.h>

#include "core/data/rc.h"
#include "core/data/secret.h"
#include "core/text/text.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

/* Returns the index after the character that the backslash at `i` escapes. */
static size_t after_escape(struct vfj_span text, size_t i)
{
    return i + 1 < text.length ? i + 2 : text.length;
}

/* Returns the index after the quotation mark that closes the quotation mark at `i`. Returns the
 * length of `text` when none does. */
static size_t after_quotes(struct vfj_span text, size_t i)
{
    char quote = text.text[i++];
    while (i < text.length && text.text[i] != quote)
        i = quote == '"' && text.text[i] == '\\' ? after_escape(text, i) : i + 1;
    return i < text.length ? i + 1 : i;
}

/* Reads the next word of sh(1), with its quotes, and removes it from *rest. */
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

/* Returns true when the word is only a backslash and a line end. To sh(1) that is no word: it
 * joins the two lines. */
static bool is_line_end(struct vfj_span word)
{
    return word.length == 2 && memcmp(word.text, "\\\n", 2) == 0;
}

static bool matters(struct vfj_secret_word word)
{
    return word.is_before_secret || word.has_secret || word.has_variable || word.has_substitution;
}

static bool may_have_password(struct vfj_span rest)
{
    struct vfj_span word;
    while (take_word(&rest, &word)) {
        if (matters(vfj_secret_word_of(word)))
            return true;
    }
    return false;
}

void vfj_rc_password_blank(char *value, size_t size)
{
    char copy[VFJ_RC_SIZE];
    struct vfj_span rest = vfj_span_of(value), word;
    struct vfj_secret_word kind = {.has_substitution = false};
    bool is_password = false;
    if (!may_have_password(rest))
        return;
    vfj_span_copy(copy, sizeof copy, rest);
    rest = vfj_span_of(copy);
    struct vfj_text text = vfj_text_begin(value, size);
    while (!kind.has_substitution && take_word(&rest, &word)) {
        if (is_line_end(word))
            continue;
        kind = vfj_secret_word_of(word);
        bool is_blanked = is_password || kind.has_secret || kind.has_substitution;
        vfj_text_add_word(&text, is_blanked ? vfj_span_of(VFJ_RC_BLANK) : word);
        /* After a word with a variable, which may be empty, the next word may be a password. */
        is_password = kind.has_variable || (!is_password && kind.is_before_secret);
    }
}
