/* Reading ahead: the rows of a journal, many at a time, and by a thread of their own while those before are looked at. */
#include "store/ahead.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "store/journal_impl.h"

/* So many rows that handing them over costs next to nothing; so many blocks that one which is filled again has left the cache of
 * the processor that looked at it: to write where another has just read takes four times as long. */
enum { BLOCKS = 16, BLOCK_ROWS = 512, BLOCK_BYTES = 65536 };

/* To wake a thread costs both: one that waits is woken when there are so many blocks for it. */
enum { WORTH_READING = BLOCKS / 2, WORTH_LOOKING = 2 };

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
    bool threaded;
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    unsigned filled, taken, left; /* blocks so far: filled, looked at, and done with */
    bool ended;                   /* no more will be filled */
    bool closing;
    struct block blocks[BLOCKS];
};

static void fill(struct vfj_ahead *ahead, struct block *block)
{
    block->rows
        = (struct vfj_rows){.rows = block->of, .room = BLOCK_ROWS, .bytes = block->bytes, .size = sizeof block->bytes};
    block->status = vfj_journal_next_rows(ahead->journal, &block->rows);
}

/* What the reader waits for when there is no room, and the other when nothing is filled. As they can't both wait, whoever is
 * woken is the one. */
static bool is_worth_reading(const struct vfj_ahead *ahead)
{
    return ahead->closing || BLOCKS - (ahead->filled - ahead->left) >= WORTH_READING;
}

static bool is_worth_looking(const struct vfj_ahead *ahead)
{
    return ahead->ended || ahead->filled - ahead->taken >= WORTH_LOOKING;
}

/* False when nobody wants to know any more. */
static bool wait_for_room(struct vfj_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    if (ahead->filled - ahead->left == BLOCKS) {
        while (!is_worth_reading(ahead))
            pthread_cond_wait(&ahead->changed, &ahead->lock);
    }
    bool go_on = !ahead->closing;
    pthread_mutex_unlock(&ahead->lock);
    return go_on;
}

static void hand_over(struct vfj_ahead *ahead, const struct block *block)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->filled++;
    ahead->ended = block->status != VFJ_OK;
    if (is_worth_looking(ahead))
        pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

static void give_back(struct vfj_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    ahead->left++;
    if (is_worth_reading(ahead))
        pthread_cond_signal(&ahead->changed);
    pthread_mutex_unlock(&ahead->lock);
}

static void *fill_all(void *context)
{
    struct vfj_ahead *ahead = context;
    for (unsigned i = 0; !ahead->ended && wait_for_room(ahead); i++) {
        fill(ahead, &ahead->blocks[i % BLOCKS]);
        hand_over(ahead, &ahead->blocks[i % BLOCKS]);
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

struct vfj_ahead *vfj_ahead_open(struct vfj_journal *journal, uint64_t from, bool chain, bool thread)
{
    struct vfj_ahead *ahead = malloc(sizeof *ahead);
    if (ahead == NULL)
        return NULL;
    ahead->journal = journal;
    ahead->block = NULL;
    ahead->next = 0;
    ahead->wrong = 0;
    ahead->taken = ahead->filled = ahead->left = 0;
    ahead->ended = ahead->closing = false;
    pthread_mutex_init(&ahead->lock, NULL);
    pthread_cond_init(&ahead->changed, NULL);
    if (chain)
        vfj_journal_walk(journal, from, VFJ_FORWARD);
    else
        vfj_journal_walk_unchained(journal, from);
    ahead->threaded = thread && start_thread(ahead);
    return ahead;
}

static void take_block(struct vfj_ahead *ahead)
{
    pthread_mutex_lock(&ahead->lock);
    if (ahead->filled == ahead->taken) {
        while (!is_worth_looking(ahead))
            pthread_cond_wait(&ahead->changed, &ahead->lock);
    }
    ahead->taken++;
    pthread_mutex_unlock(&ahead->lock);
}

static void next_block(struct vfj_ahead *ahead)
{
    if (ahead->block != NULL && ahead->threaded)
        give_back(ahead);
    ahead->block = &ahead->blocks[ahead->taken % BLOCKS];
    if (ahead->threaded)
        take_block(ahead);
    else
        fill(ahead, ahead->block);
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
