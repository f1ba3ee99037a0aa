/* The options of `vfjournal show`. */
#include <stdio.h>
#include <string.h>

#include "core/data/decision.h"
#include "tools/show/show.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal show [OPTION]... [-J FILE | FILE] [FIELD=VALUE]...\n"
    "Prints the journal, newest record last: starts and ends of the daemon, gaps, VFs\n"
    "that come and go, changes of links and of state, and commands with their\n"
    "outcomes. Successive changes of links are one line. Output to a terminal goes\n"
    "through a pager.\n"
    "\n"
    "  -a, --all            every row, also plain devd lines and probes; without -n\n"
    "                       all of them\n"
    "  -n, --lines N        the newest N, or all; default 20, and all with -S, -b, -M\n"
    "                       or a cursor\n"
    "  -r, --reverse        the newest record first\n"
    "  -i, --interface IF   only records about this hn or VF; may be repeated\n"
    "  -k, --kind KIND      only rows of this kind, or lines with this word, as run,\n"
    "                       state, vf-up, gap, devd; may be repeated\n"
    "  -s, --state STATE    only changes to this state; may be repeated\n"
    "  -g, --grep REGEX     only lines whose text matches; a pattern in lower case\n"
    "                       matches any case\n"
    "  -S, --since TIME     only records that are not older\n"
    "  -U, --until TIME     only records that are not newer\n"
    "  -b, --boot [N]       only the newest boot, boot N, or -1 for the one before\n"
    "  -M, --migration ID   only records of this entry of vfjournal migrations\n"
    "      --list-boots     print the boots of the guest that have such records\n"
    "  -f, --follow         continue with new records, until interrupted or until no\n"
    "                       later record can match\n"
    "      --why            below each record, print the records that led to it\n"
    "  -o, --output FORMAT  short (default); delta: time since the line before; cat:\n"
    "                       the text alone; verbose: all columns; json: one object a\n"
    "                       line; csv\n"
    "  -H, --script         for scripts: a tab between columns, no header, no colours\n"
    "      --no-pager       print to the terminal itself\n"
    "      --after-cursor CURSOR  only records after the cursor\n"
    "      --show-cursor    print the cursor of the last record at the end\n"
    "      --cursor-file FILE  continue after the cursor in FILE, and update it\n"
    "      --utc            times in UTC, not in the local zone\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "TIME is a printed time, \"2026-11-22 03:12:54+01:00\", or its beginning, down to\n"
    "the day; 03:12 is of today; now, today, yesterday, tomorrow; -15m, -2h30m, -1w\n"
    "are before now; @SECONDS is Unix time. A time without offset is of the local\n"
    "zone. FIELD=VALUE prints only records with that value, as if=mce0, state=lagged\n"
    "or status=1; of a repeated field one value suffices. Bytes that are not\n"
    "printable ASCII become \\xHH. show only reads the file; a daemon may write it.\n"
    "\n"
    "Exit status: 0 printed; 1 no record matches, or no record names an IF; 2 usage,\n"
    "or an unusable journal; 4 the system failed; 5 damaged, the readable records\n"
    "were printed; 6 records are missing; 8 the journal lacks the cursor's record.\n";

enum {
    DEFAULT_COUNT = 20,
    OPTION_UTC = 256,
    OPTION_LIST_BOOTS,
    OPTION_AFTER_CURSOR,
    OPTION_SHOW_CURSOR,
    OPTION_CURSOR_FILE,
    OPTION_WHY,
    OPTION_NO_PAGER,
};

static int take_count(struct vfj_show *show, const char *value)
{
    show->criteria.count = UINT64_MAX;
    if (strcmp(value, "all") == 0 || vfj_option_count(value, &show->criteria.count))
        return VFJ_OPTIONS_READ;
    return vfj_usage_error("show", "-n takes a number of at least 1, or all, not", value);
}

static int take_output(struct vfj_show *show, const char *value)
{
    static const char *const formats[] = {[VFJ_SHOW_SHORT] = "short",
                                          [VFJ_SHOW_DELTA] = "delta",
                                          [VFJ_SHOW_VERBOSE] = "verbose",
                                          [VFJ_SHOW_JSON] = "json",
                                          [VFJ_SHOW_CSV] = "csv",
                                          [VFJ_SHOW_CAT] = "cat",
                                          NULL};
    int format = vfj_option_choice(value, formats);
    if (format < 0)
        return vfj_usage_error("show", "-o takes short, delta, verbose, json, csv or cat, not",
                               value);
    show->format = (enum vfj_show_format)format;
    return VFJ_OPTIONS_READ;
}

