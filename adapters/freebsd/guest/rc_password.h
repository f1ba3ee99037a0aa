/* Replaces passwords in values of rc.conf(5). */
#ifndef VFJ_FREEBSD_GUEST_RC_PASSWORD_H
#define VFJ_FREEBSD_GUEST_RC_PASSWORD_H

#include <stddef.h>

/* Replaces each password or key among the words of ifconfig(8) (core/data/secret.h) by
 * VFJ_RC_BLANK. network.subr evaluates the value by sh(1), so a word may have blanks between quotes
 * or after a backslash. The word after a word with a variable is replaced, too. A word with a
 * substitution is replaced, and the value is cut after that word. A value without such words is not
 * changed. `value` is an array of `size` bytes, fewer than VFJ_RC_SIZE. */
void vfj_rc_password_blank(char *value, size_t size);

#endif
