/* vfj_bench: measures the cost of vfjournal. Every figure is compared with a baseline that is
 * measured in the same run. */
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "tests/bench/bench.h"

enum { REPEATS_MAX = 99 };

static const char usage[]
    = "usage: vfj_bench [--full] [--commit ID] [--directory DIR] [--json FILE] [--markdown FILE] [ROW...]\n"
      "Prints one line a row and size: ours, the baseline, and the figure with its goal, each the median of\n"
      "repeated turns. --full takes the sizes of the goals (minutes, and gigabytes in DIR, default /var/tmp).\n"
      "--commit says what is measured; --json and --markdown write the same to a file.\n";

static const struct bench_row *const rows[]
    = {&bench_command, &bench_shell,  &bench_join,     &bench_burst,      &bench_append,
       &bench_replay,  &bench_verify, &bench_step,     &bench_flap,       &bench_start,
       &bench_bytes,   &bench_steady, &bench_idle,     &bench_migrations, &bench_show_since,
       &bench_edge,    &bench_show,   &bench_show_json};

/* The medians of a row at one size. */
struct outcome {
    uint64_t size;
    double ours, baseline, figure;
    double extra[2];
};

struct output {
    FILE *json, *markdown;
    bool begun;
    unsigned missed;
};

static double figure_of(enum bench_figure figure, const struct bench_sample *sample)
{
    switch (figure) {
    case BENCH_TIMES:
        return sample->ours / sample->baseline;
    case BENCH_OF_RATE:
    case BENCH_FASTER:
        return sample->baseline / sample->ours;
    case BENCH_MILLIONS:
        return 1e3 / sample->ours;
    case BENCH_OURS:
        return sample->ours;
    case BENCH_DIFFERENCE:
        return sample->ours - sample->baseline;
    }
    return 0;
}

static bool is_at_least(const struct bench_row *row)
{
    return row->figure == BENCH_OF_RATE || row->figure == BENCH_FASTER
        || row->figure == BENCH_MILLIONS;
}

static bool has_goal(const struct bench_row *row, const struct outcome *outcome)
{
    return outcome->size >= row->goal_size;
}

static bool is_met(const struct bench_row *row, const struct outcome *outcome)
{
    return is_at_least(row) ? outcome->figure >= row->goal : outcome->figure <= row->goal;
}

static bool is_extra_met(const struct bench_row *row, const struct outcome *outcome, unsigned i)
{
    return row->extra_goals[i] == 0 || outcome->extra[i] <= row->extra_goals[i];
}

static unsigned count_missed(const struct bench_row *row, const struct outcome *outcome)
{
    unsigned missed = has_goal(row, outcome) && !is_met(row, outcome);
    for (unsigned i = 0; i < 2 && row->extra[i] != NULL; i++)
        missed += !is_extra_met(row, outcome, i);
    return missed;
}

static struct outcome measure(const struct bench_row *row, struct bench *bench, uint64_t size)
{
    static double values[5][REPEATS_MAX];
    BENCH_CHECK(row->repeats <= REPEATS_MAX);
    void *context = row->open(bench, size);
    bench->seen = 0;
    for (unsigned i = 0; i < row->repeats; i++) {
        bench->extra[0] = bench->extra[1] = 0;
        struct bench_sample sample = row->turn(bench, context);
        values[0][i] = sample.ours;
        values[1][i] = sample.baseline;
        values[2][i] = figure_of(row->figure, &sample);
        values[3][i] = bench->extra[0];
        values[4][i] = bench->extra[1];
        bench->seen++;
    }
    row->close(bench, context);
    return (struct outcome){
        .size = size,
        .ours = bench_median(values[0], row->repeats),
        .baseline = bench_median(values[1], row->repeats),
        .figure = bench_median(values[2], row->repeats),
        .extra = {bench_median(values[3], row->repeats), bench_median(values[4], row->repeats)},
    };
}

static const char *figure_unit(const struct bench_row *row)
{
    static const char *const units[] = {
        [BENCH_TIMES] = "x",      [BENCH_OF_RATE] = "x rate", [BENCH_FASTER] = "x faster",
        [BENCH_MILLIONS] = "M/s", [BENCH_OURS] = "",          [BENCH_DIFFERENCE] = "",
    };
    return units[row->figure][0] != '\0' ? units[row->figure] : row->unit;
}

