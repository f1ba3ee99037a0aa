/* The terminal while a journal is played: keys one by one, and the screen as it was afterwards. */
#ifndef VFJ_TOOLS_REPLAY_SCREEN_H
#define VFJ_TOOLS_REPLAY_SCREEN_H

#include <stdbool.h>

/* Takes the terminal of standard input and output: an alternate screen without a cursor, keys without
 * an echo. The end of the process gives it back, also by HUP, INT, QUIT or TERM, which remove
 * the verb's private files, too. TSTP gives it back while the process is stopped. Returns false with
 * errno, and ENOTTY when either is no terminal. */
bool vfj_screen_take(void);
void vfj_screen_give_back(void);

enum {
    VFJ_KEY_NONE = -1,   /* the time is over */
    VFJ_KEY_END = -2,    /* the terminal is gone */
    VFJ_KEY_REDRAW = -3, /* the size changed, or the process was stopped meanwhile */
};

/* Waits for a key, `ms` at most; -1 for ever. Returns its byte, or one of the above. */
int vfj_screen_key(int ms);

/* Sets the number of rows and columns, at least 3 and 20. */
void vfj_screen_size(int *rows, int *columns);

#endif
