/* Small text helpers of the stand-in guest: bounded copies, words, numbers, addresses. */
#ifndef VFJ_TESTS_GUEST_TEXT_H
#define VFJ_TESTS_GUEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GUEST_WORDS_MAX = 64,
    GUEST_LINE_SIZE = 2048, /* one line of any file of ours, NUL included */
    GUEST_MASK_SIZE = 32
};

/* Prints "guest: ..." and ends the program with status 70: the stand-in itself is broken, not what
 * it acts.
 */
void guest_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Copies; a text that does not fit ends the program. */
void guest_copy(char *to, size_t size, const char *from);
/* printf into a buffer; a text that does not fit ends the program. */
void guest_print(char *to, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Cuts `line` at blanks, in place; at most `max` words, the rest of the line is left in the last
 * one. */
size_t guest_words(char *line, char **words, size_t max);
/* Joins words with one blank each. */
void guest_join(char *to, size_t size, size_t count, char *const *words);

/* Decimal digits only; false when it is anything else or past `max`. */
bool guest_number(const char *text, unsigned long max, unsigned long *value);
/* Seconds with an optional fraction. */
bool guest_seconds(const char *text, double *seconds);

/* An interface name: 1 to 15 characters, no blank and no slash. */
bool guest_is_ifname(const char *name);
/* The digits that end a name, as a number; false when there are none. */
bool guest_unit_of(const char *name, unsigned *unit);

/* IPv4 in host order. */
bool guest_inet_parse(const char *text, uint32_t *address);
void guest_inet_print(char *to, size_t size, uint32_t address);
uint32_t guest_mask_of(unsigned length);
/* The length of a dotted or 0x mask; false when it is none. */
bool guest_mask_parse(const char *text, unsigned *length);
/* Canonical IPv6 text, a %scope cut off. */
bool guest_inet6_parse(const char *text, char *to, size_t size);

/* Sleeps through signals. */
void guest_sleep(double seconds);
/* CLOCK_MONOTONIC in seconds. */
double guest_now(void);

#endif
