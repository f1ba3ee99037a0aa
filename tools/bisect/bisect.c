/* vfjournal bisect: finds the first record of a journal at which a command fails. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/json.h"
#include "tools/act_as_owner.h"
#include "tools/bisect/command.h"
#include "tools/bisect/cut.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal bisect --run CMD [-o FORMAT] [--utc] [-J FILE | FILE]\n"
    "Finds the first record of a journal, or line of a trace, at which a command\n"
    "fails. Cuts the file after an event and its decisions, runs CMD on the\n"
    "beginning, and halves what is left, as git bisect run does.\n"
    "\n"
    "      --run CMD            a command of sh(1). Its $1 and $VFJ_FILE are the path\n"
    "                           of the beginning, $VFJ_SEQ its last record or line;\n"
    "                           a program alone gets the path as its argument.\n"
    "                           Status 0 is good, 1 to 124 is bad, 125 skips it\n"
    "  -o, --output FORMAT      text (default), or json: one object\n"
    "      --utc                times in UTC, not in the local zone\n"
    "  -J, --journal FILE       a journal or a trace;\n"
    "                           default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "What CMD prints goes to standard error. A signal ends CMD and leaves no file.\n"
    "\n"
    "Exit status: 0 found; 1 CMD does not fail on the whole file; 2 usage, an\n"
    "unusable file, or CMD ended by a signal or with a status of 126 or more; 3 only\n"
    "skipped places are left; 4 the system failed; 5 damaged.\n";

enum { OPTION_UTC = 256, OPTION_RUN };

struct bisect {
    const char *path, *command;
    bool json;
    enum vfj_zone zone;
    struct vfj_input input;
    struct vfj_cuts cuts;
    bool *is_skipped; /* indexed like cuts.list */
    size_t good;      /* the command succeeds for the elements of cuts.list before this index */
    /* index of the first element of cuts.list for which the command is known to fail */
    size_t bad;
    unsigned runs;
};

enum result { GOOD, BAD, SKIPPED, ENDED };

