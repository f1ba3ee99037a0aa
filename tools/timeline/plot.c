/* Prints the drawing of a timeline: lanes of bars, marks and boxes on one time axis. */
#include <string.h>

#include "tools/timeline/draw.h"
#include "tools/timeline/layout.h"

static const double RIGHT = 14;
static const double ROW = 15;        /* height of a row of labels */
static const double BOX = 11;        /* height of a command's box */
static const double STATE = 22;      /* height of a state's bar */
static const double STATE_BASE = 15; /* baseline of the text in a state's bar */
static const double ZIGZAG = 6;
static const double PATH = 8;     /* height of the bar of the data path */
static const double LANE_PAD = 9; /* space below each lane */
static const double SLOW = 4;     /* height of the bar for a time without the VF */
static const double SLOT_PAD = 7; /* space above the first lane of a slot */
static const double PROBES = 12;  /* height of the strip of probes above the commands */
static const double LEAST = 3;    /* smallest width of a command's box */
static const double STEP = 96;    /* smallest distance between two marks of the axis */
static const double AXIS_CHARACTER = 7;

/* width in pixels of one character of a label; the font is monospaced and 11 pixels high */
static const double character = 6.7;

const char vfj_timeline_style[] = /**/
    ".vfj { --paper: #ffffff; --ink: #17202a; --soft: #566573; --line: #d9e0e7; --band: #f4f6f9;\n"
    "  --on: #ffffff; --mark: #fff3c4;\n"
    "  --good: #15803d; --bad: #c0182b; --waiting: #b45309; --read: #8796a8; --traffic: #0e7fa6;\n"
    "  --c0: #64748b; --c1: #2563eb; --c2: #b45309; --c3: #15803d; --c4: #7c3aed; }\n"
    "@media screen and (prefers-color-scheme: dark) {\n"
    "  .vfj { --paper: #11161c; --ink: #e8edf2; --soft: #a2b0be; --line: #2c3743; --band: #171e26;\n"
    "    --on: #0d1217; --mark: #4a3f12;\n"
    "    --good: #56d08a; --bad: #ff7b86; --waiting: #f0a54a; --read: #8090a2; --traffic: #41c4e8;\n"
    "    --c0: #94a3b8; --c1: #7aa7ff; --c2: #f0a54a; --c3: #56d08a; --c4: #b79bff; }\n"
    "}\n"
    ".vfj text { font: 11px ui-monospace, 'DejaVu Sans Mono', monospace; fill: var(--ink); }\n"
    ".vfj .head { font: 600 12.5px system-ui, sans-serif; text-anchor: end; }\n"
    ".vfj .sub { font: 12px system-ui, sans-serif; text-anchor: end; fill: var(--soft); }\n"
    ".vfj .key { font: 12px system-ui, sans-serif; fill: var(--soft); }\n"
    ".vfj .label { paint-order: stroke; stroke: var(--paper); stroke-width: 3px;\n"
    "  stroke-linejoin: round; stroke-opacity: .85; }\n"
    ".vfj .time { fill: var(--soft); }\n"
    ".vfj .squeezed { fill: var(--soft); text-anchor: middle; font-style: italic; }\n"
    ".vfj .grid { stroke: var(--line); stroke-width: 1; }\n"
    ".vfj .axis { stroke: var(--soft); stroke-width: 1; }\n"
    ".vfj .band { fill: var(--band); }\n"
    ".vfj .paper { fill: var(--paper); }\n"
    ".vfj .squeeze { fill: var(--paper); }\n"
    ".vfj .zigzag { fill: none; stroke: var(--read); stroke-width: 1; opacity: .7; }\n"
    ".vfj .gap { fill: url(#vfj-hatch); }\n"
    ".vfj .hatch { stroke: var(--bad); stroke-width: 1.5; opacity: .45; }\n"
    ".vfj .on { fill: var(--on); font-weight: 600; }\n"
    ".vfj .span { fill: currentColor; }\n"
    ".vfj .stem { stroke: currentColor; stroke-width: 1.25; }\n"
    ".vfj .leader { stroke: currentColor; stroke-width: 1; opacity: .5; }\n"
    ".vfj .fill { fill: currentColor; }\n"
    ".vfj .open { fill: none; stroke: currentColor; stroke-width: 1.25; stroke-dasharray: 3 2; }\n"
    ".vfj .plain { color: var(--soft); } .vfj .good { color: var(--good); }\n"
    ".vfj .bad { color: var(--bad); } .vfj .waiting { color: var(--waiting); }\n"
    ".vfj .read { color: var(--read); } .vfj .traffic { color: var(--traffic); }\n"
    ".vfj .bad text { fill: var(--bad); }\n"
    ".vfj .c0 { color: var(--c0); } .vfj .c1 { color: var(--c1); } .vfj .c2 { color: var(--c2); }\n"
    ".vfj .c3 { color: var(--c3); } .vfj .c4 { color: var(--c4); }\n"
    ".vfj a { text-decoration: none; }\n"
    ".vfj a:hover .stem, .vfj a:focus .stem { stroke-width: 3; }\n"
    ".vfj a:hover .fill, .vfj a:focus .fill { opacity: .75; }\n"
    ".vfj a:hover text, .vfj a:focus text { text-decoration: underline; }\n"
    "@media print { .vfj { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }\n";

