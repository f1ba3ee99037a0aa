/* Cuts a stream of bytes into lines, in bounded memory. */
#include "adapters/freebsd/devd/lines.h"

#include <string.h>

struct vfj_lines vfj_lines_begin(char *bytes, size_t size, vfj_line_fn *line, void *context)
{
    return (struct vfj_lines){.bytes = bytes, .size = size, .line = line, .context = context};
}

static void keep(struct vfj_lines *lines, struct vfj_span part)
{
    size_t room = lines->size - lines->length;
    size_t take = part.length < room ? part.length : room;
    if (take > 0)
        memcpy(lines->bytes + lines->length, part.text, take);
    lines->length += take;
    lines->open = true;
}

/* Passes a finished line on, without copying when `part` is the whole line. */
static void finish(struct vfj_lines *lines, struct vfj_span part)
{
    struct vfj_span line = part;
    if (lines->open) {
        keep(lines, part);
        line = (struct vfj_span){lines->bytes, lines->length};
    } else if (line.length > lines->size) {
        line.length = lines->size;
    }
    vfj_lines_reset(lines);
    lines->line(lines->context, line);
}

void vfj_lines_feed(struct vfj_lines *lines, struct vfj_span bytes)
{
    while (bytes.length > 0) {
        const char *end = memchr(bytes.text, '\n', bytes.length);
        if (end == NULL) {
            keep(lines, bytes);
            return;
        }
        size_t length = (size_t)(end - bytes.text);
        finish(lines, (struct vfj_span){bytes.text, length});
        bytes.text += length + 1;
        bytes.length -= length + 1;
    }
}

void vfj_lines_end(struct vfj_lines *lines)
{
    if (lines->open)
        finish(lines, (struct vfj_span){"", 0});
}

void vfj_lines_reset(struct vfj_lines *lines)
{
    lines->length = 0;
    lines->open = false;
}
