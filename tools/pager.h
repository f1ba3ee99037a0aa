/* Shows standard output through a pager. */
#ifndef VFJ_TOOLS_PAGER_H
#define VFJ_TOOLS_PAGER_H

#include <stdbool.h>

/* Starts the pager when standard output is a terminal, and turns standard output to it. The command
 * line is in the variable PAGER, and blanks separate its words; without PAGER the pager is less(1)
 * or more(1). Does nothing when PAGER is empty or "cat", when TERM is unset or "dumb", or when no
 * pager can be started. LESS is "FRXMK" unless set: less(1) ends at once after less than a screen.
 * LESSSECURE is "1" unless set, so that less(1) starts no other program. */
void vfj_pager_begin(void);

/* Returns whether the user left the pager: nothing more can be shown. */
bool vfj_pager_is_left(void);

/* Turns standard output back, and waits until the user leaves the pager. Does nothing without a
 * pager. */
void vfj_pager_end(void);

#endif
