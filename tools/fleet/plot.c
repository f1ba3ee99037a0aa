/* Prints the drawing of a fleet: a map with a row for each guest and a column for each period of
 * time, and a bar chart of the migrations' durations. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/audit/episode.h"
#include "tools/fleet/plot.h"
#include "tools/timeline/draw.h"

enum {
    COLUMNS_MAX = 168, /* the hours of a week */
    /* number of guests that have a row of their own; all other guests share one more row */
    ROWS_MAX = 50,
    NAME_LENGTH = 27, /* largest number of characters of a guest's name */
    LEVELS = 5,
    BINS = 14,
    HEADS_MAX = 9, /* largest number of times that are printed below the map */
};

/* Lengths are in pixels. */
static const double WIDTH = VFJ_FLEET_WIDTH, LEFT = 214, RIGHT = 16, ROW = 17, TOP = 64, BARS = 190;

static const int64_t SECOND_US = 1000000;

/* for each shade of colour: the smallest number of migrations in a cell that has it */
static const unsigned level_from[LEVELS] = {1, 2, 3, 5, 10};

/* Each bar counts the migrations up to this duration in seconds. The last bar has no limit. */
static const int64_t bin_ends[BINS - 1]
    = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000};
static const char *const bin_names[BINS]
    = {"1 s",   "2 s",   "5 s",    "10 s",   "20 s",   "50 s",    "100 s",
       "200 s", "500 s", "1000 s", "2000 s", "5000 s", "10000 s", "longer"};

const char vfj_fleet_style[] = /**/
    ".vfj .cell { fill: var(--c1); }\n"
    ".vfj .l0 { fill-opacity: .32; } .vfj .l1 { fill-opacity: .48; } .vfj .l2 { fill-opacity: .65; }\n"
    ".vfj .l3 { fill-opacity: .82; }\n"
    ".vfj .failed { stroke: var(--bad); stroke-width: 2; }\n"
    ".vfj .bar { fill: var(--c1); } .vfj .late { fill: var(--waiting); }\n"
    ".vfj .section { font: 600 15px system-ui, sans-serif; }\n"
    ".vfj .center { text-anchor: middle; }\n";

struct cell {
    unsigned count, failed;
};

struct vfj_fleet_plot {
    const struct vfj_fleet *fleet;
    enum vfj_zone zone;
    FILE *out;
    /* the time at which the first column begins, and the length of the time that one column
     * shows */
    int64_t begin_us, unit_us;
    unsigned columns, rows;
    bool has_others; /* the last row shows several guests */
    double bottom;
    struct cell cells[ROWS_MAX + 1][COLUMNS_MAX];
};

/* --- the map --- */

/* Returns the difference between the zone's local time and UTC at this time. */
static int64_t offset_us(int64_t wall_us, enum vfj_zone zone)
{
    time_t seconds = (time_t)(wall_us / SECOND_US);
    struct tm parts;
    return zone == VFJ_ZONE_UTC || localtime_r(&seconds, &parts) == NULL
        ? 0
        : (int64_t)parts.tm_gmtoff * SECOND_US;
}

/* Chooses the length of time that one column shows: the shortest one for which COLUMNS_MAX columns
 * suffice. */
static void choose_columns(struct vfj_fleet_plot *map)
{
    static const int64_t hours[] = {1, 3, 6, 12, 24, 7 * 24, 28 * 24};
    const struct vfj_fleet *fleet = map->fleet;
    int64_t first = fleet->migrations[0].began_us;
    int64_t last = fleet->migrations[fleet->migration_count - 1].began_us;
    int64_t offset = offset_us(first, map->zone);
    for (size_t i = 0; i < sizeof hours / sizeof hours[0]; i++) {
        map->unit_us = hours[i] * 3600 * SECOND_US;
        int64_t local = first + offset;
        map->begin_us = local - local % map->unit_us - offset;
        if ((last - map->begin_us) / map->unit_us < COLUMNS_MAX)
            break;
    }
    /* In a fleet of many years, everything after the last column is counted in the last column. */
    int64_t columns = (last - map->begin_us) / map->unit_us + 1;
    map->columns = columns < COLUMNS_MAX ? (unsigned)columns : COLUMNS_MAX;
}