static void print_row(const struct bench_row *row)
{
    printf("\n%s: %s\n", row->name, row->what);
    if (row->baseline != NULL)
        printf("    baseline: %s\n", row->baseline);
    printf("    %14s %14s %14s %20s\n", row->size, row->unit,
           row->baseline != NULL ? "baseline" : "", "figure");
}

static void print_outcome(const struct bench_row *row, const struct outcome *outcome)
{
    char baseline[32] = "";
    if (row->baseline != NULL)
        (void)snprintf(baseline, sizeof baseline, "%.4g", outcome->baseline);
    printf("    %14llu %14.4g %14s %10.3g %-9s", (unsigned long long)outcome->size, outcome->ours,
           baseline, outcome->figure, figure_unit(row));
    if (has_goal(row, outcome))
        printf(" goal %s %g: %s", is_at_least(row) ? ">=" : "<=", row->goal,
               is_met(row, outcome) ? "met" : "MISSED");
    else
        printf(" no goal");
    for (unsigned i = 0; i < 2 && row->extra[i] != NULL; i++) {
        printf("; %s %.4g", row->extra[i], outcome->extra[i]);
        if (row->extra_goals[i] != 0)
            printf(" (goal <= %g: %s)", row->extra_goals[i],
                   is_extra_met(row, outcome, i) ? "met" : "MISSED");
    }
    printf("\n");
    fflush(stdout);
}

static void write_outcome(struct output *output, const struct bench_row *row,
                          const struct outcome *outcome)
{
    FILE *json = output->json;
    if (json == NULL)
        return;
    fprintf(json, "%s\n    {\"row\": \"%s\", \"size\": %llu, \"unit\": \"%s\", \"ours\": %.6g",
            output->begun ? "," : "", row->name, (unsigned long long)outcome->size, row->unit,
            outcome->ours);
    if (row->baseline != NULL)
        fprintf(json, ", \"baseline\": %.6g", outcome->baseline);
    fprintf(json, ", \"figure\": %.6g, \"figure_unit\": \"%s\"", outcome->figure, figure_unit(row));
    if (has_goal(row, outcome))
        fprintf(json, ", \"%s\": %g, \"met\": %s", is_at_least(row) ? "at_least" : "at_most",
                row->goal, is_met(row, outcome) ? "true" : "false");
    for (unsigned i = 0; i < 2 && row->extra[i] != NULL; i++)
        fprintf(json, ", \"%s\": %.6g", row->extra[i], outcome->extra[i]);
    fprintf(json, ", \"repeats\": %u}", row->repeats);
    output->begun = true;
}

/* Writes the result of one benchmark at one size as a line of the Markdown table in the
 * documentation. */
static void write_markdown(FILE *markdown, const struct bench_row *row,
                           const struct outcome *outcome)
{
    if (markdown == NULL)
        return;
    fprintf(markdown, "| %s | %llu %s | %.4g |", row->name, (unsigned long long)outcome->size,
            row->size, outcome->ours);
    if (row->baseline != NULL)
        fprintf(markdown, " %.4g", outcome->baseline);
    fprintf(markdown, " | %s | **%.3g** %s |", row->unit, outcome->figure, figure_unit(row));
    if (has_goal(row, outcome))
        fprintf(markdown, " %s %g%s", is_at_least(row) ? "≥" : "≤", row->goal,
                is_met(row, outcome) ? "" : ", missed");
    fprintf(markdown, " |");
    for (unsigned i = 0; i < 2 && row->extra[i] != NULL; i++) {
        fprintf(markdown, "%s %s %.4g", i > 0 ? "," : "", row->extra[i], outcome->extra[i]);
        if (row->extra_goals[i] != 0)
            fprintf(markdown, " (≤ %g%s)", row->extra_goals[i],
                    is_extra_met(row, outcome, i) ? "" : ", missed");
    }
    fprintf(markdown, " |\n");
}

