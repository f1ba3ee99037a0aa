/* vfjournal complete: prints the words that can complete a command line. Shells call it. */
#include "tools/complete/complete.h"

#include <stdio.h>
#include <string.h>

#include "core/text/text.h"
#include "tools/options.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal complete [WORD]...\n"
    "Prints the words that can stand in the place of the last WORD of a command\n"
    "line, one a line: verbs, options and their values. Interfaces, boots and\n"
    "migrations come from the journal that the line names. The WORDs are those after\n"
    "\"vfjournal\". The completion functions of bash, zsh and fish call it.\n"
    "\n"
    "Exit status: 0 printed, perhaps nothing; 4 the system failed.\n";

void vfj_complete_print(const struct vfj_completion *completion, const char *candidate)
{
    size_t length = strlen(completion->prefix);
    if (strncmp(candidate, completion->prefix, length) != 0)
        return;
    vfj_terminal_print(stdout, completion->joined);
    vfj_terminal_print(stdout, vfj_span_of(candidate));
    (void)fputc('\n', stdout);
}

static void print_verbs(const struct vfj_completion *completion)
{
    for (const struct vfj_verb *verb = vfj_verbs; verb->name != NULL; verb++)
        vfj_complete_print(completion, verb->name);
    vfj_complete_print(completion, "help");
}

static void print_options(const struct vfj_completion *completion)
{
    char word[64];
    for (const struct option *option = completion->options; option->name != NULL; option++) {
        (void)snprintf(word, sizeof word, "--%s", option->name);
        vfj_complete_print(completion, word);
    }
}

static const struct option *find_long(const struct vfj_completion *completion, struct vfj_span name)
{
    for (const struct option *option = completion->options; option->name != NULL; option++) {
        if (vfj_span_is(name, option->name))
            return option;
    }
    return NULL;
}

/* Returns the option with this letter if the option takes a value, and otherwise NULL. */
static const struct option *find_short(const struct vfj_completion *completion, char letter)
{
    const char *at = letter != ':' ? strchr(completion->shorts, letter) : NULL;
    if (at == NULL || letter == '\0' || at[1] != ':')
        return NULL;
    for (const struct option *option = completion->options; option->name != NULL; option++) {
        if (option->val == letter)
            return option;
    }
    return NULL;
}

/* Returns the option in `word` if the next word is or may be its value, and otherwise NULL. */
static const struct option *option_before(const struct vfj_completion *completion, const char *word)
{
    if (strncmp(word, "--", 2) == 0) {
        const struct option *option = find_long(completion, vfj_span_of(word + 2));
        return option != NULL && option->has_arg != no_argument ? option : NULL;
    }
    if (word[0] != '-' || word[1] == '\0')
        return NULL;
    return find_short(completion, word[strlen(word) - 1]);
}

/* Completes the value in a word of the form "--name=value". Returns false for any other word. */
static bool complete_joined(struct vfj_completion *completion)
{
    const char *equals = strchr(completion->prefix, '=');
    if (strncmp(completion->prefix, "--", 2) != 0 || equals == NULL)
        return false;
    struct vfj_span name = {completion->prefix + 2, (size_t)(equals - completion->prefix) - 2};
    const struct option *option = find_long(completion, name);
    if (option == NULL || option->has_arg == no_argument)
        return true;
    completion->joined = (struct vfj_span){completion->prefix, name.length + 3};
    completion->prefix = equals + 1;
    vfj_complete_value(completion, option->name);
    return true;
}

static void complete_verb(struct vfj_completion *completion)
{
    const char *before = completion->count > 2 ? completion->words[completion->count - 2] : "";
    const struct vfj_verb *verb = vfj_verb_find(completion->verb);
    if (verb == NULL || verb->run == vfj_verb_complete
        || !vfj_verb_options(verb, &completion->shorts, &completion->options))
        return;
    const struct option *option = option_before(completion, before);
    if (option != NULL && option->has_arg == required_argument) {
        vfj_complete_value(completion, option->name);
        return;
    }
    if (option != NULL)
        vfj_complete_value(completion, option->name);
    if (complete_joined(completion))
        return;
    if (completion->prefix[0] == '-')
        print_options(completion);
    else if (strcmp(completion->verb, "show") == 0)
        vfj_complete_fields(completion);
    else if (strcmp(completion->verb, "migration") == 0 || strcmp(completion->verb, "diff") == 0
             || strcmp(completion->verb, "timeline") == 0)
        vfj_complete_migrations(completion);
}

int vfj_verb_complete(int argc, char **argv)
{
    static char empty[] = "";
    static char *none[] = {empty};
    struct vfj_completion completion = {.count = argc - 1, .words = argv + 1};
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
        return vfj_option_rest('h', help);
    if (argc < 2) {
        completion.count = 1;
        completion.words = none;
    }
    completion.verb = completion.words[0];
    completion.prefix = completion.words[completion.count - 1];
    if (completion.count == 1 || (completion.count == 2 && strcmp(completion.verb, "help") == 0))
        print_verbs(&completion);
    else
        complete_verb(&completion);
    return vfj_finish_output(VFJ_EXIT_OK);
}