static void fill_map(struct vfj_fleet_plot *map)
{
    const struct vfj_fleet *fleet = map->fleet;
    map->has_others = fleet->guest_count > ROWS_MAX;
    map->rows = map->has_others ? ROWS_MAX + 1 : (unsigned)fleet->guest_count;
    for (size_t i = 0; i < fleet->migration_count; i++) {
        const struct vfj_fleet_migration *migration = &fleet->migrations[i];
        int64_t column = (migration->began_us - map->begin_us) / map->unit_us;
        size_t row = migration->guest < ROWS_MAX ? migration->guest : ROWS_MAX;
        struct cell *cell
            = &map->cells[row][column < map->columns ? column : (int64_t)map->columns - 1];
        cell->count++;
        cell->failed += migration->failed || migration->us < 0;
    }
    map->bottom = TOP + ROW * map->rows;
}

static double column_width(const struct vfj_fleet_plot *map)
{
    double width = (WIDTH - LEFT - RIGHT) / map->columns;
    return width < 40 ? width : 40;
}

static unsigned level_of(unsigned count)
{
    unsigned level = 0;
    while (level + 1 < LEVELS && count >= level_from[level + 1])
        level++;
    return level;
}

static void add_row_name(const struct vfj_fleet_plot *map, unsigned row, struct vfj_text *text)
{
    if (map->has_others && row == ROWS_MAX) {
        vfj_text_format(text, "%zu other guests", map->fleet->guest_count - ROWS_MAX);
        return;
    }
    const char *name = map->fleet->guests[row].name;
    size_t length = strlen(name);
    if (length <= NAME_LENGTH)
        vfj_text_add(text, name);
    else /* shorten a long name in its middle: names differ at the beginning and the end */
        vfj_text_format(text, "%.*s~%s", NAME_LENGTH / 2, name, name + length - NAME_LENGTH / 2);
}

static void print_cell(const struct vfj_fleet_plot *map, unsigned row, unsigned column)
{
    const struct cell *cell = &map->cells[row][column];
    double width = column_width(map), gap = width > 6 ? 1.5 : 0.5;
    char words[256];
    struct vfj_text text = vfj_text_begin(words, sizeof words);
    if (cell->count == 0)
        return;
    add_row_name(map, row, &text);
    vfj_text_format(&text, ": %u migration%s from ", cell->count, cell->count == 1 ? "" : "s");
    vfj_time_add(&text, map->begin_us + map->unit_us * column, map->zone);
    if (cell->failed > 0)
        vfj_text_format(&text, ", %u failed or not over", cell->failed);
    (void)fprintf(map->out,
                  "<rect class=\"cell l%u%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                  "rx=\"2\"><title>",
                  level_of(cell->count), cell->failed > 0 && row < ROWS_MAX ? " failed" : "",
                  LEFT + width * column, TOP + ROW * row + 1, width - gap, ROW - 2);
    vfj_markup_print(map->out, words);
    (void)fputs("</title></rect>\n", map->out);
}

