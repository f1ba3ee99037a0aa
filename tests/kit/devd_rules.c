/* Reads devd.conf(5) files as vfjournal does, and builds the command that devd(8) runs for an
 * event (sbin/devd/devd.cc). */
#include "tests/kit/devd_rules.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/freebsd/devd/conf.h"
#include "tests/kit/scratch.h"

/* --- reading --- */

/* Inserts a rule in the order in which devd tries them: by priority, the highest first, and rules
 * of equal priority in the order of reading. */
static void add_rule(void *context, const struct vfj_devd_rule *rule)
{
    struct kit_devd_rules *rules = context;
    assert_true(rules->count < KIT_DEVD_RULES_MAX);
    size_t at = rules->count++;
    for (; at > 0 && rules->rules[at - 1].priority < rule->priority; at--)
        rules->rules[at] = rules->rules[at - 1];
    rules->rules[at] = *rule;
}

static void pass_directory(void *context, const char *path)
{
    (void)context;
    (void)path;
}

/* Ignores a `set` line. No tested file uses a variable in a regular expression. */
static void pass_setting(void *context, const char *name, const char *value)
{
    (void)context;
    (void)name;
    (void)value;
}

void kit_devd_parse(struct kit_devd_rules *rules, const char *text)
{
    const struct vfj_devd_conf_listener listener
        = {.rule = add_rule, .directory = pass_directory, .set = pass_setting, .context = rules};
    unsigned line = vfj_devd_conf_read(vfj_span_of(text), &listener);
    if (line != 0)
        fail_msg("devd does not take line %u of:\n%s", line, text);
}

void kit_devd_read(struct kit_devd_rules *rules, const char *path)
{
    size_t length;
    char *text = kit_read(path, &length);
    assert_int_equal(strlen(text), length);
    kit_devd_parse(rules, text);
    free(text);
}

/* --- choosing --- */

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-';
}

/* Fills in the value that the event has for a variable, or "" when the event lacks the variable. A
 * value without quotes ends at white space. */
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
        bool wanted = (size_t)(at - name) == strlen(variable)
            && strncmp(name, variable, strlen(variable)) == 0;
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

/* Collects the values that the event has for all variables in the rules' conditions. Returns the
 * number of values. */
static unsigned gather(const struct kit_devd_rules *rules, const char *event, const char *medium,
                       struct vfj_devd_fact facts[KIT_DEVD_FACTS_MAX])
{
    static char values[KIT_DEVD_FACTS_MAX][KIT_DEVD_TEXT_SIZE];
    unsigned count = 0;
    for (size_t i = 0; i < rules->count; i++) {
        for (unsigned k = 0; k < rules->rules[i].match_count; k++) {
            const char *key = rules->rules[i].matches[k].key;
            assert_null(strchr(rules->rules[i].matches[k].pattern, '$'));
            unsigned known = 0;
            while (known < count && strcmp(facts[known].key, key) != 0)
                known++;
            if (known < count)
                continue;
            assert_true(count < KIT_DEVD_FACTS_MAX);
            value_of(event, key, values[count], sizeof values[count]);
            bool is_medium = strcmp(key, "media-type") == 0;
            facts[count] = (struct vfj_devd_fact){key,
                                                  !is_medium           ? values[count]
                                                      : medium != NULL ? medium
                                                                       : ""};
            count++;
        }
    }
    return count;
}

static const struct vfj_devd_rule *choose(const struct kit_devd_rules *rules, const char *event,
                                          const char *medium)
{
    struct vfj_devd_fact facts[KIT_DEVD_FACTS_MAX];
    const struct vfj_devd_rules all
        = {.rules = (struct vfj_devd_rule *)rules->rules, .count = (unsigned)rules->count};
    return event[0] == '!' ? vfj_devd_rules_choose(&all, facts, gather(rules, event, medium, facts))
                           : NULL;
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

const char *kit_devd_command(const struct kit_devd_rules *rules, const char *event,
                             const char *medium, enum kit_devd_quoting quoting)
{
    static char command[2 * KIT_DEVD_TEXT_SIZE];
    const struct vfj_devd_rule *rule = choose(rules, event, medium);
    if (rule == NULL || rule->action[0] == '\0')
        return NULL;
    const char *text = rule->action;
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
        /* devd expands other forms after a '$' too; this function expands names only */
        assert_true(variable[0] != '\0');
        value_of(event, variable, value, sizeof value);
        put_value(command, sizeof command, value, quoting);
    }
    return command;
}
