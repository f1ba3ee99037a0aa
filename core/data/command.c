/* Commands: the words of their programs, and the bodies of their records. */
#include "core/data/command.h"

#include <string.h>

#include "core/check.h"
#include "core/data/hn_snapshot.h"
#include "core/data/rc.h"
#include "core/data/route.h"
#include "core/text/kv.h"

struct kind {
    const char *name;
    const char *words;
    const char *operands;
    const char *already;
    enum vfj_program program;
    enum vfj_command_text text;
    uint32_t limit_ms;
    bool reads;
};

static const struct kind kinds[VFJ_COMMAND_COUNT] = {
#define X(symbol, name, reads, program, words, limit_ms, operands, text, already) \
    [VFJ_COMMAND_##symbol] = {                                                    \
        name, words, operands, already, VFJ_PROGRAM_##program, VFJ_TEXT_##text, limit_ms, reads},
    VFJ_COMMAND_KINDS(X)
#undef X
};

static const struct kind *kind_of(enum vfj_command_kind kind)
{
    VFJ_CHECK(kind < VFJ_COMMAND_COUNT);
    return &kinds[kind];
}

const char *vfj_command_kind_name(enum vfj_command_kind kind)
{
    return kind_of(kind)->name;
}

bool vfj_command_reads(const struct vfj_command *command)
{
    return kind_of((enum vfj_command_kind)command->kind)->reads;
}

/* Appends a word and its NUL to argv->bytes. A command has at least one word. */
static void word_span(struct vfj_argv *argv, struct vfj_text *bytes, struct vfj_span word)
{
    VFJ_CHECK(argv->count < VFJ_WORDS_MAX);
    argv->words[argv->count++] = argv->bytes + bytes->length;
    argv->words[argv->count] = NULL;
    vfj_text_add_span(bytes, word);
    vfj_text_add_char(bytes, '\0');
    VFJ_CHECK(!bytes->overflow);
}

static void word(struct vfj_argv *argv, struct vfj_text *bytes, const char *text)
{
    word_span(argv, bytes, vfj_span_of(text));
}

static void words(struct vfj_argv *argv, struct vfj_text *bytes, const char *list)
{
    struct vfj_span rest = vfj_span_of(list);
    struct vfj_span next;
    while (vfj_span_word(&rest, &next))
        word_span(argv, bytes, next);
}

static void sysctl_of_unit(struct vfj_argv *argv, struct vfj_text *bytes, const char *unit,
                           const char *leaf)
{
    char name[64];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_format(&text, "dev.hn.%s%s", unit, leaf);
    word(argv, bytes, name);
}

/* Adds the sysctls dev.hn.N.* of hn's unit. Adds none when `number` is empty: the unit is not
 * known. */
static void unit(struct vfj_argv *argv, struct vfj_text *bytes, const char *number)
{
    if (number[0] == '\0')
        return;
    sysctl_of_unit(argv, bytes, number, ".vf");
    sysctl_of_unit(argv, bytes, number, ".rxvf");
}

static void units(struct vfj_argv *argv, struct vfj_text *bytes)
{
    for (unsigned i = 0; i < VFJ_UNITS_MAX; i++)
        sysctl_of_unit(argv, bytes, vfj_name_of_number(i).text, ".vf");
}

/* Adds the sysctls of a snapshot. tx and rx are nodes; sysctl(8) prints all leaves of a node. */
static void snapshot(const struct vfj_command *command, struct vfj_argv *argv,
                     struct vfj_text *bytes)
{
    static const char *const leaves[] = {".vf", ".vf_xpnt_enabled", ".tso_max", ".rx", ".tx"};
    char name[64];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    for (size_t i = 0; i < sizeof leaves / sizeof leaves[0] && command->text[0] != '\0'; i++)
        sysctl_of_unit(argv, bytes, command->text, leaves[i]);
    vfj_text_add(&text, "dev.");
    if (!vfj_hn_snapshot_device(command->c, &text))
        return;
    vfj_text_add(&text, ".%location");
    word(argv, bytes, name);
}

/* Adds the words for one element of a kind's row. */
static void add(const struct vfj_command *command, struct vfj_span what, struct vfj_argv *argv,
                struct vfj_text *bytes)
{
    if (vfj_span_is(what, "A")) {
        word(argv, bytes, command->a.text);
    } else if (vfj_span_is(what, "B")) {
        word(argv, bytes, command->b.text);
    } else if (vfj_span_is(what, "C")) {
        word(argv, bytes, command->c.text);
    } else if (vfj_span_is(what, "TEXT")) {
        words(argv, bytes, command->text);
    } else if (vfj_span_is(what, "PATH")) {
        word(argv, bytes, command->text);
    } else if (vfj_span_is(what, "FAMILY")) {
        word(argv, bytes, strchr(command->text, ':') != NULL ? "inet6" : "inet");
    } else if (vfj_span_is(what, "UNIT")) {
        unit(argv, bytes, command->text);
    } else if (vfj_span_is(what, "UNITS")) {
        units(argv, bytes);
    } else if (vfj_span_is(what, "SNAPSHOT")) {
        snapshot(command, argv, bytes);
    } else {
        word_span(argv, bytes, what);
    }
}

bool vfj_command_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv)
{
    static const struct kind of_slot[] = {
        {.program = VFJ_PROGRAM_SYSCTL, .words = "sysctl -i hw.hn.vf_transparent UNIT"},
        {.program = VFJ_PROGRAM_IFCONFIG, .words = "ifconfig -a"},
        {.program = VFJ_PROGRAM_ROUTE, .words = "route -n get -inet default"},
        {.program = VFJ_PROGRAM_ROUTE, .words = "route -n get -inet6 default"},
        {.program = VFJ_PROGRAM_NETSTAT, .words = "netstat -rnW"},
    };
    static const struct kind of_snapshot[] = {
        {.program = VFJ_PROGRAM_SYSCTL,
         .words = "sysctl -i hw.hn.vf_transparent hw.hn.vf_xpnt_attwait SNAPSHOT"},
        {.program = VFJ_PROGRAM_IFCONFIG, .words = "ifconfig -a"},
    };
    const struct kind *kind = kind_of((enum vfj_command_kind)command->kind);
    size_t count = kind->program != VFJ_PROGRAM_NONE;
    if (command->kind == VFJ_COMMAND_PROBE_SLOT) {
        kind = of_slot;
        count = sizeof of_slot / sizeof of_slot[0];
    } else if (command->kind == VFJ_COMMAND_PROBE_SNAPSHOT) {
        kind = of_snapshot;
        count = sizeof of_snapshot / sizeof of_snapshot[0];
    }
    if (index >= count)
        return false;
    struct vfj_text bytes = vfj_text_begin(argv->bytes, sizeof argv->bytes);
    struct vfj_span rest = vfj_span_of(kind[index].words), next;
    argv->program = kind[index].program;
    argv->count = 0;
    while (vfj_span_word(&rest, &next))
        add(command, next, argv, &bytes);
    return true;
}

