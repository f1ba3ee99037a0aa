/* A trace file: read whole, checked whole, then played. */
#include "tools/replay/trace_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* The next line off the front of the text, without its "\n"; false at the end. */
static bool next_line(struct vfj_span *rest, struct vfj_span *line)
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

static enum vfj_status check(struct vfj_span bytes, struct vfj_play *play,
                             struct vfj_trace_place *place)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    struct vfj_span line;
    for (uint64_t number = 1; next_line(&bytes, &line); number++) {
        if (!vfj_trace_read(line, number, &read, &error) || !vfj_play_check(play, &read, &error)) {
            set_place(place, number, &error);
            return VFJ_BAD_SYNTAX;
        }
    }
    return VFJ_OK;
}

enum vfj_status vfj_trace_play(struct vfj_span bytes, struct vfj_play *play,
                               struct vfj_trace_place *place)
{
    struct vfj_trace_line read;
    struct vfj_trace_error error;
    struct vfj_span line;
    struct vfj_span rest = bytes;
    enum vfj_status status = check(bytes, play, place);
    vfj_play_rewind(play);
    for (uint64_t number = 1; status == VFJ_OK && next_line(&rest, &line); number++) {
        vfj_trace_read(line, number, &read, &error);
        status = vfj_play_line(play, &read, &error);
        if (status == VFJ_TOO_MANY)
            set_place(place, number, &error);
    }
    return status == VFJ_OK ? vfj_play_end(play) : status;
}

/* What the file system says at once; a pipe or a device is found out by reading. */
static bool is_too_large(FILE *file)
{
    struct stat status;
    return fstat(fileno(file), &status) == 0 && status.st_size >= VFJ_TRACE_FILE_MAX;
}

int vfj_trace_slurp(const char *path, char **bytes, size_t *length)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    size_t size = 0, used = 0;
    char *buffer = NULL;
    int error;
    if (file == NULL)
        return errno;
    error = is_too_large(file) ? EFBIG : 0;
    while (error == 0 && !feof(file)) {
        if (used == VFJ_TRACE_FILE_MAX) {
            error = EFBIG;
            break;
        }
        if (used == size) {
            size = size > 0 ? 2 * size : 65536;
            char *more = realloc(buffer, size);
            if (more == NULL) {
                error = ENOMEM;
                break;
            }
            buffer = more;
        }
        used += fread(buffer + used, 1, size - used, file);
        if (ferror(file))
            error = errno != 0 ? errno : EIO;
    }
    if (file != stdin)
        fclose(file);
    if (error != 0) {
        free(buffer);
        buffer = NULL;
    }
    *bytes = buffer;
    *length = used;
    return error;
}
