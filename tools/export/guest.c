/* The guest model in the state that a replay of the exported trace gives it: applies lines of the
 * trace, and ends commands with their recorded outcomes. */
#include <stdlib.h>
#include <string.h>

#include "core/data/rc.h"
#include "core/text/kv.h"
#include "core/text/trace_quote.h"
#include "tools/export/facts.h"

void vfj_mirror_direct(struct vfj_mirror *mirror, const char *line)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    const char *wrong = strchr(line, '\n') != NULL ? "a line's end in the middle of a line" : NULL;
    if (wrong == NULL && !vfj_trace_read(vfj_span_of(line), 2, &read, &error))
        wrong = error.what;
    if (wrong == NULL) {
        (void)fprintf(mirror->out, "%s\n", line);
        mirror->lines++;
        vfj_guest_learn(&mirror->guest, &read);
        wrong = vfj_guest_direct(&mirror->guest, &read);
    }
    if (wrong != NULL)
        mirror->wrong = wrong;
}

void vfj_mirror_peek(struct vfj_mirror *mirror, const struct vfj_command *command,
                     struct vfj_observation *answer)
{
    struct vfj_guest *guest = &mirror->guest;
    uint64_t times[VFJ_GUEST_RULES_MAX];
    const unsigned count = guest->fail_count;
    for (unsigned i = 0; i < count; i++)
        times[i] = guest->fails[i].times;
    vfj_guest_observe(guest, command, answer);
    for (unsigned i = 0; i < count; i++)
        guest->fails[i].times = times[i];
}

/* The parts of the guest model that a command can change. */
struct changeable {
    struct vfj_guest_if *ifs;
    struct vfj_guest_vf *vfs;
    unsigned if_count, vf_count;
    uint64_t pid_last;
    struct vfj_name default_if;
    struct vfj_address default_gateway;
};

static bool save(const struct vfj_guest *guest, struct changeable *saved)
{
    *saved = (struct changeable){.if_count = guest->if_count,
                                 .vf_count = guest->vf_count,
                                 .pid_last = guest->pid_last,
                                 .default_if = guest->default_if,
                                 .default_gateway = guest->default_gateway};
    saved->ifs = malloc((guest->if_count + 1) * sizeof saved->ifs[0]);
    saved->vfs = malloc((guest->vf_count + 1) * sizeof saved->vfs[0]);
    if (saved->ifs == NULL || saved->vfs == NULL)
        return false;
    memcpy(saved->ifs, guest->ifs, guest->if_count * sizeof saved->ifs[0]);
    memcpy(saved->vfs, guest->vfs, guest->vf_count * sizeof saved->vfs[0]);
    return true;
}

static void restore(struct vfj_guest *guest, const struct changeable *saved)
{
    guest->if_count = saved->if_count;
    guest->vf_count = saved->vf_count;
    guest->pid_last = saved->pid_last;
    guest->default_if = saved->default_if;
    guest->default_gateway = saved->default_gateway;
    memcpy(guest->ifs, saved->ifs, saved->if_count * sizeof saved->ifs[0]);
    memcpy(guest->vfs, saved->vfs, saved->vf_count * sizeof saved->vfs[0]);
}

/* Adds the words with which a %fail line describes this outcome. */
static void add_outcome(struct vfj_text *text, enum vfj_command_kind kind,
                        const struct vfj_outcome *outcome)
{
    static const char *const words[VFJ_OUTCOME_COUNT] = {[VFJ_OUTCOME_SIGNALED] = "signal-",
                                                         [VFJ_OUTCOME_ABSENT] = "absent-",
                                                         [VFJ_OUTCOME_TIMEOUT] = "timeout"};
    struct vfj_outcome silent = {.kind = outcome->kind, .status = outcome->status};
    char says[VFJ_OUTPUT_SIZE];
    if (words[outcome->kind] != NULL)
        vfj_text_add(text, words[outcome->kind]);
    if (outcome->kind != VFJ_OUTCOME_TIMEOUT)
        vfj_text_add_i64(text, outcome->status);
    if (vfj_outcome_means_same(kind, outcome, &silent))
        return;
    memcpy(says, outcome->output, sizeof says);
    for (char *c = says; *c != '\0'; c++)
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
    vfj_text_add(text, " says=");
    vfj_quoted_add(text, says);
}

