/* The axis of a timeline. It converts times to positions in the drawing, and shortens long idle
 * times. */
#include "tools/timeline/axis.h"

#include <stdlib.h>
#include <string.h>

/* The time between two neighbouring points at which elements of the drawing begin or end. */
struct interval {
    int64_t from_us, to_us;
    bool is_busy; /* a command that changes the guest runs during this time */
    bool is_break;
};

struct intervals {
    struct interval *list;
    size_t count, breaks;
    int64_t rest_us; /* sum of the lengths of all intervals that are not breaks */
};

enum {
    LEAST_BREAK_US = 1000000,
    BUSY_FACTOR = 4,
    MUCH_LONGER = 3,
    /* beside breaks, short pieces may be drawn this many times wider than `most` */
    MAGNIFIED = 5,
    MINUTE_US = 60000000,
    DAY_S = 86400,
};

static int compare(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Returns true when the element is a probe. Probes do not end an idle time, because an idle slot is
 * observed from time to time. */
static bool is_probe(const struct vfj_item *item)
{
    return item->kind == VFJ_ITEM_BOX && item->tone == VFJ_TONE_READ;
}

static void mark_busy(struct intervals *intervals, const struct vfj_item *item)
{
    size_t low = 0, high = intervals->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (intervals->list[middle].from_us < item->from_us)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < intervals->count && intervals->list[low].to_us <= item->to_us; low++)
        intervals->list[low].is_busy = true;
}

static bool collect(struct intervals *intervals, const struct vfj_model *model)
{
    size_t used = 0;
    int64_t *times = malloc((2 * model->count + 2) * sizeof *times);
    intervals->list = malloc((2 * model->count + 2) * sizeof *intervals->list);
    if (times == NULL || intervals->list == NULL) {
        free(times);
        return false;
    }
    times[used++] = 0;
    times[used++] = model->end_us;
    for (size_t i = 0; i < model->count; i++) {
        if (is_probe(&model->items[i]))
            continue;
        times[used++] = model->items[i].from_us;
        times[used++] = model->items[i].to_us;
    }
    qsort(times, used, sizeof *times, compare);
    for (size_t i = 1; i < used; i++) {
        if (times[i] > times[i - 1])
            intervals->list[intervals->count++]
                = (struct interval){.from_us = times[i - 1], .to_us = times[i]};
    }
    free(times);
    intervals->rest_us = model->end_us;
    for (size_t i = 0; i < model->count; i++) {
        if (model->items[i].kind == VFJ_ITEM_BOX && !is_probe(&model->items[i]))
            mark_busy(intervals, &model->items[i]);
    }
    return true;
}

static double room_of(const struct vfj_axis_measures *measures, size_t breaks)
{
    return measures->width - (double)breaks * measures->break_width
        - 2 * measures->pad * (double)(breaks + 1);
}

static double scale_of(const struct vfj_axis_measures *measures, const struct intervals *intervals)
{
    double most = measures->most / 1e6 * (intervals->breaks > 0 ? MAGNIFIED : 1);
    double room = room_of(measures, intervals->breaks);
    if (intervals->rest_us <= 0 || room <= 0)
        return intervals->rest_us <= 0 ? most : 0;
    double scale = room / (double)intervals->rest_us;
    return scale < most ? scale : most;
}

/* Returns true when the interval is idle and much longer than the others, so that the drawing would
 * have little space for them. */
static bool is_idle(const struct intervals *intervals, const struct interval *interval)
{
    size_t others = intervals->count - intervals->breaks - 1;
    int64_t us = interval->to_us - interval->from_us;
    return others > 0 && us / MUCH_LONGER > (intervals->rest_us - us) / (int64_t)others;
}

/* Returns the longest idle interval that is too wide at this scale, or NULL when there is none. */
static struct interval *find_idle(const struct intervals *intervals,
                                  const struct vfj_axis_measures *measures, double scale)
{
    struct interval *found = NULL;
    int64_t longest = LEAST_BREAK_US;
    for (size_t i = 0; i < intervals->count; i++) {
        struct interval *interval = &intervals->list[i];
        int64_t us = interval->to_us - interval->from_us;
        double limit = measures->squeeze * (interval->is_busy ? BUSY_FACTOR : 1);
        if (!interval->is_break && us > longest && (double)us * scale > limit
            && is_idle(intervals, interval)) {
            longest = us;
            found = interval;
        }
    }
    return found;
}

static void squeeze(struct intervals *intervals, const struct vfj_axis_measures *measures)
{
    while (intervals->breaks < VFJ_AXIS_BREAKS_MAX
           && room_of(measures, intervals->breaks + 1) > measures->width / 4) {
        struct interval *idle = find_idle(intervals, measures, scale_of(measures, intervals));
        if (idle == NULL)
            return;
        idle->is_break = true;
        intervals->breaks++;
        intervals->rest_us -= idle->to_us - idle->from_us;
    }
}

/* Returns true when the breaks would be wider than all that is drawn between them. */
static bool is_mostly_breaks(const struct intervals *intervals,
                             const struct vfj_axis_measures *measures)
{
    double used = scale_of(measures, intervals) * (double)intervals->rest_us;
    return intervals->breaks > 0 && used < room_of(measures, intervals->breaks) / 2;
}

/* Removes all breaks, so that idle times are drawn in their full length. */
static void stretch(struct intervals *intervals)
{
    for (size_t i = 0; i < intervals->count; i++) {
        const struct interval *interval = &intervals->list[i];
        if (interval->is_break)
            intervals->rest_us += interval->to_us - interval->from_us;
        intervals->list[i].is_break = false;
    }
    intervals->breaks = 0;
}

