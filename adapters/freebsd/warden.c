/* The warden: the part of the daemon that stays root when the rest does not, as the rest sees it. */
#include "adapters/freebsd/warden.h"

#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "adapters/freebsd/warden_process.h"
#include "adapters/freebsd/wire.h"
#include "core/check.h"

/* Something asked and not answered. */
struct question {
    struct question *next;
    struct vfj_errand errand;
    bool sent;
    vfj_warden_reply_fn *replied; /* NULL: who asked does not want to know any more */
    void *context;
};

struct vfj_warden {
    struct vfj_wire wire;
    pid_t pid;
    struct event readable, writable;
    bool listens;
    void (*gone)(void *context);
    void *context;
    uint64_t last_number;
    struct question *first, **last; /* in the order in which they were asked */
    struct vfj_warden_reply reply;  /* under way */
};

struct vfj_warden *vfj_warden_start(const struct vfj_warden_settings *settings)
{
    struct vfj_wire theirs;
    struct vfj_warden *warden = calloc(1, sizeof *warden);
    if (warden == NULL || !vfj_wire_open(&warden->wire, &theirs)) {
        free(warden);
        return NULL;
    }
    warden->last = &warden->first;
    warden->pid = fork();
    if (warden->pid == 0)
        vfj_warden_process(theirs.socket, settings);
    int error = errno;
    vfj_wire_close(&theirs);
    if (warden->pid > 0)
        return warden;
    vfj_wire_close(&warden->wire);
    free(warden);
    errno = error;
    return NULL;
}

pid_t vfj_warden_pid(const struct vfj_warden *warden)
{
    return warden->pid;
}

static void remove_question(struct vfj_warden *warden, struct question *question)
{
    struct question **link = &warden->first;
    while (*link != question)
        link = &(*link)->next;
    *link = question->next;
    if (warden->last == &question->next)
        warden->last = link;
    free(question);
}

static struct question *find_question(struct vfj_warden *warden, uint64_t number)
{
    struct question *question = warden->first;
    while (question != NULL && question->errand.number != number)
        question = question->next;
    return question;
}

/* Nobody is asked any more, and nobody answered. */
static void lose(struct vfj_warden *warden)
{
    event_del(&warden->readable);
    event_del(&warden->writable);
    warden->listens = false;
    warden->gone(warden->context);
}

/* Whether it is not the last reply to its question. */
static bool is_followed(const struct vfj_warden_reply *reply)
{
    return reply->kind == VFJ_REPLY_STARTED
        || (reply->kind == VFJ_REPLY_READ && reply->status == 0 && reply->as.part.more != 0);
}

static void pass_on(struct vfj_warden *warden, int descriptor)
{
    struct question *question = find_question(warden, warden->reply.number);
    vfj_warden_reply_fn *replied = question != NULL ? question->replied : NULL;
    void *context = question != NULL ? question->context : NULL;
    if (question != NULL && !is_followed(&warden->reply))
        remove_question(warden, question);
    if (replied != NULL)
        replied(context, &warden->reply, descriptor);
    else if (descriptor >= 0)
        close(descriptor);
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
    struct vfj_warden *warden = context;
    int descriptor;
    enum vfj_wire_state state = VFJ_WIRE_WAIT;
    (void)fd;
    (void)what;
    while (warden->listens
           && (state = vfj_wire_receive(&warden->wire, &warden->reply, sizeof warden->reply, &descriptor))
               == VFJ_WIRE_DONE)
        pass_on(warden, descriptor);
    if (warden->listens && (state == VFJ_WIRE_END || state == VFJ_WIRE_WRONG))
        lose(warden);
}

/* What was not sent, in order, as far as it goes; that the warden has ended is seen by reading. */
static void send_questions(struct vfj_warden *warden)
{
    for (struct question *question = warden->first; question != NULL; question = question->next) {
        if (question->sent)
            continue;
        enum vfj_wire_state state = vfj_wire_send(&warden->wire, &question->errand, sizeof question->errand, -1, false);
        if (state == VFJ_WIRE_WAIT)
            event_add(&warden->writable, NULL);
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

bool vfj_warden_listen(struct vfj_warden *warden, struct event_base *base, void (*gone)(void *context), void *context)
{
    warden->gone = gone;
    warden->context = context;
    event_assign(&warden->readable, base, warden->wire.socket, EV_READ | EV_PERSIST, on_readable, warden);
    event_assign(&warden->writable, base, warden->wire.socket, EV_WRITE, on_writable, warden);
    warden->listens = event_add(&warden->readable, NULL) == 0;
    return warden->listens;
}

void vfj_warden_ignore(struct vfj_warden *warden)
{
    if (warden->listens) {
        event_del(&warden->readable);
        event_del(&warden->writable);
    }
    warden->listens = false;
    while (warden->first != NULL)
        remove_question(warden, warden->first);
}

void vfj_warden_ask(struct vfj_warden *warden, const struct vfj_errand *errand, vfj_warden_reply_fn *replied,
                    void *context)
{
    struct question *question = calloc(1, sizeof *question);
    VFJ_CHECK(question != NULL);
    question->errand = *errand;
    question->errand.number = ++warden->last_number;
    question->replied = replied;
    question->context = context;
    *warden->last = question;
    warden->last = &question->next;
    if (warden->listens && !event_pending(&warden->writable, EV_WRITE, NULL))
        send_questions(warden);
}

/* What it still says is dropped. By the connection, for in capability mode there is no waitpid(2). */
static void wait_for_end(const struct vfj_wire *wire)
{
    char bytes[4096];
    ssize_t count;
    do {
        count = recv(wire->socket, bytes, sizeof bytes, 0);
    } while (count > 0 || (count < 0 && errno == EINTR));
}

void vfj_warden_end(struct vfj_warden *warden)
{
    const struct vfj_errand end = {.kind = VFJ_ERRAND_END};
    if (warden == NULL)
        return;
    vfj_warden_ignore(warden);
    if (warden->wire.sent == 0) /* else it is in the middle of an errand, and the end of the connection says it */
        (void)vfj_wire_send(&warden->wire, &end, sizeof end, -1, false);
    (void)shutdown(warden->wire.socket, SHUT_WR);
    wait_for_end(&warden->wire);
    vfj_wire_close(&warden->wire);
    while (waitpid(warden->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    free(warden);
}