static int add_word(struct vfj_words *words, const char *value)
{
    if (words->count == VFJ_SHOW_WORDS_MAX)
        return vfj_usage_error("show", "more than 16 words of one kind", value);
    words->list[words->count++] = value;
    return VFJ_OPTIONS_READ;
}

/* Returns true when the value of -k is a kind of row, or a word that printed lines have. */
static bool is_kind(const char *value)
{
    static const char *const words[]
        = {"run", "probe", "state", "notice", VFJ_WORD_UNVERIFIED, NULL};
    bool known = vfj_option_choice(value, words) >= 0
        || vfj_record_kind_parse(vfj_span_of(value)) != VFJ_RECORD_KIND_COUNT;
    for (unsigned kind = 0; kind < VFJ_DEVD_COUNT; kind++)
        known |= strcmp(value, vfj_devd_kind_name((enum vfj_devd_kind)kind)) == 0;
    return known;
}

static int take_kind(struct vfj_show *show, const char *value)
{
    if (is_kind(value))
        return add_word(&show->criteria.kinds, value);
    return vfj_usage_error(
        "show", "-k takes a kind of record, or a word of a line, as run, state, vf-up or gap, not",
        value);
}

/* Checks that `value` is the name of a state, and sets *name to that name. `what` begins the error
 * message: "-s", or FIELD= of an argument FIELD=VALUE. Returns VFJ_OPTIONS_READ, or the exit status
 * after the message. */
static int check_state(const char *what, const char *value, const char **name)
{
    char message[160];
    struct vfj_text text = vfj_text_begin(message, sizeof message);
    vfj_text_format(&text, "%s takes", what);
    for (unsigned i = 0; i < VFJ_SLOT_STATE_COUNT; i++) {
        *name = vfj_slot_state_name((enum vfj_slot_state)i);
        if (vfj_span_is_nocase(vfj_span_of(value), *name))
            return VFJ_OPTIONS_READ;
        vfj_text_format(&text, "%s%s", i == 0 ? " " : ", ", *name);
    }
    vfj_text_add(&text, ", not");
    return vfj_usage_error("show", message, value);
}

static int take_state(struct vfj_show *show, const char *value)
{
    const char *name = value;
    int parsed = check_state("-s", value, &name);
    return parsed == VFJ_OPTIONS_READ ? add_word(&show->criteria.states, name) : parsed;
}