static void emit_outcome(struct vfj_mirror *mirror, const struct vfj_command *command,
                         const struct vfj_outcome *recorded)
{
    char line[4 * VFJ_RULE_SIZE];
    struct vfj_argv argv;
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, "%fail 1 ");
    add_outcome(&text, (enum vfj_command_kind)command->kind, recorded);
    vfj_text_add_char(&text, ' ');
    if (vfj_guest_rule_argv(command, 0, &argv)) {
        vfj_argv_print(&argv, &text);
        vfj_text_add(&text, " $");
    }
    if (text.overflow)
        mirror->wrong = "a line would be too long";
    else
        vfj_mirror_direct(mirror, line);
}

void vfj_mirror_run(struct vfj_mirror *mirror, const struct vfj_command *command,
                    const struct vfj_outcome *recorded)
{
    enum vfj_command_kind kind = (enum vfj_command_kind)command->kind;
    struct vfj_outcome model;
    struct changeable saved;
    memset(&model, 0, sizeof model);
    if (!save(&mirror->guest, &saved)) {
        mirror->failed = true;
    } else {
        vfj_guest_run(&mirror->guest, command, &model);
        if (!vfj_outcome_means_same(kind, &model, recorded)) {
            restore(&mirror->guest, &saved);
            emit_outcome(mirror, command, recorded);
            memset(&model, 0, sizeof model);
            vfj_guest_run(&mirror->guest, command, &model);
        }
        if (!vfj_outcome_means_same(kind, &model, recorded) && mirror->wrong == NULL)
            mirror->wrong = "a trace has no words for how this command ended";
    }
    free(saved.ifs);
    free(saved.vfs);
}

void vfj_mirror_run_unanswered(struct vfj_mirror *mirror, const struct vfj_command *command)
{
    struct vfj_observation answer;
    struct vfj_outcome outcome;
    memset(&outcome, 0, sizeof outcome);
    if (vfj_command_reads(command))
        vfj_guest_observe(&mirror->guest, command, &answer);
    else
        vfj_guest_run(&mirror->guest, command, &outcome);
}

void vfj_mirror_duration(struct vfj_mirror *mirror, const struct vfj_command *command, int64_t us)
{
    char line[4 * VFJ_RULE_SIZE];
    struct vfj_argv argv;
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    if (vfj_guest_duration_us(&mirror->guest, command) == us)
        return;
    vfj_text_add(&text, "%slow ");
    vfj_text_add_seconds(&text, us);
    vfj_text_add_char(&text, ' ');
    if (vfj_guest_rule_argv(command, 0, &argv)) {
        vfj_argv_print(&argv, &text);
        vfj_text_add(&text, " $");
    }
    if (text.overflow)
        mirror->wrong = "a line would be too long";
    else
        vfj_mirror_direct(mirror, line);
    if (vfj_guest_duration_us(&mirror->guest, command) != us && mirror->wrong == NULL)
        mirror->wrong = "a trace has no words for how long this command took";
}

/* The functions below compare and write rc.conf. */

static void emit_variable(struct vfj_mirror *mirror, const char *name, const char *value)
{
    char line[4 * VFJ_VALUE_SIZE];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    vfj_text_add(&text, value != NULL ? "%rc " : "%norc ");
    vfj_text_add(&text, name);
    if (value != NULL) {
        vfj_text_add_char(&text, '=');
        vfj_quoted_add(&text, value);
    }
    if (text.overflow)
        mirror->wrong = "a line would be too long";
    else
        vfj_mirror_direct(mirror, line);
}

/* Returns true when `rc` has the variable `name` with the same value as `pair`. */
static bool has_same(struct vfj_span rc, const struct vfj_kv *pair, const char *name)
{
    struct vfj_kv found;
    char value[VFJ_VALUE_SIZE], other[VFJ_VALUE_SIZE];
    return vfj_kv_find(rc, name, &found) && vfj_kv_value(pair, value, sizeof value)
        && vfj_kv_value(&found, other, sizeof other) && strcmp(value, other) == 0;
}

