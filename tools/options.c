/* What the verbs' options have in common. */
#include "tools/options.h"

#include <stdio.h>
#include <string.h>

#include "core/text/text.h"
#include "tools/terminal.h"
#include "tools/verb.h"

int vfj_usage_error(const char *verb, const char *what, const char *value)
{
    (void)fprintf(stderr, "vfjournal %s: %s%s", verb, what, value[0] != '\0' ? ": " : "");
    vfj_terminal_print(stderr, vfj_span_of(value));
    (void)fprintf(stderr, "\ntry: vfjournal %s --help\n", verb);
    return VFJ_EXIT_UNUSABLE;
}

int vfj_option_rest(int option, const char *verb, const char *help)
{
    if (option == 'h') {
        (void)fputs(help, stdout);
        return vfj_finish_output(VFJ_EXIT_OK);
    }
    (void)fprintf(stderr, "try: vfjournal %s --help\n", verb);
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

/* A number of at least 1 and a unit of one letter; 0 when the unit is none of those. */
static bool take_units(const char *word, const char *units, uint64_t *number, size_t *unit)
{
    size_t length = strlen(word);
    const char *at = length > 0 ? strchr(units, word[length - 1]) : NULL;
    *unit = at != NULL ? (size_t)(at - units) + 1 : 0;
    struct vfj_span digits = {word, at != NULL ? length - 1 : length};
    return vfj_span_to_u64(digits, number) && *number > 0;
}

bool vfj_option_age(const char *word, int64_t *us)
{
    static const int64_t seconds[] = {1, 60, 60 * 60, 24 * 60 * 60};
    const int64_t century = INT64_C(36525) * 24 * 60 * 60;
    uint64_t number = 0;
    size_t unit = 0;
    if (!take_units(word, "smhd", &number, &unit) || unit == 0
        || number > (uint64_t)(century / seconds[unit - 1]))
        return false;
    *us = (int64_t)number * seconds[unit - 1] * 1000000;
    return true;
}

bool vfj_option_size(const char *word, uint64_t *bytes)
{
    uint64_t number = 0;
    size_t unit = 0;
    if (!take_units(word, "KMG", &number, &unit) || number > (UINT64_C(1) << 62) >> (10 * unit))
        return false;
    *bytes = number << (10 * unit);
    return true;
}
