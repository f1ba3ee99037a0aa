/* vfjournal explain: describes one record in plain sentences, with its cause and its effects. */
#include "tools/explain/explain.h"

#include <stdio.h>
#include <string.h>

#include "tools/act_as_owner.h"
#include "tools/finding.h"
#include "tools/input.h"
#include "tools/interrupt.h"
#include "tools/options.h"
#include "tools/output.h"
#include "tools/progress.h"
#include "tools/terminal.h"
#include "tools/verb.h"

static const char help[] = /**/
    "usage: vfjournal explain [--cause] [--effects] [--utc] [-J FILE | FILE] SEQ\n"
    "Explains record SEQ in sentences: what it is, which rule answered, what it led\n"
    "to and what came of it, what to do about a fault, and where the manual has more.\n"
    "\n"
    "      --cause          also list the records that led to it, the nearest first\n"
    "      --effects        also list the records that it led to\n"
    "      --utc            times in UTC, not in the local zone\n"
    "  -J, --journal FILE   default " VFJ_JOURNAL_PATH "\n"
    "\n"
    "`vfjournal show -a' prints the numbers of records. explain only reads the file;\n"
    "a daemon may write it.\n"
    "\n"
    "Exit status: 0 explained; 1 the journal has no such record; 2 usage, or an\n"
    "unusable journal; 4 the system failed; 5 damaged.\n";

enum {
    OPTION_CAUSE = 256,
    OPTION_EFFECTS,
    OPTION_UTC,
};

static int read_seq(const char *word, uint64_t *seq)
{
    if (vfj_option_count(word, seq))
        return VFJ_OPTIONS_READ;
    return vfj_usage_error("explain", "SEQ is the number of a record, from 1 on, not", word);
}

static int read_options(struct vfj_explain_options *options, int argc, char **argv)
{
    static const struct option table[] = {
        {"cause", no_argument, NULL, OPTION_CAUSE}, {"effects", no_argument, NULL, OPTION_EFFECTS},
        {"utc", no_argument, NULL, OPTION_UTC},     {"journal", required_argument, NULL, 'J'},
        {"help", no_argument, NULL, 'h'},           {NULL, 0, NULL, 0},
    };
    int option;
    while ((option = vfj_option_next("explain", argc, argv, ":J:h", table)) != -1) {
        if (option == OPTION_CAUSE)
            options->cause = true;
        else if (option == OPTION_EFFECTS)
            options->effects = true;
        else if (option == OPTION_UTC)
            options->zone = VFJ_ZONE_UTC;
        else if (option == 'J')
            options->path = optarg;
        else
            return vfj_option_rest(option, help);
    }
    const char *word = vfj_option_take_number(argc, argv);
    if (word == NULL && optind < argc)
        word = argv[optind];
    if (word == NULL)
        return vfj_usage_error("explain", "which record? give its number SEQ", NULL);
    int parsed = read_seq(word, &options->seq);
    return parsed == VFJ_OPTIONS_READ ? vfj_option_journal("explain", argc, argv, &options->path)
                                      : parsed;
}

static enum vfj_status print_row(struct vfj_explain *explain, const struct vfj_relative *relative)
{
    char distance[48];
    struct vfj_text text = vfj_explain_begin(explain),
                    away = vfj_text_begin(distance, sizeof distance);
    struct vfj_kept *kept = &explain->other;
    enum vfj_status status = vfj_kept_get(explain->journal, relative->seq, kept);
    if (status != VFJ_OK)
        return status;
    if (kept->record.boot == explain->subject.record.boot) {
        int64_t us = kept->record.mono_us - explain->subject.record.mono_us;
        vfj_text_add(&away, us == 0 ? "" : us < 0 ? "-" : "+");
        vfj_time_add_duration(&away, us < 0 ? -us : us);
    } else {
        vfj_text_add(&away, "other boot");
    }
    vfj_sentences_line(kept, &text);
    while (text.length > 0 && text.bytes[text.length - 1] == ' ')
        text.bytes[--text.length] = '\0';
    int used = printf("%7llu <- %-7llu %10s  ", (unsigned long long)relative->seq,
                      (unsigned long long)relative->parent, distance);
    int room = VFJ_EXPLAIN_WIDTH - used;
    bool fits = text.length <= (size_t)room;
    (void)printf("%.*s%s\n", fits ? room : room - 4, text.bytes, fits ? "" : " ...");
    return VFJ_OK;
}

static enum vfj_status print_list(struct vfj_explain *explain, const char *heading,
                                  const struct vfj_family *family, size_t from)
{
    enum vfj_status status = VFJ_OK;
    vfj_explain_print_heading(heading);
    if (family->count == from)
        (void)printf("%*snone\n", VFJ_EXPLAIN_INDENT, "");
    for (size_t i = from; i < family->count && status == VFJ_OK; i++)
        status = print_row(explain, &family->rows[i]);
    return status;
}

