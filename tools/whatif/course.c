/* Plays a trace line by line, and lines that follow from commands when those ended. */
#include "tools/whatif/course.h"

#include <string.h>

#include "store/progress.h"

static int64_t time_of(const struct vfj_course *course, const struct vfj_trace_time *time)
{
    switch ((enum vfj_trace_time_form)time->form) {
    case VFJ_TIME_SAME:
        break;
    case VFJ_TIME_RELATIVE:
        return time->us;
    case VFJ_TIME_AFTER:
        return course->clock_us + time->us;
    case VFJ_TIME_UNIX:
        return time->us - course->play->first_unix_us;
    }
    return course->clock_us;
}

static enum vfj_status play_at(struct vfj_course *course, int64_t us)
{
    struct vfj_trace_line at
        = {.kind = VFJ_TRACE_AT, .time = {.form = VFJ_TIME_RELATIVE, .us = us}};
    struct vfj_trace_error error;
    return vfj_play_line(course->play, &at, &error);
}

/* Returns when the play has its next outcome or timer. */
static int64_t next_us(const struct vfj_play *play)
{
    int64_t us = play->deadline_us <= INT64_MAX - play->late_us ? play->deadline_us + play->late_us
                                                                : INT64_MAX;
    for (unsigned i = 0; i < play->pending_count; i++) {
        if (play->pending[i].due_us < us)
            us = play->pending[i].due_us;
    }
    return play->running ? us : INT64_MAX;
}

/* Returns the index of the line that is due first, or due_count. */
static unsigned first_due(const struct vfj_course *course)
{
    unsigned first = 0;
    for (unsigned i = 1; i < course->due_count; i++) {
        if (course->due[i].us < course->due[first].us)
            first = i;
    }
    return first;
}

static enum vfj_status play_due(struct vfj_course *course, unsigned index)
{
    const struct vfj_tie *tie = course->due[index].tie;
    struct vfj_trace_error error;
    int64_t us = course->due[index].us;
    course->due[index] = course->due[--course->due_count];
    memset(&course->read, 0, sizeof course->read);
    course->read.kind = tie->is_escaped ? VFJ_TRACE_DEVD : VFJ_TRACE_EVENT;
    course->read.time = (struct vfj_trace_time){
        .form = VFJ_TIME_RELATIVE, .us = us > course->play->now_us ? us : course->play->now_us};
    course->read.event = tie->event;
    return vfj_play_line(course->play, &course->read, &error);
}

/* Lets time pass up to `until_us`, one outcome or timer after the other: each may be followed by
 * lines. */
static enum vfj_status advance(struct vfj_course *course, int64_t until_us)
{
    enum vfj_status status = VFJ_OK;
    while (status == VFJ_OK && course->follows && course->parts && course->play->started) {
        vfj_course_part(course);
        vfj_course_note_begun(course);
        unsigned first = first_due(course);
        int64_t due_us = first < course->due_count ? course->due[first].us : INT64_MAX;
        int64_t us = next_us(course->play);
        bool is_line = due_us <= us;
        us = is_line ? due_us : us;
        if (us == INT64_MAX || us > until_us)
            break;
        int64_t before_us = course->play->now_us;
        uint64_t events = course->events;
        status
            = is_line ? play_due(course, first) : play_at(course, us > before_us ? us : before_us);
        if (!is_line && course->events == events && course->play->now_us == before_us)
            break; /* nothing was due after all */
    }
    return status;
}

static enum vfj_status play_line(struct vfj_course *course, uint64_t line,
                                 struct vfj_trace_error *error)
{
    struct vfj_trace_line *read = &course->read;
    bool is_devd = read->kind == VFJ_TRACE_EVENT || read->kind == VFJ_TRACE_DEVD;
    if (read->kind == VFJ_TRACE_EVENT || read->kind == VFJ_TRACE_AT) {
        struct vfj_trace_line kept = *read;
        course->clock_us = time_of(course, &read->time);
        enum vfj_status status = advance(course, course->clock_us);
        if (status != VFJ_OK)
            return status;
        *read = kept;
        int64_t now_us = course->play->now_us;
        read->time = (struct vfj_trace_time){
            .form = VFJ_TIME_RELATIVE, .us = course->clock_us > now_us ? course->clock_us : now_us};
    }
    if (!is_devd)
        return course->has_parted && !vfj_course_keeps(course, read)
            ? VFJ_OK
            : vfj_play_line(course->play, read, error);
    /* Outcomes and timers up to the line come before it. They tell what it may follow from. */
    if (read->kind == VFJ_TRACE_EVENT && course->play->started) {
        enum vfj_status status = play_at(course, read->time.us);
        if (status != VFJ_OK)
            return status;
    }
    vfj_course_note_begun(course);
    return vfj_course_takes(course, line) ? vfj_play_line(course->play, read, error) : VFJ_OK;
}

enum vfj_status vfj_course_run(struct vfj_course *course, struct vfj_span edited, uint64_t inserted,
                               struct vfj_trace_place *place)
{
    struct vfj_trace_error error = {0};
    struct vfj_span line;
    struct vfj_span rest = edited;
    enum vfj_status status = VFJ_OK;
    for (uint64_t number = 1; status == VFJ_OK && vfj_trace_next_line(&rest, &line); number++) {
        vfj_progress_set(number);
        if (!vfj_trace_read(line, number, &course->read, &error))
            continue;
        course->rest = rest;
        vfj_course_part(course);
        status = play_line(course, number > inserted ? number - inserted : number, &error);
        if (status == VFJ_TOO_MANY)
            *place = (struct vfj_trace_place){number, error.column, error.what};
    }
    if (status == VFJ_OK)
        status = advance(course, course->clock_us);
    return status == VFJ_OK ? vfj_play_end(course->play) : status;
}
