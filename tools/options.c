/* The parts of parsing options that all verbs share. */
#include "tools/options.h"

#include <stdio.h>
#include <string.h>

#include "adapters/freebsd/run/clock.h"
#include "core/text/text.h"
#include "tools/nearest.h"
#include "tools/terminal.h"
#include "tools/time_parse.h"
#include "tools/verb.h"

/* Prints one line. `value` and `nearest`, an option that the user may have meant, may be NULL. */
static void print_error(const char *verb, const char *what, const char *value, const char *nearest)
{
    (void)fprintf(stderr, "vfjournal %s: %s", verb, what);
    if (value != NULL) {
        (void)fputs(": ", stderr);
        vfj_terminal_print(stderr, vfj_span_of(value[0] != '\0' ? value : "''"));
    }
    if (nearest != NULL)
        (void)fprintf(stderr, "; the nearest is --%s", nearest);
    (void)fprintf(stderr, " (try: vfjournal %s --help)\n", verb);
}

int vfj_usage_error(const char *verb, const char *what, const char *value)
{
    print_error(verb, what, value, NULL);
    return VFJ_EXIT_UNUSABLE;
}

/* Prints a message about an option that is unknown or lacks its value. When several short options
 * are written in one word, only optopt has the letter of this option. `options` has the names that
 * an unknown option may stand for, or is NULL. */
static void report_option(const char *verb, char **argv, const char *what,
                          const struct option *options)
{
    char name[3] = {'-', (char)optopt, '\0'};
    const char *word = argv[optind - 1];
    bool is_long = strncmp(word, "--", 2) == 0 || optopt == 0;
    char letters[64];
    struct vfj_text text = vfj_text_begin(letters, sizeof letters);
    if (is_long && strlen(word) > 2)
        vfj_text_add_span(&text, (struct vfj_span){word + 2, strcspn(word + 2, "=")});
    struct vfj_nearest nearest = vfj_nearest_begin(letters);
    for (size_t i = 0; options != NULL && text.length > 0 && options[i].name != NULL; i++)
        vfj_nearest_try(&nearest, options[i].name);
    print_error(verb, what, is_long ? word : name, nearest.name);
}

/* Option tables of a verb, stored after vfj_option_capture() requested them. The verb does not run
 * then. */
static struct {
    bool on;
    const char *short_options;
    const struct option *options;
} capture;

void vfj_option_capture(bool on)
{
    capture.on = on;
    capture.short_options = NULL;
    capture.options = NULL;
}

bool vfj_option_captured(const char **short_options, const struct option **options)
{
    capture.on = false;
    *short_options = capture.short_options;
    *options = capture.options;
    return capture.options != NULL;
}

int vfj_option_next(const char *verb, int argc, char **argv, const char *short_options,
                    const struct option *options)
{
    if (capture.on) {
        capture.short_options = short_options;
        capture.options = options;
        return '?';
    }
    opterr = 0;
    int option = getopt_long(argc, argv, short_options, options, NULL);
    if (option == ':')
        report_option(verb, argv, "this option takes a value", NULL);
    else if (option == '?')
        report_option(verb, argv, "no such option", options);
    return option == ':' ? '?' : option;
}

int vfj_option_rest(int option, const char *help)
{
    if (option != 'h')
        return VFJ_EXIT_UNUSABLE;
    (void)fputs(help, stdout);
    return vfj_finish_output(VFJ_EXIT_OK);
}

int vfj_option_end(const char *verb, int argc, char **argv)
{
    return optind < argc ? vfj_usage_error(verb, "an argument too many", argv[optind])
                         : VFJ_OPTIONS_READ;
}

int vfj_option_journal(const char *verb, int argc, char **argv, const char **path)
{
    if (*path == NULL && optind < argc)
        *path = argv[optind++];
    if (*path == NULL)
        *path = VFJ_JOURNAL_PATH;
    return vfj_option_end(verb, argc, argv);
}

int vfj_option_journal_and_new(const char *verb, int argc, char **argv, const char **path,
                               const char **to)
{
    if (*path == NULL && optind + 1 < argc)
        *path = argv[optind++];
    if (optind == argc)
        return vfj_usage_error(verb, "to which new file?", NULL);
    *to = argv[optind++];
    if (*path == NULL)
        *path = VFJ_JOURNAL_PATH;
    return vfj_option_end(verb, argc, argv);
}

