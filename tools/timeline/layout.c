/* Places the labels in a timeline: chooses a row for each label. The rows of a lane are one below
 * the other. */
#include "tools/timeline/layout.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = 40, LABELS_MAX = 1024 };

static const double gap = 8;  /* least distance between two labels */
static const double mark = 8; /* width of an event's mark, and smallest width of a command's box */

/* For each row of a lane: the right end of the space that labels of boxes use so far. */
struct lane_rows {
    unsigned most;
    double used[ROWS_MAX];
};

/* The label of a tick: the position of the stem, and the space that it and the dot use. */
struct label {
    double x, left, right;
    unsigned row;
};

struct labels {
    unsigned count;
    struct label list[LABELS_MAX];
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

/* Places a command's box. Its label is beside it. */
static void place_box(struct vfj_item *item, struct lane_rows *rows, const struct vfj_axis *axis,
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

/* The space that a label of the tick may use: the piece of the axis with the tick, or the whole
 * width when the label fits on neither side within the piece. */
struct space {
    double left, right;
};

static struct space space_of(const struct vfj_axis *axis, const struct vfj_item *item, double x,
                             double label)
{
    for (unsigned i = 0; i < axis->count; i++) {
        const struct vfj_axis_piece *piece = &axis->pieces[i];
        if (piece->is_break || item->from_us < piece->from_us || item->from_us > piece->to_us)
            continue;
        struct space space
            = {i > 0 ? piece->left : 0, i + 1 < axis->count ? piece->right : axis->width};
        if (x + mark + label + gap <= space.right || x - label - gap >= space.left)
            return space;
    }
    return (struct space){0, axis->width};
}

/* Returns true when the label in that row would overlap the label of another tick, or when the stem
 * of either tick would cross the label of the other. */
static bool collides(const struct labels *labels, const struct label *label)
{
    for (unsigned i = 0; i < labels->count; i++) {
        const struct label *other = &labels->list[i];
        bool overlaps = other->left < label->right && other->right > label->left;
        bool is_crossed = other->row > label->row && other->x > label->left - mark / 2
            && other->x < label->right;
        bool crosses = other->row < label->row && label->x > other->left - mark / 2
            && label->x < other->right;
        if ((other->row == label->row && overlaps) || is_crossed || crosses)
            return true;
    }
    return false;
}

/* Places a tick. A tick whose label has no room has no row. */
static void place_tick(struct vfj_item *item, struct labels *labels, unsigned most,
                       const struct vfj_axis *axis, double character)
{
    double x = vfj_axis_place(axis, item->from_us);
    double width = character * (double)strlen(item->label);
    struct space space = space_of(axis, item, x, width);
    item->is_left = x + mark + width + gap > space.right;
    struct label label = {.x = x,
                          .left = item->is_left ? x - width - gap : x - mark / 2,
                          .right = item->is_left ? x + gap : x + mark + width + gap};
    while (label.row < most && collides(labels, &label))
        label.row++;
    item->has_label
        = label.row < most && labels->count < LABELS_MAX && label.left >= space.left - mark / 2;
    if (!item->has_label)
        return;
    item->row = label.row;
    labels->list[labels->count++] = label;
}

/* Returns true for a change of a link. There may be many, so all other labels are placed first. */
static bool is_noise(const struct vfj_item *item)
{
    return strncmp(item->label, "link ", 5) == 0;
}

/* Returns true when the element needs a row for its label. Bars, gaps and probes have fixed
 * positions. */
static bool has_row(const struct vfj_item *item)
{
    return item->kind == VFJ_ITEM_TICK
        || (item->kind == VFJ_ITEM_BOX && item->tone != VFJ_TONE_READ);
}

/* Places the ticks of a lane from the right to the left: then the label of an earlier tick goes
 * below those of the later ones. */
static void place_ticks(struct vfj_item *items, size_t count, unsigned most,
                        const struct vfj_axis *axis, double character)
{
    static struct labels labels;
    labels.count = 0;
    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = count; i-- > 0;) {
            if (items[i].kind == VFJ_ITEM_TICK && is_noise(&items[i]) == (pass == 1))
                place_tick(&items[i], &labels, most, axis, character);
        }
    }
}

/* Places the elements of one lane. */
static void place_lane(struct vfj_lane *lane, struct vfj_item *items, size_t count,
                       const struct vfj_axis *axis, double character)
{
    static struct lane_rows rows;
    rows.most = most_rows(lane);
    for (unsigned row = 0; row < ROWS_MAX; row++)
        rows.used[row] = -1e9;
    for (size_t i = 0; i < count; i++) {
        items[i].row = 0;
        if (has_row(&items[i]) && items[i].kind != VFJ_ITEM_TICK)
            place_box(&items[i], &rows, axis, character);
    }
    place_ticks(items, count, rows.most, axis, character);
    lane->rows = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_placed
            = has_row(&items[i]) && (items[i].kind != VFJ_ITEM_TICK || items[i].has_label);
        if (is_placed && items[i].row + 1 > lane->rows)
            lane->rows = items[i].row + 1;
    }
}

void vfj_layout(struct vfj_model *model, const struct vfj_axis *axis, double character)
{
    qsort(model->items, model->count, sizeof model->items[0], by_time);
    for (size_t first = 0, end; first < model->count; first = end) {
        for (end = first + 1; end < model->count; end++) {
            if (model->items[end].lane != model->items[first].lane)
                break;
        }
        place_lane(&model->lanes[model->items[first].lane], &model->items[first], end - first, axis,
                   character);
    }
}
