/* Prints records as JSON objects. This is own code because SQLite's JSON functions would take a
 * hundred times as long for each row. */
#include "tools/record_json.h"

#include <string.h>

#include "core/check.h"
#include "core/limits.h"
#include "core/text/kv.h"
#include "core/text/trace_quote.h"
#include "store/json.h"
#include "tools/terminal.h"
#include "tools/time_format.h"

enum {
    /* a byte of the body becomes at most six bytes, and a long body appears in two members */
    OBJECT_SIZE = 2 * 6 * VFJ_BODY_MAX + 4096,
    VALUE_SIZE = VFJ_BODY_MAX + 1,
};

static bool is_plain(char c)
{
    return (unsigned char)c >= ' ' && c != '"' && c != '\\';
}

static void add_escape(struct vfj_text *text, char c)
{
    vfj_text_add_char(text, '\\');
    if (c == '"' || c == '\\') {
        vfj_text_add_char(text, c);
    } else if (c == '\n' || c == '\t') {
        vfj_text_add_char(text, c == '\n' ? 'n' : 't');
    } else {
        vfj_text_add_char(text, 'u');
        vfj_text_add_hex(text, (unsigned char)c, 4);
    }
}

static void add_escaped(struct vfj_text *text, struct vfj_span value)
{
    size_t i = 0;
    while (i < value.length) {
        size_t begin = i;
        while (i < value.length && is_plain(value.text[i]))
            i++;
        vfj_text_add_span(text, (struct vfj_span){value.text + begin, i - begin});
        if (i < value.length)
            add_escape(text, value.text[i++]);
    }
}

void vfj_json_quote(struct vfj_text *text, struct vfj_span value)
{
    vfj_text_add_char(text, '"');
    add_escaped(text, value);
    vfj_text_add_char(text, '"');
}

void vfj_member_key(struct vfj_text *text, const char *key)
{
    bool is_first = text->length > 0 && text->bytes[text->length - 1] == '{';
    vfj_text_add(text, is_first ? "\"" : ",\"");
    vfj_text_add(text, key);
    vfj_text_add(text, "\":");
}

void vfj_member_string(struct vfj_text *text, const char *key, struct vfj_span value)
{
    vfj_member_key(text, key);
    vfj_json_quote(text, value);
}

void vfj_member_u64(struct vfj_text *text, const char *key, uint64_t value)
{
    vfj_member_key(text, key);
    vfj_text_add_u64(text, value);
}

void vfj_member_i64(struct vfj_text *text, const char *key, int64_t value)
{
    vfj_member_key(text, key);
    vfj_text_add_i64(text, value);
}

void vfj_member_hex(struct vfj_text *text, const char *key, struct vfj_span bytes)
{
    vfj_member_key(text, key);
    vfj_text_add_char(text, '"');
    for (size_t i = 0; i < bytes.length; i++)
        vfj_text_add_hex(text, (unsigned char)bytes.text[i], 2);
    vfj_text_add_char(text, '"');
}

/* Adds a time in seconds without unnecessary zeroes at the end, such as 120.0 or 0.0021. */
static void add_seconds(struct vfj_text *text, const char *key, int64_t us)
{
    vfj_member_key(text, key);
    vfj_text_add_seconds(text, us);
    while (text->bytes[text->length - 1] == '0' && text->bytes[text->length - 2] != '.')
        text->bytes[--text->length] = '\0';
}

/* Returns the value of a key in the record's body, without quotes. Returns an empty span when the
 * key is missing. The span is valid until the next call. */
static struct vfj_span value_of(struct vfj_span body, const char *key)
{
    static char bytes[VALUE_SIZE];
    struct vfj_kv pair;
    if (!vfj_kv_find(body, key, &pair) || !vfj_kv_value(&pair, bytes, sizeof bytes))
        return (struct vfj_span){"", 0};
    return vfj_span_of(bytes);
}

void vfj_member_take_string(struct vfj_text *text, struct vfj_span body, const char *key)
{
    struct vfj_span value = value_of(body, key);
    if (value.length > 0)
        vfj_member_string(text, key, value);
}

static void take_integer(struct vfj_text *text, struct vfj_span body, const char *key,
                         const char *name)
{
    int64_t number;
    if (vfj_span_to_i64(value_of(body, key), &number))
        vfj_member_i64(text, name, number);
}

static void take_duration(struct vfj_text *text, struct vfj_span body, const char *key,
                          const char *name)
{
    int64_t us;
    if (vfj_span_to_i64(value_of(body, key), &us))
        add_seconds(text, name, us);
}

/* Reads the next word of a command line that is quoted as for sh(1). When a quote is not closed,
 * the rest of the line is one word. `word` points into `bytes`. Returns false at the end of the
 * line. */
static bool next_word(struct vfj_span *line, char bytes[VALUE_SIZE], struct vfj_span *word)
{
    const char *opened;
    if (line->length == 0)
        return false;
    bool is_read = vfj_quoted_read(line, bytes, VALUE_SIZE, &opened) == VFJ_QUOTED_READ;
    *word = is_read ? vfj_span_of(bytes) : *line;
    size_t used = !is_read ? line->length : line->length > 0 ? 1 : 0; /* skips the blank */
    *line = (struct vfj_span){line->text + used, line->length - used};
    return true;
}