static bool is_number(const char *word)
{
    return word[0] != '\0' && word[strspn(word, "0123456789")] == '\0';
}

const char *vfj_option_take_number(int argc, char **argv)
{
    if (optind == argc)
        return NULL;
    bool has_two = optind + 1 < argc;
    bool is_second = has_two && !is_number(argv[optind]) && is_number(argv[optind + 1]);
    const char *word = argv[optind + is_second];
    if (!has_two && !is_number(word))
        return NULL;
    argv[optind + is_second] = argv[optind];
    optind++;
    return word;
}

enum vfj_zone vfj_options_zone(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--utc") == 0)
            return VFJ_ZONE_UTC;
    }
    return VFJ_ZONE_LOCAL;
}

int vfj_option_time(const char *verb, char option, const char *value, enum vfj_zone zone,
                    int64_t *us)
{
    char what[80];
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    vfj_text_format(&text, "-%c takes a time, as 2026-11-22 03:12 or -2h, not", option);
    return vfj_time_parse(vfj_span_of(value), vfj_clock_wall_us(), zone, us)
        ? VFJ_OPTIONS_READ
        : vfj_usage_error(verb, what, value);
}

int vfj_option_slow(const char *verb, const char *value, int64_t *us)
{
    return vfj_option_age(value, us)
        ? VFJ_OPTIONS_READ
        : vfj_usage_error(verb, "--slow takes a duration as 90s or 2m30s, not", value);
}

int vfj_option_interface(const char *verb, const char *value, struct vfj_names *names)
{
    struct vfj_name name;
    if (!vfj_name_parse(vfj_span_of(value), &name))
        return vfj_usage_error(verb, "-i takes the name of an interface, not", value);
    if (names->count == VFJ_NAMES_MAX)
        return vfj_usage_error(verb, "more than 16 interfaces", value);
    names->list[names->count++] = name;
    return VFJ_OPTIONS_READ;
}

bool vfj_names_choose(const struct vfj_names *names, struct vfj_name name)
{
    bool chosen = names->count == 0;
    for (unsigned i = 0; i < names->count; i++)
        chosen |= vfj_name_equal(names->list[i], name);
    return chosen;
}

int vfj_option_output(const char *verb, const char *value, bool *json)
{
    static const char *const formats[] = {"text", "json", NULL};
    int format = vfj_option_choice(value, formats);
    *json = format == 1;
    return format >= 0 ? VFJ_OPTIONS_READ
                       : vfj_usage_error(verb, "-o takes text or json, not", value);
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

/* Removes a part such as "12h" from the beginning of the word. Returns false unless the unit of
 * this part is smaller than that of the previous part. */
static bool take_part(const char **word, size_t *unit, int64_t *us)
{
    static const char units[] = "wdhms";
    static const int64_t seconds[] = {7 * 86400, 86400, 3600, 60, 1};
    const int64_t century_s = INT64_C(36525) * 86400;
    size_t digits = strspn(*word, "0123456789");
    char letter = (*word)[digits];
    const char *at = letter != '\0' ? strchr(units, letter) : NULL;
    uint64_t number = 0;
    if (at == NULL || (size_t)(at - units) < *unit
        || !vfj_span_to_u64((struct vfj_span){*word, digits}, &number))
        return false;
    *unit = (size_t)(at - units) + 1;
    if (number > (uint64_t)(century_s / seconds[*unit - 1]))
        return false;
    *us += (int64_t)number * seconds[*unit - 1] * 1000000;
    *word += digits + 1;
    return *us <= century_s * 1000000;
}

bool vfj_option_age(const char *word, int64_t *us)
{
    size_t unit = 0;
    *us = 0;
    do {
        if (!take_part(&word, &unit, us))
            return false;
    } while (*word != '\0');
    return *us > 0;
}

bool vfj_option_size(const char *word, uint64_t *bytes)
{
    static const char units[] = "KMG";
    size_t length = strlen(word);
    const char *at = length > 0 ? strchr(units, word[length - 1]) : NULL;
    unsigned shift = at != NULL ? 10 * ((unsigned)(at - units) + 1) : 0;
    uint64_t number = 0;
    struct vfj_span digits = {word, at != NULL ? length - 1 : length};
    if (!vfj_span_to_u64(digits, &number) || number == 0 || number > (UINT64_C(1) << 62) >> shift)
        return false;
    *bytes = number << shift;
    return true;
}
