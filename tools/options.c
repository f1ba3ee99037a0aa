/* What the verbs' options have in common. */
#include "tools/options.h"

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "tools/terminal.h"
#include "tools/verb.h"

int vfj_usage_error(const char *verb, const char *what, const char *value)
{
    (void)fprintf(stderr, "vfjournal %s: %s%s", verb, what, value[0] != '\0' ? ": " : "");
    vfj_terminal_print(stderr, vfj_span_of(value));
    (void)fprintf(stderr, "\ntry: vfjournal %s --help\n", verb);
    return VFJ_EXIT_UNUSABLE;
}

int vfj_option_choice(const char *word, const char *const *choices)
{
    for (int i = 0; choices[i] != NULL; i++) {
        if (strcmp(word, choices[i]) == 0)
            return i;
    }
    return -1;
}

bool vfj_option_count(const char *word, uint64_t *count)
{
    return vfj_span_to_u64(vfj_span_of(word), count) && *count > 0;
}