static void print_subject(struct vfj_explain *explain)
{
    char when[64];
    struct vfj_text text = vfj_explain_begin(explain), time = vfj_text_begin(when, sizeof when);
    const struct vfj_record *record = &explain->subject.record;
    vfj_time_add_us(&time, record->wall_us, explain->options->zone);
    (void)printf("record %llu  %s  boot %llu\n", (unsigned long long)record->seq, when,
                 (unsigned long long)record->boot);
    vfj_sentences_line(&explain->subject, &text);
    vfj_explain_print_wrapped(text.bytes);
    text = vfj_explain_begin(explain);
    vfj_sentences_what(&explain->subject, &text);
    vfj_text_add_char(&text, ' ');
    vfj_sentences_observed(&explain->subject, &text);
    vfj_explain_print_paragraph("WHAT IT IS", &text);
}

static enum vfj_status print_all(struct vfj_explain *explain)
{
    struct vfj_text text;
    print_subject(explain);
    enum vfj_status status = vfj_explain_print_why(explain);
    if (status == VFJ_OK)
        status = vfj_explain_print_host(explain);
    if (status == VFJ_OK)
        status = vfj_explain_print_decisions(explain);
    if (status == VFJ_OK)
        status = vfj_explain_print_result(explain);
    if (status == VFJ_OK)
        status = vfj_explain_print_effects(explain);
    if (status == VFJ_OK)
        status = vfj_explain_print_remedy(explain);
    if (status != VFJ_OK)
        return status;
    text = vfj_explain_begin(explain);
    vfj_sentences_pages(&explain->subject, &text);
    vfj_explain_print_paragraph("WHERE TO READ", &text);
    if (explain->options->cause)
        status = print_list(explain, "CAUSES", &explain->causes, 0);
    if (status == VFJ_OK && explain->options->effects)
        status = print_list(explain, "EFFECTS", &explain->effects, 1);
    return status;
}

static int report_absent(struct vfj_explain *explain)
{
    char line[160];
    struct vfj_text text = vfj_text_begin(line, sizeof line);
    uint64_t first = 0, last = 0;
    enum vfj_status status = vfj_journal_first(explain->journal, &first);
    if (status == VFJ_OK)
        status = vfj_journal_last(explain->journal, &last);
    if (status != VFJ_OK)
        return vfj_complain_status(explain->name, status, vfj_journal_detail(explain->journal));
    vfj_text_format(&text, "no record %llu; the journal holds records %llu to %llu",
                    (unsigned long long)explain->options->seq, (unsigned long long)first,
                    (unsigned long long)last);
    vfj_complain(explain->name, last == 0 ? VFJ_NO_RECORDS : line);
    return VFJ_EXIT_DIFFERENT;
}

static int explain_record(struct vfj_explain *explain)
{
    uint64_t seq = explain->options->seq;
    enum vfj_status status = vfj_kept_get(explain->journal, seq, &explain->subject);
    if (status == VFJ_END)
        return report_absent(explain);
    if (status == VFJ_OK)
        status = vfj_family_causes(explain->journal, seq, &explain->causes);
    if (status == VFJ_OK)
        status = vfj_family_effects(explain->journal, seq, &explain->effects);
    if (status == VFJ_OK)
        status = print_all(explain);
    if (status == VFJ_OK)
        return VFJ_EXIT_OK;
    return vfj_complain_status(explain->name, status, vfj_journal_detail(explain->journal));
}

static int run(const struct vfj_explain_options *options, const struct vfj_input *input)
{
    static struct vfj_explain explain;
    memset(&explain, 0, sizeof explain);
    explain.options = options;
    explain.name = input->name;
    enum vfj_status status = vfj_journal_open(&explain.journal, input->path, VFJ_JOURNAL_READ);
    int exit_status = status == VFJ_OK
        ? explain_record(&explain)
        : vfj_complain_status(input->name, status,
                              explain.journal != NULL ? vfj_journal_detail(explain.journal) : "");
    vfj_journal_close(explain.journal);
    vfj_family_free(&explain.causes);
    vfj_family_free(&explain.effects);
    return exit_status;
}

int vfj_verb_explain(int argc, char **argv)
{
    struct vfj_explain_options options = {.zone = VFJ_ZONE_LOCAL};
    struct vfj_input input;
    int exit_status = read_options(&options, argc, argv);
    if (exit_status != VFJ_OPTIONS_READ)
        return exit_status;
    exit_status = vfj_act_as_owner(options.path);
    if (exit_status != VFJ_EXIT_OK)
        return exit_status;
    vfj_interrupt_handle();
    vfj_progress_report("explain", true);
    exit_status = vfj_input_open_journal(&input, options.path);
    if (exit_status == VFJ_EXIT_OK)
        exit_status = run(&options, &input);
    vfj_progress_end();
    vfj_input_close(&input);
    return vfj_finish_output(exit_status);
}
