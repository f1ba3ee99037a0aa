/* Reading ahead: the rows of a journal, many at a time, and by a thread of their own while those before are looked at. */
#include "store/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "store/journal_impl.h"

/* So many rows that handing them over costs next to nothing, so few that they stay in a processor's cache. */
enum { BLOCKS = 4, BLOCK_ROWS = 512, BLOCK_BYTES = 65536 };

_Static_assert((int)BLOCK_BYTES >= (int)VFJ_ROW_BYTES, "the longest row fits");

/* Belongs to the one who fills it, or to the one who looks at it. */
struct block {
    struct vfj_rows rows;
    enum vfj_status status; /* what comes after the rows: more (VFJ_OK), or none */
    struct vfj_row of[BLOCK_ROWS];
    char bytes[BLOCK_BYTES];
};

struct vfj_ahead {
    struct vfj_journal *journal;
    struct block *block; /* looked at; NULL before the first */
    unsigned next;       /* row of it */
    uint64_t wrong;      /* seq of a row whose body can't be one; 0 none */
    unsigned taken;      /* blocks looked at so far, with this one */
    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    unsigned filled, left; /* blocks so far: filled, and done with */
    bool closing;
    struct block blocks[BLOCKS];
};

static void fill(struct vfj_ahead *ahead, struct block *block)
{
    block->rows
        = (struct vfj_rows){.rows = block->of, .room = BLOCK_ROWS, .bytes = block->bytes, .size = sizeof block->bytes};
    block->status = vfj_journal_next_rows(ahead->journal, &block->rows);
}

/* False when nobody wants to know any more. */
static bool wait_for_room(struct vfj_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    while (ahead->filled - ahead->left == BLOCKS && !ahead->closing)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    bool go_on = !ahead->closing;
    pthread_mutex_unlock(&ahead->lock);
    return go_on;
}

static void count_one(struct vfj_ahead *ahead, unsigned *count)
{
    pthread_mutex_lock(&ahead->lock);
    ++*count;
    pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

static void *fill_all(void *context)
{
    struct vfj_ahead *ahead = context;
    enum vfj_status status = VFJ_OK;
    for (unsigned i = 0; status == VFJ_OK && wait_for_room(ahead); i++) {
        fill(ahead, &ahead->blocks[i % BLOCKS]);
        status = ahead->blocks[i % BLOCKS].status;
        count_one(ahead, &ahead->filled);
    }
    return NULL;
}

/* Signals are the other thread's. */
static bool start_thread(struct vfj_ahead *ahead)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool started = sqlite3_threadsafe() != 0 && pthread_create(&ahead->thread, NULL, fill_all, ahead) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

struct vfj_ahead *vfj_ahead_open(struct vfj_journal *journal, uint64_t from, bool thread)
{
    struct vfj_ahead *ahead = malloc(sizeof *ahead);
    if (ahead == NULL)
        return NULL;
    ahead->journal = journal;
    ahead->block = NULL;
    ahead->next = 0;
    ahead->wrong = 0;
    ahead->taken = ahead->filled = ahead->left = 0;
    ahead->closing = false;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    vfj_journal_walk(journal, from, VFJ_FORWARD);
    ahead->threaded = thread && start_thread(ahead);
    return ahead;
}

static void wait_for_block(struct vfj_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    while (ahead->filled == ahead->taken)
        pthread_cond_wait(&ahead->changed, &ahead->lock);
    pthread_mutex_unlock(&ahead->lock);
}

static void next_block(struct vfj_ahead *ahead)
{
    if (ahead->block != NULL && ahead->threaded)
        count_one(ahead, &ahead->left);
    ahead->block = &ahead->blocks[ahead->taken % BLOCKS];
    if (ahead->threaded) {
        wait_for_block(ahead);
        ahead->taken++;
    } else {
        fill(ahead, ahead->block);
    }
    ahead->next = 0;
}

const struct vfj_record *vfj_ahead_next(struct vfj_ahead *ahead, enum vfj_status *status)
{
    while (ahead->block == NULL || ahead->next == ahead->block->rows.count) {
        if (ahead->block != NULL && ahead->block->status != VFJ_OK) {
            *status = ahead->block->status;
            return NULL;
        }
        next_block(ahead);
    }
    const struct vfj_row *row = &ahead->block->of[ahead->next++];
    bool right = vfj_journal_body_is_right(row);
    *status = right ? VFJ_OK : VFJ_JOURNAL_DAMAGED;
    ahead->wrong = right ? 0 : row->record.seq;
    return right ? &row->record : NULL;
}

void vfj_ahead_close(struct vfj_ahead *ahead)
{
    if (ahead == NULL)
        return;
    if (ahead->threaded) {
        pthread_mutex_lock(&ahead->lock);
        ahead->closing = true;
        pthread_cond_signal(&ahead->changed);
        pthread_mutex_unlock(&ahead->lock);
        (void)pthread_join(ahead->thread, NULL);
    }
    vfj_journal_walk_end(ahead->journal);
    if (ahead->wrong != 0)
        (void)vfj_journal_damaged(ahead->journal, ahead->wrong, "body");
    pthread_cond_destroy(&ahead->changed);
    pthread_mutex_destroy(&ahead->lock);
    free(ahead);
}
