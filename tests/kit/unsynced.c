/* Records, in their order, the writes to files that were not synced since. A simulated power cut
 * first undoes all of them, and then repeats some. */
#include "tests/kit/unsynced.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 256, SECTOR = 512 };

struct change {
    struct change *next; /* the change that was recorded before this one */
    char path[PATH_BYTES];
    bool is_truncation;
    sqlite3_int64 size; /* size of the file before the change */
    sqlite3_int64 offset;
    int amount;            /* number of bytes from `offset` on that the change writes */
    int had;               /* how many of these bytes the file had before the change */
    unsigned char *before; /* the old bytes, `had` of them */
    unsigned char *after;  /* the new bytes, `amount` of them */
};

static struct change *newest;

static int size_between(sqlite3_int64 from, sqlite3_int64 to)
{
    return to > from ? (int)(to - from) : 0;
}

void kit_unsynced_note(const char *path, sqlite3_file *file, sqlite3_int64 size, const void *from,
                       int amount, sqlite3_int64 offset)
{
    int had = size_between(offset, size);
    if (from == NULL)
        amount = had;
    else if (had > amount)
        had = amount;
    struct change *change = malloc(sizeof *change + (size_t)had + (size_t)amount);
    if (change == NULL || path == NULL || strlen(path) >= sizeof change->path)
        abort();
    (void)strcpy(change->path, path);
    change->is_truncation = from == NULL;
    change->size = size;
    change->offset = offset;
    change->amount = amount;
    change->had = had;
    change->before = (unsigned char *)&change[1];
    change->after = change->before + had;
    if (had > 0)
        (void)file->pMethods->xRead(file, change->before, had, offset);
    if (from != NULL)
        memcpy(change->after, from, (size_t)amount);
    change->next = newest;
    newest = change;
}

void kit_unsynced_settle(const char *path)
{
    struct change **at = &newest;
    while (*at != NULL) {
        struct change *change = *at;
        if (strcmp(change->path, path) == 0) {
            *at = change->next;
            free(change);
        } else {
            at = &change->next;
        }
    }
}

static void put(int fd, const unsigned char *bytes, int amount, sqlite3_int64 offset)
{
    if (amount > 0 && pwrite(fd, bytes, (size_t)amount, (off_t)offset) != amount)
        abort();
}

static int reopen(const struct change *change)
{
    return open(change->path, O_RDWR | O_CLOEXEC);
}

static void undo(const struct change *change)
{
    int fd = reopen(change);
    if (fd < 0)
        return;
    put(fd, change->before, change->had, change->offset);
    if (ftruncate(fd, (off_t)change->size) != 0)
        abort();
    (void)close(fd);
}

static uint64_t toss(uint64_t *random)
{
    uint64_t z = *random += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (z ^ z >> 31) & 1;
}

static void redo(const struct change *change, uint64_t *random)
{
    int fd = reopen(change);
    if (fd < 0)
        return;
    if (change->is_truncation && toss(random) && ftruncate(fd, (off_t)change->offset) != 0)
        abort();
    for (int at = 0; at < change->amount && !change->is_truncation;) {
        int room = SECTOR - (int)((change->offset + at) % SECTOR);
        int length = change->amount - at < room ? change->amount - at : room;
        if (toss(random))
            put(fd, change->after + at, length, change->offset + at);
        at += length;
    }
    (void)close(fd);
}

void kit_unsynced_cut(uint64_t *random)
{
    struct change *oldest = NULL;
    /* undo the changes from the newest to the oldest, and list them from the oldest to the
     * newest */
    while (newest != NULL) {
        struct change *change = newest;
        newest = change->next;
        undo(change);
        change->next = oldest;
        oldest = change;
    }
    while (oldest != NULL) {
        struct change *change = oldest;
        oldest = change->next;
        redo(change, random);
        free(change);
    }
}
