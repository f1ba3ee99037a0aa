/* vfjournal export: writes the journal in another format. */
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "store/journal.h"
#include "tools/act_as_owner.h"
#include "tools/export/lines.h"
#include "tools/export/perfetto.h"
#include "tools/export/trace.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/progress.h"
#include "tools/redact.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal export [-f] [-o FORMAT] [OPTION]... [-J FILE | FILE]\n"
    "       vfjournal export -t | --perfetto [-J FILE | FILE]\n"
    "Writes the journal in another form to standard output. The default is one JSON\n"
    "object a line for each record, a CloudEvents 1.0 event. The same record gives\n"
    "the same bytes in every export.\n"
    "\n"
    "  -o, --output FORMAT  cloudevents (default), or otlp: one request of\n"
    "                       OpenTelemetry a line, whose trace id is the migration\n"
    "  -f, --follow         continue with new records until interrupted\n"
    "  -S, --since TIME     only records that are not older\n"
    "      --types KIND,... only records of these kinds, as transition,gap\n"
    "      --after-cursor SEQ:CHAIN  only records after the cursor\n"
    "      --cursor-file FILE  continue after the cursor in FILE, and update it once\n"
    "                       the lines are out\n"
    "      --redact         write pseudonyms for names, addresses and the host\n"
    "      --key FILE       make the pseudonyms with the key in FILE; the same key\n"
    "                       gives the same ones. Without it each journal has its own\n"
    "      --utc            TIME is in UTC, not in the local zone\n"
    "  -t, --trace          as a trace: the lines of devd, the timers that fired, and\n"
    "                       each observation of the guest. `vfjournal replay' of it\n"
    "                       gives the transitions and commands of the journal again,\n"
    "                       or with --policy those of another policy\n"
    "      --perfetto       as TrackEvent packets for ui.perfetto.dev: states,\n"
    "                       commands, lines of devd, and flows from cause to effect\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "data.seq and data.chain of a line, as SEQ:CHAIN, are the cursor after it, and an\n"
    "anchor for `vfjournal verify'. For a trace and for Perfetto, standard output\n"
    "must not be a terminal: both hold any bytes. --trace replays the trace against\n"
    "the journal first. It writes nothing when a trace cannot express the journal,\n"
    "and names the record. Passwords are written as \"********\".\n"
    "\n"
    "Exit status: 0 exported; 1 no records, or none matches; 2 usage, or an unusable\n"
    "journal; 3 a trace cannot express the journal; 4 the system failed; 5 damaged,\n"
    "the readable records were written, but no trace; 6 records are missing; 8 the\n"
    "journal lacks the cursor's record.\n";

enum {
    OPTION_PERFETTO = 256,
    OPTION_TYPES,
    OPTION_AFTER_CURSOR,
    OPTION_CURSOR_FILE,
    OPTION_REDACT,
    OPTION_KEY,
    OPTION_UTC,
};

struct options {
    const char *path;
    bool trace, perfetto;
    bool is_about_lines; /* an option was given that is valid only for output as lines of JSON */
    bool redacts;
    const char *key;
    enum vfj_zone zone;
    struct vfj_lines_options lines;
};

static int check_form(const struct options *options)
{
    bool is_line = !options->trace && !options->perfetto;
    if (options->trace && options->perfetto)
        return vfj_usage_error("export", "--trace and --perfetto exclude each other", NULL);
    if (!is_line && options->is_about_lines)
        return vfj_usage_error("export", "--trace and --perfetto take no option but -J", NULL);
    if (options->lines.after_cursor != NULL && options->lines.cursor_file != NULL)
        return vfj_usage_error("export", "--after-cursor and --cursor-file exclude each other",
                               NULL);
    if (options->key != NULL && !options->redacts)
        return vfj_usage_error("export", "--key is for --redact", NULL);
    /* A trace contains devd's lines unchanged. In a journal from elsewhere they may contain bytes
     * that control a terminal. */
    if (!is_line && isatty(STDOUT_FILENO) != 0)
        return vfj_usage_error("export",
                               "a trace may steer a terminal: write it to a file or a pipe", NULL);
    return VFJ_OPTIONS_READ;
}

static int take_output(struct options *options, const char *value)
{
    static const char *const formats[]
        = {[VFJ_LINES_CLOUDEVENTS] = "cloudevents", [VFJ_LINES_OTLP] = "otlp", NULL};
    int format = vfj_option_choice(value, formats);
    if (format < 0)
        return vfj_usage_error("export", "-o takes cloudevents or otlp, not", value);
    options->lines.format = (enum vfj_lines_format)format;
    return VFJ_OPTIONS_READ;
}

