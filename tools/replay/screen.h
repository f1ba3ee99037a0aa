/* The terminal while a journal is played. Reads keys one by one, and restores the screen
 * afterwards. */
#ifndef VFJ_TOOLS_REPLAY_SCREEN_H
#define VFJ_TOOLS_REPLAY_SCREEN_H

#include <stdbool.h>

/* Takes over the terminal of standard input and output: shows an alternate screen without a
 * cursor, and reads keys without an echo. When the process ends, the terminal is given back,
 * also on HUP, INT, QUIT and TERM, which first remove the verb's private files. On TSTP the
 * terminal is given back while the process is stopped. Returns false and sets errno on a
 * failure: ENOTTY when one of the two is no terminal. */
bool vfj_screen_take(void);
void vfj_screen_give_back(void);

enum {
    VFJ_KEY_NONE = -1,   /* no key within the time */
    VFJ_KEY_END = -2,    /* the terminal is gone */
    VFJ_KEY_REDRAW = -3, /* draw again: the size changed, or the process was stopped */
};

/* Waits for a key for at most `ms` milliseconds; -1: without a limit. Returns the key's byte, or
 * one of VFJ_KEY_…. */
int vfj_screen_key(int ms);

/* Returns the number of rows, at least 3, and of columns, at least 20. */
void vfj_screen_size(int *rows, int *columns);

#endif
