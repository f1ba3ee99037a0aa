/* The words that are not replaced by pseudonyms when a text is redacted. */
#ifndef VFJ_TOOLS_REDACT_WORDS_H
#define VFJ_TOOLS_REDACT_WORDS_H

/* Lists of words in lower case, separated by blanks. The last list is followed by NULL. The words
 * occur in record bodies, network commands, rc.conf(5) and system messages. None of them can
 * identify a guest. */
extern const char *const vfj_redact_words[];

/* Names of interface drivers, each with a blank before and after it. When a text is redacted, such
 * a name with a unit number is not replaced. */
extern const char vfj_redact_drivers[];

#endif