/* Runs a benchmark at each of its sizes. Each size gets a new empty directory. */
static void run_row(const struct bench_row *row, const struct bench *settings,
                    struct output *output)
{
    print_row(row);
    for (unsigned i = 0; i < BENCH_SIZES; i++) {
        struct bench bench = *settings;
        char directory[BENCH_PATH_SIZE];
        BENCH_CHECK(
            snprintf(directory, sizeof directory, "%s/vfj_bench.XXXXXX", settings->directory)
            < (int)sizeof directory);
        BENCH_CHECK(mkdtemp(directory) != NULL);
        bench.directory = directory;
        struct outcome outcome
            = measure(row, &bench, bench.full ? row->full_sizes[i] : row->sizes[i]);
        bench_remove_tree(directory);
        print_outcome(row, &outcome);
        write_outcome(output, row, &outcome);
        write_markdown(output->markdown, row, &outcome);
        output->missed += count_missed(row, &outcome);
    }
}

static struct bench_row asking(const struct bench_row *row)
{
    struct bench_row again = *row;
    again.name = row->asking.name;
    again.what = row->asking.what;
    again.baseline = row->asking.baseline;
    return again;
}

static bool is_wanted(const struct bench_row *row, char **names, int count)
{
    bool found = count == 0;
    for (int i = 0; i < count; i++)
        found = found || strcmp(names[i], row->name) == 0;
    return found;
}

static void run_wanted(const struct bench_row *row, const struct bench *settings, char **names,
                       int count, struct output *output)
{
    if (is_wanted(row, names, count))
        run_row(row, settings, output);
}

static void run_ways(const struct bench_row *row, struct bench settings, char **names, int count,
                     struct output *output)
{
    run_wanted(row, &settings, names, count, output);
    if (row->asking.name == NULL)
        return;
    const struct bench_row again = asking(row);
    settings.asks = true;
    run_wanted(&again, &settings, names, count, output);
}

static void begin(struct output *output, const char *commit)
{
    char machine[512];
    bench_machine(machine, sizeof machine);
    printf("machine: %s\ncommit: %s\n", machine, commit);
    if (output->json != NULL)
        fprintf(output->json, "{\"machine\": \"%s\", \"commit\": \"%s\", \"rows\": [", machine,
                commit);
    if (output->markdown != NULL)
        fprintf(
            output->markdown,
            "%s; commit %s\n\n| row | size | ours | baseline | unit | figure | goal | besides |\n"
            "|---|---|---:|---:|---|---|---|---|\n",
            machine, commit);
}

static void end(struct output *output)
{
    printf("\n%u figures miss their goal\n", output->missed);
    if (output->json != NULL) {
        fprintf(output->json, "\n]}\n");
        BENCH_CHECK(fclose(output->json) == 0);
    }
    if (output->markdown != NULL)
        BENCH_CHECK(fclose(output->markdown) == 0);
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"full", no_argument, NULL, 'f'},
                                            {"commit", required_argument, NULL, 'c'},
                                            {"directory", required_argument, NULL, 'd'},
                                            {"json", required_argument, NULL, 'j'},
                                            {"markdown", required_argument, NULL, 'm'},
                                            {NULL, 0, NULL, 0}};
    struct bench bench = {.program = VFJ_BENCH_PROGRAM,
                          .asking = VFJ_BENCH_DAEMON,
                          .nothing = VFJ_BENCH_NOTHING,
                          .directory = "/var/tmp"};
    struct output output = {0};
    const char *commit = "unknown";
    int code;
    while ((code = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (code == 'f')
            bench.full = true;
        else if (code == 'c')
            commit = optarg;
        else if (code == 'd')
            bench.directory = optarg;
        else if (code == 'j')
            BENCH_CHECK((output.json = fopen(optarg, "w")) != NULL);
        else if (code == 'm')
            BENCH_CHECK((output.markdown = fopen(optarg, "w")) != NULL);
        else
            return fputs(usage, stderr), 2;
    }
    begin(&output, commit);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        run_ways(rows[i], bench, argv + optind, argc - optind, &output);
    end(&output);
    return 0;
}
