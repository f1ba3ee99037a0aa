/* The words that stay when a text is redacted. */
#ifndef VFJ_TOOLS_REDACT_WORDS_H
#define VFJ_TOOLS_REDACT_WORDS_H

/* Lists of words in lower case, separated by blanks. The last list is followed by NULL. The
 * words are those of record bodies, of network commands, of rc.conf(5) and of messages of the
 * system. None of them can name a guest. */
extern const char *const vfj_redact_words[];

/* Names of interface drivers, each with a blank before and after it. Such a name with a unit number
 * stays. */
extern const char vfj_redact_drivers[];

#endif