/* Returns true when each variable in `a` has the same value in `b`. When a variable occurs several
 * times, its last value counts. */
static bool has_all(struct vfj_span a, struct vfj_span b)
{
    char name[VFJ_VALUE_SIZE];
    struct vfj_kv pair, last;
    enum vfj_kv_result result;
    for (struct vfj_span rest = a; (result = vfj_kv_next(&rest, &pair)) == VFJ_KV_PAIR;) {
        if (!vfj_span_copy(name, sizeof name, pair.key) || !vfj_kv_find(a, name, &last)
            || !has_same(b, &last, name))
            return false;
    }
    return result == VFJ_KV_END;
}

bool vfj_rc_means_same(struct vfj_span a, struct vfj_span b)
{
    return has_all(a, b) && has_all(b, a);
}

static void emit_missing(struct vfj_mirror *mirror, struct vfj_span rc)
{
    char name[VFJ_VALUE_SIZE], value[VFJ_VALUE_SIZE];
    struct vfj_kv pair, last;
    for (struct vfj_span rest = rc; vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;) {
        if (!vfj_span_copy(name, sizeof name, pair.key) || !vfj_kv_find(rc, name, &last)
            || !vfj_kv_value(&last, value, sizeof value))
            continue;
        if (!has_same(vfj_span_of(mirror->guest.rc.text), &last, name))
            emit_variable(mirror, name, value);
    }
}

void vfj_mirror_rc(struct vfj_mirror *mirror, struct vfj_span rc)
{
    char name[VFJ_VALUE_SIZE];
    struct vfj_kv pair, found;
    struct vfj_rc before = mirror->guest.rc;
    for (struct vfj_span rest = vfj_span_of(before.text);
         vfj_kv_next(&rest, &pair) == VFJ_KV_PAIR;) {
        if (vfj_span_copy(name, sizeof name, pair.key) && !vfj_kv_find(rc, name, &found))
            emit_variable(mirror, name, NULL);
    }
    emit_missing(mirror, rc);
    if (!vfj_rc_means_same(rc, vfj_span_of(mirror->guest.rc.text)) && mirror->wrong == NULL)
        mirror->wrong = "a trace has no words for these values of rc.conf";
}

/* The functions below find out whether two outcomes or observations are the same to the machine. */

/* Returns true when the command's effect exists: the command succeeded, or its output says that the
 * effect existed already. Returns false for a failure of a kind whose messages are "*"
 * (VFJ_COMMAND_KINDS): it is accepted, but does not show that the effect exists. */
static bool is_done(enum vfj_command_kind kind, const struct vfj_outcome *outcome)
{
    struct vfj_outcome silent = {.kind = outcome->kind, .status = outcome->status};
    return vfj_outcome_ok(outcome)
        || (vfj_command_already_so(kind, outcome) && !vfj_command_already_so(kind, &silent));
}

bool vfj_outcome_means_same(enum vfj_command_kind kind, const struct vfj_outcome *a,
                            const struct vfj_outcome *b)
{
    if (is_done(kind, a) || is_done(kind, b))
        return is_done(kind, a) == is_done(kind, b);
    return a->kind == b->kind && a->status == b->status;
}

bool vfj_observation_means_same(const struct vfj_observation *a, const struct vfj_observation *b)
{
    char bodies[2][VFJ_BODY_MAX];
    struct vfj_text texts[2];
    if (!a->ok && !b->ok)
        return a->probe == b->probe;
    for (unsigned i = 0; i < 2; i++) {
        struct vfj_observation same = i == 0 ? *a : *b;
        same.command = 0;
        texts[i] = vfj_text_begin(bodies[i], sizeof bodies[i]);
        vfj_observation_encode(&same, &texts[i]);
    }
    return !texts[0].overflow && !texts[1].overflow && texts[0].length == texts[1].length
        && memcmp(bodies[0], bodies[1], texts[0].length) == 0;
}
