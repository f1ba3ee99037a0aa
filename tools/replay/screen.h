/* Controls the terminal while `vfjournal replay --play` shows a journal: reads single keys, and
 * restores the screen at the end. */
#ifndef VFJ_TOOLS_REPLAY_SCREEN_H
#define VFJ_TOOLS_REPLAY_SCREEN_H

#include <stdbool.h>

/* Takes over the terminal of standard input and output: shows an alternate screen without a cursor,
 * and reads keys without an echo. The terminal is restored when the process ends. When HUP, INT,
 * QUIT or TERM ends the process, temporary files are removed, too. While TSTP stops the process,
 * the terminal is restored. Returns false and sets errno on a failure; ENOTTY means that standard
 * input or output is not a terminal. */
bool vfj_screen_take(void);
void vfj_screen_give_back(void);

enum {
    VFJ_KEY_NONE = -1, /* no key was pressed within the time */
    VFJ_KEY_END = -2,  /* the terminal is gone */
    /* the caller must draw the screen again: its size changed, or the process was stopped */
    VFJ_KEY_REDRAW = -3,
};

/* Waits at most `ms` milliseconds for a key; -1: without a limit. Returns the byte of the key, or
 * one of VFJ_KEY_…. */
int vfj_screen_key(int ms);

/* Sets the size of the screen: at least 3 rows and at least 20 columns. */
void vfj_screen_size(int *rows, int *columns);

#endif
