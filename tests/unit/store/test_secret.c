/* Tests that secrets are hidden in text that leaves the journal, however it is quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/text/kv.h"
#include "store/secret.h"

struct row {
    const char *text, *shown;
};

static void assert_shown(void (*add)(struct vfj_text *text, struct vfj_span line),
                         const struct row *rows, size_t count)
{
    char shown[512];
    for (size_t i = 0; i < count; i++) {
        struct vfj_text text = vfj_text_begin(shown, sizeof shown);
        add(&text, vfj_span_of(rows[i].text));
        if (strcmp(shown, rows[i].shown) != 0)
            fail_msg("%s is shown as\n%s, not as\n%s", rows[i].text, shown, rows[i].shown);
    }
}

#define ASSERT_SHOWN(add, rows) assert_shown(add, rows, sizeof(rows) / sizeof((rows)[0]))

/* Nothing is hidden after a word that only looks like the name of a secret, nor after a name that
 * no secret follows. */
static void test_harmless(void **state)
{
    static const char *const texts[] = {
        "",
        "inet 10.0.0.4/24",
        "bypass a",
        "passthru a passive b compass c passes d keys e",
        "subsystem=hotkey type=ATTACH",
        "subsystem=pass0 cdev=pass0 type=CREATE",
        "%rc a=\"pass\" b=\"c\"",
        "%rc a=pass b=c",
        "a=\"x y pass\" b='grekey' c=d",
        "a=$b c=d",
        "x=\"it's\" y=\"don't\" z=up",
        "don't say \"it's up\" or 'down'",
        "see `service vfjournal start` and $(id)",
        "a=\"\" b=\"\\\\\" c=\"\\\"\"",
        "0 passed, 2 failed",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_shown(vfj_secret_add, &(struct row){texts[i], texts[i]}, 1);
}

static void test_words(void **state)
{
    static const struct row rows[] = {
        {"vhid 1 pass a advskew 2", "vhid 1 pass ******** advskew 2"},
        {"pass\t a pass  b", "pass\t ******** pass  ********"},
        {"pass pass pass", "pass ******** pass"},
        {"wepkey 1:0x00", "wepkey ********"},
        {"pass 'b c' up", "pass ******** up"},
        {"pass \"b c\" up", "pass ******** up"},
        {"pass '' up", "pass ******** up"},
        {"descr \"it's\" PASS a", "descr \"it's\" PASS ********"},
        {"ifconfig lagg0 pass 'a$b'", "ifconfig lagg0 pass ********"},
        {"'pass' a \"grekey\" b", "'pass' ******** \"grekey\" ********"},
        {"p\\ass a pa'ss' b", "p\\ass ******** pa'ss' ********"},
        {"pass 'a b': no", "pass ********: no"},
        {"(wepkey 'a b').", "(wepkey ********)."},
        {"don't pass 'a b' up", "don't pass ******** up"},
        {"'ifconfig_hn0=pass a' up", "'ifconfig_hn0=pass ********' up"},
        {"psk = a up", "psk = ******** up"},
        {"psk: a up", "psk: ******** up"},
        {"passphrase a\nup", "passphrase ********\nup"},
        {"pass 'a\nb' up", "pass ******** up"},
    };
    (void)state;
    ASSERT_SHOWN(vfj_secret_add, rows);
}

static void test_pairs(void **state)
{
    static const struct row rows[] = {
        {"%rc psk=a", "%rc psk=********"},
        {"psk=", "psk="},
        {"a=b psk=\"c d\" e=f", "a=b psk=******** e=f"},
        {"a=\"psk='c d' up\" e=f", "a=\"psk=******** up\" e=f"},
        {"a=\"psk=\\\"c d\\\" up\" e=f", "a=\"psk=******** up\" e=f"},
        {"a=\"x psk=c\" e=f", "a=\"x psk=********\" e=f"},
        {"a=\"b=\\\"x pass c\\\" d=e\" f=g", "a=\"b=\\\"x pass ********\\\" d=e\" f=g"},
        {"{\"psk\":\"a b\",\"c\":\"d\"}", "{\"psk\":********,\"c\":\"d\"}"},
        {"{\"psk\": \"a b\"}", "{\"psk\": ********}"},
    };
    (void)state;
    ASSERT_SHOWN(vfj_secret_add, rows);
}

/* Bodies and lines of traces: values in quotes, and quotes in these. */
static void test_bodies(void **state)
{
    static const struct row rows[] = {
        {"%rc a=\"pass a\"\n", "%rc a=\"pass ********\"\n"},
        {"%rc a=\"pass \\\"b c\\\" up\" b=\"nwkey 'b c' up\"",
         "%rc a=\"pass ******** up\" b=\"nwkey ******** up\""},
        {"argv=\"ifconfig lagg0 pass 'a b' up\"", "argv=\"ifconfig lagg0 pass ******** up\""},
        {"argv=\"[\\\"ifconfig\\\",\\\"pass\\\",\\\"a b\\\",\\\"up\\\"]\" x=y",
         "argv=\"[\\\"ifconfig\\\",\\\"pass\\\",********,\\\"up\\\"]\" x=y"},
        {"[\"ifconfig\", \"pass\", \"a b\", \"up\"]", "[\"ifconfig\", \"pass\", ********, \"up\"]"},
        {"body=\"a=\\\"pass \\\\\\\"b c\\\\\\\" up\\\" d=e\" f=g",
         "body=\"a=\\\"pass ******** up\\\" d=e\" f=g"},
    };
    (void)state;
    ASSERT_SHOWN(vfj_secret_add, rows);
}

/* Where the end of a secret is not clear, the rest of the value is hidden, or the rest of the text
 * when the end of the value is not clear, either. */
static void test_unclear(void **state)
{
    static const struct row rows[] = {
        {"%rc a=\"pass a\\\"b c\" d=e", "%rc a=\"pass ********\" d=e"},
        {"%rc a=\"pass b\\\\ c up\" d=e", "%rc a=\"pass ********\" d=e"},
        {"%rc a=\"pass b\\\\\" b=c", "%rc a=\"pass ********\" b=c"},
        {"%rc a=\"pass 'b'c d\" e=f", "%rc a=\"pass ********\" e=f"},
        {"%rc a=\"pass b'c d'\" e=f", "%rc a=\"pass ********\" e=f"},
        {"%rc a=\"pass 'it'\\\\''s b'\" e=f", "%rc a=\"pass ********\" e=f"},
        {"%rc a=\"pass \\\"b c\" e=f", "%rc a=\"pass ********\" e=f"},
        {"%rc a=\"grekey 1 -o psk=b pass$y c\"",
         "%rc a=\"grekey ******** -o psk=******** pass$y ********\""},
        {"%rc a=\"up $(echo pass b) c\" d=e", "%rc a=\"up ********\" d=e"},
        {"%rc a=\"pass $(echo b c) up\" d=e", "%rc a=\"pass ********\" d=e"},
        {"%rc a=\"$x $y c up\"", "%rc a=\"$x ******** ******** up\""},
        {"pass 'b\\' up", "pass ********"},
        {"pass \"b\\\" c\" up\nup", "pass ********"},
        {"pass \"b", "pass ********"},
        {"pass b\\", "pass ********"},
        {"pass b\"c d\" up", "pass ********"},
        {"a=\"ifconfig pass \"b c\" up\"", "a=\"ifconfig pass ******** up\""},
        {"a=\"ifconfig pass \" b c\" up\"", "a=\"ifconfig pass ******** up\""},
        {"a=\"ifconfig pass b\"c d\" up\" e=f", "a=\"ifconfig pass ********"},
        {"a=\"x b=pass c", "a=\"x b=pass ********"},
        {"a='pass '\\''b c'\\'' up' d=e", "a='pass ********"},
    };
    (void)state;
    ASSERT_SHOWN(vfj_secret_add, rows);
}

static void test_values(void **state)
{
    static const struct row rows[] = {
        {"inet 10.0.0.4/24 pass a up", "inet 10.0.0.4/24 pass ******** up"},
        {"a=pass b", "a=pass ********"},
        {"up $(cat x y) z", "up ********"},
        {"up `cat x y` z", "up ********"},
        {"up ${x:-y z} z", "up ********"},
        {"SYNCDHCP", "SYNCDHCP"},
    };
    (void)state;
    ASSERT_SHOWN(vfj_secret_add_value, rows);
}

static void test_argv(void **state)
{
    static const struct {
        const char *words[8], *shown;
    } rows[] = {
        {{"ifconfig", "lagg0", "pass", "a", "up"}, "ifconfig lagg0 pass ******** up"},
        {{"ifconfig", "lagg0", "pass", "a b", "up"}, "ifconfig lagg0 pass ******** up"},
        {{"ifconfig", "lagg0", "pass", "'a", "b'", "up"},
         "ifconfig lagg0 pass ******** ******** ********"},
        {{"ifconfig", "psk=a", "pass=b c", "up"}, "ifconfig ******** ******** up"},
        {{"ifconfig", "vhid 1 pass a", "up"}, "ifconfig ******** up"},
        {{"sh", "-c", "ifconfig pass 'a b'", "up"}, "sh -c ******** ********"},
        {{"pass$x", "a", "b"}, "pass$x ******** b"},
        {{"ifconfig", "bypass", "up"}, "ifconfig bypass up"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char shown[256] = "";
        struct vfj_argv argv = {.count = 0};
        struct vfj_text text = vfj_text_begin(shown, sizeof shown);
        while (rows[i].words[argv.count] != NULL) {
            argv.words[argv.count] = rows[i].words[argv.count];
            argv.count++;
        }
        vfj_secret_hide_words(&argv);
        for (unsigned k = 0; k < argv.count; k++)
            vfj_text_format(&text, "%s%s", k > 0 ? " " : "", argv.words[k]);
        assert_string_equal(shown, rows[i].shown);
    }
}

enum { ROOM = 16384, LEVELS_MAX = 4, SEEDS = 30000 };

#define PART "zq7x" /* each part of each generated secret */

static unsigned long seed;

static unsigned draw(unsigned count)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(seed >> 33) % count;
}

static const char *pick(const char *const *list, size_t count)
{
    return list[draw((unsigned)count)];
}

#define PICK(list) pick(list, sizeof(list) / sizeof((list)[0]))

/* Appends a byte, quoted for sh(1) by a backslash, single quotes or double quotes. */
static void add_byte(struct vfj_text *text, char c, unsigned style)
{
    bool is_special = c == '"' || c == '\\' || c == '$' || c == '`';
    if (style == 0)
        vfj_text_format(text, "\\%c", c);
    else if (style == 1)
        vfj_text_format(text, c == '\'' ? "\"%c\"" : "'%c'", c);
    else
        vfj_text_format(text, is_special ? "\"\\%c\"" : "\"%c\"", c);
}

/* Appends a word of sh(1) that means `word`. */
static void add_word(struct vfj_text *text, const char *word)
{
    unsigned style = draw(4);
    bool is_plain = strpbrk(word, " '\"\\$\n") == NULL;
    if (style == 0 && is_plain) {
        vfj_text_add(text, word);
    } else if (style == 1) {
        vfj_text_add_char(text, '\'');
        for (const char *c = word; *c != '\0'; c++)
            vfj_text_format(text, *c == '\'' ? "'\\'%c" : "%c", *c);
        vfj_text_add_char(text, '\'');
    } else if (style == 2) {
        vfj_text_add_char(text, '"');
        for (const char *c = word; *c != '\0'; c++)
            vfj_text_format(text, strchr("\"\\$`", *c) != NULL ? "\\%c" : "%c", *c);
        vfj_text_add_char(text, '"');
    } else {
        for (const char *c = word; *c != '\0'; c++) {
            bool is_byte_plain = strchr(" '\"\\$\n", *c) == NULL;
            if (is_byte_plain && draw(3) != 0)
                vfj_text_add_char(text, *c);
            else
                add_byte(text, *c, *c == '\n' ? 1 : draw(3));
        }
    }
}

/* Appends a command or a value of rc.conf(5) that has a secret. */
static void add_value(struct vfj_text *text)
{
    static const char *const names[] = {"pass", "PASS",   "grekey",   "wepkey",    "authkey",
                                        "psk",  "secret", "password", "passphrase"};
    static const char *const secrets[]
        = {PART,          PART " " PART,   PART "'" PART, PART "\"" PART,     PART "\\" PART,
           " " PART,      PART " ",        PART ",",      "'" PART " " PART,  PART "\n" PART,
           PART "=" PART, PART "' '" PART, "\"" PART,     PART " pass " PART, PART "$x " PART};
    static const char *const befores[]
        = {"inet 10.0.0.4/24 ", "ifconfig lagg0 vhid 1 ", "", "descr 'it is' ", "descr \"x y\" "};
    static const char *const afters[] = {"", " up", " advskew 1 'a b'", " descr \"it's\""};
    vfj_text_add(text, PICK(befores));
    add_word(text, PICK(names));
    vfj_text_add_char(text, draw(4) == 0 ? '=' : ' ');
    add_word(text, PICK(secrets));
    vfj_text_add(text, PICK(afters));
}

/* Appends words of the text as a list of JSON strings, in which the secret is one word. */
static void add_list(struct vfj_text *text)
{
    static const char *const secrets[]
        = {PART, PART " " PART, PART "'" PART, PART "\\\"" PART, PART "\\\\" PART, " " PART};
    const char *gap = draw(2) == 0 ? "," : ", ";
    vfj_text_format(text, "[\"ifconfig\"%s\"lagg0\"%s\"%s\"%s\"%s\"%s\"up\"]", gap, gap,
                    draw(2) == 0 ? "pass" : "grekey", gap, PICK(secrets), gap);
}

/* Puts the text into a pair. `naive`: the value has quotes of its own that are not escaped. */
static void put_into_pair(char *bytes, bool naive)
{
    static const char *const keys[] = {"argv", "ifconfig_hn0", "body", "text", "output"};
    char inner[ROOM];
    (void)snprintf(inner, sizeof inner, "%s", bytes);
    struct vfj_text text = vfj_text_begin(bytes, ROOM);
    if (draw(2) == 0)
        vfj_kv_add_string(&text, "slot", "hn0");
    if (naive)
        vfj_text_format(&text, "%s%s=\"%s\"", text.length > 0 ? " " : "", PICK(keys), inner);
    else
        vfj_kv_add_string(&text, PICK(keys), inner);
    if (draw(2) == 0)
        vfj_kv_add_string(&text, "about", draw(2) == 0 ? "it's up" : "up");
    assert_false(text.overflow);
}

static bool is_well_formed(const char *bytes)
{
    struct vfj_span rest = vfj_span_of(bytes);
    enum vfj_kv_result result;
    struct vfj_kv pair;
    do {
        result = vfj_kv_next(&rest, &pair);
    } while (result == VFJ_KV_PAIR);
    return result == VFJ_KV_END;
}

/* Hides the secrets of a generated text, twice. */
static void try_text(unsigned long number)
{
    static char bytes[ROOM], shown[2 * ROOM], again[2 * ROOM];
    seed = number;
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    if (draw(4) == 0)
        add_list(&text);
    else
        add_value(&text);
    bool is_naive = draw(8) == 0;
    unsigned levels = draw(LEVELS_MAX);
    for (unsigned level = 0; level < levels; level++)
        put_into_pair(bytes, is_naive);
    if (draw(10) == 0) /* a text that is cut off */
        bytes[draw((unsigned)strlen(bytes)) + 1] = '\0';
    struct vfj_span whole = vfj_span_of(bytes);
    struct vfj_text first = vfj_text_begin(shown, sizeof shown);
    struct vfj_text second = vfj_text_begin(again, sizeof again);
    vfj_secret_add(&first, whole);
    if (strstr(shown, PART) != NULL || (strstr(bytes, PART) && !vfj_secret_may_be_in(whole)))
        fail_msg("seed %lu: %s\nis shown as %s", number, bytes, shown);
    if (is_well_formed(bytes) && !is_well_formed(shown))
        fail_msg("seed %lu: %s\nis not well-formed any more: %s", number, bytes, shown);
    vfj_secret_add(&second, vfj_span_of(shown));
    if (strcmp(shown, again) != 0)
        fail_msg("seed %lu: %s\nbecomes %s\nthen    %s", number, bytes, shown, again);
}

static void test_generated(void **state)
{
    (void)state;
    for (unsigned long number = 1; number <= SEEDS; number++)
        try_text(number);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_harmless), cmocka_unit_test(test_words),
        cmocka_unit_test(test_pairs),    cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_unclear),  cmocka_unit_test(test_values),
        cmocka_unit_test(test_argv),     cmocka_unit_test(test_generated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
