/* Receives what devd sends: by the loop's thread, or by one of its own while the loop is busy. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* recvmmsg: glibc hides it without */
#endif
#include "adapters/freebsd/devd_reader.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "adapters/freebsd/clock.h"
#include "adapters/freebsd/lines.h"
#include "core/event.h"
#include "core/limits.h"

enum {
    STACK_SIZE = 256 * 1024,
    RECEIPTS = 16,                   /* by one system call */
    RECEIPT_SIZE = VFJ_LINE_MAX + 2, /* a line that is just too long, with its '\n' */
    STORM_LINES = 16,                /* received at once: the loop will be busy with them while more come */
};

/* How long the thread sleeps. It does not wait for the socket, for it need not be quick: in a storm of 500,000 lines a
 * second, 45 bytes each, 22 KiB come in a millisecond. And what came meanwhile is received in one go. */
enum {
    LONGER_NS
    = 1000 * 1000,         /* before it helps: most work is done by then; and between looks at a socket that is empty */
    SHORT_NS = 100 * 1000, /* when the socket has just been emptied */
};

struct vfj_devd_reader {
    pthread_t thread;
    int fd;
    bool records, network_only;

    pthread_mutex_t turn; /* of what follows: who has it may receive, and so lines keep their order */
    pthread_cond_t lending;
    bool lent;      /* written by the loop's thread alone */
    bool stands_in; /* the thread receives */
    bool closing;
    unsigned lendings, seen; /* how often it was lent, and how often the thread has noticed */
    struct vfj_lines lines;
    char bytes[VFJ_LINE_MAX + 1];
    struct mmsghdr messages[RECEIPTS];
    struct iovec parts[RECEIPTS];
    char receipts[RECEIPTS][RECEIPT_SIZE];
    int64_t wall_us, mono_us; /* of what was received last */
    unsigned kept;            /* lines of it */

    pthread_mutex_t lock; /* of what follows; taken after `turn`, and never for long */
    struct vfj_intake intake;
    bool ended;
    int error;
};

static void keep_line(void *context, struct vfj_span raw)
{
    struct vfj_devd_reader *reader = context;
    if (reader->network_only && !vfj_devd_is_network(raw))
        return;
    vfj_intake_add(&reader->intake, raw, reader->wall_us, reader->mono_us);
    reader->kept++;
}

/* Linux does not report MSG_EOR, so a record ends where its receipt ends. At the end of the stream a line without its own is
 * kept as well: it came. */
static void keep(struct vfj_devd_reader *reader, unsigned count)
{
    for (unsigned i = 0; i < count && !reader->ended; i++) {
        const struct vfj_span bytes = {reader->receipts[i], (size_t)reader->messages[i].msg_len};
        vfj_lines_feed(&reader->lines, bytes);
        reader->ended = bytes.length == 0;
        if (reader->records || reader->ended)
            vfj_lines_end(&reader->lines);
    }
}

static void end(struct vfj_devd_reader *reader, int error)
{
    reader->ended = true;
    reader->error = error;
    vfj_lines_end(&reader->lines);
}

/* How many receipts there is room for. More room may come while nobody looks, but not less. */
static unsigned room_for(struct vfj_devd_reader *reader)
{
    pthread_mutex_lock(&reader->lock);
    unsigned room = reader->ended ? 0 : vfj_intake_room(&reader->intake);
    pthread_mutex_unlock(&reader->lock);
    return room < RECEIPTS ? room : RECEIPTS;
}

/* Receive what is there, without waiting; a system call and a look at the clocks for many lines, when there are many. With
 * `turn` held. How many receipts there were. */
static unsigned receive(struct vfj_devd_reader *reader)
{
    unsigned room = room_for(reader);
    reader->kept = 0;
    if (room == 0)
        return 0;
    int count = (int)recvmmsg(reader->fd, reader->messages, room, MSG_DONTWAIT, NULL);
    int error = errno;
    if (count < 0 && (error == EAGAIN || error == EWOULDBLOCK || error == EINTR))
        return 0;
    reader->wall_us = vfj_clock_wall_us();
    reader->mono_us = vfj_clock_mono_us();
    pthread_mutex_lock(&reader->lock);
    if (count > 0)
        keep(reader, (unsigned)count);
    else
        end(reader, count < 0 ? error : 0);
    pthread_mutex_unlock(&reader->lock);
    return count > 0 ? (unsigned)count : 0;
}

/* Look after a socket that was lent; for how many nanoseconds it need not be looked at then. */
static long stand_in(struct vfj_devd_reader *reader)
{
    if (!reader->stands_in && reader->seen != reader->lendings) {
        reader->seen = reader->lendings;
        return LONGER_NS;
    }
    reader->stands_in = true;
    unsigned count = receive(reader);
    return count == RECEIPTS ? 0 : count > 0 ? SHORT_NS : LONGER_NS;
}

