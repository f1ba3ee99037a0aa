/* Prints a timeline as text of at most 80 columns. For each slot, a line of characters shows the
 * states along one time axis. Below, there is one line for each record. */
#include <langinfo.h>
#include <locale.h>
#include <string.h>

#include "tools/timeline/draw.h"

enum {
    HEAD = 8,          /* columns before the strip */
    STRIP = 70,        /* width of the strip in columns */
    BREAK = 3,         /* width of a break in columns */
    WIDTH = 79,        /* width of a line in columns */
    TIME = 13,         /* width of the table's column with the time since the beginning */
    WHO = 8,           /* width of the table's column with the slot */
    WORD = 11,         /* width of the table's column with the word for the record's kind */
    IDLE_US = 1000000, /* a longer time between two rows is printed as a line of its own */
};

/* A character in the line of states is the digit of a state, or one of these. */
enum { NOTHING = ' ', SQUEEZED = '~', UNKNOWN = '?' };

struct glyphs {
    const char *states[8]; /* indexed by enum vfj_slot_state */
    const char *squeezed;
};

static const struct glyphs *choose_glyphs(void)
{
    static const struct glyphs ascii = {{".", "-", "=", "#", "+", "+", "+", "+"}, "~"};
    static const struct glyphs utf8 = {{"·", "░", "▒", "█", "▓", "▓", "▓", "▓"}, "≈"};
    (void)setlocale(LC_CTYPE, "");
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0 ? &utf8 : &ascii;
}

/* Returns true when a line may end before this blank. A number stays beside its unit. */
static bool may_end(const char *text, size_t blank)
{
    return text[blank] == ' ' && (text[blank - 1] < '0' || text[blank - 1] > '9');
}

/* Returns how many bytes of the text belong on a line of `room` columns. */
static size_t fit(const char *text, size_t room)
{
    size_t length = strlen(text);
    if (length <= room)
        return length;
    length = room;
    while (length > 1 && !may_end(text, length))
        length--;
    return length == 1 ? room : length;
}

static void print_wrapped(const char *text, FILE *out)
{
    while (*text != '\0') {
        size_t length = fit(text, WIDTH);
        (void)fprintf(out, "%.*s\n", (int)length, text);
        text += length;
        text += strspn(text, " ");
    }
}

/* The ranks of states in the line of states. Where several states share a column, the column shows
 * the state whose rank comes last in this list. */
enum rank { RANK_INSTANT, RANK_WIDE, RANK_FAST, RANK_SLOW, RANK_DETACHED, RANK_COUNT };

static enum rank rank_of(const struct vfj_item *item, int from, int to)
{
    if (item->from_us == item->to_us && !item->from_before && !item->to_after)
        return RANK_INSTANT;
    if (to > from + 1)
        return RANK_WIDE;
    if (item->tone == VFJ_SLOT_DETACHED)
        return RANK_DETACHED;
    return item->tone == VFJ_SLOT_LAGGED || item->tone == VFJ_SLOT_SWITCHED ? RANK_FAST : RANK_SLOW;
}

/* Fills the columns of the states that have this rank. */
static void fill_rank(const struct vfj_model *model, const struct vfj_axis *axis, unsigned lane,
                      enum rank rank, char strip[STRIP])
{
    for (size_t i = 0; i < model->count; i++) {
        const struct vfj_item *item = &model->items[i];
        if (item->kind != VFJ_ITEM_BAR || item->lane != lane)
            continue;
        int from = item->from_before ? 0 : (int)vfj_axis_place(axis, item->from_us);
        int to = item->to_after ? STRIP : (int)vfj_axis_place(axis, item->to_us);
        for (int at = from; rank_of(item, from, to) == rank && (at < to || at == from); at++) {
            if (at < STRIP)
                strip[at] = item->tone < VFJ_SLOT_STATE_COUNT ? (char)('0' + item->tone) : UNKNOWN;
        }
    }
}

