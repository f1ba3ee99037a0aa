/* Parses a time that a user wrote. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares timegm only with this */
#endif
#include "tools/time_parse.h"

#include <time.h>

#include "tools/options.h"

enum { WORD_SIZE = 64 };

/* A time in parts. */
struct parts {
    int year, month, day, hour, minute, second;
    int64_t fraction_us;
    bool has_offset;
    int64_t offset_s; /* seconds east of UTC */
};

static bool take_char(struct vfj_span *rest, char c)
{
    if (rest->length == 0 || rest->text[0] != c)
        return false;
    *rest = (struct vfj_span){rest->text + 1, rest->length - 1};
    return true;
}

/* Removes a number from the beginning of `*rest`. It must have exactly `digits` digits and be at
 * most `most`. Returns false for anything else. */
static bool take_number(struct vfj_span *rest, size_t digits, int most, int *number)
{
    uint64_t value = 0;
    if (rest->length < digits || !vfj_span_to_u64((struct vfj_span){rest->text, digits}, &value)
        || value > (uint64_t)most)
        return false;
    *number = (int)value;
    *rest = (struct vfj_span){rest->text + digits, rest->length - digits};
    return true;
}

/* Removes the digits of a fraction from the beginning of `*rest`. The digits after the sixth are
 * ignored. */
static bool take_fraction(struct vfj_span *rest, int64_t *us)
{
    int64_t unit = 100000;
    size_t count = 0;
    *us = 0;
    for (; rest->length > 0 && rest->text[0] >= '0' && rest->text[0] <= '9'; count++) {
        *us += (rest->text[0] - '0') * unit;
        unit /= 10;
        *rest = (struct vfj_span){rest->text + 1, rest->length - 1};
    }
    return count > 0;
}

static bool take_day(struct vfj_span *rest, struct parts *parts)
{
    return take_number(rest, 4, 9999, &parts->year) && take_char(rest, '-')
        && take_number(rest, 2, 12, &parts->month) && take_char(rest, '-')
        && take_number(rest, 2, 31, &parts->day) && parts->month > 0 && parts->day > 0;
}

static bool take_time_of_day(struct vfj_span *rest, struct parts *parts)
{
    if (!take_number(rest, 2, 23, &parts->hour) || !take_char(rest, ':')
        || !take_number(rest, 2, 59, &parts->minute))
        return false;
    if (!take_char(rest, ':'))
        return true;
    if (!take_number(rest, 2, 59, &parts->second))
        return false;
    return !take_char(rest, '.') || take_fraction(rest, &parts->fraction_us);
}

/* Removes an offset from the beginning of `*rest`: Z, +01:00, -0130 or +01. A blank may precede
 * it. */
static bool take_offset(struct vfj_span *rest, struct parts *parts)
{
    int hours = 0, minutes = 0;
    (void)take_char(rest, ' ');
    parts->has_offset = true;
    if (take_char(rest, 'Z'))
        return true;
    int64_t sign = rest->length > 0 && rest->text[0] == '-' ? -1 : 1;
    if (!take_char(rest, '+') && !take_char(rest, '-'))
        return false;
    if (!take_number(rest, 2, 23, &hours))
        return false;
    bool has_minutes = take_char(rest, ':') || rest->length > 0;
    if (has_minutes && !take_number(rest, 2, 59, &minutes))
        return false;
    parts->offset_s = sign * (hours * 3600 + minutes * 60);
    return true;
}

/* Converts a date and time to Unix time. Returns false for a date that does not exist: timegm(3)
 * and mktime(3) would treat the 31st of a month with 30 days as the 1st of the next month. */
