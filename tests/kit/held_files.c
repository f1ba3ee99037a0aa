/* Files that a process holds in memory while SQLite has them open. */
#include "tests/kit/held_files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HELD_MAX = 8, PATH_BYTES = 256 };

struct kit_held {
    char path[PATH_BYTES];
    unsigned users;
    int fd;
    unsigned char *bytes;
    size_t room;
    sqlite3_int64 size, size_on_disk;
    sqlite3_int64 changed_from, changed_to; /* what is to be written; equal: nothing */
};

static struct kit_held all[HELD_MAX];

static struct kit_held *find(const char *path)
{
    struct kit_held *unused = NULL;
    for (unsigned i = 0; i < HELD_MAX; i++) {
        if (all[i].users > 0 && strcmp(all[i].path, path) == 0)
            return &all[i];
        if (all[i].users == 0 && unused == NULL)
            unused = &all[i];
    }
    if (unused == NULL || strlen(path) >= sizeof unused->path)
        abort();
    return unused;
}

static void make_room(struct kit_held *held, sqlite3_int64 size)
{
    size_t room = held->room > 0 ? held->room : 1 << 16;
    while (room < (size_t)size)
        room *= 2;
    if (room == held->room)
        return;
    held->bytes = realloc(held->bytes, room);
    if (held->bytes == NULL)
        abort();
    held->room = room;
}

static void load(struct kit_held *held)
{
    struct stat facts;
    held->fd = open(held->path, O_RDWR | O_CLOEXEC);
    if (held->fd < 0 || fstat(held->fd, &facts) != 0)
        abort();
    make_room(held, facts.st_size);
    if (pread(held->fd, held->bytes, (size_t)facts.st_size, 0) != facts.st_size)
        abort();
    held->size = held->size_on_disk = facts.st_size;
    held->changed_from = held->changed_to = 0;
}

struct kit_held *kit_held_open(const char *path)
{
    struct kit_held *held = find(path);
    if (held->users++ == 0) {
        (void)strcpy(held->path, path);
        load(held);
    }
    return held;
}

int kit_held_read(const struct kit_held *held, void *to, int amount, sqlite3_int64 offset)
{
    sqlite3_int64 there = held->size > offset ? held->size - offset : 0;
    if (there >= amount) {
        memcpy(to, held->bytes + offset, (size_t)amount);
        return SQLITE_OK;
    }
    memcpy(to, held->bytes + (there > 0 ? offset : 0), (size_t)there);
    memset((char *)to + there, 0, (size_t)(amount - there));
    return SQLITE_IOERR_SHORT_READ;
}

static void note_change(struct kit_held *held, sqlite3_int64 from, sqlite3_int64 to)
{
    if (held->changed_from == held->changed_to) {
        held->changed_from = from;
        held->changed_to = to;
        return;
    }
    if (from < held->changed_from)
        held->changed_from = from;
    if (to > held->changed_to)
        held->changed_to = to;
}

void kit_held_write(struct kit_held *held, const void *from, int amount, sqlite3_int64 offset)
{
    sqlite3_int64 end = offset + amount;
    make_room(held, end);
    if (offset > held->size) {
        memset(held->bytes + held->size, 0, (size_t)(offset - held->size));
        note_change(held, held->size, offset);
    }
    memcpy(held->bytes + offset, from, (size_t)amount);
    note_change(held, offset, end);
    if (end > held->size)
        held->size = end;
}

void kit_held_truncate(struct kit_held *held, sqlite3_int64 size)
{
    make_room(held, size);
    if (size > held->size) {
        memset(held->bytes + held->size, 0, (size_t)(size - held->size));
        note_change(held, held->size, size);
    }
    held->size = size;
}

sqlite3_int64 kit_held_size(const struct kit_held *held)
{
    return held->size;
}

static void flush(struct kit_held *held)
{
    sqlite3_int64 from = held->changed_from;
    sqlite3_int64 to = held->changed_to < held->size ? held->changed_to : held->size;
    if (held->size < held->size_on_disk && ftruncate(held->fd, (off_t)held->size) != 0)
        abort();
    if (to > from && pwrite(held->fd, held->bytes + from, (size_t)(to - from), (off_t)from) != to - from)
        abort();
    held->size_on_disk = held->size;
    held->changed_from = held->changed_to = 0;
}

void kit_held_close(struct kit_held *held)
{
    if (--held->users > 0)
        return;
    flush(held);
    (void)close(held->fd);
}

void kit_held_flush(void)
{
    for (unsigned i = 0; i < HELD_MAX; i++) {
        if (all[i].users > 0)
            flush(&all[i]);
    }
}
