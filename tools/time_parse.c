/* Points in time as a user writes them. */
#include "tools/time_parse.h"

#include "core/model/trace_time.h"
#include "tools/options.h"
#include "tools/time_format.h"

enum { WORD_SIZE = 40, DAY_LENGTH = sizeof "2026-11-22" - 1, MINUTE_LENGTH = sizeof "03:12" - 1 };

/* "2026-11-22" of so many days ago. */
static void add_day(struct vfj_text *text, int64_t now_us, int days_ago)
{
    const int64_t day_us = INT64_C(24) * 60 * 60 * 1000000;
    char bytes[WORD_SIZE];
    struct vfj_text whole = vfj_text_begin(bytes, sizeof bytes);
    vfj_time_add(&whole, now_us - days_ago * day_us);
    vfj_text_add_span(text, (struct vfj_span){bytes, DAY_LENGTH});
}

/* The time of day, and what was left out of it. */
static void add_time(struct vfj_text *text, struct vfj_span time)
{
    if (time.length > 0 && time.text[time.length - 1] == 'Z')
        time.length--;
    vfj_text_add(text, "T");
    vfj_text_add_span(text, time);
    if (time.length == MINUTE_LENGTH)
        vfj_text_add(text, ":00");
    vfj_text_add(text, "Z");
}

static bool is_time(struct vfj_span word)
{
    return word.length >= MINUTE_LENGTH && word.text[2] == ':';
}

/* "2026-11-22" or "2026-11-22 03:12…", cut in two. */
static bool take_day(struct vfj_span word, struct vfj_span *day, struct vfj_span *time)
{
    *day = word;
    *time = vfj_span_of("00:00");
    if (word.length <= DAY_LENGTH)
        return word.length == DAY_LENGTH;
    *day = (struct vfj_span){word.text, DAY_LENGTH};
    *time = (struct vfj_span){word.text + DAY_LENGTH + 1, word.length - DAY_LENGTH - 1};
    return (word.text[DAY_LENGTH] == ' ' || word.text[DAY_LENGTH] == 'T') && is_time(*time);
}

/* The whole is read as a trace's time. */
static bool parse_date(struct vfj_span word, int64_t now_us, int64_t *us)
{
    char bytes[WORD_SIZE];
    struct vfj_text whole = vfj_text_begin(bytes, sizeof bytes);
    struct vfj_trace_time parsed;
    struct vfj_span day, time = word;
    if (is_time(word)) {
        add_day(&whole, now_us, 0);
    } else {
        if (!take_day(word, &day, &time))
            return false;
        vfj_text_add_span(&whole, day);
    }
    add_time(&whole, time);
    if (whole.overflow
        || !vfj_trace_time_parse((struct vfj_span){whole.bytes, whole.length}, &parsed))
        return false;
    *us = parsed.us;
    return parsed.form == VFJ_TIME_UNIX;
}

static bool parse_ago(struct vfj_span word, int64_t now_us, int64_t *us)
{
    char age[WORD_SIZE];
    int64_t ago_us;
    if (!vfj_span_copy(age, sizeof age, (struct vfj_span){word.text + 1, word.length - 1})
        || !vfj_option_age(age, &ago_us))
        return false;
    *us = now_us - ago_us;
    return true;
}

static bool parse_day(int64_t now_us, int days_ago, int64_t *us)
{
    char bytes[WORD_SIZE];
    struct vfj_text day = vfj_text_begin(bytes, sizeof bytes);
    add_day(&day, now_us, days_ago);
    return parse_date((struct vfj_span){day.bytes, day.length}, now_us, us);
}

bool vfj_time_parse(struct vfj_span word, int64_t now_us, int64_t *us)
{
    *us = now_us;
    if (vfj_span_is(word, "now"))
        return true;
    if (vfj_span_is(word, "today"))
        return parse_day(now_us, 0, us);
    if (vfj_span_is(word, "yesterday"))
        return parse_day(now_us, 1, us);
    if (vfj_span_starts(word, "-"))
        return parse_ago(word, now_us, us);
    return parse_date(word, now_us, us);
}
