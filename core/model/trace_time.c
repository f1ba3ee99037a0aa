/* Times in the notation of a trace. */
#include "core/model/trace_time.h"

#include <string.h>

static const int64_t second_us = 1000000;

static bool fraction_us(struct vfj_span digits, int64_t *us)
{
    int64_t unit = second_us / 10;
    *us = 0;
    for (size_t i = 0; i < digits.length; i++) {
        if (digits.text[i] < '0' || digits.text[i] > '9')
            return false;
        *us += unit * (digits.text[i] - '0');
        unit /= 10;
    }
    return digits.length > 0;
}

bool vfj_trace_seconds_parse(struct vfj_span span, int64_t *us)
{
    const uint64_t most_s = 100000000000;
    uint64_t whole_s = 0;
    int64_t part_us = 0;
    struct vfj_span whole = span;
    const char *point = span.length > 0 ? memchr(span.text, '.', span.length) : NULL;
    if (point != NULL) {
        whole.length = (size_t)(point - span.text);
        if (!fraction_us((struct vfj_span){point + 1, span.length - whole.length - 1}, &part_us))
            return false;
    }
    if (!vfj_span_to_u64(whole, &whole_s) || whole_s > most_s)
        return false;
    *us = (int64_t)whole_s * second_us + part_us;
    return true;
}

/* Returns the number of days from 1970-01-01 to the date, in the Gregorian calendar. Counts months
 * from March, so that a leap day is the last day of a year. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t shifted = month > 2 ? year : year - 1;
    int64_t march = month > 2 ? month - 3 : month + 9;
    int64_t days = 365 * shifted + shifted / 4 - shifted / 100 + shifted / 400
        + (153 * march + 2) / 5 + day - 1;
    return days - 719468;
}

static bool field(struct vfj_span *span, size_t digits, char after, int64_t least, int64_t most,
                  int64_t *value)
{
    uint64_t number = 0;
    if (span->length <= digits || !vfj_span_to_u64((struct vfj_span){span->text, digits}, &number))
        return false;
    *value = (int64_t)number;
    if (after != '\0' && span->text[digits] != after)
        return false;
    size_t used = after != '\0' ? digits + 1 : digits;
    *span = (struct vfj_span){span->text + used, span->length - used};
    return *value >= least && *value <= most;
}

static bool rfc3339_us(struct vfj_span span, int64_t *us)
{
    static const int month_days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year, month, day, hour, minute, second, part = 0;
    if (!field(&span, 4, '-', 1970, 9999, &year) || !field(&span, 2, '-', 1, 12, &month)
        || !field(&span, 2, 'T', 1, month_days[month - 1], &day)
        || !field(&span, 2, ':', 0, 23, &hour) || !field(&span, 2, ':', 0, 59, &minute)
        || !field(&span, 2, '\0', 0, 60, &second))
        return false;
    if (span.text[span.length - 1] != 'Z')
        return false;
    span.length--;
    if (span.length > 0
        && (span.text[0] != '.'
            || !fraction_us((struct vfj_span){span.text + 1, span.length - 1}, &part)))
        return false;
    *us = ((days_of(year, month, day) * 24 + hour) * 60 + minute) * 60 * second_us
        + second * second_us + part;
    return true;
}

bool vfj_trace_time_parse(struct vfj_span span, struct vfj_trace_time *time)
{
    const int64_t unix_us = 1000000000 * second_us;
    if (span.length > 0 && span.text[0] == '+') {
        time->form = VFJ_TIME_AFTER;
        return vfj_trace_seconds_parse((struct vfj_span){span.text + 1, span.length - 1},
                                       &time->us);
    }
    if (span.length > 10 && span.text[4] == '-') {
        time->form = VFJ_TIME_UNIX;
        return rfc3339_us(span, &time->us);
    }
    if (!vfj_trace_seconds_parse(span, &time->us))
        return false;
    time->form = time->us >= unix_us ? VFJ_TIME_UNIX : VFJ_TIME_RELATIVE;
    return true;
}