static int take_line_option(struct options *options, int option, const char *value)
{
    struct vfj_lines_options *lines = &options->lines;
    options->is_about_lines = true;
    switch (option) {
    case 'o':
        return take_output(options, value);
    case 'f':
        lines->follow = true;
        return VFJ_OPTIONS_READ;
    case 'S':
        return vfj_option_time("export", 'S', value, options->zone, &lines->since_us);
    case OPTION_TYPES:
        if (vfj_lines_kinds(value, &lines->kinds))
            return VFJ_OPTIONS_READ;
        return vfj_usage_error("export", "--types takes kinds of records, as transition,gap, not",
                               value);
    case OPTION_AFTER_CURSOR:
        lines->after_cursor = value;
        return VFJ_OPTIONS_READ;
    case OPTION_CURSOR_FILE:
        lines->cursor_file = value;
        return VFJ_OPTIONS_READ;
    case OPTION_REDACT:
        options->redacts = true;
        return VFJ_OPTIONS_READ;
    case OPTION_KEY:
        options->key = value;
        return VFJ_OPTIONS_READ;
    case OPTION_UTC:
        return VFJ_OPTIONS_READ;
    default:
        return vfj_option_rest(option, help);
    }
}

static int take(struct options *options, int option, const char *value)
{
    switch (option) {
    case 't':
        options->trace = true;
        return VFJ_OPTIONS_READ;
    case OPTION_PERFETTO:
        options->perfetto = true;
        return VFJ_OPTIONS_READ;
    case 'J':
        options->path = value;
        return VFJ_OPTIONS_READ;
    default:
        return take_line_option(options, option, value);
    }
}

static int read_options(int argc, char **argv, struct options *options)
{
    static const struct option table[] = {
        {"output", required_argument, NULL, 'o'},
        {"follow", no_argument, NULL, 'f'},
        {"since", required_argument, NULL, 'S'},
        {"types", required_argument, NULL, OPTION_TYPES},
        {"after-cursor", required_argument, NULL, OPTION_AFTER_CURSOR},
        {"cursor-file", required_argument, NULL, OPTION_CURSOR_FILE},
        {"redact", no_argument, NULL, OPTION_REDACT},
        {"key", required_argument, NULL, OPTION_KEY},
        {"utc", no_argument, NULL, OPTION_UTC},
        {"trace", no_argument, NULL, 't'},
        {"perfetto", no_argument, NULL, OPTION_PERFETTO},
        {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;
    int parsed = VFJ_OPTIONS_READ;
    options->zone = vfj_options_zone(argc, argv);
    while (parsed == VFJ_OPTIONS_READ
           && (option = vfj_option_next("export", argc, argv, ":o:fS:tJ:h", table)) != -1)
        parsed = take(options, option, optarg);
    if (parsed == VFJ_OPTIONS_READ)
        parsed = vfj_option_journal("export", argc, argv, &options->path);
    return parsed == VFJ_OPTIONS_READ ? check_form(options) : parsed;
}

static int export(const struct options *options, const struct vfj_input *input)
{
    struct vfj_journal *journal;
    uint64_t last = 0;
    int exit_status = VFJ_EXIT_DIFFERENT;
    enum vfj_status status = vfj_journal_open(&journal, input->path, VFJ_JOURNAL_READ);
    if (status == VFJ_OK)
        status = vfj_journal_last(journal, &last);
    if (status != VFJ_OK)
        exit_status = vfj_complain_status(input->name, status, vfj_journal_detail(journal));
    else if (last == 0)
        vfj_complain(input->name, VFJ_NO_RECORDS);
    else if (options->perfetto)
        exit_status = vfj_export_perfetto(journal, input->name, stdout);
    else
        exit_status = vfj_export_trace(journal, input->name, stdout);
    vfj_journal_close(journal);
    return exit_status;
}

static int export_lines(struct options *options, const struct vfj_input *input)
{
    int exit_status = VFJ_EXIT_OK;
    if (options->redacts)
        exit_status = vfj_redactor_open_for(&options->lines.redactor, options->key, input);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = vfj_lines_run(&options->lines, input);
    vfj_redactor_close(options->lines.redactor);
    return exit_status;
}

int vfj_verb_export(int argc, char **argv)
{
    struct options options = {.path = NULL, .lines.since_us = INT64_MIN};
    struct vfj_input input;
    int exit_status = read_options(argc, argv, &options);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owner_and_replace(options.path, options.lines.cursor_file, 0600);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    bool is_line = !options.trace && !options.perfetto;
    if (!options.lines.follow)
        vfj_progress_report("export", is_line);
    exit_status = vfj_input_open_journal(&input, options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = is_line ? export_lines(&options, &input) : export(&options, &input);
    vfj_progress_end();
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
