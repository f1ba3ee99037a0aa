/* Passes requests to the process that serves them: this process or the monitor. */
#include "adapters/freebsd/guest/dispatch.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/queue.h>
#include <unistd.h>

#include "adapters/freebsd/privsep/monitor.h"
#include "adapters/freebsd/privsep/server.h"
#include "core/check.h"

/* A request whose last reply has not arrived. */
struct question {
    TAILQ_ENTRY(question) link;
    struct vfj_request request;
    bool sent; /* the request was already sent to the monitor */
    vfj_reply_fn *replied;
    void *context;
};

/* A reply of this process's own server that was not passed to the caller yet. */
struct answer {
    STAILQ_ENTRY(answer) link;
    struct vfj_reply reply;
    int descriptor;
};

struct vfj_dispatch {
    uint64_t last_number;
    TAILQ_HEAD(, question) questions; /* in the order of the requests */

    /* The next members are used only without a monitor. */
    struct vfj_server *server;
    STAILQ_HEAD(, answer) answers;
    struct event deliver;

    /* The next members are used only with a monitor. */
    struct vfj_wire *wire;
    struct event readable, writable, lost;
    bool listens;
    struct vfj_reply reply; /* the reply that is being received */
    void (*gone)(void *context);
    void *context;
};

static void drop_question(struct vfj_dispatch *dispatch, struct question *question)
{
    TAILQ_REMOVE(&dispatch->questions, question, link);
    free(question);
}

static struct question *find_question(struct vfj_dispatch *dispatch, uint64_t number)
{
    struct question *question;
    TAILQ_FOREACH(question, &dispatch->questions, link)
    {
        if (question->request.number == number)
            break;
    }
    return question;
}

/* Returns true when another reply to the same request follows. */
static bool is_followed(const struct vfj_reply *reply)
{
    return reply->kind == VFJ_REPLY_STARTED
        || (reply->kind == VFJ_REPLY_READ && reply->status == 0 && reply->as.part.more != 0);
}

static void pass_on(struct vfj_dispatch *dispatch, const struct vfj_reply *reply, int descriptor)
{
    struct question *question = find_question(dispatch, reply->number);
    if (question == NULL) {
        if (descriptor >= 0)
            close(descriptor);
        return;
    }
    const struct question asked = *question;
    if (!is_followed(reply))
        drop_question(dispatch, question);
    asked.replied(asked.context, reply, descriptor);
}

/* The functions below pass on the replies of this process's own server. */

/* A vfj_reply_fn. Keeps a reply of this process's own server until the event loop passes it on,
 * so that vfj_dispatch_ask() never calls a callback. */
static void keep_answer(void *context, const struct vfj_reply *reply, int descriptor)
{
    struct vfj_dispatch *dispatch = context;
    struct answer *answer = malloc(sizeof *answer);
    VFJ_CHECK(answer != NULL);
    answer->reply = *reply;
    answer->descriptor = descriptor;
    STAILQ_INSERT_TAIL(&dispatch->answers, answer, link);
    event_active(&dispatch->deliver, EV_TIMEOUT, 0);
}

static struct answer *take_answer(struct vfj_dispatch *dispatch)
{
    struct answer *answer = STAILQ_FIRST(&dispatch->answers);
    if (answer != NULL)
        STAILQ_REMOVE_HEAD(&dispatch->answers, link);
    return answer;
}

/* Passes one reply on. Each further reply waits for another turn of the event loop, since the
 * callback may end the loop. */
static void on_deliver(evutil_socket_t fd, short what, void *context)
{
    struct vfj_dispatch *dispatch = context;
    struct answer *answer = take_answer(dispatch);
    (void)fd;
    (void)what;
    if (!STAILQ_EMPTY(&dispatch->answers))
        event_active(&dispatch->deliver, EV_TIMEOUT, 0);
    if (answer != NULL)
        pass_on(dispatch, &answer->reply, answer->descriptor);
    free(answer);
}

/* The functions below send requests to the monitor, and pass on its replies. */

static void report_gone(struct vfj_dispatch *dispatch)
{
    if (dispatch->gone != NULL)
        dispatch->gone(dispatch->context);
}

/* Treats the monitor as ended: no request is sent to it and no reply is passed on any more. */
static void lose(struct vfj_dispatch *dispatch)
{
    event_del(&dispatch->readable);
    event_del(&dispatch->writable);
    dispatch->listens = false;
    report_gone(dispatch);
}

static void on_lost(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    report_gone(context);
}

/* Passes a received reply to the caller. Treats the monitor as ended when the reply does not
 * match its request, or has a descriptor although its kind has none. */
static void take_reply(struct vfj_dispatch *dispatch, int descriptor)
{
    const struct question *question = find_question(dispatch, dispatch->reply.number);
    if (question != NULL
        && vfj_reply_check(&dispatch->reply, &question->request, descriptor >= 0)) {
        pass_on(dispatch, &dispatch->reply, descriptor);
        return;
    }
    if (descriptor >= 0)
        close(descriptor);
    lose(dispatch);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct vfj_dispatch *dispatch = context;
    int descriptor;
    enum vfj_wire_state state = VFJ_WIRE_WAIT;
    (void)fd;
    (void)what;
    while (dispatch->listens
           && (state = vfj_wire_receive(dispatch->wire, &dispatch->reply, sizeof dispatch->reply,
                                        &descriptor))
               == VFJ_WIRE_DONE)
        take_reply(dispatch, descriptor);
    if (dispatch->listens && (state == VFJ_WIRE_END || state == VFJ_WIRE_WRONG))
        lose(dispatch);
}

