/* Compares the machine's state after one record with its state after another. */
#include <stdlib.h>
#include <string.h>

#include "store/json.h"
#include "tools/act_as_owner.h"
#include "tools/diff/diff.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/state/describe.h"
#include "tools/state/read.h"
#include "tools/terminal.h"
#include "tools/verb.h"

struct comparison {
    const struct vfj_diff_options *options;
    struct vfj_input input;
    struct vfj_journal *journal;
    uint64_t seqs[2];
    struct vfj_description sides[2];
    bool *is_matched; /* for each fact of the second side: whether the first side has it, too */
    struct vfj_json *json;
    size_t facts, differ;
    const char *subject; /* subject of the newest printed line; NULL: no line was printed yet */
};

static bool same_key(const struct vfj_fact *a, const struct vfj_fact *b)
{
    return strcmp(a->subject, b->subject) == 0 && strcmp(a->key, b->key) == 0;
}

/* Returns true when both facts are about the same variable of rc.conf. Its two values may
 * differ. */
static bool same_variable(const struct vfj_fact *a, const struct vfj_fact *b)
{
    size_t length = strcspn(a->text, "=");
    return strcmp(a->key, "value") != 0
        || (strcspn(b->text, "=") == length && strncmp(a->text, b->text, length) == 0);
}

static const struct vfj_fact *match(struct comparison *comparison, const struct vfj_fact *wanted)
{
    const struct vfj_description *other = &comparison->sides[1];
    for (size_t i = 0; i < other->count; i++) {
        if (comparison->is_matched[i] || !same_key(wanted, &other->list[i])
            || !same_variable(wanted, &other->list[i]))
            continue;
        comparison->is_matched[i] = true;
        return &other->list[i];
    }
    return NULL;
}

static void print_side(char mark, const struct vfj_fact *fact)
{
    static char line[16384];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    bool is_value = strcmp(fact->key, "value") == 0;
    vfj_text_format(&text, "%c %*s", mark, is_value ? 0 : 24, is_value ? "" : fact->key);
    for (size_t i = 0; i < text.length; i++)
        line[i] = line[i] == '_' ? ' ' : line[i];
    vfj_text_format(&text, "%s%s", is_value ? "" : ": ", fact->text);
    vfj_terminal_print_wrapped(stdout, (struct vfj_span){line, text.length}, vfj_terminal_width(1),
                               is_value ? 4 : 28);
}

static bool print_json(struct comparison *comparison, const struct vfj_fact *a,
                       const struct vfj_fact *b)
{
    const struct vfj_fact *either = a != NULL ? a : b;
    vfj_json_add_string(comparison->json, "subject", either->subject);
    vfj_json_add_string(comparison->json, "fact", either->key);
    if (a != NULL)
        vfj_json_add_string(comparison->json, "a", a->text);
    if (b != NULL)
        vfj_json_add_string(comparison->json, "b", b->text);
    return vfj_print_object(stdout, comparison->json);
}

/* Prints a fact whose values differ, or that only one side has (the other argument is NULL).
 * Returns false when memory runs out. */
static bool print_fact(struct comparison *comparison, const struct vfj_fact *a,
                       const struct vfj_fact *b)
{
    const struct vfj_fact *either = a != NULL ? a : b;
    comparison->differ++;
    if (comparison->options->json)
        return print_json(comparison, a, b);
    if (comparison->subject == NULL || strcmp(comparison->subject, either->subject) != 0)
        (void)printf("%s\n", either->subject);
    comparison->subject = either->subject;
    if (a != NULL)
        print_side('-', a);
    if (b != NULL)
        print_side('+', b);
    return true;
}