static void fill_strip(const struct vfj_model *model, const struct vfj_axis *axis, unsigned lane,
                       char strip[STRIP])
{
    memset(strip, NOTHING, STRIP);
    for (unsigned rank = 0; rank < RANK_COUNT; rank++)
        fill_rank(model, axis, lane, (enum rank)rank, strip);
    for (unsigned i = 0; i < axis->count; i++) {
        const struct vfj_axis_piece *piece = &axis->pieces[i];
        int middle = (int)((piece->left + piece->right) / 2);
        if (piece->is_break && middle >= 0 && middle < STRIP)
            strip[middle] = SQUEEZED;
    }
}

static void print_strip(const char strip[STRIP], const struct glyphs *glyphs, FILE *out)
{
    for (unsigned i = 0; i < STRIP; i++) {
        unsigned state = (unsigned)(strip[i] - '0');
        if (strip[i] == SQUEEZED)
            (void)fputs(glyphs->squeezed, out);
        else if (strip[i] == NOTHING || strip[i] == UNKNOWN)
            (void)fputc(strip[i], out);
        else
            (void)fputs(glyphs->states[state % 8], out);
    }
    (void)fputc('\n', out);
}

static void print_strips(const struct vfj_model *model, const struct vfj_axis *axis, FILE *out)
{
    const struct glyphs *glyphs = choose_glyphs();
    bool is_any = false;
    for (unsigned i = 0; i < model->lane_count; i++) {
        char strip[STRIP];
        if (model->lanes[i].kind != VFJ_LANE_STATE)
            continue;
        fill_strip(model, axis, i, strip);
        (void)fprintf(out, "%s%-*.*s", is_any ? "" : "\n", HEAD, HEAD - 1,
                      model->lanes[i].slot.text);
        print_strip(strip, glyphs, out);
        is_any = true;
    }
    if (!is_any)
        return;
    (void)fprintf(out, "%*s", HEAD, "");
    for (unsigned state = 0; state < VFJ_SLOT_STATE_COUNT; state++)
        (void)fprintf(out, "%s %s  ", glyphs->states[state % 8],
                      vfj_slot_state_name((enum vfj_slot_state)state));
    (void)fprintf(out, "%s squeezed\n", glyphs->squeezed);
}

static void print_idle(int64_t us, FILE *out)
{
    char bytes[48];
    struct vfj_text text = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add_duration(&text, us);
    (void)fprintf(out, "%*s  ~~ %s ~~\n", TIME, "", bytes);
}

/* Prints a row of the table. Its text takes as many lines as necessary. */
static void print_row(const struct vfj_table_row *row, FILE *out)
{
    char at[48];
    struct vfj_text time = vfj_text_begin(at, sizeof at);
    const char *text = row->text;
    vfj_axis_add_time(&time, row->at_us, 1000);
    int used = fprintf(out, "%*s  %-*s%-*s ", TIME, at, WHO, row->who.text, WORD, row->word);
    int room = WIDTH - used;
    bool is_first = true;
    do {
        size_t length = fit(text, (size_t)room);
        (void)fprintf(out, "%*s%.*s\n", is_first ? 0 : used, "", (int)length, text);
        text += length;
        text += strspn(text, " ");
        is_first = false;
    } while (*text != '\0');
}

bool vfj_timeline_print_txt(struct vfj_model *model, enum vfj_zone zone, FILE *out)
{
    const struct vfj_axis_measures measures
        = {.width = STRIP, .pad = 0.5, .break_width = BREAK, .squeeze = 12, .most = 200};
    struct vfj_axis axis;
    (void)zone; /* only the summary contains times of this zone */
    if (!vfj_axis_make(&axis, model, &measures))
        return false;
    print_wrapped(model->title, out);
    print_wrapped(model->summary, out);
    print_strips(model, &axis, out);
    (void)fputc('\n', out);
    for (size_t i = 0; i < model->row_count; i++) {
        int64_t idle_us = i > 0 ? model->rows[i].at_us - model->rows[i - 1].at_us : 0;
        if (idle_us >= IDLE_US)
            print_idle(idle_us, out);
        print_row(&model->rows[i], out);
    }
    return true;
}
