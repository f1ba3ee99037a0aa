/* The parser for one file of devd.conf(5) (sbin/devd/token.l, parse.y). */
#include "adapters/freebsd/devd/conf.h"

#include <stdlib.h>
#include <string.h>

enum token {
    TOKEN_END,
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_OPEN,
    TOKEN_CLOSE,
    TOKEN_SEMICOLON,
    TOKEN_BAD
};

struct reader {
    struct vfj_span rest;
    unsigned line;
    const struct vfj_devd_conf_listener *listener;
    /* text of the last WORD, NUMBER or STRING, cut when it is too long */
    char value[VFJ_RULE_VALUE_SIZE];
};

static char peek(const struct reader *reader, size_t offset)
{
    return offset < reader->rest.length ? reader->rest.text[offset] : '\0';
}

static void advance(struct reader *reader, size_t count)
{
    for (size_t i = 0; i < count && reader->rest.length > 0; i++) {
        reader->line += reader->rest.text[0] == '\n';
        reader->rest.text++;
        reader->rest.length--;
    }
}

static void skip_line(struct reader *reader)
{
    while (reader->rest.length > 0 && peek(reader, 0) != '\n')
        advance(reader, 1);
}

static void skip_comment(struct reader *reader)
{
    while (reader->rest.length > 0 && !(peek(reader, 0) == '*' && peek(reader, 1) == '/'))
        advance(reader, 1);
    advance(reader, 2);
}

