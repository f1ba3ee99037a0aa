/* The parts of option parsing that all verbs use, based on getopt_long(3). */
#ifndef VFJ_TOOLS_OPTIONS_H
#define VFJ_TOOLS_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/text/name.h"
#include "tools/time_format.h"

/* Prints "vfjournal VERB: what: value" and how to get help on standard error. Omits an empty
 * value. Returns VFJ_EXIT_UNUSABLE. */
int vfj_usage_error(const char *verb, const char *what, const char *value);

/* Returns the next option as getopt_long(3) does, and -1 after the last one. For an option that
 * does not exist or lacks its value, prints a message with its name and returns '?'.
 * getopt_long(3) itself prints nothing, because its messages contain unescaped bytes of the
 * command line. */
int vfj_option_next(const char *verb, int argc, char **argv, const char *short_options,
                    const struct option *options);

/* With `on`, the next call of vfj_option_next() stores the option tables that it gets, and
 * returns '?' without a message. */
void vfj_option_capture(bool on);
/* Returns true and fills in the stored option tables. Returns false when there was no such call. */
bool vfj_option_captured(const char **short_options, const struct option **options);

/* Handles the options that every verb has: 'h' prints `help`. For '?', whose message is printed
 * already, it prints nothing. Returns the verb's exit status. */
int vfj_option_rest(int option, const char *help);

enum { VFJ_OPTIONS_READ = -1 };

/* Returns VFJ_OPTIONS_READ, or the exit status after a usage error when an argument is left. */
int vfj_option_end(const char *verb, int argc, char **argv);

/* Finds the journal of a verb: the value of -J, the operand FILE, or else VFJ_JOURNAL_PATH.
 * *path is the value of -J, or NULL without -J, and receives the result. The operand is
 * argv[optind]. Returns VFJ_OPTIONS_READ, or the exit status after a usage error: -J together
 * with an operand, or two operands. */
int vfj_option_journal(const char *verb, int argc, char **argv, const char **path);

/* Does the same for a verb with the operands [FILE] NEW, and fills in *to. Fails when NEW is
 * missing. */
int vfj_option_journal_and_new(const char *verb, int argc, char **argv, const char **path,
                               const char **to);

/* Removes the operand that is a number from argv[optind] and the word after it. `[FILE] NUMBER'
 * and `NUMBER [FILE]' mean the same. When both operands are not numbers, takes the first one,
 * which the caller reports. Returns NULL without an operand, and for a single operand that is
 * not a number: that is a FILE. */
const char *vfj_option_take_number(int argc, char **argv);

/* Returns the zone of times: UTC with --utc, and otherwise the local zone. --utc also holds for
 * the times in options before it: call this function before the options are read. */
enum vfj_zone vfj_options_zone(int argc, char **argv);

/* Reads the time of -S or -U. `message` is that of the usage error. Returns VFJ_OPTIONS_READ, or
 * the exit status after that error. */
int vfj_option_time(const char *verb, const char *message, const char *value, enum vfj_zone zone,
                    int64_t *us);
/* Reads the duration of --slow. Returns as vfj_option_time() does. */
int vfj_option_slow(const char *verb, const char *value, int64_t *us);

/* Reads the value of -o of a verb that prints text or JSON. Returns VFJ_OPTIONS_READ, or the exit
 * status after a usage error. */
int vfj_option_output(const char *verb, const char *value, bool *json);

enum { VFJ_NAMES_MAX = 16 };

/* The interfaces of all -i options. */
struct vfj_names {
    unsigned count;
    struct vfj_name list[VFJ_NAMES_MAX];
};

/* Adds the value of -i. Returns VFJ_OPTIONS_READ, or the exit status after a usage error. */
int vfj_option_interface(const char *verb, const char *value, struct vfj_names *names);

/* Returns whether the list has the name, or is empty. */
bool vfj_names_choose(const struct vfj_names *names, struct vfj_name name);

/* Returns the index of a word in a list that ends with NULL, or -1. */
int vfj_option_choice(const char *word, const char *const *choices);

/* Reads a decimal number of at least 1. Returns false for any other word. */
bool vfj_option_count(const char *word, uint64_t *count);

/* Reads a duration in microseconds, at least one second. It consists of numbers with the units
 * w, d, h, m and s, the larger unit first, such as "90d", "2h30m" or "1w". Returns false for any
 * other word, and for more than a century. */
bool vfj_option_age(const char *word, int64_t *us);

/* Reads a size in bytes, at least one: "64K", "200M", "2G" or a number. Returns false for any
 * other word, and for more than 2^62 bytes. */
bool vfj_option_size(const char *word, uint64_t *bytes);

#endif
