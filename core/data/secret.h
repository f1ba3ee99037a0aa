/* Words of rc.conf(5) and ifconfig(8) that have to do with a password or key. */
#ifndef VFJ_CORE_DATA_SECRET_H
#define VFJ_CORE_DATA_SECRET_H

#include <stdbool.h>

#include "core/text/text.h"

/* What a word of sh(1), with its quotes and backslashes, says of passwords. */
struct vfj_secret_word {
    /* The next word is a password. The word is pass, or ends with key, psk, secret, passwd, password
       or passphrase, in any case: pass of carp(4), grekey of gre(4), wepkey and nwkey of
       ieee80211(4). */
    bool is_before_secret;
    /* The word is such a name, '=' and a password. */
    bool has_secret;
    /* The word contains a variable of sh(1). It may become any of these words, or none. */
    bool has_variable;
    /* The word contains a substitution of sh(1) that may have blanks in it. */
    bool has_substitution;
};

struct vfj_secret_word vfj_secret_word_of(struct vfj_span word);

#endif
