/* Replaces passwords in values of rc.conf(5). */
#ifndef VFJ_FREEBSD_GUEST_RC_PASSWORD_H
#define VFJ_FREEBSD_GUEST_RC_PASSWORD_H

#include <stddef.h>

/* Replaces each password or key among the words of ifconfig(8) by VFJ_RC_BLANK: the word after
 * `pass`, `wepkey` or `nwkey`. A word is one of sh(1), since network.subr evaluates the value: it
 * may have blanks between quotes or after a backslash. A password with a command
 * substitution hides all that follows it. A value without password stays byte for byte. `size` is below VFJ_RC_SIZE. */
void vfj_rc_password_blank(char *value, size_t size);

#endif
