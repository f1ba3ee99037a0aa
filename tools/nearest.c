/* Finds the name that a misspelt word may stand for. */
#include "tools/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MAX = 32 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Returns the number of letters that differ: inserted, removed, replaced, or exchanged with a
 * neighbour. */
static unsigned edit_distance(const char *a, const char *b)
{
    unsigned rows[3][WORD_MAX + 1];
    unsigned *before = rows[0], *last = rows[1], *row = rows[2];
    size_t length = strlen(b);
    for (size_t k = 0; k <= length; k++)
        last[k] = (unsigned)k;
    for (size_t i = 0; a[i] != '\0'; i++) {
        row[0] = (unsigned)i + 1;
        for (size_t k = 0; k < length; k++) {
            row[k + 1] = least(least(last[k + 1], row[k]) + 1, last[k] + (a[i] != b[k]));
            if (i > 0 && k > 0 && a[i] == b[k - 1] && a[i - 1] == b[k])
                row[k + 1] = least(row[k + 1], before[k - 1] + 1);
        }
        unsigned *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[length];
}

struct vfj_nearest vfj_nearest_begin(const char *word)
{
    return (struct vfj_nearest){.word = word, .distance = (unsigned)strlen(word) / 3 + 1};
}

void vfj_nearest_try(struct vfj_nearest *nearest, const char *name)
{
    size_t length = strlen(nearest->word);
    if (length >= WORD_MAX || strlen(name) >= WORD_MAX)
        return;
    unsigned found = edit_distance(nearest->word, name);
    bool begins = length > 1 && strncmp(nearest->word, name, length) == 0;
    if (begins || found < nearest->distance) {
        nearest->name = name;
        nearest->distance = begins ? 0 : found;
    }
}