const char *vfj_tone_class(enum vfj_tone tone)
{
    switch (tone) {
    case VFJ_TONE_PLAIN:
        return "plain";
    case VFJ_TONE_GOOD:
        return "good";
    case VFJ_TONE_BAD:
        return "bad";
    case VFJ_TONE_WAITING:
        return "waiting";
    case VFJ_TONE_READ:
        return "read";
    case VFJ_TONE_TRAFFIC:
        break;
    }
    return "traffic";
}

void vfj_markup_print(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("&<>\"'", *text) != NULL)
            (void)fprintf(out, "&#%d;", *text);
        else
            (void)fputc(*text, out);
    }
}

static double place(const struct vfj_plot *plot, int64_t at_us)
{
    return VFJ_PLOT_LEFT + vfj_axis_place(&plot->axis, at_us);
}

/* Returns the position of an element's left edge. If the element began before the drawing, this is
 * the left edge of the drawing. */
static double left_of(const struct vfj_plot *plot, const struct vfj_item *item)
{
    return item->from_before ? VFJ_PLOT_LEFT : place(plot, item->from_us);
}

static double right_of(const struct vfj_plot *plot, const struct vfj_item *item)
{
    return item->to_after ? VFJ_PLOT_WIDTH - RIGHT : place(plot, item->to_us);
}

static bool is_interface(const struct vfj_lane *lane)
{
    return lane->kind == VFJ_LANE_HN || lane->kind == VFJ_LANE_VF || lane->kind == VFJ_LANE_LAGG;
}

/* Returns the distance from the upper edge of the lane to its first row of labels. */
static double rows_of(const struct vfj_lane *lane)
{
    if (lane->kind == VFJ_LANE_STATE)
        return STATE + 3;
    if (lane->kind == VFJ_LANE_COMMANDS)
        return PROBES;
    if (lane->kind == VFJ_LANE_SLOW || lane->kind == VFJ_LANE_ANNOUNCED)
        return SLOW;
    return is_interface(lane) ? PATH + 3 : 0;
}

static double height_of(const struct vfj_lane *lane)
{
    double height = rows_of(lane) + ROW * lane->rows;
    return height < ROW + 3 ? ROW + 3 : height;
}

static bool begins_slot(const struct vfj_model *model, unsigned lane)
{
    return lane > 0 && !vfj_name_equal(model->lanes[lane].slot, model->lanes[lane - 1].slot);
}