static void nap(long ns)
{
    const struct timespec time = {.tv_nsec = ns};
    if (ns > 0)
        (void)nanosleep(&time, NULL);
}

static void *run(void *context)
{
    struct vfj_devd_reader *reader = context;
    pthread_mutex_lock(&reader->turn);
    while (!reader->closing) {
        if (!reader->lent) {
            pthread_cond_wait(&reader->lending, &reader->turn);
            continue;
        }
        long ns = stand_in(reader);
        pthread_mutex_unlock(&reader->turn);
        nap(ns);
        pthread_mutex_lock(&reader->turn);
    }
    pthread_mutex_unlock(&reader->turn);
    return NULL;
}

/* Signals are the other thread's. */
static int start_thread(struct vfj_devd_reader *reader)
{
    pthread_attr_t attributes;
    sigset_t all, before;
    int error = pthread_attr_init(&attributes);
    if (error != 0)
        return error;
    sigfillset(&all);
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&reader->thread, &attributes, run, reader);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

static void release(struct vfj_devd_reader *reader)
{
    close(reader->fd);
    vfj_intake_free(&reader->intake);
    pthread_mutex_destroy(&reader->lock);
    pthread_mutex_destroy(&reader->turn);
    pthread_cond_destroy(&reader->lending);
    free(reader);
}

struct vfj_devd_reader *vfj_devd_reader_open(int fd, bool records, bool network_only)
{
    struct vfj_devd_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        close(fd);
        return NULL;
    }
    reader->fd = fd;
    reader->records = records;
    reader->network_only = network_only;
    reader->lines = vfj_lines_begin(reader->bytes, sizeof reader->bytes, keep_line, reader);
    for (unsigned i = 0; i < RECEIPTS; i++) {
        reader->parts[i] = (struct iovec){reader->receipts[i], RECEIPT_SIZE};
        reader->messages[i].msg_hdr.msg_iov = &reader->parts[i];
        reader->messages[i].msg_hdr.msg_iovlen = 1;
    }
    pthread_mutex_init(&reader->turn, NULL);
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->lending, NULL);
    if (start_thread(reader) != 0) {
        release(reader);
        return NULL;
    }
    return reader;
}

static void lend(struct vfj_devd_reader *reader, bool at_once)
{
    reader->lent = true;
    reader->stands_in = at_once;
    reader->lendings++;
    pthread_cond_signal(&reader->lending);
}

void vfj_devd_reader_lend(struct vfj_devd_reader *reader)
{
    if (reader->lent)
        return;
    pthread_mutex_lock(&reader->turn);
    lend(reader, false);
    pthread_mutex_unlock(&reader->turn);
}

bool vfj_devd_reader_is_lent(const struct vfj_devd_reader *reader)
{
    return reader->lent;
}

static bool take(struct vfj_devd_reader *reader, struct vfj_intake *intake, int *error)
{
    struct vfj_intake empty = *intake;
    pthread_mutex_lock(&reader->lock);
    *intake = reader->intake;
    reader->intake = empty;
    bool ended = reader->ended;
    *error = reader->error;
    pthread_mutex_unlock(&reader->lock);
    return !ended || !vfj_intake_is_empty(intake);
}

/* The socket is the caller's. After work that was done too soon for the thread to help, lines are not looked for: they wake
 * the loop. */
static void receive_here(struct vfj_devd_reader *reader)
{
    pthread_mutex_lock(&reader->turn);
    bool unhelped = reader->lent && !reader->stands_in;
    reader->lent = false;
    if (!unhelped)
        receive(reader);
    if (!unhelped && reader->kept >= STORM_LINES)
        lend(reader, true);
    pthread_mutex_unlock(&reader->turn);
}

bool vfj_devd_reader_take(struct vfj_devd_reader *reader, struct vfj_intake *intake, int *error)
{
    bool goes_on = true;
    if (reader->lent)
        goes_on = take(reader, intake, error);
    if (!goes_on || !vfj_intake_is_empty(intake))
        return goes_on;
    receive_here(reader);
    return take(reader, intake, error);
}

void vfj_devd_reader_close(struct vfj_devd_reader *reader)
{
    if (reader == NULL)
        return;
    pthread_mutex_lock(&reader->turn);
    reader->closing = true;
    pthread_cond_signal(&reader->lending);
    pthread_mutex_unlock(&reader->turn);
    pthread_join(reader->thread, NULL);
    release(reader);
}