static bool to_us(const struct parts *parts, enum vfj_zone zone, int64_t *us)
{
    struct tm tm = {.tm_year = parts->year - 1900,
                    .tm_mon = parts->month - 1,
                    .tm_mday = parts->day,
                    .tm_hour = parts->hour,
                    .tm_min = parts->minute,
                    .tm_sec = parts->second,
                    .tm_isdst = -1};
    bool is_utc = parts->has_offset || zone == VFJ_ZONE_UTC;
    time_t seconds = is_utc ? timegm(&tm) : mktime(&tm);
    *us = ((int64_t)seconds - parts->offset_s) * 1000000 + parts->fraction_us;
    return tm.tm_mday == parts->day && tm.tm_mon + 1 == parts->month;
}

/* Sets the date to the day that is `days` days after today. */
static void set_day(struct parts *parts, int64_t now_us, enum vfj_zone zone, int days)
{
    time_t now_s = (time_t)(now_us / 1000000);
    struct tm tm = {0};
    if (zone == VFJ_ZONE_UTC)
        (void)gmtime_r(&now_s, &tm);
    else
        (void)localtime_r(&now_s, &tm);
    tm = (struct tm){.tm_year = tm.tm_year, .tm_mon = tm.tm_mon, .tm_mday = tm.tm_mday + days};
    /* timegm() changes a date such as November 31 into one that exists, without using a zone */
    (void)timegm(&tm);
    parts->year = tm.tm_year + 1900;
    parts->month = tm.tm_mon + 1;
    parts->day = tm.tm_mday;
}

static bool parse_date(struct vfj_span rest, int64_t now_us, enum vfj_zone zone, int64_t *us)
{
    struct parts parts = {0};
    bool has_time = rest.length > 2 && rest.text[2] == ':';
    if (has_time) {
        set_day(&parts, now_us, zone, 0);
    } else {
        if (!take_day(&rest, &parts))
            return false;
        has_time = rest.length > 1 && (take_char(&rest, ' ') || take_char(&rest, 'T'));
    }
    if (has_time && !take_time_of_day(&rest, &parts))
        return false;
    if (has_time && rest.length > 0 && !take_offset(&rest, &parts))
        return false;
    return rest.length == 0 && to_us(&parts, zone, us);
}

static bool parse_age(struct vfj_span word, int64_t *us)
{
    char age[WORD_SIZE];
    return vfj_span_copy(age, sizeof age, word) && vfj_option_age(age, us);
}

static bool parse_epoch(struct vfj_span word, int64_t *us)
{
    const uint64_t most_s = UINT64_C(100000000000);
    uint64_t seconds = 0;
    int64_t fraction = 0;
    size_t digits = 0;
    while (digits < word.length && word.text[digits] != '.')
        digits++;
    struct vfj_span rest = {word.text + digits, word.length - digits};
    if (!vfj_span_to_u64((struct vfj_span){word.text, digits}, &seconds) || seconds > most_s)
        return false;
    if (take_char(&rest, '.') && !take_fraction(&rest, &fraction))
        return false;
    *us = (int64_t)seconds * 1000000 + fraction;
    return rest.length == 0;
}

bool vfj_time_parse(struct vfj_span word, int64_t now_us, enum vfj_zone zone, int64_t *us)
{
    static const char *const days[] = {"yesterday", "today", "tomorrow"};
    struct parts parts = {0};
    struct vfj_span rest = word;
    int64_t age_us = 0;
    *us = now_us;
    if (vfj_span_is(word, "now"))
        return true;
    for (int i = 0; i < 3; i++) {
        if (vfj_span_is(word, days[i])) {
            set_day(&parts, now_us, zone, i - 1);
            return to_us(&parts, zone, us);
        }
    }
    if (take_char(&rest, '@'))
        return parse_epoch(rest, us);
    if (take_char(&rest, '-') || take_char(&rest, '+')) {
        bool is_age = parse_age(rest, &age_us);
        *us = word.text[0] == '-' ? now_us - age_us : now_us + age_us;
        return is_age;
    }
    if (parse_age(word, &age_us)) {
        *us = now_us - age_us;
        return true;
    }
    return parse_date(word, now_us, zone, us);
}
