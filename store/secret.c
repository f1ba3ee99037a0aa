/* Hides secrets in text that leaves the journal. Such a text may be quoted several times: rc.conf
 * quotes a value, sh(1) its words, a body the whole value, and a row that was recovered the whole
 * body. Names of secrets are found at each level. The end of a secret is clear when the secret is a
 * plain word, or when equal quotation marks surround it. Otherwise the rest of the value is
 * hidden. */
#include "store/secret.h"

#include <string.h>

#include "core/data/secret.h"
#include "core/text/kv.h"

#define HIDDEN "********"

/* is_boundary() reads at most this many characters and marks, then assumes that the word goes on */
enum { BOUNDARY_STEPS_MAX = 16 };

/* A quotation mark with the backslashes before it. Each level of quoting adds backslashes. */
struct mark {
    /* number of backslashes, plus 1 if a quotation mark follows them; 0: neither is there */
    size_t length;
    char quote; /* the quotation mark; 0: none follows the backslashes */
};

/* A text that is being copied without its secrets. */
struct reading {
    struct vfj_text *to;
    struct vfj_span from;
    size_t at;
    size_t end; /* index of the quotation mark that ends the quoted part, or the length */
    /* for ' and for ": bit N is set while a mark with N backslashes is open in the quoted part */
    uint32_t open[2];
    char quote;      /* the mark that opened the quoted part; 0: at is not in a quoted part */
    bool is_pair;    /* the quoted part is the value of a pair */
    bool is_value;   /* the whole text is a value of rc.conf(5) */
    bool is_unclear; /* quotation marks do not match, so that quoted parts are not known */
    bool is_sound;   /* only pairs of a name and a value follow */
    bool is_due;     /* the next word is a secret */
    bool has_hidden; /* a secret was hidden */
};