bool vfj_plot_begin(struct vfj_plot *plot, struct vfj_model *model, double top, FILE *out)
{
    const struct vfj_axis_measures measures = {
        .width = VFJ_PLOT_WIDTH - VFJ_PLOT_LEFT - RIGHT,
        .pad = 12,
        .break_width = 40,
        .squeeze = 130,
        .most = 4000,
    };
    plot->out = out;
    plot->model = model;
    if (!vfj_axis_make(&plot->axis, model, &measures))
        return false;
    vfj_layout(model, &plot->axis, character);
    plot->top = top + VFJ_PLOT_LEGEND + VFJ_PLOT_AXIS;
    double at = plot->top;
    for (unsigned i = 0; i < model->lane_count; i++) {
        at += begins_slot(model, i) ? SLOT_PAD + LANE_PAD : LANE_PAD;
        plot->lane_tops[i] = at;
        at += height_of(&model->lanes[i]);
    }
    plot->bottom = at + LANE_PAD;
    return true;
}

static void print_head(const struct vfj_plot *plot, unsigned index)
{
    const struct vfj_lane *lane = &plot->model->lanes[index];
    bool is_state = lane->kind == VFJ_LANE_STATE;
    double top = plot->lane_tops[index];
    if (begins_slot(plot->model, index))
        (void)fprintf(plot->out, "<path class=\"grid\" d=\"M%d %.1fH%.0f\"/>\n", 8, top - SLOT_PAD,
                      VFJ_PLOT_WIDTH - RIGHT);
    (void)fprintf(plot->out, "<text class=\"%s\" x=\"%.0f\" y=\"%.1f\">", is_state ? "head" : "sub",
                  VFJ_PLOT_LEFT - 10, top + (is_state ? STATE_BASE : 11));
    vfj_markup_print(plot->out, is_state ? lane->slot.text : vfj_lane_title(lane));
    (void)fprintf(plot->out, "%s</text>\n", is_state ? " state" : "");
}

static void print_zigzag(const struct vfj_plot *plot, double x)
{
    int steps = (int)((plot->bottom - plot->top) / ZIGZAG) + 2;
    (void)fprintf(plot->out, "<path class=\"zigzag\" d=\"M%.1f %.1f", x, plot->top - 4);
    for (int i = 0; i < steps; i++)
        (void)fprintf(plot->out, "l%d %d", i % 2 == 0 ? 4 : -4, (int)ZIGZAG);
    (void)fputs("\"/>\n", plot->out);
}

