/* Plays a trace line by line. A line that is the effect of a command is played when the
 * corresponding command of this pass has run (pass.h). */
#include "tools/whatif/pass.h"

#include <string.h>

#include "store/progress.h"

static int64_t time_of(const struct vfj_pass *pass, const struct vfj_trace_time *time)
{
    switch ((enum vfj_trace_time_form)time->form) {
    case VFJ_TIME_SAME:
        break;
    case VFJ_TIME_RELATIVE:
        return time->us;
    case VFJ_TIME_AFTER:
        return pass->clock_us + time->us;
    case VFJ_TIME_UNIX:
        return time->us - pass->play->first_unix_us;
    }
    return pass->clock_us;
}

static enum vfj_status play_at(struct vfj_pass *pass, int64_t us)
{
    struct vfj_trace_line at
        = {.kind = VFJ_TRACE_AT, .time = {.form = VFJ_TIME_RELATIVE, .us = us}};
    struct vfj_trace_error error;
    return vfj_play_line(pass->play, &at, &error);
}

/* Returns when the next outcome or timer of the play is due. */
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

/* Returns the index of the line in `due` that is due first, or due_count when there is none. */
static unsigned first_due(const struct vfj_pass *pass)
{
    unsigned first = 0;
    for (unsigned i = 1; i < pass->due_count; i++) {
        if (pass->due[i].us < pass->due[first].us)
            first = i;
    }
    return first;
}

static enum vfj_status play_due(struct vfj_pass *pass, unsigned index)
{
    const struct vfj_effect *effect = pass->due[index].effect;
    struct vfj_trace_error error;
    int64_t us = pass->due[index].us;
    pass->due[index] = pass->due[--pass->due_count];
    memset(&pass->read, 0, sizeof pass->read);
    pass->read.kind = effect->is_escaped ? VFJ_TRACE_DEVD : VFJ_TRACE_EVENT;
    pass->read.time = (struct vfj_trace_time){
        .form = VFJ_TIME_RELATIVE, .us = us > pass->play->now_us ? us : pass->play->now_us};
    pass->read.event = effect->event;
    return vfj_play_line(pass->play, &pass->read, &error);
}

/* Lets time pass up to `until_us`. Handles one outcome or timer at a time, because each may have
 * lines as effects. */
static enum vfj_status advance(struct vfj_pass *pass, int64_t until_us)
{
    enum vfj_status status = VFJ_OK;
    while (status == VFJ_OK && pass->follows && pass->differs && pass->play->started) {
        vfj_pass_differ(pass);
        vfj_pass_note_begun(pass);
        unsigned first = first_due(pass);
        int64_t due_us = first < pass->due_count ? pass->due[first].us : INT64_MAX;
        int64_t us = next_us(pass->play);
        bool is_line = due_us <= us;
        us = is_line ? due_us : us;
        if (us == INT64_MAX || us > until_us)
            break;
        int64_t before_us = pass->play->now_us;
        uint64_t events = pass->events;
        status = is_line ? play_due(pass, first) : play_at(pass, us > before_us ? us : before_us);
        if (!is_line && pass->events == events && pass->play->now_us == before_us)
            break; /* neither an event nor time passed, so that nothing is due */
    }
    return status;
}

static enum vfj_status play_line(struct vfj_pass *pass, uint64_t line,
                                 struct vfj_trace_error *error)
{
    struct vfj_trace_line *read = &pass->read;
    bool is_devd = read->kind == VFJ_TRACE_EVENT || read->kind == VFJ_TRACE_DEVD;
    if (read->kind == VFJ_TRACE_EVENT || read->kind == VFJ_TRACE_AT) {
        struct vfj_trace_line kept = *read;
        pass->clock_us = time_of(pass, &read->time);
        enum vfj_status status = advance(pass, pass->clock_us);
        if (status != VFJ_OK)
            return status;
        *read = kept;
        int64_t now_us = pass->play->now_us;
        read->time = (struct vfj_trace_time){
            .form = VFJ_TIME_RELATIVE, .us = pass->clock_us > now_us ? pass->clock_us : now_us};
    }
    if (!is_devd)
        return pass->has_differed && !vfj_pass_keeps(pass, read)
            ? VFJ_OK
            : vfj_play_line(pass->play, read, error);
    /* Handle outcomes and timers that are due before the line first: they show which command the
     * line can be an effect of. */
    if (read->kind == VFJ_TRACE_EVENT && pass->play->started) {
        enum vfj_status status = play_at(pass, read->time.us);
        if (status != VFJ_OK)
            return status;
    }
    vfj_pass_note_begun(pass);
    return vfj_pass_takes(pass, line) ? vfj_play_line(pass->play, read, error) : VFJ_OK;
}

enum vfj_status vfj_pass_run(struct vfj_pass *pass, struct vfj_span edited, uint64_t inserted,
                             struct vfj_trace_place *place)
{
    struct vfj_trace_error error = {0};
    struct vfj_span line;
    struct vfj_span rest = edited;
    enum vfj_status status = VFJ_OK;
    for (uint64_t number = 1; status == VFJ_OK && vfj_trace_next_line(&rest, &line); number++) {
        vfj_progress_set(number);
        if (!vfj_trace_read(line, number, &pass->read, &error))
            continue;
        pass->rest = rest;
        vfj_pass_differ(pass);
        status = play_line(pass, number > inserted ? number - inserted : number, &error);
        if (status == VFJ_TOO_MANY)
            *place = (struct vfj_trace_place){number, error.column, error.what};
    }
    if (status == VFJ_OK)
        status = advance(pass, pass->clock_us);
    return status == VFJ_OK ? vfj_play_end(pass->play) : status;
}