/* Sends waiting requests in their order until the socket is full. Does not report an ended
 * monitor: the dispatch detects that when it reads replies. */
static void send_questions(struct vfj_dispatch *dispatch)
{
    struct question *question;
    TAILQ_FOREACH(question, &dispatch->questions, link)
    {
        if (question->sent)
            continue;
        enum vfj_wire_state state = vfj_wire_send(dispatch->wire, &question->request,
                                                  sizeof question->request, -1, false);
        if (state == VFJ_WIRE_WAIT)
            event_add(&dispatch->writable, NULL);
        if (state != VFJ_WIRE_DONE)
            return;
        question->sent = true;
    }
}

static void on_writable(evutil_socket_t fd, short what, void *context)
{
    (void)fd;
    (void)what;
    send_questions(context);
}

static bool listen_to_monitor(struct vfj_dispatch *dispatch, struct event_base *base)
{
    event_assign(&dispatch->readable, base, dispatch->wire->socket, EV_READ | EV_PERSIST,
                 on_readable, dispatch);
    event_assign(&dispatch->writable, base, dispatch->wire->socket, EV_WRITE, on_writable,
                 dispatch);
    event_assign(&dispatch->lost, base, -1, 0, on_lost, dispatch);
    dispatch->listens = event_add(&dispatch->readable, NULL) == 0;
    return dispatch->listens;
}

static bool serve_here(struct vfj_dispatch *dispatch, struct event_base *base,
                       const struct vfj_paths *paths)
{
    event_assign(&dispatch->deliver, base, -1, 0, on_deliver, dispatch);
    dispatch->server = vfj_server_open(base, paths, getpid(), keep_answer, dispatch);
    return dispatch->server != NULL;
}

struct vfj_dispatch *vfj_dispatch_open(struct event_base *base, const struct vfj_paths *paths,
                                       struct vfj_monitor *monitor, void (*gone)(void *context),
                                       void *context)
{
    struct vfj_dispatch *dispatch = calloc(1, sizeof *dispatch);
    if (dispatch == NULL)
        return NULL;
    TAILQ_INIT(&dispatch->questions);
    STAILQ_INIT(&dispatch->answers);
    dispatch->gone = gone;
    dispatch->context = context;
    dispatch->wire = monitor != NULL ? vfj_monitor_wire(monitor) : NULL;
    if (dispatch->wire != NULL ? listen_to_monitor(dispatch, base)
                               : serve_here(dispatch, base, paths))
        return dispatch;
    free(dispatch);
    return NULL;
}

static void drop_answers(struct vfj_dispatch *dispatch)
{
    struct answer *answer;
    while ((answer = take_answer(dispatch)) != NULL) {
        if (answer->descriptor >= 0)
            close(answer->descriptor);
        free(answer);
    }
}

void vfj_dispatch_close(struct vfj_dispatch *dispatch)
{
    if (dispatch == NULL)
        return;
    if (dispatch->listens) {
        event_del(&dispatch->readable);
        event_del(&dispatch->writable);
    }
    if (dispatch->wire != NULL)
        event_del(&dispatch->lost);
    if (dispatch->server != NULL)
        event_del(&dispatch->deliver);
    vfj_server_close(dispatch->server);
    drop_answers(dispatch);
    while (!TAILQ_EMPTY(&dispatch->questions))
        drop_question(dispatch, TAILQ_FIRST(&dispatch->questions));
    free(dispatch);
}

static const struct vfj_request *add_question(struct vfj_dispatch *dispatch,
                                              const struct vfj_request *request,
                                              vfj_reply_fn *replied, void *context)
{
    struct question *question = calloc(1, sizeof *question);
    VFJ_CHECK(question != NULL);
    question->request = *request;
    question->request.number = ++dispatch->last_number;
    question->replied = replied;
    question->context = context;
    TAILQ_INSERT_TAIL(&dispatch->questions, question, link);
    return &question->request;
}

void vfj_dispatch_ask(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      vfj_reply_fn *replied, void *context)
{
    const struct vfj_request *asked = add_question(dispatch, request, replied, context);
    if (dispatch->server != NULL)
        vfj_server_serve(dispatch->server, asked);
    else if (!dispatch->listens)
        /* reports the end of the monitor again, for this request */
        event_active(&dispatch->lost, EV_TIMEOUT, 0);
    else if (!event_pending(&dispatch->writable, EV_WRITE, NULL))
        send_questions(dispatch);
}

void vfj_dispatch_run(struct vfj_dispatch *dispatch, const struct vfj_request *request,
                      const char *path, const char *const *argv, vfj_reply_fn *replied,
                      void *context)
{
    VFJ_CHECK(dispatch->server != NULL);
    const struct vfj_request *asked = add_question(dispatch, request, replied, context);
    vfj_server_run(dispatch->server, asked, path, argv, VFJ_STDERR_WITH_STDOUT);
}
