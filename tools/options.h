/* The parts of parsing options that all verbs share, based on getopt_long(3). */
#ifndef VFJ_TOOLS_OPTIONS_H
#define VFJ_TOOLS_OPTIONS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/text/name.h"
#include "tools/time_format.h"

/* Prints "vfjournal VERB: WHAT: VALUE" and a hint at --help on standard error. An empty
 * value is shown as quotes. When `value` is NULL, it is left out. Returns VFJ_EXIT_UNUSABLE. */
int vfj_usage_error(const char *verb, const char *what, const char *value);

/* Returns the next option as getopt_long(3) does, and -1 after the last one. When the option does
 * not exist or lacks its value, prints a message with its name and returns '?'. getopt_long(3)
 * itself prints no message, because its messages contain unescaped bytes of the command line. */
int vfj_option_next(const char *verb, int argc, char **argv, const char *short_options,
                    const struct option *options);

/* With `on` true, the next call of vfj_option_next() stores the option tables that it is given, and
 * returns '?' without a message. */
void vfj_option_capture(bool on);
/* Returns the stored option tables through the pointers. Returns false when no tables were
 * stored. */
bool vfj_option_captured(const char **short_options, const struct option **options);

/* Handles the results of vfj_option_next() that every verb can get, and returns the verb's exit
 * status. For 'h', prints `help`. For '?', only returns VFJ_EXIT_UNUSABLE, because
 * vfj_option_next() has printed the message. */
int vfj_option_rest(int option, const char *help);

enum { VFJ_OPTIONS_READ = -1 };

/* Checks that no argument is left. Returns VFJ_OPTIONS_READ, or the exit status after a usage
 * error. */
int vfj_option_end(const char *verb, int argc, char **argv);

/* Finds the journal for a verb: the value of the option -J, the argument FILE, or the default
 * VFJ_JOURNAL_PATH. Before the call, *path is the value of -J, or NULL without -J. After the call,
 * it is the path of the journal. argv[optind] is the first argument that is not an option. Returns
 * VFJ_OPTIONS_READ, or the exit status after a usage error. Two arguments are an error, and so is
 * -J together with an argument. */
int vfj_option_journal(const char *verb, int argc, char **argv, const char **path);

/* As vfj_option_journal(), for a verb with the arguments [FILE] NEW. Sets *to to NEW. It is an
 * error when NEW is missing. */
int vfj_option_journal_and_new(const char *verb, int argc, char **argv, const char **path,
                               const char **to);

/* Finds a number among the next two arguments, removes it from argv, and returns it. The arguments
 * "FILE NUMBER" and "NUMBER FILE" thus mean the same. When neither of two is a number, removes and
 * returns the first one, which the caller then refuses. Returns NULL when no argument is left, or
 * only one that is not a number: that is the FILE. */
const char *vfj_option_take_number(int argc, char **argv);

/* Returns the time zone: UTC when the command line contains --utc, and otherwise the local zone.
 * Call this before the options are parsed, because --utc also applies to times in options before
 * it. */
enum vfj_zone vfj_options_zone(int argc, char **argv);

/* Parses the time in an option such as -S or -U. `option` is its letter. Returns VFJ_OPTIONS_READ,
 * or the exit status after a usage error. */
int vfj_option_time(const char *verb, char option, const char *value, enum vfj_zone zone,
                    int64_t *us);
/* Parses the duration in an option --slow. Returns VFJ_OPTIONS_READ, or the exit status after a
 * usage error. */
int vfj_option_slow(const char *verb, const char *value, int64_t *us);

/* Parses the value of the option -o, for a verb that prints text or JSON. Sets *json. Returns
 * VFJ_OPTIONS_READ, or the exit status after a usage error. */
int vfj_option_output(const char *verb, const char *value, bool *json);

enum { VFJ_NAMES_MAX = 16 };

/* The interface names in all options -i. */
struct vfj_names {
    unsigned count;
    struct vfj_name list[VFJ_NAMES_MAX];
};

/* Adds the interface name in an option -i to the list. Returns VFJ_OPTIONS_READ, or the exit status
 * after a usage error. */
int vfj_option_interface(const char *verb, const char *value, struct vfj_names *names);

/* Returns true when the list contains the name. Also returns true when the list is empty. */
bool vfj_names_choose(const struct vfj_names *names, struct vfj_name name);

/* Returns the index of a word in a list that ends with NULL, or -1. */
int vfj_option_choice(const char *word, const char *const *choices);

/* Parses a decimal number of at least 1. Returns false for any other text. */
bool vfj_option_count(const char *word, uint64_t *count);

/* Parses a duration, of at least one second, and returns it in microseconds. The text consists of
 * numbers with the units w, d, h, m and s, a larger unit before a smaller one. Examples are "90d",
 * "2h30m" and "1w". Returns false for any other text, and for more than a century. */
bool vfj_option_age(const char *word, int64_t *us);

/* Parses a size of at least one byte: "64K", "200M", "2G", or a number of bytes. Returns false for
 * any other text, and for more than 2^62 bytes. */
bool vfj_option_size(const char *word, uint64_t *bytes);

#endif
