/* Aligns two lists of decisions for a comparison side by side. Pairs equal decisions at the
 * beginnings of both lists and at their ends. In between, pairs the decisions of the longest common
 * subsequence. */
#include <stdlib.h>

#include "tools/diff/decisions.h"

/* the largest number of cells in the table: 4096 times 4096 decisions */
enum { CELLS_MAX = 1 << 24 };

static int compare_keys(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Returns the keys of all decisions, sorted. Returns NULL when memory runs out. */
static uint64_t *sorted_keys(const struct vfj_decisions *decisions)
{
    uint64_t *keys = malloc((decisions->count + 1) * sizeof *keys);
    if (keys == NULL)
        return NULL;
    for (size_t i = 0; i < decisions->count; i++)
        keys[i] = decisions->list[i].key;
    qsort(keys, decisions->count, sizeof *keys, compare_keys);
    return keys;
}

bool vfj_decisions_count(const struct vfj_decisions *a, const struct vfj_decisions *b,
                         struct vfj_unmatched *unmatched)
{
    uint64_t *of_a = sorted_keys(a), *of_b = sorted_keys(b);
    bool has_memory = of_a != NULL && of_b != NULL;
    size_t i = 0, k = 0;
    *unmatched = (struct vfj_unmatched){0, 0};
    while (has_memory && (i < a->count || k < b->count)) {
        bool is_a = k == b->count || (i < a->count && of_a[i] < of_b[k]);
        bool is_b = i == a->count || (k < b->count && of_b[k] < of_a[i]);
        unmatched->a += is_a;
        unmatched->b += is_b;
        i += !is_b;
        k += !is_a;
    }
    free(of_a);
    free(of_b);
    return has_memory;
}

struct table {
    const struct vfj_decided *a, *b;
    size_t rows, columns;
    /* for each (row, column): the length of the longest common subsequence of the rest of both
     * lists */
    uint16_t *cells;
};

static uint16_t *cell(const struct table *table, size_t row, size_t column)
{
    return &table->cells[row * (table->columns + 1) + column];
}

static void fill(const struct table *table)
{
    for (size_t row = table->rows; row-- > 0;) {
        for (size_t column = table->columns; column-- > 0;) {
            uint16_t down = *cell(table, row + 1, column), right = *cell(table, row, column + 1);
            *cell(table, row, column) = table->a[row].key == table->b[column].key
                ? (uint16_t)(*cell(table, row + 1, column + 1) + 1)
                : (down >= right ? down : right);
        }
    }
}

static void put(struct vfj_aligned *list, size_t *count, size_t a, size_t b, bool has_a, bool has_b)
{
    list[(*count)++] = (struct vfj_aligned){has_a ? (int32_t)a : VFJ_NO_INDEX,
                                            has_b ? (int32_t)b : VFJ_NO_INDEX};
}

/* Writes the lines for the middle part of both lists, between the pairs at the beginning and those
 * at the end. When there is no table of cells, pairs no decisions. */
static void write_middle(const struct table *table, size_t from, struct vfj_aligned *list,
                         size_t *count)
{
    size_t row = 0, column = 0;
    while (row < table->rows || column < table->columns) {
        bool is_inside = table->cells != NULL && row < table->rows && column < table->columns;
        bool is_equal = is_inside && table->a[row].key == table->b[column].key;
        bool takes_a = is_equal || column == table->columns
            || (row < table->rows
                && (!is_inside || *cell(table, row + 1, column) >= *cell(table, row, column + 1)));
        bool takes_b = is_equal || !takes_a;
        put(list, count, from + row, from + column, takes_a, takes_b);
        row += takes_a;
        column += takes_b;
    }
}

struct vfj_aligned *vfj_decisions_align(const struct vfj_decisions *a,
                                        const struct vfj_decisions *b, size_t *count)
{
    size_t least = a->count < b->count ? a->count : b->count;
    size_t before = 0, after = 0;
    while (before < least && a->list[before].key == b->list[before].key)
        before++;
    while (before + after < least
           && a->list[a->count - 1 - after].key == b->list[b->count - 1 - after].key)
        after++;
    struct table table = {.rows = a->count - before - after, .columns = b->count - before - after};
    struct vfj_aligned *list = malloc((a->count + b->count + 1) * sizeof *list);
    *count = 0;
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < before; i++)
        put(list, count, i, i, true, true);
    if (table.rows > 0 && table.columns > 0) {
        table.a = a->list + before;
        table.b = b->list + before;
        if (table.rows < CELLS_MAX / (table.columns + 1))
            table.cells = calloc((table.rows + 1) * (table.columns + 1), sizeof *table.cells);
    }
    if (table.cells != NULL)
        fill(&table);
    write_middle(&table, before, list, count);
    for (size_t i = 0; i < after; i++)
        put(list, count, a->count - after + i, b->count - after + i, true, true);
    free(table.cells);
    return list;
}
