/* Hides secrets in text that leaves the journal. */
#include "store/secret.h"

#include <string.h>

#include "core/data/secret.h"

#define HIDDEN "********"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

static size_t end_of_word(struct vfj_span line, size_t i)
{
    while (i < line.length && !is_blank(line.text[i]) && !is_quote(line.text[i]))
        i += line.text[i] == '\\' && i + 1 < line.length ? 2 : 1;
    return i;
}

/* Returns the character at `i` and moves `i` past it. Inside double quotes (`outer`) omits the
 * backslash that escapes the character. */
static char take_inner(struct vfj_span line, size_t *i, char outer)
{
    if (outer == '"' && line.text[*i] == '\\' && *i + 1 < line.length)
        (*i)++;
    return line.text[(*i)++];
}

/* Returns the end of a secret word. Inside `outer` quotes, the word may be quoted a second time, as
 * sh(1) allows. */
static size_t end_of_secret(struct vfj_span line, size_t i, char outer)
{
    char inner = 0;
    while (i < line.length && line.text[i] != '\n' && !(outer != 0 && line.text[i] == outer)
           && !(inner == 0 && is_blank(line.text[i]))) {
        char c = take_inner(line, &i, outer);
        bool escapes = c == '\\' && inner != '\'';
        if (escapes && i < line.length && !(outer != 0 && line.text[i] == outer))
            (void)take_inner(line, &i, outer);
        else if (c == inner)
            inner = 0;
        else if (inner == 0 && is_quote(c))
            inner = c;
    }
    return i;
}

static bool begins_with(struct vfj_span text, size_t i, const char *word)
{
    size_t length = strlen(word);
    return text.length - i >= length && vfj_bytes_equal_nocase(text.text + i, word, length);
}

/* Returns true when a keyword that introduces a secret may begin at this place. A keyword may
 * contain a quotation mark or a backslash, and the value of a variable may be a keyword. */
static bool may_hide(struct vfj_span text, size_t i)
{
    char c = text.text[i];
    char before = i > 0 ? text.text[i - 1] : ' ';
    char after = i + 1 < text.length ? text.text[i + 1] : ' ';
    bool is_edge = is_blank(before) || before == '=' || is_blank(after);
    return c == '\\' || c == '\'' || c == '$' || c == '`' || (c == '"' && !is_edge);
}

/* This must be fast, because an export calls it for each row: most bytes are compared with a few
 * characters only. */
bool vfj_secret_may_be_in(struct vfj_span text)
{
    for (size_t i = 0; i < text.length; i++) {
        int letter = text.text[i] | 0x20;
        bool found = letter == 'p' ? begins_with(text, i, "pass") || begins_with(text, i, "psk")
            : letter == 'k'        ? begins_with(text, i, "key")
            : letter == 's'        ? begins_with(text, i, "secret")
                                   : may_hide(text, i);
        if (found)
            return true;
    }
    return false;
}

void vfj_secret_hide_words(struct vfj_argv *argv)
{
    bool is_secret = false;
    for (unsigned i = 0; i < argv->count; i++) {
        struct vfj_secret_word kind = vfj_secret_word_of(vfj_span_of(argv->words[i]));
        if (is_secret || kind.has_secret)
            argv->words[i] = HIDDEN;
        is_secret = kind.has_variable || (!is_secret && kind.is_before_secret);
    }
}

/* Adds the name and the '=' of a pair whose value is a secret. Returns the end of the value, which
 * may be quoted. */
static size_t add_name_of_pair(struct vfj_text *text, struct vfj_span line, struct vfj_span word)
{
    size_t length = 0;
    while (word.text[length++] != '=')
        continue;
    vfj_text_add_span(text, (struct vfj_span){word.text, length});
    return end_of_secret(line, (size_t)(word.text - line.text) + length, 0);
}

void vfj_secret_add(struct vfj_text *text, struct vfj_span line)
{
    bool is_secret = false, hides_rest = false;
    char outer = 0;
    size_t i = 0;
    while (i < line.length) {
        char c = line.text[i];
        bool is_outer = is_quote(c) && (c == outer || (outer == 0 && !is_secret));
        if (is_outer)
            outer = outer == 0 ? c : 0;
        is_secret = is_secret && !is_outer;
        hides_rest = hides_rest && !is_outer;
        if (is_outer || is_blank(c)) {
            vfj_text_add_char(text, c);
            i++;
            continue;
        }
        size_t end = is_secret ? end_of_secret(line, i, outer) : end_of_word(line, i);
        if (end == i) /* a quotation mark of the other kind, which is part of the word */
            end++;
        struct vfj_span word = {line.text + i, end - i};
        struct vfj_secret_word kind = vfj_secret_word_of(word);
        hides_rest = hides_rest || (outer != 0 && kind.has_substitution);
        bool is_pair = outer == 0 && !is_secret && memchr(word.text, '=', word.length) != NULL;
        if (is_pair && kind.has_secret)
            end = add_name_of_pair(text, line, word);
        bool is_hidden = is_secret || hides_rest || kind.has_secret;
        vfj_text_add_span(text, is_hidden ? vfj_span_of(HIDDEN) : word);
        /* the value of a pair is one word, so the next word is not its rest */
        is_secret = !is_pair && (kind.has_variable || (!is_secret && kind.is_before_secret));
        i = end;
    }
}
