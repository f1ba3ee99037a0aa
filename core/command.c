/* Commands: their words, and their records. */
#include "core/command.h"

#include <string.h>

#include "core/check.h"
#include "core/kv.h"

struct kind {
    const char *name;
    bool reads;
    enum vfj_program program;
    const char *words;
};

static const struct kind kinds[VFJ_COMMAND_COUNT] = {
#define X(symbol, name, reads, program, words) [VFJ_COMMAND_##symbol] = {name, reads, VFJ_PROGRAM_##program, words},
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

/* Words are collected in argv->bytes, each with its NUL; there is one at least. */
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

static void sysctl_of_unit(struct vfj_argv *argv, struct vfj_text *bytes, const char *unit, const char *leaf)
{
    char name[64];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    vfj_text_add(&text, "dev.hn.");
    vfj_text_add(&text, unit);
    vfj_text_add(&text, leaf);
    word(argv, bytes, name);
}

/* A unit that is not known has none. */
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

/* What one of a kind's words stands for. */
static void add(const struct vfj_command *command, struct vfj_span what, struct vfj_argv *argv, struct vfj_text *bytes)
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
    };
    bool is_slot = command->kind == VFJ_COMMAND_PROBE_SLOT;
    const struct kind *kind = is_slot ? of_slot : kind_of((enum vfj_command_kind)command->kind);
    if (index >= (is_slot ? sizeof of_slot / sizeof of_slot[0] : kind->program != VFJ_PROGRAM_NONE))
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

bool vfj_command_already_so(enum vfj_command_kind kind, const struct vfj_outcome *outcome)
{
    if (outcome->kind != VFJ_OUTCOME_EXITED)
        return false;
    switch ((int)kind) {
    case VFJ_COMMAND_ROUTE_ADD:
        return strstr(outcome->output, "already in table") != NULL || strstr(outcome->output, "File exists") != NULL;
    case VFJ_COMMAND_DHCLIENT_BACKGROUND:
        return strstr(outcome->output, "already running") != NULL;
    case VFJ_COMMAND_DHCLIENT_STOP:
        return strstr(outcome->output, "No such process") != NULL;
    case VFJ_COMMAND_ADDRESS_DELETE:
        return strstr(outcome->output, "Can't assign requested address") != NULL;
    case VFJ_COMMAND_LEAVE:
        return strstr(outcome->output, "No such file or directory") != NULL;
    case VFJ_COMMAND_LEASE:
    case VFJ_COMMAND_NO_DAD:
    case VFJ_COMMAND_RTADV:
    case VFJ_COMMAND_RTSOL:
        return true;
    default:
        return false;
    }
}

bool vfj_command_succeeded(const struct vfj_command *command, const struct vfj_outcome *outcome)
{
    return vfj_outcome_ok(outcome) || vfj_command_already_so((enum vfj_command_kind)command->kind, outcome);
}
