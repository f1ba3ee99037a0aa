/* An allocator for SQLite that keeps freed memory in lists, one for each size. */
#include "tests/kit/pool.h"

#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum {
    STEP = 32,
    /* the largest piece has room for two database pages with what SQLite stores about each */
    LISTS = 300,
    SLAB_SIZE = 1 << 18,
};

/* This struct precedes each allocated piece of memory. `size` is the number of bytes after it. */
struct head {
    size_t size;
};

/* A free piece of memory. */
struct piece {
    struct piece *next;
};

/* unused[N] is the list of free pieces of N * STEP bytes. These bytes include the struct head. */
static struct piece *unused[LISTS];
static unsigned char *slab;
static size_t slab_left;

static struct head *head_of(void *memory)
{
    return (struct head *)memory - 1;
}

static void *carve(size_t size)
{
    if (slab_left < size) {
        slab = malloc(SLAB_SIZE);
        slab_left = slab != NULL ? SLAB_SIZE : 0;
    }
    if (slab_left < size)
        return NULL;
    slab_left -= size;
    return slab + slab_left;
}

static void *hand_out(void *whole, size_t size)
{
    struct head *head = whole;
    if (head == NULL)
        return NULL;
    head->size = size - sizeof *head;
    return head + 1;
}

static void *pool_malloc(int wanted)
{
    size_t steps = ((size_t)wanted + sizeof(struct head) + STEP - 1) / STEP;
    if (steps >= LISTS)
        return hand_out(malloc(steps * STEP), steps * STEP);
    struct piece *piece = unused[steps];
    if (piece == NULL)
        return hand_out(carve(steps * STEP), steps * STEP);
    unused[steps] = piece->next;
    return hand_out(piece, steps * STEP);
}

static void pool_free(void *memory)
{
    if (memory == NULL)
        return;
    struct head *head = head_of(memory);
    size_t steps = (head->size + sizeof *head) / STEP;
    if (steps >= LISTS) {
        free(head);
        return;
    }
    struct piece *piece = (struct piece *)(void *)head;
    piece->next = unused[steps];
    unused[steps] = piece;
}

static int pool_size(void *memory)
{
    return memory != NULL ? (int)head_of(memory)->size : 0;
}

static void *pool_realloc(void *memory, int wanted)
{
    if (pool_size(memory) >= wanted)
        return memory;
    void *more = pool_malloc(wanted);
    if (more == NULL)
        return NULL;
    memcpy(more, memory, (size_t)pool_size(memory));
    pool_free(memory);
    return more;
}

static int pool_round_up(int wanted)
{
    return (wanted + 7) & ~7;
}

static int pool_begin(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void pool_end(void *context)
{
    (void)context;
}

void kit_pool_install(void)
{
    static const sqlite3_mem_methods methods = {
        .xMalloc = pool_malloc,
        .xFree = pool_free,
        .xRealloc = pool_realloc,
        .xSize = pool_size,
        .xRoundup = pool_round_up,
        .xInit = pool_begin,
        .xShutdown = pool_end,
    };
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
}
