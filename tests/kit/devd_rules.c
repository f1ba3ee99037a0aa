/* devd.conf(5) files, and which rule of them devd(8) runs for an event: token.l, parse.y and devd.cc in sbin/devd. */
#include "tests/kit/devd_rules.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

#include "tests/kit/scratch.h"

/* --- reading --- */

enum token { TOKEN_END, TOKEN_SEMICOLON, TOKEN_BEGIN, TOKEN_CLOSE, TOKEN_NUMBER, TOKEN_STRING, TOKEN_WORD };

struct reader {
    const char *at;
    enum token token;
    char text[KIT_DEVD_TEXT_SIZE]; /* of a number, string or word */
};

static void skip_to(struct reader *reader, const char *end)
{
    const char *found = strstr(reader->at, end);
    reader->at = found != NULL ? found + strlen(end) : reader->at + strlen(reader->at);
}

static void skip_blanks(struct reader *reader)
{
    for (;;) {
        reader->at += strspn(reader->at, " \t\n");
        if (reader->at[0] == '#' || strncmp(reader->at, "//", 2) == 0)
            skip_to(reader, "\n");
        else if (strncmp(reader->at, "/*", 2) == 0)
            skip_to(reader, "*/");
        else
            return;
    }
}

static void keep(struct reader *reader, enum token token, size_t length)
{
    assert_true(length < sizeof reader->text);
    memcpy(reader->text, reader->at, length);
    reader->text[length] = '\0';
    reader->at += length;
    reader->token = token;
}

static void next(struct reader *reader)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    static const char marks[] = "{};";
    static const enum token of_marks[] = {TOKEN_BEGIN, TOKEN_CLOSE, TOKEN_SEMICOLON};
    skip_blanks(reader);
    char c = reader->at[0];
    if (c == '\0') {
        reader->token = TOKEN_END;
    } else if (strchr(marks, c) != NULL) {
        reader->token = of_marks[strchr(marks, c) - marks];
        reader->at++;
    } else if (c == '"') {
        reader->at++;
        size_t length = strcspn(reader->at, "\"");
        assert_true(length > 0 && reader->at[length] == '"'); /* a string is not empty */
        keep(reader, TOKEN_STRING, length);
        reader->at++;
    } else if (isdigit((unsigned char)c)) {
        keep(reader, TOKEN_NUMBER, strspn(reader->at, "0123456789"));
    } else {
        assert_true(isalpha((unsigned char)c));
        keep(reader, TOKEN_WORD, strspn(reader->at, letters));
    }
}

static void expect(struct reader *reader, enum token token)
{
    assert_int_equal(reader->token, token);
    next(reader);
}

/* The text of the token that must be there, which is passed. */
static void take(struct reader *reader, enum token token, char *text, size_t size)
{
    assert_int_equal(reader->token, token);
    assert_true(strlen(reader->text) < size);
    strcpy(text, reader->text);
    next(reader);
}

/* No file that is tested has a variable in a regular expression. */
static void compile(struct kit_devd_statement *statement)
{
    char anchored[KIT_DEVD_TEXT_SIZE + 3];
    statement->inverted = statement->text[0] == '!';
    assert_null(strchr(statement->text, '$'));
    (void)snprintf(anchored, sizeof anchored, "^%s$", statement->text + statement->inverted);
    assert_int_equal(regcomp(&statement->regex, anchored, REG_EXTENDED | REG_NOSUB | REG_ICASE), 0);
}

static void read_statement(struct reader *reader, struct kit_devd_statement *statement)
{
    char word[32];
    take(reader, TOKEN_WORD, word, sizeof word);
    statement->word = KIT_DEVD_MATCH;
    if (strcmp(word, "action") == 0)
        statement->word = KIT_DEVD_ACTION;
    else if (strcmp(word, "media-type") == 0)
        statement->word = KIT_DEVD_MEDIA;
    else if (strcmp(word, "match") == 0)
        take(reader, TOKEN_STRING, statement->variable, sizeof statement->variable);
    else if (strcmp(word, "device-name") == 0 || strcmp(word, "class") == 0 || strcmp(word, "subdevice") == 0)
        strcpy(statement->variable, word);
    else
        fail_msg("devd does not know the statement %s", word);
    take(reader, TOKEN_STRING, statement->text, sizeof statement->text);
    expect(reader, TOKEN_SEMICOLON);
    if (statement->word == KIT_DEVD_MATCH)
        compile(statement);
}

static void read_rule(struct reader *reader, struct kit_devd_rules *rules, char kind)
{
    assert_true(rules->count < KIT_DEVD_RULES_MAX);
    struct kit_devd_rule *rule = &rules->rules[rules->count++];
    char priority[16];
    memset(rule, 0, sizeof *rule);
    rule->kind = kind;
    take(reader, TOKEN_NUMBER, priority, sizeof priority);
    rule->priority = atoi(priority);
    expect(reader, TOKEN_BEGIN);
    while (reader->token != TOKEN_CLOSE) {
        assert_true(rule->count < KIT_DEVD_STATEMENTS_MAX);
        read_statement(reader, &rule->statements[rule->count++]);
    }
}

static void read_options(struct reader *reader)
{
    expect(reader, TOKEN_BEGIN);
    while (reader->token != TOKEN_CLOSE) {
        bool set = reader->token == TOKEN_WORD && strcmp(reader->text, "set") == 0;
        expect(reader, TOKEN_WORD);
        if (set)
            expect(reader, TOKEN_WORD);
        expect(reader, TOKEN_STRING);
        expect(reader, TOKEN_SEMICOLON);
    }
}

