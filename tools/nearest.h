/* Finds the name that a misspelt word may stand for. */
#ifndef VFJ_TOOLS_NEAREST_H
#define VFJ_TOOLS_NEAREST_H

struct vfj_nearest {
    const char *word;
    const char *name;  /* the nearest name so far; NULL: none is near */
    unsigned distance; /* a nearer name has a smaller one */
};

/* A third of the word's letters may be wrong. */
struct vfj_nearest vfj_nearest_begin(const char *word);

/* Compares the word with a name: letters may be inserted, removed, replaced, or exchanged with a
 * neighbour, or the end may be missing. */
void vfj_nearest_try(struct vfj_nearest *nearest, const char *name);

#endif
