/* Small text helpers of the stand-in guest: bounded copies, words, numbers, addresses. */
#ifndef VFJ_TESTS_GUEST_TEXT_H
#define VFJ_TESTS_GUEST_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GUEST_WORDS_MAX = 64,
    GUEST_LINE_SIZE = 2048, /* the longest line of any file of the guest, with its NUL */
    GUEST_MASK_SIZE = 32
};

/* Prints "guest: ..." and ends the program with status 70. This status means that the stand-in
 * guest itself failed, not the program that it acts as. */
void guest_die(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

/* Copies a string. Ends the program when it does not fit. */
void guest_copy(char *to, size_t size, const char *from);
/* Formats a text into a buffer as snprintf(3) does. Ends the program when the text does not fit. */
void guest_print(char *to, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Splits `line` at blanks into at most `max` words, in place. When there are more, the last word is
 * the rest of the line. Returns the number of words. */
size_t guest_words(char *line, char **words, size_t max);
/* Joins words into one text, with one blank between two words. */
void guest_join(char *to, size_t size, size_t count, char *const *words);

/* Parses a number of decimal digits. Returns false for any other text and for a number above
 * `max`. */
bool guest_number(const char *text, unsigned long max, unsigned long *value);
/* Parses a number of seconds that may have a fraction. Returns false for any other text. */
bool guest_seconds(const char *text, double *seconds);

/* Returns true when the text can be an interface name: 1 to 15 characters, no blank and no
 * slash. */
bool guest_is_ifname(const char *name);
/* Reads the digits at the end of an interface name as a number. Returns false when there are
 * none. */
bool guest_unit_of(const char *name, unsigned *unit);

/* These two functions parse and print an IPv4 address. The number is in host byte order. */
bool guest_inet_parse(const char *text, uint32_t *address);
void guest_inet_print(char *to, size_t size, uint32_t address);
/* Returns the network mask of a prefix length. */
uint32_t guest_mask_of(unsigned length);
/* Converts a network mask, such as 255.255.255.0 or 0xffffff00, to its prefix length. Returns false
 * for a text that is not a mask. */
bool guest_mask_parse(const char *text, unsigned *length);
/* Converts an IPv6 address to its canonical text, without its %scope. Returns false for a malformed
 * address. */
bool guest_inet6_parse(const char *text, char *to, size_t size);

/* Sleeps the given time. A signal does not shorten it. */
void guest_sleep(double seconds);
/* Returns the time of CLOCK_MONOTONIC in seconds. */
double guest_now(void);

#endif