static int take_pattern(struct vfj_show *show, const char *value)
{
    char why[160];
    bool has_upper = strpbrk(value, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
    if (show->criteria.pattern != NULL)
        return vfj_usage_error("show", "-g takes one pattern, as 'a|b', not also", value);
    int error
        = regcomp(&show->pattern, value, REG_EXTENDED | REG_NOSUB | (has_upper ? 0 : REG_ICASE));
    if (error == 0) {
        show->criteria.pattern = &show->pattern;
        return VFJ_OPTIONS_READ;
    }
    (void)regerror(error, &show->pattern, why, sizeof why);
    return vfj_usage_error("show", why, value);
}

/* Returns true when the argument has the form FIELD=VALUE. A path that contains '=' must also
 * contain '/', as in ./a=b, so that it is not taken for one. */
static bool is_field(const char *word)
{
    return strchr(word, '=') != NULL && strchr(word, '/') == NULL;
}

static int check_number(const char *what, const char *value)
{
    char message[80];
    struct vfj_text text = vfj_text_begin(message, sizeof message);
    int64_t number;
    if (vfj_span_to_i64(vfj_span_of(value), &number))
        return VFJ_OPTIONS_READ;
    vfj_text_format(&text, "%s= takes a number, not", what);
    return vfj_usage_error("show", message, value);
}

/* Checks the value of a field whose possible values are known. */
static int check_value(enum vfj_show_field field, const char *value)
{
    const char *name = vfj_show_field_name(field), *state;
    char message[24];
    struct vfj_text text = vfj_text_begin(message, sizeof message);
    switch (field) {
    case VFJ_SHOW_STATE:
    case VFJ_SHOW_FROM:
    case VFJ_SHOW_TO:
        vfj_text_format(&text, "%s=", name);
        return check_state(message, value, &state);
    case VFJ_SHOW_SEQ:
    case VFJ_SHOW_BOOT:
    case VFJ_SHOW_CAUSE:
    case VFJ_SHOW_GENERATION:
    case VFJ_SHOW_COMMAND:
    case VFJ_SHOW_STATUS:
        return check_number(name, value);
    case VFJ_SHOW_KIND:
    case VFJ_SHOW_WORD:
    case VFJ_SHOW_NOTE:
    case VFJ_SHOW_INTERFACE:
    case VFJ_SHOW_SLOT:
    case VFJ_SHOW_VF:
    case VFJ_SHOW_REASON:
    case VFJ_SHOW_OUTCOME:
    case VFJ_SHOW_SYSTEM:
    case VFJ_SHOW_SUBSYSTEM:
    case VFJ_SHOW_TYPE:
    case VFJ_SHOW_MODE:
    case VFJ_SHOW_POLICY:
    case VFJ_SHOW_ABOUT:
    case VFJ_SHOW_FIELD_COUNT:
        break;
    }
    return VFJ_OPTIONS_READ;
}

static int take_field(struct vfj_show *show, const char *word)
{
    char what[400];
    struct vfj_fields *fields = &show->criteria.fields;
    struct vfj_text text = vfj_text_begin(what, sizeof what);
    const char *equals = strchr(word, '=');
    struct vfj_span name = {word, (size_t)(equals - word)};
    vfj_text_add(&text, "the fields are");
    for (unsigned i = 0; i < VFJ_SHOW_FIELD_COUNT; i++) {
        enum vfj_show_field field = (enum vfj_show_field)i;
        vfj_text_add(&text, i > 0 ? ", " : " ");
        vfj_text_add(&text, vfj_show_field_name(field));
        if (!vfj_span_is(name, vfj_show_field_name(field)))
            continue;
        if (fields->count == VFJ_SHOW_WORDS_MAX)
            return vfj_usage_error("show", "more than 16 words FIELD=VALUE", word);
        fields->list[fields->count].field = field;
        fields->list[fields->count++].value = equals + 1;
        fields->all |= UINT32_C(1) << i;
        return check_value(field, equals + 1);
    }
    vfj_text_add(&text, "; not");
    return vfj_usage_error("show", what, word);
}

/* Reads the arguments FIELD=VALUE and removes them from argv. */
static int take_fields(struct vfj_show *show, int *argc, char **argv)
{
    int kept = optind;
    for (int i = optind; i < *argc; i++) {
        if (!is_field(argv[i])) {
            argv[kept++] = argv[i];
            continue;
        }
        int parsed = take_field(show, argv[i]);
        if (parsed != VFJ_OPTIONS_READ)
            return parsed;
    }
    *argc = kept;
    return VFJ_OPTIONS_READ;
}

static bool is_number(const char *word)
{
    int64_t number;
    return word != NULL && vfj_span_to_i64(vfj_span_of(word), &number);
}

/* Reads the value of the option -b, which may also be the next word of argv. */
static int take_boot(struct vfj_show *show, int argc, char **argv, const char *value)
{
    if (value == NULL && optind < argc && is_number(argv[optind]))
        value = argv[optind++];
    if (show->has_boot)
        return vfj_usage_error("show", "-b takes one boot, not also",
                               value != NULL ? value : "the newest");
    show->has_boot = true;
    show->boot = 0;
    if (value == NULL || vfj_span_to_i64(vfj_span_of(value), &show->boot))
        return VFJ_OPTIONS_READ;
    return vfj_usage_error("show", "-b takes the number of a boot, or -1 for the one before, not",
                           value);
}

static int take_flag(struct vfj_show *show, int option, const char *value)
{
    switch (option) {
    case 'a':
        show->criteria.every_kind = true;
        break;
    case 'f':
        show->follow = true;
        break;
    case 'r':
        show->reverse = true;
        break;
    case 'H':
        show->tabs = true;
        break;
    case OPTION_UTC:
        break;
    case OPTION_WHY:
        show->why = true;
        break;
    case OPTION_NO_PAGER:
        show->no_pager = true;
        break;
    case OPTION_LIST_BOOTS:
        show->lists_boots = true;
        break;
    case OPTION_AFTER_CURSOR:
        show->after_cursor = value;
        break;
    case OPTION_SHOW_CURSOR:
        show->prints_cursor = true;
        break;
    case OPTION_CURSOR_FILE:
        show->cursor_file = value;
        break;
    case 'J':
        show->path = value;
        break;
    default:
        return vfj_option_rest(option, help);
    }
    return VFJ_OPTIONS_READ;
}

static int take(struct vfj_show *show, int argc, char **argv, int option, const char *value)
{
    switch (option) {
    case 'S':
        return vfj_option_time("show", 'S', value, show->zone, &show->criteria.since_us);
    case 'U':
        return vfj_option_time("show", 'U', value, show->zone, &show->criteria.until_us);
    case 'n':
        return take_count(show, value);
    case 'i':
        return vfj_option_interface("show", value, &show->criteria.about);
    case 'k':
        return take_kind(show, value);
    case 's':
        return take_state(show, value);
    case 'g':
        return take_pattern(show, value);
    case 'M':
        if (show->migration != NULL)
            return vfj_usage_error("show", "-M takes one migration, not also", value);
        show->migration = value;
        return VFJ_OPTIONS_READ;
    case 'b':
        return take_boot(show, argc, argv, value);
    case 'o':
        return take_output(show, value);
    default:
        return take_flag(show, option, value);
    }
}

static void set_defaults(struct vfj_show *show)
{
    struct vfj_criteria *criteria = &show->criteria;
    bool has_begin = criteria->since_us != INT64_MIN || show->has_boot || show->after_cursor != NULL
        || show->cursor_file != NULL || show->migration != NULL;
    bool has_rows = show->format == VFJ_SHOW_JSON || show->format == VFJ_SHOW_CSV
        || show->format == VFJ_SHOW_VERBOSE;
    if (criteria->count == 0)
        criteria->count
            = criteria->every_kind || has_begin || show->lists_boots ? UINT64_MAX : DEFAULT_COUNT;
    criteria->fold = !criteria->every_kind && !has_rows;
    /* when -k selects outcomes or observations, they are printed in separate lines */
    for (unsigned i = 0; i < criteria->kinds.count; i++)
        criteria->fold &= strcmp(criteria->kinds.list[i], "finished") != 0
            && strcmp(criteria->kinds.list[i], "observed") != 0;
}

int vfj_show_options_read(struct vfj_show *show, int argc, char **argv)
{
    static const struct option options[] = {
        {"all", no_argument, NULL, 'a'},
        {"follow", no_argument, NULL, 'f'},
        {"reverse", no_argument, NULL, 'r'},
        {"lines", required_argument, NULL, 'n'},
        {"interface", required_argument, NULL, 'i'},
        {"kind", required_argument, NULL, 'k'},
        {"state", required_argument, NULL, 's'},
        {"grep", required_argument, NULL, 'g'},
        {"since", required_argument, NULL, 'S'},
        {"until", required_argument, NULL, 'U'},
        {"boot", optional_argument, NULL, 'b'},
        {"migration", required_argument, NULL, 'M'},
        {"list-boots", no_argument, NULL, OPTION_LIST_BOOTS},
        {"output", required_argument, NULL, 'o'},
        {"after-cursor", required_argument, NULL, OPTION_AFTER_CURSOR},
        {"show-cursor", no_argument, NULL, OPTION_SHOW_CURSOR},
        {"cursor-file", required_argument, NULL, OPTION_CURSOR_FILE},
        {"why", no_argument, NULL, OPTION_WHY},
        {"script", no_argument, NULL, 'H'},
        {"no-pager", no_argument, NULL, OPTION_NO_PAGER},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    show->zone = vfj_options_zone(argc, argv);
    while (
        parsed == VFJ_OPTIONS_READ
        && (option = vfj_option_next("show", argc, argv, ":afrHn:i:k:s:g:S:U:b::M:o:J:h", options))
            != -1)
        parsed = take(show, argc, argv, option, optarg);
    if (parsed == VFJ_OPTIONS_READ)
        parsed = take_fields(show, &argc, argv);
    if (parsed == VFJ_OPTIONS_READ)
        parsed = vfj_option_journal("show", argc, argv, &show->path);
    set_defaults(show);
    return parsed;
}