void vfj_argv_print(const struct vfj_argv *argv, struct vfj_text *text)
{
    for (unsigned i = 0; i < argv->count; i++) {
        if (i > 0)
            vfj_text_add_char(text, ' ');
        vfj_text_add_shell_word(text, argv->words[i]);
    }
}

static void add_name(struct vfj_text *body, const char *key, struct vfj_name name)
{
    if (!vfj_name_is_empty(name))
        vfj_kv_add_string(body, key, name.text);
}

void vfj_command_encode(const struct vfj_command *command, struct vfj_text *body)
{
    struct vfj_argv argv;
    char line[4 * VFJ_ARGS_SIZE];
    vfj_kv_add_u64(body, "id", command->id);
    vfj_kv_add_string(body, "kind", vfj_command_kind_name((enum vfj_command_kind)command->kind));
    add_name(body, "slot", command->hn);
    if (!vfj_command_reads(command)) {
        VFJ_CHECK(vfj_command_argv(command, 0, &argv));
        struct vfj_text text = vfj_text_begin(line, sizeof line);
        vfj_argv_print(&argv, &text);
        vfj_kv_add_string(body, "argv", line);
        return;
    }
    add_name(body, "a", command->a);
    add_name(body, "b", command->b);
    add_name(body, "c", command->c);
    if (command->text[0] != '\0')
        vfj_kv_add_string(body, "text", command->text);
}