/* A part of a text that has no blanks. */
struct word {
    size_t begin, end;
    size_t
        secret; /* index of the secret that follows the name of a secret and '=' or ':'; 0: none */
    bool is_before_secret;
    bool has_variable;
    bool has_substitution;
    bool is_pair; /* has a '=' after a name without quotation marks */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

static bool is_one_of(char c, const char *list)
{
    return c != '\0' && strchr(list, c) != NULL;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
        || is_one_of(c, "_-.");
}

static struct mark mark_at(struct vfj_span line, size_t i)
{
    size_t length = 0;
    while (i + length < line.length && line.text[i + length] == '\\')
        length++;
    if (i + length < line.length && is_quote(line.text[i + length]))
        return (struct mark){length + 1, line.text[i + length]};
    return (struct mark){length, 0};
}

static bool is_same(struct mark one, struct mark other)
{
    return one.length == other.length && one.quote == other.quote;
}

static uint32_t bit_of(struct mark mark)
{
    return (uint32_t)1 << (mark.length < 32 ? mark.length - 1 : 31);
}

static bool is_open(const struct reading *reading, struct mark mark)
{
    return mark.quote != 0 && !reading->is_unclear
        && (reading->open[mark.quote == '"'] & bit_of(mark)) != 0;
}

/* Returns true when a word cannot go on at `i`, whatever the level of quoting is. */
static bool is_boundary(const struct reading *reading, size_t i)
{
    struct vfj_span from = reading->from;
    bool has_stop = false;
    for (unsigned steps = 0; steps < BOUNDARY_STEPS_MAX; steps++) {
        if (i >= from.length || is_blank(from.text[i]) || i == reading->end)
            return true;
        struct mark mark = mark_at(from, i);
        if (is_one_of(from.text[i], ",;:.)]}"))
            has_stop = true;
        else if (has_stop && mark.quote != 0) /* the next string of a list */
            return true;
        else if (!is_open(reading, mark))
            return false;
        i += mark.length > 0 ? mark.length : 1;
    }
    return false;
}

/* Returns the index after the secret that begins with a quotation mark at `i`. Returns `limit` when
 * the end is not clear. */
static size_t end_of_quoted(const struct reading *reading, size_t i, size_t limit)
{
    struct mark open = mark_at(reading->from, i), mark;
    for (i += open.length; i < limit; i++) {
        mark = mark_at(reading->from, i);
        if (is_same(mark, open) && is_boundary(reading, i + mark.length))
            return i + mark.length;
        if (mark.length > 0)
            return limit;
    }
    return limit;
}

static bool begins_substitution(struct vfj_span from, size_t i)
{
    return from.text[i] == '`'
        || (from.text[i] == '$' && i + 1 < from.length && is_one_of(from.text[i + 1], "({"));
}

static bool begins_variable(struct vfj_span from, size_t i)
{
    return from.text[i] == '$' && i + 1 < from.length
        && (is_name_byte(from.text[i + 1]) || is_one_of(from.text[i + 1], "@*#?$!'"));
}

/* Returns the index after the secret that begins at `i` without a quotation mark. Returns `limit`
 * when the end is not clear. */
static size_t end_of_plain(const struct reading *reading, size_t i, size_t limit)
{
    struct vfj_span from = reading->from;
    while (i < from.length && !is_blank(from.text[i])) {
        struct mark mark = mark_at(from, i);
        bool is_end = i == reading->end || is_open(reading, mark);
        if (is_end && is_boundary(reading, i + mark.length))
            return i;
        if (mark.length > 0 || begins_substitution(from, i))
            return limit;
        i++;
    }
    return i;
}

static void copy(struct reading *reading, size_t count)
{
    vfj_text_add_span(reading->to, (struct vfj_span){reading->from.text + reading->at, count});
    reading->at += count;
}

static void hide(struct reading *reading, size_t end)
{
    vfj_text_add(reading->to, HIDDEN);
    reading->at = end;
    reading->has_hidden = true;
}

/* Returns the end of the part that is hidden when the end of a secret is not clear. */
static size_t limit_of(const struct reading *reading)
{
    return reading->is_pair ? reading->end : reading->from.length;
}

static bool has_variable(struct vfj_span from, size_t i, size_t end)
{
    while (i < end && !begins_variable(from, i))
        i++;
    return i < end;
}

static bool has_stars(struct vfj_span from, size_t i)
{
    size_t length = sizeof HIDDEN - 1;
    return from.length - i >= length && memcmp(from.text + i, HIDDEN, length) == 0;
}

/* Returns true when the secret at `at` was hidden before. */
static bool is_hidden(const struct reading *reading)
{
    size_t end = reading->at + sizeof HIDDEN - 1;
    return has_stars(reading->from, reading->at)
        && (is_boundary(reading, end) || mark_at(reading->from, end).quote != 0);
}

/* Returns true when a '=', ':', ',' or '[' at `at` stands before the secret and is no part of
 * it. */
static bool is_separator(const struct reading *reading)
{
    struct vfj_span from = reading->from;
    size_t next = reading->at + 1;
    return is_one_of(from.text[reading->at], "=:,[")
        && (next == from.length || is_blank(from.text[next]) || mark_at(from, next).quote != 0
            || has_stars(from, next));
}

/* Hides a secret, or copies the separator before it. */
static void take_secret(struct reading *reading)
{
    size_t i = reading->at, limit = limit_of(reading);
    if (is_separator(reading)) {
        copy(reading, 1);
        return;
    }
    bool is_quoted = mark_at(reading->from, i).quote != 0;
    size_t end = is_hidden(reading) ? i + sizeof HIDDEN - 1
        : is_quoted                 ? end_of_quoted(reading, i, limit)
                                    : end_of_plain(reading, i, limit);
    reading->is_due = !is_quoted && end < limit && has_variable(reading->from, i, end);
    hide(reading, end);
}

/* Returns the index of the mark that ends the quoted part which begins before `i`, or the
 * length. */
static size_t find_end(struct vfj_span from, size_t i, char quote)
{
    while (i < from.length && from.text[i] != quote)
        i += quote == '"' && from.text[i] == '\\' && i + 1 < from.length ? 2 : 1;
    return i;
}

/* Returns true when only pairs follow the mark at `i`, so that it does end the value of a pair. */
static bool has_only_pairs_after(struct reading *reading, size_t i)
{
    struct vfj_span rest = {reading->from.text + i + 1, reading->from.length - i - 1};
    struct vfj_kv pair = {.quoted = true};
    enum vfj_kv_result result = VFJ_KV_PAIR;
    while (!reading->is_sound && result == VFJ_KV_PAIR
           && (pair.quoted || memchr(pair.value.text, '"', pair.value.length) == NULL))
        result = vfj_kv_next(&rest, &pair);
    reading->is_sound = reading->is_sound || result == VFJ_KV_END;
    return reading->is_sound;
}

/* Copies the mark that begins a quoted part. Only pairs may follow the value of a pair, as
 * vfj_kv_next() reads them. Another quoted part must end with a word. */
static void open_part(struct reading *reading)
{
    struct vfj_span from = reading->from;
    char quote = from.text[reading->at];
    bool is_pair = reading->at > 0 && from.text[reading->at - 1] == '=';
    size_t end = find_end(from, reading->at + 1, quote);
    copy(reading, 1);
    reading->is_unclear = end >= from.length || !is_boundary(reading, end + 1)
        || (is_pair && !has_only_pairs_after(reading, end));
    if (reading->is_unclear)
        return;
    reading->end = end;
    reading->quote = quote;
    reading->is_pair = is_pair;
}

/* Ends a quoted part. When the value of a pair ends with the name of a secret, no secret follows
 * it. When a secret is due and a blank stands before the mark, the mark may also begin that secret.
 * The quoted parts are unclear then. */
static void close_part(struct reading *reading)
{
    bool begins_secret
        = reading->is_due && !reading->is_pair && is_blank(reading->from.text[reading->at - 1]);
    reading->is_unclear = begins_secret;
    reading->is_due = reading->is_due && (begins_secret || !reading->is_pair);
    reading->quote = 0;
    reading->is_pair = false;
    reading->end = reading->from.length;
    memset(reading->open, 0, sizeof reading->open);
    if (!begins_secret)
        copy(reading, 1);
}

/* Returns the end of the word that begins at `begin`. A word also ends between '=' or ':' and a
 * mark, and at a ',' beside a mark. */
static size_t end_of_word(const struct reading *reading, size_t begin)
{
    struct vfj_span from = reading->from;
    size_t i = begin;
    bool is_after_mark = false;
    while (i < reading->end && !is_blank(from.text[i])) {
        struct mark mark = mark_at(from, i);
        bool is_before_mark = is_one_of(from.text[i], "=:,") && mark_at(from, i + 1).quote != 0;
        if (from.text[i] == ',' && i > begin && (is_after_mark || is_before_mark))
            return i;
        if (is_before_mark)
            return i + 1;
        is_after_mark = mark.quote != 0;
        i += mark.length > 0 ? mark.length : 1;
    }
    return i < reading->end ? i : reading->end;
}

/* The last characters of a name, without quotation marks and backslashes. */
struct name {
    char text[16];
    size_t length;
};

static void add_to_name(struct name *name, char c)
{
    if (name->length == sizeof name->text)
        memmove(name->text, name->text + 1, --name->length);
    name->text[name->length++] = c;
}

static bool names_secret(const struct name *name)
{
    return vfj_secret_word_of((struct vfj_span){name->text, name->length}).is_before_secret;
}

/* Notes a mark at the beginning of a word as open, and a later one as closed. */
static void note_mark(struct reading *reading, struct mark mark, bool is_first)
{
    uint32_t *open = &reading->open[mark.quote == '"'];
    *open = is_first ? *open | bit_of(mark) : *open & ~bit_of(mark);
}

static struct word read_word(struct reading *reading, size_t begin)
{
    struct vfj_span from = reading->from;
    struct word word = {.begin = begin, .end = end_of_word(reading, begin)};
    struct name name = {.length = 0};
    bool is_next = false, is_first = true;
    size_t step = 1;
    for (size_t i = begin; i < word.end && word.secret == 0; i += step) {
        char c = from.text[i];
        struct mark mark = mark_at(from, i);
        step = mark.length > 0 ? mark.length : 1;
        word.has_substitution = word.has_substitution || begins_substitution(from, i);
        word.has_variable = word.has_variable || begins_variable(from, i);
        if (mark.quote != 0)
            note_mark(reading, mark, is_first);
        is_first = is_first && (mark.quote != 0 || is_one_of(c, "[{("));
        if (mark.length > 0)
            continue;
        bool is_sign = c == '=' || c == ':';
        word.is_pair = word.is_pair || (c == '=' && mark_at(from, begin).length == 0);
        if (is_sign && names_secret(&name))
            word.secret = i + 1;
        if (is_next && is_name_byte(c))
            name.length = 0;
        is_next = !is_name_byte(c);
        if (!is_next)
            add_to_name(&name, c);
    }
    word.is_before_secret = word.secret == 0 && names_secret(&name);
    return word;
}

static void take_word(struct reading *reading)
{
    struct word word = read_word(reading, reading->at);
    bool is_inner = reading->quote != 0 || reading->is_value || reading->is_unclear;
    if (is_inner && word.has_substitution) {
        hide(reading, limit_of(reading));
        return;
    }
    copy(reading, (word.secret != 0 ? word.secret : word.end) - word.begin);
    /* the value of a pair is one word, so the next word is no part of this secret */
    reading->is_due = word.secret != 0
        || ((is_inner || !word.is_pair) && (word.is_before_secret || word.has_variable));
}

static bool may_open_part(const struct reading *reading)
{
    struct vfj_span from = reading->from;
    char before = reading->at > 0 ? from.text[reading->at - 1] : ' ';
    return reading->quote == 0 && !reading->is_unclear && is_quote(from.text[reading->at])
        && (is_blank(before) || before == '=');
}

static void add(struct reading *reading)
{
    reading->end = reading->from.length;
    while (reading->at < reading->from.length) {
        if (reading->quote != 0 && reading->at == reading->end)
            close_part(reading);
        else if (is_blank(reading->from.text[reading->at]))
            copy(reading, 1);
        else if (reading->is_due)
            take_secret(reading);
        else if (may_open_part(reading))
            open_part(reading);
        else
            take_word(reading);
    }
}

void vfj_secret_add(struct vfj_text *text, struct vfj_span line)
{
    add(&(struct reading){.to = text, .from = line});
}

void vfj_secret_add_value(struct vfj_text *text, struct vfj_span value)
{
    add(&(struct reading){.to = text, .from = value, .is_value = true});
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

/* Returns true when a secret may go on after this word, because of its quotation marks. */
static bool is_open_ended(struct vfj_span word)
{
    bool is_found = false;
    for (size_t i = 0; i < word.length && !is_found; i++)
        is_found = mark_at(word, i).length > 0 || begins_substitution(word, i);
    return is_found;
}

void vfj_secret_hide_words(struct vfj_argv *argv)
{
    bool is_due = false, hides_rest = false;
    for (unsigned i = 0; i < argv->count; i++) {
        char bytes[1];
        struct vfj_text none = vfj_text_begin(bytes, sizeof bytes);
        struct vfj_span word = vfj_span_of(argv->words[i]);
        struct reading reading = {.to = &none, .from = word, .is_value = true, .is_due = is_due};
        add(&reading);
        is_due = reading.is_due;
        hides_rest = hides_rest || (reading.has_hidden && is_open_ended(word));
        if (reading.has_hidden || hides_rest)
            argv->words[i] = HIDDEN;
    }
}
