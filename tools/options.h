/* The parts of option parsing that all verbs share, on getopt_long(3). */
#ifndef VFJ_TOOLS_OPTIONS_H
#define VFJ_TOOLS_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/text/name.h"
#include "tools/time_format.h"

/* Prints "vfjournal VERB: what: value" and the way to the help on standard error. Leaves out an
 * empty value. Returns VFJ_EXIT_UNUSABLE. */
int vfj_usage_error(const char *verb, const char *what, const char *value);

/* Returns the next option as getopt_long(3) does, and -1 after the last one. Returns '?' for an
 * option that does not exist or lacks its value, after a message that names it. getopt_long(3)
 * itself prints nothing: its messages hold the bytes of the command line unescaped. */
int vfj_option_next(const char *verb, int argc, char **argv, const char *short_options,
                    const struct option *options);

/* With `on`, the next call of vfj_option_next() keeps the option tables that it gets, and returns
 * '?' without a message. vfj_option_captured() returns them, or false when no call came. */
void vfj_option_capture(bool on);
bool vfj_option_captured(const char **short_options, const struct option **options);

/* Handles the options that every verb has. 'h' prints `help`. After '?' the usage error is already
 * printed. Returns the verb's exit status. */
int vfj_option_rest(int option, const char *help);

enum { VFJ_OPTIONS_READ = -1 };

/* Returns VFJ_OPTIONS_READ, or the exit status after a usage error when an argument is left. */
int vfj_option_end(const char *verb, int argc, char **argv);

/* Every verb reads its journal from `-J FILE` or from the operand FILE, and else from
 * VFJ_JOURNAL_PATH. *path is the value of -J, NULL without. Takes the operand from argv[optind].
 * Returns VFJ_OPTIONS_READ, or the exit status after a usage error: both ways, or two operands. */
int vfj_option_journal(const char *verb, int argc, char **argv, const char **path);

/* Likewise for a verb with the operands [FILE] NEW. Fails without NEW. */
int vfj_option_journal_and_new(const char *verb, int argc, char **argv, const char **path,
                               const char **to);

/* Takes the operand that is a number off argv[optind], or off its successor: `[FILE] NUMBER' and
 * `NUMBER [FILE]' mean the same. Of two operands that are no numbers, takes the first: the
 * caller names it. Returns NULL for no operand, and for one that is no number, a FILE. */
const char *vfj_option_take_number(int argc, char **argv);

/* Returns the zone of times: UTC with --utc, the local zone without. --utc also counts for the times
 * in options before it, so call this first. */
enum vfj_zone vfj_options_zone(int argc, char **argv);

/* Reads the time of -S or -U, or the duration of --slow. `message` is that of the usage error.
 * Returns VFJ_OPTIONS_READ, or the exit status after that error. */
int vfj_option_time(const char *verb, const char *message, const char *value, enum vfj_zone zone,
                    int64_t *us);
int vfj_option_slow(const char *verb, const char *value, int64_t *us);

/* Reads the value of -o of a verb that prints text or JSON. Returns VFJ_OPTIONS_READ, or the exit
 * status after a usage error. */
int vfj_option_output(const char *verb, const char *value, bool *json);

enum { VFJ_NAMES_MAX = 16 };

/* The interfaces of a repeated -i. */
struct vfj_names {
    unsigned count;
    struct vfj_name list[VFJ_NAMES_MAX];
};

/* Adds the value of -i. Returns VFJ_OPTIONS_READ, or the exit status after a usage error. */
int vfj_option_interface(const char *verb, const char *value, struct vfj_names *names);

/* Returns whether the name is one of them, or none was given. */
bool vfj_names_choose(const struct vfj_names *names, struct vfj_name name);

/* Returns the index of a word in a list that ends with NULL, or -1. */
int vfj_option_choice(const char *word, const char *const *choices);

/* Reads a decimal number of at least 1. */
bool vfj_option_count(const char *word, uint64_t *count);

/* Reads a duration in microseconds, at least one second: numbers with the units w, d, h, m and s,
 * the larger unit first, as "90d", "2h30m" or "1w". Returns false for all other words, and for more
 * than a century. */
bool vfj_option_age(const char *word, int64_t *us);

/* Reads a size in bytes, at least one: "64K", "200M", "2G" or a number. Returns false for all other
 * words, and for more than 2^62 bytes. */
bool vfj_option_size(const char *word, uint64_t *bytes);

#endif
