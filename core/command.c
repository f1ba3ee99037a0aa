/* Commands: their words, and their records. */
#include "core/command.h"

#include <string.h>

#include "core/check.h"
#include "core/kv.h"

const char *vfj_command_kind_name(enum vfj_command_kind kind)
{
    static const char *const names[] = {
#define X(symbol, name, reads) [VFJ_COMMAND_##symbol] = (name),
        VFJ_COMMAND_KINDS(X)
#undef X
    };
    VFJ_CHECK(kind < VFJ_COMMAND_COUNT);
    return names[kind];
}

bool vfj_command_reads(const struct vfj_command *command)
{
    static const bool reading[] = {
#define X(symbol, name, reads) [VFJ_COMMAND_##symbol] = (reads),
        VFJ_COMMAND_KINDS(X)
#undef X
    };
    VFJ_CHECK(command->kind < VFJ_COMMAND_COUNT);
    return reading[command->kind];
}

/* Words are collected in argv->bytes, each with its NUL; there is one at least. */
static void begin(struct vfj_argv *argv, struct vfj_text *bytes, enum vfj_program program)
{
    *bytes = vfj_text_begin(argv->bytes, sizeof argv->bytes);
    argv->program = program;
    argv->count = 0;
}

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

/* The program of PROBE_MAP: which VF is whose by name, and then by unit, which a rename does not change. */
static void map_argv(struct vfj_argv *argv)
{
    struct vfj_text bytes;
    begin(argv, &bytes, VFJ_PROGRAM_SYSCTL);
    words(argv, &bytes, "sysctl -i hw.hn.vf_transparent hw.hn.vflist hw.hn.vfmap");
    for (unsigned i = 0; i < VFJ_UNITS_MAX; i++)
        sysctl_of_unit(argv, &bytes, vfj_name_of_number(i).text, ".vf");
}

/* The programs of PROBE_SLOT. */
static bool slot_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv)
{
    struct vfj_text bytes;
    switch (index) {
    case 0:
        begin(argv, &bytes, VFJ_PROGRAM_SYSCTL);
        words(argv, &bytes, "sysctl -i hw.hn.vf_transparent");
        if (command->text[0] != '\0') {
            sysctl_of_unit(argv, &bytes, command->text, ".vf");
            sysctl_of_unit(argv, &bytes, command->text, ".rxvf");
        }
        return true;
    case 1:
        begin(argv, &bytes, VFJ_PROGRAM_IFCONFIG);
        words(argv, &bytes, "ifconfig -a");
        return true;
    case 2:
    case 3:
        begin(argv, &bytes, VFJ_PROGRAM_ROUTE);
        words(argv, &bytes, index == 2 ? "route -n get -inet default" : "route -n get -inet6 default");
        return true;
    default:
        return false;
    }
}

static void ifconfig(const struct vfj_command *command, struct vfj_argv *argv, struct vfj_text *bytes)
{
    begin(argv, bytes, VFJ_PROGRAM_IFCONFIG);
    word(argv, bytes, "ifconfig");
    word(argv, bytes, command->a.text);
}

static void ifconfig_words(const struct vfj_command *command, struct vfj_argv *argv, const char *list)
{
    struct vfj_text bytes;
    ifconfig(command, argv, &bytes);
    words(argv, &bytes, list);
}

static void ifconfig_join(const struct vfj_command *command, struct vfj_argv *argv)
{
    struct vfj_text bytes;
    ifconfig(command, argv, &bytes);
    if (command->kind != VFJ_COMMAND_JOIN)
        words(argv, &bytes, "laggproto failover");
    word(argv, &bytes, "laggport");
    word(argv, &bytes, command->b.text);
    if (command->kind == VFJ_COMMAND_JOIN_BOTH) {
        word(argv, &bytes, "laggport");
        word(argv, &bytes, command->c.text);
    }
}

static void ifconfig_address(const struct vfj_command *command, struct vfj_argv *argv)
{
    struct vfj_text bytes;
    ifconfig(command, argv, &bytes);
    word(argv, &bytes, strchr(command->text, ':') != NULL ? "inet6" : "inet");
    words(argv, &bytes, command->text);
    if (command->kind == VFJ_COMMAND_ADDRESS_DELETE)
        word(argv, &bytes, "delete");
}