static void take_words(struct vfj_text *text, struct vfj_span line)
{
    char bytes[VALUE_SIZE];
    struct vfj_span word;
    vfj_member_key(text, "argv");
    vfj_text_add_char(text, '[');
    for (unsigned count = 0; next_word(&line, bytes, &word); count++) {
        vfj_text_add(text, count > 0 ? "," : "");
        vfj_json_quote(text, word);
    }
    vfj_text_add_char(text, ']');
}

void vfj_json_add_words(struct vfj_json *json, const char *key, struct vfj_span line)
{
    char bytes[VALUE_SIZE], shown[4 * VALUE_SIZE];
    struct vfj_span word;
    vfj_json_add_list(json, key);
    while (next_word(&line, bytes, &word)) {
        struct vfj_text text = vfj_text_begin(shown, sizeof shown);
        if (vfj_body_is_text(word))
            vfj_text_add_span(&text, word);
        else
            vfj_terminal_add(&text, word);
        vfj_json_add_item(json, key, shown);
    }
}

static void add_transition(struct vfj_text *text, struct vfj_span body)
{
    static const char *const keys[] = {"slot", "vf", "from", "to", "reason"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        vfj_member_take_string(text, body, keys[i]);
    take_integer(text, body, "generation", "generation");
    take_duration(text, body, "delay_us", "delay");
}

static void add_command(struct vfj_text *text, struct vfj_span body)
{
    struct vfj_kv pair;
    vfj_member_take_string(text, body, "slot");
    take_integer(text, body, "id", "command");
    if (vfj_kv_find(body, "argv", &pair))
        take_words(text, value_of(body, "argv"));
}

static void add_outcome(struct vfj_text *text, struct vfj_span body)
{
    take_integer(text, body, "command", "command");
    vfj_member_take_string(text, body, "outcome");
    take_integer(text, body, "status", "status");
    take_duration(text, body, "duration_us", "duration");
    vfj_member_take_string(text, body, "output");
}

void vfj_member_time(struct vfj_text *text, const char *key, int64_t wall_us)
{
    char time[40];
    struct vfj_text printed = vfj_text_begin(time, sizeof time);
    vfj_time_add_rfc3339_us(&printed, wall_us);
    vfj_member_string(text, key, vfj_span_of(time));
}

static void add_place(struct vfj_text *text, const struct vfj_record *record)
{
    vfj_member_u64(text, "seq", record->seq);
    if (record->cause != 0)
        vfj_member_u64(text, "cause", record->cause);
}

static void add_columns(struct vfj_text *text, const struct vfj_record *record)
{
    vfj_member_u64(text, "boot", record->boot);
    vfj_member_i64(text, "wall_us", record->wall_us);
    vfj_member_i64(text, "mono_us", record->mono_us);
    vfj_member_string(text, "kind", vfj_span_of(vfj_record_kind_name(record->kind)));
    if (record->note.length > 0)
        vfj_member_string(text, "note", record->note);
}

static void add_body(struct vfj_text *text, const struct vfj_record *record)
{
    if (vfj_body_is_text(record->body))
        vfj_member_string(text, "body", record->body);
    else
        vfj_member_hex(text, "body_hex", record->body);
}

static void add_hashes(struct vfj_text *text, const struct vfj_record *record)
{
    if (vfj_record_is_event(record)) {
        vfj_member_key(text, "digest");
        vfj_text_add_char(text, '"');
        vfj_text_add_hex(text, record->digest, 16);
        vfj_text_add_char(text, '"');
    }
    vfj_member_hex(text, "chain",
                   (struct vfj_span){(const char *)record->chain, sizeof record->chain});
}

static void add_causes(struct vfj_text *text, const struct vfj_causes *why)
{
    vfj_member_key(text, "why");
    vfj_text_add_char(text, '[');
    for (unsigned i = 0; i < why->count; i++) {
        vfj_text_add(text, i > 0 ? "," : "");
        vfj_text_add_u64(text, why->list[i]);
    }
    vfj_text_add_char(text, ']');
}

static void add_decoded(struct vfj_text *text, const struct vfj_record *record)
{
    if (record->kind == VFJ_RECORD_TRANSITION)
        add_transition(text, record->body);
    else if (record->kind == VFJ_RECORD_COMMAND)
        add_command(text, record->body);
    else if (record->kind == VFJ_EVENT_FINISHED)
        add_outcome(text, record->body);
}

void vfj_record_add_row(struct vfj_text *text, const struct vfj_record *record, bool hashes)
{
    add_place(text, record);
    add_columns(text, record);
    add_decoded(text, record);
    add_body(text, record);
    if (hashes)
        add_hashes(text, record);
}

void vfj_record_print_json(FILE *out, const struct vfj_record *record, const struct vfj_causes *why)
{
    static char bytes[OBJECT_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_text_add_char(&text, '{');
    add_place(&text, record);
    vfj_member_time(&text, "time", record->wall_us);
    add_columns(&text, record);
    add_decoded(&text, record);
    if (why != NULL)
        add_causes(&text, why);
    add_body(&text, record);
    add_hashes(&text, record);
    vfj_text_add_char(&text, '}');
    VFJ_CHECK(!text.overflow);
    vfj_terminal_print_json(out, (struct vfj_span){text.bytes, text.length});
    (void)fputc('\n', out);
}
