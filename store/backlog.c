/* Rows on their way to the journal. */
#include "store/backlog.h"

#include <stdlib.h>

#include "core/check.h"
#include "core/decision.h"
#include "core/limits.h"

/* Each row is a struct vfj_record, then its body with a NUL, filled up to the record's alignment. */
enum {
    ALIGN = 16,
    RECORD_SIZE = (sizeof(struct vfj_record) + ALIGN - 1) / ALIGN * ALIGN,
    /* A transition's body is a line of names and numbers; a command's holds its argv, quoted twice at worst.
     */
    TRANSITION_BODY = 512,
    COMMAND_BODY = 8 * (VFJ_ARGS_SIZE + 256),
    EVENT_SIZE = RECORD_SIZE + VFJ_BODY_MAX + ALIGN             //
        + VFJ_TRANSITIONS_MAX * (RECORD_SIZE + TRANSITION_BODY) //
        + VFJ_COMMANDS_MAX * (RECORD_SIZE + COMMAND_BODY)       //
        + VFJ_BODY_MAX + ALIGN,                                 /* the last body may ask for as much again */
};

bool vfj_backlog_open(struct vfj_backlog *backlog, size_t size)
{
    VFJ_CHECK(size > EVENT_SIZE);
    backlog->size = size;
    backlog->room = size - EVENT_SIZE;
    backlog->used = 0;
    backlog->bytes = malloc(size);
    return backlog->bytes != NULL;
}

void vfj_backlog_close(struct vfj_backlog *backlog)
{
    free(backlog->bytes);
    backlog->bytes = NULL;
}

void vfj_backlog_set_room(struct vfj_backlog *backlog, size_t bytes)
{
    size_t most = backlog->size - EVENT_SIZE;
    backlog->room = bytes < most ? bytes : most;
}

void vfj_backlog_clear(struct vfj_backlog *backlog)
{
    backlog->used = 0;
}

bool vfj_backlog_is_empty(const struct vfj_backlog *backlog)
{
    return backlog->used == 0;
}

bool vfj_backlog_has_room(const struct vfj_backlog *backlog)
{
    return backlog->used <= backlog->room;
}

struct vfj_text vfj_backlog_body(struct vfj_backlog *backlog)
{
    VFJ_CHECK(backlog->size - backlog->used >= RECORD_SIZE + VFJ_BODY_MAX + 1);
    return vfj_text_begin(backlog->bytes + backlog->used + RECORD_SIZE, VFJ_BODY_MAX + 1);
}

void vfj_backlog_push(struct vfj_backlog *backlog, const struct vfj_record *record, const struct vfj_text *body)
{
    struct vfj_record *row = (struct vfj_record *)(void *)(backlog->bytes + backlog->used);
    VFJ_CHECK(body->bytes == backlog->bytes + backlog->used + RECORD_SIZE && !body->overflow);
    *row = *record;
    row->body = (struct vfj_span){body->bytes, body->length};
    backlog->used += RECORD_SIZE + (body->length + ALIGN) / ALIGN * ALIGN;
}

struct vfj_record *vfj_backlog_next(const struct vfj_backlog *backlog, size_t *at)
{
    if (*at >= backlog->used)
        return NULL;
    struct vfj_record *row = (struct vfj_record *)(void *)(backlog->bytes + *at);
    *at += RECORD_SIZE + (row->body.length + ALIGN) / ALIGN * ALIGN;
    return row;
}