static void program_words(struct vfj_argv *argv, enum vfj_program program, const char *first, const char *rest,
                          const char *name)
{
    struct vfj_text bytes;
    begin(argv, &bytes, program);
    words(argv, &bytes, first);
    words(argv, &bytes, rest);
    words(argv, &bytes, name);
}

bool vfj_command_argv(const struct vfj_command *command, unsigned index, struct vfj_argv *argv)
{
    struct vfj_text bytes;
    enum vfj_command_kind kind = (enum vfj_command_kind)command->kind;
    if (kind == VFJ_COMMAND_PROBE_SLOT)
        return slot_argv(command, index, argv);
    if (index > 0)
        return false;
    switch (kind) {
    case VFJ_COMMAND_PROBE_SYSCTL:
        program_words(argv, VFJ_PROGRAM_SYSCTL, "sysctl -n", command->text, "");
        break;
    case VFJ_COMMAND_PROBE_IFCONFIG:
        ifconfig(command, argv, &bytes);
        break;
    case VFJ_COMMAND_PROBE_MAP:
        map_argv(argv);
        break;
    case VFJ_COMMAND_UP:
        ifconfig_words(command, argv, "up");
        break;
    case VFJ_COMMAND_DOWN:
        ifconfig_words(command, argv, "down");
        break;
    case VFJ_COMMAND_CREATE:
        ifconfig_words(command, argv, "create");
        break;
    case VFJ_COMMAND_JOIN_BOTH:
    case VFJ_COMMAND_JOIN_FIRST:
    case VFJ_COMMAND_JOIN:
        ifconfig_join(command, argv);
        break;
    case VFJ_COMMAND_LEAVE:
        ifconfig(command, argv, &bytes);
        word(argv, &bytes, "-laggport");
        word(argv, &bytes, command->b.text);
        break;
    case VFJ_COMMAND_NO_DAD:
        ifconfig_words(command, argv, "inet6 no_dad");
        break;
    case VFJ_COMMAND_RTADV:
        ifconfig_words(command, argv, "inet6 -ifdisabled accept_rtadv");
        break;
    case VFJ_COMMAND_STRIP:
        ifconfig_words(command, argv, "-alias");
        break;
    case VFJ_COMMAND_ADDRESS_DELETE:
    case VFJ_COMMAND_ADDRESS_ADD:
        ifconfig_address(command, argv);
        break;
    case VFJ_COMMAND_CONFIGURE:
        ifconfig_words(command, argv, command->text);
        break;
    case VFJ_COMMAND_DHCLIENT:
        program_words(argv, VFJ_PROGRAM_DHCLIENT, "dhclient", "", command->a.text);
        break;
    case VFJ_COMMAND_DHCLIENT_BACKGROUND:
        program_words(argv, VFJ_PROGRAM_DHCLIENT, "dhclient -b", "", command->a.text);
        break;
    case VFJ_COMMAND_DHCLIENT_STOP:
        program_words(argv, VFJ_PROGRAM_KILL, "kill -TERM", command->text, "");
        break;
    case VFJ_COMMAND_LEASE:
        program_words(argv, VFJ_PROGRAM_LEASE, "vfjournal-lease", command->a.text, command->b.text);
        break;
    case VFJ_COMMAND_ROUTE_ADD:
        program_words(argv, VFJ_PROGRAM_ROUTE, "route add", command->text, "");
        break;
    case VFJ_COMMAND_ROUTE_CHANGE:
        program_words(argv, VFJ_PROGRAM_ROUTE, "route change", command->text, "");
        break;
    case VFJ_COMMAND_RTSOL:
        program_words(argv, VFJ_PROGRAM_RTSOL, "rtsol -i", "", command->a.text);
        break;
    case VFJ_COMMAND_SCRIPT:
        begin(argv, &bytes, VFJ_PROGRAM_SCRIPT);
        word(argv, &bytes, command->text);
        break;
    case VFJ_COMMAND_PROBE_FILE:
        return false;
    case VFJ_COMMAND_PROBE_SLOT:
    case VFJ_COMMAND_COUNT:
        VFJ_CHECK(false);
    }
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
