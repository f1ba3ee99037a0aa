/* Small text helpers of the stand-in guest: bounded copies, words, numbers, addresses. */
#include "tests/guest/text.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

void guest_die(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fputs("guest: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(70);
}

void guest_copy(char *to, size_t size, const char *from)
{
    size_t length = strlen(from);

    if (length >= size) {
        guest_die("text too long: %s", from);
    }
    memmove(to, from, length + 1);
}

void guest_print(char *to, size_t size, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int length = vsnprintf(to, size, format, args);
    va_end(args);
    if (length < 0 || (size_t)length >= size) {
        guest_die("text too long: %s", to);
    }
}

size_t guest_words(char *line, char **words, size_t max)
{
    size_t count = 0;
    char *at = line + strspn(line, " \t\r\n");

    while (*at != '\0' && count < max) {
        words[count++] = at;
        if (count == max) {
            at[strcspn(at, "\r\n")] = '\0';
            break;
        }
        at += strcspn(at, " \t\r\n");
        if (*at != '\0') {
            *at++ = '\0';
        }
        at += strspn(at, " \t\r\n");
    }
    return count;
}

void guest_join(char *to, size_t size, size_t count, char *const *words)
{
    size_t used = 0;

    to[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        guest_print(to + used, size - used, "%s%s", i == 0 ? "" : " ", words[i]);
        used += strlen(to + used);
    }
}

bool guest_number(const char *text, unsigned long max, unsigned long *value)
{
    if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
        return false;
    }
    errno = 0;
    *value = strtoul(text, NULL, 10);
    return errno == 0 && *value <= max;
}

bool guest_seconds(const char *text, double *seconds)
{
    char *end;

    if (!isdigit((unsigned char)text[0])) {
        return false;
    }
    *seconds = strtod(text, &end);
    return *end == '\0' && *seconds <= 1e6;
}

bool guest_is_ifname(const char *name)
{
    size_t length = strlen(name);

    return length >= 1 && length <= 15 && strcspn(name, " \t\r\n/") == length;
}

bool guest_unit_of(const char *name, unsigned *unit)
{
    size_t at = strlen(name);
    unsigned long value;

    while (at > 0 && isdigit((unsigned char)name[at - 1])) {
        at--;
    }
    if (!guest_number(name + at, 32767, &value)) {
        return false;
    }
    *unit = (unsigned)value;
    return true;
}

bool guest_inet_parse(const char *text, uint32_t *address)
{
    struct in_addr in;

    if (inet_pton(AF_INET, text, &in) != 1) {
        return false;
    }
    *address = ntohl(in.s_addr);
    return true;
}

void guest_inet_print(char *to, size_t size, uint32_t address)
{
    guest_print(to, size, "%u.%u.%u.%u", (unsigned)(address >> 24), (unsigned)(address >> 16 & 255),
                (unsigned)(address >> 8 & 255), (unsigned)(address & 255));
}

uint32_t guest_mask_of(unsigned length)
{
    return length == 0 ? 0 : (uint32_t)(UINT32_MAX << (32 - length));
}

bool guest_mask_parse(const char *text, unsigned *length)
{
    uint32_t mask;

    if (strncmp(text, "0x", 2) == 0) {
        char *end;
        unsigned long value = strtoul(text, &end, 16);
        if (*end != '\0' || value > UINT32_MAX) {
            return false;
        }
        mask = (uint32_t)value;
    } else if (!guest_inet_parse(text, &mask)) {
        return false;
    }
    for (*length = 0; *length <= 32; ++*length) {
        if (guest_mask_of(*length) == mask) {
            return true;
        }
    }
    return false;
}

bool guest_inet6_parse(const char *text, char *to, size_t size)
{
    char bare[INET6_ADDRSTRLEN + 20];
    struct in6_addr in;

    if (strlen(text) >= sizeof bare) {
        return false;
    }
    guest_copy(bare, sizeof bare, text);
    bare[strcspn(bare, "%")] = '\0';
    if (inet_pton(AF_INET6, bare, &in) != 1) {
        return false;
    }
    return inet_ntop(AF_INET6, &in, to, (socklen_t)size) != NULL;
}

void guest_sleep(double seconds)
{
    struct timespec left
        = {.tv_sec = (time_t)seconds, .tv_nsec = (long)((seconds - (double)(time_t)seconds) * 1e9)};

    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

double guest_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}
