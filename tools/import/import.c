/* vfjournal import: makes journals from lines of JSON that `vfjournal export` wrote, or from a
 * trace. */
#include "store/import.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/anchor.h"
#include "store/identity.h"
#include "store/progress.h"
#include "store/publish.h"
#include "tools/act_as_owner.h"
#include "tools/export/cloudevent.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/replay/replay.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal import [-s] [-J FILE | FILE] NEW\n"
    "       vfjournal import [-s] -d DIRECTORY [-J FILE | FILE]\n"
    "Makes the new journal NEW of lines that `vfjournal export' wrote, or of a trace.\n"
    "The lines may come in any order and more than once. The chain of every record is\n"
    "checked. import makes all journals, or none. It never overwrites a file.\n"
    "\n"
    "  -d, --directory DIR  lines of several guests: make DIR/HOST.JOURNAL.db for\n"
    "                       each source /vfjournal/HOST/JOURNAL\n"
    "  -s, --skip           leave out lines that are wrong, and end a journal before\n"
    "                       a record that is missing or changed\n"
    "  -J, --journal FILE   read FILE; - is standard input, the default\n"
    "\n"
    "Prints the records and the head of each new journal. Wrong lines are named with\n"
    "their number on standard error, the first ten of each kind.\n"
    "\n"
    "Exit status: 0 imported; 1 imported, but lines or records were left out, or FILE\n"
    "holds no line; 2 usage, or an unusable file or line; 4 the system failed; 6 a\n"
    "record is missing or was changed. With 2, 4 and 6 no journal was made.\n";

enum { NAMED_MAX = 10, PATH_SIZE = 1024 };

struct options {
    const char *path, *to, *directory;
    bool skips;
};

/* An import while it runs. */
struct import {
    const struct options *options;
    const char *name; /* name of the input in messages */
    struct vfj_import_rows *rows;
    uint64_t lines, taken, repeated, late;
    uint64_t faults[VFJ_IMPORT_FAULT_COUNT];
    unsigned sources;
    bool leaves_out; /* a line or a record was left out */
};

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 'd':
        options->directory = value;
        return VFJ_OPTIONS_READ;
    case 's':
        options->skips = true;
        return VFJ_OPTIONS_READ;
    case 'J':
        options->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

/* Reads the arguments: FILE when the option -d was given, and otherwise [FILE] NEW. */
static int read_operands(struct options *options, int argc, char **argv)
{
    bool has_path = options->path != NULL;
    if (!has_path && options->directory == NULL && argc - optind == 1)
        options->path = "-";
    if (options->directory == NULL)
        return vfj_option_journal_and_new("import", argc, argv, &options->path, &options->to);
    if (argc - optind > (has_path ? 0 : 1))
        return vfj_usage_error("import", has_path ? "-J FILE or FILE, not both" : "one FILE, not",
                               argv[argc - 1]);
    if (!has_path)
        options->path = optind < argc ? argv[optind] : "-";
    return VFJ_OPTIONS_READ;
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"directory", required_argument, NULL, 'd'},
        {"skip", no_argument, NULL, 's'},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("import", argc, argv, ":d:sJ:h", table)) != -1)
        parsed = take(options, option, optarg);
    return parsed == VFJ_OPTIONS_READ ? read_operands(options, argc, argv) : parsed;
}

static void name_line(const struct import *import, uint64_t number, const char *what)
{
    char place[64];
    (void)snprintf(place, sizeof place, ": line %llu: ", (unsigned long long)number);
    vfj_progress_clear();
    (void)fputs("vfjournal: ", stderr);
    vfj_terminal_print(stderr, vfj_span_of(import->name));
    (void)fprintf(stderr, "%s%s\n", place, what);
}

/* Counts and reports a fault in a line. Returns true when the import continues. */
static bool note_fault(struct import *import, enum vfj_import_fault fault)
{
    import->leaves_out = true;
    if (import->faults[fault]++ < NAMED_MAX)
        name_line(import, import->lines, vfj_import_fault_text(fault));
    return import->options->skips;
}