static void print_row(const struct vfj_fleet_plot *map, unsigned row)
{
    char name[64];
    struct vfj_text text = vfj_text_begin(name, sizeof name);
    add_row_name(map, row, &text);
    if (row % 2 == 0)
        (void)fprintf(map->out,
                      "<rect class=\"band\" x=\"8\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                      TOP + ROW * row, WIDTH - 16, ROW);
    (void)fprintf(map->out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", LEFT - 8,
                  TOP + ROW * row + 12.5);
    vfj_markup_print(map->out, name);
    (void)fputs("</text>\n", map->out);
    for (unsigned column = 0; column < map->columns; column++)
        print_cell(map, row, column);
}

/* Prints the times of some columns below the map, such as "11-22 15:00". When a column shows a day
 * or more, prints dates such as "2026-11-22". */
static void print_times(const struct vfj_fleet_plot *map)
{
    double width = column_width(map);
    bool is_day = map->unit_us >= INT64_C(86400) * SECOND_US;
    unsigned step = (map->columns + HEADS_MAX - 1) / HEADS_MAX;
    while (step * width < 78)
        step++;
    for (unsigned column = 0; column < map->columns; column += step) {
        char words[64];
        struct vfj_text text = vfj_text_begin(words, sizeof words);
        double x = LEFT + width * column;
        vfj_time_add(&text, map->begin_us + map->unit_us * column, map->zone);
        (void)fprintf(map->out,
                      "<path class=\"axis\" d=\"M%.1f %.1fv5\"/><text class=\"time\" x=\"%.1f\" "
                      "y=\"%.1f\">%.*s</text>\n",
                      x, map->bottom + 2, x, map->bottom + 18, is_day ? 10 : 11,
                      is_day ? words : words + 5);
    }
}

static void print_legend(const struct vfj_fleet_plot *map)
{
    static const double step = 62;
    int64_t hours = map->unit_us / (3600 * SECOND_US);
    (void)fprintf(map->out,
                  "<text class=\"section\" x=\"16\" y=\"24\">Migrations of each guest, a column "
                  "for %lld %s%s</text>\n<text class=\"key\" x=\"16\" y=\"48\">migrations in a "
                  "cell</text>\n",
                  (long long)(hours < 24 ? hours : hours / 24), hours < 24 ? "hour" : "day",
                  hours == 1 || hours == 24 ? "" : "s");
    for (unsigned level = 0; level < LEVELS; level++) {
        double x = LEFT + step * level;
        char words[24];
        struct vfj_text text = vfj_text_begin(words, sizeof words);
        vfj_text_format(&text, "%u", level_from[level]);
        if (level + 1 == LEVELS)
            vfj_text_add(&text, " or more");
        else if (level_from[level + 1] > level_from[level] + 1)
            vfj_text_format(&text, " to %u", level_from[level + 1] - 1);
        (void)fprintf(map->out,
                      "<rect class=\"cell l%u\" x=\"%.1f\" y=\"38\" width=\"12\" height=\"12\" "
                      "rx=\"2\"/><text class=\"key\" x=\"%.1f\" y=\"48\">%s</text>\n",
                      level, x, x + 17, words);
    }
    (void)fprintf(map->out,
                  "<rect class=\"cell l0 failed\" x=\"%.1f\" y=\"38\" width=\"12\" height=\"12\" "
                  "rx=\"2\"/><text class=\"key\" x=\"%.1f\" y=\"48\">one failed, or is not "
                  "over</text>\n",
                  LEFT + step * (double)LEVELS + 30, LEFT + step * (double)LEVELS + 47);
}

/* --- the bars --- */

static unsigned bin_of(int64_t us)
{
    unsigned bin = 0;
    while (bin < BINS - 1 && us > bin_ends[bin] * SECOND_US)
        bin++;
    return bin;
}

static void print_bars(const struct vfj_fleet_plot *map, double top)
{
    unsigned counts[BINS] = {0}, most = 1;
    double width = (WIDTH - LEFT - RIGHT) / (double)BINS;
    for (size_t i = 0; i < map->fleet->migration_count; i++) {
        int64_t us = map->fleet->migrations[i].us;
        if (us < 0)
            continue;
        unsigned *count = &counts[bin_of(us)];
        (*count)++;
        most = *count > most ? *count : most;
    }
    (void)fprintf(map->out,
                  "<text class=\"section\" x=\"16\" y=\"%.1f\">How long migrations "
                  "took</text>\n<text class=\"key\" x=\"16\" y=\"%.1f\">number of migrations, "
                  "up to</text>\n",
                  top + 18, top + BARS - 8);
    for (unsigned bin = 0; bin < BINS; bin++) {
        double height = (BARS - 66) * counts[bin] / most, x = LEFT + width * bin;
        double y = top + BARS - 24 - height;
        if (counts[bin] > 0)
            (void)fprintf(map->out,
                          "<rect class=\"bar%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                          "height=\"%.1f\" rx=\"2\"/><text class=\"center\" x=\"%.1f\" "
                          "y=\"%.1f\">%u</text>\n",
                          bin_of(VFJ_SLOW_US) < bin ? " late" : "", x + 4, y, width - 8, height,
                          x + width / 2, y - 5, counts[bin]);
        (void)fprintf(map->out, "<text class=\"time center\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                      x + width / 2, top + BARS - 8, bin_names[bin]);
    }
    (void)fprintf(map->out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n", LEFT,
                  top + BARS - 23.5, WIDTH - RIGHT);
}

/* --- both --- */

void vfj_fleet_describe(const struct vfj_fleet *fleet, const struct vfj_fleet_totals *totals,
                        enum vfj_zone zone, struct vfj_text *title, struct vfj_text *summary)
{
    vfj_text_format(title, "%zu migration%s of %zu guest%s", fleet->migration_count,
                    fleet->migration_count == 1 ? "" : "s", fleet->guest_count,
                    fleet->guest_count == 1 ? "" : "s");
    vfj_text_add(summary, "From ");
    vfj_time_add(summary, fleet->migrations[0].began_us, zone);
    vfj_text_add(summary, " to ");
    vfj_time_add(summary, fleet->migrations[fleet->migration_count - 1].began_us, zone);
    vfj_text_add(summary, ".");
    if (totals->over > 0) {
        vfj_text_add(summary, " Half of them took up to ");
        vfj_time_add_duration(summary, totals->p50_us);
        vfj_text_add(summary, ", 95 of 100 up to ");
        vfj_time_add_duration(summary, totals->p95_us);
        vfj_text_add(summary, ", the longest ");
        vfj_time_add_duration(summary, totals->longest_us);
        vfj_text_add(summary, ".");
    }
    vfj_text_format(summary, " Failed: %u. Not over: %u. Host events: %u.", totals->failed,
                    totals->unfinished, totals->host_events);
}

struct vfj_fleet_plot *vfj_fleet_plot_make(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out)
{
    struct vfj_fleet_plot *map = calloc(1, sizeof *map);
    if (map == NULL) {
        fleet->no_memory = true;
        return NULL;
    }
    map->fleet = fleet;
    map->zone = zone;
    map->out = out;
    choose_columns(map);
    fill_map(map);
    return map;
}

double vfj_fleet_plot_height(const struct vfj_fleet_plot *map)
{
    return map->bottom + 36 + BARS + 12;
}

void vfj_fleet_plot_print(const struct vfj_fleet_plot *map)
{
    print_legend(map);
    for (unsigned row = 0; row < map->rows; row++)
        print_row(map, row);
    print_times(map);
    print_bars(map, map->bottom + 36);
}

void vfj_fleet_print_svg(struct vfj_fleet *fleet, enum vfj_zone zone, FILE *out)
{
    char title[128], summary[512];
    struct vfj_text head = vfj_text_begin(title, sizeof title);
    struct vfj_text lead = vfj_text_begin(summary, sizeof summary);
    struct vfj_fleet_totals totals;
    struct vfj_fleet_plot *map = vfj_fleet_plot_make(fleet, zone, out);
    if (map == NULL)
        return;
    vfj_fleet_sum(fleet, &totals);
    vfj_fleet_describe(fleet, &totals, zone, &head, &lead);
    double height = vfj_fleet_plot_height(map) + 60;
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"vfj\" width=\"%.0f\" "
                  "height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\" role=\"img\" "
                  "aria-labelledby=\"vfj-title vfj-desc\">\n",
                  WIDTH, height, WIDTH, height);
    vfj_markup_print_titles(title, summary, out);
    (void)fprintf(out,
                  "<style>\n%s%s</style>\n<rect class=\"paper\" width=\"%.0f\" "
                  "height=\"%.0f\"/>\n<text x=\"16\" y=\"30\" style=\"font: 600 19px "
                  "system-ui, sans-serif\">",
                  vfj_timeline_style, vfj_fleet_style, WIDTH, height);
    vfj_markup_print(out, title);
    (void)fputs("</text>\n<text class=\"key\" x=\"16\" y=\"52\">", out);
    vfj_markup_print(out, summary);
    (void)fputs("</text>\n<g transform=\"translate(0 60)\">\n", out);
    vfj_fleet_plot_print(map);
    (void)fputs("</g>\n</svg>\n", out);
    free(map);
}
