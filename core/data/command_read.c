/* Reads commands from their records. */
#include <string.h>

#include "core/check.h"
#include "core/data/command.h"
#include "core/text/kv.h"
#include "core/text/trace_quote.h"

/* eight words are left for the other words of a kind's row */
enum { TEXT_WORDS_MAX = VFJ_WORDS_MAX - 8 };

static const char *const words_of_kind[VFJ_COMMAND_COUNT] = {
#define X(symbol, name, reads, program, words, ...) [VFJ_COMMAND_##symbol] = (words),
    VFJ_COMMAND_KINDS(X)
#undef X
};

static bool take_kind(struct vfj_span name, struct vfj_command *command)
{
    for (unsigned kind = 0; kind < VFJ_COMMAND_COUNT; kind++) {
        if (vfj_span_is(name, vfj_command_kind_name((enum vfj_command_kind)kind))) {
            command->kind = (uint8_t)kind;
            return true;
        }
    }
    return false;
}

static unsigned count_words(struct vfj_span rest)
{
    struct vfj_span word;
    unsigned count = 0;
    while (vfj_span_word(&rest, &word))
        count++;
    return count;
}

/* Splits a shell line, which vfj_argv_print() wrote, into the words of an argv. Returns false
 * for any other text, and for too many words. */
static bool split(const char *line, struct vfj_argv *argv)
{
    struct vfj_span rest = vfj_span_of(line);
    size_t used = 0;
    argv->count = 0;
    while (rest.length > 0) {
        const char *opened;
        char *to = argv->bytes + used;
        if (argv->count == VFJ_WORDS_MAX || used >= sizeof argv->bytes
            || vfj_quoted_read(&rest, to, sizeof argv->bytes - used, &opened) != VFJ_QUOTED_READ)
            return false;
        argv->words[argv->count++] = to;
        used += strlen(to) + 1;
        if (rest.length > 0) /* a blank follows the word */
            rest = (struct vfj_span){rest.text + 1, rest.length - 1};
    }
    return true;
}

/* Reads one element of a kind's row from the words of `argv`, beginning at *at, and sets the
 * operand that it stands for. `more` elements follow in the row. Does not check literal words
 * and the family: the caller prints the command again and compares the result. */
static bool take_word(struct vfj_span what, const struct vfj_argv *argv, unsigned *at,
                      unsigned more, struct vfj_command *command)
{
    struct vfj_text text = vfj_text_begin(command->text, sizeof command->text);
    if (vfj_span_is(what, "TEXT")) {
        while (*at + more < argv->count)
            vfj_text_add_word(&text, vfj_span_of(argv->words[(*at)++]));
        return !text.overflow;
    }
    if (*at >= argv->count)
        return false;
    struct vfj_span word = vfj_span_of(argv->words[(*at)++]);
    if (vfj_span_is(what, "A"))
        return vfj_name_parse(word, &command->a);
    if (vfj_span_is(what, "B"))
        return vfj_name_parse(word, &command->b);
    if (vfj_span_is(what, "C"))
        return vfj_name_parse(word, &command->c);
    if (vfj_span_is(what, "PATH"))
        vfj_text_add_span(&text, word);
    return !text.overflow;
}

static bool take_argv(const char *line, struct vfj_command *command)
{
    struct vfj_argv argv;
    struct vfj_span rest = vfj_span_of(words_of_kind[command->kind]), what;
    char before[VFJ_ARGS_SIZE];
    unsigned at = 0;
    if (!split(line, &argv))
        return false;
    while (vfj_span_word(&rest, &what)) {
        /* Saves the text, since only the elements TEXT and PATH may change it. */
        memcpy(before, command->text, sizeof before);
        if (!take_word(what, &argv, &at, count_words(rest), command))
            return false;
        if (!vfj_span_is(what, "TEXT") && !vfj_span_is(what, "PATH"))
            memcpy(command->text, before, sizeof before);
    }
    return at == argv.count;
}

static bool take_pair(const struct vfj_kv *pair, struct vfj_command *command)
{
    char value[4 * VFJ_ARGS_SIZE];
    if (vfj_span_is(pair->key, "id"))
        return vfj_span_to_u64(pair->value, &command->id);
    if (vfj_span_is(pair->key, "kind"))
        return take_kind(pair->value, command);
    if (vfj_span_is(pair->key, "slot"))
        return vfj_name_parse(pair->value, &command->hn);
    if (vfj_span_is(pair->key, "a"))
        return vfj_name_parse(pair->value, &command->a);
    if (vfj_span_is(pair->key, "b"))
        return vfj_name_parse(pair->value, &command->b);
    if (vfj_span_is(pair->key, "c"))
        return vfj_name_parse(pair->value, &command->c);
    if (vfj_span_is(pair->key, "text"))
        return vfj_kv_value(pair, command->text, sizeof command->text);
    return vfj_span_is(pair->key, "argv") && vfj_kv_value(pair, value, sizeof value)
        && take_argv(value, command);
}

enum vfj_status vfj_command_decode(struct vfj_span body, struct vfj_command *command)
{
    char again[8 * VFJ_ARGS_SIZE];
    struct vfj_text text = vfj_text_begin(again, sizeof again);
    struct vfj_span rest = body;
    struct vfj_kv pair;
    enum vfj_kv_result result;
    memset(command, 0, sizeof *command);
    while ((result = vfj_kv_next(&rest, &pair)) == VFJ_KV_PAIR) {
        if (!take_pair(&pair, command))
            return VFJ_BAD_BODY;
    }
    if (result != VFJ_KV_END || body.length == 0
        || count_words(vfj_span_of(command->text)) > TEXT_WORDS_MAX)
        return VFJ_BAD_BODY;
    vfj_command_encode(command, &text);
    VFJ_CHECK(!text.overflow);
    bool same = text.length == body.length && memcmp(again, body.text, body.length) == 0;
    return same ? VFJ_OK : VFJ_BAD_BODY;
}