static bool take_line(struct import *import, struct vfj_span line)
{
    enum vfj_import_fault fault;
    bool is_late;
    switch (vfj_import_rows_take(import->rows, line, import->lines, &fault, &is_late)) {
    case VFJ_IMPORT_TAKEN:
        import->taken++;
        import->late += is_late;
        return true;
    case VFJ_IMPORT_REPEATED:
        import->repeated++;
        return true;
    case VFJ_IMPORT_FAULTY:
        return note_fault(import, fault);
    case VFJ_IMPORT_FAILED:
        return false;
    }
    return false;
}

/* Reads a line of at most `size` - 1 bytes. Sets *is_whole to true when the line ends with a
 * newline. Sets *is_long to true when the line is longer, and skips the rest of this line. Returns
 * false at the end of the file. */
static bool read_line(FILE *in, char *bytes, size_t size, size_t *length, bool *is_whole,
                      bool *is_long)
{
    int c = EOF;
    *length = 0;
    *is_long = false;
    while ((c = getc_unlocked(in)) != EOF && c != '\n') {
        if (*length < size)
            bytes[(*length)++] = (char)c;
        else
            *is_long = true;
    }
    *is_whole = c == '\n';
    return *is_whole || *length > 0;
}

static int read_lines(struct import *import, FILE *in)
{
    static char bytes[VFJ_EVENT_LINE_MAX];
    size_t length;
    bool is_whole, is_long;
    bool goes_on = true;
    vfj_progress_begin("reading lines", "lines", 0);
    while (goes_on && read_line(in, bytes, sizeof bytes, &length, &is_whole, &is_long)) {
        import->lines++;
        vfj_progress_set(import->lines);
        if (length > 0 && bytes[length - 1] == '\r')
            length--;
        if (is_long)
            goes_on = note_fault(import, VFJ_IMPORT_TOO_LONG);
        else if (!is_whole)
            goes_on = note_fault(import, VFJ_IMPORT_CUT_OFF);
        else if (length > 0)
            goes_on = take_line(import, (struct vfj_span){bytes, length});
    }
    if (ferror(in) != 0)
        return vfj_complain_status(import->name, VFJ_SYSTEM, strerror(errno));
    if (vfj_import_rows_has_failed(import->rows))
        return vfj_complain_status(import->name, VFJ_SYSTEM, "no room for the lines");
    if (!goes_on)
        return VFJ_EXIT_UNUSABLE;
    if (import->taken > 0)
        return VFJ_EXIT_OK;
    vfj_complain(import->name, "no line of vfjournal export");
    return VFJ_EXIT_DIFFERENT;
}

/* Sets `path` to that of the journal for a source, "/vfjournal/HOST/JOURNAL". With the option -d
 * this is HOST.JOURNAL.db in the directory, and otherwise NEW. */
static bool path_of(const struct options *options, const char *source, char path[PATH_SIZE])
{
    struct vfj_text text = vfj_text_begin(path, PATH_SIZE);
    struct vfj_span host = {source + strlen("/vfjournal/"), VFJ_UUID_SIZE - 1};
    if (options->directory == NULL) {
        vfj_text_add(&text, options->to);
        return !text.overflow;
    }
    vfj_text_add(&text, options->directory);
    vfj_text_add_char(&text, '/');
    vfj_text_add_span(&text, host);
    vfj_text_add_char(&text, '.');
    vfj_text_add(&text, host.text + host.length + 1);
    vfj_text_add(&text, ".db");
    return !text.overflow;
}

static void report_fault(const struct import *import, const char *source,
                         const struct vfj_import_journal *journal)
{
    char what[256];
    (void)snprintf(what, sizeof what, "record %llu of %s: %s", (unsigned long long)journal->fault,
                   source, journal->what);
    name_line(import, journal->fault_line, what);
}

