/* Finds the name that a misspelt word may stand for. */
#ifndef VFJ_TOOLS_NEAREST_H
#define VFJ_TOOLS_NEAREST_H

struct vfj_nearest {
    const char *word;
    const char *name;  /* the nearest name so far; NULL: none is near */
    unsigned distance; /* a nearer name has a smaller one */
};

/* Begins a search for the name that the user may have meant by `word`. A name is near when it
 * differs from the word in at most a third of the word's letters. */
struct vfj_nearest vfj_nearest_begin(const char *word);

/* Compares the word with a name, and keeps the name in nearest->name when it is nearer than those
 * before. Counts letters that are inserted, removed, replaced, or exchanged with a neighbour. A
 * name that begins with the word is the nearest, if the word has at least two letters. */
void vfj_nearest_try(struct vfj_nearest *nearest, const char *name);

#endif