uint32_t vfj_command_limit_ms(enum vfj_command_kind kind)
{
    return kind_of(kind)->limit_ms;
}

/* Returns true when the output contains one of the messages, which '|' separates. */
static bool has_message(const char *output, const char *messages)
{
    char message[VFJ_OUTPUT_SIZE];
    while (*messages != '\0') {
        size_t length = strcspn(messages, "|");
        vfj_span_copy(message, sizeof message, (struct vfj_span){messages, length});
        if (strstr(output, message) != NULL)
            return true;
        messages += length + (messages[length] == '|');
    }
    return false;
}

bool vfj_command_already_so(enum vfj_command_kind kind, const struct vfj_outcome *outcome)
{
    const char *messages = kind_of(kind)->already;
    return outcome->kind == VFJ_OUTCOME_EXITED
        && (strcmp(messages, "*") == 0 || has_message(outcome->output, messages));
}

bool vfj_command_succeeded(const struct vfj_command *command, const struct vfj_outcome *outcome)
{
    return vfj_outcome_ok(outcome)
        || vfj_command_already_so((enum vfj_command_kind)command->kind, outcome);
}

bool vfj_command_stops_batch(const struct vfj_command *command, const struct vfj_outcome *outcome)
{
    return !command->is_optional && outcome->kind != VFJ_OUTCOME_NOT_RUN
        && !vfj_command_succeeded(command, outcome);
}

/* The functions below check the operands and the text of a command. */

static bool is_operand(struct vfj_name name, char what)
{
    switch (what) {
    case 'l':
        return vfj_name_has_driver(name, "lagg");
    case 'L':
        return vfj_name_is_empty(name) || vfj_name_has_driver(name, "lagg");
    case 'i':
        return !vfj_name_is_empty(name);
    default:
        return true;
    }
}

void vfj_command_bare(const struct vfj_command *command, struct vfj_command *bare)
{
    const struct kind *kind = kind_of((enum vfj_command_kind)command->kind);
    memset(bare, 0, sizeof *bare);
    bare->kind = command->kind;
    bare->limit_ms = command->limit_ms;
    if (kind->operands[0] != '.')
        bare->a = command->a;
    if (kind->operands[1] != '.')
        bare->b = command->b;
    if (kind->operands[2] != '.')
        bare->c = command->c;
    if (kind->text != VFJ_TEXT_NONE)
        vfj_span_copy(bare->text, sizeof bare->text, vfj_span_of(command->text));
}

static bool consists_of(struct vfj_span word, const char *bytes)
{
    for (size_t i = 0; i < word.length; i++) {
        if (strchr(bytes, word.text[i]) == NULL)
            return false;
    }
    return word.length > 0;
}

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Returns true when the text is hw.hn.NAME or dev.hn.NAME. Refuses a '=', which would make
 * sysctl(8) set the variable. */
static bool is_hn_sysctl(struct vfj_span text)
{
    return consists_of(text, DIGITS LETTERS "._%")
        && (vfj_span_starts(text, "hw.hn.") || vfj_span_starts(text, "dev.hn."));
}

/* Returns true when the text consists of `before`, a valid interface name and `after`. */
static bool is_path_of_name(struct vfj_span text, const char *before, const char *after)
{
    struct vfj_name name;
    size_t around = strlen(before) + strlen(after);
    if (!vfj_span_starts(text, before) || text.length <= around)
        return false;
    struct vfj_span end = {text.text + text.length - strlen(after), strlen(after)};
    return vfj_span_is(end, after)
        && vfj_name_parse((struct vfj_span){text.text + strlen(before), text.length - around},
                          &name);
}