static bool print_facts(struct comparison *comparison)
{
    const struct vfj_description *a = &comparison->sides[0], *b = &comparison->sides[1];
    bool is_printed = true;
    for (size_t i = 0; i < a->count && is_printed; i++) {
        const struct vfj_fact *other = match(comparison, &a->list[i]);
        comparison->facts++;
        if (other == NULL || strcmp(other->text, a->list[i].text) != 0)
            is_printed = print_fact(comparison, &a->list[i], other);
    }
    for (size_t i = 0; i < b->count && is_printed; i++) {
        comparison->facts += !comparison->is_matched[i];
        if (!comparison->is_matched[i])
            is_printed = print_fact(comparison, NULL, &b->list[i]);
    }
    return is_printed;
}

static int print(struct comparison *comparison)
{
    const char *name = comparison->input.name;
    comparison->is_matched = calloc(comparison->sides[1].count + 1, sizeof(bool));
    comparison->json = vfj_json_open();
    if (comparison->is_matched == NULL || comparison->json == NULL || comparison->sides[0].no_memory
        || comparison->sides[1].no_memory)
        return vfj_complain_status(name, VFJ_SYSTEM, "out of memory");
    if (!comparison->options->json)
        (void)printf("-: after record %llu; +: after record %llu\n",
                     (unsigned long long)comparison->seqs[0],
                     (unsigned long long)comparison->seqs[1]);
    bool is_printed = print_facts(comparison);
    if (is_printed && comparison->options->json) {
        vfj_json_add_bool(comparison->json, "same", comparison->differ == 0);
        vfj_json_add_integer(comparison->json, "facts", (int64_t)comparison->facts);
        vfj_json_add_integer(comparison->json, "differ", (int64_t)comparison->differ);
        is_printed = vfj_print_object(stdout, comparison->json);
    } else if (is_printed) {
        (void)printf("%zu of %zu facts differ\n", comparison->differ, comparison->facts);
    }
    if (!is_printed)
        return vfj_complain_status(name, VFJ_SYSTEM, "out of memory");
    return comparison->differ == 0 ? VFJ_EXIT_OK : VFJ_EXIT_DIFFERENT;
}

static int read_side(struct comparison *comparison, unsigned side)
{
    struct vfj_machine *machine = malloc(sizeof *machine);
    if (machine == NULL)
        return vfj_complain_status(comparison->input.name, VFJ_SYSTEM, "out of memory");
    (void)vfj_option_count(comparison->options->words[side], &comparison->seqs[side]);
    int exit_status = vfj_state_read_at(comparison->journal, comparison->input.name,
                                        comparison->seqs[side], true, machine);
    if (exit_status == VFJ_EXIT_OK)
        vfj_state_describe(&machine->state, &comparison->sides[side]);
    free(machine);
    /* the status 1 is reserved for states that differ */
    return exit_status == VFJ_EXIT_DIFFERENT ? VFJ_EXIT_UNUSABLE : exit_status;
}

static int compare(struct comparison *comparison)
{
    const char *path = comparison->options->path;
    int exit_status = vfj_act_as_owner(path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("diff", false);
    exit_status = vfj_input_open_journal(&comparison->input, path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status == VFJ_EXIT_DIFFERENT ? VFJ_EXIT_UNUSABLE : exit_status;
    enum vfj_status status
        = vfj_journal_open(&comparison->journal, comparison->input.path, VFJ_JOURNAL_READ);
    if (status != VFJ_OK)
        return vfj_complain_status(comparison->input.name, status,
                                   vfj_journal_detail(comparison->journal));
    exit_status = read_side(comparison, 0);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = read_side(comparison, 1);
    vfj_progress_end();
    return exit_status == VFJ_EXIT_OK ? print(comparison) : exit_status;
}

int vfj_diff_states(const struct vfj_diff_options *options)
{
    struct comparison comparison = {.options = options};
    int exit_status = compare(&comparison);
    vfj_json_close(comparison.json);
    free(comparison.is_matched);
    vfj_description_free(&comparison.sides[0]);
    vfj_description_free(&comparison.sides[1]);
    vfj_journal_close(comparison.journal);
    vfj_input_close(&comparison.input);
    return exit_status;
}