static int take(struct bisect *bisect, int option, const char *value)
{
    switch (option) {
    case OPTION_UTC:
        bisect->zone = VFJ_ZONE_UTC;
        return VFJ_OPTIONS_READ;
    case OPTION_RUN:
        bisect->command = value;
        return VFJ_OPTIONS_READ;
    case 'o':
        return vfj_option_output("bisect", value, &bisect->json);
    case 'J':
        bisect->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int read_options(struct bisect *bisect, int argc, char **argv)
{
    static const struct option table[] = {
        {"run", required_argument, NULL, OPTION_RUN},
        {"output", required_argument, NULL, 'o'},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("bisect", argc, argv, ":o:J:h", table)) != -1)
        parsed = take(bisect, option, optarg);
    if (parsed != VFJ_OPTIONS_READ)
        return parsed;
    if (bisect->command == NULL)
        return vfj_usage_error("bisect", "which command? give --run CMD", NULL);
    return vfj_option_journal("bisect", argc, argv, &bisect->path);
}

static const char *word_of(const struct bisect *bisect)
{
    return bisect->cuts.journal != NULL ? "record" : "line";
}

/* Writes the beginning of the file to a new file, and runs the command on that. The record or line
 * cuts.list[index] is the last one in the new file. Sets *exit_status to VFJ_EXIT_OK. When it
 * returns ENDED, *exit_status is the exit status of the verb: the new file was not written, the
 * command was not run, or it ended with a status above VFJ_BISECT_STATUS_MAX. */
static enum result run(struct bisect *bisect, size_t index, int *exit_status)
{
    static const char *const words[] = {[GOOD] = "good", [BAD] = "bad", [SKIPPED] = "skipped"};
    char prefix[VFJ_PATH_SIZE], why[512];
    struct vfj_publish file;
    struct vfj_text detail = vfj_text_begin(why, sizeof why);
    uint64_t last = bisect->cuts.list[index];
    (void)snprintf(prefix, sizeof prefix, "%s/vfjournal", vfj_scratch_directory());
    enum vfj_status status = vfj_publish_begin_temporary(&file, prefix, &detail);
    *exit_status = status == VFJ_OK ? vfj_cuts_write(&bisect->cuts, index, file.path)
                                    : vfj_complain_status(prefix, status, why);
    int ended = *exit_status == VFJ_EXIT_OK ? vfj_bisect_run(bisect->command, file.path, last) : 0;
    int error = errno;
    vfj_publish_end(&file);
    if (*exit_status != VFJ_EXIT_OK)
        return ENDED;
    bisect->runs++;
    if (ended < 0)
        *exit_status = vfj_complain_status("/bin/sh", VFJ_SYSTEM, strerror(error));
    else if (ended > VFJ_BISECT_STATUS_MAX)
        *exit_status = VFJ_EXIT_UNUSABLE;
    if (ended > VFJ_BISECT_STATUS_MAX)
        (void)fprintf(stderr, "vfjournal bisect: CMD ended with status %d at %s %llu\n", ended,
                      word_of(bisect), (unsigned long long)last);
    if (*exit_status != VFJ_EXIT_OK)
        return ENDED;
    enum result result = ended == 0 ? GOOD : (ended == VFJ_BISECT_SKIP ? SKIPPED : BAD);
    (void)fprintf(stderr, "up to %s %llu: %s\n", word_of(bisect), (unsigned long long)last,
                  words[result]);
    return result;
}

/* Returns the index in cuts.list to try next. That is the one nearest to the middle between `good`
 * and `bad` that was not skipped. Returns `bad` when all of them were skipped. */
static size_t next_place(const struct bisect *bisect)
{
    size_t middle = bisect->good + (bisect->bad - bisect->good) / 2;
    for (size_t away = 0; away <= bisect->bad - bisect->good; away++) {
        if (middle + away < bisect->bad && !bisect->is_skipped[middle + away])
            return middle + away;
        if (middle >= bisect->good + away && middle - away < bisect->bad
            && !bisect->is_skipped[middle - away])
            return middle - away;
    }
    return bisect->bad;
}

/* Finds the first element of cuts.list for which the command fails. Each step tries an element
 * between `good` and `bad`, and halves this range. Ends when no element is left in the range, or
 * all were skipped. */
static int search(struct bisect *bisect)
{
    int exit_status = VFJ_EXIT_OK;
    bisect->bad = bisect->cuts.count - 1;
    for (size_t place = bisect->bad;;) {
        switch (run(bisect, place, &exit_status)) {
        case GOOD:
            if (place == bisect->cuts.count - 1) {
                vfj_complain(bisect->input.name, "CMD does not fail on the whole file");
                return VFJ_EXIT_DIFFERENT;
            }
            bisect->good = place + 1;
            break;
        case BAD:
            bisect->bad = place;
            break;
        case SKIPPED:
            if (place == bisect->bad) {
                vfj_complain(bisect->input.name, "CMD skips the whole file");
                return VFJ_EXIT_UNSURE;
            }
            bisect->is_skipped[place] = true;
            break;
        case ENDED:
            return exit_status;
        }
        place = next_place(bisect);
        if (place == bisect->bad)
            return bisect->good == bisect->bad ? VFJ_EXIT_OK : VFJ_EXIT_UNSURE;
    }
}

static void print_trace_line(const struct bisect *bisect, uint64_t number)
{
    struct vfj_span rest = {bisect->input.bytes, bisect->input.length};
    const char *end = rest.text;
    for (uint64_t i = 1; i < number; i++)
        end = (const char *)memchr(end, '\n', rest.length - (size_t)(end - rest.text)) + 1;
    const char *stop = memchr(end, '\n', rest.length - (size_t)(end - rest.text));
    size_t length = stop != NULL ? (size_t)(stop - end) : rest.length - (size_t)(end - rest.text);
    (void)printf("%8llu ", (unsigned long long)number);
    vfj_terminal_print(stdout, (struct vfj_span){end, length});
    (void)fputc('\n', stdout);
}

static void print_place(const struct bisect *bisect, uint64_t seq)
{
    struct vfj_record record;
    struct vfj_style style = vfj_style_of(stdout);
    if (bisect->cuts.journal == NULL) {
        print_trace_line(bisect, seq);
        return;
    }
    style.zone = bisect->zone;
    style.rows = true;
    if (vfj_journal_get(bisect->cuts.journal, seq, &record) == VFJ_OK)
        vfj_output_record(stdout, &style, &record, NULL);
}

static int print_json(const struct bisect *bisect, uint64_t first, uint64_t last)
{
    struct vfj_json *json = vfj_json_open();
    if (json == NULL)
        return vfj_complain_status(bisect->input.name, VFJ_SYSTEM, "");
    vfj_json_add_string(json, "file", bisect->input.name);
    vfj_json_add_bool(json, "found", first == last);
    vfj_json_add_integer(json, "first", (int64_t)first);
    vfj_json_add_integer(json, "last", (int64_t)last);
    vfj_json_add_integer(json, "runs", bisect->runs);
    bool is_printed = vfj_print_object(stdout, json);
    vfj_json_close(json);
    return is_printed ? VFJ_EXIT_OK : vfj_complain_status(bisect->input.name, VFJ_SYSTEM, "");
}

static int print(const struct bisect *bisect)
{
    uint64_t first = vfj_cuts_begin_of(&bisect->cuts, bisect->good);
    uint64_t last = vfj_cuts_begin_of(&bisect->cuts, bisect->bad);
    if (bisect->json)
        return print_json(bisect, first, last);
    if (first == last)
        (void)printf("CMD fails from %s %llu on, after %u runs:\n", word_of(bisect),
                     (unsigned long long)first, bisect->runs);
    else
        (void)printf("CMD fails from one of the %ss %llu to %llu on; the others were skipped:\n",
                     word_of(bisect), (unsigned long long)first, (unsigned long long)last);
    print_place(bisect, first);
    if (first != last)
        print_place(bisect, last);
    return VFJ_EXIT_OK;
}

static int bisect_file(struct bisect *bisect)
{
    int exit_status = vfj_act_as_owner(bisect->path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("bisect", true);
    exit_status = vfj_input_open(&bisect->input, bisect->path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = vfj_cuts_open(&bisect->cuts, &bisect->input);
    vfj_progress_end();
    /* exit status 1 is reserved for a command that does not fail on the whole file */
    if (exit_status != VFJ_EXIT_OK)
        return exit_status == VFJ_EXIT_DIFFERENT ? VFJ_EXIT_UNUSABLE : exit_status;
    bisect->is_skipped = calloc(bisect->cuts.count, sizeof *bisect->is_skipped);
    if (bisect->is_skipped == NULL)
        return vfj_complain_status(bisect->path, VFJ_SYSTEM, "out of memory");
    exit_status = search(bisect);
    bool is_found = exit_status == VFJ_EXIT_OK
        || (exit_status == VFJ_EXIT_UNSURE && bisect->good < bisect->bad && bisect->runs > 1);
    int printed = is_found ? print(bisect) : VFJ_EXIT_OK;
    return printed != VFJ_EXIT_OK ? printed : exit_status;
}

int vfj_verb_bisect(int argc, char **argv)
{
    struct bisect bisect = {0};
    int exit_status = read_options(&bisect, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = bisect_file(&bisect);
    free(bisect.is_skipped);
    vfj_cuts_close(&bisect.cuts);
    vfj_input_close(&bisect.input);
    return vfj_finish_output(exit_status);
}
