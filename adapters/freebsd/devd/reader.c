/* A thread that receives devd's lines, so that the socket's buffer never fills up. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* glibc declares pipe2() only with this macro */
#endif
#include "adapters/freebsd/devd/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "adapters/freebsd/devd/lines.h"
#include "adapters/freebsd/devd/sysevent_message.h"
#include "adapters/freebsd/run/clock.h"
#include "core/data/event.h"
#include "core/limits.h"

enum {
    STACK_SIZE = 256 * 1024,
    /* one byte more than the longest line together with its '\n' */
    RECEIPT_SIZE = VFJ_LINE_MAX + 2,
};

struct vfj_devd_reader {
    pthread_t thread;
    int fd;
    int wakeup[2]; /* a pipe; it contains one byte as long as `woken` is set */
    enum vfj_devd_form form;
    uint16_t family; /* id of the netlink family, for the form MESSAGES */
    bool network_only;
    struct vfj_lines lines; /* only the thread uses `lines`, `bytes` and `receipt` */
    char bytes[VFJ_LINE_MAX + 1];
    char receipt[RECEIPT_SIZE];
    int64_t wall_us, mono_us; /* times of the newest receipt */
    pthread_mutex_t lock;     /* protects the members below */
    pthread_cond_t room;
    struct vfj_line_queue queue;
    bool woken; /* a byte is in the pipe */
    bool lost;  /* the kernel dropped messages */
    bool ended, closing;
    int error;
};

static void keep_line(void *context, struct vfj_span raw)
{
    struct vfj_devd_reader *reader = context;
    if (!reader->network_only || vfj_devd_is_network(raw))
        vfj_line_queue_add(&reader->queue, raw, reader->wall_us, reader->mono_us);
}

static void wake(struct vfj_devd_reader *reader)
{
    if (!reader->woken)
        (void)!write(reader->wakeup[1], "", 1);
    reader->woken = true;
}

/* Queues a record of the seqpacket socket, which is one line. Linux does not report MSG_EOR, so
 * one receipt counts as one record. Returns false when the record was cut off: it has no '\n',
 * although the receipt had room for one. */
static bool keep_record(struct vfj_devd_reader *reader, struct vfj_span record)
{
    if (record.text[record.length - 1] == '\n')
        record.length--;
    else if (record.length < RECEIPT_SIZE)
        return false;
    if (record.length > VFJ_LINE_MAX + 1)
        record.length = VFJ_LINE_MAX + 1;
    keep_line(reader, record);
    return true;
}

/* Queues the events of one receipt from nlsysevent(4). */
static void keep_messages(struct vfj_devd_reader *reader, struct vfj_span receipt)
{
    struct vfj_text line = vfj_text_begin(reader->bytes, sizeof reader->bytes);
    bool is_cut = false;
    while (vfj_sysevent_next(&receipt, reader->family, &line, &is_cut)) {
        if (line.length > 0)
            keep_line(reader, (struct vfj_span){line.bytes, line.length});
    }
    reader->lost = reader->lost || is_cut;
}

static bool keep_receipt(struct vfj_devd_reader *reader, struct vfj_span receipt)
{
    switch (reader->form) {
    case VFJ_DEVD_STREAM:
        vfj_lines_feed(&reader->lines, receipt);
        break;
    case VFJ_DEVD_RECORDS:
        return keep_record(reader, receipt);
    case VFJ_DEVD_MESSAGES:
        keep_messages(reader, receipt);
        break;
    }
    return true;
}

/* Queues the lines of a receipt. Waits while the queue has no room. Returns false when the
 * reader is being closed. Also returns false, with EMSGSIZE in *error, when the receipt was cut
 * off. */
static bool keep(struct vfj_devd_reader *reader, struct vfj_span receipt, int *error)
{
    reader->wall_us = vfj_clock_wall_us();
    reader->mono_us = vfj_clock_mono_us();
    pthread_mutex_lock(&reader->lock);
    while (!vfj_line_queue_has_room(&reader->queue) && !reader->closing)
        pthread_cond_wait(&reader->room, &reader->lock);
    bool go_on = !reader->closing;
    if (go_on && !keep_receipt(reader, receipt)) {
        *error = EMSGSIZE;
        go_on = false;
    }
    if (!vfj_line_queue_is_empty(&reader->queue) || reader->lost)
        wake(reader);
    pthread_mutex_unlock(&reader->lock);
    return go_on;
}

