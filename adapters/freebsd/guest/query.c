/* Sends one request to the guest and waits for its answer. */
#include "adapters/freebsd/guest/query.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/freebsd/guest/dispatch.h"
#include "adapters/freebsd/guest/probe.h"
#include "adapters/freebsd/guest/rc_conf.h"

enum { PROGRAM_LIMIT_MS = 10000 };

struct vfj_query {
    struct event_base *base;
    struct vfj_dispatch *dispatch;
    struct vfj_children *children;
    struct vfj_prober *prober;
    struct vfj_rc_reader *rc_reader, *origin_reader;

    /* the callbacks store the answer in these members */
    struct vfj_observation *observation;
    struct vfj_rc *rc;
    struct vfj_text output;
    struct vfj_text complaint;
    struct vfj_program_end *end;
    bool right;
};

static void stop(struct vfj_query *ask)
{
    event_base_loopbreak(ask->base);
}

static void wait_for_answer(struct vfj_query *ask)
{
    event_base_dispatch(ask->base);
}

static void on_observed(void *context, const struct vfj_observation *observation)
{
    struct vfj_query *ask = context;
    *ask->observation = *observation;
    stop(ask);
}

static void on_rc(void *context, const struct vfj_rc_answer *answer)
{
    struct vfj_query *ask = context;
    ask->right = answer->status == VFJ_OK
        && vfj_span_copy(ask->rc->text, sizeof ask->rc->text, answer->rc);
    vfj_text_add(&ask->complaint, answer->complaint);
    stop(ask);
}

static void on_output(void *context, struct vfj_span bytes)
{
    struct vfj_query *ask = context;
    for (size_t i = 0; i < bytes.length && !ask->output.overflow; i++)
        vfj_text_add_char(&ask->output, bytes.text[i]);
}

static void on_ended(void *context, const struct vfj_program_end *end)
{
    struct vfj_query *ask = context;
    *ask->end = *end;
    stop(ask);
}

static bool open_parts(struct vfj_query *ask, const struct vfj_paths *paths)
{
    ask->base = event_base_new();
    ask->dispatch
        = ask->base != NULL ? vfj_dispatch_open(ask->base, paths, NULL, NULL, NULL) : NULL;
    ask->children = ask->dispatch != NULL ? vfj_children_open(ask->base, ask->dispatch) : NULL;
    if (ask->children == NULL)
        return false;
    ask->prober
        = vfj_prober_open(ask->children, ask->dispatch, VFJ_PROBE_WAY_PROGRAMS, on_observed, ask);
    ask->rc_reader = vfj_rc_reader_open(ask->children, ask->dispatch, VFJ_RC_VALUES, on_rc, ask);
    ask->origin_reader
        = vfj_rc_reader_open(ask->children, ask->dispatch, VFJ_RC_ORIGIN, on_rc, ask);
    return ask->prober != NULL && ask->rc_reader != NULL && ask->origin_reader != NULL;
}

struct vfj_query *vfj_query_open(const struct vfj_paths *paths)
{
    struct vfj_query *ask = calloc(1, sizeof *ask);
    if (ask == NULL)
        return NULL;
    if (open_parts(ask, paths))
        return ask;
    vfj_query_close(ask);
    return NULL;
}

void vfj_query_close(struct vfj_query *ask)
{
    if (ask == NULL)
        return;
    vfj_dispatch_close(ask->dispatch);
    vfj_children_close(ask->children);
    vfj_prober_close(ask->prober);
    vfj_rc_reader_close(ask->rc_reader);
    vfj_rc_reader_close(ask->origin_reader);
    if (ask->base != NULL)
        event_base_free(ask->base);
    free(ask);
}

void vfj_query_probe(struct vfj_query *ask, const struct vfj_command *command,
                     struct vfj_observation *answer)
{
    ask->observation = answer;
    vfj_prober_run(ask->prober, command);
    wait_for_answer(ask);
}

static bool read_rc(struct vfj_query *ask, struct vfj_rc_reader *reader, struct vfj_rc *rc,
                    char *complaint, size_t size)
{
    memset(rc, 0, sizeof *rc);
    ask->rc = rc;
    ask->complaint = vfj_text_begin(complaint, size);
    vfj_rc_reader_read(reader);
    wait_for_answer(ask);
    return ask->right;
}

bool vfj_query_rc(struct vfj_query *ask, struct vfj_rc *rc, char *complaint, size_t size)
{
    return read_rc(ask, ask->rc_reader, rc, complaint, size);
}

bool vfj_query_rc_origin(struct vfj_query *ask, struct vfj_rc *origin, char *complaint, size_t size)
{
    return read_rc(ask, ask->origin_reader, origin, complaint, size);
}

void vfj_query_program(struct vfj_query *ask, const char *path, const char *const *argv,
                       char *output, size_t size, struct vfj_program_end *end)
{
    struct vfj_child_spec spec = {
        .path = path,
        .argv = argv,
        .limit_ms = PROGRAM_LIMIT_MS,
        .output_max = size,
        .output = on_output,
        .ended = on_ended,
        .context = ask,
    };
    ask->output = vfj_text_begin(output, size);
    ask->end = end;
    vfj_child_start(ask->children, &spec);
    wait_for_answer(ask);
}
