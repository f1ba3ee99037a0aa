/* Places the labels in a timeline: chooses a row for each label. The rows of a lane are one below
 * the other. */
#include "tools/timeline/layout.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 40 };

static const double gap = 8;  /* least distance between two labels */
static const double mark = 8; /* width of an event's mark, and smallest width of a command's box */

/* For each row of a lane: the right end of the space that labels use so far. */
struct lane_rows {
    unsigned most;
    double used[ROWS_MAX];
};

static int by_time(const void *a, const void *b)
{
    const struct vfj_item *left = a, *right = b;
    if (left->lane != right->lane)
        return left->lane < right->lane ? -1 : 1;
    if (left->from_us != right->from_us)
        return left->from_us < right->from_us ? -1 : 1;
    if (left->seq != right->seq)
        return left->seq < right->seq ? -1 : 1;
    return (left->kind > right->kind) - (left->kind < right->kind);
}

static unsigned most_rows(const struct vfj_lane *lane)
{
    switch ((enum vfj_lane_kind)lane->kind) {
    case VFJ_LANE_COMMANDS:
        return ROWS_MAX;
    case VFJ_LANE_HN:
    case VFJ_LANE_VF:
    case VFJ_LANE_LAGG:
    case VFJ_LANE_DAEMON:
    case VFJ_LANE_STATE:
    case VFJ_LANE_ANNOUNCED:
    case VFJ_LANE_SLOW:
        break;
    }
    return 5;
}

static bool find_row(struct lane_rows *rows, double left, double right, unsigned *row)
{
    for (unsigned i = 0; i < rows->most; i++) {
        if (rows->used[i] > left)
            continue;
        rows->used[i] = right;
        *row = i;
        return true;
    }
    return false;
}

static void place(struct vfj_item *item, struct lane_rows *rows, const struct vfj_axis *axis,
                  double character)
{
    double left = vfj_axis_place(axis, item->from_us);
    double right = vfj_axis_place(axis, item->to_us);
    double label = character * (double)strlen(item->label);
    right = right < left + mark ? left + mark : right;
    item->has_label = false;
    if (right + label + gap <= axis->width)
        item->has_label = find_row(rows, left - mark / 2, right + label + gap, &item->row);
    else if (left - label - gap >= 0)
        item->has_label = item->is_left
            = find_row(rows, left - label - gap, right + gap, &item->row);
    if (!item->has_label && !find_row(rows, left, right, &item->row))
        item->row = 0;
}

/* Returns true when the element needs a row for its label. Bars, gaps and probes have fixed
 * positions. */
static bool has_row(const struct vfj_item *item)
{
    return item->kind == VFJ_ITEM_TICK
        || (item->kind == VFJ_ITEM_BOX && item->tone != VFJ_TONE_READ);
}

void vfj_layout(struct vfj_model *model, const struct vfj_axis *axis, double character)
{
    static struct lane_rows rows;
    qsort(model->items, model->count, sizeof model->items[0], by_time);
    for (size_t i = 0; i < model->count; i++) {
        struct vfj_item *item = &model->items[i];
        struct vfj_lane *lane = &model->lanes[item->lane];
        if (i == 0 || item->lane != model->items[i - 1].lane) {
            rows.most = most_rows(lane);
            lane->rows = 0;
            for (unsigned row = 0; row < ROWS_MAX; row++)
                rows.used[row] = -1e9;
        }
        item->row = 0;
        if (!has_row(item))
            continue;
        place(item, &rows, axis, character);
        lane->rows = item->row + 1 > lane->rows ? item->row + 1 : lane->rows;
    }
}
