/* Finds words of rc.conf(5) and ifconfig(8) that contain or announce a password or key. */
#ifndef VFJ_CORE_DATA_SECRET_H
#define VFJ_CORE_DATA_SECRET_H

#include <stdbool.h>

#include "core/text/text.h"

/* The properties of a word of sh(1) that concern passwords. The word may have quotes and
 * backslashes. */
struct vfj_secret_word {
    /* The word names a password, and the next word is that password. The name is "pass", or ends
     * with key, psk, secret, passwd, password or passphrase, in upper or lower case. Examples
     * are pass of carp(4), grekey of gre(4), wepkey and nwkey of ieee80211(4). */
    bool is_before_secret;
    /* The word consists of the name of a password, '=' and the password. */
    bool has_secret;
    /* The word contains a variable of sh(1), so it may name or contain a password, or be empty. */
    bool has_variable;
    /* The word contains a substitution of sh(1), which may have blanks in it. */
    bool has_substitution;
};

struct vfj_secret_word vfj_secret_word_of(struct vfj_span word);

#endif
