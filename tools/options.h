/* What the verbs' options have in common, on getopt_long(3). */
#ifndef VFJ_TOOLS_OPTIONS_H
#define VFJ_TOOLS_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* "vfjournal VERB: what: value" and where help is, on standard error; VFJ_EXIT_UNUSABLE. An empty
 * value is left out. */
int vfj_usage_error(const char *verb, const char *what, const char *value);

/* The options that every verb has: 'h' prints `help`; any other is one that getopt_long(3) has
 * complained about, and where help is follows. The verb's exit status. */
int vfj_option_rest(int option, const char *verb, const char *help);

/* The place of a word in a list that ends with NULL, or -1. */
int vfj_option_choice(const char *word, const char *const *choices);

/* A decimal number of at least 1. */
bool vfj_option_count(const char *word, uint64_t *count);

/* "90d", "12h", "30m", "45s" in microseconds, at least one second; "64K", "200M", "2G" or a number
 * in bytes, at least one. False for all else, and for what is more than a century, or 2^62 bytes.
 */
bool vfj_option_age(const char *word, int64_t *us);
bool vfj_option_size(const char *word, uint64_t *bytes);

#endif