/* Checks the hash chain of each source's records. Called before any journal is made. */
static int check_sources(struct import *import)
{
    char source[VFJ_IMPORT_SOURCE_MAX];
    struct vfj_import_journal journal;
    char why[512];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    int exit_status = VFJ_EXIT_OK;
    vfj_progress_begin("checking records", "records", import->taken);
    vfj_import_rows_rewind(import->rows);
    while (vfj_import_rows_next_source(import->rows, source)) {
        import->sources++;
        enum vfj_status status = vfj_import_write(import->rows, NULL, &journal, &detail);
        if (status != VFJ_OK)
            return vfj_complain_status(import->name, status, why);
        if (journal.what == NULL)
            continue;
        report_fault(import, source, &journal);
        import->leaves_out = true;
        if (!import->options->skips)
            exit_status = VFJ_EXIT_EDITED;
    }
    if (exit_status == VFJ_EXIT_OK && import->sources > 1 && import->options->directory == NULL) {
        vfj_complain(import->name,
                     "the lines are of several guests: import -d makes a journal of "
                     "each");
        return VFJ_EXIT_UNUSABLE;
    }
    return exit_status;
}

static void print_journal(const char *path, const struct vfj_import_journal *journal)
{
    char bytes[VFJ_ANCHOR_SIZE];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_anchor anchor = {.seq = journal->last, .head = journal->head};
    vfj_anchor_print(&anchor, &text);
    vfj_terminal_print(stdout, vfj_span_of(path));
    (void)printf(": records %llu to %llu, head %s%s\n", (unsigned long long)journal->first,
                 (unsigned long long)journal->last, bytes,
                 journal->is_redacted ? ", redacted" : "");
    if (journal->chain_is_new != 0)
        (void)printf("%*s  a password was replaced: the chain is new from record %llu on\n",
                     (int)strlen(path), "", (unsigned long long)journal->chain_is_new);
}

/* Makes the journal that contains the records of the current source. */
static int make_journal(struct import *import, const char *path)
{
    struct vfj_import_journal journal;
    struct vfj_publish new_file;
    char why[512];
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    enum vfj_status status = vfj_publish_begin(&new_file, path, &detail);
    if (status == VFJ_OK)
        status = vfj_import_write(import->rows, new_file.path, &journal, &detail);
    bool is_empty = status == VFJ_OK && journal.last < journal.first;
    if (status == VFJ_OK && !is_empty)
        status = vfj_publish_finish(&new_file, &detail);
    vfj_publish_end(&new_file);
    if (status != VFJ_OK)
        return vfj_complain_status(path, status, why);
    if (!is_empty)
        print_journal(path, &journal);
    return VFJ_EXIT_OK;
}

/* Removes the journals that were made for the first `count` sources, because an import that fails
 * must leave no journals. */
static void remove_journals(struct import *import, unsigned count)
{
    char source[VFJ_IMPORT_SOURCE_MAX], path[PATH_SIZE];
    vfj_import_rows_rewind(import->rows);
    for (unsigned i = 0; i < count && vfj_import_rows_next_source(import->rows, source); i++) {
        if (path_of(import->options, source, path))
            (void)unlink(path);
    }
}

static int make_journals(struct import *import)
{
    char source[VFJ_IMPORT_SOURCE_MAX], path[PATH_SIZE];
    int exit_status = VFJ_EXIT_OK;
    unsigned made = 0;
    vfj_progress_begin("writing records", "records", import->taken);
    vfj_import_rows_rewind(import->rows);
    while (exit_status == VFJ_EXIT_OK && vfj_import_rows_next_source(import->rows, source)) {
        if (path_of(import->options, source, path)) {
            exit_status = make_journal(import, path);
            made += exit_status == VFJ_EXIT_OK;
        } else {
            vfj_complain(import->options->directory, "the path is too long");
            exit_status = VFJ_EXIT_UNUSABLE;
        }
    }
    if (exit_status != VFJ_EXIT_OK)
        remove_journals(import, made);
    return exit_status;
}

static void print_counts(const struct import *import)
{
    uint64_t wrong = 0;
    for (size_t i = 0; i < VFJ_IMPORT_FAULT_COUNT; i++)
        wrong += import->faults[i];
    (void)printf("%llu lines: %llu records, %llu repeated, %llu late, %llu wrong\n",
                 (unsigned long long)import->lines, (unsigned long long)import->taken,
                 (unsigned long long)import->repeated, (unsigned long long)import->late,
                 (unsigned long long)wrong);
    for (size_t i = 0; i < VFJ_IMPORT_FAULT_COUNT; i++) {
        if (import->faults[i] > 0)
            (void)printf("    %llu: %s\n", (unsigned long long)import->faults[i],
                         vfj_import_fault_text((enum vfj_import_fault)i));
    }
}