/* Records that the connection has ended. First queues a last line that has no '\n'. */
static void end(struct vfj_devd_reader *reader, int error)
{
    pthread_mutex_lock(&reader->lock);
    if (vfj_line_queue_has_room(&reader->queue))
        vfj_lines_end(&reader->lines);
    reader->ended = true;
    reader->error = error;
    wake(reader);
    pthread_mutex_unlock(&reader->lock);
}

static void note_lost(struct vfj_devd_reader *reader)
{
    pthread_mutex_lock(&reader->lock);
    reader->lost = true;
    wake(reader);
    pthread_mutex_unlock(&reader->lock);
}

static void *read_all(void *context)
{
    struct vfj_devd_reader *reader = context;
    int error = 0;
    for (;;) {
        ssize_t count = recv(reader->fd, reader->receipt, sizeof reader->receipt, 0);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == ENOBUFS && reader->form == VFJ_DEVD_MESSAGES) {
            note_lost(reader);
            continue;
        }
        if (count < 0)
            error = errno;
        if (count <= 0
            || !keep(reader, (struct vfj_span){reader->receipt, (size_t)count}, &error)) {
            end(reader, error);
            return NULL;
        }
    }
}

/* Starts the thread with all signals blocked, since the main thread handles signals. */
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
    error = pthread_create(&reader->thread, &attributes, read_all, reader);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return error;
}

static bool set_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags >= 0 && fcntl(fd, F_SETFL, flags & ~O_NONBLOCK) == 0;
}

static void release(struct vfj_devd_reader *reader)
{
    close(reader->wakeup[0]);
    close(reader->wakeup[1]);
    close(reader->fd);
    vfj_line_queue_free(&reader->queue);
    pthread_mutex_destroy(&reader->lock);
    pthread_cond_destroy(&reader->room);
    free(reader);
}

struct vfj_devd_reader *vfj_devd_reader_open(int fd, enum vfj_devd_form form, uint16_t family,
                                             bool network_only)
{
    struct vfj_devd_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL || pipe2(reader->wakeup, O_CLOEXEC | O_NONBLOCK) != 0) {
        close(fd);
        free(reader);
        return NULL;
    }
    vfj_line_queue_init(&reader->queue);
    reader->fd = fd;
    reader->form = form;
    reader->family = family;
    reader->network_only = network_only;
    reader->lines = vfj_lines_begin(reader->bytes, sizeof reader->bytes, keep_line, reader);
    pthread_mutex_init(&reader->lock, NULL);
    pthread_cond_init(&reader->room, NULL);
    if (!set_blocking(fd) || start_thread(reader) != 0) {
        release(reader);
        return NULL;
    }
    return reader;
}

int vfj_devd_reader_wakeup(const struct vfj_devd_reader *reader)
{
    return reader->wakeup[0];
}

static void clear_wakeup(struct vfj_devd_reader *reader)
{
    char byte;
    if (reader->woken)
        (void)!read(reader->wakeup[0], &byte, 1);
    reader->woken = false;
}

enum vfj_devd_taken vfj_devd_reader_take(struct vfj_devd_reader *reader,
                                         struct vfj_line_queue_line *line, int *error)
{
    enum vfj_devd_taken taken = VFJ_DEVD_LINE;
    pthread_mutex_lock(&reader->lock);
    if (!vfj_line_queue_take(&reader->queue, line)) {
        taken = reader->lost ? VFJ_DEVD_LOST : reader->ended ? VFJ_DEVD_ENDED : VFJ_DEVD_NONE;
        reader->lost = false;
        *error = reader->error;
        /* a descriptor that stays readable after LOST makes the event loop call this function
         * again */
        if (taken != VFJ_DEVD_LOST)
            clear_wakeup(reader);
    }
    pthread_cond_signal(&reader->room);
    pthread_mutex_unlock(&reader->lock);
    return taken;
}

void vfj_devd_reader_close(struct vfj_devd_reader *reader)
{
    if (reader == NULL)
        return;
    pthread_mutex_lock(&reader->lock);
    reader->closing = true;
    pthread_cond_signal(&reader->room);
    pthread_mutex_unlock(&reader->lock);
    shutdown(reader->fd, SHUT_RDWR);
    pthread_join(reader->thread, NULL);
    release(reader);
}