static void skip_blanks(struct reader *reader)
{
    for (;;) {
        char c = peek(reader, 0);
        if (c == '#' || (c == '/' && peek(reader, 1) == '/'))
            skip_line(reader);
        else if (c == '/' && peek(reader, 1) == '*')
            skip_comment(reader);
        else if (c == ' ' || c == '\t' || c == '\n' || c == '\r')
            advance(reader, 1);
        else
            return;
    }
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* Reads a string up to the next quote. Quotes cannot be escaped. A backslash at the end of a
 * line removes the line end and the blanks after it. */
static enum token read_string(struct reader *reader)
{
    struct vfj_text text = vfj_text_begin(reader->value, sizeof reader->value);
    advance(reader, 1);
    bool empty = peek(reader, 0) == '"';
    while (reader->rest.length > 0 && peek(reader, 0) != '"') {
        if (peek(reader, 0) == '\\' && peek(reader, 1) == '\n') {
            advance(reader, 2);
            while (is_blank(peek(reader, 0)))
                advance(reader, 1);
            continue;
        }
        vfj_text_add_char(&text, peek(reader, 0));
        advance(reader, 1);
    }
    if (reader->rest.length == 0 || empty)
        return TOKEN_BAD;
    advance(reader, 1);
    return TOKEN_STRING;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_in_word(char c)
{
    return is_letter(c) || is_digit(c) || c == '-' || c == '_';
}

static enum token read_while(struct reader *reader, bool (*belongs)(char c), enum token token)
{
    struct vfj_text text = vfj_text_begin(reader->value, sizeof reader->value);
    while (belongs(peek(reader, 0))) {
        vfj_text_add_char(&text, peek(reader, 0));
        advance(reader, 1);
    }
    return token;
}

static enum token next(struct reader *reader)
{
    skip_blanks(reader);
    char c = peek(reader, 0);
    if (reader->rest.length == 0)
        return TOKEN_END;
    if (c == '"')
        return read_string(reader);
    if (is_digit(c))
        return read_while(reader, is_digit, TOKEN_NUMBER);
    if (is_letter(c))
        return read_while(reader, is_in_word, TOKEN_WORD);
    advance(reader, 1);
    switch (c) {
    case '{':
        return TOKEN_OPEN;
    case '}':
        return TOKEN_CLOSE;
    case ';':
        return TOKEN_SEMICOLON;
    default:
        return TOKEN_BAD;
    }
}

/* A statement inside braces: the word `key`, then values of the given kinds, then a semicolon. */
struct statement {
    const char *key;
    bool is_option; /* true: a statement of an options block; false: a statement of a rule */
    enum token kinds[2];
};

static const struct statement statements[] = {
    {"directory", true, {TOKEN_STRING, TOKEN_SEMICOLON}},
    {"pid-file", true, {TOKEN_STRING, TOKEN_SEMICOLON}},
    {"set", true, {TOKEN_WORD, TOKEN_STRING}},
    {"match", false, {TOKEN_STRING, TOKEN_STRING}},
    {"device-name", false, {TOKEN_STRING, TOKEN_SEMICOLON}},
    {"media-type", false, {TOKEN_STRING, TOKEN_SEMICOLON}},
    {"class", false, {TOKEN_STRING, TOKEN_SEMICOLON}},
    {"subdevice", false, {TOKEN_STRING, TOKEN_SEMICOLON}},
    {"action", false, {TOKEN_STRING, TOKEN_SEMICOLON}},
};

static const struct statement *find_statement(const char *key, bool is_option)
{
    for (size_t i = 0; i < sizeof statements / sizeof statements[0]; i++) {
        if (statements[i].is_option == is_option && strcmp(statements[i].key, key) == 0)
            return &statements[i];
    }
    return NULL;
}

/* Reads the rest of a statement whose first word was read. Returns NULL when no statement begins
 * with this word, or when its values are of other kinds. A missing second value is empty. */
static const struct statement *read_statement(struct reader *reader, bool is_option,
                                              char values[2][VFJ_RULE_VALUE_SIZE])
{
    const struct statement *statement = find_statement(reader->value, is_option);
    values[0][0] = values[1][0] = '\0';
    if (statement == NULL)
        return NULL;
    for (unsigned i = 0; i < 2; i++) {
        if (next(reader) != statement->kinds[i])
            return NULL;
        if (statement->kinds[i] == TOKEN_SEMICOLON)
            return statement;
        memcpy(values[i], reader->value, sizeof reader->value);
    }
    return next(reader) == TOKEN_SEMICOLON ? statement : NULL;
}

static bool read_option(struct reader *reader)
{
    char values[2][VFJ_RULE_VALUE_SIZE];
    const struct vfj_devd_conf_listener *listener = reader->listener;
    const struct statement *statement = read_statement(reader, true, values);
    if (statement == NULL)
        return false;
    if (strcmp(statement->key, "directory") == 0)
        listener->directory(listener->context, values[0]);
    else if (strcmp(statement->key, "set") == 0)
        listener->set(listener->context, values[0], values[1]);
    return true;
}

static void add_match(struct vfj_devd_rule *rule, const char *key, const char *pattern)
{
    if (rule->match_count == VFJ_RULE_MATCHES_MAX)
        return;
    struct vfj_devd_match *match = &rule->matches[rule->match_count++];
    vfj_span_copy(match->key, sizeof match->key, vfj_span_of(key));
    vfj_span_copy(match->pattern, sizeof match->pattern, vfj_span_of(pattern));
}

static bool read_condition(struct reader *reader, struct vfj_devd_rule *rule)
{
    char values[2][VFJ_RULE_VALUE_SIZE];
    const struct statement *statement = read_statement(reader, false, values);
    if (statement == NULL)
        return false;
    if (strcmp(statement->key, "action") == 0)
        vfj_span_copy(rule->action, sizeof rule->action, vfj_span_of(values[0]));
    else if (strcmp(statement->key, "match") == 0)
        add_match(rule, values[0], values[1]);
    else
        add_match(rule, statement->key, values[0]);
    return true;
}

static bool is_rule(const char *word)
{
    static const char *const kinds[] = {"attach", "detach", "nomatch", "notify"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(word, kinds[i]) == 0)
            return true;
    }
    return false;
}

/* Reads one block, in the form "options { statements };" or "KIND PRIORITY { statements };". */
static bool read_block(struct reader *reader)
{
    struct vfj_devd_rule rule = {.line = reader->line};
    bool is_options = strcmp(reader->value, "options") == 0;
    bool is_notify = strcmp(reader->value, "notify") == 0;
    if (!is_options && (!is_rule(reader->value) || next(reader) != TOKEN_NUMBER))
        return false;
    if (!is_options)
        rule.priority = strtol(reader->value, NULL, 10);
    if (next(reader) != TOKEN_OPEN)
        return false;
    enum token token;
    while ((token = next(reader)) == TOKEN_WORD) {
        if (is_options ? !read_option(reader) : !read_condition(reader, &rule))
            return false;
    }
    if (token != TOKEN_CLOSE || next(reader) != TOKEN_SEMICOLON)
        return false;
    if (is_notify)
        reader->listener->rule(reader->listener->context, &rule);
    return true;
}

unsigned vfj_devd_conf_read(struct vfj_span text, const struct vfj_devd_conf_listener *listener)
{
    struct reader reader = {.rest = text, .line = 1, .listener = listener};
    enum token token;
    while ((token = next(&reader)) == TOKEN_WORD) {
        if (!read_block(&reader))
            return reader.line;
    }
    return token == TOKEN_END ? 0 : reader.line;
}