void kit_devd_parse(struct kit_devd_rules *rules, const char *text)
{
    static const struct {
        const char *word;
        char kind;
    } kinds[] = {{"notify", '!'}, {"attach", '+'}, {"detach", '-'}, {"nomatch", '?'}};
    struct reader reader = {.at = text};
    next(&reader);
    while (reader.token != TOKEN_END) {
        char word[32], kind = '\0';
        take(&reader, TOKEN_WORD, word, sizeof word);
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
            if (strcmp(word, kinds[i].word) == 0)
                kind = kinds[i].kind;
        }
        if (kind != '\0')
            read_rule(&reader, rules, kind);
        else if (strcmp(word, "options") == 0)
            read_options(&reader);
        else
            fail_msg("devd does not know the word %s", word);
        expect(&reader, TOKEN_CLOSE);
        expect(&reader, TOKEN_SEMICOLON);
    }
}

void kit_devd_read(struct kit_devd_rules *rules, const char *path)
{
    size_t length;
    char *text = kit_read(path, &length);
    assert_int_equal(strlen(text), length);
    kit_devd_parse(rules, text);
    free(text);
}

void kit_devd_free(struct kit_devd_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        for (size_t j = 0; j < rules->rules[i].count; j++) {
            if (rules->rules[i].statements[j].word == KIT_DEVD_MATCH)
                regfree(&rules->rules[i].statements[j].regex);
        }
    }
    rules->count = 0;
}

/* --- choosing --- */

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* The value of a variable of the event; "" when it has none. Without quotes it ends at white space. */
static void value_of(const char *event, const char *variable, char *value, size_t size)
{
    const char *at = event + 1;
    value[0] = '\0';
    while (*at != '\0') {
        const char *name = at;
        while (is_name_char(*at))
            at++;
        if (*at != '=')
            return;
        bool wanted = (size_t)(at - name) == strlen(variable) && strncmp(name, variable, strlen(variable)) == 0;
        bool quoted = *++at == '"';
        size_t length = 0;
        at += quoted;
        while (*at != '\0' && !(quoted ? *at == '"' : isspace((unsigned char)*at))) {
            if (quoted && at[0] == '\\' && at[1] == '"')
                at++;
            assert_true(length + 1 < size);
            if (wanted)
                value[length++] = *at;
            at++;
        }
        if (wanted) {
            value[length] = '\0';
            return;
        }
        at += quoted && *at == '"';
        at += strspn(at, " \t\n");
    }
}

static bool rule_matches(const struct kit_devd_rule *rule, const char *event, const char *medium)
{
    char value[KIT_DEVD_TEXT_SIZE];
    for (size_t i = 0; i < rule->count; i++) {
        const struct kit_devd_statement *statement = &rule->statements[i];
        if (statement->word == KIT_DEVD_MEDIA) {
            if (medium == NULL || strcasecmp(medium, statement->text) != 0)
                return false;
        } else if (statement->word == KIT_DEVD_MATCH) {
            value_of(event, statement->variable, value, sizeof value);
            if ((regexec(&statement->regex, value, 0, NULL, 0) == 0) == statement->inverted)
                return false;
        }
    }
    return true;
}

/* Of the highest priority, and among those the first that was read. */
static const struct kit_devd_rule *choose(const struct kit_devd_rules *rules, const char *event, const char *medium)
{
    const struct kit_devd_rule *best = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        const struct kit_devd_rule *rule = &rules->rules[i];
        if (rule->kind == event[0] && (best == NULL || rule->priority > best->priority)
            && rule_matches(rule, event, medium))
            best = rule;
    }
    return best;
}

static void put(char *to, size_t size, const char *bytes, size_t length)
{
    size_t used = strlen(to);
    assert_true(used + length < size);
    memcpy(to + used, bytes, length);
    to[used + length] = '\0';
}

static void put_value(char *to, size_t size, const char *value, enum kit_devd_quoting quoting)
{
    if (quoting == KIT_DEVD_AS_IT_IS) {
        put(to, size, value, strlen(value));
        return;
    }
    put(to, size, "$'", 2);
    for (; *value != '\0'; value++) {
        if (*value == '\'' || *value == '\\')
            put(to, size, "\\", 1);
        put(to, size, value, 1);
    }
    put(to, size, "'", 1);
}

const char *kit_devd_command(const struct kit_devd_rules *rules, const char *event, const char *medium,
                             enum kit_devd_quoting quoting)
{
    static char command[2 * KIT_DEVD_TEXT_SIZE];
    const struct kit_devd_rule *rule = choose(rules, event, medium);
    const char *text = NULL;
    for (size_t i = 0; rule != NULL && i < rule->count; i++) {
        if (rule->statements[i].word == KIT_DEVD_ACTION)
            text = rule->statements[i].text;
    }
    if (text == NULL)
        return NULL;
    command[0] = '\0';
    while (*text != '\0') {
        char variable[64] = "", value[KIT_DEVD_TEXT_SIZE];
        size_t length = strcspn(text, "$");
        put(command, sizeof command, text, length);
        text += length;
        if (*text == '\0')
            break;
        for (text++; is_name_char(*text); text++)
            put(variable, sizeof variable, text, 1);
        assert_true(variable[0] != '\0'); /* of what devd knows after a '$', only a name is here */
        value_of(event, variable, value, sizeof value);
        put_value(command, sizeof command, value, quoting);
    }
    return command;
}
