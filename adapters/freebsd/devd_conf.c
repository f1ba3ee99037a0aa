/* One file of devd.conf(5)'s grammar (sbin/devd/token.l, parse.y). */
#include "adapters/freebsd/devd_conf.h"

#include <stdlib.h>
#include <string.h>

enum token { TOKEN_END, TOKEN_WORD, TOKEN_STRING, TOKEN_OPEN, TOKEN_CLOSE, TOKEN_SEMICOLON, TOKEN_BAD };

struct reader {
    struct vfj_span rest;
    unsigned line;
    const struct vfj_devd_conf_listener *listener;
    char value[VFJ_RULE_VALUE_SIZE]; /* of the last WORD or STRING, cut to fit */
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

static enum token read_string(struct reader *reader)
{
    struct vfj_text text = vfj_text_begin(reader->value, sizeof reader->value);
    advance(reader, 1);
    while (reader->rest.length > 0 && peek(reader, 0) != '"') {
        bool escaped = peek(reader, 0) == '\\' && (peek(reader, 1) == '"' || peek(reader, 1) == '\n');
        if (escaped)
            advance(reader, 1);
        if (peek(reader, 0) != '\n')
            vfj_text_add_char(&text, peek(reader, 0));
        advance(reader, 1);
    }
    if (reader->rest.length == 0)
        return TOKEN_BAD;
    advance(reader, 1);
    return TOKEN_STRING;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

static enum token read_word(struct reader *reader)
{
    struct vfj_text text = vfj_text_begin(reader->value, sizeof reader->value);
    while (is_word(peek(reader, 0))) {
        vfj_text_add_char(&text, peek(reader, 0));
        advance(reader, 1);
    }
    return TOKEN_WORD;
}

static enum token next(struct reader *reader)
{
    skip_blanks(reader);
    char c = peek(reader, 0);
    if (reader->rest.length == 0)
        return TOKEN_END;
    if (c == '"')
        return read_string(reader);
    if (is_word(c))
        return read_word(reader);
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

/* One statement inside braces: KEY "a" ["b"]; */
struct statement {
    char key[VFJ_RULE_VALUE_SIZE];
    char values[2][VFJ_RULE_VALUE_SIZE];
    unsigned count;
};

static bool read_statement(struct reader *reader, struct statement *statement)
{
    enum token token;
    memset(statement, 0, sizeof *statement);
    memcpy(statement->key, reader->value, sizeof statement->key);
    while ((token = next(reader)) == TOKEN_STRING || token == TOKEN_WORD) {
        if (statement->count < 2)
            memcpy(statement->values[statement->count++], reader->value, sizeof reader->value);
    }
    return token == TOKEN_SEMICOLON;
}

static void take_option(struct reader *reader, const struct statement *statement)
{
    const struct vfj_devd_conf_listener *listener = reader->listener;
    if (strcmp(statement->key, "directory") == 0 && statement->count == 1)
        listener->directory(listener->context, statement->values[0]);
    else if (strcmp(statement->key, "set") == 0 && statement->count == 2)
        listener->set(listener->context, statement->values[0], statement->values[1]);
}

static void add_match(struct vfj_devd_rule *rule, const char *key, const char *pattern)
{
    if (rule->match_count == VFJ_RULE_MATCHES_MAX)
        return;
    struct vfj_devd_match *match = &rule->matches[rule->match_count++];
    vfj_span_copy(match->key, sizeof match->key, vfj_span_of(key));
    vfj_span_copy(match->pattern, sizeof match->pattern, vfj_span_of(pattern));
}

static void take_condition(struct vfj_devd_rule *rule, const struct statement *statement)
{
    if (strcmp(statement->key, "action") == 0)
        vfj_span_copy(rule->action, sizeof rule->action, vfj_span_of(statement->values[0]));
    else if (strcmp(statement->key, "match") == 0 && statement->count == 2)
        add_match(rule, statement->values[0], statement->values[1]);
    else if (statement->count == 1) /* media-type, class, device-name … */
        add_match(rule, statement->key, statement->values[0]);
}

/* KIND [PRIORITY] { statements }; */
static bool read_block(struct reader *reader)
{
    struct vfj_devd_rule rule = {.line = reader->line};
    struct statement statement;
    bool is_options = strcmp(reader->value, "options") == 0;
    bool is_notify = strcmp(reader->value, "notify") == 0;
    enum token token = next(reader);
    if (token == TOKEN_WORD) {
        rule.priority = strtol(reader->value, NULL, 10);
        token = next(reader);
    }
    if (token != TOKEN_OPEN)
        return false;
    while ((token = next(reader)) == TOKEN_WORD) {
        if (!read_statement(reader, &statement))
            return false;
        if (is_options)
            take_option(reader, &statement);
        else
            take_condition(&rule, &statement);
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
