/* Finds words of rc.conf(5) and ifconfig(8) that contain or announce a password or key. */
#include "core/data/secret.h"

#include <stddef.h>
#include <string.h>

/* one byte more than the longest name, "passphrase", so that a longer word differs from it */
enum { TAIL_SIZE = 11 };

/* The last characters of a word that is being read, in lower case. */
struct tail {
    char text[TAIL_SIZE];
    size_t length;
    bool has_blank; /* the word has a blank between quotes, so it names no password */
};

static void add(struct tail *tail, char c)
{
    if (tail->length == TAIL_SIZE)
        memmove(tail->text, tail->text + 1, --tail->length);
    tail->has_blank = tail->has_blank || c == ' ' || c == '\t';
    tail->text[tail->length++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool ends_with(const struct tail *tail, const char *name)
{
    size_t length = strlen(name);
    return tail->length >= length && memcmp(tail->text + tail->length - length, name, length) == 0;
}

/* Returns true when the word names a password. "pass" must be the whole word, since "bypass"
 * names no password. */
static bool names_secret(const struct tail *tail)
{
    static const char *const names[] = {"key", "psk", "secret", "passwd", "password", "passphrase"};
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !tail->has_blank; i++) {
        if (ends_with(tail, names[i]))
            return true;
    }
    return ends_with(tail, "pass") && tail->length == strlen("pass");
}

/* A word of sh(1) that is being read. */
struct reader {
    struct vfj_span word;
    size_t at;
    char quote; /* the quotation mark that is open; 0: none */
};

/* Takes the next character, and skips quotation marks and backslashes. Sets *is_plain to false
 * when the character begins an expansion of sh(1). Returns false at the end of the word. */
static bool take(struct reader *reader, char *c, bool *is_plain)
{
    while (reader->at < reader->word.length) {
        *c = reader->word.text[reader->at++];
        bool is_mark = *c == reader->quote || (reader->quote == 0 && (*c == '"' || *c == '\''));
        if (is_mark) {
            reader->quote = reader->quote == 0 ? *c : 0;
            continue;
        }
        bool escapes = *c == '\\' && reader->quote != '\'';
        *is_plain = escapes || reader->quote == '\'';
        if (!escapes)
            return true;
        if (reader->at < reader->word.length)
            *c = reader->word.text[reader->at++];
        if (*c != '\n' && *c != '\\') /* skips an escaped line end or backslash */
            return true;
    }
    return false;
}

static bool begins_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || (c != '\0' && strchr("_@*#?$!-'", c) != NULL);
}

static void note_expansion(struct vfj_secret_word *found, const struct reader *reader, char c)
{
    char next = reader->at < reader->word.length ? reader->word.text[reader->at] : '\0';
    if (c == '`' || (c == '$' && (next == '(' || next == '{')))
        found->has_substitution = true;
    else if (c == '$' && begins_name(next))
        found->has_variable = true;
}

struct vfj_secret_word vfj_secret_word_of(struct vfj_span word)
{
    struct vfj_secret_word found = {.is_before_secret = false};
    struct reader reader = {.word = word};
    struct tail tail = {.length = 0};
    char c;
    bool is_plain;
    while (take(&reader, &c, &is_plain)) {
        if (!is_plain)
            note_expansion(&found, &reader, c);
        found.has_secret = found.has_secret || (c == '=' && names_secret(&tail));
        add(&tail, c);
    }
    found.is_before_secret = !found.has_secret && names_secret(&tail);
    return found;
}