/* Prints the duration of a break, such as "118.0 s" or "3 h 20 min", in the middle of the break. */
static void print_break(const struct vfj_plot *plot, const struct vfj_axis_piece *piece)
{
    char bytes[48];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    double left = VFJ_PLOT_LEFT + piece->left, right = VFJ_PLOT_LEFT + piece->right;
    vfj_time_add_duration(&text, piece->to_us - piece->from_us);
    (void)fprintf(plot->out,
                  "<rect class=\"squeeze\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" "
                  "height=\"%.1f\"/>\n",
                  left, plot->top - 1, right - left, plot->bottom - plot->top + 2);
    print_zigzag(plot, left);
    print_zigzag(plot, right);
    (void)fprintf(plot->out, "<text class=\"squeezed\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                  (left + right) / 2, plot->top - 20, bytes);
}

/* Prints a mark of the axis with its time. Omits the time when it would touch the time before
 * it. */
static void print_mark(const struct vfj_plot *plot, int64_t at_us, int64_t step_us, double *used)
{
    char bytes[48];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    double x = place(plot, at_us);
    vfj_axis_add_time(&text, at_us, step_us);
    (void)fprintf(plot->out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>\n", x, plot->top - 4,
                  plot->bottom);
    if (x < *used || x + AXIS_CHARACTER * (double)text.length > VFJ_PLOT_WIDTH)
        return;
    (void)fprintf(plot->out, "<text class=\"time\" x=\"%.1f\" y=\"%.1f\">%s</text>\n", x - 3,
                  plot->top - 8, bytes);
    *used = x + AXIS_CHARACTER * (double)(text.length + 1);
}

static void print_axis(const struct vfj_plot *plot)
{
    int64_t step_us = vfj_axis_step(&plot->axis, STEP);
    double used = 0;
    for (unsigned i = 0; i < plot->axis.count; i++) {
        const struct vfj_axis_piece *piece = &plot->axis.pieces[i];
        if (piece->is_break)
            continue;
        print_mark(plot, piece->from_us, step_us / 10 > 0 ? step_us / 10 : 1, &used);
        int64_t at_us = (piece->from_us / step_us + 1) * step_us;
        for (; at_us < piece->to_us && at_us > 0; at_us += step_us)
            print_mark(plot, at_us, step_us, &used);
        (void)fprintf(plot->out, "<path class=\"axis\" d=\"M%.1f %.1fH%.1f\"/>\n",
                      VFJ_PLOT_LEFT + piece->left - 8, plot->top, VFJ_PLOT_LEFT + piece->right + 8);
    }
}

static void print_bands(const struct vfj_plot *plot)
{
    for (unsigned i = 0; i < plot->model->lane_count; i++) {
        if (plot->model->lanes[i].kind != VFJ_LANE_COMMANDS)
            continue;
        (void)fprintf(plot->out,
                      "<rect class=\"band\" x=\"%.0f\" y=\"%.1f\" width=\"%.0f\" height=\"%.1f\" "
                      "rx=\"4\"/>\n",
                      VFJ_PLOT_LEFT, plot->lane_tops[i] - 4, VFJ_PLOT_WIDTH - RIGHT - VFJ_PLOT_LEFT,
                      height_of(&plot->model->lanes[i]) + 8);
    }
}

/* Begins an element: a link to the element's row in the table, with the element's text as a
 * tooltip. */
static void begin_link(const struct vfj_plot *plot, const struct vfj_item *item, const char *class)
{
    if (item->seq == 0)
        (void)fprintf(plot->out, "<g class=\"%s\"><title>", class);
    else
        (void)fprintf(plot->out, "<a class=\"%s\" href=\"#r%llu\"><title>record %llu: ", class,
                      (unsigned long long)item->seq, (unsigned long long)item->seq);
    vfj_markup_print(plot->out, item->detail);
    (void)fputs("</title>", plot->out);
}

static void end_link(const struct vfj_plot *plot, const struct vfj_item *item)
{
    (void)fputs(item->seq == 0 ? "</g>\n" : "</a>\n", plot->out);
}

static void print_label(const struct vfj_plot *plot, const struct vfj_item *item, double left,
                        double right, double y)
{
    if (!item->has_label)
        return;
    (void)fprintf(plot->out, "<text class=\"label\" x=\"%.1f\" y=\"%.1f\"%s>",
                  item->is_left ? left - 5 : right + 5, y,
                  item->is_left ? " text-anchor=\"end\"" : "");
    vfj_markup_print(plot->out, item->label);
    (void)fputs("</text>", plot->out);
}

/* Returns the left edge of the widest part of the bar that no break covers. Sets *width to the
 * width of this part. */
static double find_visible(const struct vfj_plot *plot, double left, double right, double *width)
{
    double found = left;
    *width = 0;
    for (unsigned i = 0; i < plot->axis.count; i += 2) {
        bool is_last = i + 1 == plot->axis.count;
        double from = i == 0 ? left : VFJ_PLOT_LEFT + plot->axis.pieces[i - 1].right + 4;
        double to = is_last ? right : VFJ_PLOT_LEFT + plot->axis.pieces[i + 1].left;
        from = from < left ? left : from;
        to = to > right ? right : to;
        if (to - from > *width) {
            *width = to - from;
            found = from;
        }
    }
    return found;
}

/* Prints the label of a bar. The label of a state is inside the bar. That of a time without the VF
 * is below the bar. */
static void print_bar_label(const struct vfj_plot *plot, const struct vfj_item *item, double left,
                            double right)
{
    bool is_state = plot->model->lanes[item->lane].kind == VFJ_LANE_STATE;
    double top = plot->lane_tops[item->lane], visible;
    double label = find_visible(plot, left, right, &visible);
    if (character * (double)strlen(item->label) + 10 > visible)
        return;
    (void)fprintf(plot->out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", is_state ? "on" : "span",
                  is_state ? label + 6 : label, is_state ? top + STATE_BASE : top + SLOW + 12);
    vfj_markup_print(plot->out, item->label);
    (void)fputs("</text>", plot->out);
}

static double bar_height(enum vfj_lane_kind kind)
{
    if (kind == VFJ_LANE_STATE)
        return STATE;
    return kind == VFJ_LANE_SLOW || kind == VFJ_LANE_ANNOUNCED ? SLOW : PATH;
}

static void print_bar(const struct vfj_plot *plot, const struct vfj_item *item)
{
    enum vfj_lane_kind kind = (enum vfj_lane_kind)plot->model->lanes[item->lane].kind;
    bool is_state = kind == VFJ_LANE_STATE;
    char state[16];
    double left = left_of(plot, item), right = right_of(plot, item);
    double width = right - left < 1.5 ? 1.5 : right - left;
    (void)snprintf(state, sizeof state, "c%u", item->tone % 5u);
    begin_link(plot, item, is_state ? state : vfj_tone_class((enum vfj_tone)item->tone));
    (void)fprintf(plot->out,
                  "<rect class=\"fill\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.0f\" "
                  "rx=\"%d\"/>",
                  left, plot->lane_tops[item->lane], width, bar_height(kind), is_state ? 3 : 2);
    if (is_state || kind == VFJ_LANE_SLOW || kind == VFJ_LANE_ANNOUNCED)
        print_bar_label(plot, item, left, right);
    end_link(plot, item);
}

static void print_tick(const struct vfj_plot *plot, const struct vfj_item *item)
{
    const struct vfj_lane *lane = &plot->model->lanes[item->lane];
    double x = place(plot, item->from_us), top = plot->lane_tops[item->lane];
    double rows = rows_of(lane), y = top + (rows > 2 ? rows - 2 : 0); /* stem without label */
    if (item->has_label)
        y = top + rows + ROW * item->row + ROW / 2.0;
    begin_link(plot, item, vfj_tone_class((enum vfj_tone)item->tone));
    (void)fprintf(plot->out, "<path class=\"stem\" d=\"M%.1f %.1fV%.1f\"/>", x, top, y);
    (void)fprintf(plot->out, "<circle class=\"fill\" cx=\"%.1f\" cy=\"%.1f\" r=\"%d\"/>", x, y,
                  item->has_label ? 3 : 2);
    print_label(plot, item, x, x + 2, y + 4);
    end_link(plot, item);
}

static void print_probe(const struct vfj_plot *plot, const struct vfj_item *item)
{
    double left = place(plot, item->from_us), right = place(plot, item->to_us);
    begin_link(plot, item, "read");
    (void)fprintf(
        plot->out,
        "<rect class=\"fill\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"5\" rx=\"1\"/>", left,
        plot->lane_tops[item->lane] + 1, right - left < LEAST ? LEAST : right - left);
    end_link(plot, item);
}

static void print_box(const struct vfj_plot *plot, const struct vfj_item *item)
{
    double left = place(plot, item->from_us), right = place(plot, item->to_us);
    double y = plot->lane_tops[item->lane] + PROBES + ROW * item->row;
    if (item->tone == VFJ_TONE_READ) {
        print_probe(plot, item);
        return;
    }
    right = right - left < LEAST ? left + LEAST : right;
    begin_link(plot, item, vfj_tone_class((enum vfj_tone)item->tone));
    (void)fprintf(plot->out,
                  "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" "
                  "rx=\"2\"/>",
                  item->tone == VFJ_TONE_WAITING ? "open" : "fill", left, y, right - left,
                  (int)BOX);
    print_label(plot, item, left, right, y + 9);
    end_link(plot, item);
}

static void print_gap(const struct vfj_plot *plot, const struct vfj_item *item)
{
    double left = place(plot, item->from_us), right = place(plot, item->to_us);
    double width = right - left < LEAST ? LEAST : right - left;
    begin_link(plot, item, "bad");
    (void)fprintf(plot->out,
                  "<rect class=\"gap\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
                  left, plot->top, width, plot->bottom - plot->top);
    end_link(plot, item);
}

static void print_items(const struct vfj_plot *plot, enum vfj_item_kind kind)
{
    static void (*const functions[])(const struct vfj_plot *, const struct vfj_item *) = {
        [VFJ_ITEM_BAR] = print_bar,
        [VFJ_ITEM_TICK] = print_tick,
        [VFJ_ITEM_BOX] = print_box,
        [VFJ_ITEM_GAP] = print_gap,
    };
    for (size_t i = 0; i < plot->model->count; i++) {
        if (plot->model->items[i].kind == kind)
            functions[kind](plot, &plot->model->items[i]);
    }
}

static void print_key(const struct vfj_plot *plot, double *x, const char *class, const char *shape,
                      const char *word)
{
    double y = plot->top - VFJ_PLOT_AXIS - VFJ_PLOT_LEGEND;
    (void)fprintf(
        plot->out,
        "<g class=\"%s\"><rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"14\" "
        "height=\"10\" rx=\"2\"/></g><text class=\"key\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
        class, shape, *x, y, *x + 19, y + 9, word);
    *x += 19 + 6.2 * (double)strlen(word) + 18;
}

/* Returns true when the drawing has an element of this kind and look. With `of_state`, the element
 * must be a bar for a state. */
static bool has(const struct vfj_model *model, enum vfj_item_kind kind, bool of_state,
                unsigned tone)
{
    for (size_t i = 0; i < model->count; i++) {
        const struct vfj_item *item = &model->items[i];
        bool is_state = model->lanes[item->lane].kind == VFJ_LANE_STATE;
        if (item->kind == kind && item->tone == tone
            && (kind != VFJ_ITEM_BAR || is_state == of_state))
            return true;
    }
    return false;
}

/* Prints the legend. It contains only those looks that the drawing has. */
static void print_legend(const struct vfj_plot *plot)
{
    const struct vfj_model *model = plot->model;
    double x = VFJ_PLOT_LEFT;
    for (unsigned state = 0; state < VFJ_SLOT_STATE_COUNT; state++) {
        char class[8];
        (void)snprintf(class, sizeof class, "c%u", state % 5u);
        if (has(model, VFJ_ITEM_BAR, true, state))
            print_key(plot, &x, class, "fill", vfj_slot_state_name((enum vfj_slot_state)state));
    }
    if (has(model, VFJ_ITEM_BAR, false, VFJ_TONE_TRAFFIC))
        print_key(plot, &x, "traffic", "fill", "has the traffic");
    if (has(model, VFJ_ITEM_BOX, false, VFJ_TONE_GOOD))
        print_key(plot, &x, "good", "fill", "succeeded");
    if (has(model, VFJ_ITEM_BOX, false, VFJ_TONE_BAD))
        print_key(plot, &x, "bad", "fill", "failed");
    if (has(model, VFJ_ITEM_BOX, false, VFJ_TONE_WAITING))
        print_key(plot, &x, "waiting", "open", "not run, or no outcome");
    if (has(model, VFJ_ITEM_BOX, false, VFJ_TONE_READ))
        print_key(plot, &x, "read", "fill", "probe");
    if (has(model, VFJ_ITEM_GAP, false, VFJ_TONE_BAD))
        print_key(plot, &x, "bad", "gap", "no record");
}

void vfj_plot_print(const struct vfj_plot *plot)
{
    (void)fputs("<defs><pattern id=\"vfj-hatch\" width=\"7\" height=\"7\" "
                "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
                "<path class=\"hatch\" d=\"M0 0V7\"/></pattern></defs>\n",
                plot->out);
    print_legend(plot);
    print_bands(plot);
    print_axis(plot);
    for (unsigned i = 0; i < plot->model->lane_count; i++)
        print_head(plot, i);
    print_items(plot, VFJ_ITEM_BAR);
    for (unsigned i = 0; i < plot->axis.count; i++) {
        if (plot->axis.pieces[i].is_break)
            print_break(plot, &plot->axis.pieces[i]);
    }
    print_items(plot, VFJ_ITEM_GAP);
    print_items(plot, VFJ_ITEM_TICK);
    print_items(plot, VFJ_ITEM_BOX);
}