static int import_lines(const struct options *options, const char *name, FILE *in)
{
    struct import import = {.options = options, .name = name};
    import.rows = vfj_import_rows_open();
    if (import.rows == NULL)
        return vfj_complain_status(name, VFJ_SYSTEM, "out of memory");
    int exit_status = read_lines(&import, in);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = check_sources(&import);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = make_journals(&import);
    vfj_progress_end();
    if (exit_status == VFJ_EXIT_OK)
        print_counts(&import);
    vfj_import_rows_close(import.rows);
    return exit_status == VFJ_EXIT_OK && import.leaves_out ? VFJ_EXIT_DIFFERENT : exit_status;
}

/* Reads the rest of the stream into memory. Returns false and sets errno when it fails. */
static bool read_rest(FILE *in, struct vfj_input *input)
{
    size_t room = 0, count = 0;
    do {
        if (input->length == room) {
            room = room > 0 ? 2 * room : 1 << 16;
            char *bytes = room <= VFJ_TRACE_FILE_MAX ? realloc(input->bytes, room) : NULL;
            if (bytes == NULL) {
                errno = ENOMEM;
                return false;
            }
            input->bytes = bytes;
        }
        count = fread(input->bytes + input->length, 1, room - input->length, in);
        input->length += count;
    } while (count > 0);
    return ferror(in) == 0;
}

static int import_trace(const struct options *options, const char *name, FILE *in)
{
    struct vfj_input input = {.name = name, .path = name};
    struct vfj_replay_options replay
        = {.output = VFJ_REPLAY_COMMANDS, .settings = VFJ_SETTINGS_NONE, .journal = options->to};
    if (options->directory != NULL)
        return vfj_usage_error("import", "a trace makes one journal: give NEW, not -d", NULL);
    FILE *nothing = fopen("/dev/null", "we");
    int exit_status = VFJ_EXIT_SYSTEM;
    if (nothing == NULL || !read_rest(in, &input))
        exit_status = vfj_complain_status(name, VFJ_SYSTEM, strerror(errno));
    else
        exit_status = vfj_replay_trace(&input, &replay, nothing);
    if (nothing != NULL)
        (void)fclose(nothing);
    free(input.bytes);
    return exit_status;
}

/* Imports lines of JSON or a trace. The first character decides which: a line of JSON begins with a
 * brace, and a trace never does. */
static int import(const struct options *options)
{
    bool is_standard = vfj_path_descriptor(options->path) == STDIN_FILENO;
    const char *name = is_standard ? "standard input" : options->path;
    FILE *in = is_standard ? stdin : fopen(options->path, "re");
    if (in == NULL) {
        vfj_complain(name, strerror(errno));
        return VFJ_EXIT_UNUSABLE;
    }
    int c = getc(in);
    if (c != EOF)
        (void)ungetc(c, in);
    int exit_status = c == EOF || c == '{' || options->directory != NULL || options->skips
        ? import_lines(options, name, in)
        : import_trace(options, name, in);
    if (!is_standard)
        (void)fclose(in);
    return exit_status;
}

/* Changes the user of this process to the user who owns the new journal. If the target is a
 * directory, this is the user who would own a journal in it. */
static int act(const struct options *options)
{
    char path[PATH_SIZE];
    struct vfj_text text = vfj_text_begin(path, sizeof path);
    if (options->directory == NULL)
        return vfj_act_as_owners(options->path, options->to);
    if (vfj_path_descriptor(options->path) < 0 && !vfj_owner_may_replace(options->path))
        return VFJ_EXIT_UNUSABLE;
    vfj_text_add(&text, options->directory);
    vfj_text_add(&text, "/journal.db");
    return vfj_act_as_owner(path);
}

int vfj_verb_import(int argc, char **argv)
{
    struct options options = {.path = NULL};
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = act(&options);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("import", false);
    return vfj_finish_output(import(&options));
}
