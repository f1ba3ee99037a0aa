/* Shows standard output through a pager. */
#ifndef VFJ_TOOLS_PAGER_H
#define VFJ_TOOLS_PAGER_H

#include <stdbool.h>

/* When standard output is a terminal, starts a pager and directs standard output to it. The
 * variable PAGER has the pager's command line, whose words are separated by blanks. Without
 * PAGER the pager is less(1) or more(1). Does nothing when PAGER is empty or "cat", when TERM is
 * unset or "dumb", or when no pager can be started. LESS is "FRXMK" unless it is set: less(1)
 * then ends at once after less than a screen. LESSSECURE is "1" unless it is set, so that
 * less(1) starts no other program. */
void vfj_pager_begin(void);

/* Returns whether the user has left the pager, so that further output is not shown. */
bool vfj_pager_is_left(void);

/* Directs standard output back to the terminal, and waits until the user leaves the pager. Does
 * nothing without a pager. */
void vfj_pager_end(void);

#endif