static void add_piece(struct vfj_axis *axis, struct vfj_axis_piece piece)
{
    axis->pieces[axis->count++] = piece;
}

/* Places the pieces of the axis side by side. Remaining space is added to the breaks or, when there
 * is no break, to both ends of the axis. */
static void lay(struct vfj_axis *axis, const struct intervals *intervals,
                const struct vfj_axis_measures *measures)
{
    double spare = room_of(measures, intervals->breaks) - axis->scale * (double)intervals->rest_us;
    double wide = measures->break_width
        + (intervals->breaks > 0 && spare > 0 ? spare / (double)intervals->breaks : 0);
    double at = measures->pad + (intervals->breaks == 0 && spare > 0 ? spare / 2 : 0);
    struct vfj_axis_piece piece = {.from_us = 0, .to_us = 0, .left = at, .right = at};
    for (size_t i = 0; i < intervals->count; i++) {
        const struct interval *interval = &intervals->list[i];
        if (!interval->is_break) {
            piece.to_us = interval->to_us;
            piece.right += axis->scale * (double)(interval->to_us - interval->from_us);
            continue;
        }
        add_piece(axis, piece);
        double left = piece.right + measures->pad;
        add_piece(axis,
                  (struct vfj_axis_piece){.is_break = true,
                                          .from_us = interval->from_us,
                                          .to_us = interval->to_us,
                                          .left = left,
                                          .right = left + wide});
        at = left + wide + measures->pad;
        piece = (struct vfj_axis_piece){
            .from_us = interval->to_us, .to_us = interval->to_us, .left = at, .right = at};
    }
    add_piece(axis, piece);
}

bool vfj_axis_make(struct vfj_axis *axis, const struct vfj_model *model,
                   const struct vfj_axis_measures *measures)
{
    struct intervals intervals = {.count = 0};
    memset(axis, 0, sizeof *axis);
    axis->width = measures->width;
    bool made = collect(&intervals, model);
    if (made) {
        squeeze(&intervals, measures);
        if (is_mostly_breaks(&intervals, measures))
            stretch(&intervals);
        axis->scale = scale_of(measures, &intervals);
        lay(axis, &intervals, measures);
    }
    free(intervals.list);
    return made;
}

double vfj_axis_place(const struct vfj_axis *axis, int64_t at_us)
{
    unsigned i = 0;
    while (i + 1 < axis->count
           && (at_us > axis->pieces[i].to_us
               || (at_us == axis->pieces[i].to_us && axis->pieces[i].is_break)))
        i++;
    const struct vfj_axis_piece *piece = &axis->pieces[i];
    if (at_us <= piece->from_us || piece->to_us == piece->from_us)
        return piece->left;
    if (at_us >= piece->to_us)
        return piece->right;
    double part = (double)(at_us - piece->from_us) / (double)(piece->to_us - piece->from_us);
    return piece->left + part * (piece->right - piece->left);
}

/* Returns the smallest of 1, 2 or 5 times base, 10 base, … that is wide enough and less than
 * `limit_us`, or `limit_us`. */
static int64_t decimal_step(double width_us, int64_t base_us, int64_t limit_us)
{
    static const int64_t factors[] = {1, 2, 5};
    for (int64_t base = base_us; base < limit_us; base *= 10) {
        for (unsigned i = 0; i < 3; i++) {
            if (base * factors[i] < limit_us && (double)(base * factors[i]) >= width_us)
                return base * factors[i];
        }
    }
    return limit_us;
}

int64_t vfj_axis_step(const struct vfj_axis *axis, double least)
{
    static const int64_t steps_s[]
        = {60, 120, 300, 600, 1200, 1800, 3600, 7200, 10800, 21600, 43200, DAY_S};
    double width_us = axis->scale > 0 ? least / axis->scale : 0;
    if (width_us <= 50 * 1e6)
        return decimal_step(width_us, 1000, MINUTE_US);
    for (unsigned i = 0; i < sizeof steps_s / sizeof steps_s[0]; i++) {
        if ((double)steps_s[i] * 1e6 >= width_us)
            return steps_s[i] * 1000000;
    }
    return decimal_step(width_us, DAY_S * INT64_C(1000000), INT64_MAX / 100);
}

static void add_fraction(struct vfj_text *text, int64_t us, int64_t step_us)
{
    if (step_us >= 1000000)
        return;
    vfj_text_add_char(text, '.');
    for (int64_t unit = 100000; unit >= 1000 && unit * 10 > step_us; unit /= 10)
        vfj_text_add_char(text, (char)('0' + us / unit % 10));
}

void vfj_axis_add_time(struct vfj_text *text, int64_t at_us, int64_t step_us)
{
    long long s = at_us / 1000000, us = at_us % 1000000;
    vfj_text_add_char(text, '+');
    if (s >= 86400)
        vfj_text_format(text, "%lldd ", s / 86400);
    if (s >= 3600)
        vfj_text_format(text, "%lld:%02lld:%02lld", s % 86400 / 3600, s % 3600 / 60, s % 60);
    else if (s >= 60)
        vfj_text_format(text, "%lld:%02lld", s / 60, s % 60);
    else
        vfj_text_format(text, "%lld", s);
    add_fraction(text, us, step_us);
    vfj_text_add(text, s < 60 ? " s" : "");
}
