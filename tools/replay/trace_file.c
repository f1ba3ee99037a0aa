/* Plays a trace after checking all of its lines. */
#include "tools/replay/trace_file.h"

#include <string.h>

#include "store/progress.h"

bool vfj_trace_next_line(struct vfj_span *rest, struct vfj_span *line)
{
    if (rest->length == 0)
        return false;
    const char *end = memchr(rest->text, '\n', rest->length);
    line->text = rest->text;
    line->length = end != NULL ? (size_t)(end - rest->text) : rest->length;
    size_t used = end != NULL ? line->length + 1 : line->length;
    rest->text += used;
    rest->length -= used;
    return true;
}

static void set_place(struct vfj_trace_place *place, uint64_t number,
                      const struct vfj_trace_error *error)
{
    *place = (struct vfj_trace_place){.line = number, .column = error->column, .what = error->what};
}

/* Checks each line, and sets *lines to the number of lines. Sets *place when a line has a
 * mistake. */
static enum vfj_status check(struct vfj_span bytes, struct vfj_play *play,
                             struct vfj_trace_place *place, uint64_t *lines)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    struct vfj_span line;
    vfj_progress_begin("reading lines", "lines", 0);
    for (uint64_t number = 1; vfj_trace_next_line(&bytes, &line); number++) {
        vfj_progress_set(number);
        *lines = number;
        if (!vfj_trace_read(line, number, &read, &error) || !vfj_play_check(play, &read, &error)) {
            set_place(place, number, &error);
            return VFJ_BAD_SYNTAX;
        }
    }
    return VFJ_OK;
}

enum vfj_status vfj_trace_check(struct vfj_span bytes, struct vfj_play *play,
                                struct vfj_trace_place *place)
{
    uint64_t lines = 0;
    enum vfj_status status = check(bytes, play, place, &lines);
    vfj_play_rewind(play);
    vfj_progress_begin("playing lines", "lines", lines);
    return status;
}

enum vfj_status vfj_trace_play(struct vfj_span bytes, struct vfj_play *play,
                               struct vfj_trace_place *place)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    struct vfj_span line;
    struct vfj_span rest = bytes;
    enum vfj_status status = vfj_trace_check(bytes, play, place);
    for (uint64_t number = 1; status == VFJ_OK && vfj_trace_next_line(&rest, &line); number++) {
        vfj_progress_set(number);
        vfj_trace_read(line, number, &read, &error);
        status = vfj_play_line(play, &read, &error);
        if (status == VFJ_TOO_MANY)
            set_place(place, number, &error);
    }
    return status == VFJ_OK ? vfj_play_end(play) : status;
}

bool vfj_trace_is_blank(struct vfj_span bytes)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    struct vfj_span line;
    for (uint64_t number = 1; vfj_trace_next_line(&bytes, &line); number++) {
        if (!vfj_trace_read(line, number, &read, &error) || read.kind != VFJ_TRACE_BLANK)
            return false;
    }
    return true;
}
