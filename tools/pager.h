/* Sends standard output to a pager. */
#ifndef VFJ_TOOLS_PAGER_H
#define VFJ_TOOLS_PAGER_H

#include <stdbool.h>

/* If standard output is a terminal, starts a pager and sends standard output to it. The variable
 * PAGER has the pager's command line, whose words are separated by blanks. Without PAGER the pager
 * is less(1) or more(1). Does nothing when PAGER is empty or "cat", when TERM is unset or "dumb",
 * or when no pager can be started. Sets LESS to "FRXMK" if it is unset: less(1) then ends
 * immediately if the output fits on the screen. Sets LESSSECURE to "1" if it is unset, so that
 * less(1) starts no other program. */
void vfj_pager_begin(void);

/* Returns true when the user has left the pager. Further output would not be shown. */
bool vfj_pager_is_left(void);

/* Ends the output to the pager, waits until the user leaves the pager, and sends standard output to
 * the terminal again. Does nothing when no pager was started. */
void vfj_pager_end(void);

#endif