static bool is_own_script(struct vfj_span text)
{
    return is_path_of_name(text, vfj_own_script_path(VFJ_OWN_SCRIPT_BASE), "")
        || is_path_of_name(text, vfj_own_script_path(VFJ_OWN_SCRIPT_LOCAL), "");
}

static bool is_pids(struct vfj_span text)
{
    struct vfj_span rest = text, word;
    uint64_t pid;
    while (vfj_span_word(&rest, &word)) {
        if (!vfj_span_to_u64(word, &pid) || pid < 2 || pid > INT32_MAX)
            return false;
    }
    return true;
}

/* Returns true when the text is an address, perhaps with its prefix length, or such an address and
 * "alias". */
static bool is_address(struct vfj_span text)
{
    static const char alias[] = " alias";
    struct vfj_address address;
    size_t length = text.length, more = sizeof alias - 1;
    if (length > more && memcmp(text.text + length - more, alias, more) == 0)
        text.length -= more;
    return vfj_address_parse(text, &address);
}

static bool is_host(struct vfj_span text)
{
    struct vfj_address address;
    return vfj_address_parse(text, &address) && strchr(address.text, '/') == NULL;
}

static bool has_refused_word(struct vfj_span rest)
{
    struct vfj_span word;
    while (vfj_span_word(&rest, &word)) {
        if (vfj_rc_is_refused(word))
            return true;
    }
    return false;
}

/* Returns true for the words of a route that a plan may change: the first word is "-inet6", or
 * "-net" or "-host". */
static bool is_changeable_route(struct vfj_span text)
{
    struct vfj_route route;
    return (vfj_span_starts(text, "-inet6 ") || vfj_span_starts(text, "-net ")
            || vfj_span_starts(text, "-host "))
        && vfj_route_read(text, &route);
}

static unsigned count_words(struct vfj_span text)
{
    struct vfj_span rest = text, word;
    unsigned count = 0;
    while (vfj_span_word(&rest, &word))
        count++;
    return count;
}

/* Checks words from rc.conf for a command: their number, and that they have no control
 * character. `row` is the kind's row, whose words stand before and after them. */
static bool fits(struct vfj_span text, const char *row)
{
    unsigned count = count_words(text);
    for (size_t i = 0; i < text.length; i++) {
        if ((unsigned char)text.text[i] < ' ' || text.text[i] == 0x7f)
            return false;
    }
    return count > 0 && count + count_words(vfj_span_of(row)) - 1 < VFJ_WORDS_MAX;
}

bool vfj_command_is_well_formed(const struct vfj_command *command)
{
    if (command->kind >= VFJ_COMMAND_COUNT)
        return false;
    const struct kind *kind = kind_of((enum vfj_command_kind)command->kind);
    const char *operands = kind->operands;
    const struct vfj_span text = vfj_span_of(command->text);
    struct vfj_route route;
    if (!is_operand(command->a, operands[0]) || !is_operand(command->b, operands[1])
        || !is_operand(command->c, operands[2]))
        return false;
    switch (kind->text) {
    case VFJ_TEXT_NONE:
        return true;
    case VFJ_TEXT_HN_SYSCTL:
        return is_hn_sysctl(text);
    case VFJ_TEXT_HN_FILE:
        return is_own_script(text) || is_path_of_name(text, "/var/run/dhclient.", ".pid");
    case VFJ_TEXT_UNIT:
        return text.length == 0 || (text.length < VFJ_NAME_SIZE && consists_of(text, DIGITS));
    case VFJ_TEXT_PIDS:
        return is_pids(text) && (text.length == 0 || fits(text, kind->words));
    case VFJ_TEXT_ADDRESS:
        return is_address(text);
    case VFJ_TEXT_HOST:
        return is_host(text);
    case VFJ_TEXT_WORDS:
        return !has_refused_word(text) && fits(text, kind->words);
    case VFJ_TEXT_ROUTE:
        return vfj_route_read(text, &route) && fits(text, kind->words);
    case VFJ_TEXT_CHANGED_ROUTE:
        return is_changeable_route(text) && fits(text, kind->words);
    case VFJ_TEXT_OWN_SCRIPT:
        break;
    }
    return is_own_script(text);
}
